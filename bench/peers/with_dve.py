"""NHS England's data-validation-engine: a contract of types and business rules in its JSON, CSV to its Excel report.

Its DuckDB back end does the work. What it found is read from the messages that it keeps beside its report.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from dve.core_engine.backends.implementations.duckdb.auditing import DDBAuditingManager
from dve.core_engine.models import SubmissionInfo
from dve.pipeline.foundry_ddb_pipeline import FoundryDDBPipeline
from exchange import Tally, given

_TABLE = "person"
_TEN_DIGITS = "regexp_full_match(nhs_number, '[0-9]{10}')"


def main() -> None:
    """Check the file from CSV to Excel."""
    path, spec = given()
    work = Path.cwd()
    (work / "rules").mkdir()
    (work / "rules" / "person.dischema.json").write_text(json.dumps(_dischema(spec)), encoding="utf-8")
    received = work / "received"
    received.mkdir()
    shutil.copy(path, received / "person.csv")
    connection = duckdb.connect()
    with DDBAuditingManager("", None, connection) as audit:
        pipeline = FoundryDDBPipeline(
            processed_files_path=str(work / "processed"),
            audit_tables=audit,
            connection=connection,
            rules_path=str(work / "rules" / "person.dischema.json"),
            submitted_files_path=str(received),
        )
        info = SubmissionInfo(submission_id="bench", dataset_id=_TABLE, file_name="person", file_extension="csv")
        _, report, _ = pipeline.run_pipeline(info)
    if not report:
        raise RuntimeError("no report was written")
    _answer(connection, path, work / "processed" / "bench" / "errors")


def _answer(connection: duckdb.DuckDBPyConnection, path: Path, errors: Path) -> None:
    counted = connection.execute(f"SELECT count(*) FROM read_csv('{path}', all_varchar=true, header=true)").fetchone()
    tally = Tally()
    tally.add_pairs(counted[0], _found(errors))
    tally.answer()


def _found(errors: Path) -> Iterator[tuple[int, str]]:
    for path in errors.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            message = json.loads(line)
            rule = message["ErrorCode"]
            yield message["RecordIndex"], rule if rule.startswith("PMD") else message["ReportingField"]


def _dischema(spec: dict[str, Any]) -> dict[str, Any]:
    columns = spec["columns"]
    entity = {
        "fields": {name: _type(column) for name, column in columns.items()},
        "mandatory_fields": [name for name, column in columns.items() if column["required"]],
        "key_field": "local_patient_id",
        "reporting_fields": ["local_patient_id"],
        "reader_config": {".csv": {"reader": "DuckDBCSVReader"}},
    }
    filters = [
        {
            "entity": _TABLE,
            "name": code,
            "expression": expression,
            "error_code": code,
            "reporting_field": field,
            "failure_message": "the rule is broken",
        }
        for code, field, expression in [*_lists(columns), *_rules(spec)]
    ]
    return {
        "contract": {"datasets": {_TABLE: entity}},
        "transformations": {"parameters": {"entity": _TABLE}, "filters": filters},
    }


def _type(column: dict[str, Any]) -> Any:
    if column["date"]:
        return {"callable": "conformatteddate", "constraints": {"date_format": "%Y-%m-%d", "strict": True}}
    if column["whole"]:
        return {"callable": "conint", "constraints": dict(zip(("ge", "le"), column["whole"], strict=True))}
    constraints = {"regex": column["pattern"] and f"^(?:{column['pattern']})$", "max_length": column["max_length"]}
    return {"callable": "constr", "constraints": {said: value for said, value in constraints.items() if value}}


def _lists(columns: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Code lists, as its examples have them: an expression that has to hold."""
    for name, column in columns.items():
        if column["codes"]:
            listed = ", ".join(f"'{code}'" for code in column["codes"])
            yield f"{name}_code", name, f"{name} IS NULL OR {name} IN ({listed})"


def _rules(spec: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    first, last, extracted = (f"DATE '{spec[name]}'" for name in ("earliest_birth", "period_end", "extracted_on"))
    known = ", ".join(f"'{code}'" for code in spec["known_ethnicity"])
    not_heard = ", ".join(f"'{code}'" for code in spec["not_heard"])
    ethnicity = f"regexp_full_match(ethnic_category, '{spec['columns']['ethnic_category']['pattern']}')"
    yield "PMD00105", "nhs_number", f"NOT coalesce({_TEN_DIGITS}, false) OR {_check_digit_fits()}"
    yield "PMD00111", "birth_date", f"birth_date IS NULL OR birth_date BETWEEN {first} AND {last}"
    died = f"coalesce(death_date >= birth_date, true) AND death_date <= {extracted}"
    yield "PMD00113", "death_date", f"death_date IS NULL OR ({died})"
    heard = f"ethnic_category_source IS NOT NULL AND ethnic_category_source NOT IN ({not_heard})"
    unknown = f"ethnic_category IS NULL OR NOT {ethnicity} OR left(ethnic_category, 1) NOT IN ({known})"
    yield "PMD00134", "ethnic_category_source", f"{unknown} OR ({heard})"
    for name, rule in spec["withheld"].items():
        yield rule, name, f"withheld_identity_reason IS NULL OR {name} IS NULL"


def _check_digit_fits() -> str:
    digits = [f"TRY_CAST(substr(nhs_number, {place}, 1) AS INTEGER)" for place in range(1, 11)]
    total = " + ".join(f"{digit} * {11 - place}" for place, digit in enumerate(digits[:9], start=1))
    return f"(11 - ({total}) % 11) % 11 = {digits[9]}"


if __name__ == "__main__":
    main()
