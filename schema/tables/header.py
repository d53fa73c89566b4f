"""Table 000: the header."""

from typing import Annotated

from schema.data_item import DataItem
from schema.data_type import (
    Coded,
    CodedOrLocal,
    Date,
    DateTime,
    ListOf,
    LocalExtension,
    OrganisationCode,
    Text,
    VersionNumber,
    WholeNumber,
)
from schema.table import Table


class Header(Table):
    """One row for each file: who sends it, for whom, which period it covers and which release it follows."""

    number = "000"
    mandatory = True

    dataset_version: VersionNumber = DataItem(
        "DATA SET VERSION NUMBER",
        title="Data set version",
        mandation="M",
        definition="The release of this data set that the file follows, e.g. `1.0.0`.",
    )
    provider_org_code: Annotated[str, OrganisationCode(3, 6)] = DataItem(
        "ORGANISATION IDENTIFIER (CODE OF PROVIDER)",
        title="Provider",
        mandation="M",
        definition="ODS code of the organisation legally responsible for the care.",
    )
    submitter_org_code: Annotated[str, OrganisationCode(3, 8)] | None = DataItem(
        "ORGANISATION IDENTIFIER (CODE OF SUBMITTING ORGANISATION)",
        title="Submitter",
        mandation="R",
        definition="Who sends the file; the same as the provider unless a bureau sends.",
    )
    period_start: Date = DataItem(
        "REPORTING PERIOD START DATE",
        title="Start of the reporting period",
        mandation="M",
        definition="First day of the reporting period.",
    )
    period_end: Date = DataItem(
        "REPORTING PERIOD END DATE",
        title="End of the reporting period",
        mandation="M",
        definition="Last day of the reporting period.",
    )
    created_at: DateTime = DataItem(
        "DATE AND TIME DATA SET CREATED",
        title="Time of extraction",
        mandation="M",
        definition="When the data were extracted.",
    )
    system_supplier: Annotated[str, Text(100)] | None = DataItem(
        "project item",
        title="System supplier",
        mandation="O",
        definition="Supplier of the system that the data come from.",
    )
    system_product: Annotated[str, Text(100)] | None = DataItem(
        "PRIMARY DATA COLLECTION SYSTEM IN USE",
        title="System product",
        mandation="O",
        definition="Product name of that system.",
        source="general knowledge, to be confirmed",
    )
    system_version: Annotated[str, Text(100)] | None = DataItem(
        "project item",
        title="System version",
        mandation="O",
        definition="Its version.",
    )
    declared_plus: Annotated[list[str], ListOf(CodedOrLocal("plus_characteristic"))] | None = DataItem(
        "project item",
        title="Declared PLUS groups",
        mandation="R",
        definition=(
            "The PLUS groups that the integrated care system has chosen and the provider collects. "
            "Derived groups (Core20, ethnic minorities, coastal) are not named here."
        ),
    )
    local_extensions: Annotated[list[str], ListOf(LocalExtension)] | None = DataItem(
        "project item",
        title="Local characteristic codes",
        mandation="O",
        definition="Local characteristic codes used in the file, each with its label. Never in national totals.",
    )
    opt_out_applied: Annotated[str, Coded("opt_out_applied")] | None = DataItem(
        "project item",
        title="National data opt-out applied",
        mandation="R",
        definition="Whether people with a national data opt-out were removed before the file was made.",
    )
    persons_withheld: Annotated[int, WholeNumber(0)] | None = DataItem(
        "project item",
        title="Persons withheld",
        mandation="R",
        definition="How many persons were left out of the file (opt-out, restricted records). 0 where none.",
    )
    narrative: Annotated[str, Text(4000)] | None = DataItem(
        "project item",
        title="Narrative",
        mandation="O",
        definition=(
            "The provider explains its figures in its own words. Holds nothing about a single person; "
            "scanned for identifiers and printed in the report."
        ),
    )
