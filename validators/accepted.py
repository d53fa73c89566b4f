"""Accepted findings: what the owner of the data lives with for now, by fingerprint, with reason, owner and last day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from validators.finding import Part

State = Literal["used", "expired", "unused", "refused"]


class AcceptedEntry(Part):
    """One entry of the file of accepted findings, and what became of it."""

    fingerprint: str = Field(description="The finding that it names.")
    state: State = Field(
        description="used: it stands beside its finding. expired: its day has passed. unused: this report has no such "
        "finding. refused: an error cannot be accepted away."
    )
    said: str = Field(description="What became of the entry, in a sentence.")
    rule_id: str | None = Field(default=None, description="The rule of the finding, where this report has it.")
    title: str | None = Field(default=None, description="The defect in a few words, where this report has it.")
    reason: str | None = Field(default=None, description="Why it is accepted; null in a shareable copy.")
    owner: str | None = Field(default=None, description="Who answers for it; null in a shareable copy.")
    until: date = Field(description="The last day on which it is accepted.")
