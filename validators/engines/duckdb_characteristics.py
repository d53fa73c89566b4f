"""The answers to characteristics on DuckDB: of each person and characteristic, the one that counts.

Most persons have one row for a characteristic. Those with several are found first, in `several_answers`, by a number
for both: that takes less than to compare all rows, or to work out of all what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.answers import ANSWER_ORDER, ASKED_SOURCES, SOURCE_ORDER
from validators.plan import final_name

if TYPE_CHECKING:
    from validators.engines.duckdb_connection import Database

#: the table of the numbers that several rows have
SEVERAL = "several_answers"
_CHARACTERISTIC = f'"{final_name("characteristic_code")}"'
_NUMBER = f"hash(person, {_CHARACTERISTIC})"
#: the numbers of the rows that are left when the rows have been judged
NUMBERS = (
    f"(SELECT {_NUMBER} AS number FROM ok_plus_characteristic "
    f"WHERE person IS NOT NULL AND {_CHARACTERISTIC} IS NOT NULL)"
)
#: whether there are other rows for the person and characteristic of a row; all others are alone
IS_ONE_OF_SEVERAL = f"{_NUMBER} IN (SELECT value FROM {SEVERAL})"
#: whether there may be a row like it in every item
MAY_BE_COPIED = f"(person IS NULL OR {_CHARACTERISTIC} IS NULL OR {IS_ONE_OF_SEVERAL})"

#: the answers and sources by their places in the orders, as columns hold them
PLACES = {code: place for place, code in enumerate(ANSWER_ORDER)}
#: whether the row says more than that nobody knows
IS_ANSWER = f"said <> {PLACES['X']}"
_ASKED = f"said_by IN ({', '.join(str(SOURCE_ORDER.index(source)) for source in sorted(ASKED_SOURCES))})"
#: what a row says of the question: whether the person was asked and answered, and declined
OF_ROW = {
    "asked": f"{_ASKED} AND {IS_ANSWER}",
    "declined_asked": f"{_ASKED} AND said = {PLACES['Z']}",
}
#: added to the rank of an answer that is neither yes nor no: a known one comes first
_NOT_KNOWN = 10**11


def make_answers(database: Database) -> None:
    """Make `answers`: a row a person and characteristic, with the answer that counts and what stands beside it."""
    rows = "FROM once_plus_characteristic WHERE person IS NOT NULL AND code > 0"
    some = database.counts(f"SELECT count(*) FROM {SEVERAL}")[0] > 0
    beside = ", ".join(f"{test} AS {name}" for name, test in OF_ROW.items())
    query = f"SELECT person, code, said, {beside}, false AS declined_later {rows}"
    if some:
        query += f" AND NOT {IS_ONE_OF_SEVERAL} UNION ALL {_of_several(f'{rows} AND {IS_ONE_OF_SEVERAL}')}"
    database.run(f"CREATE OR REPLACE TABLE answers AS {query}")


def _of_several(rows: str) -> str:
    """The answers of those who have several rows for a characteristic."""
    known = f"CASE WHEN said <= {PLACES['N']} THEN rank ELSE rank + {_NOT_KNOWN} END"
    any_row = ", ".join(f"bool_or({test}) AS {name}" for name, test in OF_ROW.items())
    declined = f"min(rank) FILTER (WHERE said = {PLACES['Z']})"
    grouped = (
        f"SELECT person, code, min({known}) AS counted, {any_row}, {declined} AS declined {rows} GROUP BY person, code"
    )
    later = f"coalesce(counted < {_NOT_KNOWN} AND declined // 1000 < counted // 1000, false)"
    said = "CAST(counted % 10 AS UTINYINT)"
    return f"SELECT person, code, {said}, {', '.join(OF_ROW)}, {later} FROM ({grouped})"
