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
from bench.measure import Measured, RunError, best, run
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
    """Our engine and some peers on one file; they take turns, so that all meet the same machine."""
    made = make_persons(folder / f"peers-{rows}", rows, shape)
    (folder / "checks.json").write_text(json.dumps(specification()), encoding="utf-8")
    raced = [_Raced(peer, made / "person.csv", folder) for peer in PEERS if peer.slow == slow]
    ours: list[Measured] = []
    for _ in range(runs):
        ours.append(run(validate(made, folder / "report.json")))
        for each in raced:
            each.run()
    found, broken = found_by_us(made, folder), known_faults(folder, rows, shape)
    met, note = _compared(found, broken, "made")
    yield Line("  PLUS-MDS, its whole check", rows, best(ours), "1 x ours", "faults made", met, note)
    yield from (each.line(best(ours), found) for each in raced)


class _Raced:
    """A peer, and its runs so far. One that cannot be installed or run becomes a line that says why."""

    def __init__(self, peer: Peer, path: Path, folder: Path) -> None:
        self._peer, self._path, self._folder = peer, path, folder
        self._answer = folder / f"{peer.name}.json"
        self._runs: list[Measured] = []
        self._failed: RunError | None = None

    def run(self) -> None:
        """Run once more, unless it failed before."""
        if self._failed is None:
            try:
                self._runs.append(self._run())
            except RunError as error:
                sys.stderr.write(error.told)
                self._failed = error

    def _run(self) -> Measured:
        """One run in an empty folder of its own."""
        work = self._folder / self._peer.name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        given = (self._peer.program, self._path, self._folder / "checks.json", self._answer)
        command = [str(python_of(self._peer)), *map(str, given)]
        return run(command, allowed=frozenset({0}), folder=work, limit=_LIMIT_SECONDS)

    def line(self, ours: Measured, found: Found) -> Line:
        """What it took, and what it found, beside ours."""
        what = f"  {self._peer.title}"
        if self._failed is not None:
            return Line(what, figure="not measured", note=str(self._failed))
        told = json.loads(self._answer.read_text("utf-8"))
        theirs = Found(told["rows"], told["faulty_rows"], Counter(told["faults"]))
        met, note = _compared(theirs, found, "ours")
        measured = best(self._runs)
        times = f"{measured.seconds / ours.seconds:.2f} x ours"
        return Line(what, theirs.rows, measured, times, "same faults", met, note)


def _compared(theirs: Found, wanted: Found, whose: str) -> tuple[bool, str]:
    """Whether two found the same by every column and rule, and both counts in words."""
    met = theirs == wanted
    counts = f"found {_counts(theirs)}; {whose}: {_counts(wanted)}"
    differ = sorted(name for name in theirs.faults | wanted.faults if theirs.faults[name] != wanted.faults[name])
    return met, counts if met or not differ else f"{counts}; differs in {', '.join(differ)}"


def _counts(found: Found) -> str:
    return f"{found.faults.total():,} faults in {found.faulty_rows:,} rows"
