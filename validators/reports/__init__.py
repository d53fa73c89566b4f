"""The forms in which a report is written, each imported when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validators.report import Report


@dataclass(frozen=True, slots=True)
class Look:
    """How a form is dressed. A form takes no notice of what does not concern it.

    colour: escape sequences for a terminal; width: its columns; site: the address before which `rule_link` is put,
    without a closing slash ("" for a page that the service itself shows); None leaves links out. pages: the folder, as
    seen from the report, in which the pages of the release lie, with a closing slash; it serves where there is no site.
    """

    colour: bool = False
    width: int = 80
    site: str | None = None
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One form: the module whose `write(report, look)` makes it, and how the outside knows it.

    binary: bytes that are no text, and not for a terminal. always_shareable: made to be handed on, so that it is never
    an owner's copy.
    """

    module: str
    media_type: str
    suffix: str
    binary: bool = False
    always_shareable: bool = False

    def __call__(self, report: Report, look: Look | None = None) -> bytes:
        """The report in this form."""
        if self.always_shareable:
            from validators.copies import shareable

            report = shareable(report)
        written: bytes = import_module(self.module).write(report, look or Look())
        return written


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

REPORTS: dict[str, Form] = {
    "json": Form("validators.reports.json", "application/json", ".json"),
    "text": Form("validators.reports.text", "text/plain; charset=utf-8", ".txt"),
    "html": Form("validators.reports.html", "text/html; charset=utf-8", ".html"),
    "xlsx": Form("validators.reports.xlsx", _XLSX, ".xlsx", binary=True),
    "csv": Form("validators.reports.csv", "text/csv; charset=utf-8", ".csv"),
    "junit": Form("validators.reports.junit", "application/xml; charset=utf-8", ".xml", always_shareable=True),
    "sarif": Form("validators.reports.sarif", "application/sarif+json", ".sarif", always_shareable=True),
    "github": Form(
        "validators.reports.github", "text/x-github-annotations; charset=utf-8", ".annotations", always_shareable=True
    ),
}
