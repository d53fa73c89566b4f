"""Releases: everything in force in one published version of the data set, read from its folder alone.

A release is read without Pydantic and without a SQL parser: conditions are parsed when a check first uses them.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.release_info import ReleaseDates, ReleaseError, ReleaseInfo, version_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from schema.code_list import CodeList
    from schema.dataset import Dataset
    from schema.rule import Rule

FOLDER = Path(__file__).parent / "releases"
INFO = "release.json"


@dataclass(frozen=True, eq=False)
class Release:
    """One release. Everything but `info` is read when it is first asked for, and then kept."""

    path: Path
    info: ReleaseInfo

    @property
    def version(self) -> str:
        """Its number."""
        return self.info.version

    @functools.cached_property
    def dataset(self) -> Dataset:
        """Tables, code lists, rules and the evidence map."""
        from schema.dataset import Dataset, PlusMapping
        from schema.publish.code_lists import read_code_list
        from schema.publish.json_schema import read_table
        from schema.publish.rules import read_rules

        lists: dict[str, CodeList] = {}
        for name in sorted(name for name in self.info.files if name.startswith("code-lists/")):
            code_list = read_code_list(self.json(name))
            lists[code_list.name] = code_list
        rows = csv.DictReader(io.StringIO(self.read("maps/plus_map.csv").decode()))
        return Dataset(
            self.version,
            {table: read_table(self.schema(table)) for table in self.info.tables},
            lists,
            read_rules(self.json("rules.json")),
            tuple(PlusMapping(**row) for row in rows),
            self.info.restricted_approvals,
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in order of id."""
        return self.dataset.rules

    @property
    def code_lists(self) -> Mapping[str, CodeList]:
        """Every code list by name."""
        return self.dataset.code_lists

    def schema(self, table: str) -> dict[str, Any]:
        """The JSON Schema of a table; ReleaseError where the release has no such table."""
        if table not in self.info.tables:
            raise ReleaseError(f"{self.version} has no table {table!r}. It has {', '.join(self.info.tables)}.")
        return self.json(f"schemas/{table}.schema.json")

    @functools.cache  # noqa: B019 - there are as many releases as folders, and they live as long as the process
    def model(self, table: str) -> type[BaseModel]:
        """The Pydantic model of what is in force in a table."""
        from schema.model import model_of

        return model_of(self.dataset.tables[table], self.dataset)

    def examples(self, rule_id: str) -> dict[str, Any]:
        """The cases of the conformance kit for one rule; ReleaseError where there is no such rule."""
        name = f"examples/{rule_id}.json"
        if name not in self.info.files:
            raise ReleaseError(f"{self.version} has no rule {rule_id!r}.")
        return self.json(name)

    def read(self, name: str) -> bytes:
        """One published file by its name in the folder; KeyError where the release has no such file."""
        if name != INFO and name not in self.info.files:
            raise KeyError(name)
        return (self.path / name).read_bytes()

    def json(self, name: str) -> Any:
        """One published JSON file, parsed."""
        return json.loads(self.read(name))

    @functools.cached_property
    def pages(self) -> Mapping[str, bytes]:
        """The pages for people, by file name: made from the folder, in which they do not lie."""
        from schema.publish.pages import pages

        return pages(self)

    def bundled(self) -> Mapping[str, bytes]:
        """The folder and the pages, by their path below the folder in which that of the release stands."""
        from schema.publish.pages import FOLDER as PAGES

        files = {name: self.read(name) for name in (INFO, *self.info.files)}
        files |= {f"{PAGES}/{name}": page for name, page in self.pages.items()}
        return {f"{self.version}/{name}": content for name, content in files.items()}

    def bundle(self) -> bytes:
        """What is bundled as a zip, the same to the byte wherever it is made."""
        from schema.publish.bundle import zipped

        return zipped(self.bundled())


def available() -> list[str]:
    """The versions that are in the folder of releases, oldest first, whatever their status."""
    found = (path.parent.name for path in FOLDER.glob(f"*/{INFO}"))
    return sorted((name for name in found if re.fullmatch("[0-9]+[.][0-9]+[.][0-9]+", name)), key=version_order)


@functools.cache
def load(version: str) -> Release:
    """The release of that version; ReleaseError where there is none."""
    if version not in available():
        raise ReleaseError(f"There is no release {version!r}. There is {', '.join(available()) or 'none yet'}.")
    path = FOLDER / version
    return Release(path, ReleaseInfo.from_dict(json.loads((path / INFO).read_bytes())))


def dates() -> tuple[ReleaseDates, ...]:
    """When each release applies, oldest first."""
    return tuple(load(version).info.dates for version in available())


def release_for(period: str | date) -> Release:
    """The release in force for a reporting period, named by its month (YYYY-MM), its first day or a date.

    Where several are in force, the newest. ReleaseError where none is.
    """
    day = _first_day(period)
    in_force = [known.version for known in dates() if known.in_force(day)]
    if not in_force:
        published = (known for known in dates() if known.status != "draft")
        spans = ", ".join(f"{known.version} from {known.implementation_from}" for known in published)
        raise ReleaseError(f"No release is in force for a period that starts on {day}. There is {spans or 'none yet'}.")
    return load(in_force[-1])


def newest() -> Release:
    """The newest release that is no draft: what is not told its period is judged by it."""
    return load([known.version for known in dates() if known.status != "draft"][-1])


def _first_day(period: str | date) -> date:
    if isinstance(period, date):
        return period
    try:
        return date.fromisoformat(f"{period}-01" if len(period) == len("2026-04") else period)
    except ValueError:
        raise ReleaseError(f"{period!r} is no reporting period. Expected a month such as 2026-04.") from None


def build(version: str, into: Path | None = None, *, draft: bool = False) -> Path:
    """Write the release folder of `version` from the definitions of this checkout; the folder.

    ReleaseError where that would change a release that is already published. With `draft` it is written as a draft
    all the same, and may be written again until it is built without.
    """
    from schema.publish import folder

    written = folder.build(version, into or FOLDER / version, draft=draft)
    load.cache_clear()
    return written


def verify(version: str) -> tuple[str, ...]:
    """What is wrong with a release, in words: digests, files too many or too few, and whether it is built again alike.

    Empty where all is well.
    """
    from schema.publish import folder

    return folder.verify(load(version))


def bundle(version: str) -> bytes:
    """The release as a zip, the same to the byte wherever it is made."""
    return load(version).bundle()
