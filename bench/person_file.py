"""A person file of any size, made by DuckDB in a few seconds: clean, with some faults, or with three in every row."""

from __future__ import annotations

from pathlib import Path

import duckdb

HEADER = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "submitter_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
    "declared_plus": ["HOMELESS"],
    "opt_out_applied": "Y",
    "persons_withheld": 0,
}

_NUMBERS = """
CREATE TABLE numbers AS SELECT nhs_number, row_number() OVER () AS i FROM (
  SELECT first || CAST((11 - r % 11) % 11 AS VARCHAR) AS nhs_number, r FROM (
  SELECT CAST(base AS VARCHAR) AS first, list_sum(list_transform(range(9), lambda k:
    (10 - k) * CAST(substr(CAST(base AS VARCHAR), CAST(k + 1 AS INTEGER), 1) AS INTEGER))) AS r
  FROM (SELECT 900000011 + (i * 37) % 98999899 AS base FROM range({wanted}) t(i))))
WHERE 11 - r % 11 <> 10 AND reverse(nhs_number) <> nhs_number
LIMIT {persons}
"""
_CLEAN = """
SELECT 'RX1' AS local_patient_id_org, 'P' || lpad(CAST(i AS VARCHAR), 9, '0') AS local_patient_id, nhs_number,
  '01' AS nhs_number_status, NULL AS withheld_identity_reason,
  strftime(DATE '1930-01-01' + CAST(random() * 34000 AS INTEGER), '%Y-%m-%d') AS birth_date,
  CASE WHEN random() < 0.01 THEN '2026-04-11' END AS death_date,
  ['1', '2', '9', 'X'][1 + CAST(floor(random() * 4) AS INTEGER)] AS stated_gender,
  ['1', '2', '3', '4', 'X', 'Z'][1 + CAST(floor(random() * 6) AS INTEGER)] AS gender_identity,
  ['A','B','C','D','E','F','G','H','J','K','L','M','N','P','R','S','Z','99'][1 + CAST(floor(random() * 18) AS INTEGER)]
    AS ethnic_category, NULL AS ethnic_category_2021,
  ['1', '2', '4'][1 + CAST(floor(random() * 3) AS INTEGER)] AS ethnic_category_source,
  strftime(DATE '2020-01-01' + CAST(random() * 2000 AS INTEGER), '%Y-%m-%d') AS ethnic_category_recorded_date,
  ['en', 'pl', 'ur', 'ro', 'q4'][1 + CAST(floor(random() * 5) AS INTEGER)] AS preferred_language, 'A' AS religion_group,
  ['1', '2', '3', 'Z', '9'][1 + CAST(floor(random() * 5) AS INTEGER)] AS sexual_orientation,
  ['ZZ99 3VZ', 'ZZ99 3GZ', 'ZZ99 1WZ', 'ZZ99 2WZ'][1 + CAST(floor(random() * 4) AS INTEGER)] AS postcode,
  NULL AS lsoa_code, NULL AS lsoa_vintage, NULL AS imd_decile, NULL AS imd_version,
  'P' || lpad(CAST(floor(random() * 8000) AS INTEGER)::VARCHAR, 5, '0') AS gp_practice_code,
  ['Y', 'N'][1 + CAST(floor(random() * 2) AS INTEGER)] AS reasonable_adjustment_required
FROM numbers
"""
#: what takes the place of the clean columns; `{share}` of the rows get each
_FAULTS = """
SELECT * REPLACE (
  CASE WHEN random() < {share} THEN strftime(CAST(birth_date AS DATE), '%d/%m/%Y') ELSE birth_date END AS birth_date,
  CASE WHEN random() < {share} THEN 'Q' ELSE stated_gender END AS stated_gender,
  CASE WHEN random() < {share} THEN left(nhs_number, 3) || ' ' || right(nhs_number, 7) ELSE nhs_number END AS nhs_number
) FROM ({clean})
"""


def make_person_file(path: Path, persons: int, *, faulty: float = 0.0) -> Path:
    """Write a person file; `faulty` is the share of rows with each of three faults."""
    connection = duckdb.connect()
    connection.execute("SELECT setseed(0.42)")
    connection.execute(_NUMBERS.format(wanted=persons * 12 // 10 + 100, persons=persons))
    query = _FAULTS.format(share=faulty, clean=_CLEAN) if faulty else _CLEAN
    connection.execute(f"COPY ({query}) TO '{path}' (HEADER, DELIMITER ',')")
    connection.close()
    return path
