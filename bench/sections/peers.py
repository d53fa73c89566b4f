"""What a user would take instead, on the same file as our engine, with the checks of `bench/checks.py`.

Every tool says what it found, and that is compared with what we found and with what was broken when the file was made.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.checks import specification
from bench.measure import Measured, RunError, quickest, run
from bench.ours import Found, found_by_us, known_faults, make_persons, validate
from bench.peers import PEERS, Peer
from bench.peers.environment import python_of
from bench.sizes import Sizes
from bench.table import Line

_LIMIT_SECONDS = 900


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """Faults in 1 % of the rows."""
    yield Line("What a user would take instead, faults in 1 % of the rows (what all check: bench/checks.py)")
    yield from _group(folder, "sparse", sizes.peer_rows, sizes.runs, slow=False)
    yield from _group(folder, "sparse", sizes.slow_peer_rows, sizes.runs, slow=True)


def measure_dense(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """Three faults in every row."""
    yield Line("What a user would take instead, three faults in every row")
    yield from _group(folder, "dense", sizes.peer_rows_dense, sizes.runs, slow=False)
    yield from _group(folder, "dense", sizes.slow_peer_rows_dense, sizes.runs, slow=True)


def _group(folder: Path, shape: str, rows: int, runs: int, *, slow: bool) -> Iterator[Line]:
    """Our engine, and then each peer, on one file."""
    made = make_persons(folder / f"peers-{rows}", rows, shape)
    (folder / "checks.json").write_text(json.dumps(specification()), encoding="utf-8")
    ours = quickest([validate(made, folder / "report.json")], runs)[0]
    found, broken = found_by_us(made, folder), known_faults(folder, rows, shape)
    met, note = _compared(found, broken, "were made")
    yield Line("  PLUS-MDS, its whole check", rows, ours, "1 x ours", "faults made", met, note)
    for peer in PEERS:
        if peer.slow == slow:
            yield _line(peer, made / "person.csv", folder, runs, ours, found)


def _line(peer: Peer, path: Path, folder: Path, runs: int, ours: Measured, found: Found) -> Line:
    """A peer that cannot be installed or run is a line that says why."""
    try:
        measured, theirs = _measured(peer, python_of(peer), path, folder, runs)
    except RunError as error:
        sys.stderr.write(error.told)
        return Line(f"  {peer.title}", figure="not measured", note=str(error))
    met, note = _compared(theirs, found, "were found by us")
    times = f"{measured.seconds / ours.seconds:.2f} x ours"
    return Line(f"  {peer.title}", theirs.rows, measured, times, "same faults", met, note)


def _measured(peer: Peer, python: Path, path: Path, folder: Path, runs: int) -> tuple[Measured, Found]:
    answer = folder / f"{peer.name}.json"
    command = [str(python), str(peer.program), str(path), str(folder / "checks.json"), str(answer)]
    results = [_run(command, folder / peer.name) for _ in range(runs)]
    told = json.loads(answer.read_text("utf-8"))
    quick = Measured(min(r.seconds for r in results), max(r.mebibytes for r in results))
    return quick, Found(told["rows"], told["faulty_rows"], Counter(told["faults"]))


def _run(command: list[str], work: Path) -> Measured:
    """One run in an empty folder of its own."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return run(command, allowed=frozenset({0}), folder=work, limit=_LIMIT_SECONDS)


def _compared(theirs: Found, wanted: Found, verb: str) -> tuple[bool, str]:
    """Whether two found the same by every column and rule, and both counts in words."""
    met = theirs == wanted
    counts = f"found {_counts(theirs)}; {_counts(wanted)} {verb}"
    differ = sorted(name for name in theirs.faults | wanted.faults if theirs.faults[name] != wanted.faults[name])
    return met, counts if met or not differ else f"{counts}; differs in {', '.join(differ)}"


def _counts(found: Found) -> str:
    return f"{found.faults.total():,} faults in {found.faulty_rows:,} rows"
