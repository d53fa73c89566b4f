"""What the engine found, as the conformance report: findings with their samples, outcomes, measures, what was sent."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from validators import assemble, structure
from validators.core20_figures import core20_of
from validators.item_measures import item_measures
from validators.misplaced_findings import misplaced_findings, misplaced_in_header, misplaced_rows
from validators.readers.columns import settled_faults
from validators.reference_data.stamps import stamps
from validators.report import (
    EngineInfo,
    FileInfo,
    IgnoredFile,
    Note,
    Report,
    SubmissionInfo,
    TableCount,
    build_report,
)
from validators.software import VERSION
from validators.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schema.release import Release
    from validators.by_place import PlaceCounter, PlaceTally
    from validators.context import Context
    from validators.engines.base import Engine
    from validators.finding import Finding
    from validators.origins import Origins
    from validators.request import Request
    from validators.slices import Slices
    from validators.source import Source
    from validators.submission import Submission


def conformance_report(
    request: Request,
    chosen: Release,
    context: Context,
    submission: Submission,
    sources: Mapping[str, Source],
    tally: Tally,
    engine: Engine,
) -> Report:
    """The report on a submission. `sources`: its tables as the engine read them."""
    used = {name: _whole(source) for name, source in {**submission.sources, **sources}.items()}
    unnumbered = assemble.unnumbered(tally, context)
    samples = _sample_rows(request, tally, context, used, submission.origins, unnumbered)
    codes = {name: table.code for name, table in context.dataset.tables.items()}
    faults = list(structure.fault_findings(codes, submission.faults, submission.origins))
    for name, source in used.items():
        counted = name not in samples.unnumbered
        faults += structure.fault_findings(codes, settled_faults(source), submission.origins, counted=counted)
    faults += misplaced_findings(tally, context, samples)
    findings = [*faults, *assemble.findings_of(tally, context, samples)]
    outcomes = [*structure.fault_outcomes(faults), *assemble.outcomes_of(tally, context)]
    return build_report(
        report_id=str(uuid.uuid4()),
        created_at=request.now.replace(microsecond=0),
        today=request.today,
        software_version=VERSION,
        engine=EngineInfo(name=engine.name, version=engine.version),
        release=chosen.version,
        release_digest=chosen.info.digest,
        release_status=chosen.info.status,
        purpose=request.purpose,
        submission=_submission_info(context, used, tally),
        tables=_table_counts(context, tally),
        findings=findings,
        rules=outcomes,
        accepted_persons=tally.accepted_persons,
        data_items=tuple(item_measures(tally.items, context)),
        plus=tuple(assemble.plus_measures(tally, context)),
        equality=assemble.equality_of(tally, context),
        access=assemble.access_of(tally, context),
        linkage=assemble.linkage_of(tally.linkage, context),
        core20=core20_of(tally.core20),
        reference_data=list(stamps(context.reference)),
        ignored_files=[IgnoredFile(name=name, reason=reason) for name, reason in submission.ignored],
        notes=[Note(title=title, lines=lines) for title, lines in submission.notes],
        reveal=request.reveal,
        titles={
            (name, item.name): item.title for name, table in context.dataset.tables.items() for item in table.items
        },
    )


def slices(
    request: Request,
    report: Report,
    counter: PlaceCounter,
    context: Context,
    submission: Submission,
    sources: Mapping[str, Source],
    tally: Tally,
) -> Slices:
    """The slices that the request asks for, of what `counter` saw while the engine worked."""
    from validators.slices import slices_of

    used = {name: _whole(source) for name, source in {**submission.sources, **sources}.items()}

    unnumbered = assemble.unnumbered(tally, context)

    def found_at(places: Sequence[PlaceTally]) -> list[tuple[Finding, ...]]:
        tallies = [_tally_of(place, tally) for place in places]
        everywhere = Tally((), tuple(result for at in tallies for result in at.rules))
        rows = _sample_rows(request, everywhere, context, used, submission.origins, unnumbered)
        return [tuple(assemble.findings_of(at, context, rows)) for at in tallies]

    if request.cut is None:
        return {}
    return slices_of(report, request.cut, counter, {name: used[name] for name in sources}, context, found_at)


def _tally_of(place: PlaceTally, whole: Tally) -> Tally:
    """What was found at a place by rules of the release, without what is counted nowhere."""
    counted = {result.rule_id for result in whole.rules if result.failed is not None}
    return Tally((), tuple(result for result in place.rules if result.rule_id in counted))


def _sample_rows(
    request: Request,
    tally: Tally,
    context: Context,
    sources: Mapping[str, Source],
    origins: Mapping[str, Origins],
    unnumbered: frozenset[str],
) -> assemble.SampleRows:
    """The sample rows, read again, with what the report may show of them."""
    shown = [assemble.sample_rows(tally, context), misplaced_rows(tally)]
    wanted = {t: set[int]().union(*(rows.get(t, ()) for rows in shown)) for t in set().union(*shown) if t in sources}
    numbered = {t: origin.source_rows for t, origin in origins.items() if origin.source_rows and t in wanted}
    return assemble.SampleRows(
        records={table: sources[table].fetch(rows) for table, rows in wanted.items()},
        secret=assemble.key_maker(sources.values()),
        reveal=request.reveal,
        origins=origins,
        source_rows={table: source_rows(wanted[table]) for table, source_rows in numbered.items()},
        unnumbered=unnumbered,
    )


def _whole(source: Source) -> Source:
    """The source with all of its faults: those of its records are known when it has been read in its repaired form."""
    return source if source.census().simple else source.repaired()


def _submission_info(context: Context, sources: Mapping[str, Source], tally: Tally) -> SubmissionInfo:
    rows = {count.table: count.rows for count in tally.tables} | {"header": context.header_rows}
    # how large a file is says how many rows it holds, also those that nobody counts
    secret = {sources[name].sha256 for name in assemble.unnumbered(tally, context) & sources.keys()}
    files = tuple(
        FileInfo(table=n, name=s.name, format=s.format, rows=rows.get(n), bytes=s.bytes, sha256=s.sha256)
        if s.sha256 not in secret
        else FileInfo(table=n, name=s.name, format=s.format, rows=rows.get(n), bytes=None, sha256=None)
        for n, s in sources.items()
    )
    return SubmissionInfo(
        provider=context.provider,
        period_start=context.period_start,
        period_end=context.period_end,
        files=files,
        narrative=None if "narrative" in misplaced_in_header(context) else context.typed_header("narrative"),
    )


def _table_counts(context: Context, tally: Tally) -> list[TableCount]:
    by_table = {count.table: count for count in tally.tables}
    counts = []
    for name in context.dataset.tables:
        found = by_table.get(name)
        rows = found.rows if found else context.header_rows if name == "header" else None
        counts.append(TableCount(table=name, rows=rows, rejected_rows=found.rejected_rows if found else None))
    return counts
