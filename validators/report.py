"""The conformance report: one frozen object, from which every printed form is made, with its own JSON Schema."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from schema.release_info import Status
from schema.rule import SEVERITIES, Mend, Severity
from validators.accepted import AcceptedEntry
from validators.figures import Sum
from validators.finding import Count, Finding, Part, Rate, Reveal, Sample, Shown, exact
from validators.measured import Access, Core20, DataItemMeasure, Equality, Linkage, PlusMeasure, TableCount
from validators.mend_first import MendFirst, mend_first
from validators.since import Since
from validators.verdict import Verdict, verdict_of, verdict_sentence, what_next

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REPORT_SCHEMA = "1.0"
REPORT_SCHEMA_ID = f"urn:plus-mds:report:{REPORT_SCHEMA}"

Purpose = Literal["check", "submission"]
Outcome = Literal["passed", "failed", "not_assessed", "error"]
CopyKind = Literal["owner", "shareable"]
SliceBy = Literal["mend", "site", "ward", "team", "care_setting", "treatment_function", "gp_practice"]

#: keys of a sample that are there only where the owner asked for them
_ON_REQUEST = {"ids", "values"}


class EngineInfo(Part):
    """What ran the queries."""

    name: str = Field(description="Name of the engine.")
    version: str = Field(description="Its version.")


class FileInfo(Part):
    """One file of the submission, as it was received."""

    named_by: ClassVar = ("table",)

    table: str = Field(description="Table that the file holds.")
    name: str = Field(description="Name of the file; in a shareable copy that of its table.")
    format: str = Field(description="Its format.")
    rows: Shown | None = Field(description="Data rows in it; null where they could not be counted.")
    bytes: Count | None = Field(
        description="Its size; null in a shareable copy, and where rows of restricted characteristics were refused in "
        "the file: it would say how many."
    )
    sha256: str | None = Field(
        description="SHA-256 digest of the file as received, in hexadecimal; null where the size is."
    )


class IgnoredFile(Part):
    """A file that was there and was not read."""

    name: str = Field(description="Name of the file.")
    reason: str = Field(description="Why it was not read.")


class SubmissionInfo(Part):
    """Who sent what, for when."""

    provider: str | None = Field(description="ODS code of the provider; null where the file does not say.")
    period_start: date | None = Field(description="First day of the reporting period; null where it is not known.")
    period_end: date | None = Field(description="Last day of the reporting period; null where it is not known.")
    files: tuple[FileInfo, ...] = Field(description="The files that were read.")
    narrative: str | None = Field(default=None, description="The provider's own words about its figures.")


class Counts(Part):
    """Findings by severity. A severity of which no rule could be assessed counts 0; `rules` says so."""

    error: Count = Field(description="Findings that do not conform.")
    warning: Count = Field(description="Findings that conform and are questionable.")
    info: Count = Field(description="Findings that are worth knowing.")
    accepted: Count = Field(default=0, description="Findings among these that the owner of the data accepts for now.")
    accepted_warnings: Count = Field(default=0, description="Warnings among the accepted ones.")


class RuleOutcome(Part):
    """What became of one rule of the release."""

    named_by: ClassVar = ("rule_id",)
    sums: ClassVar = (Sum(("assessed_rows",), ("failed_rows",), rest=True),)

    rule_id: str = Field(description="Identifier of the rule.")
    title: str = Field(description="The defect that it looks for.")
    table: str = Field(description="Table that it speaks of.")
    data_items: tuple[str, ...] = Field(default=(), description="Items that it reads.")
    severity: Severity = Field(description="How much it matters.")
    outcome: Outcome = Field(description="failed: some rows broke it. error: the validator could not run it.")
    reason: str | None = Field(default=None, description="Why it was not assessed, or what went wrong.")
    assessed_rows: Shown | None = Field(default=None, description="Rows on which it gave a verdict.")
    failed_rows: Shown | None = Field(default=None, description="Rows that broke it; null where it was not assessed.")
    threshold: Rate | None = Field(default=None, description="Rate above which it fails, if it is a rate rule.")
    minimum: Count | None = Field(default=None, description="Fewest persons on whom a rate rule is assessed.")


class ReferenceData(Part):
    """One set of reference data that rules of the release look things up in."""

    name: str = Field(description="Name of the set.")
    version: str | None = Field(description="Version that was loaded.")
    loaded: bool = Field(description="Whether it was there.")
    rows: Count | None = Field(default=None, description="Rows of it that are kept.")
    sha256: str | None = Field(default=None, description="SHA-256 digest of the file that it came in.")
    loaded_on: date | None = Field(default=None, description="The day on which it was loaded.")


class NotAssessed(Part):
    """A rule that was not checked. Unknown is not passed."""

    rule_id: str = Field(description="Identifier of the rule.")
    reason: str = Field(description="Why it was not assessed.")


class Note(Part):
    """Something that was done before the rules ran, for example by a mapping."""

    title: str = Field(description="What the note is about.")
    lines: tuple[str, ...] = Field(description="What was done, one thing a line.")


class Slice(Part):
    """The part of a report that was cut out to be handed on."""

    by: SliceBy = Field(description="What the report was cut by.")
    value: str | None = Field(description="The slice; null for the rows of which it is not known.")
    title: str = Field(description="The slice in words.")
    mend: Mend | None = Field(
        default=None, description="Who can mend what is in it, where it holds nothing else; null where it holds all."
    )


class Report(Part):
    """The conformance report on one submission, or one check, against one release."""

    report_schema: Literal["1.0"] = Field(default=REPORT_SCHEMA, description="Version of this form of report.")
    report_id: str = Field(description="Identifier of this report.")
    created_at: datetime = Field(description="When the report was made.")
    today: date = Field(description="The day that the rules took as today.")
    software_version: str = Field(description="Version of the validator.")
    engine: EngineInfo = Field(description="What ran the queries.")
    release: str = Field(description="Release of the data set that was checked against.")
    release_digest: str | None = Field(default=None, description="Digest of that release.")
    release_status: Status | None = Field(
        default=None,
        description="Its status on the day of the check. draft: in force for no period, so that no verdict counts.",
    )
    purpose: Purpose = Field(description="check: keeps nothing. submission: opened for a provider and period.")
    copy_kind: CopyKind = Field(
        default="owner",
        description="owner: exact figures, and rows as samples. shareable: figures rounded or hidden, no row, no key.",
    )
    reveal: Reveal = Field(default="none", description="What samples show beside row, line and hashed key.")
    verdict: Verdict = Field(description="The verdict on the submission.")
    verdict_sentence: str = Field(description="The verdict in one sentence.")
    what_next: str = Field(description="What whoever made the file does now.")
    submission: SubmissionInfo = Field(description="Who sent what, for when.")
    counts: Counts = Field(description="Findings by severity.")
    mend_first: tuple[MendFirst, ...] = Field(
        description="At most three rules to mend before the others, each with all findings that share its words."
    )
    tables: tuple[TableCount, ...] = Field(description="Rows of each table.")
    findings: tuple[Finding, ...] = Field(description="Rules broken, one entry for each rule and cause.")
    rules: tuple[RuleOutcome, ...] = Field(description="Every rule of the release with its outcome.")
    data_items: tuple[DataItemMeasure, ...] = Field(description="How completely each data item is filled.")
    plus: tuple[PlusMeasure, ...] = Field(description="Answers for each PLUS characteristic. Higher is not better.")
    equality: Equality = Field(description="Measures of the equality items.")
    access: Access = Field(description="Measures of access to care.")
    linkage: Linkage = Field(description="How well persons can be linked.")
    core20: Core20 = Field(description="Whether persons live in the most deprived fifth of England.")
    reference_data: tuple[ReferenceData, ...] = Field(description="Reference data, loaded or not.")
    not_assessed: tuple[NotAssessed, ...] = Field(description="Rules that were not checked, and why.")
    ignored_files: tuple[IgnoredFile, ...] = Field(default=(), description="Files that were there and not read.")
    notes: tuple[Note, ...] = Field(default=(), description="What was done before the rules ran.")
    since: Since | None = Field(default=None, description="What changed since an earlier report, where one was given.")
    accepted: tuple[AcceptedEntry, ...] = Field(
        default=(), description="Entries of the file of accepted findings, and what became of each."
    )
    slice: Slice | None = Field(default=None, description="What this report is cut to, where it is a slice.")


def build_report(
    *,
    report_id: str,
    created_at: datetime,
    today: date,
    software_version: str,
    engine: EngineInfo,
    release: str,
    purpose: Purpose,
    submission: SubmissionInfo,
    tables: Sequence[TableCount],
    findings: Iterable[Finding],
    rules: Iterable[RuleOutcome],
    accepted_persons: int | None,
    data_items: Sequence[DataItemMeasure] = (),
    plus: Sequence[PlusMeasure] = (),
    equality: Equality | None = None,
    access: Access | None = None,
    linkage: Linkage | None = None,
    core20: Core20 | None = None,
    reference_data: Sequence[ReferenceData] = (),
    ignored_files: Sequence[IgnoredFile] = (),
    notes: Sequence[Note] = (),
    release_digest: str | None = None,
    release_status: Status | None = None,
    reveal: Reveal = "none",
    since: Since | None = None,
    accepted: Sequence[AcceptedEntry] = (),
    titles: Mapping[tuple[str, str], str] | None = None,
) -> Report:
    """The report, with what follows from its parts: order, counts, verdict, what to mend first, what was not checked.

    `accepted_persons` is None where the person table was not there to be judged. Samples that hold more than
    `reveal` allows are cut back to it. `titles`: labels of items that the report does not measure, by table and name.
    """
    found = tuple(sorted((_withheld(f, reveal) for f in findings), key=_place))
    outcomes = tuple(sorted(rules, key=lambda rule: rule.rule_id))
    return Report(
        report_id=report_id,
        created_at=created_at,
        today=today,
        software_version=software_version,
        engine=engine,
        release=release,
        release_digest=release_digest,
        release_status=release_status,
        purpose=purpose,
        reveal=reveal,
        verdict=verdict_of(found, accepted_persons),
        verdict_sentence=_sentence(found, outcomes, tables, accepted_persons),
        what_next=what_next_of(found, outcomes, accepted_persons),
        submission=submission,
        counts=counts_of(found),
        mend_first=mend_first(found, data_items, tables, titles),
        tables=tuple(tables),
        findings=found,
        rules=outcomes,
        data_items=tuple(data_items),
        plus=tuple(plus),
        equality=equality or Equality(),
        access=access or Access(),
        linkage=linkage or Linkage(),
        core20=core20 or Core20(),
        reference_data=tuple(reference_data),
        not_assessed=not_assessed_of(outcomes),
        ignored_files=tuple(ignored_files),
        notes=tuple(notes),
        since=since,
        accepted=tuple(accepted),
    )


def counts_of(findings: Sequence[Finding]) -> Counts:
    """Findings by severity."""
    return Counts(
        **{severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES},
        accepted=sum(f.accepted is not None for f in findings),
        accepted_warnings=sum(f.accepted is not None and f.severity == "warning" for f in findings),
    )


def not_assessed_of(rules: Sequence[RuleOutcome]) -> tuple[NotAssessed, ...]:
    """The rules that gave no verdict, each with its reason."""
    return tuple(
        NotAssessed(rule_id=rule.rule_id, reason=rule.reason or "The reason was not given.")
        for rule in rules
        if rule.outcome == "not_assessed"
    )


def report_schema() -> dict[str, Any]:
    """The published JSON Schema of the report (2020-12, closed objects)."""
    schema = Report.model_json_schema(mode="serialization")
    sample = schema["$defs"]["Sample"]
    sample["required"] = [name for name in sample["required"] if name not in _ON_REQUEST]
    schema["title"] = "PLUS-MDS conformance report"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": REPORT_SCHEMA_ID} | schema


def _place(finding: Finding) -> tuple[int, str, str, str]:
    return SEVERITIES.index(finding.severity), finding.rule_id, finding.cause.kind, finding.fingerprint


def _withheld(finding: Finding, reveal: Reveal) -> Finding:
    if reveal == "values" or not any(sample.ids or sample.values for sample in finding.samples):
        return finding
    return finding.model_copy(update={"samples": tuple(_cut(sample, reveal) for sample in finding.samples)})


def _cut(sample: Sample, reveal: Reveal) -> Sample:
    return sample.model_copy(update={"values": None} if reveal == "keys" else {"ids": None, "values": None})


def _sentence(
    findings: Sequence[Finding], rules: Sequence[RuleOutcome], tables: Sequence[TableCount], accepted: int | None
) -> str:
    checked = rules_checked(rules)
    return verdict_sentence(
        findings,
        accepted_persons=accepted,
        persons=next((exact(count.rows) for count in tables if count.table == "person"), None),
        rules_checked=checked,
        rules_not_checked=len(rules) - checked,
    )


def what_next_of(findings: Sequence[Finding], rules: Sequence[RuleOutcome], accepted: int | None) -> str:
    """What whoever made the file does now."""
    absent = _not_sent(rules)
    return absent + what_next(findings, accepted, len(rules) - rules_checked(rules), all_sent=not absent)


def _not_sent(rules: Sequence[RuleOutcome]) -> str:
    """What is said first where a mandatory table was not sent to a check; empty where all are there."""
    absent = [r.table for r in rules if r.rule_id.endswith(".table.missing") and r.outcome == "not_assessed"]
    if not absent:
        return ""
    which = f"table {absent[0]} was" if len(absent) == 1 else f"tables {' and '.join(absent)} were"
    return f"The {which} not sent: a submission without {'it' if len(absent) == 1 else 'them'} is refused. "


def rules_checked(rules: Sequence[RuleOutcome]) -> int:
    """How many rules gave a verdict."""
    return sum(rule.outcome in ("passed", "failed") for rule in rules)
