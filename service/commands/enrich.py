"""plusmds enrich: what reference data say of each person, in files to load back."""

from __future__ import annotations

import sys
from argparse import Namespace

from service.commands.progress import Progress
from service.commands.reference import loaded_sets


def run(asked: Namespace) -> int:
    """Write the files and say what was written."""
    from validators.enrich import FILES
    from validators.validate import validate

    with Progress() as progress:
        report = validate(
            asked.path,
            release=asked.release,
            table=asked.table,
            period=asked.period,
            provider=asked.provider,
            mapping=asked.map,
            today=asked.today,
            derived_to=asked.output,
            reference=loaded_sets(),
            progress=progress,
        )
    sys.stdout.write(f"{report.verdict_sentence}\nWhat was derived is in {asked.output}: {', '.join(FILES)}\n")
    for figure in report.core20.figures:
        counted = f"{figure.yes:,} yes, {figure.no:,} no, {figure.institution:,} institution"
        sys.stdout.write(f"Core20 by the index of {figure.index}: {counted}, {figure.not_placed:,} not placed\n")
    absent = [stamp.name for stamp in report.reference_data if not stamp.loaded and stamp.name in ("imd", "onspd")]
    if absent:
        sys.stdout.write(f"Not loaded: {', '.join(absent)}. See plusmds reference load --help.\n")
    return 0
