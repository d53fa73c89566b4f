"""Text that came from a file, made harmless to look at.

Control characters, terminal escapes, characters that turn the direction of writing and characters without a width
can hide what a text says, or drive a terminal. They are shown by number instead: `<U+202E>`.
"""

from __future__ import annotations

import re

MOST = 600

#: Unicode classes Cc (but white space), Cf, Cs, Zl and Zp, which tests compare with unicodedata, and what XML cannot
#: hold: U+FFFE and U+FFFF
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
UNSEEN = re.compile(f"[{_UNSEEN}]")
_BREAKS = re.compile("[ \t\n\x0b\x0c\r\x85\u2028\u2029]+")


def plain(text: str, most: int = MOST) -> str:
    """One line of `text` that shows what it holds, cut after `most` characters."""
    line = UNSEEN.sub(_by_number, _BREAKS.sub(" ", text[: 2 * most]).strip())
    return line if len(line) <= most and len(text) <= 2 * most else line[: most - 1] + "…"


def paragraphs(text: str, most: int) -> list[str]:
    """The paragraphs of a longer text, each as `plain` would write it."""
    lines = (plain(part, most) for part in re.split("[\n\r\x0b\x0c\x85\u2028\u2029]+", text[:most]))
    return [line for line in lines if line]


def _by_number(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
