"""Small files of reference data in the layouts of their publishers, and stores with them. Nothing in them is real."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from validators.reference_data.layouts.census import WHOLE
from validators.reference_data.loading import load
from validators.reference_data.manifest import Manifest
from validators.reference_data.store import Store

TODAY = datetime.date(2026, 5, 7)
IMD_2025 = (
    "LSOA code (2021),LSOA name (2021),Local Authority District code (2024),Local Authority District name (2024),"
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),"
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOA"
)
IMD_2019 = (
    "LSOA code (2011),LSOA name (2011),Local Authority District code (2019),Local Authority District name (2019),"
    "Index of Multiple Deprivation (IMD) Rank,Index of Multiple Deprivation (IMD) Decile"
)
FILE_7 = (
    "LSOA code (2011),LSOA name (2011),Local Authority District code (2019),Local Authority District name (2019),"
    "Index of Multiple Deprivation (IMD) Score,Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),"
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs),Income Score (rate),"
    "Income Rank (where 1 is most deprived),Income Decile (where 1 is most deprived 10% of LSOAs)"
)
ONSPD = (
    "pcd,pcd2,pcds,dointr,doterm,oscty,oslaua,osward,usertype,ctry,rgn,nhser,oa11,lsoa11,msoa11,ru11ind,lat,long,icb,"
    "oa21,lsoa21,msoa21"
)
NSPL = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,oa21cd,cty26cd,lad26cd,nhser24cd,ctry26cd,rgn26cd,lsoa21cd,msoa21cd,ruc21ind,"
    "lat,long,imd25ind,icb26cd"
)
PRACTICES = (
    "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,"
    "CCG_NAME,ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME"
)


def area(number: int) -> str:
    """The code of the English small area of that number."""
    return f"E01{number:06}"


def imd_rows(count: int, header: str, *, turned: bool = False) -> list[list[str]]:
    """A ranking of `count` areas, the most deprived first; `turned`: deciles counted from the wrong end."""
    names = next(csv.reader([header]))
    rows = [names]
    for rank in range(1, count + 1):
        decile = 1 + (rank - 1) * 10 // count
        values = {"rank": str(rank), "decile": str(11 - decile if turned else decile), "lsoa code": area(rank)}
        cells = [
            next((v for word, v in values.items() if word in n.lower() and "income" not in n.lower()), "1")
            for n in names
        ]
        rows.append(cells)
    return rows


def written(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def workbook(path: Path, rows: Iterable[Sequence[str]], sheet: str = "IMD25") -> Path:
    """A workbook with notes and a table, as MHCLG publishes it."""
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Notes"
    table = book.create_sheet(sheet)
    for row in rows:
        table.append([int(cell) if cell.isdecimal() else cell for cell in row])
    book.save(path)
    return path


def directory(path: Path, header: str, rows: Iterable[dict[str, str]]) -> Path:
    """A postcode directory: the columns of `header`, filled where a row says so."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def whole_directory(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """A directory that reaches over all of the United Kingdom, with some postcodes more."""
    areas = [a + b for a in "BCDEFG" for b in "ABCDEFGHIJKLMNOPQRSTU"]
    others = [{"pcds": f"{letters}9 9ZZ", "dointr": "198001", "lsoa21": "W01000001"} for letters in areas]
    return directory(path, ONSPD, [*rows, *others])


def ods(path: Path, rows: Iterable[tuple[str, str, str, str]], *, status: str = "A") -> Path:
    """A file of the Organisation Data Service: code, open, close and prescribing setting of each organisation."""
    lines = []
    for code, opened, closed, setting in rows:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[11], cells[12], cells[25] = (
            code,
            f"ORGANISATION {code}",
            opened,
            closed,
            status,
            setting,
        )
        lines.append(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(lines)
    return path


def practice_map(path: Path, codes: Iterable[str]) -> Path:
    """The practices with registered patients on 1 January 2022."""
    rows = [["GP_PRAC_PAT_LIST", "01Jan2022", code, f"PRACTICE {code}", *[""] * 12] for code in codes]
    return written(path, [PRACTICES.split(","), *rows])


def english_areas(year: str) -> dict[str, str]:
    """As many areas as England had in a census; those of 2021 reach beyond the last code of 2011."""
    first = 1 if year == "2011" else 2_000
    return {area(number): f"Area {number}" for number in range(first, first + WHOLE["E", year])}


def lsoa_json(path: Path, year: str) -> Path:
    """All English areas of a census as {code: name}."""
    path.write_text(json.dumps(english_areas(year)), "utf-8")
    return path


def loaded(folder: Path, kind: str, file: Path, version: str | None = None) -> list[Manifest]:
    """Load a file into the store of a folder."""
    return load(kind, str(file), store=Store(folder), version=version, today=TODAY)
