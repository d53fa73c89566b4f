"""What the rules may read beside the rows: the header, the day, the purpose, the release, reference data."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from validators.spelling import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.dataset import Dataset
    from schema.release_info import ReleaseDates
    from validators.reference_data.sets import Rows

Purpose = Literal["check", "submission"]


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs of a run that are not rows. The clock is one of them and is never read inside an engine.

    `header`: item → text as received, None where blank; an empty mapping where no header was sent. `reference`: name
    of a set (ods, onspd, lsoa, imd …) → its rows as column → text, in memory or in files; a set that is absent is not
    loaded.
    """

    dataset: Dataset
    header: Mapping[str, str | None]
    today: datetime.date
    received_at: datetime.datetime
    purpose: Purpose = "check"
    #: records in the header file; None where one table is checked alone
    header_rows: int | None = None
    tables_sent: frozenset[str] = frozenset()
    releases: tuple[ReleaseDates, ...] = ()
    reference: Mapping[str, Rows] = field(default_factory=dict)

    def typed_header(self, name: str) -> Any:
        """The typed value of a header item; None where it is blank or not in its form."""
        text = self.header.get(name)
        data_type = self.dataset.tables["header"].item(name).data_type
        return data_type.typed(text) if text is not None and data_type.well_formed(text) else None

    def value(self, name: str) -> Any:
        """What a condition reads by a name that is no item of its row: a header item, the purpose, the moment."""
        if name == "purpose":
            return self.purpose
        return self.received_at if name == "received_at" else self.typed_header(name)

    @property
    def period_start(self) -> datetime.date | None:
        """First day of the reporting period."""
        return self.typed_header("period_start")

    @property
    def period_end(self) -> datetime.date | None:
        """Last day of the reporting period."""
        return self.typed_header("period_end")

    @property
    def provider(self) -> str | None:
        """ODS code of the provider."""
        return self.typed_header("provider_org_code")

    @property
    def local_labels(self) -> Mapping[str, str]:
        """The local characteristic codes that the header declares, with their labels."""
        return dict(part.split("=", 1) for part in self.typed_header("local_extensions") or ())

    @property
    def local_codes(self) -> frozenset[str]:
        """Those of them that do not stand for a restricted characteristic: neither code nor label says one."""
        parts = self.typed_header("local_extensions") or ()
        return harmless(tuple(parts), self.dataset.code_lists["plus_characteristic"].restricted)

    def codes(self, name: str) -> frozenset[str]:
        """The codes of a list that may stand in this file: in force at period end, or retired in the year before."""
        code_list = self.dataset.code_lists[name]
        if self.period_end is None:
            return code_list.open_codes
        return code_list.codes_on(self.period_end.isoformat()) | self.recently_retired(name)

    def recently_retired(self, name: str) -> frozenset[str]:
        """The codes of a list that were retired within the 12 months before period end."""
        if self.period_end is None:
            return frozenset()
        retired = self.dataset.code_lists[name].retired_by(self.period_end.isoformat())
        year_ago = months_before(self.period_end, 12).isoformat()
        return frozenset(code for code, until in retired.items() if until >= year_ago)

    def refused_characteristics(self) -> frozenset[str]:
        """The restricted characteristics for which this provider has no approval in force: it fails closed."""
        restricted = self.dataset.code_lists["plus_characteristic"].restricted
        return restricted - frozenset(a["code"] for a in self.dataset.restricted_approvals if self._approves(a))

    def _approves(self, approval: Mapping[str, str]) -> bool:
        if self.provider is None or self.period_end is None or approval["provider"] != self.provider:
            return False
        return approval["approved_from"] <= self.period_end.isoformat() <= approval["approved_until"]


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The day `months` months before `day`; the last of the month where that day does not exist.

    The first day of the calendar where it would lie before that.
    """
    index = day.year * 12 + day.month - 1 - months
    if index < datetime.MINYEAR * 12:
        return datetime.date.min
    first = datetime.date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month of `day`."""
    following = datetime.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - datetime.timedelta(days=1)


def completed_years(birth: datetime.date, day: datetime.date) -> int:
    """Age in completed years: somebody born on 29 February is a year older on 1 March of other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def last_birth(day: datetime.date, years: int) -> datetime.date | None:
    """The latest date of birth at which somebody has completed `years` years on `day`; None before the calendar."""
    year = day.year - years
    if year < datetime.MINYEAR:
        return None
    born_on_29_february = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28 if born_on_29_february and not calendar.isleap(year) else day.day)
