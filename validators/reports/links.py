"""Addresses of the pages that explain rules and data items, where a report has any to lead to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validators.finding import Finding
    from validators.measured import DataItemMeasure
    from validators.report import Report
    from validators.reports import Look

_ADDRESS = re.compile(r"(https?:/)?/[A-Za-z0-9._~:/%-]*")
_PAGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*[.]html")


def linked(finding: Finding, look: Look) -> str | None:
    """The address of a rule's page: on the site, else in the folder of pages; None where there is neither.

    None too where it would be no address of the web: `rule_link` may have come in with a report.
    """
    return _address(finding.rule_link, look) if finding.rule_link else None


def linked_item(item: DataItemMeasure, report: Report, look: Look) -> str | None:
    """The address of the page of a data item; None where there is none."""
    return _address(f"/v1/releases/{report.release}/pages/{item.table}.{item.data_item}.html", look)


def index(report: Report, look: Look) -> str | None:
    """The address of the page that leads to every rule, item and list of the release; None where there is none."""
    return _address(f"/v1/releases/{report.release}/pages/index.html", look)


def _address(path: str, look: Look) -> str | None:
    if look.site is not None:
        return _checked(look.site + path)
    name = path.rpartition("/")[2]
    return look.pages + name if look.pages is not None and _PAGE.fullmatch(name) else None


def _checked(address: str) -> str | None:
    return address if _ADDRESS.fullmatch(address) and not address.startswith("//") else None
