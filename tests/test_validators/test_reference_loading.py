"""Files of reference data are recognised by their content, checked, and refused with the reason."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.test_validators.reference_files import (
    FILE_7,
    IMD_2019,
    IMD_2025,
    NSPL,
    ONSPD,
    area,
    directory,
    english_areas,
    imd_rows,
    loaded,
    lsoa_json,
    ods,
    practice_map,
    workbook,
    written,
)
from validators.errors import InputError
from validators.reference_data.kinds import KINDS
from validators.reference_data.layouts import LAYOUTS
from validators.reference_data.layouts.census import WHOLE
from validators.reference_data.store import Store

#: on the areas and districts of the newer index
FILE_7_2025 = FILE_7.replace("(2011)", "(2021)").replace("(2019)", "(2024)")


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in Store(folder).sets()[name]]


# Deprivation


@pytest.mark.parametrize(
    ("header", "version", "layout"),
    [
        (IMD_2025, "2025", "imd-file-1"),
        (IMD_2019, "2019", "imd-file-1"),
        (FILE_7, "2019", "imd-file-7"),
        (FILE_7_2025, "2025", "imd-file-7"),
    ],
)
@pytest.mark.parametrize("make", [written, workbook])
def test_an_index_is_read_from_workbook_and_csv(
    header: str, version: str, layout: str, make: Any, tmp_path: Path
) -> None:
    file = make(tmp_path / "whatever.dat", imd_rows(30, header))
    (manifest,) = loaded(tmp_path / "store", "imd", file)
    assert (manifest.version, manifest.name, manifest.rows, manifest.layout) == (version, version, 30, layout)
    rows = rows_of(tmp_path / "store", "imd")
    assert rows[0] == {"version": version, "lsoa": area(1), "rank": "1", "decile": "1"}
    assert rows[29] == {"version": version, "lsoa": area(30), "rank": "30", "decile": "10"}


def test_an_index_whose_columns_do_not_say_its_year_needs_the_version(tmp_path: Path) -> None:
    rows = imd_rows(30, "LSOA code,rank,decile")
    file = written(tmp_path / "imd.csv", [["lsoa11_code", "IMD_rank", "IMD_decile"], *rows[1:]])
    with pytest.raises(InputError, match="Add --version 2019"):
        loaded(tmp_path / "store", "imd", file)
    assert loaded(tmp_path / "store", "imd", file, "2019")[0].version == "2019"
    with pytest.raises(InputError, match="it is the index of 2025, and --version says 2019"):
        loaded(tmp_path / "store", "imd", written(file, imd_rows(30, IMD_2025)), "2019")


def test_ties_in_the_ranking_are_read(tmp_path: Path) -> None:
    rows = imd_rows(30, IMD_2019)
    rows[5][4] = rows[4][4]
    assert loaded(tmp_path / "store", "imd", written(tmp_path / "imd.csv", rows))[0].rows == 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:21], "areas are missing"),
        (lambda rows: [rows[0], *rows[11:]], "areas are missing"),
        (lambda rows: [*rows[:9], [*rows[9][:4], "9", "9"], *rows[10:]], "a higher decile"),
        (lambda rows: [*rows, rows[3]], "stands in it more than once"),
        (lambda rows: [*rows[:9], ["E0100000X", *rows[9][1:]], *rows[10:]], "in record 9 there is 'E0100000X'"),
        (lambda rows: [*rows[:9], [*rows[9][:5], "11"], *rows[10:]], "in record 9 there is '11'; expected a decile"),
        (lambda rows: [*rows[:9], rows[9][:5], *rows[10:]], "5 values in 1 record \\(first in line 10\\); expected 6"),
        (lambda rows: rows[:1], "no record"),
    ],
)
def test_a_damaged_index_is_refused_with_the_place(change: Any, words: str, tmp_path: Path) -> None:
    file = written(tmp_path / "imd.csv", change(imd_rows(30, IMD_2025)))
    with pytest.raises(InputError, match=words) as refused:
        loaded(tmp_path / "store", "imd", file)
    assert str(refused.value).startswith("imd.csv: ")
    assert re.search("fetch", str(refused.value), re.IGNORECASE)
    assert Store(tmp_path / "store").parts() == []


def test_an_index_on_the_areas_of_another_census_is_refused(tmp_path: Path) -> None:
    """A table under the headings of another one: ranks and deciles are right, and every place is wrong."""
    of_2011 = [[code, "", "", "", *row[4:]] for code, row in zip(english_areas("2011"), ranking("2011"), strict=True)]
    file = written(tmp_path / "imd.csv", [next(csv.reader([IMD_2025])), *of_2011])
    with pytest.raises(InputError, match="says that its small areas are those of 2021, and they are the 32,844 Engl"):
        loaded(tmp_path / "store", "imd", file)
    of_2021 = [[code, "", "", "", *row[4:]] for code, row in zip(english_areas("2021"), ranking("2021"), strict=True)]
    file = written(file, [next(csv.reader([IMD_2019])), *of_2021])
    with pytest.raises(InputError, match=r"lines name a small area that is none of the census of 2011, .*: E01033769"):
        loaded(tmp_path / "store", "imd", file)
    assert loaded(tmp_path / "store", "imd", written(file, [next(csv.reader([IMD_2025])), *of_2021]))


def ranking(year: str) -> list[list[str]]:
    return imd_rows(WHOLE["E", year], IMD_2025)[1:]


def test_a_loaded_list_tells_an_area_that_is_not_of_the_census(tmp_path: Path) -> None:
    store = tmp_path / "store"
    loaded(store, "lsoa", lsoa_json(tmp_path / "areas.json", "2021"))
    ended = {"pcds": "AA1 1AA", "lsoa21": area(1)}
    scottish = {"pcds": "AA1 1AB", "lsoa21": "S01000001"}  # the directory fills it with the older one
    with pytest.raises(InputError, match="1 of its lines name a small area that is none of the census of 2021"):
        loaded(store, "postcode", directory(tmp_path / "x.csv", ONSPD, [ended, scottish]))
    assert loaded(store, "postcode", directory(tmp_path / "x.csv", ONSPD, [scottish]))
    newer = {"pcds": "AA1 1AA", "lsoa11": "E01033769"}
    with pytest.raises(InputError, match="none of the census of 2011, which the column says: E01033769"):
        loaded(tmp_path / "other", "postcode", directory(tmp_path / "x.csv", ONSPD, [newer]))


def test_deciles_counted_from_the_wrong_end_are_told(tmp_path: Path) -> None:
    file = written(tmp_path / "imd.csv", imd_rows(30, IMD_2025, turned=True))
    with pytest.raises(InputError, match="rank 1 lies in decile 10: deciles are counted from the wrong end"):
        loaded(tmp_path / "store", "imd", file)


# Small areas


@pytest.mark.parametrize("year", ["2011", "2021"])
def test_a_list_of_areas_is_of_the_census_that_its_codes_tell(year: str, tmp_path: Path) -> None:
    (manifest,) = loaded(tmp_path / "store", "lsoa", lsoa_json(tmp_path / "areas.txt", year))
    assert (manifest.version, manifest.counts) == (year, {f"E|{year}": len(english_areas(year))})
    assert {row["vintage"] for row in rows_of(tmp_path / "store", "lsoa")} == {year}


def test_a_list_of_areas_that_lacks_one_is_refused(tmp_path: Path) -> None:
    rows = list(english_areas("2021").items())
    file = written(tmp_path / "areas.csv", [("LSOA21CD", "LSOA21NM"), *rows[1:]])
    with pytest.raises(InputError, match="it holds 33,754 small areas of England, and the census of 2021 has 33,755"):
        loaded(tmp_path / "store", "lsoa", file)
    file = written(tmp_path / "areas.csv", [("LSOA11CD", "LSOA11NM"), *rows])
    with pytest.raises(InputError, match="its codes are those of 2021, and its column says 2011"):
        loaded(tmp_path / "store", "lsoa", file)
    assert loaded(tmp_path / "store", "lsoa", written(file, [("LSOA21CD", "LSOA21NM"), *rows]))


def test_areas_of_scotland_are_of_2022_beside_those_of_2021(tmp_path: Path) -> None:
    codes = [f"S01{number:06}" for number in range(13482, 13482 + 7392)]
    (manifest,) = loaded(
        tmp_path / "store", "lsoa", written(tmp_path / "a.csv", [("code", "name"), *((code, "x") for code in codes)])
    )
    assert manifest.counts == {"S|2022": 7392}


# Postcodes


@pytest.mark.parametrize(
    ("header", "row", "kept"),
    [
        (
            ONSPD,
            {"pcd": "AA1 1AA", "pcd2": "AA1  1AA", "pcds": "AA1 1AA", "dointr": "198001", "doterm": "199606"}
            | {"lsoa11": "E01000001", "lsoa21": "E01000002", "icb": "E54000008", "nhser": "E40000003"},
            {"start": "1980-01-01", "terminated": "1996-06-30", "lsoa11": "E01000001", "lsoa21": "E01000002"}
            | {"icb": "E54000008", "region": "E40000003"},
        ),
        (
            NSPL,
            {"pcd7": "AA1 1AA", "pcds": "AA1 1AA", "dointr": "202512", "lsoa21cd": "E01000002"}
            | {"icb26cd": "E54000008", "nhser24cd": "E40000003"},
            {"start": "2025-12-01", "terminated": None, "lsoa11": None, "lsoa21": "E01000002"}
            | {"icb": "E54000008", "region": "E40000003"},
        ),
        ("pcd,lsoa11", {"pcd": "AA1 1AA", "lsoa11": "W01000001"}, {"lsoa11": "W01000001", "lsoa21": None}),
        ("Postcode,LSOA21CD", {"Postcode": "aa11aa", "LSOA21CD": "S01013482"}, {"lsoa21": "S01013482"}),
        ("pcds,lsoa21", {"pcds": "AA1 1AA", "lsoa21": "E99999999"}, {"lsoa21": None}),
        ("pcds,lsoa21", {"pcds": "AA1 1AA", "lsoa21": "95AA01S1"}, {"lsoa21": "95AA01S1"}),
    ],
)
def test_the_columns_of_a_directory_are_found_by_name(
    header: str, row: dict[str, str], kept: dict[str, Any], tmp_path: Path
) -> None:
    (manifest,) = loaded(tmp_path / "store", "postcode", directory(tmp_path / "x", header, [row]))
    (found,) = rows_of(tmp_path / "store", "onspd")
    assert found["postcode"] == "AA1 1AA"
    assert {name: found[name] for name in kept} == kept
    assert manifest.counts["areas"] == 1


def test_the_version_of_a_directory_is_the_month_of_its_newest_change(tmp_path: Path) -> None:
    rows = [{"pcds": "AA1 1AA", "dointr": "198001", "doterm": "202502", "lsoa11": "E01000001"}]
    rows.append({"pcds": "AA1 1AB", "dointr": "202501", "lsoa11": "E01000001"})
    (manifest,) = loaded(tmp_path / "store", "postcode", directory(tmp_path / "x.csv", ONSPD, rows))
    assert (manifest.version, manifest.counts["terminated"]) == ("2025-02", 1)


def test_pseudo_postcodes_of_a_directory_are_a_list_of_their_own(tmp_path: Path) -> None:
    rows = [{"pcds": code, "lsoa11": "E01000001"} for code in ("AA1 1AA", "ZZ99 3VZ", "ZZ99 4QZ")]
    file = directory(tmp_path / "x.csv", ONSPD, rows)
    first, second = loaded(tmp_path / "store", "postcode", file)
    assert (first.kind, first.rows, second.kind, second.rows) == ("postcode", 1, "pseudo_postcode", 2)
    (only,) = loaded(tmp_path / "other", "postcode", directory(file, ONSPD, rows[:2]))
    assert only.kind == "postcode"  # those of the United Kingdom alone are no list of countries


def test_a_column_that_does_not_say_its_census_is_told_by_the_loaded_lists(tmp_path: Path) -> None:
    store = tmp_path / "store"
    only_2021 = min(english_areas("2021").keys() - english_areas("2011").keys())
    rows = [{"postcode": "AA1 1AA", "lsoa_code": only_2021}, {"postcode": "AA1 1AB", "lsoa_code": area(2500)}]
    file = directory(tmp_path / "x.csv", "postcode,ward_code,lsoa_code", rows)
    with pytest.raises(InputError, match="Name it lsoa11 or lsoa21, or load the lists of small areas"):
        loaded(store, "postcode", file)
    for year in ("2011", "2021"):
        loaded(store, "lsoa", lsoa_json(tmp_path / "areas.json", year))
    loaded(store, "postcode", file)
    assert [row["lsoa21"] for row in rows_of(store, "onspd")] == [only_2021, area(2500)]
    with pytest.raises(InputError, match="does not say of which census"):
        loaded(store, "postcode", directory(file, "postcode,lsoa_code", rows[1:]))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"pcds": "AA1 1AA", "dointr": "198013"}, "there is '198013'; expected a month written YYYYMM"),
        ({"pcds": "AA1 1AA", "lsoa11": "Trafford 001H"}, "expected the code of a small area"),
        ({"pcds": ""}, "there is nothing; expected a postcode"),
    ],
)
def test_a_damaged_directory_is_refused(row: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        loaded(tmp_path / "store", "postcode", directory(tmp_path / "x.csv", ONSPD, [row]))


def test_a_directory_of_what_is_no_postcode_is_refused(tmp_path: Path) -> None:
    rows = [{"pcds": f"NOWHERE {n}", "lsoa11": "E01000001"} for n in range(3)]
    with pytest.raises(InputError, match="3 of its 3 lines hold no postcode"):
        loaded(tmp_path / "store", "postcode", directory(tmp_path / "x.csv", ONSPD, rows))


# Organisations


def test_ods_files_have_no_line_of_names(tmp_path: Path) -> None:
    rows = [("RX1", "20010401", "", ""), ("RX2", "19900401", "20200331", "")]
    (manifest,) = loaded(tmp_path / "store", "organisation", ods(tmp_path / "etr.csv", rows))
    assert (manifest.rows, manifest.version, manifest.counts) == (2, "2020-03", {"registering": 0, "others": 2})
    assert rows_of(tmp_path / "store", "ods")[1] == {
        "code": "RX2",
        "name": "ORGANISATION RX2",
        "open_from": "1990-04-01",
        "closed_on": "2020-03-31",
        "registers_patients": "no",
    }


@pytest.mark.parametrize(
    ("setting", "registers"),
    [("4", "yes"), ("RO76", "yes"), ("RO80|RO76", "yes"), ("RO80", "no"), ("14", "no"), ("", "no")],
)
def test_a_gp_practice_registers_patients(setting: str, registers: str, tmp_path: Path) -> None:
    loaded(tmp_path / "store", "organisation", ods(tmp_path / "x", [("A99001", "19740401", "", setting)]))
    assert rows_of(tmp_path / "store", "ods")[0]["registers_patients"] == registers


def test_a_proposed_practice_is_not_there_yet(tmp_path: Path) -> None:
    loaded(tmp_path / "store", "organisation", ods(tmp_path / "x", [("A99001", "19740401", "", "4")]))
    with pytest.raises(InputError, match="nothing in it is of use"):
        loaded(tmp_path / "new", "organisation", ods(tmp_path / "x", [("A99002", "", "", "4")], status="PROPOSED"))


def test_a_newer_edition_takes_the_place_of_the_older_and_another_list_stands_beside(tmp_path: Path) -> None:
    store = tmp_path / "store"
    trusts = [(f"RX{n}", "20010401", "", "") for n in range(9)]
    loaded(store, "organisation", ods(tmp_path / "x", trusts))
    loaded(store, "organisation", ods(tmp_path / "x", [("A99001", "19740401", "", "4")]))
    loaded(store, "organisation", ods(tmp_path / "x", [*trusts[:7], ("RY1", "20260401", "", "")]))
    found = {part.manifest.name: part.manifest.rows for part in Store(store).parts("organisation")}
    assert found == {"list-1": 8, "list-2": 1}


def test_a_part_of_a_loaded_list_is_no_list_of_its_own(tmp_path: Path) -> None:
    trusts = [(f"RX{n}", "20010401", "", "") for n in range(9)]
    loaded(tmp_path / "store", "organisation", ods(tmp_path / "etr.csv", trusts))
    with pytest.raises(InputError, match=r"it holds 4 of the 9 that stand in etr\.csv, .* it is cut short"):
        loaded(tmp_path / "store", "organisation", ods(tmp_path / "x", trusts[:4]))
    assert [part.manifest.rows for part in Store(tmp_path / "store").parts()] == [9]


def test_a_practice_that_a_dated_file_knows_is_judged_by_it(tmp_path: Path) -> None:
    store = tmp_path / "store"
    loaded(store, "organisation", practice_map(tmp_path / "map.csv", ["A99001", "A99002"]))
    loaded(store, "organisation", ods(tmp_path / "x", [("A99001", "19740401", "20230331", "4")]))
    found = {row["code"]: row["closed_on"] for row in rows_of(store, "ods")}
    assert found == {"A99001": "2023-03-31", "A99002": None}


# Other lists


def test_names_of_boards_and_regions_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    boards, regions = tmp_path / "a.json", tmp_path / "b.csv"
    boards.write_text(json.dumps({"E54000008": "NHS A Integrated Care Board "}))
    written(regions, [("NHSER24CD", "NHSER24CDH", "NHSER24NM"), ("E40000003", "Y56", "London")])
    assert loaded(tmp_path / "store", "icb", boards)[0].version is None
    assert loaded(tmp_path / "store", "region", regions)[0].version == "2024"
    assert rows_of(tmp_path / "store", "icb") == [{"code": "E54000008", "name": "NHS A Integrated Care Board"}]
    with pytest.raises(InputError, match=r"found names of integrated care boards; expected .*: reference load icb"):
        loaded(tmp_path / "store", "region", boards)


def test_own_lists(tmp_path: Path) -> None:
    store = tmp_path / "store"
    pages = {
        "institution": [
            ("postcode", "kind", "closed_on"),
            ("aa11aa", "prison", "2020-01-31"),
            ("AA1 1AB", "hospital", ""),
        ],
        "pseudo_postcode": [("postcode", "meaning"), ("ZZ99 3VZ", "No fixed abode"), ("ZZ99 4QZ", "Somewhere")],
        "coastal": [("lsoa_code", "lsoa_vintage", "coastal"), (area(1), "2021", "yes"), (area(2), "2021", "no")],
        "rural": [("LSOA21CD", "LSOA21NM", "RUC21CD", "RUC21NM"), (area(1), "A", "UN1", "Urban")],
    }
    for kind, rows in pages.items():
        (manifest,) = loaded(store, kind, written(tmp_path / "list.csv", rows))
        assert manifest.kind == kind
    assert rows_of(store, "institution")[0] == {
        "postcode": "AA1 1AA",
        "kind": "prison",
        "open_from": None,
        "closed_on": "2020-01-31",
    }
    assert rows_of(store, "coastal") == [{"lsoa": area(1), "vintage": "2021"}]
    assert rows_of(store, "rural") == [{"lsoa": area(1), "vintage": "2021", "class": "UN1", "label": "Urban"}]


@pytest.mark.parametrize(
    ("kind", "rows", "words"),
    [
        ("institution", [("postcode", "kind"), ("AA1 1AA", "school")], "expected one of prison, removal_centre"),
        ("pseudo_postcode", [("postcode",), ("ZZ99 3VZ",)], "pseudo-postcodes of the United Kingdom alone"),
        ("coastal", [("lsoa_code", "lsoa_vintage", "coastal"), (area(1), "2021", "maybe")], "expected yes or no"),
        ("imd", [("a", "b"), ("1", "2")], "no layout that is known: a, b. For imd expected File 7"),
    ],
)
def test_what_cannot_be_used_is_refused(kind: str, rows: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        loaded(tmp_path / "store", kind, written(tmp_path / "x.csv", rows))


def test_every_kind_has_a_layout_and_every_layout_a_kind() -> None:
    assert {layout.kind for layout in LAYOUTS} == set(KINDS)
