"""Synthetic submissions: plausible, linked, the same for the same seed, and with chosen faults in an exact number."""

from __future__ import annotations

import datetime
import random
import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validators.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from schema.dataset import Dataset
    from schema.release import Release
    from validators.synthetic.calendar import Calendar
    from validators.synthetic.plan import Fault, Plan
    from validators.synthetic.rows import Family, Row

FORMATS = ("csv", "parquet", "ndjson", "xlsx")
MOST_PERSONS = 50_000_000
_SHEET_ROWS = 1_048_575
#: characteristics are declared once somebody has answered; this many persons are looked at
_LOOKED_AT = 2_000


def generate(
    directory: str | os.PathLike[str],
    *,
    persons: int,
    seed: int = 1,
    period: str = "2026-04",
    provider: str = "RX1",
    release: str | None = None,
    faults: Mapping[str, float] | None = None,
    format: str = "csv",  # noqa: A002 - the word of the command line
) -> dict[str, Any]:
    """Write a submission into `directory`, which is made where it is not there, and say what was written.

    Without faults no rule of severity error or warning fails. `faults`: rule → share of the rows of its table that
    break it, rounded, at least one, and an even number where rows fail in pairs; a rule on the header, or one that
    needs reference data, is broken once. Rows have one fault each while there are enough of them.
    The answer: `rows` by table, `files` by table, `faults` (rule → rows broken) and `notes` (rule → what to know).
    A draft is in force for no period: what follows it names the release that is. Raises InputError where the call is
    wrong.
    """
    _check_call(persons, provider, format)
    chosen, names, calendar = _chosen(release, period, faults or {})
    folder = _empty(Path(directory))
    submission = _Submission(chosen.dataset, names, calendar, provider, persons, seed, faults or {})
    written = submission.write(folder, format)
    about = {"persons": persons, "seed": seed, "period": period, "provider": provider, "release": chosen.version}
    return about | {"format": format} | written


def _check_call(persons: int, provider: str, form: str) -> None:
    if form not in FORMATS:
        raise InputError(f"There is no format {form!r}. There is {', '.join(FORMATS)}.")
    if not 1 <= persons <= MOST_PERSONS:
        raise InputError(f"{persons:,} persons cannot be made. Ask for 1 to {MOST_PERSONS:,}.")
    if form == "xlsx" and persons * 2 > _SHEET_ROWS:
        raise InputError(
            f"A sheet holds {_SHEET_ROWS:,} rows, and {persons:,} persons need more. Choose csv or parquet."
        )
    if not re.fullmatch("[A-Z0-9]{3,6}", provider):
        raise InputError("The provider is an ODS code of 3 to 6 capital letters and digits, such as RX1.")


def _chosen(version: str | None, period: str, faults: Mapping[str, float]) -> tuple[Release, str, Calendar]:
    """The release to follow, the version that the header names, and the days."""
    from schema import release as releases
    from schema.release_info import ReleaseError
    from validators.synthetic.calendar import Calendar
    from validators.synthetic.header import MADE_EARLY

    if not re.fullmatch("(19|20)[0-9]{2}-(0[1-9]|1[0-2])", period):
        raise InputError(f"{period!r} is no reporting period. Expected a month written YYYY-MM, such as 2026-04.")
    first = datetime.date.fromisoformat(f"{period}-01")
    try:
        chosen = releases.load(version) if version else releases.release_for(first)
        named = releases.release_for(first) if chosen.info.status == "draft" else chosen
    except ReleaseError as error:
        raise InputError(str(error)) from None
    if not named.info.dates.in_force(first):
        raise InputError(
            f"Release {named.version} is not in force for {period}. Choose a period from "
            f"{named.info.dates.implementation_from} on, or another release."
        )
    return chosen, named.version, Calendar.of(first, early=not MADE_EARLY.isdisjoint(faults))


