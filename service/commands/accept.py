"""plusmds accept: print the entry by which a finding of a report is accepted, to be put into the file for --accept."""

from __future__ import annotations

import sys
from argparse import Namespace

from validators.errors import InputError


def run(asked: Namespace) -> int:
    """Print the entry for `asked.fingerprint`."""
    from validators.acceptance import LONGEST, Entry
    from validators.earlier import read_report

    finding = next((f for f in read_report(asked.report).findings if f.fingerprint == asked.fingerprint), None)
    if finding is None:
        raise InputError(f"{asked.report} has no finding {asked.fingerprint[:12]!r}. Take one that it prints.")
    if finding.severity == "error":
        raise InputError("An error cannot be accepted away: what is left out because of it stays left out. Mend it.")
    for name, text in (("--reason", asked.reason), ("--owner", asked.owner)):
        if not text.strip() or len(text) > LONGEST:
            raise InputError(f"{name} takes a text of 1 to {LONGEST} characters.")
    entry = Entry(finding.fingerprint, asked.reason.strip(), asked.owner.strip(), asked.until)
    sys.stdout.write(entry.toml())
    return 0
