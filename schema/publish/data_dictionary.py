"""dictionary.md: the data set for people who have never seen it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schema.expression import SINCE
from schema.publish.dictionary_lists import evidence_map, list_sections
from schema.publish.dictionary_minimal import minimal_section
from schema.publish.dictionary_rules import rule_sections
from schema.publish.dictionary_tables import table_sections
from schema.release_info import version_order

if TYPE_CHECKING:
    from schema.dataset import Dataset

TEXTS = Path(__file__).parent / "texts"

_INTRODUCTION = """\
# PLUS Minimum Data Set {version}: data dictionary

PLUS-MDS records, once and in one shape, who belongs to the groups that Core20PLUS5 names, who said so and when, and \
whether nobody asked, so that a trust can see whom its services and its records leave out. Value, source and date \
stand beside each characteristic; "declined" is kept apart from "not asked"; deprivation is worked out and handed \
back; a bad equality code never drops the person.

It is a *proposed* specification: no Information Standards Notice stands behind it, and it is not an NHS standard.
"""

_CONTENTS = """\
## What is where

[A minimal submission](#a-minimal-submission) · [Who is in the file](#who-is-in-the-file) · \
[How to read the tables](#how-to-read-the-tables) · [Tables](#tables) · [Code lists](#code-lists) · \
[Evidence](#evidence-what-a-national-code-says) · [Rules](#rules) · \
[Deliberately not collected](#deliberately-not-collected) · [How to check a file](#how-to-check-a-file)
"""


def data_dictionary(dataset: Dataset) -> str:
    """The data dictionary of a release, as Markdown."""
    sections = (
        _INTRODUCTION.replace("{version}", dataset.version),
        _text("before_you_send").replace("{approvals}", _approvals(dataset)),
        _CONTENTS,
        minimal_section(dataset),
        _text("who_is_in_the_file"),
        _text("reading"),
        *table_sections(dataset),
        *list_sections(dataset),
        _text("evidence"),
        evidence_map(dataset),
        _text("reading_rules"),
        _functions(dataset),
        *rule_sections(dataset),
        _text("not_collected"),
        _text("how_to_validate"),
    )
    return "\n".join(section.strip("\n") + "\n" for section in sections)


def _text(name: str) -> str:
    return (TEXTS / f"{name}.md").read_text("utf-8")


def _functions(dataset: Dataset) -> str:
    """The functions of conditions, without those that came with a later release."""
    later = {name for name, since in SINCE.items() if version_order(since) > version_order(dataset.version)}
    lines = _text("functions").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f"| `{name}(" for name in later)))


def _approvals(dataset: Dataset) -> str:
    number = len(dataset.restricted_approvals)
    return f"{dataset.version} holds {number or 'none'}."
