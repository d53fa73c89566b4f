"""The shareable copy of a report: no row, no key, no value; counts rounded or hidden: none points to a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from validators.changes import changes
from validators.copies.before import considering, together
from validators.copies.cells import Path, figures, resting, rewritten, shown_figures, whole_categories
from validators.copies.kept import is_kept, kept_figures
from validators.copies.narrowing import MOST
from validators.copies.strip import stripped
from validators.copies.sums import all_totals, equals
from validators.copies.suppress import Figures, hidden
from validators.copies.untold import handed_on, silent_rules, without_outcomes
from validators.finding import HIDDEN, Finding, Shown, exact
from validators.item_titles import titles_of
from validators.mend_first import mend_first
from validators.report import counts_of, rules_checked, what_next_of
from validators.rounding import is_small, rounded
from validators.verdict import accepted, with_findings

if TYPE_CHECKING:
    from validators.copies.system import Bounds
    from validators.measured import Core20Figure
    from validators.report import Report
    from validators.since import Since


#: what is said where nothing was found, and what a copy says then
NOTHING, NOTHING_TOLD = " has to be mended", " that this copy tells of has to be mended"

#: the last copy and what it was made of: several forms of one report ask for the same copy
_last: list[tuple[Report, Report | None, Report]] = []
_NOTHING: Mapping[Path, int] = MappingProxyType({})


def shareable(report: Report, before: Report | None = None) -> Report:
    """The shareable copy. One that is shareable already comes back as it is.

    `before` is the report with which it is compared, in either copy: what changed is worked out of copies of both. A
    report that was compared, and without it, says nothing of changes.
    """
    if report.copy_kind == "shareable":
        return report
    if not _last or _last[0][0] is not report or _last[0][1] is not before:
        _last[:] = [(report, before, _made(report, before))]
    return _last[0][2]


def _made(report: Report, before: Report | None) -> Report:
    bare = handed_on(report)
    earlier = _earlier(before) if before is not None else None
    if report.since is not None and (report.since.hidden or report.since.kept):
        looks = _found_then(bare, report.since)
    else:
        looks = _looks(bare, before, earlier)
    copy = written(bare, looks.hides, looks.kept)
    return copy if earlier is None else copy.model_copy(update={"since": changes(copy, earlier)})


def _earlier(before: Report) -> Report:
    """The shareable copy of an earlier report. Of one that came as a copy the counts are taken, and no share."""
    return shareable(before) if before.copy_kind == "owner" else rewritten(before, lambda _, count: count)


class _Looks(NamedTuple):
    """How a copy shows its figures: which it hides, and which it shows as an earlier copy shows them."""

    hides: frozenset[Path]
    kept: Mapping[Path, int]


def _found_then(bare: Report, since: Since) -> _Looks:
    """As it was found when the report was compared. The report may come from anywhere."""
    named = {name_of(path): (path, value) for path, value in figures(bare)}
    hides = frozenset(named[name][0] for name in since.hidden if name in named)
    kept = ((*named[name], shown) for name, shown in since.kept.items() if name in named)
    return _Looks(hides, {path: shown for path, value, shown in kept if is_kept(value, shown)})


def _looks(bare: Report, before: Report | None, earlier: Report | None) -> _Looks:
    own = figures_of(bare)
    alone = hidden(own)
    if before is None or earlier is None:
        return _Looks(alone, {})
    was, shown = handed_on(before), dict(shown_figures(earlier))
    hides = hidden(considering(own, was, earlier, alone))
    if was.copy_kind == "owner":
        hides = together(own, hides, figures_of(was), [path for path, value in shown.items() if value == HIDDEN])
    return _Looks(hides, kept_figures(own, hides, shown))


def compared(report: Report, before: Report) -> Report:
    """The report with what changed since `before`, an earlier one that may be compared with it."""
    bare, earlier = handed_on(report), _earlier(before)
    looks = _looks(bare, before, earlier)
    if before.copy_kind == "shareable":
        since = changes(written(bare, looks.hides, looks.kept), earlier)
    else:
        since = changes(stripped(report), stripped(before))
    hides = tuple(sorted(map(name_of, looks.hides)))
    keeps = {name_of(path): shown for path, shown in sorted(looks.kept.items())}
    return report.model_copy(update={"since": since.model_copy(update={"hidden": hides, "kept": keeps})})


def name_of(path: Path) -> str:
    """A path as one text."""
    return "/".join(path)


def figures_of(report: Report) -> Figures:
    """The figures of one report, and what adds up among them."""
    return Figures(
        values=dict(figures(report)),
        totals=all_totals(report),
        equals=tuple(equals(report)),
        sensitive=frozenset((*whole_categories(report), *_on_few_persons(report))),
        told=frozenset(_told(report)),
        known=dict.fromkeys(_found(report), (1, MOST)) | dict(_judged(report)),
    )


def _on_few_persons(report: Report) -> Iterator[Path]:
    """Counts of rows that belong to so few persons that the persons are not counted either."""
    given = dict(figures(report))
    return (rows for rows, persons in resting(report) if is_small(given.get(persons, 0)) and rows in given)


def _found(report: Report) -> Iterator[Path]:
    """Counts of findings: that there is a finding says that a row has it."""
    return (("findings", f.fingerprint, "failed_rows") for f in report.findings if exact(f.failed_rows))


def _judged(report: Report) -> Iterator[tuple[Path, Bounds]]:
    """What it says of the persons that a rate rule was judged, or was not."""
    for rule in report.rules:
        if rule.minimum is not None and rule.assessed_rows is not None:
            yield ("rules", rule.rule_id, "assessed_rows"), (rule.minimum, MOST)
        elif rule.minimum is not None and (exact(report.linkage.persons) or rule.minimum) < rule.minimum:
            yield ("linkage", "persons"), (0, rule.minimum - 1)


def _told(report: Report) -> Iterator[Path]:
    """Zeros that the report tells in words: a rule that passed was broken by no row."""
    for path, value in figures(report):
        of_rule = path[0] == "rules" and path[-1] == "failed_rows"
        of_item = path[0] == "data_items" and path[-1] in ("missing", "invalid")
        if value == 0 and (of_rule or of_item):
            yield path


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes each figure as the copy shows it."""

    hidden: Collection[Path]
    kept: Mapping[Path, int]

    def __call__(self, path: Path, count: int) -> Shown:
        return HIDDEN if path in self.hidden else self.kept.get(path, rounded(count))