def _empty(folder: Path) -> Path:
    if folder.is_file():
        raise InputError(f"{folder} is a file. Name a folder that is empty or not there yet.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty. Name an empty folder, or one that is not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class _Submission:
    """Everything that is known before the first row is written."""

    def __init__(
        self,
        dataset: Dataset,
        names: str,
        calendar: Calendar,
        provider: str,
        persons: int,
        seed: int,
        faults: Mapping[str, float],
    ) -> None:
        from validators.synthetic.plan import planned
        from validators.synthetic.pools import Pools
        from validators.synthetic.rows import Maker
        from validators.synthetic.shape import Cycle

        rng = random.Random(seed)  # noqa: S311 - made-up data, the same for the same seed
        self.dataset, self.names, self.calendar = dataset, names, calendar
        self.provider, self.persons = provider, persons
        cycle = Cycle.drawn(rng)
        self.plan: Plan = planned(dataset, faults, cycle, persons, rng)
        pools = Pools.of(dataset, calendar.iso(calendar.end))
        self.maker = Maker(rng, provider, calendar, pools, cycle, self.plan.wishes)
        self.cycle = cycle
        self._answers: Counter[str] = Counter()

    def write(self, folder: Path, form: str) -> dict[str, Any]:
        """Write every file; rows, files, faults and notes."""
        from validators.synthetic.header import header_rows
        from validators.synthetic.shape import TABLES
        from validators.synthetic.writers import opened, write_header

        files = {table: f"{table}.{form}{'.sheet' if form == 'xlsx' else ''}" for table in TABLES}
        with ExitStack() as stack:
            tables = self.dataset.tables
            writes = {t: stack.enter_context(opened(folder / files[t], form, tables[t])) for t in TABLES}
            rows = self._write_rows(writes)
        for table in set(self.plan.left_out.values()):
            (folder / files.pop(table)).unlink()
            del rows[table]
        given: dict[str, str | None] = {
            "dataset_version": self.names,
            "provider_org_code": self.provider,
            "submitter_org_code": self.provider,
        }
        headers = header_rows(self.dataset, given, self.calendar, self._declared(), self.plan.header)
        files["header"] = write_header(folder, form, self.dataset.tables["header"], headers)
        rows["header"] = len(headers)
        if form == "xlsx":
            files = self._bound(folder, files)
        return {"rows": rows, "files": files, "faults": self.plan.counts(), "notes": dict(self.plan.notes)}

    def _bound(self, folder: Path, files: Mapping[str, str]) -> dict[str, str]:
        """One workbook of the sheets, in the order of the data set."""
        from validators.synthetic.workbook import NAME, bind

        bind(folder, {table: folder / files[table] for table in self.dataset.tables if table in files})
        return dict.fromkeys(files, NAME)

    def _write_rows(self, writes: Mapping[str, Callable[[Sequence[str | None]], object]]) -> dict[str, int]:
        counts = dict.fromkeys(writes, 0)
        breaks = _Breaking(self)
        ordered = [(table, write, breaks.orders[table]) for table, write in writes.items()]
        faulty = any(self.plan.rows.values())
        for index in range(self.persons):
            family = self.maker.family(index)
            if index < _LOOKED_AT:
                self._look_at(family)
            if faulty:
                breaks.family(index, family)
            for table, write, order in ordered:
                for row in family.rows(table):
                    counts[table] += 1
                    write([row[place] if place is not None else None for place in order] if order else row)
        return counts

    def _look_at(self, family: Family) -> None:
        self._answers.update(row[2] for row in family.plus if row[2] and row[3] != "X")

    def _declared(self) -> set[str]:
        """The characteristics that many have answered: a few broken rows do not leave one without any answer."""
        most = max(self._answers.values(), default=0)
        return {name for name, count in self._answers.items() if count * 3 >= most} or {"HOMELESS"}


class _Breaking:
    """Breaks the rows that the plan names."""

    def __init__(self, submission: _Submission) -> None:
        from validators.synthetic.rows import COLUMNS

        self._submission = submission
        self._plan = submission.plan
        self._columns = COLUMNS
        self._next = dict.fromkeys(COLUMNS, 0)
        #: how rows are put into the order of the release, where that is another; None where it is the same
        self.orders = {table: self._order(table, names) for table, names in COLUMNS.items()}

    def _order(self, table: str, names: tuple[str, ...]) -> list[int | None] | None:
        items = tuple(self._submission.dataset.tables[table].item_names)
        return None if items == names else [names.index(item) if item in names else None for item in items]

    def family(self, index: int, family: Family) -> None:
        """Break what is to be broken of one person's rows."""
        childless = index in self._plan.childless
        for table in self._columns:
            planned, first = self._plan.rows[table], self._next[table]
            rows = family.rows(table)
            self._next[table] = first + len(rows)
            for place, row in enumerate(rows) if planned else ():
                for fault in planned.get(first + place, ()):
                    self._break(table, row, fault, family)
        if childless:
            family.plus, family.referrals, family.contacts = [], [], []

    def _break(self, table: str, row: Row, fault: Fault, family: Family) -> None:
        from validators.synthetic.breaking import Case

        cells = dict(zip(self._columns[table], row, strict=True))
        second = fault.in_pairs and fault.done % 2 == 1
        partner = fault.partner if second else None
        case = Case(self._submission.dataset, self._submission.calendar, family.birth, fault.done, partner)
        fault.breaker(cells, case)
        fault.done += 1
        if table == "referral" and cells["service_request_id"] != row[0]:
            family.unlink(row[0])
        row[:] = cells.values()
        fault.partner = cells if fault.in_pairs else None


__all__ = ["FORMATS", "generate"]
