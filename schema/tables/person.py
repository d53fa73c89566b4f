"""Table 001: persons."""

from typing import Annotated

from schema.data_item import DataItem
from schema.data_type import Coded, Date, Hint, NHSNumber, OrganisationCode, Postcode, Text, WholeNumber
from schema.table import Table


class Person(Table):
    """One row for each person with a referral open at any time in the reporting period, or a contact in it,
    whether or not those two tables are sent.
    """

    number = "001"
    mandatory = True
    key = ("local_patient_id_org", "local_patient_id")
    presence_applies_when = "withheld_identity_reason IS NULL"

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
    nhs_number: NHSNumber | None = DataItem(
        "NHS NUMBER",
        title="NHS number",
        mandation="R",
        definition="The NHS number, as held. Never made up, never a previous one.",
        applies_when="nhs_number_status IS NULL OR nhs_number_status NOT IN ('07', '08')",
    )
    nhs_number_status: Annotated[str, Coded("nhs_number_status")] | None = DataItem(
        "NHS NUMBER STATUS INDICATOR CODE",
        title="NHS number status",
        mandation="R",
        definition="How far the number has been traced.",
        applies_when="nhs_number IS NOT NULL",
    )
    withheld_identity_reason: Annotated[str, Coded("withheld_identity_reason")] | None = DataItem(
        "WITHHELD IDENTITY REASON",
        title="Reason for withholding the identity",
        mandation="O",
        definition=(
            "Present where the identity is withheld on purpose; `nhs_number`, `birth_date` and `postcode` "
            "are then left blank."
        ),
    )
    birth_date: Date | None = DataItem(
        "PERSON BIRTH DATE",
        title="Date of birth",
        mandation="R",
        definition="Date of birth.",
    )
    death_date: Date | None = DataItem(
        "PERSON DEATH DATE",
        title="Date of death",
        mandation="R",
        definition="Date of death, where the person has died; blank otherwise.",
        blank_is_an_answer=True,
    )
    stated_gender: Annotated[str, Coded("stated_gender")] | None = DataItem(
        "PERSON STATED GENDER CODE",
        title="Stated gender",
        mandation="R",
        definition="Gender as the person states it. It is not sex: the data set holds no item for sex.",
    )
    gender_identity: Annotated[str, Coded("gender_identity")] | None = DataItem(
        "GENDER IDENTITY CODE",
        title="Gender identity",
        mandation="O",
        definition="Gender identity that the person reports.",
    )
    ethnic_category: Annotated[str, Coded("ethnic_category", local_second_character=True)] | None = DataItem(
        "ETHNIC CATEGORY",
        title="Ethnic category",
        mandation="R",
        definition=(
            "Ethnicity as the person states it, 2001 Census 16+1. First character national, second local; 99 whole."
        ),
        written={"missing": "PMD00116"},
    )
    ethnic_category_2021: Annotated[str, Coded("census_2021")] | None = DataItem(
        "ETHNIC CATEGORY 2021",
        title="Ethnic category (2021 groups)",
        mandation="O",
        definition=(
            "Ethnicity as the person states it, 2021 Census groups. This or `ethnic_category` counts as recorded; "
            "never converted from one to the other."
        ),
        written={"missing": "PMD00116", "code": "PMD00117"},
    )
    ethnic_category_source: Annotated[str, Coded("plus_source")] | None = DataItem(
        "project item",
        title="Source of the ethnicity",
        mandation="R",
        definition="Who said so.",
        written={"missing": "PMD00134"},
    )
    ethnic_category_recorded_date: Date | None = DataItem(
        "project item",
        title="Date on which the ethnicity was recorded",
        mandation="R",
        definition="When the ethnicity was asked or last confirmed.",
        applies_when="known(ethnic_category) OR declined(ethnic_category) OR known(ethnic_category_2021)",
    )
    preferred_language: Annotated[str, Coded("preferred_language")] | None = DataItem(
        "LANGUAGE CODE (PREFERRED)",
        title="Preferred language",
        mandation="R",
        definition="Language that the person prefers to use.",
        written={"code": "PMD00131"},
    )
    religion_group: Annotated[str, Coded("religion_group")] | None = DataItem(
        "RELIGIOUS OR OTHER BELIEF SYSTEM AFFILIATION GROUP CODE",
        title="Religion or belief",
        mandation="O",
        definition="Religion or belief, 14 groups.",
    )
    sexual_orientation: Annotated[str, Coded("sexual_orientation")] | None = DataItem(
        "PERSON STATED SEXUAL ORIENTATION CODE",
        title="Sexual orientation",
        mandation="O",
        definition="Sexual orientation as the person states it; asked from 16 years.",
    )
    postcode: Postcode | None = DataItem(
        "POSTCODE OF USUAL ADDRESS",
        title="Postcode",
        mandation="R",
        definition="Postcode of the usual address, or a pseudo-postcode (ZZ99 …). Send it or `lsoa_code`.",
        written={"missing": "PMD00119", "format": ("PMD00120", "PMD00135")},
    )
    lsoa_code: (
        Annotated[
            str,
            Hint(
                "[EWS]01[0-9]{6}|N21[0-9]{6}|95[A-Z0-9]{6}|X9999999[89]",
                "the code of a small area (LSOA), such as E01000001",
            ),
        ]
        | None
    ) = DataItem(
        "LOWER LAYER SUPER OUTPUT AREA (PERSON RESIDENCE)",
        title="Small area of residence (LSOA)",
        mandation="O",
        definition=("Small area of residence, for a provider that does not send the postcode. Derived, never typed."),
        written={"format": "PMD00125"},
    )
    lsoa_vintage: Annotated[str, Coded("lsoa_vintage")] | None = DataItem(
        "project item",
        title="Census year of the small area",
        mandation="O",
        definition="Census year of that area code.",
    )
    imd_decile: Annotated[int, WholeNumber(1, 10)] | None = DataItem(
        "INDEX OF MULTIPLE DEPRIVATION decile (project item)",
        title="Deprivation decile",
        mandation="O",
        definition=(
            "National deprivation decile. Sent only where neither postcode nor LSOA can be sent; "
            "not used where one of them is present."
        ),
    )
    imd_version: Annotated[str, Coded("imd_version")] | None = DataItem(
        "project item",
        title="Year of the deprivation index",
        mandation="O",
        definition="Year of the index that the decile comes from.",
    )
    gp_practice_code: (
        Annotated[str, Hint("[A-Z][0-9]{5}", "the ODS code of a GP practice, or V81999, V81998 or V81997")] | None
    ) = DataItem(
        "GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)",
        title="GP practice",
        mandation="R",
        definition=(
            "GP practice where the person is registered. V81999 not known; V81998 not applicable; "
            "V81997 only where the person says that they have none."
        ),
        written={"format": "PMD00130"},
    )
    reasonable_adjustment_required: Annotated[str, Coded("reasonable_adjustment_required")] | None = DataItem(
        "REASONABLE ADJUSTMENT REQUIRED INDICATOR",
        title="Reasonable adjustment required",
        mandation="R",
        definition="Whether the person needs a reasonable adjustment.",
    )
