"""What a report says of the reference data that it was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.sets import StoredSet
from validators.report import ReferenceData

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validators.reference_data.sets import Rows

#: the sets that rules and measures of a report read
USED = ("ods", "onspd", "lsoa", "imd", "pseudo_postcode", "institution")


def stamps(reference: Mapping[str, Rows], names: tuple[str, ...] = USED) -> Iterator[ReferenceData]:
    """One entry for each loaded file of the sets, and one for each set that is not loaded."""
    for name in names:
        rows = reference.get(name)
        if isinstance(rows, StoredSet):
            yield from _of_parts(rows)
        else:
            yield ReferenceData(name=name, version=None, loaded=rows is not None)


def _of_parts(stored: StoredSet) -> Iterator[ReferenceData]:
    for part in stored.parts:
        yield ReferenceData(
            name=stored.name,
            version=part.manifest.version,
            loaded=True,
            rows=part.manifest.rows,
            sha256=part.manifest.received_sha256,
            loaded_on=part.manifest.loaded_on,
        )
