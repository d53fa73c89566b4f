"""Our own commands, as a user types them."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.checks import labels
from bench.measure import call, run

PLUSMDS = [str(Path(sys.executable).with_name("plusmds"))]


@dataclass(frozen=True)
class Found:
    """What a tool found: rows that it read, rows with a fault, and faults by column or rule, once a row."""

    rows: int
    faulty_rows: int
    faults: Counter[str]


def validate(submission: Path, report: Path, *more: str) -> list[str]:
    """The command that checks a submission and writes the report, in the form of its ending."""
    return [*PLUSMDS, "validate", str(submission), "--output", str(report), *more]


def make_persons(path: Path, persons: int, shape: str = "clean") -> Path:
    """Make a person file, alone in a folder with its header; the folder."""
    run(call("bench.person_file", "make_person_file", path / "person.csv", persons, shape))
    return path


def counted(*paths: Path) -> list[str]:
    """The command that does nothing but count every column of files."""
    return call("bench.floor", "count", *paths)


def found_by_us(submission: Path, folder: Path) -> Found:
    """What our engine finds of the faults that every tool looks for, exactly, by row and by rule."""
    report, rows = folder / "found.json", folder / "found.csv"
    run(validate(submission, report, "--rows", str(rows)))
    known = labels()
    told = json.loads(report.read_text("utf-8"))
    faults = Counter({rule["rule_id"]: rule["failed_rows"] for rule in told["rules"] if rule["rule_id"] in known})
    with rows.open(encoding="utf-8", newline="") as text:
        faulty = {row["row"] for row in csv.DictReader(text) if row["table"] == "person" and row["rule_id"] in known}
    persons = next(table["rows"] for table in told["tables"] if table["table"] == "person")
    return Found(persons, len(faulty), labelled(faults))


def known_faults(folder: Path, persons: int, shape: str) -> Found:
    """What was broken when the file of that size and shape was made."""
    path = folder / "known.json"
    run(call("bench.person_file", "write_known_faults", path, persons, shape))
    told = json.loads(path.read_text("utf-8"))
    return Found(persons, told["rows"], labelled(Counter(told["faults"])))


def labelled(by_rule: Counter[str]) -> Counter[str]:
    """Faults by our rules → by what every tool calls them; those of which there are none are left out."""
    known, named = labels(), Counter[str]()
    for rule, count in by_rule.items():
        named[known[rule]] += count or 0
    return +named
