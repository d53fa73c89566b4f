"""The main job: a path in, a conformance report out. Effects are here, at the edge; engines get sources and context."""

from __future__ import annotations

import csv
import datetime
import importlib
import re
import threading
from collections import deque
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from schema import release as releases
from schema.release_info import ReleaseError
from validators.context import Context, Purpose, month_end
from validators.engines import ENGINES, load_engine
from validators.errors import EngineError, InputError
from validators.presence import with_presence
from validators.reference_data.intact import damage_told
from validators.request import Request
from validators.scratch import scratch_folder
from validators.source import shapes_of
from validators.submission import open_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from schema.release import Release
    from validators.asklist import AskLists
    from validators.by_place import PlaceCounter
    from validators.engines.base import Engine, FailingRow
    from validators.finding import Reveal
    from validators.limits import Limits
    from validators.reference_data.sets import Rows
    from validators.report import Report
    from validators.slices import Cut, Slices
    from validators.source import Source
    from validators.submission import Submission

    Progress = Callable[[str, float | None], None]
    RowSink = Callable[[str, Iterator[FailingRow], bool], None]


#: files beside a path that are compared with it
MOST_BESIDE = 10_000


def validate(
    path: str | Path,
    *,
    release: str | None = None,
    table: str | None = None,
    period: str | None = None,
    provider: str | None = None,
    mapping: str | Path | None = None,
    today: datetime.date | None = None,
    engine: str = "duckdb",
    reveal: Reveal = "none",
    rows_to: str | Path | None = None,
    derived_to: str | Path | None = None,
    purpose: Purpose = "check",
    reference: Mapping[str, Rows] | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    cut: Cut | None = None,
    slices_to: Callable[[Slices], None] | None = None,
) -> Report:
    """The conformance report on a folder, a zip or one file.

    `period` (YYYY-MM) and `provider` stand for the header where one table is checked alone. `rows_to` gets every
    failing row as CSV, but for tables in which rows of restricted characteristics were refused; `derived_to`, a folder,
    what reference data say of each person. `reference`: reference data by name, as `Store(folder).sets()` gives them.
    `slices_to` is given the slices that `cut` asks for, the owner's copies. Raises InputError where the input
    cannot be read or the call is wrong, EngineError where the validator itself failed.
    """
    now = datetime.datetime.now(datetime.UTC)
    request = Request(
        path=Path(path),
        today=today or now.date(),
        now=now,
        release=release,
        table=table,
        period=period,
        provider=provider,
        mapping=Path(mapping) if mapping else None,
        engine=engine,
        reveal=reveal,
        rows_to=Path(rows_to) if rows_to else None,
        derived_to=Path(derived_to) if derived_to else None,
        purpose=purpose,
        reference=reference,
        limits=limits,
        cut=cut,
    )
    report, slices = run_with_slices(request, progress)
    if slices_to is not None:
        slices_to(slices)
    return report


def run(request: Request, progress: Progress | None = None) -> Report:
    """The report that a request asks for."""
    return run_with_slices(request, progress)[0]


def run_with_slices(request: Request, progress: Progress | None = None) -> tuple[Report, Slices]:
    """The report, and the slices that `cut` asks for: both the owner's copy."""
    with _prepared(request) as (submission, chosen, context):
        if request.derived_to is None:
            return _checked(request, chosen, context, submission, load_engine(request.engine), progress)
        from validators import enrich

        enrich.check_place(request.derived_to, request.path, context)
        engine = enrich.enriching_engine(request.derived_to)
        report, slices = _checked(request, chosen, context, submission, engine, progress)
        enrich.write_about(request.derived_to, report, context)
        return report, slices


def ask_lists_of(
    path: str | Path,
    *,
    period: str | None = None,
    provider: str | None = None,
    today: datetime.date | None = None,
    reference: Mapping[str, Rows] | None = None,
) -> AskLists:
    """Whom to ask next, by place (validators.asklist), from the rows that a check accepts.

    Raises InputError where there is no person table to read, EngineError where the validator itself failed.
    """
    from validators import asklist

    now = datetime.datetime.now(datetime.UTC)
    request = Request(
        path=Path(path), today=today or now.date(), now=now, period=period, provider=provider, reference=reference
    )
    with _prepared(request) as (submission, _, context):
        if "person" not in submission.sources:
            raise InputError(f"{request.path} holds no person table: whom to ask is read from it.")
        sources = {name: source for name, source in submission.sources.items() if name != "header"}
        return asklist.ask_lists(sources, context, asklist.rows_left_out(sources, context))


@contextmanager
def _prepared(request: Request) -> Generator[tuple[Submission, Release, Context]]:
    """The submission of a request, opened, with the release that applies to it and the context of the run."""
    _check_request(request)
    chosen = _release(request, None)
    with (
        scratch_folder() as workdir,
        _opened(request, chosen, workdir) as submission,
    ):
        header = _header(request, submission)
        chosen = _release(request, header.get("period_start"))
        yield submission, chosen, _context(request, chosen, submission, header)


def _check_request(request: Request) -> None:
    if request.engine not in ENGINES:
        raise InputError(f"There is no engine {request.engine!r}. There is {', '.join(ENGINES)}.")
    if request.derived_to is not None and request.engine != "duckdb":
        raise InputError("Persons are enriched on the engine duckdb alone.")
    if not request.path.exists():
        raise InputError(f"{request.path} is not there. {_named_alike(request.path)}Name a folder, a zip or a file.")
    if request.period is not None:
        period_days(request.period)
    if request.provider is not None and not re.fullmatch("[A-Z0-9]{3,6}", request.provider):
        raise InputError("The provider is an ODS code of 3 to 6 capital letters and digits, such as RX1.")


