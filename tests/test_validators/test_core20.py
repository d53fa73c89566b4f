"""Core20: where a person lives, and the figures, on both engines."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_validators.small_submissions import context_of, judged, opened, write_tables
from validators.core20 import CLASSES, CURRENT, INDEXES, OUTCOMES, REASONS, class_of, gazetteer, place
from validators.core20_figures import core20_of
from validators.engines import ENGINES
from validators.tally import Core20Tally

if TYPE_CHECKING:
    from pathlib import Path

    from validators.tally import Tally

HEADER = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
}
PLACES = [
    {"postcode": "AA1 1AA", "start": "1980-01-01", "lsoa11": "E01000001", "lsoa21": "E01000001"},
    {"postcode": "AA1 1AB", "start": "1980-01-01", "lsoa11": "E01000002", "lsoa21": "E01034000"},
    {"postcode": "AA1 1AC", "start": "1980-01-01", "terminated": "2010-06-30", "lsoa11": "E01000003"},
    {"postcode": "AA1 1AD", "start": "2026-05-01", "lsoa11": "E01000001", "lsoa21": "E01000001"},
    {"postcode": "CF1 1AA", "start": "1980-01-01", "lsoa11": "W01000001", "lsoa21": "W01000001"},
    {"postcode": "IM1 1AA", "start": "1980-01-01", "lsoa11": "M99999999", "lsoa21": "M99999999"},
]
DECILES = [
    {"version": "2025", "lsoa": "E01000001", "rank": "1", "decile": "1"},
    {"version": "2025", "lsoa": "E01034000", "rank": "9", "decile": "10"},
    {"version": "2019", "lsoa": "E01000001", "rank": "8", "decile": "3"},
    {"version": "2019", "lsoa": "E01000002", "rank": "2", "decile": "2"},
    {"version": "2019", "lsoa": "E01000003", "rank": "10", "decile": "10"},
]
INSTITUTIONS = [
    {"postcode": "AA1 1AB", "kind": "prison", "closed_on": "2020-01-31"},
    {"postcode": "BB1 1BB", "kind": "care_home"},
]
PSEUDO = [{"postcode": postcode} for postcode in ("ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ", "ZZ99 4QZ")]
REFERENCE = {"onspd": PLACES, "imd": DECILES, "institution": INSTITUTIONS, "pseudo_postcode": PSEUDO}
BLANK = dict.fromkeys(("postcode", "lsoa_code", "lsoa_vintage", "imd_decile", "imd_version"))


def found(reference: dict[str, Any], **person: Any) -> tuple[str, str]:
    """The outcomes of a person by the index of 2025 and by that of 2019."""
    context = replace(context_of({}, reference=reference), header=HEADER)
    known = gazetteer(context, [person.get("postcode")])
    return tuple(place(BLANK | person, index, known).outcome for index in INDEXES)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("postcode", "outcomes"),
    [
        ("AA1 1AA", ("yes", "no")),
        ("AA1 1AB", ("no", "yes")),  # the prison had closed before the period
        ("AA1 1AC", ("area_unknown", "no")),  # terminated: the directory still places it
        ("AA1 1AD", ("postcode_unknown", "postcode_unknown")),  # not there before the period was over
        ("AA9 9ZZ", ("postcode_unknown", "postcode_unknown")),
        ("BB1 1BB", ("institution", "institution")),
        ("CF1 1AA", ("outside_england", "outside_england")),
        ("IM1 1AA", ("outside_england", "outside_england")),
        ("ZZ99 3VZ", ("no_fixed_abode", "no_fixed_abode")),
        ("ZZ99 3WZ", ("not_known", "not_known")),
        ("ZZ99 3CZ", ("not_known", "not_known")),
        ("ZZ99 3GZ", ("outside_england", "outside_england")),
        ("ZZ99 4QZ", ("outside_england", "outside_england")),
        ("ZZ99 9ZZ", ("postcode_unknown", "postcode_unknown")),
    ],
)
def test_a_postcode_decides(postcode: str, outcomes: tuple[str, str]) -> None:
    assert found(REFERENCE, postcode=postcode) == outcomes
    beside = {"lsoa_code": "E01000001", "lsoa_vintage": "2021", "imd_decile": 5, "imd_version": "2025"}
    assert found(REFERENCE, postcode=postcode, **beside) == outcomes


@pytest.mark.parametrize(
    ("area", "vintage", "outcomes"),
    [
        ("E01000001", "2021", ("yes", "other_version")),
        ("E01000001", "2011", ("other_version", "no")),
        ("E01099999", "2021", ("area_unknown", "other_version")),
        ("E01000001", None, ("area_unknown", "area_unknown")),
        ("S01000001", "2022", ("outside_england", "outside_england")),
        ("X99999999", None, ("not_known", "not_known")),
        ("X99999998", "2021", ("outside_england", "outside_england")),
        ("ABC", "2021", ("area_unknown", "area_unknown")),
    ],
)
def test_without_a_postcode_the_area_decides(area: str, vintage: str | None, outcomes: tuple[str, str]) -> None:
    assert found(REFERENCE, lsoa_code=area, lsoa_vintage=vintage, imd_decile=5, imd_version="2025") == outcomes


def test_without_postcode_and_area_the_decile_decides() -> None:
    assert found(REFERENCE, imd_decile=2, imd_version="2025") == ("yes", "other_version")
    assert found({}, imd_decile=3, imd_version="2019") == ("other_version", "no")
    assert found({}, imd_decile=3, imd_version="2015") == ("other_version", "other_version")
    assert found(REFERENCE) == ("nothing_sent", "nothing_sent")


def test_without_a_directory_an_area_beside_the_postcode_is_used() -> None:
    without = {name: rows for name, rows in REFERENCE.items() if name != "onspd"}
    area = {"lsoa_code": "E01000001", "lsoa_vintage": "2021"}
    assert found(without, postcode="AA1 1AA") == ("not_loaded", "not_loaded")
    assert found(without, postcode="AA1 1AA", **area) == ("yes", "other_version")
    assert found(without, postcode="AA1 1AA", imd_decile=1, imd_version="2025") == ("not_loaded", "not_loaded")
    assert found(without, postcode="ZZ99 3VZ", **area) == ("no_fixed_abode", "no_fixed_abode")
    assert found({"onspd": PLACES}, postcode="AA1 1AA") == ("not_loaded", "not_loaded")


def test_the_vocabularies_are_closed() -> None:
    assert {class_of(outcome) for outcome in OUTCOMES} == set(CLASSES)
    assert [outcome for outcome in OUTCOMES if class_of(outcome) == "not_placed"] == list(REASONS)
    assert CURRENT in INDEXES


# Both engines


def some_persons(seed: int, count: int) -> list[dict[str, Any]]:
    """Persons with every mixture of what can be sent, some of it wrong."""
    chance = random.Random(seed)
    postcodes = ["AA1 1AA", "AA1 1AB", "AA1 1AC", "AA1 1AD", "aa11aa", "BB1 1BB", "CF1 1AA", "IM1 1AA", "AA9 9ZZ"]
    postcodes += ["ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3GZ", "ZZ99 4QZ", "ZZ99 9ZZ", "zz993vz", "NO POSTCODE"]
    areas = ["E01000001", "E01034000", "E01000002", "E01099999", "S01000001", "X99999999", "X99999998", "ABC"]
    choices = {
        "postcode": postcodes,
        "lsoa_code": areas,
        "lsoa_vintage": ["2011", "2021", "2022", "1991"],
        "imd_decile": ["1", "2", "3", "8", "10", "11", "x"],
        "imd_version": ["2015", "2019", "2025", "2020"],
        "withheld_identity_reason": ["01"],
    }
    blanks = {"postcode": 0.3, "lsoa_code": 0.4, "imd_decile": 0.3, "imd_version": 0.2, "withheld_identity_reason": 0.9}
    return [
        {
            "local_patient_id_org": "RX1",
            "local_patient_id": f"P{chance.randrange(count * 2)}",
            **{item: chance.choice(v) for item, v in choices.items() if chance.random() > blanks.get(item, 0.1)},
        }
        for _ in range(count)
    ]


def tally_of(engine: str, folder: Path, persons: list[dict[str, Any]], reference: dict[str, Any]) -> Tally:
    write_tables(folder, {"header": [HEADER], "person": persons})
    with opened(folder) as sources:
        return judged(engine, sources, context_of(sources, reference=reference)).tally


def subsets() -> list[tuple[str, ...]]:
    names = tuple(REFERENCE)
    alone = [(name,) for name in names]
    without = [tuple(other for other in names if other != name) for name in names]
    return [(), *alone, *without, names]


@pytest.mark.parametrize("loaded", subsets(), ids=lambda names: "+".join(names) or "nothing")
def test_both_engines_give_the_same_whatever_is_loaded(loaded: tuple[str, ...], tmp_path: Path) -> None:
    persons = some_persons(len(loaded), 400)
    reference = {name: REFERENCE[name] for name in loaded} | {"lsoa": [{"code": "E01000001", "vintage": "2021"}]}
    duckdb, plain = (tally_of(engine, tmp_path, persons, reference) for engine in ("duckdb", "reference"))
    assert duckdb.core20 == plain.core20
    assert {r.rule_id: r for r in duckdb.rules} == {r.rule_id: r for r in plain.rules}
    assert [figure.index for figure in duckdb.core20] == list(INDEXES)


@pytest.mark.parametrize("engine", ENGINES)
def test_figures_cover_accepted_persons_once(engine: str, tmp_path: Path) -> None:
    rows = [
        {"local_patient_id_org": "RX1", "local_patient_id": "A1", "postcode": "AA1 1AA"},
        {"local_patient_id_org": "RX1", "local_patient_id": "A1", "postcode": "AA1 1AA"},  # a copy
        {"local_patient_id_org": "RX1", "local_patient_id": "A2", "postcode": "AA1 1AB"},
        {"local_patient_id_org": "RX1", "postcode": "AA1 1AA"},  # refused
        {"local_patient_id_org": "RX1", "local_patient_id": "A3", "postcode": "ZZ99 3VZ"},
    ]
    now, before = tally_of(engine, tmp_path, rows, REFERENCE).core20
    assert (now.index, before.index) == ("2025", "2019")
    assert outcomes(now) == {"yes": 1, "no": 1, "no_fixed_abode": 1}
    assert outcomes(before) == {"yes": 1, "no": 1, "no_fixed_abode": 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_submitted_decile_is_compared_with_the_derived_one(engine: str, tmp_path: Path) -> None:
    sent = [("1", "2025"), ("10", "2025"), ("4", "2025"), ("3", "2019"), ("8", "2019"), ("1", "2015"), (None, None)]
    rows = [
        {"local_patient_id_org": "RX1", "local_patient_id": f"A{number}", "postcode": "AA1 1AA"}
        | {"imd_decile": decile, "imd_version": version}
        for number, (decile, version) in enumerate(sent)
    ]
    now, before = tally_of(engine, tmp_path, rows, REFERENCE).core20
    assert (now.compared, now.agree, now.reversed) == (3, 1, 1)
    assert (before.compared, before.agree, before.reversed) == (2, 1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_an_index_or_a_decile_there_is_no_figure(engine: str, tmp_path: Path) -> None:
    rows = [{"local_patient_id_org": "RX1", "local_patient_id": "A1", "postcode": "AA1 1AA"}]
    assert tally_of(engine, tmp_path, rows, {"onspd": PLACES}).core20 == ()


def test_the_figures_of_a_report_have_their_rates() -> None:
    counts = {"yes": 20, "no": 60, "institution": 5, "no_fixed_abode": 5, "postcode_unknown": 10}
    tally = Core20Tally("2025", 100, tuple(counts.get(outcome, 0) for outcome in OUTCOMES), 10, 4, 6)
    (figure,) = core20_of([tally]).figures
    assert (figure.rate, figure.not_placed, figure.not_placed_rate) == (0.25, 15, 0.15)
    assert [(reason.reason, reason.persons) for reason in figure.reasons] == [
        ("no_fixed_abode", 5),
        ("postcode_unknown", 10),
    ]
    assert figure.submitted is not None
    assert (figure.submitted.differ, figure.submitted.order_reversed) == (6, True)
    assert core20_of([replace(tally, compared=0, agree=0, reversed=0)]).figures[0].submitted is None


def outcomes(figure: Core20Tally) -> dict[str, int]:
    return {outcome: count for outcome, count in zip(OUTCOMES, figure.outcomes, strict=True) if count}
