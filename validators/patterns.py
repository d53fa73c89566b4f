"""Regular expressions of JSON Schema as SQL. A pattern is found anywhere in a text, unless anchors say otherwise.

A pattern is read as ECMA 262 reads it: `$` is the end of the text, where Python's `$` lets a newline follow. What ECMA
262, RE2 and Python do not read alike is refused: shorthand for classes, look-around, references back, a bare dot. So is
an empty group, which DuckDB rewrites into something else: it does not find `(?:)a` in `ab`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from validators.terms import call, full_match, literal

if TYPE_CHECKING:
    from sqlglot import exp

_ESCAPED = r"\\[\\^$.|?*+()\[\]{}/nrt]"
_CLASS = rf"\[\^?(?:(?!--|&&|~~|\|\|)(?:[^\\\[\]]|{_ESCAPED}|\\-))+\]"
_REPEATED = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})\??"
_READ_ALIKE = re.compile(
    rf"(?:(?:[^\\^$.|?*+()\[\]{{}}]|{_ESCAPED}|{_CLASS}|\))(?:{_REPEATED})?|\((?:\?:)?(?!\))|[|^$])*"
)
_ANCHORED = re.compile(r"\^\(\?:(.*)\)\$", re.DOTALL)
_PRINTABLE = re.compile(r"[ -\[\]_-~]*")  # without ^ and \


def is_read_alike(pattern: Any) -> bool:
    """Whether ECMA 262, RE2 and Python read the pattern alike, but for a newline at the end."""
    return isinstance(pattern, str) and _READ_ALIKE.fullmatch(pattern) is not None and _compiles(pattern)


def is_found(value: exp.Expr, pattern: str) -> exp.Expr:
    """Whether the pattern is found in the value."""
    whole = _whole(pattern)
    if whole is not None:
        return full_match(value.copy(), whole)
    return call("regexp_matches", value.copy(), literal(pattern))


def names_its_characters(pattern: str) -> bool:
    """Whether the pattern is of the whole value, and lets nothing in but printable characters of ASCII."""
    whole = _whole(pattern)
    return whole is not None and _PRINTABLE.fullmatch(whole) is not None


def _whole(pattern: str) -> str | None:
    """The pattern of the whole value, where the anchors are round all of it (and not as in `^(?:a)|(?:b)$`)."""
    found = _ANCHORED.fullmatch(pattern)
    return found[1] if found and _compiles(found[1]) else None


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
