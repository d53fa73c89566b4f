"""Table 101: referrals."""

from typing import Annotated, ClassVar

from schema.data_item import DataItem
from schema.data_type import Coded, CodedBy, Date, OrganisationCode, Text
from schema.table import Table


class Referral(Table):
    """One row for each referral (service request) open at any time in the reporting period. Sent only where the
    activity is not already in MHSDS, CSDS, ECDS, CDS or WLMDS.
    """

    number = "101"
    key = ("service_request_id",)
    links: ClassVar[dict[str, tuple[str, ...]]] = {"person": ("local_patient_id_org", "local_patient_id")}

    service_request_id: Annotated[str, Text(20)] = DataItem(
        "SERVICE REQUEST IDENTIFIER",
        title="Referral id",
        mandation="M",
        definition="The provider's identifier of the referral.",
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
    care_setting: Annotated[str, Coded("care_setting")] | None = DataItem(
        "project item",
        title="Care setting",
        mandation="R",
        definition="Kind of service referred to.",
    )
    referral_received_date: Date = DataItem(
        "REFERRAL REQUEST RECEIVED DATE",
        title="Date on which the referral was received",
        mandation="M",
        definition="Date on which the provider received the referral.",
        written={"missing": "PMD10103"},
    )
    source_of_referral: Annotated[str, CodedBy("source_of_referral_list")] | None = DataItem(
        "SOURCE OF REFERRAL FOR OUT-PATIENTS / FOR COMMUNITY / FOR MENTAL HEALTH",
        title="Source of referral",
        mandation="O",
        definition="Who referred.",
        written={"code": "PMD10105"},
    )
    source_of_referral_list: Annotated[str, Coded("source_of_referral_list")] | None = DataItem(
        "project item",
        title="List of the source of referral",
        mandation="O",
        definition="Which of the three national lists the code comes from.",
    )
    priority: Annotated[str, CodedBy("priority_list")] | None = DataItem(
        "SERVICE REQUEST PRIORITY TYPE / CLINICAL RESPONSE PRIORITY TYPE",
        title="Priority",
        mandation="O",
        definition="Priority of the referral.",
        written={"code": "PMD10106"},
    )
    priority_list: Annotated[str, Coded("priority_list")] | None = DataItem(
        "project item",
        title="List of the priority",
        mandation="O",
        definition="Which of the two national lists the code comes from.",
    )
    treatment_function: Annotated[str, Coded("treatment_function")] | None = DataItem(
        "ACTIVITY TREATMENT FUNCTION CODE",
        title="Treatment function",
        mandation="O",
        definition="Specialised service.",
    )
    clock_start_date: Date | None = DataItem(
        "REFERRAL TO TREATMENT PERIOD START DATE",
        title="Clock start date",
        mandation="O",
        definition="Date from which the wait is counted.",
        source="general knowledge, to be confirmed",
    )
    first_attended_date: Date | None = DataItem(
        "project item",
        title="Date of the first attended contact",
        mandation="R",
        definition=("Date of the first contact that was attended, in whatever period; blank while the person waits."),
        blank_is_an_answer=True,
    )
    waiting_time_type: Annotated[str, Coded("waiting_time_type")] | None = DataItem(
        "WAITING TIME MEASUREMENT TYPE",
        title="Waiting-time measure",
        mandation="O",
        definition="Which national waiting-time measure applies.",
    )
    clinical_area: Annotated[str, Coded("clinical_area")] | None = DataItem(
        "project item",
        title="Clinical area",
        mandation="O",
        definition="Core20PLUS5 clinical area; may be derived from the treatment function by a published map.",
    )
    discharge_date: Date | None = DataItem(
        "SERVICE DISCHARGE DATE",
        title="Discharge date",
        mandation="R",
        definition="Date on which the referral ended; blank while it is open.",
        source="general knowledge, to be confirmed",
        blank_is_an_answer=True,
    )
    closure_reason: Annotated[str, Coded("closure_reason")] | None = DataItem(
        "REFERRAL CLOSURE REASON",
        title="Closure reason",
        mandation="O",
        definition="Why it ended.",
    )
    rejection_date: Date | None = DataItem(
        "REFERRAL REJECTION DATE",
        title="Rejection date",
        mandation="O",
        definition="Date on which the referral was rejected.",
        source="general knowledge, to be confirmed",
    )
    rejection_reason: Annotated[str, Coded("rejection_reason")] | None = DataItem(
        "REFERRAL REJECTION REASON",
        title="Rejection reason",
        mandation="O",
        definition="Why it was rejected.",
    )
