"""Rules that follow from definitions: mandation, format, code list, key and link become rules by themselves."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.check import Check, Coded, Copied, Format, Link, Missing, Repeated, Retired, TableMissing
from schema.expression import Expression, parse
from schema.rule import Action, Cause, Rule, Severity, stage_of_check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.code_list import CodeList
    from schema.data_item import Item
    from schema.table_definition import TableDefinition

TEXTS = Path(__file__).parent / "rules" / "derived.toml"


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of derived rules: by check, with overrides by id."""

    by_check: Mapping[str, Mapping[str, Any]]

    def of(self, rule_id: str, check: str, words: Mapping[str, str]) -> dict[str, Any]:
        """title, message, why, fix, mend and causes of one rule, its names filled in."""
        override = self.by_check.get("override", {}).get(rule_id, {})
        chosen = {**self.by_check[check], **override}
        filled = {name: chosen[name].format_map(words) for name in ("title", "message", "why", "fix")}
        causes = tuple(Cause.from_dict(cause) for cause in chosen.get("cause", ()))
        return {**filled, "mend": chosen["mend"], "causes": causes}


def load_texts(path: Path = TEXTS) -> Texts:
    """The words of derived rules, read from `path`."""
    return Texts(tomllib.loads(path.read_text(encoding="utf-8")))


def derived_rules(table: TableDefinition, lists: Mapping[str, CodeList], texts: Texts) -> Iterator[Rule]:
    """Every rule that follows from the definition of `table`."""
    for item in table.items:
        yield from _item_rules(table, item, lists, texts)
    if table.mandatory and table.name != "header":
        words = _table_words(table, table.name)
        yield _rule(table, "table", "missing", TableMissing(), "error", "file", ("*",), texts, words)
    yield from _key_rules(table, texts)
    yield from _link_rules(table, texts)


def _item_rules(table: TableDefinition, item: Item, lists: Mapping[str, CodeList], texts: Texts) -> Iterator[Rule]:
    for check, kind in (("missing", _missing), ("format", _format), ("code", _code), ("retired", _retired)):
        made = kind(table, item, lists)
        if made is not None and check not in item.written:
            severity, action, what = made
            words = _words(table, item, lists)
            yield _rule(table, item.name, check, what, severity, action, (item.name,), texts, words)


_Made = tuple[Severity, Action, Check] | None


def _missing(table: TableDefinition, item: Item, _: Mapping[str, CodeList]) -> _Made:
    if item.mandation == "M":
        return "error", _rejects(table), Missing(item.name)
    if item.mandation == "R" and not item.blank_is_an_answer:
        return "warning", "none", Missing(item.name, _presence(table, item))
    return None


def _presence(table: TableDefinition, item: Item) -> Expression | None:
    parts = [text for text in (table.presence_applies_when, item.applies_when) if text]
    return parse(" AND ".join(f"({text})" for text in parts)) if parts else None


def _format(table: TableDefinition, item: Item, _: Mapping[str, CodeList]) -> _Made:
    if not item.data_type.has_format:
        return None
    return "error", _rejects(table) if item.mandation == "M" else "field", Format(item.name)


def _code(table: TableDefinition, item: Item, lists: Mapping[str, CodeList]) -> _Made:
    code_list = _list_of(item, lists)
    if code_list is None:
        return None
    if code_list.snapshot:
        return "warning", "none", Coded(item.name)
    return "error", _rejects(table) if item.mandation == "M" else "field", Coded(item.name)


def _retired(_: TableDefinition, item: Item, lists: Mapping[str, CodeList]) -> _Made:
    code_list = _list_of(item, lists)
    recent = code_list is not None and any(c.until and c.until >= _FIRST_PERIOD for c in code_list.codes)
    return ("warning", "none", Retired(item.name)) if recent else None


#: The rule on recently retired codes is derived only for lists with a code that could be recent in a period of the
#: data set: those in force on some day since this one.
_FIRST_PERIOD = "2025-04-01"


def _list_of(item: Item, lists: Mapping[str, CodeList]) -> CodeList | None:
    data_type = item.data_type.element or item.data_type
    return lists[data_type.code_list] if data_type.code_list else None


def _rejects(table: TableDefinition) -> Action:
    return "file" if table.name == "header" else "record"


def _key_rules(table: TableDefinition, texts: Texts) -> Iterator[Rule]:
    if not table.key or table.name == "header":
        return
    words = _table_words(table, ", ".join(table.item(name).title for name in table.key))
    yield _rule(table, "key", "repeated", Repeated(table.key), "error", "group", table.key, texts, words)
    copied = Copied(table.item_names)
    yield _rule(table, "key", "copied", copied, "warning", "none", table.key, texts, words)


def _link_rules(table: TableDefinition, texts: Texts) -> Iterator[Rule]:
    for target, items in table.links.items():
        mandatory = all(table.item(name).mandation == "M" for name in items)
        action: Action = "group" if mandatory else "field"
        words = _table_words(table, ", ".join(table.item(name).title for name in items)) | {"target": target}
        yield _rule(table, target, "link", Link(target, items), "error", action, items, texts, words)


def _words(table: TableDefinition, item: Item, lists: Mapping[str, CodeList]) -> dict[str, str]:
    code_list = _list_of(item, lists)
    title = code_list.title if code_list else ""
    return _table_words(table, item.title) | {
        "item": item.name,
        "expected": expected_words(item, lists),
        "list": title or (code_list.name if code_list else ""),
    }


def _table_words(table: TableDefinition, label: str) -> dict[str, str]:
    return {"label": label, "table": table.name, "item": "", "expected": "", "list": "", "target": ""}


def expected_words(item: Item, lists: Mapping[str, CodeList]) -> str:
    """What may stand in the item, in words: the codes themselves where there are few."""
    code_list = _list_of(item, lists)
    if code_list is None:
        return item.data_type.expected
    codes = sorted(code_list.open_codes)
    shown = ", ".join(codes) if len(codes) <= 20 else f"one of the {len(codes)} codes of the list {code_list.name}"
    return shown + (", each with or without a local second character" if item.data_type.local_second_character else "")


def _rule(
    table: TableDefinition,
    subject: str,
    check: str,
    what: Check,
    severity: Severity,
    action: Action,
    items: tuple[str, ...],
    texts: Texts,
    words: Mapping[str, str],
) -> Rule:
    rule_id = f"{table.code}.{subject}.{check}"
    return Rule(
        id=rule_id,
        table=table.name,
        items=items,
        severity=severity,
        action=action,
        stage="file" if table.name == "header" else stage_of_check(what.kind),
        check=what,
        derived=True,
        **texts.of(rule_id, "table_missing" if isinstance(what, TableMissing) else check, words),
    )
