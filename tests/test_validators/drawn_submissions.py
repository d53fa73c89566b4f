"""Small submissions for Hypothesis: rows as they are met, with every fault that a rule speaks of, in any mixture."""

from __future__ import annotations

import csv
import datetime
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from schema.dataset import load_dataset
from schema.derive import derived_rules, load_texts
from schema.example import read_rows, rule_table, written_cases
from schema.release_info import ReleaseDates
from validators.context import Context
from validators.misplaced import is_own_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hypothesis.strategies import DrawFn, SearchStrategy

    from schema.data_item import Item
    from schema.dataset import Dataset

    Row = dict[str, str | None]

ROWS = 18
#: enough persons for a rate to be judged
CROWD = 60

_DAYS = (
    "2026-04-01", "2026-04-10", "2026-04-30", "2026-05-01", "2026-05-06", "2026-05-07", "2026-03-31", "2025-04-29",
    "2008-02-29", "2008-04-30", "2008-05-01", "2000-01-01", "1950-02-01", "1905-01-01", "1890-01-01", "1889-12-31",
    "1900-01-01", "0001-01-01", "9999-12-31", "2099-12-31",
)  # fmt: skip
_NO_DAYS = (
    "31/12/2025", "31-12-25", "2025/12/31", "20251231", "2026-02-30", "2026-4-1", "2026-04-01T09:00:00", "46113",
    "1 Apr 2026",
    "0000-01-01", "2026-04-01\n", " 2026-04-01", "2026-04-0１", "infinity", "12026-04-01",
)  # fmt: skip
_NUMBERS = (
    "9990000018", "9990000026", "9990000034", "9990000019", "9990110999", "9999999999", "0000000000", "999 000 0018",
    "999-000-0018",
    "999000001", "99900000180", "9.99E+09", "9990000018.0", "٩٩٩٠٠٠٠٠١٨",
)  # fmt: skip
_POSTCODES = (
    "AA1 1AA", "aa11aa", "AA1  1AA", " AA1 1AA", "AA1 1AB", "AA1 1AC", "BB2 2BB", "ZZ99 3VZ", "zz993vz", "ZZ99 3WZ",
    "ZZ99 3CZ",
    "zz99 3cz", "ZZ99 9ZZ", "Z99 3CZ", "AA1", "AA1 OAA", "UNKNOWN", "   ", "AA1 1AA\n", "ÀA1 1AA",
)  # fmt: skip
_SNOMED = (
    "32911000", "728611000000100", "999999121000000106", "32911001", "1129201000000100", "55278012", "32911000000111",
    "032911000", "1.1292E+15", " 32911000 ", "999999121000000000", "99999911000000100", "homeless",
)  # fmt: skip
_TEXTS = (
    "Ward É",
    "a\nb",
    "a\r\nb",
    'say "no"',
    "a,b|c",
    " ",
    "  x ",
    "Σίσυφος",
    "😀",
    "NULL",
    "0",
    "x" * 20,
    "é" * 21,
    "\t",
    "'",
)
#: identifiers where none belongs, and what looks like one
_MISPLACED = (
    "9990000018", "999 000 0018", "999-000-0026", "9990000019", "9999999999", "9990000018 ", "99900000180", "AA1 1AA",
    "aa1 1aa", "AA11AA", "AA1 1AA\n", "A1 1A", "x@example.org", "x.y+z@a.example", "x@y", "07700 900123",
    "+447700900123", "01632960001", "0770090012", "00000000001", "Example", "example 1", "É", "[A", "{a", "@A", "`a",
)  # fmt: skip
#: a local id that is the NHS number of its row, is not, or has none beside it
_OWN_NUMBERS = (
    ("9990000018", "9990000018"), ("999 000 0018", "9990000018"), ("9990000018", "999-000-0018"),
    ("9990000018", "9990000026"), ("9990000018", None), ("9990000019", "9990000019"), ("9990000019", None),
)  # fmt: skip
_POOLS: dict[str, tuple[str, ...]] = {
    "gp_practice_code": ("A99001", "A99002", "A99003", "a99001", "RX9", "V81999", "V81998", "V81997", "A99999"),
    "lsoa_code": ("E01000001", "E01035000", "E02000001", "X99999999", "X99999998", "e01000001"),
    "service_request_id": ("R1", "R2", "R3", "R4", "R5", " ", "é" * 21, "R\n1"),
    "care_contact_id": (*(f"C{n}" for n in range(12)), "", " ", "é" * 21),
    "local_patient_id": (*(f"P{n}" for n in range(10)), " ", "é" * 21, "É1", "P\n1"),
    "local_patient_id_org": ("RX1", "RX1", "RX1", "RX2", "rx1", "R"),
    "national_code": ("02", "2", "12", "13", "HM01", "CJ09", "CN", "99", "16", "NN", "Y", "X", "hm01"),
    "source_of_referral": ("03", "3", "A1", "18", "92", "J1", "?"),
    "priority": ("1", "2", "3", "4", "Routine"),
    "characteristic_code": (
        "HOMELESS", "HOMELESS", "GRT", "CARER", "YOUNGCARER", "LAC", "SMI", "DISABILITY", "ARMEDFORCES", "L-BOATER",
        "L-FARM", "l-boater",
        "homeless", "CORE20", "SEXWORK", " sexwork ", "MIGRANT",
    ),
}  # fmt: skip


