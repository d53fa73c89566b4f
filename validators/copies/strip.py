"""What is taken out of a report before it is handed on, figures aside.

- Samples: a row, a line and a key point to one record.
- Words that came from the file: the narrative, labels of local codes, names of files and of columns that the data set
  does not have. A name or a number of a person can stand in any of them.
- Digest and size of a file: a small file, or one of which all but a little is known, can be guessed and tried.
- What a mapping did, with its exact counts, and the columns of the extract.
- Reasons and owners of accepted findings: names of staff, and free text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from validators.copies.labels import without_labels
from validators.finding import Differing, Finding, exact, fingerprint
from validators.rounding import SMALL, could_be, is_small

if TYPE_CHECKING:
    from validators.report import FileInfo, Report, RuleOutcome

#: ids of findings on a file itself, whose words name what stands in the file
_OF_A_FILE = re.compile(r"PMD[0-9]{3}\.(file|column)\.[a-z_]+")


def stripped(report: Report) -> Report:
    """The report without what points to a record or could name a person; its figures still exact."""
    items = {item.data_item for item in report.data_items}
    findings = tuple(_merged(_bare(finding, items) for finding in report.findings))
    submission = report.submission.model_copy(
        update={"narrative": None, "files": tuple(_unnamed(file) for file in report.submission.files)}
    )
    entries = (entry.model_copy(update={"reason": None, "owner": None}) for entry in report.accepted)
    return report.model_copy(
        update={
            "findings": findings,
            "rules": tuple(_known_items(rule, items) for rule in report.rules),
            "submission": submission,
            **without_labels(report),
            "ignored_files": (),
            "notes": (),
            "accepted": tuple(entries),
            "reveal": "none",
            "since": None,
        }
    )


def of_a_file(rule_id: str) -> bool:
    """Whether a rule is about a file itself rather than a value."""
    return _OF_A_FILE.fullmatch(rule_id) is not None


def _bare(finding: Finding, items: Collection[str]) -> Finding:
    """The finding without rows and keys, and without forms that a few values have."""
    shapes = tuple(shape for shape in finding.cause.shapes if not is_small(exact(shape.rows) or 0))
    silent = None if finding.accepted is None else finding.accepted.model_copy(update={"reason": None, "owner": None})
    cause = finding.cause.model_copy(update={"shapes": shapes, "differing": tuple(_differing(finding))})
    named = finding.fingerprint or fingerprint(finding.rule_id, finding.cause.kind, finding.data_items)
    bare = finding.model_copy(
        update={
            "fingerprint": named,
            "samples": (),
            "more": finding.failed_rows,
            "cause": cause,
            "accepted": silent,
            "hidden_groups": (),
            "hidden_rows": (),
            "source_columns": (),
        }
    )
    return _without_names(bare, items) if of_a_file(finding.rule_id) else bare


def _differing(finding: Finding) -> Iterator[Differing]:
    """Items in which rows of many keys differ, by name alone: their order would tell of how many.

    Two rows or more stand under each key. An item is named where that says no more of the rows than their count.
    """
    failed = exact(finding.failed_rows)
    if failed is None or could_be(failed)[0] < 2 * (SMALL + 1):
        return
    many = (each.data_item for each in finding.cause.differing if each.keys is None or not is_small(each.keys))
    yield from (Differing(data_item=name, keys=None) for name in sorted(many))


def _without_names(finding: Finding, items: Collection[str]) -> Finding:
    """A finding on a file says what it met by name and number: columns, lines. Here it says what kind of thing."""
    named = tuple(name for name in finding.data_items if name in items)
    cause = finding.cause.model_copy(update={"received": None, "expected": None, "suggestion": None})
    return finding.model_copy(
        update={
            "data_items": named,
            "fingerprint": fingerprint(finding.rule_id, finding.cause.kind, named),
            "message": f"{finding.title}. The owner's copy of this report says which, and how to mend it.",
            "fix": None,
            "cause": cause,
        }
    )


def _known_items(rule: RuleOutcome, items: Collection[str]) -> RuleOutcome:
    if not of_a_file(rule.rule_id):
        return rule
    return rule.model_copy(update={"data_items": tuple(name for name in rule.data_items if name in items)})


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings that read alike without their names are one."""
    by_print: dict[str, Finding] = {}
    for finding in findings:
        before = by_print.get(finding.fingerprint)
        by_print[finding.fingerprint] = finding if before is None else _added(before, finding)
    yield from by_print.values()


def _added(one: Finding, other: Finding) -> Finding:
    counts = (exact(one.failed_rows), exact(other.failed_rows))
    failed = None if None in counts else sum(count or 0 for count in counts)
    return one.model_copy(update={"failed_rows": failed, "more": failed})


def _unnamed(file: FileInfo) -> FileInfo:
    return file.model_copy(update={"name": file.table, "bytes": None, "sha256": None})
