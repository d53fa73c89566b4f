"""The layouts that are known. A file is of the first that it fits."""

from __future__ import annotations

from typing import Final

from validators.reference_data.layouts.base import Layout
from validators.reference_data.layouts.imd import FILE_1, FILE_7
from validators.reference_data.layouts.lsoa_list import LSOA_LIST
from validators.reference_data.layouts.named_areas import ICB_NAMES, REGION_NAMES
from validators.reference_data.layouts.ods_csv import ODS_CSV
from validators.reference_data.layouts.own_lists import COASTAL_LIST, INSTITUTION_LIST, PSEUDO_POSTCODE_LIST
from validators.reference_data.layouts.postcodes import ONS_DIRECTORY
from validators.reference_data.layouts.practice_map import PRACTICE_MAP
from validators.reference_data.layouts.rural_urban import RURAL_URBAN

LAYOUTS: Final[tuple[Layout, ...]] = (
    FILE_7,
    FILE_1,
    ODS_CSV,
    PRACTICE_MAP,
    INSTITUTION_LIST,
    PSEUDO_POSTCODE_LIST,
    ONS_DIRECTORY,
    COASTAL_LIST,
    RURAL_URBAN,
    LSOA_LIST,
    ICB_NAMES,
    REGION_NAMES,
)
