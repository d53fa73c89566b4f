"""A rule of the data set: one id, one severity, one action, one check, and the words that get it mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from schema import check as checks
from schema.check import Check, Condition
from schema.expression import Expression, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Severity = Literal["error", "warning", "info"]
Action = Literal["file", "group", "record", "field", "none"]
Mend = Literal["point_of_care", "epr_configuration", "export_mapping", "reference_data", "nobody"]
Stage = Literal["file", "structure", "value", "record", "cross_record", "cross_table", "data_set"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
ACTIONS: tuple[Action, ...] = get_args(Action)
STAGES: tuple[Stage, ...] = get_args(Stage)
MENDS: tuple[Mend, ...] = get_args(Mend)

#: what each [who can mend it] means to a reader
MEND_WORDS: dict[Mend, str] = {
    "point_of_care": "Ask and record at the point of care",
    "epr_configuration": "Change how the electronic patient record is set up",
    "export_mapping": "Change the export or its mapping",
    "reference_data": "Load or update reference data",
    "nobody": "Nothing to mend: the answer stands",
}

_STAGE_OF_CHECK: dict[str, Stage] = {
    "missing": "value",
    "format": "value",
    "code": "value",
    "retired": "value",
    "repeated": "cross_record",
    "copied": "cross_record",
    "shared_value": "cross_record",
    "contradiction": "cross_record",
    "link": "cross_table",
    "related": "cross_table",
    "row_count": "file",
    "table_missing": "file",
    "rate": "data_set",
    "declared_not_recorded": "data_set",
}


class RuleError(ValueError):
    """A rule that cannot be used; the message says which field of which file, and what may stand there."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One way of breaking a rule. `when` reads the failing row; absent it holds for every row that is left."""

    kind: str
    received: str = ""
    expected: str = ""
    suggestion: str = ""
    when: Expression | None = None

    def to_dict(self) -> dict[str, str]:
        """The cause as JSON, without what is absent."""
        texts = {name: getattr(self, name) for name in ("kind", "received", "expected", "suggestion")}
        return {k: v for k, v in texts.items() if v} | ({"when": self.when.text} if self.when else {})

    @classmethod
    def from_dict(cls, given: Mapping[str, str], condition: Callable[[str], Expression] = parse) -> Cause:
        """The cause read back from `to_dict` or a rule file; `condition` reads its `when`."""
        when = given.get("when")
        return cls(**{**given, "when": condition(when) if when else None})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule. `items` names first the item that an action `field` takes away."""

    id: str
    table: str
    title: str
    items: tuple[str, ...]
    severity: Severity
    action: Action
    stage: Stage
    check: Check
    message: str
    why: str
    fix: str
    mend: Mend
    source: str = ""
    since: str = "1.0.0"
    until: str | None = None
    causes: tuple[Cause, ...] = ()
    predicate: str = ""
    derived: bool = False
    replaces: tuple[str, str] | None = None
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def item(self) -> str | None:
        """The item that an action `field` takes away; None where the rule speaks of whole rows or files."""
        return self.items[0] if self.items and self.items[0] != "*" else None

    @property
    def malforms(self) -> bool:
        """Whether a value that breaks this rule has no typed value: its form or its list failed."""
        tail = self.replaces[1] if self.replaces else self.check.kind
        if self.stage != "value" or tail not in ("format", "code"):
            return False
        return tail == "code" or self.action in ("field", "record", "file")

    def conditions(self) -> tuple[Expression, ...]:
        """Every condition that the check of this rule is made of."""
        found = (getattr(self.check, name) for name in checks.asdict_names(self.check))
        return tuple(value for value in found if isinstance(value, Expression))

    def reference_data(self) -> frozenset[str]:
        """The reference data without which the rule is not assessed."""
        return frozenset(name for condition in self.conditions() for name in condition.reference_data())

    def tables_read(self) -> frozenset[str]:
        """The other tables that the rule reads."""
        linked = {c.table for e in self.conditions() for c in e.columns() if c.table}
        other = {getattr(self.check, "table", None)} | {i.split(".")[0] for i in self.items if "." in i}
        return frozenset(t for t in linked | other if t and t not in (self.table, "header"))

    def to_dict(self) -> dict[str, Any]:
        """The rule as it stands in rules.json."""
        texts = {n: getattr(self, n) for n in ("id", "table", "title", "severity", "action", "stage", "message", "why")}
        more = {n: getattr(self, n) for n in ("fix", "mend", "source", "since", "until", "derived", "predicate")}
        lists = {
            "items": list(self.items),
            "causes": [c.to_dict() for c in self.causes],
            "examples": list(self.examples),
        }
        shown = texts | {"check": checks.to_dict(self.check)} | more | lists
        if self.replaces:
            shown["replaces"] = list(self.replaces)
        return {name: value for name, value in shown.items() if value not in (None, "", [], False)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Rule:
        """The rule read back from rules.json. Its conditions are parsed when they are first used."""
        return cls(
            **{
                **given,
                "items": tuple(given.get("items", ())),
                "check": checks.from_dict(given["check"], Expression),
                "causes": tuple(Cause.from_dict(c, Expression) for c in given.get("causes", ())),
                "examples": tuple(given.get("examples", ())),
                "replaces": tuple(given["replaces"]) if "replaces" in given else None,  # type: ignore[typeddict-item]
            }
        )


def read_rule(given: Mapping[str, Any], replaces: tuple[str, str] | None) -> Rule:
    """The rule of one TOML file. `replaces` is the item and check whose derived rule it stands in for."""
    _refuse_unknown_words(given)
    check = _read_check(given)
    return Rule(
        id=given["id"],
        table=given["table"],
        title=given["title"],
        items=tuple(given["items"]),
        severity=given["severity"],
        action=given["action"],
        stage=given.get("stage") or _stage_of(given, check, replaces),
        check=check,
        message=given["message"],
        why=given["why"],
        fix=given["fix"],
        mend=given["mend"],
        source=given.get("source", ""),
        since=given.get("since", "1.0.0"),
        until=given.get("until"),
        causes=tuple(Cause.from_dict(c) for c in given.get("cause", ())),
        predicate=given.get("predicate", ""),
        replaces=replaces,
        examples=tuple(given.get("example", ())),
    )


def _read_check(given: Mapping[str, Any]) -> Check:
    if "check" not in given:
        when = given.get("when")
        return Condition(require=parse(given["require"]), when=parse(when) if when else None)
    fields = dict(given["check"])
    if "when" in given:
        fields["when"] = given["when"]
    if fields["kind"] == "rate":
        fields.setdefault("table", given["items"][0].split(".")[0])
    if fields["kind"] == "copies":
        fields = {"kind": "copied", "items": list(given["items"])}
    return checks.from_dict(fields)


def _stage_of(given: Mapping[str, Any], check: Check, replaces: tuple[str, str] | None) -> Stage:
    if not isinstance(check, Condition):
        return _STAGE_OF_CHECK[check.kind]
    if given["table"] == "header":
        return "file"
    if replaces and replaces[1] in ("format", "code"):
        return "value"
    conditions = (check.require, *((check.when,) if check.when else ()))
    linked = any(column.table for condition in conditions for column in condition.columns())
    return "cross_table" if linked else "record"


def stage_of_check(kind: str) -> Stage:
    """The stage in which a derived check of this kind runs."""
    return _STAGE_OF_CHECK[kind]


def _refuse_unknown_words(given: Mapping[str, Any]) -> None:
    closed: dict[str, Sequence[str]] = {"severity": SEVERITIES, "action": ACTIONS, "mend": MENDS}
    for name, words in closed.items():
        if given.get(name) not in words:
            raise RuleError(f"{given.get('id')}: {name} is {given.get(name)!r}; expected one of {', '.join(words)}.")
