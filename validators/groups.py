"""The groups by which measures are split, so that it can be seen whom the records leave out.

A person is in exactly one group of each kind. Whose group nobody knows is shown as such and never dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from validators.answers import NEVER_ASKED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.code_list import CodeList
    from schema.dataset import Dataset
    from validators.context import Context

#: stated_gender is gender as the person states it; the data set holds no item for sex
By = Literal["core20", "age_band", "stated_gender", "ethnic_group"]
BY: tuple[By, ...] = get_args(By)

NOT_KNOWN = "not_known"
DECLINED = "declined"
NOT_PLACED = "not_placed"

#: lowest age of each band and its name. Bands of the Health Survey for England (NHS England): children 0 to 15, adults
#: in tens of years from 16 to 24 up to 75 and over
AGE_BANDS = (
    (0, "0-15"),
    (16, "16-24"),
    (25, "25-34"),
    (35, "35-44"),
    (45, "45-54"),
    (55, "55-64"),
    (65, "65-74"),
    (75, "75+"),
)
#: the first word of the heading under which the Census lists of 2001 and of 2021 put a category
ETHNIC_HEADINGS = ("white", "mixed", "asian", "black", "other")
#: local codes that are split: a header may declare any number
MOST_LOCAL = 40
#: groups that say that the group of a person is not known, a refusal to say among them
OF_NO_KNOWN_GROUP: dict[By, frozenset[str]] = {
    "core20": frozenset({NOT_PLACED}),
    "age_band": frozenset({NOT_KNOWN}),
    "stated_gender": frozenset({NOT_KNOWN}),
    "ethnic_group": frozenset({DECLINED, NOT_KNOWN}),
}


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages, in completed years, at which a question applies; None is open."""

    lowest: int | None = None
    highest: int | None = None

    @property
    def all(self) -> bool:
        """Whether there is no limit."""
        return self.lowest is None and self.highest is None

    def include(self, age: int | None) -> bool:
        """Whether a person of the age is eligible. Somebody of unknown age is where there is no limit."""
        if self.all:
            return True
        if age is None:
            return False
        return (self.lowest is None or age >= self.lowest) and (self.highest is None or age <= self.highest)


ALL_AGES = Ages()


@dataclass(frozen=True, slots=True)
class Fact:
    """What the person table says of a person under one name: known in one of its items is known."""

    name: str
    items: tuple[str, ...]
    title: str = ""
    ages: Ages = ALL_AGES
    #: a kind of group that says the same as the fact itself
    same_as: By | None = None


#: the equality items of person, as they are split. Sexual orientation is asked from 16 years (DCB2094)
FACTS = (
    Fact("ethnicity", ("ethnic_category", "ethnic_category_2021"), "Ethnicity (either item)", same_as="ethnic_group"),
    Fact("birth_date", ("birth_date",), same_as="age_band"),
    Fact("stated_gender", ("stated_gender",), same_as="stated_gender"),
    Fact("gender_identity", ("gender_identity",)),
    Fact("sexual_orientation", ("sexual_orientation",), ages=Ages(lowest=16)),
    Fact("religion_group", ("religion_group",)),
    Fact("preferred_language", ("preferred_language",)),
    Fact("reasonable_adjustment_required", ("reasonable_adjustment_required",)),
    Fact("residence", ("postcode", "lsoa_code", "imd_decile"), "Area of residence (any item)", same_as="core20"),
)
#: the items by which persons can be linked to other records
LINKAGE_ITEMS = ("nhs_number", "nhs_number_status")
#: what a fact is recorded as: the first of these that one of its items holds
PRECEDENCE = ("valid", "declined", "asked_unsure", "not_known", "invalid", "missing")


def tells_who_was_asked(subject: str) -> bool:
    """Whether the data set says for a fact or a characteristic who was asked: of the facts, for ethnicity alone."""
    return subject not in NEVER_ASKED and (subject == "ethnicity" or subject not in {fact.name for fact in FACTS})


