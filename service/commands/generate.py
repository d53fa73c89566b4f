"""plusmds generate: a synthetic submission."""

from __future__ import annotations

import sys
from argparse import Namespace

from validators.errors import InputError


def run(asked: Namespace) -> int:
    """Write the submission and say what was written."""
    from validators.synthetic import generate

    faults = dict(asked.fault)
    if len(faults) < len(asked.fault):
        raise InputError("A rule stands twice in --fault. Name each once.")
    written = generate(
        asked.directory,
        persons=asked.persons,
        seed=asked.seed,
        period=asked.period,
        provider=asked.provider,
        release=asked.release,
        faults=faults,
        format=asked.format,
    )
    sys.stdout.write(f"A synthetic submission is in {asked.directory}\n")
    sys.stdout.writelines(
        f"  {written['rows'][table]:>12,} rows  {_where(table, name)}\n" for table, name in written["files"].items()
    )
    sys.stdout.writelines(f"  {rows:>12,} rows break {rule}\n" for rule, rows in written["faults"].items())
    sys.stdout.writelines(f"  {rule}: {note}\n" for rule, note in written["notes"].items())
    return 0


def _where(table: str, name: str) -> str:
    """The file that holds a table, with the sheet where it holds several."""
    return name if name.startswith(f"{table}.") else f"{name}, sheet {table}"
