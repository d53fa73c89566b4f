"""Accepted persons on DuckDB, as the measures read them: who they are, and how many are alike in all that is counted.

A person is a row of `people` where other tables were sent, whose rows name them. Whatever is counted of the person
table alone is summed up over `alike`, which has few rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.answers import ANY_OTHER_ETHNICITY, ANY_OTHER_ETHNICITY_2021
from validators.engines.duckdb_groups import HELD, VALID
from validators.engines.duckdb_measure_columns import category_name
from validators.groups import FACTS, PRECEDENCE, values_of
from validators.hidden import ETHNIC_ITEMS
from validators.plan import final_name, status_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_groups import Cells
    from validators.groups import Fact

#: whether a person has an NHS number that is nobody else's
_NUMBERED = '"shared:nhs_number" IS NOT NULL AND row NOT IN (SELECT row FROM shared_person)'
_OLD, _NEW = (f'"{status_name(item)}"' for item in ETHNIC_ITEMS)
_OLD_CATEGORY, _NEW_CATEGORY = (f'"{category_name(item)}"' for item in ETHNIC_ITEMS)
#: persons who are old enough to be registered with a practice, and those of them who say that they have none
OF_REGISTERED = {"registrable": "NOT baby", "without_practice": "NOT baby AND no_practice"}
#: what an ethnicity is held as of which it is known who said so
TOLD = f"({VALID}, {HELD['declined']})"


def word_name(fact: Fact) -> str:
    """The column that holds what a fact of a person is recorded as, as its place in STATUSES."""
    return f"word:{fact.name}"


def make_people(database: Database, cells: Cells) -> None:
    """A narrow table of accepted persons: who, the cell, and what is asked beside what others say of them."""
    database.run(
        f"CREATE OR REPLACE TABLE people AS SELECT person, {_cell(cells)}, {_NUMBERED} AS numbered, "
        f"{_NUMBERED} AND traced AS traced, no_practice, baby FROM once_person"
    )


def make_alike(database: Database, cells: Cells) -> None:
    """A table of how many accepted persons (`persons`) are alike in their cell, in what is recorded of them and in how
    they can be found; and of how many of those something is true."""
    words = ", ".join(f'CAST({_word(fact)} AS UTINYINT) AS "{word_name(fact)}"' for fact in FACTS)
    held = f"{_cell(cells)}, {words}, {_NUMBERED} AS numbered, {_NUMBERED} AND traced AS traced, source, "
    held += "no_practice, baby"
    counts = {
        "persons": "count(*)",
        "births": f'count("{final_name("birth_date")}")',
        "january": "count_if(january)",
        "any_other": f"count_if({_any_other(cells.context)} = 1)",
        "second_character": f"count_if(second_character AND {_OLD} IN {TOLD})",
    }
    counted = ", ".join(f"{made} AS {name}" for name, made in counts.items())
    database.run(f"CREATE OR REPLACE TABLE alike AS SELECT {held}, {counted} FROM once_person GROUP BY ALL")


def of_alike(counts: Iterable[tuple[str, str]]) -> str:
    """The persons of `alike` for whom conditions are true, as columns of their names: (name, condition)."""
    return ", ".join(f'sum(persons) FILTER (WHERE {condition}) AS "{name}"' for name, condition in counts)


def conflicts(database: Database) -> tuple[int, ...]:
    """Numbers of several persons that hold different categories of one list, and those persons."""
    if not database.counts("SELECT count(*) FROM shared_person")[0]:
        return 0, 0
    categories = ((_OLD, _OLD_CATEGORY), (_NEW, _NEW_CATEGORY))
    differ = " OR ".join(f"count(DISTINCT CASE WHEN {held} = {VALID} THEN {told} END) > 1" for held, told in categories)
    return database.counts(
        "SELECT count(*), CAST(sum(persons) AS BIGINT) FROM (SELECT count(*) AS persons FROM once_person "
        f'WHERE row IN (SELECT row FROM shared_person) GROUP BY "shared:nhs_number" HAVING {differ})'
    )


def _cell(cells: Cells) -> str:
    return f"CAST({cells.cell} AS USMALLINT) AS cell"


def _word(fact: Fact) -> str:
    """The first word of PRECEDENCE that one of the items of a fact holds, in SQL over `once_person`."""
    names = [f'"{status_name(item)}"' for item in fact.items]
    if len(names) == 1:
        return names[0]
    branches = [f"WHEN {HELD[word]} IN ({', '.join(names)}) THEN {HELD[word]}" for word in PRECEDENCE]
    return f"CASE {' '.join(branches)} END"


def _any_other(context: Context) -> str:
    """Whether the first item that holds a category says any other, as 1 or 0."""
    branches = list[str]()
    for item, codes in zip(ETHNIC_ITEMS, (ANY_OTHER_ETHNICITY, ANY_OTHER_ETHNICITY_2021), strict=True):
        places = ", ".join(["0", *(str(int(code in codes)) for code in values_of(context, item))])
        branches.append(f'WHEN "{status_name(item)}" = {VALID} THEN [{places}]["{category_name(item)}" + 1]')
    return f"CASE {' '.join(branches)} ELSE 0 END"
