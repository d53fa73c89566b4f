"""What people vary when they write a code."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: what of a code is compared
NO_SIGN = "[^A-Za-z0-9]"
#: what local codes begin with
LOCAL = "L-"


def says(text: str, codes: Iterable[str]) -> bool:
    """Whether a text as it is compared holds one of some codes, or is one but for a slip of the pen."""
    return any(code in text or one_apart(code, text) for code in codes)


@cache
def harmless(extensions: tuple[str, ...], restricted: frozenset[str]) -> frozenset[str]:
    """The local codes, each declared as CODE=label, of which neither code nor label says a restricted one."""
    codes = tuple(map(spelt, restricted))
    told = {code: (spelt(code.removeprefix(LOCAL)), spelt(label)) for code, _, label in map(_parts, extensions)}
    return frozenset(code for code, texts in told.items() if not any(says(text, codes) for text in texts))


def _parts(extension: str) -> tuple[str, str, str]:
    return extension.partition("=")


def spelt(text: str) -> str:
    """A text without what people vary: signs, spaces, case."""
    return re.sub(NO_SIGN, "", text).upper()


def one_apart(text: str, other: str) -> bool:
    """Whether one character too many, too few, wrong, or changed with its neighbour is all that tells them apart."""
    if len(text) > len(other):
        text, other = other, text
    at = next((n for n, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), len(text))
    if len(text) != len(other):
        return text[at:] == other[at + 1 :] and len(other) - len(text) == 1
    turned = text[at : at + 2] == other[at : at + 2][::-1] and text[at + 2 :] == other[at + 2 :]
    return turned or text[at + 1 :] == other[at + 1 :]
