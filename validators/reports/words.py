"""The words and figures that the forms for people share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.finding import HIDDEN, exact
from validators.reports import sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.data_item import Mandation
    from schema.rule import Action, Mend, Severity
    from validators.finding import Counted, Finding, Sample, Shown
    from validators.report import CopyKind, FileInfo, Purpose, Report
    from validators.verdict import Verdict

NONE_GIVEN = "–"

COUNTED: dict[Counted, str] = {"rows": "Rows", "persons": "Persons", "columns": "Columns", "groups": "Groups"}

SEVERITY: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "worth knowing"}
SEVERITIES: dict[Severity, str] = {"error": "Errors", "warning": "Warnings", "info": "Worth knowing"}
SEVERITY_MEANS: dict[Severity, str] = {
    "error": "The data do not conform to the release here. Each finding says what is left out because of it.",
    "warning": "The data conform, but something is missing or doubtful. Nothing is left out.",
    "info": "Counted so that you know of it. Nothing needs mending.",
}

ACTION: dict[Action, str] = {
    "file": "the whole file is refused",
    "group": "these rows are left out, with the rows that name them",
    "record": "these rows are left out",
    "field": "the item is treated as missing; the row stays",
    "none": "nothing is left out",
}

WHO: dict[Mend, str] = {
    "point_of_care": "those who ask and record at the point of care",
    "epr_configuration": "those who set up the electronic patient record",
    "export_mapping": "those who make the export and its mapping",
    "reference_data": "those who load reference data",
    "nobody": "nobody has to: the answer stands",
}

MANDATION: dict[Mandation, str] = {"M": "mandatory", "R": "required", "O": "optional", "P": "pilot"}
MANDATION_MEANS = (
    "Mandatory (M): the row cannot be used without it. Required (R): sent wherever it applies and is held. "
    "Optional (O): the provider's choice."
)

PURPOSE: dict[Purpose, str] = {
    "check": "This was a check: nothing was sent to anybody.",
    "submission": "This was a submission for the provider and period named here.",
}

VERDICT: dict[Verdict, str] = {
    "accepted": "Accepted",
    "accepted_with_findings": "Accepted with findings",
    "rejected": "Rejected",
}

COPY: dict[CopyKind, str] = {
    "owner": "This is the owner's copy: its figures are exact. Make a shareable copy before you hand it on.",
    "shareable": (
        "This is a shareable copy: it names no row and no record. Counts are rounded to the nearest 5, percentages "
        "come from rounded counts, and “*” stands for a count from 1 to 7, for all of a group, or for a count by "
        "which one of these could be worked out. The outcome of a rule that fails above a share is not told, nor that "
        "a few ids begin with letters, where it would say how many of so few they are."
    ),
}

PROPOSED = "PLUS-MDS is a proposed specification. No Information Standards Notice stands behind it."

FINDING_MEANS = "A finding is one rule broken in one way, however many rows broke it."
#: what a sign in the form of a value stands for
SIGNS = {"A": "for a letter of either case", "9": "for a digit", "?": "for another sign"}
ROW_MEANS = (
    "A row is one record of a table, counted from 1 below the line of column names; the line is where the record "
    "starts in the file."
)
KEY_MEANS = "A key is a scrambled reference: findings on the same record share it, and it does not say who it is."
TO_SEE_MORE = (
    "Not shown here: your own ids (--reveal keys), the cells at fault (--reveal values; over HTTP ?reveal=), and every "
    "failing row, as CSV (--rows FILE). All three are for the owner of the data alone."
)
NO_ROW_MEANS = (
    "Row numbers of this table are not given while rows of restricted characteristics stand in the file: take them out "
    "first, then check again."
)
NOT_ASSESSED_MEANS = (
    "Not assessed means that nobody knows: a rule could not be checked because something it needs was not there. "
    "It is never counted as passed."
)
NO_FIGURE_MEANS = (
    "“?” means that nothing could be judged. “–” means that there is no figure: no share of persons is given on fewer "
    "than 20 of them."
)
HIDDEN_COUNT = "The number is not given: it could point to a person."
ANSWERS_MEANS = (
    "One answer a person, over the persons whose age makes the question apply. Asked: the person answered, or a "
    "carer or parent for them; a refusal is an answer and is respected. More or fewer of an answer is neither better "
    "nor worse. An answer can be known without asking, from a record or a letter, so more can be known than asked. "
    "An answer that is assessed, and never asked for, has no share asked."
)
NO_ANSWER_MEANS = "No answer: recorded as not known, or nothing recorded."
NOT_RECORDED_MEANS = (
    "Not known: recorded as not known. Not recorded: nothing was sent for the person. Of both, nobody has asked, or "
    "nobody has written down the answer."
)
ITEMS_MEAN = (
    "Known: a value that says something. Not sure: asked, and not certain. Declined: asked, and preferred not to say. "
    "Not known: a code that says so. Missing: nothing was sent. Not usable: form or code is wrong."
)
SLICE_MEANS = "This is a slice: a slice holds findings. The measures stand in the whole report alone."
SCORE_MEANS = (
    "The item score follows the DQMI formula for this file only. It is not comparable with the published DQMI, nor "
    "between trusts; declined is never deducted."
)

#: items that are named in which rows of one key differ: with two systems' numbers nearly all of them do
MOST_NAMED = 8

STAND_ELSEWHERE = "stand in the HTML, XLSX and JSON forms."

NARRATIVE = "What the provider says about its figures"


TABLES = {
    "header": "Header",
    "person": "Person",
    "plus_characteristic": "PLUS characteristic",
    "referral": "Referral",
    "care_contact": "Care contact",
    "dataset": "Whole data set",
}


def table_title(table: str) -> str:
    """The name of a table for people."""
    return TABLES.get(table, table.replace("_", " ").capitalize())


def number(count: Shown | None) -> str:
    """A count with its thousands parted: every form writes counts so. One that is hidden stays hidden."""
    if count is None or count == HIDDEN:
        return NONE_GIVEN if count is None else HIDDEN
    return f"{count:,}"


def percent(rate: float | None) -> str:
    """A share. What is not none is never shown as 0 %, nor what is not all as 100 %."""
    if rate is None:
        return NONE_GIVEN
    if rate in (0, 1):
        return f"{rate:.0%}"
    if rate < 0.001:
        return "<0.1%"
    return ">99.9%" if rate > 0.999 else f"{rate:.1%}"


def many(count: Shown, noun: str) -> str:
    """A count with its noun."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def rows_of(file: FileInfo) -> str:
    """How many rows a file has, as far as that is told."""
    if exact(file.rows) is None:
        return "rows not counted" if file.rows is None else f"number of rows not given ({HIDDEN})"
    return many(file.rows or 0, "row")


