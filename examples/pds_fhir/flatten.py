"""FHIR R4 Patients, single or in Bundles, as one CSV file: a row for each Patient, values as they stand.

    python flatten.py FOLDER_OR_FILE patients.csv

Nothing is corrected and nothing left out here: that is for the mapping to say. Needs Python alone.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
COLUMNS = (
    "file", "id", "nhs_number", "nhs_number_status", "security", "birth_date", "deceased", "gender", "postcode",
    "gp_practice", "language", "interpreter_required",
)  # fmt: skip

Resource = dict[str, Any]


def patients(resource: Any) -> Iterator[Resource]:
    """The Patients in a resource: itself, or those of a Bundle."""
    if not isinstance(resource, dict):
        return
    if resource.get("resourceType") == "Patient":
        yield resource
    for entry in resource.get("entry", []):
        yield from patients(entry.get("resource"))


def extension(element: Resource, ending: str) -> Resource:
    """The extension whose address ends so; empty where there is none."""
    return next((found for found in element.get("extension", []) if found.get("url", "").endswith(ending)), {})


def code(element: Resource) -> str | None:
    """The first code of a coded value."""
    coding = element.get("valueCodeableConcept", {}).get("coding", [{}])
    return coding[0].get("code")


def row(patient: Resource) -> dict[str, str | None]:
    """One Patient as a row."""
    identifier = next((i for i in patient.get("identifier", []) if i.get("system") == NHS_NUMBER), {})
    communication = extension(patient, "NHSCommunication")
    practice = next(iter(patient.get("generalPractitioner", [])), {})
    interpreter = extension(communication, "interpreterRequired").get("valueBoolean")
    return {
        "id": patient.get("id"),
        "nhs_number": identifier.get("value"),
        "nhs_number_status": code(extension(identifier, "NHSNumberVerificationStatus")),
        "security": next((s.get("code") for s in patient.get("meta", {}).get("security", [])), None),
        "birth_date": patient.get("birthDate"),
        "deceased": patient.get("deceasedDateTime"),
        "gender": patient.get("gender"),
        "postcode": next((a.get("postalCode") for a in patient.get("address", []) if a.get("use") == "home"), None),
        "gp_practice": practice.get("identifier", {}).get("value"),
        "language": code(extension(communication, "language")),
        "interpreter_required": None if interpreter is None else str(interpreter).lower(),
    }


def flatten(source: Path, target: Path) -> int:
    """Write every Patient below `source`; how many there were."""
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for file in files:
            for patient in patients(json.loads(file.read_text(encoding="utf-8"))):
                writer.writerow({"file": file.name, **row(patient)})
                count += 1
    return count


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(f"{flatten(Path(sys.argv[1]), Path(sys.argv[2]))} patients\n")
