"""Text that a spreadsheet program would take for a formula."""

from __future__ import annotations

#: how a formula can begin; the wide forms are taken for the narrow ones in some settings
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    return text.startswith(BEGINNINGS)


def guarded(text: str) -> str:
    """The text with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if begins_formula(text) else text
