"""A few persons and their rows, for tests of what is measured of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.test_validators.small_submissions import context_of, judged, opened, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from validators.tally import Tally

Rows = list[dict[str, str | None]]

HEADER = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
    "declared_plus": "HOMELESS|CARER|L-BOATER|MIGRANT",
    "local_extensions": "L-BOATER=Lives on a boat",
}


def person(number: int, **items: str | None) -> dict[str, str | None]:
    """A person of 45 years without a place, with nothing recorded beyond that."""
    return {
        "local_patient_id_org": "RX1",
        "local_patient_id": f"P{number}",
        "birth_date": "1980-06-15",
        "nhs_number": None,
        "nhs_number_status": None,
        "stated_gender": None,
        "ethnic_category": None,
        "ethnic_category_2021": None,
        "ethnic_category_source": None,
        "sexual_orientation": None,
        "postcode": None,
        "lsoa_code": None,
        "imd_decile": None,
        "imd_version": None,
        "gp_practice_code": None,
        **items,
    }


def of(number: int, **items: str | None) -> dict[str, str | None]:
    """A row of another table that belongs to a person."""
    return {"local_patient_id_org": "RX1", "local_patient_id": f"P{number}", **items}


def answer(number: int, code: str, value: str, source: str | None = "1", day: str = "2026-04-10") -> Any:
    """An answer to a characteristic."""
    return of(number, characteristic_code=code, value=value, source=source, recorded_date=day)


def measured(
    engine: str, folder: Path, persons: Rows, reference: dict[str, Rows] | None = None, **tables: Rows
) -> Tally:
    """What an engine makes of some persons and their rows."""
    write_tables(folder, {"header": [HEADER], "person": persons, **tables})
    with opened(folder) as sources:
        return judged(engine, sources, context_of(sources, reference=reference)).tally
