"""A person file of any size, made by DuckDB in seconds, the same at every run: clean, or with known faults."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from bench.faults import EVERYWHERE, FAULTS, broken_rules, replaced_everywhere, replaced_where_chosen
from bench.header import HEADER

_MACROS = """
CREATE MACRO drawn(i, column_number, below) AS CAST(hash(i * 64 + column_number) % below AS INTEGER);
CREATE MACRO picked(i, column_number, choices) AS choices[1 + drawn(i, column_number, len(choices))];
CREATE MACRO day_from(i, column_number, first, days) AS strftime(first + drawn(i, column_number, days), '%Y-%m-%d');
CREATE MACRO digit(base, place) AS base // (10 ** place)::BIGINT % 10;
"""
#: nine digits from 900000011 on, which are never issued, each once; those that no check digit fits are left out
_NUMBERS = """
SELECT i, CAST(base AS VARCHAR) || CAST(check_digit AS VARCHAR) AS nhs_number FROM (
  SELECT i, base, (11 - ({weighted}) % 11) % 11 AS check_digit
  FROM (SELECT i, 900000011 + i * 37 % 98999899 AS base FROM range({wanted}) t(i))
)
WHERE check_digit <> 10 AND left(nhs_number, 5) <> reverse(right(nhs_number, 5))
LIMIT {persons}
"""
_WEIGHTED = " + ".join(f"digit(base, {place}) * {place + 2}" for place in range(9))
_CLEAN = """
SELECT 'RX1' AS local_patient_id_org, 'P' || lpad(CAST(i AS VARCHAR), 9, '0') AS local_patient_id, nhs_number,
  '01' AS nhs_number_status, NULL AS withheld_identity_reason, day_from(i, 1, DATE '1930-01-01', 34000) AS birth_date,
  CASE WHEN drawn(i, 2, 100) = 0 THEN '2026-04-11' END AS death_date,
  picked(i, 3, ['1', '2', '9', 'X']) AS stated_gender,
  picked(i, 4, ['1', '2', '3', '4', 'X', 'Z']) AS gender_identity,
  picked(i, 5, ['A','B','C','D','E','F','G','H','J','K','L','M','N','P','R','S','Z','99']) AS ethnic_category,
  NULL AS ethnic_category_2021, picked(i, 6, ['1', '2', '4']) AS ethnic_category_source,
  day_from(i, 7, DATE '2020-01-01', 2000) AS ethnic_category_recorded_date,
  picked(i, 8, ['en', 'pl', 'ur', 'ro', 'q4']) AS preferred_language, 'A' AS religion_group,
  picked(i, 9, ['1', '2', '3', 'Z', '9']) AS sexual_orientation,
  picked(i, 10, ['ZZ99 3VZ', 'ZZ99 3GZ', 'ZZ99 1WZ', 'ZZ99 2WZ']) AS postcode,
  NULL AS lsoa_code, NULL AS lsoa_vintage, NULL AS imd_decile, NULL AS imd_version,
  'P' || lpad(CAST(drawn(i, 11, 8000) AS VARCHAR), 5, '0') AS gp_practice_code,
  picked(i, 12, ['Y', 'N']) AS reasonable_adjustment_required{more}
FROM ({numbers})
"""
#: the place in FAULTS of what is wrong with a row; null in 99 of 100
_CHOSEN = f", CASE WHEN drawn(i, 13, 100) = 0 THEN drawn(i, 14, {len(FAULTS)}) END AS chosen"


def make_person_file(path: str, persons: str, shape: str = "clean") -> None:
    """Write a person file of a shape, and the header beside it."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / "header.json").write_text(json.dumps(HEADER), encoding="utf-8")
    with _connection() as connection:
        connection.execute(f"COPY ({_shaped(int(persons), shape)}) TO '{path}' (HEADER, DELIMITER ',')")


def write_known_faults(path: str, persons: str, shape: str) -> None:
    """Write what is wrong with a file of that shape as JSON: the faulty rows, and the rows that break each rule."""
    rows = _rows_broken(int(persons)) if shape == "sparse" else {}
    known = {"rows": sum(rows.values()), "faults": broken_rules(rows)}
    if shape == "dense":
        known = {"rows": int(persons), "faults": {rule: int(persons) for each in EVERYWHERE for rule in each.breaks}}
    Path(path).write_text(json.dumps(known), encoding="utf-8")


def _rows_broken(persons: int) -> dict[int, int]:
    with _connection() as connection:
        chosen = f"SELECT chosen, count(*) FROM ({_clean(persons, _CHOSEN)}) WHERE chosen IS NOT NULL GROUP BY chosen"
        return dict(connection.execute(chosen).fetchall())


def _shaped(persons: int, shape: str) -> str:
    if shape == "sparse":
        return (
            f"SELECT * EXCLUDE (chosen) REPLACE ({replaced_where_chosen('chosen')}) FROM ({_clean(persons, _CHOSEN)})"
        )
    if shape == "dense":
        return f"SELECT * REPLACE ({replaced_everywhere()}) FROM ({_clean(persons)})"
    return _clean(persons)


def _clean(persons: int, more: str = "") -> str:
    numbers = _NUMBERS.format(weighted=_WEIGHTED, wanted=persons * 12 // 10 + 100, persons=persons)
    return _CLEAN.format(numbers=numbers, more=more)


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(_MACROS)
    return connection
