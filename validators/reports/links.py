"""Addresses of the pages that explain rules, where a report has any to lead to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validators.finding import Finding

_ADDRESS = re.compile(r"(https?:/)?/[A-Za-z0-9._~:/%-]*")


def linked(finding: Finding, site: str | None) -> str | None:
    """The address of a rule's page; None without a site, or where it is no address of the web."""
    if site is None or not finding.rule_link:
        return None
    address = site + finding.rule_link
    return address if _ADDRESS.fullmatch(address) and not address.startswith("//") else None
