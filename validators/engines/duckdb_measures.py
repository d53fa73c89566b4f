"""Measures on DuckDB: what each person answered on each characteristic, ethnicity by either item, linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.answers import ANSWER_ORDER, ASKED_SOURCES, NEVER_ASKED, SOURCE_ORDER
from validators.plan import final_name, status_name
from validators.tally import EqualityTally, LinkageTally, PlusTally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.code_list import Code
    from validators.context import Context
    from validators.engines.duckdb_connection import Database

_CODE, _VALUE = f'"{final_name("characteristic_code")}"', f'"{final_name("value")}"'
_DATE, _SOURCE = f'"{final_name("recorded_date")}"', f'"{final_name("source")}"'


def _position(value: str, order: tuple[str, ...]) -> str:
    branches = " ".join(f"WHEN '{code}' THEN {place}" for place, code in enumerate(order))
    return f"CASE {value} {branches} ELSE {len(order)} END"


def _listed(values: frozenset[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def make_answers(database: Database) -> None:
    """One row a person and characteristic: the answer that counts, and what stands beside it.

    Every row gets one number that orders it: newest first, then the source, then the answer itself.
    """
    age = f"coalesce(3000000 - date_diff('day', DATE '0001-01-01', {_DATE}), 9999999)"
    value = f"coalesce({_VALUE}, 'X')"
    rank = f"({age} * 1000 + ({_position(_SOURCE, SOURCE_ORDER)}) * 10 + {_position(value, ANSWER_ORDER)})"
    asked = f"{value} <> 'X' AND {_SOURCE} IN ({_listed(ASKED_SOURCES)})"
    database.run(
        "CREATE OR REPLACE TEMP TABLE answers AS SELECT person, code, "
        "min(rank) FILTER (WHERE value IN ('Y', 'N')) AS known, min(rank) FILTER (WHERE value "
        "NOT IN ('Y', 'N')) AS other, "
        "bool_or(asked) AS asked, bool_or(asked AND value = 'Z') AS declined_asked, bool_or(value = 'Z') AS declined "
        f"FROM (SELECT person, {_CODE} AS code, {value} AS value, {rank} AS rank, coalesce({asked}, false) AS asked "
        f"FROM once_plus_characteristic WHERE person IS NOT NULL AND {_CODE} IS NOT NULL) GROUP BY person, code"
    )


def plus_tallies(database: Database, context: Context) -> Iterator[PlusTally]:
    """Every characteristic of the release that is not restricted, and every declared local code."""
    code_list = context.dataset.code_lists["plus_characteristic"]
    make_answers(database)
    counted = _answer_counts(database, context)
    for code in code_list.codes:
        if code.code not in code_list.restricted:
            yield _plus_tally(database, context, code.code, _ages(code), counted)
    for local in sorted(context.local_codes):
        yield _plus_tally(database, context, local, (None, None), counted)


def _ages(code: Code) -> tuple[int | None, int | None]:
    low, high = code.details.get("min_age"), code.details.get("max_age")
    return (int(low) if low else None, int(high) if high else None)


def _age(context: Context, birth: str) -> str:
    end = context.period_end
    if end is None:
        return "NULL"
    before = f"CAST((month({birth}) * 100 + day({birth})) > {end.month * 100 + end.day} AS INTEGER)"
    return f"({end.year} - year({birth}) - {before})"


def _answer_counts(database: Database, context: Context) -> dict[tuple[str, bool, int | None], tuple[int, ...]]:
    """(code, limited) is resolved per code below: counts by code and age of the person."""
    birth = f'p."{final_name("birth_date")}"'
    known, other = "known % 10", "other % 10"
    found = database.rows(
        f"SELECT a.code, {_age(context, birth)} AS age, "
        f"count_if({known} = 0), count_if({known} = 1), count_if(known IS NULL AND {other} = 2), "
        f"count_if(known IS NULL AND {other} = 3), count_if(known IS NULL AND {other} = 4), "
        "count_if(a.asked), count_if(a.declined_asked), count_if(known IS NOT NULL AND a.declined) "
        "FROM answers a JOIN once_person p ON a.person = p.person GROUP BY ALL"
    )
    return {(code, age is not None, age): tuple(count or 0 for count in counts) for code, age, *counts in found}


def _plus_tally(
    database: Database,
    context: Context,
    code: str,
    ages: tuple[int | None, int | None],
    counted: dict[tuple[str, bool, int | None], tuple[int, ...]],
) -> PlusTally:
    chosen = [counts for (name, dated, age), counts in counted.items() if name == code and _eligible(dated, age, ages)]
    sums = [sum(column) for column in zip(*chosen, strict=True)] or [0] * 8
    yes, no, unsure, declined, not_known, asked, declined_asked, after = sums
    eligible = _eligible_persons(database, context, ages)
    return PlusTally(
        characteristic=code,
        eligible=eligible,
        yes=yes,
        no=no,
        unsure=unsure,
        declined=declined,
        not_known=not_known,
        not_recorded=eligible - yes - no - unsure - declined - not_known,
        asked=None if code in NEVER_ASKED else asked,
        declined_asked=None if code in NEVER_ASKED else declined_asked,
        declined_after_answer=after,
    )


def _eligible(dated: bool, age: int | None, ages: tuple[int | None, int | None]) -> bool:
    low, high = ages
    if low is None and high is None:
        return True
    return dated and age is not None and (low is None or age >= low) and (high is None or age <= high)


def _eligible_persons(database: Database, context: Context, ages: tuple[int | None, int | None]) -> int:
    low, high = ages
    birth = f'"{final_name("birth_date")}"'
    age = _age(context, birth)
    limits = [f"{age} >= {low}" if low is not None else "", f"{age} <= {high}" if high is not None else ""]
    where = " AND ".join(limit for limit in limits if limit) or "true"
    return database.counts(f"SELECT count(*) FROM once_person WHERE {where}")[0]


def equality_tally(database: Database) -> EqualityTally:
    """Ethnicity by either item over accepted persons."""
    old, new = f'"{status_name("ethnic_category")}"', f'"{status_name("ethnic_category_2021")}"'
    row = database.counts(
        f"SELECT count(*), count_if({old} = 2 OR {new} = 2), count_if({old} = 4 AND {new} <> 2), "
        f"count_if({old} = 3 AND {new} <> 2), count_if({old} = 0 AND {new} = 0), "
        f"count_if({new} <> 2 AND ({old} = 1 OR ({old} = 0 AND {new} = 1))), "
        f"count_if(ethnicity_asked AND ({old} IN (2, 4) OR {new} = 2)), count_if(any_other AND {old} = 2), "
        f"count_if(local_second_character AND {old} IN (2, 4)) FROM once_person"
    )
    return EqualityTally(*row)


def linkage_tally(database: Database) -> LinkageTally:
    """NHS numbers that are left, over accepted persons: a number of two persons is neither's."""
    left = '"shared:nhs_number" IS NOT NULL AND row NOT IN (SELECT row FROM shared_person)'
    return LinkageTally(
        *database.counts(f"SELECT count(*), count_if({left}), count_if({left} AND traced) FROM once_person")
    )
