"""A thousand planted identifiers of people who do not exist, in every place of a submission that can hold text."""

from __future__ import annotations

import csv
import html
import json
import re
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from schema.dataset import load_dataset

FIRST = (
    "Zebedee",
    "Quenby",
    "Xanthippe",
    "Ottoline",
    "Thaddeus",
    "Peregrine",
    "Isolde",
    "Barnaby",
    "Clementina",
    "Vashti",
)
LAST = ("Quillfeather", "Thistlewick", "Oakenpuddle", "Bramblethwaite", "Wigglesworth-Ngozi")
HEADER = {
    "dataset_version": "1.0.0", "provider_org_code": "RX1", "submitter_org_code": "RX1", "period_start": "2026-04-01",
    "period_end": "2026-04-30", "created_at": "2026-05-06T09:00:00", "declared_plus": ["HOMELESS"],
    "opt_out_applied": "Y", "persons_withheld": 0,
}  # fmt: skip


def nhs_numbers(count: int) -> list[str]:
    """Valid numbers of the range that is never issued."""
    made = []
    for base in range(999_123_000, 999_999_999):
        check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(str(base))) % 11
        if check != 10:
            made.append(f"{base}{check % 11}")
        if len(made) == count:
            break
    return made


def names(count: int) -> list[str]:
    """First and last name, with a middle letter that makes each another."""
    letters = "BCDFGHJKL"
    every = [f"{first} {letter} {last}" for letter in letters for first in FIRST for last in LAST]
    return every[:count]


def postcodes(count: int) -> list[str]:
    """Of an area that there is not."""
    return [f"QX{number // 10 + 1} {number % 10}AB" for number in range(count)]


def emails(count: int) -> list[str]:
    """At a domain that is reserved for examples."""
    return [f"quillfeather.{number}@trust.example" for number in range(count)]


IDENTIFIERS = [
    each for four in zip(nhs_numbers(250), names(250), postcodes(250), emails(250), strict=True) for each in four
]
#: some of them stand outside of cells: in the narrative, in names of columns and files
IN_WORDS = IDENTIFIERS[:40]


def plant(
    folder: Path, tables: tuple[str, ...] = ("person", "plus_characteristic", "referral", "care_contact")
) -> Path:
    """Write a submission in whose cells every identifier stands once a table, in one column after another."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        _plant_table(folder / f"{table}.csv", table)
    words = {
        "narrative": f"Ring {' or '.join(IN_WORDS[:20])}",
        "system_supplier": IN_WORDS[21],
        "system_product": IN_WORDS[22],
        "local_extensions": [f"L-QUILL={IN_WORDS[25]}", f"L-X{IN_WORDS[24]}=label"],
    }
    (folder / "header.json").write_text(json.dumps(HEADER | words), "utf-8")
    for name in IN_WORDS[30:34]:
        (folder / f"{name}.csv").write_text("a\n1\n", "utf-8")
    return folder


def _plant_table(path: Path, table: str) -> None:
    items = list(load_dataset().tables[table].item_names)
    extra = IN_WORDS[34:40] if table == "person" else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*items, *extra])
        for number, identifier in enumerate(IDENTIFIERS):
            row = dict.fromkeys(items, "") | {"local_patient_id_org": "RX1", "local_patient_id": f"A{number}"}
            row[items[number % len(items)]] = identifier
            writer.writerow([*row.values(), *extra])


def broken_files() -> dict[str, bytes]:
    """Files that cannot be read as they are, each full of identifiers, by name."""
    cells = ",".join(IDENTIFIERS[:20])
    lines = "\n".join(IDENTIFIERS)
    records = "\n".join(json.dumps({"local_patient_id": each}) for each in IDENTIFIERS)
    return {
        "person.csv": f'local_patient_id\n"{lines}'.encode(),
        "person.ndjson": (records + "\n{" + cells).encode(),
        "person.json": ("[" + records + "]").encode(),
        "person.xlsx": lines.encode(),
        "person.parquet": b"PAR1" + lines.encode() + b"PAR1",
        "person.csv.gz": lines.encode(),
        "person.csv.zst": lines.encode(),
        "submission.zip": b"PK\x03\x04" + lines.encode(),
        "referral.csv": lines.encode("utf-16"),
        "care_contact.csv": f"{cells}\n{cells}\n".encode(),
        "plus_characteristic.csv": f"{cells}\n{cells},{cells}\n\xff{cells}\n".encode("latin-1"),
    }


def found_in(written: bytes, wanted: list[str] = IDENTIFIERS) -> list[str]:
    """The identifiers that can be read in something written, in whatever form it is, parted by lines or not."""
    text = _bare(_text_of(written))
    return [each for each in wanted if _bare(each) in text]


def _text_of(written: bytes) -> str:
    try:
        with ZipFile(BytesIO(written)) as packed:
            parts = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    except BadZipFile:
        parts = [written.decode("utf-8", "replace")]
    text = html.unescape("\n".join(parts))
    return text + re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _bare(text: str) -> str:
    return re.sub(r"[\s,]", "", text).lower()
