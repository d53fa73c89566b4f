"""What adds up across the parts of a report: rules and their findings, tables and files, persons counted many times.

A reader of the copy knows the rules; so whatever they could put together from two parts has to stand here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from validators.copies.answer_sums import answer_totals
from validators.copies.cells import Path, Total, figures, totals
from validators.copies.group_sums import group_equals, group_totals
from validators.copies.rule_sums import rule_totals
from validators.finding import Finding

if TYPE_CHECKING:
    from validators.measured import PlusMeasure
    from validators.report import Report

Figures = Mapping[Path, int]

#: outcomes of an item of which a rule may give no verdict, in the order in which more of them are left out
_NOT_JUDGED = ("missing", "invalid", "not_known", "declined", "asked_unsure")


def all_totals(report: Report) -> list[Total]:
    """Everything in one report that adds up, or is some of something."""
    given = dict(figures(report))
    across = (_causes(report), _kept(report), _judged(report), _left_over(report, given), _ages(report.plus))
    apart = (group_totals(report), rule_totals(report, given), answer_totals(report, given))
    found = [*totals(report), *(total for some in (*across, *apart) for total in some)]
    return [total for total in found if all(path in given for path in (*total.whole, *total.parts))]


def equals(report: Report) -> Iterator[tuple[Path, ...]]:
    """Figures that are one and the same figure, told in several places."""
    given = dict(figures(report))
    tables = {rule.rule_id: rule.table for rule in report.rules} | {f.fingerprint: f.table for f in report.findings}
    tables |= {measure.characteristic: _persons(measure) for measure in report.plus}
    alike: defaultdict[tuple[str, int], list[Path]] = defaultdict(list)
    named = [(_group(path, tables), path) for path in given]
    for group, path in (*named, *group_equals(report)):
        if group is not None and given.get(path):
            alike[group, given[path]].append(path)
    yield from (tuple(paths) for paths in alike.values() if len(paths) > 1)
    yield from _outcomes(report, given)


def _group(path: Path, tables: Mapping[str, str]) -> str | None:
    """The name under which figures of the same value are the same: rows of a table, persons."""
    match path:
        case ("submission", "files", table, "rows") | ("tables", table, "rows"):
            return table
        case ("data_items", item, "rows"):
            return item.partition("/")[0]
        case ("rules" | "findings", name, "assessed_rows"):
            return "person" if tables[name] == "dataset" else tables[name]
        case ("plus", code, "eligible"):
            return tables[code]
        case ("equality", "ethnicity", "persons") | ("linkage" | "access", "persons"):
            return "person"
        case ("equality", "facts", _, "eligible") | ("core20", "figures", _, "persons"):
            return "person"
        case _:
            return None


def _persons(measure: PlusMeasure) -> str:
    """All persons, or those of an age."""
    ages = measure.min_age, measure.max_age
    return "person" if ages == (None, None) else f"person of {ages}"


def _causes(report: Report) -> Iterator[Total]:
    """The findings of a rule are the rows that broke it; each is of the rows that the rule judged."""
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule_id].append(finding)
    for rule, found in by_rule.items():
        parts = tuple(("findings", finding.fingerprint, "failed_rows") for finding in found)
        yield Total((("rules", rule, "failed_rows"),), parts)


def _kept(report: Report) -> Iterator[Total]:
    """Rows are left out, or kept, or copies of others."""
    for table in report.tables:
        whole, *kept = _rows_of(report, table.table)
        if kept:
            yield Total((whole,), (("tables", table.table, "rejected_rows"), *kept), rest=True)


def _judged(report: Report) -> Iterator[Total]:
    """What a rule judged is some of its table: the difference is a count too, such as that of blanks."""
    for rule in report.rules:
        if rule.table == "dataset":
            continue
        judged = (("rules", rule.rule_id, "assessed_rows"),)
        yield from (Total((whole,), judged, rest=True) for whole in _rows_of(report, rule.table))


def _left_over(report: Report, given: Figures) -> Iterator[Total]:
    """What a rule did not judge can be what outcomes of its items count, or another rule on them: blanks above all."""
    broke = defaultdict[tuple[str, str], list[Path]](list)
    for rule in report.rules:
        for item in rule.data_items:
            broke[rule.table, item].append(("rules", rule.rule_id, "failed_rows"))
    for rule in report.rules:
        judged = ("rules", rule.rule_id, "assessed_rows")
        counts = [
            paths
            for item in rule.data_items
            for paths in (*((path,) for path in broke[rule.table, item]), *_not_judged(rule.table, item, given))
        ]
        for whole in _rows_of(report, rule.table):
            over = given.get(whole, 0) - given.get(judged, 0)
            yield from (
                Total((whole,), (judged, *paths))
                for paths in counts
                if over > 0 and over == sum(given.get(path, 0) for path in paths)
            )


def _not_judged(table: str, item: str, given: Figures) -> Iterator[tuple[Path, ...]]:
    """The outcomes of an item of which a rule may give no verdict, one after the other."""
    left_out: tuple[Path, ...] = ()
    for outcome in _NOT_JUDGED:
        path = ("data_items", f"{table}/{item}", outcome)
        if given.get(path):
            left_out = (*left_out, path)
            yield left_out


def _rows_of(report: Report, table: str) -> Iterator[Path]:
    """The rows of a table as they were sent, and as they were kept."""
    yield "tables", table, "rows"
    item = next((item for item in report.data_items if item.table == table), None)
    if item is not None:
        yield "data_items", f"{table}/{item.data_item}", "rows"


def _outcomes(report: Report, given: Figures) -> Iterator[tuple[Path, Path]]:
    """A rule on an item, or one of its findings, can count the same rows as one of the outcomes of the item."""
    for finding in report.findings:
        failed = ("findings", finding.fingerprint, "failed_rows")
        if finding.failed_rows is not None and finding.more == finding.failed_rows:
            yield failed, ("findings", finding.fingerprint, "more")
    for rule in (*report.rules, *report.findings):
        where = ("findings", rule.fingerprint) if isinstance(rule, Finding) else ("rules", rule.rule_id)
        for item in rule.data_items:
            paths = (("data_items", f"{rule.table}/{item}", name) for name in _outcomes_of(rule.rule_id))
            same = next(
                (path for path in paths if rule.failed_rows is not None and rule.failed_rows == given.get(path)), None
            )
            if same is not None:
                yield (*where, "failed_rows"), same


def _outcomes_of(rule_id: str) -> tuple[str, ...]:
    """The outcomes of an item that a rule can be about: the end of an id that follows from a definition says it."""
    check = rule_id.rpartition(".")[2]
    return {"missing": ("missing",), "format": ("invalid",), "code": ("invalid",)}.get(check, _NOT_JUDGED)


def _ages(measures: Iterable[PlusMeasure]) -> Iterator[Total]:
    """Persons below an age and persons from it on are no more than all."""
    everybody = next((m.characteristic for m in measures if m.min_age is None and m.max_age is None), None)
    limited = [measure for measure in measures if measure.min_age is not None or measure.max_age is not None]
    for one, other in combinations(limited, 2) if everybody else ():
        young, old = sorted((one, other), key=lambda m: m.min_age or 0)
        if young.max_age is not None and young.max_age < (old.min_age or 0):
            parts = (("plus", young.characteristic, "eligible"), ("plus", old.characteristic, "eligible"))
            yield Total((("plus", everybody or "", "eligible"),), parts, rest=True)
