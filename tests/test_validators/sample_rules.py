"""Rules as a trust might break them, for reports made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RuleWords:
    id: str
    title: str
    severity: Any
    action: Any
    table: str
    items: tuple[str, ...]
    message: str
    why: str
    fix: str
    mend: Any


RULES = (
    RuleWords(
        "PMD001.birth_date.format",
        "Birth date not written as a date",
        "error",
        "field",
        "person",
        ("birth_date",),
        "Person birth date is not a day written as YYYY-MM-DD.",
        "Age groups, and who a question about caring or leaving care applies to, are worked out from this date.",
        "Export the date as YYYY-MM-DD, for example 1984-03-09. Day and month are often swapped on export.",
        "export_mapping",
    ),
    RuleWords(
        "PMD00105",
        "NHS number fails its check digit",
        "error",
        "field",
        "person",
        ("nhs_number",),
        "The last digit of the NHS number does not follow from the first nine.",
        "A mistyped number joins the record to nobody, or to somebody else.",
        "Trace the person on the Personal Demographics Service. Leave the number blank until it is traced.",
        "point_of_care",
    ),
    RuleWords(
        "PMD001.key.repeated",
        "Two different person rows under one person key",
        "error",
        "group",
        "person",
        ("local_patient_id_org", "local_patient_id"),
        "Rows share local patient identifier and organisation, and differ elsewhere.",
        "Nobody can tell which of the rows is true, so none of them is used, nor any row that names them.",
        "Send each person once. After a merger, name the organisation that issued the number.",
        "export_mapping",
    ),
    RuleWords(
        "PMD00319",
        "Restricted characteristic sent without an approval",
        "error",
        "record",
        "plus_characteristic",
        ("characteristic_code",),
        "The row speaks of a characteristic that may be sent only with an approval in the release.",
        "Such a record can harm the person it is about if it reaches the wrong hands.",
        "Take these rows out of the export until the publisher has put an approval into the release.",
        "export_mapping",
    ),
    RuleWords(
        "PMD00116",
        "No ethnicity in either item",
        "warning",
        "none",
        "person",
        ("ethnic_category", "ethnic_category_2021"),
        "Neither ethnic category is filled in. Blank is neither “declined” (Z) nor “not known” (99).",
        "People of whom nobody asked are missing from every comparison, and they are not a random few.",
        "Ask the person how they describe their ethnicity, say why you ask, and respect a refusal. "
        "Never code anybody by name, looks or language.",
        "point_of_care",
    ),
    RuleWords(
        "PMD001.preferred_language.missing",
        "Preferred language missing",
        "warning",
        "none",
        "person",
        ("preferred_language",),
        "Preferred language is blank.",
        "Letters and calls in a language that the person does not read are missed appointments.",
        "Send the ISO 639-1 code in lower case; leave it blank where there is none and record the need for an "
        "interpreter.",
        "epr_configuration",
    ),
    RuleWords(
        "PMD90001",
        "Ethnicity not recorded for more than one person in ten",
        "warning",
        "none",
        "dataset",
        ("person.ethnic_category", "person.ethnic_category_2021"),
        "Ethnicity is missing, not known or not in the list for more than 10% of persons.",
        "Comparisons between ethnic groups say little where so many are missing.",
        "Look first at the clinics where most are missing: often one booking screen does not ask.",
        "epr_configuration",
    ),
    RuleWords(
        "PMD00108",
        "No NHS number, and a reason for it",
        "info",
        "none",
        "person",
        ("nhs_number", "nhs_number_status"),
        "The NHS number is blank and its status, or a withheld identity, says why.",
        "Babies and people from abroad often have none.",
        "Nothing to mend. Never fill it with a made-up number.",
        "nobody",
    ),
)
