"""Reference data of the size of the national ones, made by DuckDB: a postcode directory, two indices, and persons."""

from __future__ import annotations

from pathlib import Path

import duckdb

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
#: the n-th postcode: 124 areas, 900 postcodes a district
_MACROS = f"""
CREATE MACRO letter(n) AS substr('{_LETTERS}', CAST(n % 20 AS INTEGER) + 1, 1);
CREATE MACRO area_of(n) AS letter(n % 124 // 20) || letter(n % 20);
CREATE MACRO postcode(n) AS area_of(n // 900) || CAST(n // 900 // 124 + 1 AS VARCHAR) || ' '
  || CAST(n % 10 AS VARCHAR) || letter(n % 900 // 10) || letter(n % 900 // 200 + n // 900);
CREATE MACRO small_area(n) AS 'E01' || lpad(CAST(n AS VARCHAR), 6, '0');
"""
#: an edition of ONSPD; what is not read is filled too, so that the file has the size of the real one
_FILLED = (
    "oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,ctry,rgn,streg,pcon,eer,teclec,ttwa,"
    "pct,itl,statsward,oa01,casward,npark,lsoa01,msoa01,ur01ind,oac01,oa11,msoa11,wz11,sicbl,bua24,ru11ind,oac11,lat,"
    "long,lep1,lep2,pfa,imd,calncv,oa21,msoa21"
)
_FILL = ", ".join(f"'E9999999{at % 10}' AS {name}" for at, name in enumerate(_FILLED.split(",")))
_DIRECTORY = f"""
SELECT postcode(n) AS pcd, postcode(n) AS pcd2, postcode(n) AS pcds,
  CASE WHEN n % 3 = 0 THEN '198001' ELSE '200105' END AS dointr, CASE WHEN n % 3 = 1 THEN '201906' END AS doterm,
  {_FILL}, 'E4000000' || CAST(n % 7 AS VARCHAR) AS nhser, small_area(1 + n % 32844) AS lsoa11,
  small_area(1 + n % 33755) AS lsoa21, 'E5400000' || CAST(n % 9 AS VARCHAR) AS icb
FROM range({{postcodes}}) t(n)
"""
_RANKS = "Index of Multiple Deprivation (IMD) Rank,Index of Multiple Deprivation (IMD) Decile"
#: year of an index → how its columns begin, and how many areas it ranks
_INDEX = {
    "2019": ("LSOA code (2011),Local Authority District code (2019)", 32844),
    "2025": ("LSOA code (2021),Local Authority District code (2024)", 33755),
}


def make_directory(path: str, postcodes: str) -> None:
    """Write a postcode directory."""
    _copy(_DIRECTORY.format(postcodes=postcodes), path)


def make_index(path: str, year: str) -> None:
    """Write an index of deprivation."""
    places, areas = _INDEX[year]
    names = [f'"{name}"' for name in f"{places},{_RANKS}".split(",")]
    values = ("small_area(n)", "'E09000001'", "n", f"1 + (n - 1) * 10 // {areas}")
    columns = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    _copy(f"SELECT {columns} FROM range(1, {areas + 1}) t(n)", path)


def move_persons(source: str, target: str, postcodes: str) -> None:
    """Write a person file whose persons live at postcodes of a directory; one in a hundred at none of them."""
    number = f"CAST(hash(nhs_number) % ({postcodes} * 101 // 100) AS BIGINT)"
    everything = f"read_csv('{source}', all_varchar = true, header = true)"
    _copy(f"SELECT * REPLACE (postcode({number}) AS postcode) FROM {everything}", target)


def _copy(query: str, path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_MACROS)
        connection.execute(f"COPY ({query}) TO '{path}' (HEADER, DELIMITER ',')")