def not_shown(failed: Shown | None, shown: int) -> int:
    """Rows that have a finding and are not among the `shown` ones; 0 where their number is not given."""
    return max((exact(failed) or 0) - shown, 0)


def sentence(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


def size(octets: int) -> str:
    """The size of a file."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= scale:
            return f"{octets / scale:.1f} {unit}"
    return many(octets, "byte")


def extent(finding: Finding) -> str:
    """How many rows, or persons, a finding is about."""
    if finding.failed_rows is None:
        return HIDDEN_COUNT
    of = f" of {number(finding.assessed_rows)}" if finding.assessed_rows else ""
    share = f" ({percent(finding.rate)})" if finding.rate is not None else ""
    limit = f"; found above {percent(finding.threshold).replace('.0%', '%')}" if finding.threshold is not None else ""
    return f"{number(finding.failed_rows)}{of}{share}{limit}"


def received(finding: Finding) -> str:
    """What was received, in words and forms."""
    return "; ".join(part for part in (finding.cause.received, _forms(finding), _differing(finding)) if part)


def _differing(finding: Finding) -> str:
    """The items in which rows of one key differ, by name, the first with what is counted."""
    differing, noun = finding.cause.differing, "person" if finding.table == "person" else "key"
    shown = []
    for place, each in enumerate(differing[:MOST_NAMED]):
        count = "" if each.keys is None else f" ({number(each.keys) if place else many(each.keys, noun)})"
        shown.append(f"{each.data_item}{count}")
    more = len(differing) - len(shown)
    rest = f" and {many(more, 'more item')}" if more > 0 else ""
    return f"rows of the same {noun} differ in: {', '.join(shown)}{rest}" if shown else ""


def _forms(finding: Finding) -> str:
    """The forms of values, with what their signs stand for."""
    shapes = finding.cause.shapes
    signs = ", ".join(f"{sign} {means}" for sign, means in SIGNS.items() if any(sign in each.shape for each in shapes))
    told = ", ".join(f"{shape.shape} ({number(shape.rows)})" for shape in shapes)
    return f"forms{f' ({signs})' if signs else ''}: {told}" if shapes else ""


def to_try(finding: Finding) -> str | None:
    """What may mend the cause; None where it is what mends the finding, which stands beside it."""
    return finding.cause.suggestion if finding.cause.suggestion != finding.fix else None


def to_see_more(report: Report) -> str:
    """How the owner sees ids, cells and further rows; empty where they are there, or not for whoever reads."""
    owner = report.copy_kind == "owner" and report.reveal == "none"
    return TO_SEE_MORE if owner and any(finding.samples for finding in report.findings) else ""


def what_came(finding: Finding) -> str:
    """What was received, and what would mend it: that tells findings of one rule from one another."""
    told = (("Received", received(finding)), ("Try", to_try(finding)))
    return " ".join(f"{name}: {text.removesuffix('.')}." for name, text in told if text)


def place(sample: Sample, *, key: bool = False) -> str:
    """One row, with its line and, if asked for, its key, where they are known."""
    line = f"line {number(sample.line)}" if sample.line is not None else ""
    shown_key = f"key {sample.key}" if key and sample.key else ""
    within = ", ".join(part for part in (line, *sources.details(sample), shown_key) if part)
    row = sources.row(sample)
    if not row:
        return within or "a row"
    return row + (f" ({within})" if within else "")


def told_apart(sample: Sample) -> str:
    """What a sample is called where it is named alone: by its row, else by its key."""
    return sources.row(sample) or f"key {sample.key or NONE_GIVEN}"


def no_row(finding: Finding) -> str | None:
    """Why the samples of a finding have no row number; None where they have one."""
    return NO_ROW_MEANS if any(not sources.row(sample) for sample in finding.samples) else None


def revealed(sample: Sample) -> str:
    """What the owner of the file asked to see of a row; an id that is one of the cells too stands there once."""
    shown = dict.fromkeys((*(sample.ids or ()), *(sample.values or ())))
    return ", ".join(f"{item.data_item} = {'(blank)' if item.value is None else item.value}" for item in shown)


def item_names(titles: Mapping[str, str]) -> str:
    """Data items by label, each with the name of its column."""
    return ", ".join(name if name == title else f"{title} ({name})" for name, title in titles.items())


def hides(finding: Finding) -> str | None:
    """Which groups a fault hides; by name in the owner's copy alone."""
    if not finding.hides:
        return None
    rows = {
        hidden.title: f" ({number(hidden.lost_rows)} of {many(hidden.rows, 'row')})" for hidden in finding.hidden_rows
    }
    named = (
        f": {', '.join(name + rows.get(name, '') for name in finding.hidden_groups)}" if finding.hidden_groups else ""
    )
    return f"More than half of the people of a group{named}"


def release(report: Report) -> str:
    """The release that was checked against, with a mark where it is a draft."""
    return f"{report.release} (draft)" if report.release_status == "draft" else report.release


def draft(report: Report) -> str:
    """What a verdict on a draft is worth; empty on any other release."""
    if report.release_status != "draft":
        return ""
    return (
        f"Release {report.release} is a draft, in force for no period: this was a trial, and no verdict on it counts. "
        "The draft can still change."
    )


PAGES = "Pages explain every rule, data item and code list, with examples."
PAGES_BESIDE = "writes them; a report that is written to that folder afterwards leads to them."


def pages_command(report: Report) -> str:
    """What writes the pages that explain the rules, for a report that leads to none."""
    return f"plusmds release bundle {report.release} --output FOLDER"


def stamps(report: Report) -> list[tuple[str, str]]:
    """Everything that the figures depend on, by name."""
    reference = [f"{r.name} {(r.version or '') if r.loaded else '(not loaded)'}".strip() for r in report.reference_data]
    digest = f", {report.release_digest}" if report.release_digest else ""
    return [
        ("Report", f"{report.report_id}, made {report.created_at:%Y-%m-%d %H:%M:%S %Z}, form {report.report_schema}"),
        ("Release", f"{release(report)}{digest}"),
        ("Software", f"PLUS-MDS {report.software_version}"),
        ("Engine", f"{report.engine.name} {report.engine.version}"),
        ("Day taken as today", f"{report.today:%Y-%m-%d}"),
        ("Reference data", ", ".join(reference) or "none"),
    ]
