"""One release, read from its folder alone.

It is read without Pydantic and without a SQL parser: conditions are parsed when a check first uses them.
"""

from __future__ import annotations

import csv
import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.release_info import ReleaseError, ReleaseInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from schema.code_list import CodeList
    from schema.dataset import Dataset
    from schema.rule import Rule

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
