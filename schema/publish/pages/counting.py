"""What a rule counts: over how many rows (the denominator), and which of them it counts (the numerator)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from schema.publish.pages.page import code, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.publish.pages.written import Object

    Pair = tuple[str, str]


def counted(rule: Object) -> tuple[str, str]:
    """Denominator and numerator in words, as HTML."""
    check = rule["check"]
    return KINDS[check["kind"]](check, escape(title_of(rule["table"])))


def threshold(rule: Object) -> str:
    """Above which share a rate rule fails, and on how many it is judged, as HTML; nothing for any other rule."""
    check = rule["check"]
    if check["kind"] != "rate":
        return ""
    least = f"; not judged on fewer than {check['minimum']}" if check.get("minimum") else ""
    if check.get("above") is None:
        return f"None: the figure is shown and never fails{least}."
    return f"Fails above {check['above']:.0%}{least}."


def _condition(check: Object, rows: str) -> Pair:
    where = f" for which {code(check['when'])} holds, and" if check.get("when") else ""
    judged = "on which the condition can be judged: what it reads is in its form, and no blank leaves it open"
    return f"{rows} rows{where} {judged}", "those for which the condition does not hold"


def _missing(check: Object, rows: str) -> Pair:
    where = f" for which {code(check['when'])} holds" if check.get("when") else ""
    return f"{rows} rows{where}", f"those in which {code(check['item'])} is blank"


def _format(check: Object, rows: str) -> Pair:
    return f"{rows} rows in which {code(check['item'])} is not blank", "those in which it is not in its form"


def _coded(check: Object, rows: str) -> Pair:
    return (
        f"{rows} rows in which {code(check['item'])} is not blank",
        "those whose code is not in the list at period end",
    )


def _retired(check: Object, rows: str) -> Pair:
    return f"{rows} rows in which {code(check['item'])} is not blank", "those with a code retired in the last 12 months"


def _repeated(_check: Object, rows: str) -> Pair:
    return f"{rows} rows", "every row of a key whose rows are not alike"


def _copied(_check: Object, rows: str) -> Pair:
    return f"{rows} rows", "every row of which there is another alike in every item"


def _link(check: Object, rows: str) -> Pair:
    return (
        f"{rows} rows that are not left out and name a row of {code(check['table'])}",
        "those that name a row which was not sent",
    )


def _shared(check: Object, rows: str) -> Pair:
    return (
        f"{rows} rows in which {code(check['item'])} can be read",
        "every row of a value that stands under two or more keys",
    )


def _contradiction(check: Object, rows: str) -> Pair:
    values = ", ".join(code(value) for value in check["values"])
    return (
        f"{rows} rows with one of {values} in {code(check['item'])}",
        "every row of a group that holds different ones of them",
    )


def _related(check: Object, rows: str) -> Pair:
    return (
        f"{rows} rows that are not left out and for which {code(check['when'])} holds",
        f"those whose person has no row in {code(check['table'])} with {code(check['match'])}",
    )


def _rate(check: Object, _rows: str) -> Pair:
    among = f" with {code(check['population'])}" if check.get("population") else ""
    return f"accepted {code(check['table'])} rows{among}", f"those with {code(check['numerator'])}"


def _declared(_check: Object, _rows: str) -> Pair:
    return "characteristics that the header declares", "those of which there is no answer Y, N, U or Z"


def _row_count(_check: Object, rows: str) -> Pair:
    return f"the table {rows}", "the table, where it does not have exactly one row"


def _table_missing(_check: Object, rows: str) -> Pair:
    return "the submission", f"the submission, where the table {rows} is not in it"


#: each kind of check, with what says it
KINDS: dict[str, Callable[[Object, str], Pair]] = {
    "condition": _condition,
    "missing": _missing,
    "format": _format,
    "code": _coded,
    "retired": _retired,
    "repeated": _repeated,
    "copied": _copied,
    "link": _link,
    "shared_value": _shared,
    "contradiction": _contradiction,
    "related": _related,
    "rate": _rate,
    "declared_not_recorded": _declared,
    "row_count": _row_count,
    "table_missing": _table_missing,
}
