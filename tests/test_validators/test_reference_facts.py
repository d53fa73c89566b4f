"""The files of the publishers, where they are at hand: what is known of them holds in what is loaded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.test_validators.reference_files import loaded
from validators.reference_data.store import Store

pytestmark = pytest.mark.may_skip("the files of the publishers are no part of the project")

FILES = {
    "imd/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx": "imd",
    "imd/File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx": "imd",
    "geography/lsoa.json": "lsoa",
    "geography/lsoa21.json": "lsoa",
    "ods/etr.csv": "organisation",
    "ods/gp-reg-pat-prac-map.csv": "organisation",
    "ods/icb.json": "icb",
    "ods/nhs_regions.json": "region",
    "postcodes/trafford_postcodes_2025-02_LSOA2021.csv": "postcode",
}


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Everything that is at hand, loaded."""
    folder = tmp_path_factory.mktemp("store")
    for file, kind in FILES.items():
        loaded(folder, kind, shared_data / file)
    return Store(folder)


@pytest.mark.parametrize(("version", "areas", "tenths"), [("2019", 32844, {3284, 3285}), ("2025", 33755, {3375, 3376})])
def test_deciles_are_tenths_of_all_english_areas(version: str, areas: int, tenths: set[int], store: Store) -> None:
    rows = [row for row in store.sets()["imd"] if row["version"] == version]
    sizes = Counter(row["decile"] for row in rows)
    assert (len(rows), set(sizes.values()), len(sizes)) == (areas, tenths, 10)


def test_rank_1_is_the_most_deprived(store: Store) -> None:
    rows = list(store.sets()["imd"])
    assert {row["decile"] for row in rows if row["rank"] == "1"} == {"1"}
    assert {row["decile"] for row in rows if row["rank"] in ("32844", "33755")} == {"10"}


def test_ranks_of_2019_have_ties_and_those_of_2025_none(store: Store) -> None:
    ranks = {v: [r["rank"] for r in store.sets()["imd"] if r["version"] == v] for v in ("2019", "2025")}
    assert len(set(ranks["2019"])) < len(ranks["2019"])
    assert len(set(ranks["2025"])) == len(ranks["2025"])


def test_the_workbook_and_the_csv_give_the_same(store: Store, shared_data: Path, tmp_path: Path) -> None:
    for version in ("2019", "2025"):
        (manifest,) = loaded(tmp_path, "imd", shared_data / "imd" / f"IMD{version}_File1_rank_decile_by_LSOA.csv")
        (same,) = [part for part in store.parts("imd") if part.manifest.version == version]
        assert manifest.stored_sha256 == same.manifest.stored_sha256


def test_every_area_of_an_index_is_one_of_its_census(store: Store) -> None:
    areas = {(row["code"], row["vintage"]) for row in store.sets()["lsoa"]}
    census = {"2019": "2011", "2025": "2021"}
    indexed = {(row["lsoa"], census[row["version"] or ""]) for row in store.sets()["imd"]}
    assert indexed == {(code, year) for code, year in areas if (code or "").startswith("E")}
    assert Counter(year for _, year in areas) == {"2011": 42619, "2021": 36522, "2022": 7392}


def test_organisations(store: Store) -> None:
    found = store.sets()["ods"].counts
    assert (found["registering"], found["others"]) == (6527, 218)
    closed = [row for row in store.sets()["ods"] if row["closed_on"]]
    assert {row["code"] for row in closed} >= {"RD3", "RDZ", "RT3"}


def test_boards_and_regions(store: Store) -> None:
    assert (len(list(store.sets()["icb"])), len(list(store.sets()["region"]))) == (42, 7)


def test_a_directory_of_one_place_is_told_to_be_of_the_areas_of_2021(store: Store) -> None:
    rows = list(store.sets()["onspd"])
    assert len(rows) == 11264
    assert all(row["lsoa21"] and not row["lsoa11"] for row in rows)
    assert store.sets()["onspd"].counts["areas"] == 2
