"""What the broken rules of a report ask and count, from the release that the report names.

The page of a rule says the same at more length. It stands in the report too, because a report is read where the pages
are not: it is sent by mail, or made on a machine without the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from schema.publish.pages.counting import counted, threshold
from validators.item_titles import release_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validators.report import Report


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule as its release states it. Texts of type Markup are HTML, made and escaped by the release's pages."""

    condition: str
    denominator: Markup
    numerator: Markup
    threshold: Markup
    since: str


def explained(report: Report) -> Mapping[str, Explained]:
    """The rules with findings, by id; those of the software itself have no entry.

    Nothing where the release is not here, or is another one of that number: it would explain what was not asked.
    """
    release = release_of(report)
    if release is None or not report.findings:
        return {}
    broken = {finding.rule_id for finding in report.findings}
    rules = release.json("rules.json")["rules"]
    return {rule["id"]: _explained(rule) for rule in rules if rule["id"] in broken}


def _explained(rule: Mapping[str, Any]) -> Explained:
    denominator, numerator = counted(rule)
    return Explained(
        rule.get("condition", ""), _html(denominator), _html(numerator), _html(threshold(rule)), rule["since"]
    )


def _html(text: str) -> Markup:
    return Markup(text[:1].upper() + text[1:])  # noqa: S704 - the release's own words, escaped where they were made
