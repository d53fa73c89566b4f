"""Persons joined to a postcode directory and to the indices of deprivation, all of national size."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Measured, call, quickest, run
from bench.ours import PLUSMDS, counted, make_persons, validate
from bench.sizes import Sizes
from bench.table import Line, limit_line, ratio_line

_LOAD_READS = 10
_JOIN_SCANS = 1.0
_MEBIBYTES = 1024


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """Loading a directory over reading it, and what the join adds to a check over the scan of the person file."""
    yield Line("Reference data: a postcode directory and two indices of deprivation; scan = every column counted")
    directory = folder / "directory.csv"
    run(call("bench.places", "make_directory", directory, sizes.postcodes))
    yield from _loading(folder, directory, sizes)
    directory.unlink()
    persons = make_persons(folder / "made", sizes.persons)
    moved = folder / "moved"
    run(call("bench.places", "move_persons", persons / "person.csv", moved / "person.csv", sizes.postcodes))
    shutil.copy(persons / "header.json", moved / "header.json")
    shutil.rmtree(persons)
    yield from _joining(folder, moved, sizes)


def _loading(folder: Path, directory: Path, sizes: Sizes) -> Iterator[Line]:
    for year in ("2019", "2025"):
        run(call("bench.places", "make_index", folder / f"{year}.csv", year))
        run(_with(folder / "data", [*PLUSMDS, "reference", "load", "imd", str(folder / f"{year}.csv")]))
    load = _with(folder / "data", [*PLUSMDS, "reference", "load", "postcode", str(directory)])
    scan, loaded = quickest([counted(directory), load], sizes.runs)
    rows = sizes.postcodes
    yield Line(f"  scan of the directory, {directory.stat().st_size / 1e6:,.0f} MB", rows, scan, "1 x scan")
    yield ratio_line("  loading it", rows, loaded, scan, "scan", _LOAD_READS)
    yield limit_line("    its memory", None, None, loaded.mebibytes, _MEBIBYTES, "{:,.0f} MiB")


def _joining(folder: Path, moved: Path, sizes: Sizes) -> Iterator[Line]:
    report, rows = folder / "report.json", sizes.persons
    commands = [counted(moved / "person.csv")]
    commands += [_with(folder / name, validate(moved, report)) for name in ("none", "data")]
    scan, alone, joined = quickest(commands, sizes.runs)
    yield Line("  scan of the person file", rows, scan, "1 x scan")
    yield Line("  check without reference data", rows, alone, f"{alone.seconds / scan.seconds:.2f} x scan")
    yield Line("  check with them", rows, joined, f"{joined.seconds / scan.seconds:.2f} x scan")
    # on a busy machine the longer of two commands can be the quicker one
    added = Measured(max(joined.seconds - alone.seconds, 0.001), joined.mebibytes)
    yield ratio_line("    what they add", rows, added, scan, "scan", _JOIN_SCANS)
    yield limit_line("    its memory", None, None, joined.mebibytes, _MEBIBYTES, "{:,.0f} MiB")
    enriched = run(_with(folder / "data", [*PLUSMDS, "enrich", str(moved), "--output", str(folder / "derived")]))
    yield Line(
        "  the same, and what is derived of each", rows, enriched, f"{enriched.seconds / scan.seconds:.2f} x scan"
    )
    yield limit_line("    its memory", None, None, enriched.mebibytes, _MEBIBYTES, "{:,.0f} MiB")


def _with(data: Path, command: list[str]) -> list[str]:
    """The command with a data folder of its own."""
    return ["env", f"PLUSMDS_DATA_DIR={data}", *command]
