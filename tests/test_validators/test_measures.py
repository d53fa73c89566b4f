"""What is measured of persons, by group: the same on every engine, and what the data set's own rules say it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.test_validators.small_persons import HEADER, Rows, answer, measured, of, person
from tests.test_validators.small_submissions import context_of, judged, opened, write_tables
from validators.engines import ENGINES
from validators.groups import MOST_LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from validators.tally import AccessTally, SplitTally, Tally


def split(tally: Tally, subject: str, by: str = "all", group: str = "all") -> SplitTally:
    (found,) = (s for s in tally.splits if (s.subject, s.by, s.group) == (subject, by, group))
    return found


def groups(tally: Tally, subject: str, by: str) -> dict[str, int]:
    """Persons eligible in each group."""
    return {s.group: s.eligible for s in tally.splits if (s.subject, s.by) == (subject, by)}


def access(tally: Tally, measure: str, by: str = "all", group: str = "all") -> AccessTally:
    (found,) = (a for a in tally.access if (a.measure, a.by, a.group) == (measure, by, group))
    return found


def shares(tally: Tally, measure: str, by: str) -> dict[str, tuple[int, int]]:
    """(numerator, denominator) of each group."""
    return {a.group: (a.numerator, a.denominator) for a in tally.access if (a.measure, a.by) == (measure, by)}


every_engine = pytest.mark.parametrize("engine", ENGINES)


@every_engine
def test_a_person_is_in_one_group_of_each_kind(engine: str, tmp_path: Path) -> None:
    births = ("2010-05-01", "2010-04-30", "2001-05-01", "2001-04-30", "1951-04-30", None)
    tally = measured(engine, tmp_path, [person(n, birth_date=birth) for n, birth in enumerate(births)])
    assert groups(tally, "ethnicity", "age_band") == {"0-15": 1, "16-24": 2, "25-34": 1, "75+": 1, "not_known": 1}
    assert groups(tally, "ethnicity", "stated_gender") == {"not_known": 6}
    assert groups(tally, "gender_identity", "ethnic_group") == {"not_known": 6}


@every_engine
def test_an_ethnic_group_follows_from_the_heading_of_its_own_list(engine: str, tmp_path: Path) -> None:
    codes: list[tuple[str | None, str | None]] = [
        ("R", None), (None, "2"), ("CN", "2"), ("q", "9"), ("Z", "15"), ("Z", None), ("99", None), ("q", None),
        (None, "99"),
    ]  # fmt: skip
    persons = [person(n, ethnic_category=a, ethnic_category_2021=b) for n, (a, b) in enumerate(codes)]
    found = groups(measured(engine, tmp_path, persons), "stated_gender", "ethnic_group")
    # Chinese stands under Other in the list of 2001 and under Asian in that of 2021: neither is turned into the other
    assert found == {"other": 1, "asian": 1, "white": 2, "mixed": 1, "declined": 1, "not_known": 3}


def postcode(written: str, area: str) -> dict[str, str | None]:
    """A row of the postcode directory."""
    return {"postcode": written, "start": "1980-01-01", "terminated": None, "lsoa11": None, "lsoa21": area}


REFERENCE: dict[str, Rows] = {
    "onspd": [postcode("AA1 1AA", "E01000001"), postcode("AA1 1AB", "E01000002"), postcode("AA1 1AC", "E01000001")],
    "imd": [
        {"version": "2025", "lsoa": "E01000001", "decile": "2"},
        {"version": "2025", "lsoa": "E01000002", "decile": "3"},
    ],
    "institution": [{"postcode": "AA1 1AC", "open_from": None, "closed_on": None}],
}


@every_engine
def test_persons_are_in_the_core20_group_of_their_place(engine: str, tmp_path: Path) -> None:
    places: list[dict[str, str | None]] = [
        {"postcode": "AA1 1AA"}, {"postcode": "aa11ab"}, {"postcode": "AA1 1AC"}, {"postcode": "ZZ99 3VZ"},
        {"imd_decile": "1", "imd_version": "2025"}, {"imd_decile": "1", "imd_version": "2019"}, {},
    ]  # fmt: skip
    persons = [person(n, **items) for n, items in enumerate(places)]
    tally = measured(engine, tmp_path, persons, REFERENCE)
    assert groups(tally, "ethnicity", "core20") == {"yes": 2, "no": 1, "institution": 1, "not_placed": 3}
    current = next(figure for figure in tally.core20 if figure.index == "2025")
    assert current.persons == 7


@every_engine
def test_nobody_is_placed_where_nothing_says_where_anybody_lives(engine: str, tmp_path: Path) -> None:
    tally = measured(engine, tmp_path, [person(0, postcode="AA1 1AA"), person(1)])
    assert groups(tally, "ethnicity", "core20") == {"not_placed": 2}


@every_engine
def test_six_outcomes_of_a_fact_add_up_and_sexual_orientation_is_asked_from_sixteen(
    engine: str, tmp_path: Path
) -> None:
    told = ["1", "U", "Z", "9", None, "?"]
    persons = [person(n, sexual_orientation=code, stated_gender="2") for n, code in enumerate(told)]
    persons += [person(9, sexual_orientation="1", birth_date="2010-05-01"), person(10, birth_date=None)]
    found = split(measured(engine, tmp_path, persons), "sexual_orientation")
    outcomes = (found.known, found.unsure, found.declined, found.not_known, found.missing, found.invalid)
    assert (found.eligible, outcomes, found.asked) == (6, (1, 1, 1, 1, 1, 1), None)
    assert split(measured(engine, tmp_path, persons), "sexual_orientation", "stated_gender", "2").known == 1


@every_engine
def test_who_was_asked_about_ethnicity(engine: str, tmp_path: Path) -> None:
    told = [("A", "1"), ("A", "3"), ("Z", "2"), ("99", "1"), (None, None)]
    persons = [person(n, ethnic_category=code, ethnic_category_source=source) for n, (code, source) in enumerate(told)]
    tally = measured(engine, tmp_path, persons)
    found = split(tally, "ethnicity")
    assert (found.known, found.declined, found.not_known, found.missing, found.asked) == (2, 1, 1, 1, 2)
    assert tally.equality is not None
    assert tally.equality.sources == (("1", 1), ("2", 1), ("3", 1))


@every_engine
def test_answers_are_split_over_eligible_persons(engine: str, tmp_path: Path) -> None:
    persons = [person(n, stated_gender="2") for n in range(4)] + [person(4, birth_date="2015-01-01")]
    answers = [answer(0, "CARER", "Y"), answer(1, "CARER", "Z", "2"), answer(2, "CARER", "N", "4"),
               answer(4, "CARER", "N")]  # fmt: skip
    tally = measured(engine, tmp_path, persons, plus_characteristic=answers)
    found = split(tally, "CARER", "stated_gender", "2")
    assert (found.eligible, found.known, found.declined, found.missing) == (4, 2, 1, 1)
    assert (found.asked, found.declined_asked) == (2, 1)
    assert groups(tally, "CARER", "age_band") == {"45-54": 4}
    assert groups(tally, "SMI", "age_band") == {"0-15": 1, "45-54": 4}
    assert split(tally, "SMI", "age_band", "0-15").asked is None


@every_engine
def test_restricted_characteristics_are_in_no_measure(engine: str, tmp_path: Path) -> None:
    tally = measured(engine, tmp_path, [person(0)], plus_characteristic=[answer(0, "MIGRANT", "Y")])
    named = {s.subject for s in tally.splits} | {a.by for a in tally.access} | {p.characteristic for p in tally.plus}
    assert tally.linkage is not None
    named |= {linked.by for linked in tally.linkage.groups}
    assert not named & {"MIGRANT", "SEXWORK", "MODSLAVERY", "JUSTICE"}
    assert "L-BOATER" in named


@every_engine
def test_a_later_refusal_leaves_a_known_answer_and_an_earlier_one_is_no_later_one(engine: str, tmp_path: Path) -> None:
    answers = [
        answer(0, "HOMELESS", "Y", day="2026-04-01"), answer(0, "HOMELESS", "Z", day="2026-04-02"),
        answer(1, "HOMELESS", "Y", day="2026-04-02"), answer(1, "HOMELESS", "Z", day="2026-04-01"),
    ]  # fmt: skip
    tally = measured(engine, tmp_path, [person(0), person(1)], plus_characteristic=answers)
    found = next(plus for plus in tally.plus if plus.characteristic == "HOMELESS")
    assert (found.yes, found.declined, found.declined_after_answer) == (2, 0, 1)


@every_engine
def test_conflicting_codes_of_one_nhs_number(engine: str, tmp_path: Path) -> None:
    numbers = ["9990000018"] * 2 + ["9990000026"] * 2 + ["9990000034"] * 2
    codes = [("A", None), ("B", None), ("CL", None), ("CN", "15"), ("A", None), (None, "1")]
    persons = [
        person(n, nhs_number=number, nhs_number_status="01", ethnic_category=old, ethnic_category_2021=new)
        for n, (number, (old, new)) in enumerate(zip(numbers, codes, strict=True))
    ]
    tally = measured(engine, tmp_path, persons)
    assert tally.equality is not None
    # CL and CN are one national category; a code of 2001 beside one of 2021 is no conflict
    assert (tally.equality.conflicting_numbers, tally.equality.conflicting) == (1, 2)


@every_engine
def test_any_other_counts_in_either_list(engine: str, tmp_path: Path) -> None:
    codes = [("S", None), ("CN", None), ("A", None), (None, "8"), (None, "18"), ("A", "8")]
    persons = [person(n, ethnic_category=old, ethnic_category_2021=new) for n, (old, new) in enumerate(codes)]
    tally = measured(engine, tmp_path, persons)
    assert tally.equality is not None
    assert (tally.equality.any_other, tally.equality.local_second_character) == (3, 1)


@every_engine
def test_linkage_by_group(engine: str, tmp_path: Path) -> None:
    persons = [
        person(0, nhs_number="9990000018", nhs_number_status="01", postcode="ZZ99 3VZ", gp_practice_code="V81997"),
        person(1, nhs_number="9990000026", nhs_number_status="02", birth_date="1980-01-01"),
        person(2, birth_date="1975-01-01"),
    ]
    tally = measured(engine, tmp_path, persons, plus_characteristic=[answer(0, "HOMELESS", "Y")])
    assert tally.linkage is not None
    assert (tally.linkage.born_1_january, tally.linkage.birth_dates) == (2, 3)
    found = {(g.by, g.group): (g.persons, g.with_number, g.status_01) for g in tally.linkage.groups}
    assert found["core20", "not_placed"] == (3, 2, 1)
    assert found["HOMELESS", "yes"] == (1, 1, 1)
    assert found["HOMELESS", "not_known"] == (2, 1, 0)
    assert ("HOMELESS", "no") not in found


REFERRALS: Mapping[str, dict[str, str | None]] = {
    "waiting": {"referral_received_date": "2026-04-01"},
    "waits 126 days": {"referral_received_date": "2025-12-25"},
    "waits 127 days": {"referral_received_date": "2025-12-24"},
    "clock later": {"referral_received_date": "2025-01-01", "clock_start_date": "2026-04-01"},
    "waits over a year": {"referral_received_date": "2025-04-30"},
    "seen later": {"referral_received_date": "2026-04-01", "first_attended_date": "2026-05-02"},
    "seen": {"referral_received_date": "2025-01-01", "first_attended_date": "2026-04-30"},
    "ended": {"referral_received_date": "2025-01-01", "discharge_date": "2026-04-30"},
    "ends later": {"referral_received_date": "2026-04-01", "discharge_date": "2026-05-02"},
    "rejected": {"referral_received_date": "2025-01-01", "rejection_date": "2026-04-29"},
}


@every_engine
@pytest.mark.parametrize(
    ("case", "events"),
    [
        ("waiting", (1, 1, 0, 0)),
        ("waits 126 days", (1, 1, 0, 0)),
        ("waits 127 days", (1, 1, 1, 0)),
        ("clock later", (1, 1, 0, 0)),
        ("waits over a year", (1, 1, 1, 1)),
        ("seen later", (1, 1, 0, 0)),
        ("seen", (1, 0, 0, 0)),
        ("ended", (0, 0, 0, 0)),
        ("ends later", (1, 1, 0, 0)),
        ("rejected", (0, 0, 0, 0)),
    ],
)
def test_what_is_open_and_what_waits(engine: str, case: str, events: tuple[int, ...], tmp_path: Path) -> None:
    row = of(0, service_request_id="R1", care_setting="COMMUNITY", **REFERRALS[case])
    tally = measured(engine, tmp_path, [person(0)], referral=[row])
    counted = {a.measure: a.numerator for a in tally.access if a.by == "all"}
    names = ("open", "waiting", "waiting_over_18_weeks", "waiting_over_52_weeks")
    assert tuple(counted.get(name, 0) for name in names) == events
    assert counted["referrals"] == 1


@every_engine
def test_contacts_missed_and_cancelled_by_group(engine: str, tmp_path: Path) -> None:
    persons = [person(0, ethnic_category="A"), person(1, ethnic_category="N"), person(2, ethnic_category="H")]
    statuses = {0: ["5", "6", "3", "2", None], 1: ["3", "7", "4", "0"], 2: []}
    contacts = [
        of(number, care_contact_id=f"C{number}{place}", contact_date="2026-04-10", attendance_status=status)
        for number, found in statuses.items()
        for place, status in enumerate(found)
    ]
    tally = measured(engine, tmp_path, persons, care_contact=contacts)
    assert shares(tally, "contacts", "ethnic_group") == {"white": (5, 9), "black": (4, 9), "asian": (0, 9)}
    assert shares(tally, "missed", "ethnic_group") == {"white": (1, 3), "black": (2, 2)}
    assert shares(tally, "cancelled_by_provider", "ethnic_group") == {"white": (0, 4), "black": (1, 3)}
    missed = access(tally, "missed")
    assert (missed.numerator, missed.denominator, missed.persons, missed.persons_counted) == (3, 5, 2, 2)
    assert not [a for a in tally.access if a.measure in ("referrals", "without_interpreter")]


@every_engine
def test_seen_without_the_needed_interpreter(engine: str, tmp_path: Path) -> None:
    told = {"1": "5", "2": "5", "4": None, "5": "6", "X": "5"}

    def contact(number: int, code: str, status: str | None) -> Any:
        items = {"contact_date": "2026-04-10", "attendance_status": status, "interpreter_present": code}
        return of(number, care_contact_id=f"C{number}{code}{status}", **items)

    contacts = [contact(number, code, status) for number in (0, 1) for code, status in told.items()]
    contacts.append(contact(0, "5", "3"))
    tables = {"care_contact": contacts, "plus_characteristic": [answer(0, "INTERPRETER", "Y")]}
    found = access(measured(engine, tmp_path, [person(0), person(1)], **tables), "without_interpreter")
    assert (found.numerator, found.denominator, found.persons) == (2, 4, 1)


@every_engine
def test_access_by_declared_characteristic_over_eligible_persons(engine: str, tmp_path: Path) -> None:
    persons = [person(n) for n in range(3)] + [person(3, birth_date="2015-01-01")]
    rows = [of(n, service_request_id=f"R{n}", care_setting="COMMUNITY", referral_received_date="2026-04-01")
            for n in range(4)]  # fmt: skip
    answers = [answer(0, "CARER", "Y"), answer(1, "CARER", "N"), answer(2, "LD", "Y")]
    tally = measured(engine, tmp_path, persons, referral=rows, plus_characteristic=answers)
    assert shares(tally, "referrals", "CARER") == {"yes": (1, 3), "no": (1, 3), "not_known": (1, 3)}
    assert shares(tally, "referrals", "HOMELESS") == {"not_known": (4, 4)}
    assert not shares(tally, "referrals", "LD")
    assert access(tally, "referrals").numerator == 4


@every_engine
def test_no_practice_is_a_signal_and_babies_are_left_out(engine: str, tmp_path: Path) -> None:
    births = ("2026-03-19", "2026-03-20", "1980-01-01", None)
    persons = [person(n, birth_date=birth, gp_practice_code="V81997") for n, birth in enumerate(births)]
    found = access(measured(engine, tmp_path, persons), "without_practice")
    assert (found.numerator, found.denominator) == (3, 3)


@every_engine
def test_only_accepted_rows_count_and_copies_once(engine: str, tmp_path: Path) -> None:
    rows: Sequence[Any] = [
        of(0, service_request_id="R1", care_setting="COMMUNITY", referral_received_date="2026-04-01"),
        of(0, service_request_id="R1", care_setting="COMMUNITY", referral_received_date="2026-04-01"),
        of(0, service_request_id="R2", care_setting="COMMUNITY", referral_received_date="2026-06-01"),
        of(7, service_request_id="R3", care_setting="COMMUNITY", referral_received_date="2026-04-01"),
    ]
    tally = measured(engine, tmp_path, [person(0)], referral=list(rows))
    assert access(tally, "referrals").numerator == 1


@every_engine
def test_a_header_that_declares_any_number_of_local_codes_gets_a_few_of_them_split(engine: str, tmp_path: Path) -> None:
    codes = [f"L-{number:05}" for number in range(MOST_LOCAL + 3)]
    header = {**HEADER, "local_extensions": "|".join(f"{code}=Group" for code in codes)}
    answers = [answer(0, codes[0], "Y"), answer(0, codes[-1], "Y")]
    tables = {"header": [header], "person": [person(0)], "plus_characteristic": answers}
    write_tables(tmp_path, tables)
    with opened(tmp_path) as sources:
        tally = judged(engine, sources, context_of(sources)).tally
    assert {plus.characteristic: plus.yes for plus in tally.plus if plus.yes} == {codes[0]: 1, codes[-1]: 1}
    assert {s.subject for s in tally.splits} & set(codes) == set(codes[:MOST_LOCAL])