def _named_alike(path: Path) -> str:
    """What stands beside a path and is nearly called as it is."""
    import difflib

    from validators.readers.columns import shown

    try:
        beside = [other.name for other in islice(path.absolute().parent.iterdir(), MOST_BESIDE)]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, beside, 3, 0.7)
    return f"Is {' or '.join(shown([name]) for name in near)} meant? " if near else ""


def period_days(period: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of a month written YYYY-MM; InputError where it is not."""
    if not re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", period) or period.startswith("0000"):
        raise InputError(f"{period!r} is no reporting period. Expected a month written YYYY-MM, such as 2026-04.")
    first = datetime.date.fromisoformat(f"{period}-01")
    return first, month_end(first)


def _opened(request: Request, chosen: Release, workdir: Path) -> Submission:
    shapes = shapes_of(chosen.dataset)
    if request.mapping is not None:
        from validators.mapping import open_mapped

        return open_mapped(request.path, request.mapping, shapes, workdir=workdir, limits=request.limits)
    if request.table is not None and request.table not in shapes:
        raise InputError(f"There is no table {request.table!r}. There is {', '.join(shapes)}.")
    return open_submission(request.path, shapes, table=request.table, workdir=workdir, limits=request.limits)


def _release(request: Request, period_start: str | None) -> Release:
    """The release asked for, or the one in force for the reporting period, or the newest there is."""
    try:
        if request.release is not None:
            return releases.load(request.release)
        if period_start is not None:
            return releases.release_for(period_start)
        if request.period is not None:
            return releases.release_for(request.period)
    except ReleaseError as error:
        if request.release is not None:
            raise InputError(str(error)) from None
    return releases.newest()


def _header(request: Request, submission: Submission) -> dict[str, str | None]:
    source = submission.sources.get("header")
    found = next(source.records(), None) if source is not None else None
    header = dict(found[2]) if found is not None else {}
    if source is None and request.period is not None:
        first, last = period_days(request.period)
        header |= {"period_start": first.isoformat(), "period_end": last.isoformat()}
    if source is None and request.provider is not None:
        header["provider_org_code"] = request.provider
    return header


def _context(request: Request, chosen: Release, submission: Submission, header: dict[str, str | None]) -> Context:
    source = submission.sources.get("header")
    rows = source.census().received if source is not None else None
    alone = request.table is not None or submission.single
    midnight = datetime.datetime.combine(request.today, datetime.time(), datetime.UTC)
    return Context(
        dataset=chosen.dataset,
        header=header,
        header_rows=rows if rows is not None or alone else 0,
        today=request.today,
        received_at=midnight,
        purpose=request.purpose,
        tables_sent=frozenset(submission.sources),
        releases=releases.dates(),
        reference=request.reference or {},
    )


def _checked(
    request: Request,
    chosen: Release,
    context: Context,
    submission: Submission,
    engine: Engine,
    progress: Progress | None,
) -> tuple[Report, Slices]:
    sources = {name: source for name, source in submission.sources.items() if name != "header"}
    counter = _counter(request)
    with (
        _row_writer(request.rows_to, sources, counter) as sink,
        _in_advance("validators.conformance", progress) as told,
        damage_told(context.reference.values()),
    ):
        tally = with_presence(engine.run(sources, context, progress=told, rows_to=sink), context)
    from validators import conformance

    report = conformance.conformance_report(request, chosen, context, submission, sources, tally, engine)
    if counter is None:
        return report, {}
    return report, conformance.slices(request, report, counter, context, submission, sources, tally)


def _counter(request: Request) -> PlaceCounter | None:
    if request.cut is None:
        return None
    from validators.by_place import PlaceCounter

    return PlaceCounter()


@contextmanager
def _in_advance(module: str, progress: Progress | None) -> Generator[Progress]:
    """Import a module that is needed next while the engine, which is seldom in Python, works.

    Gives what the engine is to tell its stages to: from the first on it works, before that it is in Python itself.
    """
    thread = threading.Thread(target=importlib.import_module, args=(module,))

    def tell(stage: str, share: float | None) -> None:
        if progress is not None:
            progress(stage, share)
        if thread.ident is None:
            thread.start()

    try:
        yield tell
    finally:
        if thread.ident is not None:
            thread.join()


@contextmanager
def _row_writer(
    path: Path | None, sources: Mapping[str, Source], counter: PlaceCounter | None
) -> Generator[RowSink | None]:
    """Writes failing rows as CSV, one row and rule a line, and shows them to `counter`; None where nobody wants any.

    Rows whose numbers may not be told are left out: a line without a number would lead nobody to a record.
    """
    if path is None:
        # places are counted: no number of a row is told
        yield None if counter is None else lambda table, rows, _numbered: counter.take(table, rows)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("table", "row", "line", "rule_id", "cause"))

        def write(table: str, rows: Iterator[FailingRow], numbered: bool) -> None:
            passing = rows if counter is None else counter.keep(table, rows)
            if numbered:
                writer.writerows(_located(table, passing, sources[table]))
            else:
                deque(passing, maxlen=0)

        yield write


def _located(table: str, rows: Iterator[FailingRow], source: Source) -> Iterator[tuple[object, ...]]:
    """Each failing row with the line on which it starts. `rows` ascend by row."""
    waiting: deque[tuple[int, list[FailingRow]]] = deque()

    def distinct() -> Iterator[int]:
        for row, group in groupby(rows, key=lambda failing: failing.row):
            waiting.append((row, list(group)))
            yield row

    for line in source.line_numbers(distinct()):
        row, group = waiting.popleft()
        yield from ((table, row, line, failing.rule_id, failing.cause) for failing in group)


__all__ = ["EngineError", "InputError", "Request", "run", "validate"]
