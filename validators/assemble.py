"""From a tally to a report: words, keys of sample rows, measures with their rates. No engine is known here."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schema.check import Coded, DeclaredNotRecorded, Format, Rate
from schema.derive import expected_words
from validators.advice import ethnicity_advice
from validators.answers import NEVER_ASKED
from validators.assemble_groups import (
    Names,
    access_measures,
    answer_splits,
    fact_measures,
    linkage_splits,
)
from validators.causes import causes_of
from validators.finding import (
    Cause,
    Counted,
    Differing,
    Finding,
    Reveal,
    Sample,
    Shape,
    SourceRow,
    exact,
    finding_of,
    items_of,
    rate_on_persons,
    sample_of,
)
from validators.groups import characteristic_title
from validators.hidden import in_words, kinds
from validators.measured import (
    Access,
    Equality,
    Ethnicity,
    EthnicitySource,
    Linkage,
    PlusMeasure,
)
from validators.origins import columns_of_items
from validators.reading import Scope, evaluate
from validators.report import Outcome, RuleOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schema.check import Check
    from schema.rule import Cause as RuleCause
    from schema.rule import Rule
    from validators.context import Context
    from validators.measured_groups import AnswerSplit
    from validators.origins import Origins
    from validators.source import Record, Source
    from validators.tally import CauseTally, EqualityTally, LinkageTally, PlusTally, RuleTally, Tally

KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class SampleRows:
    """The sample rows, table by table, and what a report may show of them.

    `records`: row → line and record. `source_rows`: row → row of the extract, where a mapping has numbered them anew.
    `unnumbered`: tables of which no number of a row or line may be told.
    """

    records: Mapping[str, Mapping[int, tuple[int | None, Record]]]
    secret: bytes
    reveal: Reveal
    origins: Mapping[str, Origins] = field(default_factory=dict)
    source_rows: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    unnumbered: frozenset[str] = frozenset()

    def shown(self, table: str, sample: Sample) -> Sample:
        """A sample of a table, without its place where that may not be told."""
        return without_place(sample) if table in self.unnumbered else sample


def without_place(sample: Sample) -> Sample:
    """The sample without where it stands in a file; what it is known by stays."""
    return sample.model_copy(update={"row": None, "line": None, "source": None})


def unnumbered(tally: Tally, context: Context) -> frozenset[str]:
    """Tables with rows that were refused unread (restricted characteristics).

    A row number counts those too: beside the rows that the report counts it would tell how many they are.
    """
    return frozenset(
        context.dataset.rule(result.rule_id).table for result in tally.rules if result.failed is None and result.causes
    )


def sample_rows(tally: Tally, context: Context) -> dict[str, set[int]]:
    """The rows of each table that the findings will show."""
    wanted: dict[str, set[int]] = {}
    for result in tally.rules:
        table = table_of(context.dataset.rule(result.rule_id))
        for cause in result.causes:
            wanted.setdefault(table, set()).update(cause.sample_rows)
    return wanted


def table_of(rule: Rule) -> str:
    """The table whose rows the samples of a rule are."""
    return rule.check.table if isinstance(rule.check, Rate) else rule.table


def key_maker(sources: Iterable[Source]) -> bytes:
    """What row keys are made with: it follows from the content of the files, whatever way they came in."""
    return hashlib.sha256(b"".join(sorted(source.key_digest for source in sources))).digest()


def findings_of(tally: Tally, context: Context, kept: SampleRows) -> Iterator[Finding]:
    """Every finding on values: one for each way in which a rule was broken."""
    unusable = _unusable(tally, context)
    for result in tally.rules:
        rule = context.dataset.rule(result.rule_id)
        if not result.causes or (outcome_of(rule, result) != "failed" and rule.severity != "info"):
            continue
        words = {cause.kind: cause for cause in reversed(causes_of(rule, context))}
        for cause in result.causes:
            samples = tuple(_sample(rule, row, context, kept) for row in cause.sample_rows)
            hidden = result.failed is None
            yield finding_of(
                rule,
                _cause(rule, words[cause.kind], cause, context, unusable),
                assessed=result.assessed,
                failed=None if hidden else cause.count,
                samples=samples,
                rule_link=page_of(rule, context),
                counted=_counted(rule.check),
                threshold=rule.check.above if isinstance(rule.check, Rate) else None,
                source_columns=columns_of_items(rule.table, _items(rule), kept.origins),
                hides=kinds(cause.hides),
                hidden_rows=tuple(in_words(cause.hides, context)),
            )


def page_of(rule: Rule, context: Context) -> str:
    """Where the service shows the page of a rule."""
    return f"/v1/releases/{context.dataset.version}/pages/{rule.id}.html"


def _items(rule: Rule) -> tuple[str, ...]:
    return tuple(item for item in rule.items if item != "*")


def _unusable(tally: Tally, context: Context) -> dict[str, str]:
    """Item, with its table → the rule on its form or its list that some row breaks."""
    broken = (context.dataset.rule(result.rule_id) for result in tally.rules if result.failed)
    return {f"{rule.table}.{rule.items[0]}": rule.id for rule in broken if isinstance(rule.check, Format | Coded)}


def _mend_before(rule: Rule, context: Context, unusable: Mapping[str, str]) -> str:
    """What a rate of people counts beside those it asks about: values that were sent and cannot be used."""
    first = [unusable[item] for item in rule.items if item in unusable]
    if not first or not isinstance(rule.check, Rate) or not _counts_blanks(rule.check, context):
        return ""
    return f"Mend {' and '.join(first)} first: values that cannot be used are counted here too"


def _counts_blanks(check: Rate, context: Context) -> bool:
    items = {item.name: item for item in context.dataset.tables[check.table].items}
    blank = dict.fromkeys(items)
    return evaluate(check.numerator.tree, Scope(context, items, blank, blank)) is True


def _counted(check: Check) -> Counted:
    if isinstance(check, Rate):
        return "persons"
    return "groups" if isinstance(check, DeclaredNotRecorded) else "rows"


def _cause(rule: Rule, words: RuleCause, found: CauseTally, context: Context, unusable: Mapping[str, str]) -> Cause:
    expected = words.expected
    if not expected and isinstance(rule.check, Format | Coded):
        item = context.dataset.tables[rule.table].item(rule.items[0])
        expected = expected_words(item, context.dataset.code_lists)
    return Cause(
        kind=words.kind,
        received=words.received or None,
        expected=expected or None,
        suggestion=words.suggestion or _mend_before(rule, context, unusable) or None,
        shapes=tuple(Shape(shape=text, rows=count) for text, count in found.shapes),
        differing=tuple(Differing(data_item=name, keys=count) for name, count in found.differing),
    )


def _sample(rule: Rule, row: int, context: Context, kept: SampleRows) -> Sample:
    line, record = kept.records.get(table_of(rule), {}).get(row, (None, {}))
    ids = {name: record.get(name) for name in _key_items(table_of(rule), context)}
    values = {name: record.get(name) for name in rule.items if name in record}
    source = _source(rule, row, kept)
    key = record_key(table_of(rule), record, context, kept.secret)
    sample = sample_of(row, line, key, ids=ids, values=values, reveal=kept.reveal, source=source)
    return kept.shown(table_of(rule), sample)


def _source(rule: Rule, row: int, kept: SampleRows) -> SourceRow | None:
    """The record that a mapping made the row of, where rows are numbered anew."""
    table = table_of(rule)
    source_row = kept.source_rows.get(table, {}).get(row)
    if source_row is None:
        return None
    own = [item.removeprefix(f"{table}.") for item in _items(rule)]
    return kept.origins[table].place(row, source_row, [item for item in own if "." not in item])


def _key_items(name: str, context: Context) -> tuple[str, ...]:
    table = context.dataset.tables.get(name)
    if table is None:
        return ()
    return table.key or ("local_patient_id_org", "local_patient_id")


def record_key(table: str, record: Record, context: Context, secret: bytes) -> str | None:
    """The keyed hash of a record; None where it holds nothing of its key."""
    ids = {name: record.get(name) for name in _key_items(table, context)}
    if not ids or all(value is None for value in ids.values()):
        return None
    text = "\x1f".join(value or "" for value in ids.values())
    return hmac.new(secret, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:KEY_LENGTH]


def outcome_of(rule: Rule, result: RuleTally) -> Outcome:
    """failed, passed or not assessed; a rate rule fails above its threshold only."""
    if result.reason is not None:
        return "not_assessed"
    if isinstance(rule.check, Rate):
        above = rule.check.above
        share = (result.failed or 0) / result.assessed if result.assessed else 0.0
        return "failed" if above is not None and share > above else "passed"
    return "failed" if result.failed or result.causes else "passed"


def outcomes_of(tally: Tally, context: Context) -> Iterator[RuleOutcome]:
    """Every rule of the release with what became of it."""
    by_id = {result.rule_id: result for result in tally.rules}
    for rule in context.dataset.rules:
        result = by_id.get(rule.id)
        if result is None:
            yield _outcome(rule, "error", "The engine gave no result for this rule.")
            continue
        yield RuleOutcome(
            rule_id=rule.id,
            title=rule.title,
            table=rule.table,
            data_items=items_of(rule),
            severity=rule.severity,
            outcome=outcome_of(rule, result),
            reason=result.reason,
            assessed_rows=result.assessed,
            failed_rows=result.failed,
            threshold=rule.check.above if isinstance(rule.check, Rate) else None,
            minimum=rule.check.minimum if isinstance(rule.check, Rate) else None,
        )


def _outcome(rule: Rule, outcome: Outcome, reason: str) -> RuleOutcome:
    return RuleOutcome(
        rule_id=rule.id,
        title=rule.title,
        table=rule.table,
        data_items=items_of(rule),
        severity=rule.severity,
        outcome=outcome,
        reason=reason,
    )


def plus_measures(tally: Tally, context: Context) -> Iterator[PlusMeasure]:
    """Who was asked, who declined, who was never asked, for each characteristic, and by group."""
    splits = answer_splits(tally.splits, Names(context))
    for measured in tally.plus:
        yield _plus_measure(measured, splits.get(measured.characteristic, ()), context)


def _plus_measure(tally: PlusTally, splits: tuple[AnswerSplit, ...], context: Context) -> PlusMeasure:
    codes = {code.code: code for code in context.dataset.code_lists["plus_characteristic"].codes}
    declared: frozenset[str] = frozenset(context.typed_header("declared_plus") or ())
    code = codes.get(tally.characteristic)
    details = code.details if code else {}
    return PlusMeasure(
        characteristic=tally.characteristic,
        title=characteristic_title(context, tally.characteristic),
        local=code is None,
        declared=tally.characteristic in declared if context.header else None,
        min_age=int(details["min_age"]) if details.get("min_age") else None,
        max_age=int(details["max_age"]) if details.get("max_age") else None,
        eligible=tally.eligible,
        yes=tally.yes,
        no=tally.no,
        unsure=tally.unsure,
        declined=tally.declined,
        not_known=tally.not_known,
        not_recorded=tally.not_recorded,
        asked=None if tally.characteristic in NEVER_ASKED else tally.asked,
        declined_asked=None if tally.characteristic in NEVER_ASKED else tally.declined_asked,
        declined_after_known=tally.declined_after_answer,
        known_rate=rate_on_persons(tally.yes + tally.no, tally.eligible),
        asked_rate=rate_on_persons(tally.asked, tally.eligible),
        declined_rate=rate_on_persons(tally.declined_asked, tally.asked),
        unsure_rate=rate_on_persons(tally.unsure, tally.eligible),
        not_known_rate=rate_on_persons(tally.not_known, tally.eligible),
        not_recorded_rate=rate_on_persons(tally.not_recorded, tally.eligible),
        splits=splits,
    )


def equality_of(tally: Tally, context: Context) -> Equality:
    """Ethnicity by either item, and what is recorded of persons by group."""
    facts = tuple(fact_measures(tally.splits, Names(context)))
    return Equality(ethnicity=_ethnicity(tally.equality, context) if tally.equality else None, facts=facts)


def _ethnicity(tally: EqualityTally, context: Context) -> Ethnicity:
    return Ethnicity(
        persons=tally.persons,
        known=tally.known,
        declined=tally.declined,
        not_known=tally.not_known,
        missing=tally.missing,
        invalid=tally.invalid,
        asked=tally.asked,
        any_other=tally.any_other,
        local_second_character=tally.local_second_character,
        conflicting=tally.conflicting,
        conflicting_numbers=tally.conflicting_numbers,
        known_rate=rate_on_persons(tally.known, tally.persons),
        declined_rate=rate_on_persons(tally.declined, tally.known + tally.declined),
        asked_rate=rate_on_persons(tally.asked, tally.persons),
        not_known_rate=rate_on_persons(tally.not_known, tally.persons),
        missing_rate=rate_on_persons(tally.missing, tally.persons),
        not_stated_rate=rate_on_persons(tally.declined, tally.persons),
        any_other_rate=rate_on_persons(tally.any_other, tally.known),
        sources=tuple(_sources(tally, context)),
        advice=ethnicity_advice(tally),
    )


def _sources(tally: EqualityTally, context: Context) -> Iterator[EthnicitySource]:
    meanings: dict[str | None, str] = {c.code: c.meaning for c in context.dataset.code_lists["plus_source"].codes}
    meanings[None] = "No source that can be used"
    return (EthnicitySource(source=code, title=meanings[code], persons=count) for code, count in tally.sources)


def access_of(tally: Tally, context: Context) -> Access:
    """Who gets to care, by group, where referrals and contacts were sent; who says that they have no GP practice."""
    measures = tuple(access_measures(tally.access, Names(context)))
    practice = next((measure for measure in measures if measure.measure == "without_practice"), None)
    if practice is None:
        return Access(measures=measures)
    return Access(
        persons=practice.denominator,
        without_practice=practice.numerator,
        without_practice_rate=rate_on_persons(exact(practice.numerator), exact(practice.denominator)),
        measures=measures,
    )


def linkage_of(tally: LinkageTally | None, context: Context) -> Linkage:
    """Who can be linked by NHS number."""
    if tally is None:
        return Linkage()
    return Linkage(
        persons=tally.persons,
        with_number=tally.with_number,
        status_01=tally.status_01,
        without_number=tally.persons - tally.with_number,
        rate=rate_on_persons(tally.status_01, tally.persons),
        birth_dates=tally.birth_dates,
        born_1_january=tally.born_1_january,
        born_1_january_rate=rate_on_persons(tally.born_1_january, tally.birth_dates),
        splits=tuple(linkage_splits(tally.groups, Names(context))),
    )
