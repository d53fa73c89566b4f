"""Table 201: contacts and attendances."""

from typing import Annotated, ClassVar

from schema.data_item import DataItem
from schema.data_type import Coded, Date, OrganisationCode, Text
from schema.table import Table


class CareContact(Table):
    """One row for each contact or attendance in the reporting period, with or without a referral. Sent only where the
    activity is not already in MHSDS, CSDS, ECDS, CDS or WLMDS.
    """

    number = "201"
    key = ("care_contact_id",)
    links: ClassVar[dict[str, tuple[str, ...]]] = {
        "person": ("local_patient_id_org", "local_patient_id"),
        "referral": ("service_request_id",),
    }

    care_contact_id: Annotated[str, Text(20)] = DataItem(
        "CARE CONTACT IDENTIFIER",
        title="Contact id",
        mandation="M",
        definition="The provider's identifier of the contact.",
    )
    local_patient_id_org: Annotated[str, OrganisationCode(3, 8)] = DataItem(
        "ORGANISATION IDENTIFIER (LOCAL PATIENT IDENTIFIER)",
        title="Organisation of the local patient id",
        mandation="M",
        definition=(
            "Organisation that issued the local patient id. Where the column is absent it is `provider_org_code`; "
            "a blank cell in a column that is sent is missing."
        ),
        column_absent="provider_org_code",
    )
    local_patient_id: Annotated[str, Text(20)] = DataItem(
        "LOCAL PATIENT IDENTIFIER (EXTENDED)",
        title="Local patient id",
        mandation="M",
        definition=(
            "The person's number in that organisation's system. Where the identity is withheld: "
            "a number made for this file alone."
        ),
    )
    service_request_id: Annotated[str, Text(20)] | None = DataItem(
        "SERVICE REQUEST IDENTIFIER",
        title="Referral id",
        mandation="R",
        definition=(
            "The referral that the contact belongs to; blank where there is none "
            "(emergency care, admission, drop-in, outreach)."
        ),
        blank_is_an_answer=True,
    )
    contact_date: Date = DataItem(
        "CARE CONTACT DATE",
        title="Contact date",
        mandation="M",
        definition="Date of the contact or appointment.",
        written={"missing": "PMD20103"},
    )
    care_setting: Annotated[str, Coded("care_setting")] | None = DataItem(
        "project item",
        title="Care setting",
        mandation="R",
        definition="Kind of service.",
    )
    attendance_status: Annotated[str, Coded("attendance_status")] | None = DataItem(
        "ATTENDANCE STATUS",
        title="Attendance status",
        mandation="R",
        definition=(
            "Whether the appointment took place. Seen 5, 6; missed 3, 7; cancelled by the patient 2, by the provider 4."
        ),
        written={"missing": "PMD20105", "code": "PMD20105"},
    )
    consultation_mechanism: Annotated[str, Coded("consultation_mechanism")] | None = DataItem(
        "CONSULTATION MECHANISM",
        title="Consultation mechanism",
        mandation="O",
        definition="How the contact took place.",
    )
    treatment_function: Annotated[str, Coded("treatment_function")] | None = DataItem(
        "ACTIVITY TREATMENT FUNCTION CODE",
        title="Treatment function",
        mandation="O",
        definition="Specialised service.",
    )
    site_code: Annotated[str, OrganisationCode(5, 9)] | None = DataItem(
        "ORGANISATION SITE IDENTIFIER (OF TREATMENT)",
        title="Site",
        mandation="O",
        definition="Site of the contact.",
    )
    team_local_id: Annotated[str, Text(20)] | None = DataItem(
        "CARE PROFESSIONAL TEAM LOCAL IDENTIFIER",
        title="Team or clinic",
        mandation="O",
        definition="The provider's own identifier of the team or clinic.",
        source="general knowledge, to be confirmed",
    )
    ward_code: Annotated[str, Text(20)] | None = DataItem(
        "WARD CODE",
        title="Ward",
        mandation="O",
        definition="The provider's own ward code.",
        source="general knowledge, to be confirmed",
    )
    interpreter_present: Annotated[str, Coded("interpreter_present")] | None = DataItem(
        "INTERPRETER PRESENT AT CARE CONTACT INDICATION CODE",
        title="Interpreter present",
        mandation="O",
        definition="Whether an interpreter was used at this contact.",
    )
    reasonable_adjustment_made: Annotated[str, Coded("yes_no")] | None = DataItem(
        "REASONABLE ADJUSTMENT MADE INDICATOR",
        title="Reasonable adjustment made",
        mandation="O",
        definition="Whether the needed adjustment was made at this contact.",
    )
    location_type: Annotated[str, Coded("location_type")] | None = DataItem(
        "ACTIVITY LOCATION TYPE CODE",
        title="Location type",
        mandation="O",
        definition="Kind of place.",
    )
    outcome_of_attendance: Annotated[str, Coded("outcome_of_attendance")] | None = DataItem(
        "OUTCOME OF ATTENDANCE CODE",
        title="Outcome of attendance",
        mandation="O",
        definition="Discharged, or another appointment. It is not a health outcome.",
    )
