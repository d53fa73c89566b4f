"""Measures on DuckDB: what is recorded of persons and what they answered, split by group; ethnicity; linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from validators.answers import (
    ANSWER_ORDER,
    ANY_OTHER_ETHNICITY,
    ANY_OTHER_ETHNICITY_2021,
    ASKED_SOURCES,
    NEVER_ASKED,
    SOURCE_ORDER,
)
from validators.engines.duckdb_groups import HELD, VALID, Cells, by_group, word_name
from validators.engines.duckdb_measure_columns import category_name, sources_of
from validators.groups import (
    ALL_AGES,
    BY,
    FACTS,
    NOT_KNOWN,
    PRECEDENCE,
    characteristics,
    split_characteristics,
    tells_who_was_asked,
    values_of,
)
from validators.hidden import ETHNIC_ITEMS
from validators.plan import final_name, status_name
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
    counted = ", ".join(f'count_if({condition}) AS "{name}"' for name, condition in counts.items())
    query = f"SELECT cell, {counted} FROM people GROUP BY cell"
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


#: added to the rank of an answer that is neither yes nor no: a known one comes first
_NOT_KNOWN = 10**11
_ANSWER = {code: place for place, code in enumerate(ANSWER_ORDER)}
_ASKED = f"rank // 10 % 100 IN ({', '.join(str(SOURCE_ORDER.index(source)) for source in sorted(ASKED_SOURCES))})"


def make_answers(database: Database) -> None:
    """One row a person and characteristic: the rank of the answer that counts, and what stands beside it."""
    known = f"CASE WHEN rank % 10 <= {_ANSWER['N']} THEN rank ELSE rank + {_NOT_KNOWN} END"
    database.run(
        f"CREATE OR REPLACE TABLE answers AS SELECT person, code, min({known}) AS counted, "
        f"bool_or({_ASKED} AND rank % 10 <> {_ANSWER['X']}) AS asked, "
        f"bool_or({_ASKED} AND rank % 10 = {_ANSWER['Z']}) AS declined_asked, "
        f"min(rank) FILTER (WHERE rank % 10 = {_ANSWER['Z']}) AS declined "
        "FROM once_plus_characteristic WHERE person IS NOT NULL AND code > 0 GROUP BY person, code"
    )


#: what is counted of the answers to a characteristic, in SQL over `answers` and `people`
_ANSWERS = {
    "yes": f"counted % 10 = {_ANSWER['Y']}",
    "no": f"counted % 10 = {_ANSWER['N']}",
    "unsure": f"counted % 10 = {_ANSWER['U']}",
    "declined": f"counted % 10 = {_ANSWER['Z']}",
    "not_known": f"counted % 10 = {_ANSWER['X']}",
    "asked": "asked",
    "declined_asked": "declined_asked",
    "declined_later": f"counted < {_NOT_KNOWN} AND declined // 1000 < counted // 1000",
    "yes_numbered": f"counted % 10 = {_ANSWER['Y']} AND numbered",
    "yes_traced": f"counted % 10 = {_ANSWER['Y']} AND traced",
    "no_numbered": f"counted % 10 = {_ANSWER['N']} AND numbered",
    "no_traced": f"counted % 10 = {_ANSWER['N']} AND traced",
}
_PERSONS = {"persons": "true", "numbered": "numbered", "traced": "traced"}


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
    counts = ", ".join(f'count_if({condition}) AS "{name}"' for name, condition in _ANSWERS.items())
    joined = f"FROM answers JOIN people USING (person) WHERE {which} AND {eligible_answers(cells)}"
    query = f"SELECT code, cell, {counts} {joined} GROUP BY code, cell"
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
    counts = ", ".join(f'count_if({condition}) AS "{name}"' for name, condition in _PERSONS.items())
    query = f"SELECT cell, {counts} FROM people WHERE {cells.eligible(ages)} GROUP BY cell"
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
        f"SELECT count_if({_any_other(context)}), count_if(second_character AND {_OLD} IN {_TOLD}) FROM once_person"
    )
    numbers, persons = database.counts(_CONFLICTS)
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


_OLD, _NEW = (f'"{status_name(item)}"' for item in ETHNIC_ITEMS)
_OLD_CATEGORY, _NEW_CATEGORY = (f'"{category_name(item)}"' for item in ETHNIC_ITEMS)
_TOLD = f"({VALID}, {HELD['declined']})"
#: numbers of several persons that hold different categories of one list, and those persons
_CONFLICTS = (
    "SELECT count(*), CAST(sum(persons) AS BIGINT) FROM (SELECT count(*) AS persons FROM once_person "
    'WHERE row IN (SELECT row FROM shared_person) GROUP BY "shared:nhs_number" '
    f"HAVING count(DISTINCT CASE WHEN {_OLD} = {VALID} THEN {_OLD_CATEGORY} END) > 1 "
    f"OR count(DISTINCT CASE WHEN {_NEW} = {VALID} THEN {_NEW_CATEGORY} END) > 1)"
)


def _any_other(context: Context) -> str:
    """By the first item that holds a category."""
    old, new = (
        ", ".join(str(place) for place, code in enumerate(values_of(context, item), start=1) if code in codes)
        for item, codes in zip(ETHNIC_ITEMS, (ANY_OTHER_ETHNICITY, ANY_OTHER_ETHNICITY_2021), strict=True)
    )
    by_old = f"WHEN {_OLD} = {VALID} THEN {_OLD_CATEGORY} IN ({old})"
    return f"CASE {by_old} WHEN {_NEW} = {VALID} THEN {_NEW_CATEGORY} IN ({new}) ELSE false END"


def _sources(database: Database, context: Context) -> tuple[tuple[str | None, int], ...]:
    """Who said so, of a known or declined ethnicity; None last."""
    codes: tuple[str | None, ...] = (None, *sources_of(context))
    found = database.rows(
        f'SELECT source, count(*) FROM people WHERE "word:ethnicity" IN {_TOLD} GROUP BY source ORDER BY source'
    )
    counted = [(codes[place], count) for place, count in found]
    return tuple(sorted(counted, key=lambda pair: (pair[0] is None, pair[0] or "")))


def linkage_tally(database: Database, cells: Cells, answered: Answered | None) -> LinkageTally:
    """NHS numbers that are left, over accepted persons: a number of two persons is neither's."""
    births, january = database.counts(f'SELECT count("{final_name("birth_date")}"), count_if(january) FROM once_person')
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
