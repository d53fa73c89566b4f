"""Table 003: characteristics of persons, with source, date and evidence."""

from typing import Annotated, ClassVar

from schema.data_item import DataItem
from schema.data_type import Coded, CodedBy, CodedOrLocal, Date, OrganisationCode, SnomedConceptId, Text
from schema.table import Table


class PlusCharacteristic(Table):
    """One row for each person, characteristic, value, recorded date, source and evidence: for the persons of the file
    every row held, however old, not only what was recorded in the reporting period. It has no key: two disability
    codes on one day are two rows, and rows alike in every item count once.
    """

    number = "003"
    mandatory = True
    links: ClassVar[dict[str, tuple[str, ...]]] = {"person": ("local_patient_id_org", "local_patient_id")}

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
    characteristic_code: Annotated[str, CodedOrLocal("plus_characteristic")] = DataItem(
        "project item",
        title="Characteristic",
        mandation="M",
        definition="Which characteristic the row speaks of.",
        written={"missing": "PMD00302", "code": "PMD00302"},
    )
    value: Annotated[str, Coded("plus_value")] = DataItem(
        "project item",
        title="Value",
        mandation="M",
        definition="The answer.",
        written={"missing": "PMD00303", "code": "PMD00303"},
    )
    source: Annotated[str, Coded("plus_source")] | None = DataItem(
        "project item",
        title="Source",
        mandation="R",
        definition="Who said so, or how it is known. SMI: 3, 4 or 5 only.",
        written={"missing": "PMD00304", "code": "PMD00304"},
    )
    recorded_date: Date | None = DataItem(
        "project item",
        title="Recorded date",
        mandation="R",
        definition="When it was recorded.",
        written={"missing": "PMD00305"},
    )
    national_item: Annotated[str, Coded("national_item")] | None = DataItem(
        "project item",
        title="National item of the evidence",
        mandation="O",
        definition="Evidence: the national item whose code is given.",
    )
    national_code: Annotated[str, CodedBy("national_item")] | None = DataItem(
        "as `national_item` says",
        title="National code of the evidence",
        mandation="O",
        definition="Evidence: the national code, unchanged.",
        written={"code": "PMD00311"},
    )
    snomed_code: SnomedConceptId | None = DataItem(
        "SOCIAL AND PERSONAL CIRCUMSTANCE (SNOMED CT) or the source's item",
        title="SNOMED CT concept of the evidence",
        mandation="O",
        definition="Evidence: the SNOMED CT concept, unchanged.",
        written={"format": "PMD00309"},
    )