def _with_retired_codes(dataset: Dataset) -> Dataset:
    """The data set with a code retired lately and one retired long ago: no list of the release has one."""
    gender = dataset.code_lists["stated_gender"]
    first, second, *rest = gender.codes
    codes = (replace(first, until="2026-01-31"), replace(second, until="2020-03-31"), *rest)
    lists = {**dataset.code_lists, "stated_gender": replace(gender, codes=codes)}
    derived = [rule for table in dataset.tables.values() for rule in derived_rules(table, lists, load_texts())]
    written = [rule for rule in dataset.rules if not rule.derived]
    approval = {"provider": "RX1", "code": "MIGRANT", "approved_from": "2026-01-01", "approved_until": "2026-12-31"}
    return replace(
        dataset,
        code_lists=lists,
        rules=tuple(sorted((*written, *derived), key=lambda rule: rule.id)),
        restricted_approvals=(approval,),
    )


DATASET = _with_retired_codes(load_dataset())

#: a row of each table that no rule finds anything in
TEMPLATES: dict[str, Row] = {
    "person": {
        "local_patient_id_org": "RX1",
        "local_patient_id": "P1",
        "nhs_number": None,
        "nhs_number_status": "04",
        "birth_date": "1980-06-15",
        "stated_gender": "9",
        "ethnic_category": "A",
        "ethnic_category_source": "1",
        "ethnic_category_recorded_date": "2026-04-10",
        "preferred_language": "en",
        "postcode": "AA1 1AA",
        "gp_practice_code": "A99001",
        "reasonable_adjustment_required": "N",
    },
    "plus_characteristic": {
        "local_patient_id_org": "RX1",
        "local_patient_id": "P1",
        "characteristic_code": "HOMELESS",
        "value": "N",
        "source": "1",
        "recorded_date": "2026-04-10",
    },
    "referral": {
        "service_request_id": "R1",
        "local_patient_id_org": "RX1",
        "local_patient_id": "P1",
        "care_setting": "COMMUNITY",
        "referral_received_date": "2026-04-01",
    },
    "care_contact": {
        "care_contact_id": "C1",
        "local_patient_id_org": "RX1",
        "local_patient_id": "P1",
        "service_request_id": "R1",
        "contact_date": "2026-04-10",
        "care_setting": "COMMUNITY",
        "attendance_status": "5",
    },
}

