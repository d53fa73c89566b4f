"""What the code of a small area says by its form: the nation that it lies in, and the censuses that can have it; and
which census each index of deprivation is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: nation → the form of the codes of its small areas
NATIONS: Final[Mapping[str, str]] = {
    "E": "E01[0-9]{6}",
    "W": "W01[0-9]{6}",
    "S": "S01[0-9]{6}",
    "N": "N21[0-9]{6}|95[A-Z0-9]{6}",
}
#: census year → the nations that have small areas of it
CENSUSES: Final[Mapping[str, str]] = {"2011": "EWSN", "2021": "EWN", "2022": "S"}
#: year of an index of deprivation → census year of the areas that it is on
INDEXES: Final[Mapping[str, str]] = {"2025": "2021", "2019": "2011"}
#: the nations in whose small areas a directory puts postcodes rightly in both censuses: of Scotland and Northern
#: Ireland it fills the areas of 2021 with older ones
PLACED: Final = f"{NATIONS['E']}|{NATIONS['W']}"
#: how the code of an English small area begins
ENGLAND: Final = "E01"


def nation_of(code: str) -> str | None:
    """The nation of a small area; None where the code has not the form of one."""
    return next((nation for nation, pattern in NATIONS.items() if re.fullmatch(pattern, code)), None)


def possible() -> frozenset[tuple[str, str]]:
    """Every nation and census year that go together."""
    return frozenset((nation, year) for year, nations in CENSUSES.items() for nation in nations)
