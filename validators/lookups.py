"""Reference data and releases: the values for which a reference-data function is true, by the period of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validators.context import Context

    Row = Mapping[str, str | None]


def looked_up(context: Context) -> dict[str, frozenset[str]]:
    """Function of the row language → the texts for which it is true. Sets that are not loaded are left out.

    A text of two values joins them by `|`.
    """
    found: dict[str, frozenset[str]] = {}
    if "ods" in context.reference:
        found |= _organisations(context)
    if "onspd" in context.reference:
        found |= _postcodes(context)
    if "lsoa" in context.reference:
        found["lsoa_exists"] = frozenset(f"{row['code']}|{row['vintage']}" for row in context.reference["lsoa"])
    if "pseudo_postcode" in context.reference:
        found["pseudo_postcode"] = frozenset(str(row["postcode"]) for row in context.reference["pseudo_postcode"])
    return found


def _organisations(context: Context) -> dict[str, frozenset[str]]:
    rows = context.reference["ods"]
    live = [row for row in rows if _lives(row, "open_from", "closed_on", context)]
    registering = (row for row in live if (row.get("registers_patients") or "").lower() in _YES)
    return {
        "ods_known": frozenset(_texts(rows, "code")),
        "ods_live": frozenset(_texts(live, "code")),
        "ods_registers": frozenset(_texts(registering, "code")),
    }


_YES = frozenset({"yes", "y", "true", "1"})


def _postcodes(context: Context) -> dict[str, frozenset[str]]:
    rows = [r for r in context.reference["onspd"] if _on_or_before(r.get("start"), context)]
    live = [row for row in rows if _lives(row, "start", "terminated", context)]
    return {"postcode_known": frozenset(_texts(rows, "postcode")), "postcode_live": frozenset(_texts(live, "postcode"))}


def _texts(rows: object, name: str) -> Iterator[str]:
    for row in rows:  # type: ignore[attr-defined]
        if row.get(name) is not None:
            yield str(row[name])


def _on_or_before(start: str | None, context: Context) -> bool:
    return start is None or context.period_end is None or start <= context.period_end.isoformat()


def _lives(row: Row, start: str, end: str, context: Context) -> bool:
    """Live on at least one day of the period."""
    first = context.period_start.isoformat() if context.period_start else "0001-01-01"
    return _on_or_before(row.get(start), context) and (row.get(end) or "9999-12-31") >= first