REFERENCE: dict[str, list[Row]] = {
    "ods": [
        {"code": "A99001", "open_from": "1990-04-01", "closed_on": None, "registers_patients": "yes"},
        {"code": "A99002", "open_from": None, "closed_on": "2026-04-01", "registers_patients": "yes"},
        {"code": "A99003", "open_from": "1990-04-01", "closed_on": "2026-03-31", "registers_patients": "yes"},
        {"code": "RX1", "open_from": "1990-04-01", "closed_on": None, "registers_patients": None},
        {"code": "RX9", "open_from": "1990-04-01", "closed_on": None, "registers_patients": None},
    ],
    "onspd": [
        {"postcode": "AA1 1AA", "start": "1980-01-01", "lsoa11": "E01000001", "lsoa21": "E01000001"},
        {"postcode": "AA1 1AB", "start": "1980-01-01", "terminated": "2026-03-31", "lsoa21": "E01035000"},
        {"postcode": "AA1 1AC", "start": "2026-05-01", "lsoa11": "W01000001", "lsoa21": "W01000001"},
    ],
    "lsoa": [{"code": "E01000001", "vintage": "2011"}, {"code": "E01000001", "vintage": "2021"}],
    "pseudo_postcode": [{"postcode": "ZZ99 3VZ"}, {"postcode": "ZZ99 3WZ"}, {"postcode": "ZZ99 3CZ"}],
    "imd": [
        {"version": "2025", "lsoa": "E01000001", "decile": "2"},
        {"version": "2025", "lsoa": "E01035000", "decile": "9"},
        {"version": "2019", "lsoa": "E01000001", "decile": "3"},
    ],
    "institution": [
        {"postcode": "AA1 1AB", "kind": "prison", "open_from": "2026-04-30"},
        {"postcode": "BB2 2BB", "kind": "hospital", "closed_on": "2026-03-31"},
    ],
}
RELEASES = (ReleaseDates("1.0.0", "published", datetime.date(2026, 4, 1), datetime.date(2026, 10, 1)),)
HEADERS: dict[str, tuple[str | None, ...]] = {
    "dataset_version": ("1.0.0", "1.0.0", "1.0", "9.9.9", None),
    "provider_org_code": ("RX1", "RX1", "RX1", "RX2", "rx1", None),
    "submitter_org_code": ("RX1", None, "r"),
    "period_start": (
        "2026-04-01", "2026-04-01", "2026-04-01", "2026-04-02", "2024-02-01", "9999-12-01", "01/04/2026", None,
    ),
    "period_end": ("2026-04-30", "2026-04-30", "2026-04-30", "2026-04-29", "2024-02-29", "9999-12-31", None),
    "created_at": (
        "2026-05-06T09:00:00", "2026-05-06T00:30:00+01:00", "2026-04-10T09:00:00Z", "2026-05-08T09:00:01",
        "06/05/2026", None,
    ),
    "declared_plus": ("HOMELESS|CARER", "HOMELESS|L-BOATER|SEXWORK", "HOMELESS|?", "", None),
    "local_extensions": ("L-BOATER=Lives on a boat", "L-BOATER=É|L-FARM=Farm", "BOATER", None),
    "opt_out_applied": ("Y", "NA", "n", None),
    "persons_withheld": ("0", "12", "-1", "1.0", None),
    "narrative": ("Naïve “text”,\nover lines", " ", None),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Submission:
    """Rows by table, the columns of each file, and the context. A table that is not there was not sent."""

    tables: Mapping[str, Sequence[Row]]
    columns: Mapping[str, Sequence[str]]
    context: Context

    def __repr__(self) -> str:
        """What to look at when engines differ: of each row what is not as in the row that nothing is found in."""
        shown = [f"{name}: {[_changes(name, row) for row in rows[:30]]}" for name, rows in self.tables.items()]
        absent = {name: sorted({*DATASET.tables[name].item_names} - {*found}) for name, found in self.columns.items()}
        run = self.context
        return "\n".join(
            [
                *shown,
                f"columns not sent: { {name: items for name, items in absent.items() if items} }",
                f"header: {dict(run.header)}, {run.header_rows} rows, {run.purpose}, reference: {list(run.reference)}",
            ]
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same for Hypothesis."""
        printer.text(repr(self))

    def write(self, folder: Path) -> None:
        """One CSV file a table, in the order of its columns."""
        for name, rows in self.tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(self.columns[name])
                writer.writerows([row.get(column) for column in self.columns[name]] for row in rows)


def _changes(table: str, row: Row) -> Row:
    return {name: value for name, value in row.items() if value != TEMPLATES[table].get(name)}


def pool(item: Item) -> tuple[str, ...]:
    """Values that an item is met with: right ones, and wrong ones of every kind."""
    data_type = item.data_type
    strange = _MISPLACED if is_own_text(item) else ()
    if item.name in _POOLS:
        return (*(value for value in _POOLS[item.name] if value), *strange)
    if data_type.code_list:
        return _codes(data_type.code_list)
    by_kind = {
        "date": (*_DAYS, *_NO_DAYS),
        "integer": ("1", "2", "10", "0", "11", "01", "1.0", "-1", "one", "99999999999"),
    }
    by_name = {"nhs_number": _NUMBERS, "postcode": _POSTCODES, "snomed_concept_id": _SNOMED}
    by_name |= {
        "organisation_code": ("RX101", "rx101", "RX1", "RX1 01", "RX10112345", "É1234"),
        "text": (*_TEXTS, *strange),
    }
    return by_kind.get(data_type.kind) or by_name[data_type.name]


def _codes(name: str) -> tuple[str, ...]:
    codes = DATASET.code_lists[name].codes
    some = [code.code for code in (*codes[:6], *(c for c in codes if c.kind != "value"), *codes[-2:])]
    near = (some[0].lower(), f" {some[0]}", some[0].lstrip("0") + ".0", codes[0].meaning, "CN", "ZA", "É", "?")
    return (*some, *some, *(value for value in near if value))


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufdd0"), min_size=1, max_size=24)
_VALUES = {
    (name, item.name): st.none() | st.sampled_from(pool(item)) | st.sampled_from(pool(item)) | ANY_TEXT
    for name, table in DATASET.tables.items()
    if name != "header"
    for item in table.items
}


#: values that the measures tell apart, by table: groups of persons, answers, what became of an appointment
_MEASURED: dict[str, list[Row]] = {
    "person": [
        *({"ethnic_category": code, "ethnic_category_source": source}
          for code, source in (("B", "1"), ("CN", "2"), ("D", "3"), ("H", "1"), ("N", "9"), ("S", "1"), ("Z", "2"))),
        *({"ethnic_category": None, "ethnic_category_2021": code} for code in ("2", "8", "15", "18")),
        *({"ethnic_category": code} for code in ("b", " B", "n", "99")),
        *({"postcode": None, "imd_decile": decile, "imd_version": index}
          for decile, index in (("1", "2025"), ("2", "2025"), ("3", "2025"), ("1", "2019"))),
        *({"postcode": code} for code in ("ZZ99 3VZ", "zz993cz", "ZZ99 9ZZ", "ZZ9 9AB")),
        *({"birth_date": day} for day in ("2026-03-19", "2026-03-20", "2010-04-30", "2008-05-01", "2001-01-01", None)),
        *({"nhs_number": "9990000018", "nhs_number_status": status, "ethnic_category": code}
          for status, code in (("01", "A"), ("02", "R"))),
        {"gp_practice_code": "V81997", "sexual_orientation": "U", "stated_gender": "1"},
        {"religion_group": "M", "gender_identity": "Z", "stated_gender": "2"},
    ],
    "plus_characteristic": [
        {"characteristic_code": code, "value": value, "source": source}
        for code in ("INTERPRETER", "INTERPRETER", "GRT", "CARER", "YOUNGCARER", "SMI", "L-BOATER")
        for value, source in (("Y", "1"), ("Y", "3"), ("N", "4"), ("Z", "2"), ("U", "1"))
    ],
    "referral": [
        {"referral_received_date": "2025-12-24"}, {"referral_received_date": "2025-12-25"},
        {"referral_received_date": "2025-04-30"},
        {"referral_received_date": "2024-01-01", "clock_start_date": "2026-04-01"},
        {"first_attended_date": "2026-04-30"}, {"first_attended_date": "2026-05-01"},
        {"discharge_date": "2026-04-30"}, {"discharge_date": "2026-05-01"}, {"rejection_date": "2026-04-02"},
    ],
    "care_contact": [
        {"attendance_status": status, "interpreter_present": code}
        for status in ("2", "3", "4", "5", "6", "7", None)
        for code in ("1", "2", "4", "5", "X", None)
    ],
}  # fmt: skip


def _stories() -> dict[str, list[Row]]:
    """Values that belong together, by table: those of the examples of every rule, without their keys."""
    found: dict[str, list[Row]] = {name: [{}] for name in TEMPLATES}
    for rule in DATASET.rules:
        for example in rule.examples:
            texts = {rule_table(rule): example["rows"], **example.get("tables", {})}
            for table, text in texts.items():
                if table in found:
                    found[table].extend(_story(row) for row in read_rows(text))
    retired = [code.code for code in DATASET.code_lists["stated_gender"].codes if code.until]
    found["person"].extend({"stated_gender": code} for code in retired * (len(found["person"]) // 12))
    for table, rows in _MEASURED.items():
        found[table].extend(rows * (1 + len(found[table]) // (2 * len(rows))))
    return found


def _story(row: Row) -> Row:
    left_out = (
        "finding",
        "repeat",
        "local_patient_id",
        "local_patient_id_org",
        "service_request_id",
        "care_contact_id",
    )
    return {name: value for name, value in row.items() if name not in left_out}


def _companies() -> dict[str, list[list[Row]]]:
    """Rows that say something together, by table: those of the examples of rules that read more than one."""
    found: dict[str, list[list[Row]]] = {name: [] for name in TEMPLATES}
    for rule in DATASET.rules:
        if rule.stage in ("cross_record", "cross_table") and not rule.derived:
            for case in written_cases(rule, DATASET):
                for name, rows in case.tables.items():
                    if name in found and rows:
                        found[name].append([{**TEMPLATES[name], **row} for row in rows])
    return found


STORIES = _stories()
COMPANIES = _companies()


@st.composite
def rows_of(draw: DrawFn, table: str) -> list[Row]:
    """Rows of a table: each with a key that others may have too, and with some items changed; some of them twice."""
    rows = [draw(_changed(table)) for _ in range(draw(st.integers(0, ROWS)))]
    if COMPANIES[table]:
        rows += draw(st.sampled_from([[], *COMPANIES[table]]))
    again = draw(st.lists(st.integers(0, len(rows) - 1), max_size=3)) if rows else []
    return [*rows, *(dict(rows[place]) for place in again)]


@st.composite
def _changed(draw: DrawFn, table: str) -> Row:
    row = TEMPLATES[table] | draw(st.sampled_from(STORIES[table]))
    for name in DATASET.tables[table].key or ("local_patient_id",):
        row[name] = draw(st.sampled_from(_POOLS[name][:8]))
    if "local_patient_id" not in DATASET.tables[table].key:
        row["local_patient_id"] = draw(st.sampled_from(_POOLS["local_patient_id"][:8]))
    for name in draw(st.lists(st.sampled_from(DATASET.tables[table].item_names), max_size=3)):
        row[name] = draw(_VALUES[table, name])
    if table == "person" and draw(st.integers(0, 7)) == 0:
        row |= dict(zip(("local_patient_id", "nhs_number"), draw(st.sampled_from(_OWN_NUMBERS)), strict=True))
    return row


def _crowd(draw: DrawFn) -> list[Row]:
    """Many persons, with one drawn ethnicity for a share of them."""
    share = draw(st.integers(0, CROWD))
    code = draw(st.sampled_from((None, "Z", "99", "Q", "CN")))
    plain = ({**TEMPLATES["person"], "local_patient_id": f"Q{number}"} for number in range(CROWD))
    return [{**row, "ethnic_category": code} if number < share else row for number, row in enumerate(plain)]


def _numbered(draw: DrawFn, rows: list[Row]) -> list[Row]:
    """The rows with numbers for ids, of which some have leading zeros, and others may have lost theirs."""
    zeros = draw(st.lists(st.sampled_from(("", "", "0", "000")), min_size=1, max_size=3))
    return [_with_numbers(row, zeros[place % len(zeros)]) for place, row in enumerate(rows)]


def _with_numbers(row: Row, zeros: str) -> Row:
    ids = {name: row.get(name) or "" for name in ("local_patient_id", "service_request_id")}
    return row | {name: zeros + found[1:] for name, found in ids.items() if re.fullmatch("[PQR][0-9]+", found)}


@st.composite
def headers(draw: DrawFn) -> dict[str, str | None]:
    """A header: mostly a right one, with a few items changed."""
    header = {name: values[0] for name, values in HEADERS.items()}
    for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=2)):
        header[name] = draw(st.sampled_from(HEADERS[name])) or None
    return header


def context_with(header: Mapping[str, str | None], **given: Any) -> Context:
    """The context of a run on the day of the examples."""
    return Context(
        dataset=DATASET,
        header=header,
        today=datetime.date(2026, 5, 7),
        received_at=datetime.datetime(2026, 5, 7, 9, tzinfo=datetime.UTC),
        releases=RELEASES,
        **given,
    )


@st.composite
def submissions(draw: DrawFn) -> Submission:
    """A submission: any of the tables, any of the reference data, with or without a header."""
    sent = [name for name in TEMPLATES if name == "person" or draw(st.integers(0, 7))]
    tables = {name: draw(rows_of(name)) for name in sent}
    if draw(st.integers(0, 3)) == 0:
        tables["person"] += _crowd(draw)
    if draw(st.integers(0, 2)) == 0:
        tables = {name: _numbered(draw, rows) for name, rows in tables.items()}
    if len(tables) > 1 and draw(st.integers(0, 15)) == 0:
        del tables["person"]
    columns = {name: _columns(draw, name) for name in tables}
    with_header = draw(st.integers(0, 7)) > 0
    rows = draw(st.sampled_from((1, 1, 1, 1, 2, 0))) if with_header else None
    reference = draw(st.sets(st.sampled_from(sorted(REFERENCE)))) if draw(st.booleans()) else set(REFERENCE)
    context = context_with(
        draw(headers()) if rows else draw(st.sampled_from(_STAND_INS)),
        header_rows=rows,
        purpose=draw(st.sampled_from(("check", "submission"))),
        tables_sent=frozenset(tables) | ({"header"} if rows is not None else frozenset()),
        reference={name: REFERENCE[name] for name in sorted(reference)},
    )
    return Submission(tables, columns, context)


#: what --period and --provider put in the place of a header
_STAND_INS: tuple[dict[str, str | None], ...] = (
    {},
    {"period_start": "2026-04-01", "period_end": "2026-04-30"},
    {"period_start": "2026-04-01", "period_end": "2026-04-30", "provider_org_code": "RX1"},
)


def _columns(draw: DrawFn, table: str) -> list[str]:
    """The columns of the file: all items, but for a few that were not sent."""
    names = DATASET.tables[table].item_names
    absent = draw(st.sets(st.sampled_from(names), max_size=2)) if draw(st.integers(0, 5)) == 0 else set[Any]()
    return [name for name in names if name not in absent]


DRAWN: SearchStrategy[Submission] = submissions()
