"""The words and figures that the forms for people share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.data_item import Mandation
    from schema.rule import Action, Mend, Severity
    from validators.report import Purpose
    from validators.verdict import Verdict

NONE_GIVEN = "–"

SEVERITY: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "worth knowing"}
SEVERITIES: dict[Severity, str] = {"error": "Errors", "warning": "Warnings", "info": "Worth knowing"}
SEVERITY_MEANS: dict[Severity, str] = {
    "error": "The data do not conform to the release. Each finding says what is left out because of it.",
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

PROPOSED = "PLUS-MDS is a proposed specification. No Information Standards Notice stands behind it."

ROW_MEANS = (
    "A row is one record of a table, counted from 1 below the line of column names; the line is where the record "
    "starts in the file."
)
KEY_MEANS = "A key is a scrambled reference: findings on the same record share it, and it does not say who it is."
NOT_ASSESSED_MEANS = (
    "Not assessed means that nobody knows: a rule could not be checked because something it needs was not there. "
    "It is never counted as passed."
)
NO_FIGURE_MEANS = "“?” means that nothing could be judged. “–” means that there is no figure."
HIDDEN_COUNT = "The number is not given: it could point to a person."
ANSWERS_MEANS = (
    "One answer a person, over the persons whose age makes the question apply. Asked: the person answered, or a "
    "carer or parent for them; a refusal is an answer and is respected. Not asked: recorded as not known, or nothing "
    "recorded. More or fewer of an answer is neither better nor worse."
)
ITEMS_MEAN = (
    "Known: a value that says something. Not sure: asked, and not certain. Declined: asked, and preferred not to say. "
    "Not known: a code that says so. Missing: nothing was sent. Not usable: form or code is wrong."
)
SCORE_MEANS = (
    "The item score follows the DQMI formula for this file only. It is not comparable with the published DQMI, nor "
    "between trusts; declined is never deducted."
)

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


def number(count: int | None) -> str:
    """A count with its thousands parted."""
    return NONE_GIVEN if count is None else f"{count:,}"


def percent(rate: float | None) -> str:
    """A share. What is not none is never shown as 0 %, nor what is not all as 100 %."""
    if rate is None:
        return NONE_GIVEN
    if rate in (0, 1):
        return f"{rate:.0%}"
    if rate < 0.001:
        return "under 0.1%"
    return "over 99.9%" if rate > 0.999 else f"{rate:.1%}"


def many(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(octets: int) -> str:
    """The size of a file."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= scale:
            return f"{octets / scale:.1f} {unit}"
    return many(octets, "byte")
