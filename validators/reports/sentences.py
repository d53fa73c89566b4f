"""A finding as a few sentences, for forms that have one line for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reports import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.finding import Finding


def sentences(finding: Finding) -> Iterator[str]:
    """What happened, how often, what was received, what was expected, what may mend it."""
    cause = finding.cause
    yield finding.message
    yield _ended(f"{words.sentence(finding.counted)}: {words.extent(finding)}")
    if words.received(finding):
        yield _ended(f"Received: {words.received(finding)}")
    if cause.expected:
        yield _ended(f"Expected: {cause.expected}")
    if cause.suggestion:
        yield _ended(f"Try: {cause.suggestion}")


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
