"""Measures on DuckDB: what is recorded of persons and what they answered, split by group; ethnicity; linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from validators.answers import (
    ASKED_SOURCES,
    NEVER_ASKED,
)
from validators.engines.duckdb_characteristics import OF_ROW, PLACES, make_answers
from validators.engines.duckdb_groups import HELD, VALID, Cells, by_group
from validators.engines.duckdb_measure_columns import sources_of
from validators.engines.duckdb_people import OF_REGISTERED, TOLD, conflicts, of_alike, word_name
from validators.groups import (
    ALL_AGES,
    BY,
    FACTS,
    NOT_KNOWN,
    PRECEDENCE,
    characteristics,
    split_characteristics,
    tells_who_was_asked,
)
from validators.tally import EqualityTally, LinkageTally, LinkedTally, PlusTally, SplitTally, by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.groups import Ages, By

    #: (subject, kind of group, group) → counts
    Sums = Mapping[tuple[Any, str, str], tuple[int, ...]]

EVERYBODY = ("all", "all")


# Facts of the person table


def fact_splits(database: Database, cells: Cells) -> Iterator[SplitTally]:
    """The equality items of person, for everybody and for each group."""
    asked_sources = [
        str(place) for place, code in enumerate(sources_of(cells.context), start=1) if code in ASKED_SOURCES
    ]
    asked = f"source IN ({', '.join(asked_sources)})"
    was_asked = f'"word:ethnicity" IN ({VALID}, {HELD["declined"]}) AND {asked}'
    counts = {"asked": was_asked, "declined_asked": f'{was_asked} AND "word:ethnicity" = {HELD["declined"]}'}
    for fact in FACTS:
        for word in PRECEDENCE:
            held = f'"{word_name(fact)}" = {HELD[word]} AND {cells.eligible(fact.ages)}'
            counts[f"{fact.name}:{word}"] = held
    query = f"SELECT cell, {of_alike(counts.items())} FROM alike GROUP BY cell"
    for (_, by, group), sums in by_group(database, cells, query, [f'"{name}"' for name in counts]).items():
        yield from _facts_of(by, group, dict(zip(counts, sums, strict=True)))


def _facts_of(by: str, group: str, found: Mapping[str, int]) -> Iterator[SplitTally]:
    for fact in FACTS:
        held = {word: found[f"{fact.name}:{word}"] for word in PRECEDENCE}
        eligible = sum(held.values())
        if by == fact.same_as or (by != "all" and not eligible):
            continue
        yield SplitTally(
            subject=fact.name,
            by=by,
            group=group,
            eligible=eligible,
            known=held["valid"],
            declined=held["declined"],
            unsure=held["asked_unsure"],
            not_known=held["not_known"],
            missing=held["missing"],
            invalid=held["invalid"],
            asked=found["asked"] if tells_who_was_asked(fact.name) else None,
            declined_asked=found["declined_asked"] if tells_who_was_asked(fact.name) else None,
        )


# Answers to characteristics


_PERSONS = {"persons": "true", "numbered": "numbered", "traced": "traced"}
_YES_NO = {"yes": f"said = {PLACES['Y']}", "no": f"said = {PLACES['N']}"}
#: what is counted of the answers to a characteristic, in SQL over `answers` and `people`
_ANSWERS = {
    **_YES_NO,
    "unsure": f"said = {PLACES['U']}",
    "declined": f"said = {PLACES['Z']}",
    "not_known": f"said = {PLACES['X']}",
    **{name: name for name in (*OF_ROW, "declined_later")},
    **{
        f"{answer}_{name}": f"{said} AND {test}"
        for answer, said in _YES_NO.items()
        for name, test in (_PERSONS | OF_REGISTERED).items()
    },
}


class Answered(NamedTuple):
    """What is known of everybody and of each group: `persons` by ages, `answers` by characteristic."""

    persons: Mapping[Ages, Sums]
    answers: Sums
    characteristics: tuple[tuple[str, Ages], ...]

    def of(self, code: str, ages: Ages, by: str, group: str) -> dict[str, int]:
        """The counts of one characteristic in one group, `eligible` and what is left for `missing` among them."""
        persons = self.persons[ages].get((None, by, group), (0,) * len(_PERSONS))
        answers = self.answers.get((code, by, group), (0,) * len(_ANSWERS))
        found = dict(zip(_PERSONS, persons, strict=True)) | dict(zip(_ANSWERS, answers, strict=True))
        told = sum(found[answer] for answer in ("yes", "no", "unsure", "declined", "not_known"))
        return found | {"missing": found["persons"] - told}


def counted_answers(database: Database, cells: Cells) -> Answered:
    """The answers of eligible persons, by characteristic, and for those that are split by group."""
    make_answers(database)
    asked = tuple(characteristics(cells.context))
    split = len(split_characteristics(cells.context))
    counted = _counted_answers(database, cells, f"code <= {split}", BY)
    if split < len(asked):
        counted |= _counted_answers(database, cells, f"code > {split}", ())
    answers = {(asked[code - 1][0], by, group): counts for (code, by, group), counts in counted.items() if code}
    return Answered({ages: _persons(database, cells, ages) for ages in {ages for _, ages in asked}}, answers, asked)


def _counted_answers(
    database: Database, cells: Cells, which: str, kinds: tuple[By, ...]
) -> dict[tuple[Any, str, str], tuple[int, ...]]:
    joined = f"answers JOIN people USING (person) WHERE {which} AND {eligible_answers(cells)}"
    counted = f"SELECT * EXCLUDE (person), count(*) AS persons FROM {joined} GROUP BY ALL"
    query = f"SELECT code, cell, {of_alike(_ANSWERS.items())} FROM ({counted}) GROUP BY code, cell"
    return by_group(database, cells, query, [f'"{name}"' for name in _ANSWERS], "code", kinds)


def eligible_answers(cells: Cells) -> str:
    """Whether the characteristic of an answer can apply to somebody of the age, in SQL over `code` and `cell`."""
    asked = enumerate(characteristics(cells.context), start=1)
    limited = [f"WHEN {place} THEN {cells.eligible(ages)}" for place, (_, ages) in asked if not ages.all]
    return f"CASE code {' '.join(limited)} ELSE true END" if limited else "true"


def answer_of(said: str, code: str, context: Context) -> str:
    """Whether an answer is `said` (yes, no) to a characteristic, in SQL over `answers`."""
    codes = [name for name, _ in characteristics(context)]
    return f"code = {codes.index(code) + 1} AND {_ANSWERS[said]}" if code in codes else "false"


def _persons(database: Database, cells: Cells, ages: Ages) -> Sums:
    query = f"SELECT cell, {of_alike(_PERSONS.items())} FROM alike WHERE {cells.eligible(ages)} GROUP BY cell"
    return by_group(database, cells, query, list(_PERSONS))


def plus_tallies(answered: Answered) -> Iterator[PlusTally]:
    """Every characteristic of the release that is not restricted, and every declared local code."""
    for code, ages in answered.characteristics:
        found = answered.of(code, ages, *EVERYBODY)
        yield PlusTally(
            characteristic=code,
            eligible=found["persons"],
            yes=found["yes"],
            no=found["no"],
            unsure=found["unsure"],
            declined=found["declined"],
            not_known=found["not_known"],
            not_recorded=found["missing"],
            asked=None if code in NEVER_ASKED else found["asked"],
            declined_asked=None if code in NEVER_ASKED else found["declined_asked"],
            declined_after_answer=found["declined_later"],
        )


def answer_splits(answered: Answered, context: Context) -> Iterator[SplitTally]:
    """The same in each group that holds an eligible person."""
    for code, ages in split_characteristics(context):
        for _, by, group in answered.persons[ages]:
            found = answered.of(code, ages, by, group)
            if by != "all" and found["persons"]:
                yield _answer_split(code, by, group, found)


def _answer_split(code: str, by: str, group: str, found: Mapping[str, int]) -> SplitTally:
    return SplitTally(
        subject=code,
        by=by,
        group=group,
        eligible=found["persons"],
        known=found["yes"] + found["no"],
        declined=found["declined"],
        unsure=found["unsure"],
        not_known=found["not_known"],
        missing=found["missing"],
        invalid=0,
        asked=found["asked"] if tells_who_was_asked(code) else None,
        declined_asked=found["declined_asked"] if tells_who_was_asked(code) else None,
    )


# Ethnicity, linkage, place


def equality_tally(database: Database, context: Context, ethnicity: SplitTally) -> EqualityTally:
    """Ethnicity by either item over accepted persons; `ethnicity` is what is recorded of everybody."""
    any_other, second = database.counts(
        "SELECT CAST(sum(any_other) AS BIGINT), CAST(sum(second_character) AS BIGINT) FROM alike"
    )
    numbers, persons = conflicts(database)
    return EqualityTally(
        persons=ethnicity.eligible,
        known=ethnicity.known,
        declined=ethnicity.declined,
        not_known=ethnicity.not_known,
        missing=ethnicity.missing,
        invalid=ethnicity.invalid,
        asked=ethnicity.asked or 0,
        any_other=any_other,
        local_second_character=second,
        conflicting=persons,
        conflicting_numbers=numbers,
        sources=_sources(database, context),
    )


def _sources(database: Database, context: Context) -> tuple[tuple[str | None, int], ...]:
    """Who said so, of a known or declined ethnicity; None last."""
    codes: tuple[str | None, ...] = (None, *sources_of(context))
    found = database.rows(
        f'SELECT source, CAST(sum(persons) AS BIGINT) FROM alike WHERE "word:ethnicity" IN {TOLD} '
        "GROUP BY source ORDER BY source"
    )
    counted = [(codes[place], count) for place, count in found]
    return tuple(sorted(counted, key=lambda pair: (pair[0] is None, pair[0] or "")))


def linkage_tally(database: Database, cells: Cells, answered: Answered | None) -> LinkageTally:
    """NHS numbers that are left, over accepted persons: a number of two persons is neither's."""
    births, january = database.counts("SELECT CAST(sum(births) AS BIGINT), CAST(sum(january) AS BIGINT) FROM alike")
    everybody = _persons(database, cells, ALL_AGES)
    groups = [LinkedTally(by, group, *counts) for (_, by, group), counts in everybody.items() if by != "all"]
    return LinkageTally(
        *everybody[None, *EVERYBODY],
        birth_dates=births,
        born_1_january=january,
        groups=by_name([*groups, *(_linked_by_answer(answered, cells.context) if answered else ())]),
    )


def _linked_by_answer(answered: Answered, context: Context) -> Iterator[LinkedTally]:
    for code, ages in split_characteristics(context):
        found = answered.of(code, ages, *EVERYBODY)
        yes, no = (tuple(found[f"{answer}{what}"] for what in ("", "_numbered", "_traced")) for answer in ("yes", "no"))
        whole = (found["persons"], found["numbered"], found["traced"])
        rest = tuple(count - some - other for count, some, other in zip(whole, yes, no, strict=True))
        for group, counts in (("yes", yes), ("no", no), (NOT_KNOWN, rest)):
            if counts[0]:
                yield LinkedTally(code, group, *counts)
