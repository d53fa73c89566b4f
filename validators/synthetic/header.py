"""The header of a synthetic submission, and how each of its rules is broken."""
# ruff: noqa: ARG001 - every breaker is called alike, whether or not it needs the case

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.synthetic.breaking import SPOILT, Case, Cells

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from schema.dataset import Dataset
    from schema.rule import Rule
    from validators.synthetic.calendar import Calendar

#: the file is made before the period is over
MADE_EARLY = frozenset({"PMD00012", "PMD00013"})
_EARLY_COPY = "PMD00001"
_UNKNOWN_PROVIDER = "Q9Z9Z"
_LOCAL = "L-HOARDING"


def _unknown_release(row: Cells, case: Case) -> None:
    row["dataset_version"] = "9.9.9"


def _unknown_provider(row: Cells, case: Case) -> None:
    row["provider_org_code"] = _UNKNOWN_PROVIDER


def _no_month(row: Cells, case: Case) -> None:
    row["period_end"] = case.day(1)


def _made_in_future(row: Cells, case: Case) -> None:
    row["created_at"] = "2099-01-01T09:00:00"


def _nothing_recorded(row: Cells, case: Case) -> None:
    row["local_extensions"] = f"{_LOCAL}=Hoarding"
    row["declared_plus"] = "|".join(filter(None, (row["declared_plus"], _LOCAL)))


def _as_it_is(row: Cells, case: Case) -> None:
    """What breaks the rule lies elsewhere: in the calendar, or in the number of rows."""


HEADER_FAULTS: dict[str, Callable[[Cells, Case], None]] = {
    "PMD00001": _as_it_is,
    "PMD00002": _unknown_release,
    "PMD00004": _unknown_provider,
    "PMD00006": _no_month,
    "PMD00007": _made_in_future,
    "PMD00009": _unknown_provider,
    "PMD00011": _no_month,
    "PMD00012": _as_it_is,
    "PMD00013": _as_it_is,
    "PMD90005": _nothing_recorded,
}


def header_rows(
    dataset: Dataset, given: Cells, calendar: Calendar, declared: Collection[str], faults: Iterable[str]
) -> list[Cells]:
    """The records of the header with the cells `given`: one, unless the fault is that there are two."""
    broken = frozenset(faults)
    row: Cells = dict.fromkeys(dataset.tables["header"].item_names)
    row |= given | {
        "period_start": calendar.iso(calendar.start),
        "period_end": calendar.iso(calendar.end),
        "created_at": f"{calendar.iso(calendar.created)}T09:00:00",
        "system_supplier": "Synthetic",
        "system_product": "Synthetic records",
        "system_version": "1",
        "declared_plus": "|".join(sorted(declared)) or None,
        "opt_out_applied": "NA",
        "persons_withheld": "0",
    }
    case = Case(dataset, calendar, calendar.start, 0)
    for rule_id in sorted(broken):
        _broken(dataset.rule(rule_id), row, case)
    return [row, dict(row)] if _EARLY_COPY in broken else [row]


def _broken(rule: Rule, row: Cells, case: Case) -> None:
    if rule.id in HEADER_FAULTS:
        HEADER_FAULTS[rule.id](row, case)
        return
    name = rule.items[0]
    data_type = case.dataset.tables["header"].item(name).data_type
    if rule.check.kind == "missing":
        row[name] = None
    elif rule.check.kind == "format":
        row[name] = SPOILT[data_type.name](row[name], data_type, case)
    else:
        row[name] = case.unlisted(data_type)
