"""The two ways in which a check ends without a report."""

from __future__ import annotations


class InputError(Exception):
    """What was given cannot be read, or the call is wrong: one sentence that says what, where and how to mend it.

    Exit status 2, HTTP 400 or 422. The message never holds a value of the data.
    """


class EngineError(Exception):
    """The validator itself failed: no verdict can be given. Exit status 3, HTTP 500."""


def stopped(text: str) -> str:
    """The text with one stop at its end; a question has its own."""
    return text if text.endswith("?") else f"{text.rstrip('.')}."
