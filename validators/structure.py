"""Structure: what is wrong with a file rather than with a value, as findings, and the header record.

The ids have the derived form (`PMD001.file.short_lines`, `PMD001.column.missing`): the check is the end of the id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.rule import Mend
from validators.finding import Cause, Finding, exact, finding_of, sample_of
from validators.origins import columns_of_fault, columns_of_items, row_of_fault
from validators.readers.fault_kinds import FAULT_KINDS
from validators.readers.faults import counts_records, without_number
from validators.report import RuleOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schema.rule import Action, Severity
    from validators.finding import Shown
    from validators.origins import Origins
    from validators.source import StructureFault


@dataclass(frozen=True, slots=True)
class FaultText:
    """What a finding says of a fault in a file, as a rule would."""

    id: str
    title: str
    severity: Severity
    action: Action
    table: str
    items: tuple[str, ...]
    message: str
    why: str
    fix: str
    mend: Mend = "export_mapping"


def fault_findings(
    codes: Mapping[str, str], faults: Iterable[StructureFault], origins: Mapping[str, Origins], *, counted: bool = True
) -> Iterator[Finding]:
    """The findings on the faults of one file, or of what was sent as a whole. `codes`: table → what its ids begin with.

    Where its records may not be counted, no number of records, rows or lines is told.
    """
    for found in faults:
        uncounted = not counted and counts_records(found)
        fault = without_number(found) if uncounted else found
        text = _text(codes[fault.table], fault)
        samples = tuple(sample_of(r, line, source=row_of_fault(fault, r, origins)) for r, line in fault.sample_rows)
        columns = columns_of_items(fault.table, fault.items, origins) + columns_of_fault(fault, origins)
        cause = Cause(
            kind=fault.kind,
            received=fault.received or None,
            expected=fault.expected or None,
            suggestion=fault.suggestion or None,
        )
        yield finding_of(
            text,
            cause,
            assessed=None,
            failed=None if uncounted else fault.count,
            samples=samples,
            source_columns=columns,
            counted="columns" if fault.check.startswith("column") else "rows",
        )


def _sum(counts: Sequence[Shown | None]) -> int | None:
    """All together; None where one may not be told."""
    return None if None in counts else sum(exact(count) or 0 for count in counts)


def _text(table_code: str, fault: StructureFault) -> FaultText:
    return FaultText(
        id=f"{table_code}.{fault.check}",
        title=_title(fault.check),
        severity=fault.severity,
        action=fault.action,
        table="dataset" if fault.check == "file.ignored" else fault.table,
        items=fault.items,
        message=_message(fault),
        why=_WHY.get(fault.check, "What cannot be told apart, or has no place in the data set, cannot be used."),
        fix=fault.suggestion or f"Expected: {fault.expected}.",
    )


def _message(fault: StructureFault) -> str:
    if fault.check == "file.ignored":
        return f"The workbook holds {fault.received}"
    if fault.check == "file.misnamed":
        return f"The table {fault.table} was not sent, and there is {fault.received}"
    subject = "The file" if fault.check.startswith("file") else "A column"
    return f"{subject} of {fault.table} differs from what was expected: {fault.received}"


_TITLES = {
    "column.missing": "Columns that are not there",
    "column.identifying": "Columns of names, addresses or ways to reach a person",
    "column.unknown": "Columns that the data set does not have",
    "column.misspelt": "Columns whose name is spelt otherwise",
    "column.duplicate": "Columns that stand there twice",
    "file.short_lines": "Lines with too few values",
    "file.long_lines": "Lines with too many values",
    "file.format": "A file of another format than its name says",
    "file.ignored": "Sheets that were not read",
    "file.misnamed": "A file or sheet that was not read, and is nearly named after a table",
    "file.encoding": "Characters in another encoding than UTF-8",
    "file.empty": "A file without a record",
}


_WHY = {
    "file.misnamed": "What is not read is not checked: nothing that this report says holds for it.",
    "column.missing": "Every row counts as blank in an item whose column is not there.",
    "column.unknown": "A column that no item has the name of is not read, whatever stands in it.",
    "column.identifying": "What names a person has no place in this data set, and goes wherever the file goes.",
    "column.misspelt": "Other programs know a column by its exact name alone.",
}


def _title(check: str) -> str:
    return _TITLES.get(check, check.replace(".", ": ").replace("_", " ").capitalize())


def title_of(rule_id: str) -> str | None:
    """The title of a check of files or columns; None where there is none of that id."""
    _, _, check = rule_id.partition(".")
    return _title(check) if any(kind.check == check for kind in FAULT_KINDS.values()) else None


def fault_outcomes(findings: Iterable[Finding]) -> Iterator[RuleOutcome]:
    """An outcome for each check of the software that found something."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule_id, []).append(finding)
    for rule_id, group in by_rule.items():
        yield RuleOutcome(
            rule_id=rule_id,
            title=group[0].title,
            table=group[0].table,
            data_items=tuple(dict.fromkeys(item for finding in group for item in finding.data_items)),
            severity=group[0].severity,
            outcome="failed",
            assessed_rows=exact(group[0].assessed_rows),
            failed_rows=_sum([f.failed_rows for f in group]),
        )
