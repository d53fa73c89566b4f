"""Every measure of a submission on DuckDB, from the verdict tables that are left when all rules have been judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validators.core20 import CURRENT
from validators.engines.duckdb_access import Access
from validators.engines.duckdb_groups import Cells
from validators.engines.duckdb_measures import (
    answer_splits,
    counted_answers,
    equality_tally,
    fact_splits,
    linkage_tally,
    plus_tallies,
)
from validators.engines.duckdb_people import make_alike, make_people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_places import Places


def measures(database: Database, context: Context, tables: Iterable[str], places: Places) -> dict[str, Any]:
    """The parts of a tally that speak of persons. `tables`: those that were sent, person among them."""
    cells, sent = Cells(context, placed=CURRENT in places.indexes), frozenset(tables)
    make_alike(database, cells)
    if sent - {"person"}:
        make_people(database, cells)
    answered = counted_answers(database, cells) if "plus_characteristic" in sent else None
    facts = tuple(fact_splits(database, cells))
    everybody = next(split for split in facts if (split.subject, split.by) == ("ethnicity", "all"))
    linkage = linkage_tally(database, cells, answered)
    holding = frozenset((linked.by, linked.group) for linked in linkage.groups if linked.by in cells.parts)
    return {
        "plus": tuple(plus_tallies(answered)) if answered else (),
        "equality": equality_tally(database, context, everybody),
        "linkage": linkage,
        "accepted_persons": everybody.eligible,
        "splits": (*facts, *(answer_splits(answered, context) if answered else ())),
        "access": tuple(Access(database, cells, sent, answered, holding).tallies()),
        "core20": tuple(places.core20_tallies()),
    }
