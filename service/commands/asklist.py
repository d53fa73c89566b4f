"""plusmds asklist: whom to ask next, a file for each clinic, ward or team. For the owner of the data alone."""

from __future__ import annotations

import csv
import re
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands.reference import loaded_sets
from validators.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validators.asklist import Ask

COLUMNS = (
    "local_patient_id_org",
    "local_patient_id",
    "seen_at",
    "code",
    "contact",
    "contact_is",
    "ask",
    "code_of",
    "name",
    "site",
    "site_name",
)
_ABOUT = """These lists hold local ids: keep them inside the trust, and delete them when they have served.
Say why you ask, respect a refusal, and code nobody by name, looks or language."""

_LOST = (
    "left out by the check: these have to be mended first (validate says how), or people who have answered or refused "
    "are asked again."
)


def run(asked: Namespace) -> int:
    """Write the lists into the folder `asked.output`."""
    from validators.validate import ask_lists_of

    _check_folder(asked.output)
    reference = loaded_sets()
    made = ask_lists_of(
        asked.path, period=asked.period, provider=asked.provider, today=asked.today, reference=reference
    )
    if made.lost:
        sys.stderr.write(f"{made.lost:,} {'row' if made.lost == 1 else 'rows'} of answers {_LOST}\n")
    asked.output.mkdir(mode=0o700, exist_ok=True)
    for number, ((kind, code), people) in enumerate(made.lists.items(), start=1):
        _write(asked.output / _file_name(number, kind, code), (kind, code), people, made.names)
    persons = sum(len(people) for people in made.lists.values())
    sys.stdout.write(f"{persons:,} people to ask, in {len(made.lists):,} lists in {asked.output}\n{_ABOUT}\n")
    if "ods" not in reference and any(one.site for people in made.lists.values() for one in people):
        sys.stdout.write("Sites stand there by code: load an organisation list to have their names (reference load).\n")
    return 0


def _check_folder(folder: Path) -> None:
    if folder.is_file():
        raise InputError(f"{folder} is a file. Name a folder for the lists.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty. Name a new one, so that no older list is left among them.")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"The folder {folder.absolute().parent} is not there. Make it, or name another one.")


def _file_name(number: int, kind: str, code: str) -> str:
    """A name that any system takes; the number tells two apart whose codes differ in other characters alone.

    Names of files stand in logs and in mails: what could be somebody's number stands in none.
    """
    from validators.slices import could_be_a_person

    plain = "" if could_be_a_person(code) else re.sub("[^A-Za-z0-9]+", "-", code)[:30].strip("-")
    return f"{number:04d}-{kind}{'-' if plain else ''}{plain}.csv"


def _write(path: Path, place: tuple[str, str], people: list[Ask], names: Mapping[tuple[str, str], str]) -> None:
    from validators.asklist import CODE_OF
    from validators.reports.formulas import guarded

    kind, code = place
    path.touch(mode=0o600, exist_ok=False)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in people:
            when = "" if not one.contact else "next" if one.is_next else "last"
            ids = (one.local_patient_id_org, one.local_patient_id, kind, code, one.contact, when)
            site = one.site, names.get(("site", one.site), "")
            cells = (*ids, "; ".join(one.questions), CODE_OF[kind], names.get(place, ""), *site)
            writer.writerow(map(guarded, cells))
