"""The few forms of Markdown that the dictionary is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; signs that would end a cell are escaped."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def code(text: str) -> str:
    """Text in the face of code."""
    return f"`{text}`" if text else ""


def anchor(name: str) -> str:
    """A place that links lead to, whatever the heading below it says."""
    return f'<a id="{name}"></a>'


def link(text: str, name: str) -> str:
    """A link to an anchor of the page."""
    return f"[{text}](#{name})"


def joined(texts: Iterable[str]) -> str:
    """Paragraphs, with the lines between them; what is empty is left out."""
    return "\n\n".join(text for text in texts if text)
