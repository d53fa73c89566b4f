"""The mapping file: TOML read into plain values, every key checked. Columns are checked when the extract is there."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from validators.errors import InputError, stopped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from validators.source import TableShape

TOP_KEYS: Final = ("title", "surrogate_key", "header", "table")
TABLE_KEYS: Final = ("name", "source", "period", "period_format", "where", "distinct", "items", "unpivot")
UNPIVOT_KEYS: Final = (
    "characteristic", "column", "recode", "value", "from", "period", "period_format", "where", "items",
    "source", "recorded_date", "national_item", "national_code", "snomed_code",
)  # fmt: skip
ITEM_KEYS: Final = ("column", "constant", "format", "recode", "surrogate", "part", "pad", "strip")
#: items of plus_characteristic that an unpivot may name without `items`
EVIDENCE: Final = ("source", "recorded_date", "national_item", "national_code", "snomed_code")
#: a day that every date format has to give back
PROBE: Final = datetime(2026, 4, 30, 13, 45, 50)  # noqa: DTZ001 - a written form, not a moment
UNPIVOTED: Final = "plus_characteristic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMap:
    """How one item is filled: from a column, or with a constant."""

    item: str
    column: str | None = None
    constant: str | None = None
    formats: tuple[str, ...] = ()
    recode: Mapping[str, str | None] = field(default_factory=dict)
    surrogate: bool = False
    date_part: bool = False
    pad: int = 0
    strip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One reading of one file, which makes rows of one table.

    `answer` is the column whose blank cells make no row (unpivot). `source` None: the path itself is the file.
    """

    where_from: str
    source: str | None
    items: tuple[ItemMap, ...]
    period: str | None = None
    period_formats: tuple[str, ...] = ()
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answer: str | None = None
    characteristic: str | None = None

    def columns(self) -> list[tuple[str, str]]:
        """Every column that is read, each with the key that names it."""
        named = [(f"{self.where_from}.items.{i.item}", i.column) for i in self.items if i.column is not None]
        named += [(f"{self.where_from}.period", self.period)] if self.period else []
        named += [(f"{self.where_from}.column", self.answer)] if self.answer else []
        return named + [(f"{self.where_from}.where", column) for column in self.where]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """How one table is made. `distinct`: all items, some of them, or none (empty)."""

    name: str
    feeds: tuple[Feed, ...]
    distinct: tuple[str, ...] = ()
    unpivoted: bool = False

    @property
    def items(self) -> tuple[str, ...]:
        """The items that some feed fills, in the order in which they are first named."""
        return tuple(dict.fromkeys(item.item for feed in self.feeds for item in feed.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile:
    """A whole mapping."""

    path: Path
    title: str
    header: Mapping[str, str]
    tables: tuple[TableMap, ...]
    surrogate_key: str | None


def read_mapping(path: Path, shapes: Mapping[str, TableShape]) -> MappingFile:
    """The mapping in a file. InputError names the file, the key and what is expected."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"The mapping {path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The mapping {path.name} is no TOML in UTF-8: {error}.") from None
    return _Reader(path, shapes).mapping(data)


class _Reader:
    """Reads one file; `key` in what follows is where in the file a thing stands, as messages name it."""

    def __init__(self, path: Path, shapes: Mapping[str, TableShape]) -> None:
        self._path = path
        self._shapes = shapes

    def mapping(self, data: dict[str, Any]) -> MappingFile:
        self._known(data, TOP_KEYS, "the top level")
        tables = tuple(self._table(table, at) for at, table in enumerate(self._tables(data.get("table")), 1))
        names = [table.name for table in tables]
        for name in names:
            if names.count(name) > 1:
                raise self._error("table", f"{name} is mapped twice. Say it once; rows of several files need unpivot")
        header = self._header(data.get("header"))
        if header and "header" in names:
            raise self._error("header", "the header is given both as constants and as a table. Keep one of them")
        if not tables:
            raise self._error("table", "there is no [[table]]. Expected at least one")
        secret = self._text(data, "surrogate_key", "surrogate_key")
        title = self._text(data, "title", "title") or self._path.stem
        return MappingFile(path=self._path, title=title, header=header, tables=tables, surrogate_key=secret)

    def _header(self, data: Any) -> dict[str, str]:
        if data is None:
            return {}
        entries = self._entries(data, "header")
        self._known(entries, self._shapes["header"].items, "header", "item")
        return {item: self._constant(value, f"header.{item}") for item, value in entries.items()}

    def _table(self, data: dict[str, Any], at: int) -> TableMap:
        name = self._text(data, "name", f"table {at}: name")
        if name is None:
            raise self._error(f"table {at}: name", f"it is missing. Expected one of {', '.join(self._shapes)}")
        if name not in self._shapes:
            raise self._error(f"table {at}: name", f"there is no table {name!r}.{_near(name, self._shapes)}")
        self._known(data, TABLE_KEYS, name)
        items = self._items(data.get("items", {}), name, f"{name}.items")
        if "unpivot" in data:
            feeds = self._unpivots(data, name, items)
        elif items:
            feeds = (self._feed(data, name, items, self._text(data, "source", f"{name}.source")),)
        else:
            raise self._error(f"{name}.items", "no item is mapped. Expected [table.items]")
        table = TableMap(name=name, feeds=feeds, unpivoted="unpivot" in data)
        return replace(table, distinct=self._distinct(data, table))

    def _unpivots(self, data: dict[str, Any], name: str, common: dict[str, ItemMap]) -> tuple[Feed, ...]:
        if name != UNPIVOTED:
            raise self._error(f"{name}.unpivot", f"only rows of {UNPIVOTED} are made by unpivot")
        file = self._text(data, "source", f"{name}.source")
        entries = self._tables(data["unpivot"], f"{name}.unpivot")
        return tuple(self._unpivot(data, entry, at, common, file) for at, entry in enumerate(entries, 1))

    def _unpivot(
        self, table: dict[str, Any], data: dict[str, Any], at: int, common: dict[str, ItemMap], file: str | None
    ) -> Feed:
        key = f"{UNPIVOTED}.unpivot {at}"
        self._known(data, UNPIVOT_KEYS, key)
        code = self._text(data, "characteristic", f"{key}.characteristic")
        column = self._text(data, "column", f"{key}.column")
        if code is None or (column is None) == ("value" not in data):
            raise self._error(key, "expected characteristic, and either column (with the answer) or value (a constant)")
        items = common | {"characteristic_code": ItemMap(item="characteristic_code", constant=code)}
        answer = {k: data[k] for k in ("column", "recode") if k in data} if column else {"constant": data["value"]}
        items |= {"value": self._item("value", answer, f"{key}.value")}
        named = {item: data[item] for item in EVIDENCE if item in data}
        if "national_item" in named and "national_code" not in named and column is not None:
            named["national_code"] = {"column": column}
        for item in ("source", "national_item"):
            if isinstance(named.get(item), str):
                named[item] = {"constant": named[item]}
        items |= self._items(named, UNPIVOTED, key) | self._items(data.get("items", {}), UNPIVOTED, f"{key}.items")
        own = {**{k: table[k] for k in ("period", "period_format", "where") if k in table}, **data}
        return self._feed(own, key, items, self._text(data, "from", f"{key}.from") or file, column, code)

    def _feed(
        self,
        data: dict[str, Any],
        key: str,
        items: dict[str, ItemMap],
        file: str | None,
        answer: str | None = None,
        characteristic: str | None = None,
    ) -> Feed:
        return Feed(
            where_from=key,
            source=file,
            items=tuple(items.values()),
            period=self._text(data, "period", f"{key}.period"),
            period_formats=self._formats(data.get("period_format"), f"{key}.period_format"),
            where=self._where(data.get("where", {}), f"{key}.where"),
            answer=answer,
            characteristic=characteristic,
        )

    def _items(self, data: Any, table: str, key: str) -> dict[str, ItemMap]:
        entries = self._entries(data, key)
        self._known(entries, self._shapes[table].items, key, "item")
        return {item: self._item(item, value, f"{key}.{item}") for item, value in entries.items()}

    def _item(self, item: str, data: Any, key: str) -> ItemMap:
        """A text alone is the name of a column."""
        entries = {"column": data} if isinstance(data, str) else self._entries(data, key)
        self._known(entries, ITEM_KEYS, key)
        if ("column" in entries) == ("constant" in entries):
            raise self._error(key, "expected either column or constant")
        constant = self._constant(entries["constant"], f"{key}.constant") if "constant" in entries else None
        if constant is not None and len(entries) > 1:
            raise self._error(key, "a constant stands alone: nothing is done to it")
        if entries.get("part", "date") != "date":
            raise self._error(f"{key}.part", f'{entries["part"]!r} is not known. Expected "date"')
        return ItemMap(
            item=item,
            column=self._text(entries, "column", f"{key}.column"),
            constant=constant,
            formats=self._formats(entries.get("format"), f"{key}.format"),
            recode=self._recode(entries.get("recode", {}), f"{key}.recode"),
            surrogate=self._flag(entries, "surrogate", key),
            date_part="part" in entries,
            pad=self._pad(entries.get("pad", 0), f"{key}.pad"),
            strip=self._flag(entries, "strip", key),
        )

    def _distinct(self, data: dict[str, Any], table: TableMap) -> tuple[str, ...]:
        asked = data.get("distinct", False)
        if isinstance(asked, bool):
            return table.items if asked else ()
        if not isinstance(asked, list) or not all(isinstance(item, str) for item in asked):
            raise self._error(f"{table.name}.distinct", "expected true, false or a list of items")
        names: list[str] = asked
        self._known(dict.fromkeys(names), table.items, f"{table.name}.distinct", "mapped item")
        return tuple(names)

    def _recode(self, data: Any, key: str) -> dict[str, str | None]:
        entries = self._entries(data, key)
        if "" in entries:
            raise self._error(key, 'a blank stays blank: nothing is put in its place. Leave "" out')
        return {code: self._constant(value, f"{key}.{code}") or None for code, value in entries.items()}

    def _where(self, data: Any, key: str) -> dict[str, frozenset[str]]:
        entries = self._entries(data, key)
        return {column: frozenset(self._texts(value, f"{key}.{column}")) for column, value in entries.items()}

    def _formats(self, data: Any, key: str) -> tuple[str, ...]:
        formats = tuple(self._texts(data, key)) if data is not None else ()
        for form in formats:
            if not _gives_a_day(form):
                raise self._error(key, f'{form!r} does not say year, month and day. Expected such as "%d/%m/%Y"')
        return formats

    def _pad(self, data: Any, key: str) -> int:
        if not isinstance(data, int) or isinstance(data, bool) or not 0 <= data <= 100:
            raise self._error(key, "expected the number of characters to fill up to with zeros")
        return data

    def _flag(self, data: dict[str, Any], name: str, key: str) -> bool:
        if not isinstance(data.get(name, False), bool):
            raise self._error(f"{key}.{name}", "expected true or false")
        return bool(data.get(name, False))

    def _text(self, data: dict[str, Any], name: str, key: str) -> str | None:
        value = data.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise self._error(key, "expected a text")
        return value

    def _texts(self, data: Any, key: str) -> list[str]:
        values = data if isinstance(data, list) else [data]
        if not values or not all(isinstance(value, str) for value in values):
            raise self._error(key, 'expected a text or a list of texts (codes are texts: write "01", not 1)')
        return values

    def _constant(self, value: Any, key: str) -> str:
        """A constant as it would be received; a list becomes values separated by `|`."""
        if isinstance(value, list):
            return "|".join(self._constant(part, key) for part in value)
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._error(key, "expected a text, a whole number or a date")
        return str(value)

    def _tables(self, data: Any, key: str = "table") -> list[dict[str, Any]]:
        if data is None:
            return []
        if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
            raise self._error(key, f"expected [[{'table.unpivot' if 'unpivot' in key else 'table'}]]")
        return data

    def _entries(self, data: Any, key: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self._error(key, 'expected keys with values, such as { column = "DOB" }')
        return data

    def _known(self, data: Iterable[str], known: Collection[str], key: str, noun: str = "key") -> None:
        for name in data:
            if name not in known:
                raise self._error(key, f"there is no {noun} {name!r}.{_near(name, known)}")

    def _error(self, key: str, text: str) -> InputError:
        return InputError(f"The mapping {self._path.name}, {key}: {stopped(text)}")


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" Is {near[0]} meant?" if near else f" There is {', '.join(known)}."


def _gives_a_day(form: str) -> bool:
    try:
        return datetime.strptime(PROBE.strftime(form), form).date() == PROBE.date()  # noqa: DTZ007
    except ValueError:
        return False
