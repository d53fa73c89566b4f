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
    yield ended(finding.message)
    yield ended(f"{words.sentence(finding.counted)}: {words.extent(finding)}")
    if words.received(finding):
        yield ended(f"Received: {words.received(finding)}")
    if cause.expected:
        yield ended(f"Expected: {cause.expected}")
    if cause.suggestion:
        yield ended(f"Try: {cause.suggestion}")


def ended(text: str) -> str:
    """The text with a full stop at its end."""
    return text if text.endswith(".") else f"{text}."
