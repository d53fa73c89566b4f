"""`python -m bench`: the whole check against a bare count of every column, and the size of the reports."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench.measure import Measured, best_of
from bench.person_file import HEADER, make_person_file

PLUSMDS = [sys.executable, "-m", "service.cli"]
COUNT = "import sys; from bench.floor import count; count(sys.argv[1])"


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--persons", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plusmds-bench-") as folder:
        _measure(Path(folder), asked.persons, asked.runs)


def _measure(folder: Path, persons: int, runs: int) -> None:
    print(f"{'what':58} {'seconds':>8} {'x floor':>8} {'MB':>6}")
    small = make_person_file(_table(folder / "small"), 1_000)
    _line("plusmds --help", best_of([*PLUSMDS, "--help"], runs), None)
    _line("plusmds validate, 1,000 rows, cold", best_of(_validate(small.parent, folder), runs), None)
    for name, faulty in (("clean", 0.0), ("faults in 1 % of the rows", 0.0034), ("three faults in every row", 1.0)):
        path = make_person_file(_table(folder / name.replace(" ", "_")), persons, faulty=faulty)
        floor = best_of([sys.executable, "-c", COUNT, str(path)], runs)
        _line(f"count every column, {persons:,} rows, {name}", floor, floor)
        _line("  whole check to the JSON report", best_of(_validate(path.parent, folder), runs), floor)
        path.unlink()
    _html(folder, persons)


def _html(folder: Path, persons: int) -> None:
    path = make_person_file(_table(folder / "dense"), min(persons, 100_000), faulty=1.0)
    best_of(_validate(path.parent, folder, "html"), 1)
    print(f"HTML report with three faults in every row: {(folder / 'report.html').stat().st_size / 1024:.0f} KB")


def _table(folder: Path) -> Path:
    folder.mkdir()
    (folder / "header.json").write_text(json.dumps(HEADER), encoding="utf-8")
    return folder / "person.csv"


def _validate(path: Path, folder: Path, form: str = "json") -> list[str]:
    return [*PLUSMDS, "validate", str(path), "--format", form, "--output", str(folder / f"report.{form}")]


def _line(what: str, measured: Measured, floor: Measured | None) -> None:
    ratio = f"{measured.seconds / floor.seconds:8.2f}" if floor else " " * 8
    print(f"{what:58} {measured.seconds:8.2f} {ratio} {measured.megabytes:6.0f}", flush=True)


if __name__ == "__main__":
    main()
