"""plusmds validate --slice: a folder of reports, one for each of those to whom a part of it is handed."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands.site import site
from validators.errors import InputError
from validators.reports import REPORTS, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validators.report import Report
    from validators.slices import Cut, Slices

#: the slice of what nobody has to mend: as the name of a file "nobody" would mislead
_CALLED = "nothing-to-mend"


def check_call(asked: Namespace) -> None:
    """Refuse a call that would give slices away, or has no place to write them to. InputError."""
    if asked.slice == "gp_practice" and (asked.reveal != "none" or asked.copy == "owner"):
        raise InputError(
            "Slices by GP practice leave the trust, so that they are always shareable. "
            "Leave out --reveal and --copy owner."
        )
    if asked.output is None:
        raise InputError("--slice writes a folder of reports. Name it: --output FOLDER")
    if asked.output.is_file():
        raise InputError(f"{asked.output} is a file. Name a folder for the slices.")
    if asked.output.is_dir() and any(asked.output.iterdir()):
        raise InputError(f"The folder {asked.output} is not empty. Name a new one: no older slice is left among them.")
    if not asked.output.absolute().parent.is_dir():
        raise InputError(f"The folder {asked.output.absolute().parent} is not there. Make it, or name another one.")


def are_shareable(asked: Namespace, form: str) -> bool:
    """Whether the slices are shareable copies: always, but where the owner asks for them otherwise."""
    within_trust = asked.copy == "owner" or (asked.copy is None and asked.reveal != "none")
    return not within_trust or REPORTS[form].always_shareable


def cut(asked: Namespace, form: str) -> Cut | None:
    """By what the check has to cut; None where who can mend is all that is asked for, or nothing."""
    if asked.slice in (None, "mend"):
        return None
    from validators.slices import TO_HAND_ON, Cut

    return TO_HAND_ON if are_shareable(asked, form) else Cut((asked.slice,))


def copies(report: Report, slices: Slices, asked: Namespace, form: str, before: Report | None) -> tuple[Report, ...]:
    """The slices as they are written."""
    from validators.copies import shareable
    from validators.copies.slices import shareable_slices
    from validators.slices import accepted_as, by_mend, for_those_there

    handed_on = are_shareable(asked, form)
    if asked.slice == "mend":
        return by_mend(shareable(report, before) if handed_on else report)
    marked = accepted_as(report, slices)
    return (shareable_slices(report, for_those_there(marked), before) if handed_on else marked)[asked.slice]


def write(slices: Sequence[Report], form: str, folder: Path) -> str:
    """Write each slice that tells of anything, in the order of their codes; how many there are, as the user is told.

    A slice is handed on alone: it leads to the pages of the service where its address is known, and to no file.
    """
    folder.mkdir(exist_ok=True)
    look, told = Look(site=site()), [report for report in slices if report.findings]
    for number, report in enumerate(told, start=1):
        (folder / _name(number, report, form)).write_bytes(REPORTS[form](report, look))
    empty = len(slices) - len(told)
    without = f"{empty:,} more would tell of nothing. " if empty else ""
    return f"{without}{len(told):,} slices are in" if len(told) != 1 else f"{without}1 slice is in"


def _name(number: int, report: Report, form: str) -> str:
    """A name that any system takes; the number tells two apart whose codes differ in other characters alone."""
    cut = report.slice
    value = cut.value if cut else None
    called = _CALLED if cut and (cut.by, value) == ("mend", "nobody") else value
    plain = re.sub("[^A-Za-z0-9]+", "-", called or "not-known")[:30].strip("-")
    return f"{number:04d}-{cut.by if cut else 'slice'}-{plain or 'other'}{REPORTS[form].suffix}"
