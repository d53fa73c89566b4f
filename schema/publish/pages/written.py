"""What a release folder says, as it stands there: the pages are made from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schema.release_folder import Release

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """Rules, schemas of tables, code lists by name, and the cases of the conformance kit by rule."""

    version: str
    notice: str
    words: Mapping[str, Mapping[str, str]]
    rules: tuple[Object, ...]
    schemas: Mapping[str, Object]
    code_lists: Mapping[str, Object]
    cases: Mapping[str, Object]

    @classmethod
    def of(cls, release: Release) -> Written:
        """Everything that the folder of a release says of rules, items and lists."""
        document = release.json("rules.json")
        lists = sorted(name for name in release.info.files if name.startswith("code-lists/"))
        return cls(
            version=release.version,
            notice=release.json("release.json")["notice"],
            words=document["words"],
            rules=tuple(document["rules"]),
            schemas={table: release.schema(table) for table in release.info.tables},
            code_lists={read["name"]: read for read in map(release.json, lists)},
            cases={rule["id"]: release.json(rule["cases"]) for rule in document["rules"]},
        )

    def item(self, table: str, name: str) -> Object | None:
        """What the schema says of an item; None where the table has no such item."""
        return self.schemas.get(table, {}).get("properties", {}).get(name)

    def places(self, rule: Object) -> Iterator[tuple[str, str]]:
        """The items that a rule reads, as (table, item); an item of another table is written table.item."""
        for name in rule["items"]:
            table, _, item = name.rpartition(".")
            place = table or rule["table"], item
            if self.item(*place) is not None:
                yield place

    def reading(self, table: str, item: str) -> list[Object]:
        """The rules that read an item."""
        return [rule for rule in self.rules if (table, item) in self.places(rule)]