def age_band(age: int | None) -> str:
    """The age band of an age in completed years."""
    return NOT_KNOWN if age is None else AGE_BANDS[_place(age, [lowest for lowest, _ in AGE_BANDS])][1]


def _place(age: int, bounds: list[int]) -> int:
    return max(bisect_right(bounds, age) - 1, 0)


def heading_of(meaning: str) -> str:
    """The group of an ethnic category by its own list: "Asian or Asian British - Indian", "Asian: Indian" → asian."""
    return re.split("[ :]", meaning, maxsplit=1)[0].lower()


def ethnic_groups(code_list: CodeList) -> dict[str, str]:
    """Code → group, by the heading of the list itself: no list is converted into another."""
    return {code.code: heading_of(code.meaning) for code in code_list.codes if code.kind == "value"}


def values_of(context: Context, item: str) -> tuple[str, ...]:
    """The codes of the list of a person item that say something."""
    name = context.dataset.tables["person"].item(item).data_type.code_list or ""
    return tuple(code.code for code in context.dataset.code_lists[name].codes if code.kind == "value")


def characteristics(context: Context) -> Iterator[tuple[str, Ages]]:
    """The characteristics that are counted: those of the release that are not restricted, then declared local codes."""
    code_list = context.dataset.code_lists["plus_characteristic"]
    for code in code_list.codes:
        if code.code not in code_list.restricted:
            yield code.code, Ages(*(_limit(code.details.get(name)) for name in ("min_age", "max_age")))
    for local in sorted(context.local_codes):
        yield local, ALL_AGES


def split_characteristics(context: Context) -> tuple[tuple[str, Ages], ...]:
    """Those of them that are split by group, and by which persons are: of local codes the first few."""
    found = tuple(characteristics(context))
    return found[: len(found) - len(context.local_codes) + MOST_LOCAL]


def _limit(text: str | None) -> int | None:
    return int(text) if text else None


def declared_characteristics(context: Context) -> tuple[tuple[str, Ages], ...]:
    """Those of them that the header declares as collected."""
    declared: frozenset[str] = frozenset(context.typed_header("declared_plus") or ())
    return tuple((code, ages) for code, ages in split_characteristics(context) if code in declared)


def characteristic_title(context: Context, code: str) -> str:
    """The label of a characteristic: of the release, or as the header declares it."""
    codes = {one.code: one.meaning for one in context.dataset.code_lists["plus_characteristic"].codes}
    return codes.get(code) or local_label(context, code)


def local_label(context: Context, code: str) -> str:
    """The label that the header gives a local code."""
    pairs = (part.split("=", 1) for part in context.typed_header("local_extensions") or ())
    return next((label for name, label in pairs if name == code), code)


@dataclass(frozen=True)
class Groups:
    """The groups of a data set, in the order in which they are shown."""

    dataset: Dataset

    @cached_property
    def titles(self) -> Mapping[By, Mapping[str, str]]:
        """Kind → group → its name for people."""
        return {
            "core20": {
                "yes": "Core20",
                "no": "Not Core20",
                "institution": "Placed by an institution",
                NOT_PLACED: "Not placed",
            },
            "age_band": {band: band for _, band in AGE_BANDS} | {NOT_KNOWN: "Not known"},
            "stated_gender": self._genders() | {NOT_KNOWN: "Not known"},
            "ethnic_group": {heading: heading.capitalize() for heading in ETHNIC_HEADINGS}
            | {DECLINED: "Declined", NOT_KNOWN: "Not known or missing"},
        }

    def _genders(self) -> dict[str, str]:
        codes = self.dataset.code_lists["stated_gender"].codes
        return {code.code: code.meaning.split(" (")[0] for code in codes if code.kind == "value"}

    def of(self, by: By) -> tuple[str, ...]:
        """The groups of a kind."""
        return tuple(self.titles[by])


TITLES: dict[By, str] = {
    "core20": "Core20",
    "age_band": "Age band",
    "stated_gender": "Stated gender",
    "ethnic_group": "Ethnic group",
}
