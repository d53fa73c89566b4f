"""`python -m bench`: measure, and print one table. What stands in it is in `bench/sections`."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measure import RunError
from bench.record import RecordError, keep, write_readme
from bench.sections import SECTIONS
from bench.sizes import QUICK, Sizes
from bench.table import HEAD, WIDTH, Line

_ABOUT = "Measures speed and memory, and prints one table. Figures are ratios of measurements of the same run."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 where everything ran to its end, whether or not the targets are met."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.write_readme:
            write_readme()
        else:
            _measure(asked.only or list(SECTIONS), _sizes(asked), whole=not (asked.only or asked.quick))
    except (RunError, RecordError) as error:
        sys.stderr.write(f"{getattr(error, 'told', '')}\nbench: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=_ABOUT)
    argument = parser.add_argument
    argument("--only", action="append", choices=list(SECTIONS), metavar="NAME", help=f"one of {', '.join(SECTIONS)}")
    argument("--quick", action="store_true", help="small files: seconds, and figures that mean nothing")
    argument("--runs", type=int, help="runs of each measurement")
    argument("--write-readme", action="store_true", help="write the table of the last whole run into README.md")
    return parser


def _sizes(asked: argparse.Namespace) -> Sizes:
    sizes = QUICK if asked.quick else Sizes()
    return dataclasses.replace(sizes, runs=asked.runs) if asked.runs else sizes


def _measure(names: Sequence[str], sizes: Sizes, *, whole: bool) -> None:
    printed: list[str] = []
    for text in _lines(names, sizes):
        print(text, flush=True)
        printed.append(text)
    if whole:
        keep("\n".join(printed))
    elif sizes.persons == QUICK.persons:
        print("These files are small: figures and targets of a quick run mean nothing.")


def _lines(names: Sequence[str], sizes: Sizes) -> Iterator[str]:
    """The table, line by line as it is measured."""
    yield HEAD
    lines: list[Line] = []
    for name in names:
        yield "-" * WIDTH
        with tempfile.TemporaryDirectory(prefix="plusmds-bench-") as folder:
            # reference data that this machine has loaded would be measured with everything
            os.environ["PLUSMDS_DATA_DIR"] = folder
            for line in SECTIONS[name](Path(folder), sizes):
                lines.append(line)
                yield str(line)
    yield "=" * WIDTH
    targets = [line.met for line in lines if line.met is not None]
    yield f"{sum(targets)} of {len(targets)} targets met. Ratios: the quickest of {sizes.runs} runs. MiB: peak memory."


if __name__ == "__main__":
    sys.exit(main())
