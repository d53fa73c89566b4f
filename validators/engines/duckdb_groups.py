"""The groups of accepted persons on DuckDB: one number a person for all kinds together, and what it stands for.

Whatever is counted is counted by that number first, which leaves few rows, and summed up by group from those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from validators.answers import STATUSES
from validators.core20 import CURRENT, OUTCOMES, class_of
from validators.engines.duckdb_measure_columns import age_slices, category_name
from validators.groups import (
    BY,
    DECLINED,
    NOT_KNOWN,
    NOT_PLACED,
    By,
    Groups,
    age_band,
    ethnic_groups,
    values_of,
)
from validators.hidden import ETHNIC_ITEMS
from validators.plan import status_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.groups import Ages

#: places in STATUSES, as the status columns hold them
HELD = {word: place for place, word in enumerate(STATUSES)}
VALID = HELD["valid"]


def listed(texts: Iterable[str]) -> str:
    """Texts of our own as SQL literals with commas between them."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


def _is(name: str) -> str:
    """Whether the Core20 class of a row of `place_person` is the one named."""
    numbers = (str(number) for number, outcome in enumerate(OUTCOMES) if class_of(outcome) == name)
    return f'"core20:{CURRENT}" IN ({", ".join(numbers)})'


@dataclass(frozen=True)
class Cells:
    """How the groups of a person make one number, the *cell*, and how they are read from it."""

    context: Context
    #: whether the persons are placed: `place_person` says where
    placed: bool = False

    @cached_property
    def parts(self) -> Mapping[By, tuple[str, ...]]:
        """Kind of group → the group that each of its numbers stands for. Ages are in slices, several to a band."""
        groups = Groups(self.context.dataset)
        slices = (NOT_KNOWN, *(age_band(lowest) for lowest in age_slices(self.context)))
        genders = (NOT_KNOWN, *values_of(self.context, "stated_gender"))
        return {
            "core20": groups.of("core20"),
            "age_band": slices,
            "stated_gender": genders,
            "ethnic_group": groups.of("ethnic_group"),
        }

    @cached_property
    def _steps(self) -> Mapping[By, int]:
        """By how much the cell grows with each number of a kind."""
        steps, step = dict[By, int](), 1
        for by, names in self.parts.items():
            steps[by] = step
            step *= len(names)
        return steps

    @property
    def cell(self) -> str:
        """The cell of a row of `once_person`, in SQL."""
        numbers = {
            "core20": self._core20(),
            "age_band": "slice",
            "stated_gender": f'CASE WHEN "{status_name("stated_gender")}" = {VALID} THEN gender ELSE 0 END',
            "ethnic_group": self._ethnic_group(),
        }
        return "(" + " + ".join(f"CAST({numbers[by]} AS INTEGER) * {step}" for by, step in self._steps.items()) + ")"

    def _core20(self) -> str:
        """Where somebody is who does not live elsewhere in England: a join of all rows by their numbers costs twice."""
        names = self.parts["core20"]
        if not self.placed:
            return str(names.index(NOT_PLACED))
        found = " ".join(
            f"WHEN row IN (SELECT row FROM place_person WHERE {_is(name)}) THEN {number}"
            for number, name in enumerate(names)
            if name != "no"
        )
        return f"CASE {found} ELSE {names.index('no')} END"

    def _numbered(self, place: str, numbers: Sequence[int]) -> str:
        return f"[{', '.join(map(str, numbers))}][{place} + 1]"

    def _ethnic_group(self) -> str:
        names = self.parts["ethnic_group"]
        branches = list[str]()
        for item in ETHNIC_ITEMS:
            groups = self._headings(item)
            numbers = [0, *(names.index(groups[code]) for code in values_of(self.context, item))]
            number = self._numbered(f'"{category_name(item)}"', numbers)
            branches.append(f'WHEN "{status_name(item)}" = {VALID} THEN {number}')
        declined = " OR ".join(f'"{status_name(item)}" = {HELD[DECLINED]}' for item in ETHNIC_ITEMS)
        last = f"WHEN {declined} THEN {names.index(DECLINED)} ELSE {names.index(NOT_KNOWN)}"
        return f"CASE {' '.join(branches)} {last} END"

    def _headings(self, item: str) -> Mapping[str, str]:
        name = self.context.dataset.tables["person"].item(item).data_type.code_list or ""
        return ethnic_groups(self.context.dataset.code_lists[name])

    def number(self, by: By) -> str:
        """The number of a kind, in SQL over `cell`."""
        return f"(cell // {self._steps[by]} % {len(self.parts[by])})"

    def name(self, by: By) -> str:
        """The group of a kind, in SQL over `cell`."""
        return f"[{listed(self.parts[by])}][{self.number(by)} + 1]"

    def eligible(self, ages: Ages) -> str:
        """Whether somebody of the cell is of an eligible age, in SQL."""
        if ages.all:
            return "true"
        included = [place for place, low in enumerate(age_slices(self.context), start=1) if ages.include(low)]
        return f"{self.number('age_band')} IN ({', '.join(map(str, included)) or 'NULL'})"


def by_group(
    database: Database,
    cells: Cells,
    counted: str,
    sums: Sequence[str],
    key: str | None = None,
    kinds: Sequence[By] = BY,
) -> dict[tuple[Any, str, str], tuple[int, ...]]:
    """Sums over `counted`, a query with a `cell` a row and few rows, for everybody and for each group.

    (value of `key`, kind of group, group) → the sums; the kind "all" is everybody.
    """
    keys = [key] if key else []
    names = ", ".join(["*", *(f'{cells.name(by)} AS "{by}"' for by in kinds)])
    sets = ", ".join(f"({', '.join([*keys, *of])})" for of in ([], *([f'"{by}"'] for by in kinds)))
    summed = ", ".join(f"CAST(coalesce(sum({name}), 0) AS BIGINT)" for name in sums)
    shown = ", ".join([key or "NULL", *(f'"{by}"' for by in kinds), summed])
    found = database.rows(f"SELECT {shown} FROM (SELECT {names} FROM ({counted})) GROUP BY GROUPING SETS ({sets})")
    made = dict[tuple[Any, str, str], tuple[int, ...]]()
    for value, *rest in found:
        groups, counts = rest[: len(kinds)], rest[len(kinds) :]
        by, group = next(((by, g) for by, g in zip(kinds, groups, strict=True) if g is not None), ("all", "all"))
        made[value, by, group] = tuple(counts)
    return made
