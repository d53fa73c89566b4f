"""Reports made by hand, such as a trust might get, for the tests of the forms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.test_validators import sample_groups
from tests.test_validators.sample_rules import RULES, RuleWords
from validators.accepted import AcceptedEntry
from validators.core20 import OUTCOMES
from validators.core20_figures import core20_of
from validators.finding import Cause, Finding, Shape, SourceColumn, SourceRow, finding_of, sample_of
from validators.measured import Access, DataItemMeasure, Equality, Ethnicity, EthnicitySource, Linkage, PlusMeasure
from validators.report import (
    EngineInfo,
    FileInfo,
    IgnoredFile,
    Note,
    ReferenceData,
    Report,
    RuleOutcome,
    SubmissionInfo,
    TableCount,
    build_report,
)
from validators.since import AnswerChange, FindingChange, ItemChange, Since
from validators.tally import Core20Tally

PERSONS = 5000


ITEMS = (
    ("person", "local_patient_id", "Local patient identifier", "M", "other", (5000, 0, 0, 0, 0)),
    ("person", "nhs_number", "NHS number", "R", "other", (4811, 120, 69, 0, 0)),
    ("person", "birth_date", "Birth date", "R", "other", (2806, 54, 2140, 0, 0)),
    ("person", "stated_gender", "Stated gender", "R", "equality", (4702, 98, 3, 197, 0)),
    ("person", "ethnic_category", "Ethnic category", "R", "equality", (3650, 610, 12, 428, 300)),
    ("person", "preferred_language", "Preferred language", "R", "equality", (1480, 3520, 0, 0, 0)),
    ("person", "religion_group", "Religion or belief", "O", "equality", (1204, 3310, 0, 86, 400)),
    ("person", "postcode", "Postcode of usual address", "R", "other", (4902, 60, 8, 30, 0)),
    ("plus_characteristic", "characteristic_code", "Characteristic", "M", "plus", (21480, 0, 20, 0, 0)),
    ("plus_characteristic", "value", "Answer", "M", "plus", (15230, 0, 0, 4870, 1400)),
    ("plus_characteristic", "source", "Source of the answer", "R", "plus", (18900, 2600, 0, 0, 0)),
    ("referral", "referral_received_date", "Referral received date", "M", "other", (3201, 0, 0, 0, 0)),
    ("referral", "treatment_function", "Treatment function", "O", "other", (3100, 90, 11, 0, 0)),
)

PLUS = (
    ("HOMELESS", "Homelessness or rough sleeping", None, None, (64, 2101, 30, 105, 700, 2000), 1900),
    ("GRT", "Gypsy, Roma or Traveller community", None, None, (22, 1500, 10, 205, 763, 2500), 1690),
    ("LD", "Learning disability", None, None, (160, 3340, 90, 10, 400, 1000), 900),
    ("SMI", "Severe mental illness", None, None, (210, 4100, 0, 0, 90, 600), None),
    ("CARER", "Unpaid carer (18 and over)", 18, None, (240, 900, 12, 88, 660, 1900), 1180),
    ("YOUNGCARER", "Young carer", None, 17, (11, 300, 0, 9, 180, 700), 320),
    ("INTERPRETER", "Needs an interpreter", None, None, (300, 2700, 0, 20, 480, 1500), 2980),
)


def findings() -> list[Finding]:
    date_format, check_digit, repeated, restricted, ethnicity, language, rate, reason = RULES
    return [
        finding_of(
            date_format,
            Cause(
                kind="day_first",
                received="day first: 99/99/9999",
                expected="YYYY-MM-DD, for example 1984-03-09",
                suggestion="Turn day and month round.",
                shapes=(Shape(shape="99/99/9999", rows=2090), Shape(shape="9/9/9999", rows=38)),
            ),
            assessed=4946,
            failed=2128,
            samples=_samples(14, 209, 3011),
            rule_link="/v1/releases/1.0.0/pages/PMD001.birth_date.format.html",
        ),
        finding_of(
            date_format,
            Cause(kind="no_such_day", received="a day that does not exist", expected="a day that exists"),
            assessed=4946,
            failed=12,
            samples=_samples(77, 410),
        ),
        finding_of(
            check_digit,
            Cause(kind="check_digit", received="10 digits", expected="a check digit by modulus 11"),
            assessed=4880,
            failed=69,
            samples=_samples(3, 1002, 4777),
        ),
        finding_of(repeated, Cause(kind="rows_differ"), assessed=5000, failed=4, samples=_samples(17, 18, 90, 4001)),
        finding_of(restricted, Cause(kind="no_approval"), assessed=21500, failed=None),
        finding_of(ethnicity, Cause(kind="blank"), assessed=5000, failed=610, samples=_samples(8, 2222, 4040)),
        finding_of(language, Cause(kind="blank"), assessed=5000, failed=3520, samples=_samples(1, 2, 3)),
        finding_of(rate, Cause(kind="above"), assessed=4996, failed=1050, counted="persons", threshold=0.1),
        finding_of(reason, Cause(kind="status"), assessed=120, failed=31, samples=_samples(5)),
    ]


def mapped_finding() -> Finding:
    """The first finding, as a mapping would have it that made one table of several columns."""
    finding = findings()[0]
    columns = (
        SourceColumn(data_item="birth_date", filled_with="column", file="patients.csv", column="DOB", steps=("dated",)),
        SourceColumn(data_item="birth_date", filled_with="constant", file=None, column=None),
        SourceColumn(data_item="person.death_date", filled_with="nothing", file=None, column=None),
    )
    first = SourceRow(file="patients.csv", row=7, columns=columns[:1])
    second = SourceRow(file="carers.csv", row=2, columns=columns[1:])
    sources = zip(finding.samples, (first, second, None), strict=True)
    samples = (sample.model_copy(update={"source": source}) for sample, source in sources)
    return finding.model_copy(update={"source_columns": columns, "samples": tuple(samples)})


def rules(found: list[Finding]) -> list[RuleOutcome]:
    failed = {f.rule_id: f for f in found}
    broken = [
        RuleOutcome(
            rule_id=f.rule_id,
            title=f.title,
            table=f.table,
            data_items=f.data_items,
            severity=f.severity,
            outcome="failed",
            assessed_rows=f.assessed_rows,
            failed_rows=f.failed_rows,
            threshold=f.threshold,
        )
        for f in failed.values()
    ]
    return [*broken, *_passed(), *_not_assessed()]


def _passed() -> list[RuleOutcome]:
    names = ("death_date", "stated_gender", "gender_identity", "postcode", "lsoa_code", "religion_group")
    return [
        RuleOutcome(
            rule_id=f"PMD001.{name}.{check}",
            title=f"{name.replace('_', ' ').capitalize()}: {check}",
            table="person",
            data_items=(name,),
            severity=severity,
            outcome="passed",
            assessed_rows=PERSONS,
            failed_rows=0,
        )
        for name in names
        for check, severity in (("format", "error"), ("missing", "warning"))
    ]


def _not_assessed() -> list[RuleOutcome]:
    missing = {
        "PMD00121": ("Postcode not in the postcode directory", "The postcode directory (onspd) is not loaded."),
        "PMD00122": ("Unknown pseudo-postcode", "No list of pseudo-postcodes is loaded."),
        "PMD00136": ("Postcode ended before the period", "The postcode directory (onspd) is not loaded."),
        "PMD00006": ("Period is not one calendar month", "Checked for submissions only; this is a check."),
        "PMD20103": ("Contact outside the reporting period", "The table care_contact was not sent."),
    }
    return [
        RuleOutcome(
            rule_id=rule,
            title=title,
            table="person",
            data_items=("postcode",),
            severity="warning",
            outcome="not_assessed",
            reason=reason,
        )
        for rule, (title, reason) in missing.items()
    ]


def parts(**changed: Any) -> dict[str, Any]:
    """What `build_report` is given for the sample, with some of it changed."""
    found = findings()
    given: dict[str, Any] = {
        "report_id": "0196f0a2-3d5c-7c11-9a54-6b7f2c1d0e88",
        "created_at": datetime(2026, 5, 7, 9, 12, 31, tzinfo=UTC),
        "today": date(2026, 5, 7),
        "software_version": "0.1.0",
        "engine": EngineInfo(name="duckdb", version="2.0.0"),
        "release": "1.0.0",
        "release_digest": "sha256:" + "5d" * 32,
        "purpose": "check",
        "submission": _submission(),
        "tables": [
            TableCount(table="header", rows=1, rejected_rows=0),
            TableCount(table="person", rows=PERSONS, rejected_rows=4),
            TableCount(table="plus_characteristic", rows=21500, rejected_rows=18),
            TableCount(table="referral", rows=3201, rejected_rows=0),
            TableCount(table="care_contact", rows=None, rejected_rows=None),
        ],
        "findings": found,
        "rules": rules(found),
        "accepted_persons": PERSONS - 4,
        "data_items": [_item(*item) for item in ITEMS],
        "plus": [_plus(*characteristic) for characteristic in PLUS],
        "equality": Equality(ethnicity=_ethnicity(), facts=sample_groups.facts()),
        "access": Access(
            persons=4960, without_practice=41, without_practice_rate=0.008266, measures=sample_groups.access()
        ),
        "core20": core20_of([_core20()]),
        "linkage": Linkage(
            persons=4996,
            with_number=4811,
            status_01=4690,
            without_number=185,
            rate=0.938751,
            birth_dates=2806,
            born_1_january=31,
            born_1_january_rate=0.011048,
            splits=sample_groups.linkage(),
        ),
        "reference_data": [
            ReferenceData(name="ods", version="2026-04", loaded=True),
            ReferenceData(name="onspd", version=None, loaded=False),
        ],
        "ignored_files": [IgnoredFile(name="Thumbs.db", reason="It is not the file of a table.")],
        "notes": [
            Note(
                title="What the mapping rx1.toml did",
                lines=("Renamed the column NHSNo to nhs_number.", "Read dates of birth as day, month, year."),
            )
        ],
    }
    return given | changed


def since() -> Since:
    """What a report may say of the one before it."""
    return Since(
        report_id="5b0ff5a4-0000-4000-8000-0000000000aa",
        created_at=datetime(2026, 5, 1, 9, 0, tzinfo=UTC),
        release="1.0.0",
        period_start=date(2026, 4, 1),
        period_end=date(2026, 4, 30),
        same_period=True,
        hidden=("plus/GRT/yes",),
        findings=(
            FindingChange(
                fingerprint="0123456789ab",
                rule_id="PMD00121",
                title="Status without a number",
                severity="warning",
                change="mended",
                before_rows=12,
                before_rate=0.1,
            ),
        ),
        data_items=(
            ItemChange(
                table="person",
                data_item="birth_date",
                title="Birth date",
                before_rate=0.5,
                now_rate=0.56,
                change="better",
            ),
        ),
        answers=(
            AnswerChange(
                characteristic="GRT", title="Gypsy, Roma or Traveller", answer="yes", before=20, now=22, change="more"
            ),
        ),
    )


def accepted_entries() -> tuple[AcceptedEntry, ...]:
    """What became of the entries of a file of accepted findings."""
    entry = AcceptedEntry(
        fingerprint="0123456789ab",
        state="used",
        said="Accepted until 31 December 2026.",
        rule_id="PMD00121",
        title="Status without a number",
        reason="The old system cannot send it",
        owner="Data quality team",
        until=date(2026, 12, 31),
    )
    return (entry,)


def sample_report(**changed: Any) -> Report:
    """A check of 5,000 persons with findings of every severity."""
    return build_report(**parts(**changed))


def clean_report(**changed: Any) -> Report:
    """A check that found nothing."""
    return sample_report(**{"findings": [], "rules": _passed(), "accepted_persons": PERSONS} | changed)


def full_report(broken: int = 150, causes: int = 2) -> Report:
    """A check that broke `broken` rules, each in `causes` ways, with prose, shapes and samples of the usual length."""
    found = [_numbered(number, cause) for number in range(broken) for cause in range(causes)]
    items = [_item(*ITEMS[number % len(ITEMS)]) for number in range(85)]
    return sample_report(findings=found, rules=rules(found), data_items=items)


def _numbered(number: int, cause_number: int) -> Finding:
    text = RULES[number % 3]
    words = RuleWords(
        f"PMD001.item_{number:03}.format",
        f"{text.title} (item {number})",
        ("error", "warning", "info")[number % 3],
        ("field", "none", "none")[number % 3],
        *(text.table, text.items, text.message, text.why, text.fix, text.mend),
    )
    shapes = tuple(Shape(shape=shape, rows=100) for shape in ("99/99/9999", "9/9/9999", "AA99 9AA"))
    cause = Cause(kind=f"cause_{cause_number}", received="day first: 99/99/9999", expected="YYYY-MM-DD", shapes=shapes)
    samples = _samples(*range(number + 1, number + 6))
    return finding_of(words, cause, assessed=5000, failed=5 * number + 6, samples=samples)


def _samples(*numbers: int) -> tuple[Any, ...]:
    return tuple(
        sample_of(
            number,
            number + 1,
            f"{number * 2654435761 % 2**32:08x}{number * 40503 % 2**16:04x}",
            ids={"local_patient_id": f"LP{number:06}"},
            values={"birth_date": "09/03/1984"},
            reveal="values",
        )
        for number in numbers
    )


def _submission() -> SubmissionInfo:
    sizes = {"header": 1, "person": PERSONS, "plus_characteristic": 21500, "referral": 3201}
    return SubmissionInfo(
        provider="RX1",
        period_start=date(2026, 4, 1),
        period_end=date(2026, 4, 30),
        files=tuple(
            FileInfo(
                table=table,
                name=f"{table}.csv",
                format="csv",
                rows=rows,
                bytes=rows * 96 + 210,
                sha256=f"{rows:04x}" * 16,
            )
            for table, rows in sizes.items()
        ),
        narrative="The booking screen of two community clinics began to ask for ethnicity on 14 April 2026.\n"
        "Preferred language is not held in the maternity system.",
    )


def _item(table: str, name: str, title: str, mandation: Any, group: Any, outcomes: tuple[int, ...]) -> DataItemMeasure:
    valid, missing, invalid, not_known, declined = outcomes
    rows = sum(outcomes)
    return DataItemMeasure(
        table=table,
        data_item=name,
        title=title,
        mandation=mandation,
        group=group,
        rows=rows,
        missing=missing,
        invalid=invalid,
        valid=valid,
        not_known=not_known,
        declined=declined,
        asked_unsure=0,
        complete_rate=round((rows - missing) / rows, 6),
        known_rate=round(valid / rows, 6),
        declined_rate=round(declined / (valid + declined), 6),
        item_score=round((valid + not_known) / rows, 6),
    )


def _plus(
    code: str, title: str, low: int | None, high: int | None, answers: tuple[int, ...], asked: int | None
) -> PlusMeasure:
    yes, no, unsure, declined, not_known, not_recorded = answers
    eligible = sum(answers)
    return PlusMeasure(
        characteristic=code,
        title=title,
        declared=True,
        min_age=low,
        max_age=high,
        eligible=eligible,
        yes=yes,
        no=no,
        unsure=unsure,
        declined=declined,
        not_known=not_known,
        not_recorded=not_recorded,
        asked=asked,
        declined_asked=None if asked is None else declined,
        declined_after_known=0,
        known_rate=round((yes + no) / eligible, 6),
        asked_rate=None if asked is None else round(asked / eligible, 6),
        declined_rate=None if asked is None else round(declined / asked, 6),
        splits=sample_groups.answers(yes + no, eligible),
    )


def _ethnicity() -> Ethnicity:
    return Ethnicity(
        persons=4996,
        known=3648,
        declined=300,
        not_known=428,
        missing=608,
        invalid=12,
        asked=3720,
        known_rate=0.730184,
        declined_rate=0.075988,
        asked_rate=0.744596,
        not_stated_rate=0.060048,
        any_other=512,
        any_other_rate=0.140351,
        local_second_character=11,
        conflicting=9,
        conflicting_numbers=4,
        sources=(
            EthnicitySource(source="1", title="Self-reported by the person", persons=3720),
            EthnicitySource(source=None, title="No source that can be used", persons=228),
        ),
        advice="Say why you ask. A refusal is an answer.",
    )


def _core20() -> Core20Tally:
    held = {"yes": 1204, "no": 3301, "institution": 21, "no_fixed_abode": 130, "postcode_unknown": 340}
    return Core20Tally("2025", 4996, tuple(held.get(outcome, 0) for outcome in OUTCOMES), 40, 3, 35)
