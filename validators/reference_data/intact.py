"""Whether loaded sets are as they were stored: asked where a run over them failed, because asking costs time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from validators.errors import EngineError, InputError
from validators.reference_data.sets import StoredSet

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from validators.reference_data.sets import Part, Rows


@contextmanager
def damage_told(reference: Iterable[Rows]) -> Generator[None]:
    """Turn the failure of a run into an EngineError that names the set that is damaged, where one is."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        damaged = [part for rows in reference if isinstance(rows, StoredSet) for part in rows.parts if not intact(part)]
        if not damaged:
            raise
        raise EngineError(
            f"The reference data in {damaged[0].path.name} are not as they were stored. Load them again: "
            f"reference load {damaged[0].manifest.kind}."
        ) from error


def intact(part: Part) -> bool:
    """Whether the file of a set has the digest that its manifest says."""
    from validators.reference_data.received import digest_of_file

    return part.path.is_file() and digest_of_file(part.path) == part.manifest.stored_sha256