def written(report: Report, hides: Collection[Path], kept: Mapping[Path, int] = _NOTHING) -> Report:
    """The copy of a stripped report: some figures hidden, some as an earlier copy shows them, the others rounded."""
    copy = without_outcomes(report, rewritten(report, _Writer(hides, kept)), hides)
    findings = tuple(_without_shapes(finding) for finding in copy.findings)
    figures = tuple(_decided(figure) for figure in copy.core20.figures)
    return copy.model_copy(
        update={
            "copy_kind": "shareable",
            "verdict_sentence": _sentence(copy),
            "what_next": _what_next(copy, report),
            "counts": counts_of(findings),
            "findings": findings,
            "core20": copy.core20.model_copy(update={"figures": figures}),
            "mend_first": mend_first(findings, copy.data_items, copy.tables, titles_of(copy)),
        }
    )


def _sentence(copy: Report) -> str:
    """The verdict in one sentence, which speaks of rounded figures."""
    if copy.verdict == "rejected" or copy.slice is not None:
        return copy.verdict_sentence
    if copy.verdict == "accepted":
        checked, silent = rules_checked(copy.rules), len(silent_rules(copy))
        return accepted(checked, len(copy.rules) - checked - silent, silent)
    sent = next((table for table in copy.tables if table.table == "person"), None)
    kept = next((exact(item.rows) for item in copy.data_items if item.table == "person"), None)
    persons = exact(sent.rows) if sent is not None else None
    if sent is None or not persons or kept is None:
        return with_findings(copy.findings)
    return with_findings(copy.findings, "all" if sent.rejected_rows == 0 else f"about {kept:,} of", persons)


def _what_next(copy: Report, report: Report) -> str:
    """A copy can leave something out, whether or not it does: it does not say that there is nothing."""
    if copy.verdict != "accepted" or copy.slice is not None:
        return copy.what_next
    return what_next_of(copy.findings, report.rules, None).replace(NOTHING, NOTHING_TOLD)


def _decided(figure: Core20Figure) -> Core20Figure:
    """What is said of most deciles that were sent follows from figures that are shown."""
    sent = figure.submitted
    if sent is None:
        return figure
    most = 2 * (exact(sent.reversed) or 0) > (exact(sent.compared) or 0)
    return figure.model_copy(update={"submitted": sent.model_copy(update={"order_reversed": most})})


def _without_shapes(finding: Finding) -> Finding:
    """A form that is shown tells that eight rows or more have it: where the count is hidden no form stands."""
    shapes = () if finding.failed_rows == HIDDEN else tuple(s for s in finding.cause.shapes if s.rows != HIDDEN)
    return finding.model_copy(update={"cause": finding.cause.model_copy(update={"shapes": shapes})})
