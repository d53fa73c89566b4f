"""The rules of the release that a report is by: they are published, so that whoever reads a copy knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from schema.release import load
from schema.release_info import ReleaseError

if TYPE_CHECKING:
    from schema.rule import Rule
    from validators.report import Report


def rules_of(report: Report) -> Mapping[str, Rule]:
    """The rules by their ids; none where this software has no such release."""
    try:
        dataset = load(report.release).dataset
    except ReleaseError:
        return {}
    return {rule.id: rule for rule in dataset.rules}
