"""Lines for a terminal: wrapped, indented, in columns. Every text that passes here is made harmless first."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from validators.reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.rule import Severity

NARROWEST, WIDEST = 60, 100
LABEL = 12
SHORTEST_NAME = 16

_PAINT: dict[Severity | str, str] = {"error": "1;31", "warning": "1;33", "info": "1;36", "title": "1"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a certain width, in colour or not. Colour repeats what a word says and never stands alone."""

    width: int
    colour: bool

    def title(self, text: str) -> list[str]:
        """The heading of a section, after a blank line."""
        line = plain(text, self.width)
        return ["", self.painted(line.upper(), "title"), "=" * len(line)]

    def painted(self, text: str, paint: str) -> str:
        """`text`, already harmless, in the colour of a severity."""
        return f"\x1b[{_PAINT[paint]}m{text}\x1b[0m" if self.colour else text

    def text(self, text: str, indent: int = 0, hang: int = 0) -> list[str]:
        """A paragraph, whose lines below the first are moved in by `hang` more."""
        first, rest = " " * indent, " " * (indent + hang)
        return wrap(plain(text), self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)

    def labelled(self, label: str, text: str | None, indent: int = 2) -> list[str]:
        """A paragraph beside its label; nothing where there is nothing to say."""
        if not text:
            return []
        first = f"{' ' * indent}{label:<{LABEL}}"
        rest = " " * len(first)
        return wrap(plain(text), self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        """Columns: names in what width is left over, figures at their right. A heading may have several lines."""
        heads = [[plain(line) for line in heading.split("\n")] for heading in headings]
        tall = max(len(head) for head in heads)
        top = [[head[-tall + at] if len(head) + at >= tall else "" for head in heads] for at in range(tall)]
        lines = [*top, *([plain(cell) for cell in row] for row in rows)]
        widths = [max(len(line[at]) for line in lines) for at in range(1, len(headings))]
        name = max(self.width - sum(widths) - 2 * len(widths), SHORTEST_NAME)
        above = [self._row([plain(line[0], name), *line[1:]], name, widths)[0] for line in lines[:tall]]
        below = (part.rstrip() for line in lines[tall:] for part in self._row(line, name, widths))
        return [*(line.rstrip() for line in above), "-" * len(above[0]), *below]

    def _row(self, cells: Sequence[str], name: int, widths: Sequence[int]) -> list[str]:
        """A line of figures beside their name; what is left of a long name goes on below it."""
        figures = (f"  {cell:>{width}}" for cell, width in zip(cells[1:], widths, strict=True))
        first, *rest = wrap(cells[0], name, subsequent_indent="  ", break_on_hyphens=False) or [""]
        return [f"{first:<{name}}" + "".join(figures), *rest]
