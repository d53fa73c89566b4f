"""The SQL of a JSON Schema agrees with the library `jsonschema`: keyword by keyword, release by release."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from schema import release
from schema.data_type import WRONG_TYPE
from schema.tables import TABLES
from schema.type_schema import NO_NEWLINE
from tests.test_schema.keyword_reading import cases, cells_accepted, oracle, rows_accepted, texts_accepted
from tests.test_schema.records import drawn, good_values, other_values
from validators.keywords import KEYWORDS, ROW_KEYWORDS, KeywordError, cell_condition, row_condition

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

RELEASE = release.load("1.0.0")
ITEMS = [(table, item.name) for table in TABLES for item in RELEASE.dataset.tables[table].items]
GROUPS = dict(cases())
VALUE = exp.column("value")


# Cases


@pytest.mark.parametrize("name", GROUPS)
def test_every_reading_gives_what_the_case_says(name: str) -> None:
    schema, tests = GROUPS[name]["schema"], GROUPS[name]["tests"]
    data = [test["data"] for test in tests]
    expected = {test["description"]: test["valid"] for test in tests}
    assert len(expected) == len(tests), "two cases bear the same description"
    asked = rows_accepted if ROW_KEYWORDS - {"type"} & schema.keys() else cells_accepted
    by_library = [oracle(schema).is_valid(value) for value in data]
    assert dict(zip(expected, by_library, strict=True)) == expected
    assert dict(zip(expected, asked(schema, data), strict=True)) == expected


@pytest.mark.parametrize("keyword", sorted(KEYWORDS | dict.fromkeys(ROW_KEYWORDS)))
def test_every_keyword_has_cases_that_it_accepts_and_refuses(keyword: str) -> None:
    groups = [group for name, group in GROUPS.items() if name.partition(":")[0] == keyword]
    assert {test["valid"] for group in groups for test in group["tests"]} == {True, False}
    assert all(keyword in json.dumps(group["schema"]) or "not said" in group["description"] for group in groups)


# What is refused


@pytest.mark.parametrize(
    ("keyword", "argument"),
    [
        ("multipleOf", 2), ("exclusiveMinimum", 1), ("exclusiveMaximum", 1), ("minItems", 1), ("maxItems", 1),
        ("uniqueItems", True), ("contains", {}), ("prefixItems", [{}]), ("minProperties", 1), ("patternProperties", {}),
        ("propertyNames", {}), ("dependentRequired", {}), ("allOf", [{}]), ("anyOf", [{}]), ("oneOf", [{}]), ("if", {}),
        ("$ref", "#"), ("$defs", {}), ("contentEncoding", "base64"), ("unevaluatedProperties", False), ("enums", ["a"]),
    ],
)  # fmt: skip
def test_keyword_without_sql_is_named(keyword: str, argument: Any) -> None:
    for schema in ({"type": "string", keyword: argument}, {"not": {keyword: argument}}):
        with pytest.raises(KeywordError, match=re.escape(f"the keyword {keyword!r} has no SQL")):
            cell_condition(schema, VALUE)
    with pytest.raises(KeywordError, match=re.escape(f"birth_date: the keyword {keyword!r} has no SQL")):
        row_condition({"properties": {"birth_date": {keyword: argument}}}, {})  # a column that is not there, too
    with pytest.raises(KeywordError, match=re.escape(f"the keyword {keyword!r} has no SQL")):
        row_condition({keyword: argument}, {})


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "number"}, "type: no column holds 'number'"),
        ({"type": ["boolean", "null"]}, "type: no column holds 'boolean'"),
        ({"type": "object"}, "type: no column holds 'object'"),
        ({"type": ["string", "integer"]}, "type: one column cannot hold both string and integer"),
        ({"type": "string", "not": {"type": "integer"}}, "type: 'integer' cannot be told apart"),
        ({"not": {"type": "integer"}}, "type: 'integer' cannot be told apart"),
        ({"type": "array"}, "allow null"),
        ({"type": ["array", "null"], "items": {"type": "integer"}}, "items: the lists of a column hold texts"),
        ({"type": ["array", "null"], "enum": [["a"]]}, r"enum, const: a column does not tell \['a'\]"),
        ({"enum": ["a", 1]}, "enum, const: a column does not tell 1"),
        ({"const": True}, "enum, const: a column does not tell True"),
        ({"minimum": 1}, "minimum: expected a type beside it"),
        ({"items": {}}, "items: expected a type beside it"),
        ({"type": "integer", "maximum": 2**63}, "maximum: 9223372036854775808 is too large"),
        ({"type": "integer", "minimum": -1e300}, r"minimum: -1e\+300 is too large"),
        ({"type": "string", "format": "date-time"}, "format: 'date-time' has no SQL. Known is date"),
    ],
)  # fmt: skip
def test_what_a_column_cannot_tell_is_refused(schema: Any, words: str) -> None:
    oracle(schema)
    with pytest.raises(KeywordError, match=words):
        cell_condition(schema, VALUE)


def test_a_row_is_an_object() -> None:
    with pytest.raises(KeywordError, match="a row is an object"):
        row_condition({"type": "array"}, {})


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d", r"\w", r"[\d]", r"\bx", r"\s", ".", "a.b", "(?=a)", "(?!a)", "(?<=a)", "(?i)a", "(?P<n>a)", r"(a)\1",
        "[[:alpha:]]", "[a&&b]", "a++", "a*+", "a{2}+", "a{,3}", "{", "]", "[]a]", "[^]", "(a", "a)", "a**", r"\p{L}",
        r"\x41", r"\u0041", r"\Aa", r"a\Z", "a{1001}", "[b-a]", "*", "(?:)", "a()",
    ],
)  # fmt: skip
def test_pattern_that_libraries_read_otherwise_is_refused(pattern: str) -> None:
    with pytest.raises(KeywordError, match="is not read alike by ECMA 262, RE2 and Python"):
        cell_condition({"type": "string", "pattern": pattern}, VALUE)


def test_end_of_a_pattern_is_the_end_of_the_text() -> None:
    """As ECMA 262 says. Python's `$`, and so the library, lets a newline follow: the releases refuse it beside."""
    schema = {"type": "string", "pattern": "^(?:a)$"}
    assert cells_accepted(schema, ["a", "a\n", "a\nb"]) == [True, False, False]
    assert [oracle(schema).is_valid(value) for value in ("a", "a\n", "a\nb")] == [True, True, False]


def test_a_text_that_no_encoding_holds_is_refused() -> None:
    """Half of a surrogate pair, which JSON's escapes can write: no text of a database holds it."""
    assert cells_accepted({"type": "string"}, ["\ud800", "\U0001f986"]) == [False, True]


def test_a_list_that_no_cell_holds_is_refused() -> None:
    """A text that is empty, or holds the separator, cannot be carried in a list, whatever its schema says of it."""
    schema = {"type": ["array", "null"], "items": {"type": "string"}}
    assert cells_accepted(schema, [["a"], [""], ["a|b"]]) == [True, False, False]


@pytest.mark.parametrize("least", [0, 1])
def test_nothing_between_two_separators_is_an_empty_text(least: int) -> None:
    """As a text file can hold it."""
    schema = {"type": ["array", "null"], "items": {"type": "string", "minLength": least, "maxLength": 2}}
    texts = ["a", "a|bb", "a||b", "|", "a|", "abc|a"]
    assert texts_accepted(schema, texts) == [oracle(schema).is_valid(text.split("|")) for text in texts]


# The releases


@pytest.mark.parametrize("table", TABLES)
def test_every_schema_of_the_release_has_sql(table: str) -> None:
    schema = RELEASE.schema(table)
    row_condition(schema, {name: exp.column(name) for name in schema["properties"]})


@pytest.mark.parametrize(("table", "name"), ITEMS)
def test_item_of_the_release_is_read_as_the_library_reads_it(table: str, name: str) -> None:
    schema, item = RELEASE.schema(table)["properties"][name], RELEASE.dataset.tables[table].item(name)
    good = good_values(item, table, RELEASE.dataset)
    values = [None, "", 0, *drawn(good, 25), *drawn(good.flatmap(other_values), 80)]
    by_library = [oracle(schema).is_valid(value) for value in values]
    assert {True, False} <= set(by_library)
    by_sql = cells_accepted(schema, values)
    assert [v for v, sql, library in zip(values, by_sql, by_library, strict=True) if sql != library] == []


@pytest.mark.parametrize("table", TABLES)
def test_row_of_the_release_is_closed(table: str) -> None:
    schema = RELEASE.schema(table)
    row = dict.fromkeys(schema["properties"])
    without = [{k: v for k, v in row.items() if k != name} for name in schema["required"]]
    rows = [*without, {**row, "sex": None}, {**row, "Nhs_Number": None}]
    assert rows_accepted(schema, rows) == [oracle(schema).is_valid(one) for one in rows] == [False] * len(rows)


# Any schema, any value

CHARACTERS = st.characters(codec="utf-8", exclude_characters=WRONG_TYPE + "\0")
TEXTS = st.text(CHARACTERS, max_size=5) | st.text(st.sampled_from("abAB01 \n\r|é\U0001f986"), max_size=6)
NUMBERS = (
    st.integers(-12, 12)
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-12, 12).map(float)
)
DAYS = st.dates().map(str) | st.sampled_from(["0000-01-01", "2026-02-30", "2026-4-1", "20260401", "2026-04-01\n"])
LISTS = st.lists(st.text(st.sampled_from("abAB01 \n\ré\U0001f986"), min_size=1, max_size=4), max_size=3)
OTHERS = st.none() | st.booleans() | st.just({}) | st.dictionaries(TEXTS, NUMBERS, max_size=2)
VALUES = {
    "string": TEXTS | DAYS | NUMBERS | LISTS | OTHERS,
    "integer": NUMBERS | TEXTS | LISTS | OTHERS,
    "array": LISTS | TEXTS | NUMBERS | OTHERS,
}

ATOMS = st.sampled_from(
    ["a", "b", "é", "\U0001f986", " ", "[ab]", "[^a]", "[^ ]", "[0-9A-B]", "(?:ab|B)", r"\|", r"\n"]
)
REPEATED = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}", "+?"])
SEQUENCES = st.lists(st.builds("{}{}".format, ATOMS, REPEATED), max_size=3).map("".join)
CHOICES = st.lists(SEQUENCES, min_size=1, max_size=2).map("|".join).filter(bool)
FOUND = st.builds("{}{}".format, st.sampled_from(["", "^"]), CHOICES | st.just("")).map(
    lambda pattern: {"pattern": pattern}
)
#: an end is asked for together with what keeps a newline out, as in the releases: there the library reads it otherwise
ENDED = st.builds(
    lambda form, choices: {"pattern": form.format(choices), "not": NO_NEWLINE},
    st.sampled_from(["^(?:{})$", "(?:{})$", "^{}$", "^(?:{})|(?:a)$"]),
    CHOICES,
)
LENGTHS = st.integers(0, 5) | st.integers(0, 5).map(float)
LIMITS = st.integers(-12, 12) | st.floats(-12, 12) | st.integers(-(2**63) + 1, 2**63 - 1)


def some(**keywords: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Any of the keywords, with arguments drawn."""
    return st.fixed_dictionaries({}, optional=keywords)


def merged(*parts: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(
        lambda drawn_parts: {key: value for part in drawn_parts for key, value in part.items()}
    )


PATTERNED = st.just({}) | FOUND | ENDED
WORDS = merged(some(minLength=LENGTHS, maxLength=LENGTHS, format=st.just("date")), PATTERNED)
TEXT_ENUM = some(enum=st.lists(st.none() | TEXTS, min_size=1, max_size=4), const=st.none() | TEXTS)
BEFORE = {"minimum": LIMITS, "maximum": LIMITS}
SCALARS = st.none() | st.integers(-3, 3) | st.integers(-3, 3).map(float)
NUMBER_ENUM = some(enum=st.lists(SCALARS, min_size=1, max_size=4), const=SCALARS)


def typed(name: str) -> SearchStrategy[dict[str, Any]]:
    return st.sampled_from([name, [name], [name, "null"], ["null", name]]).map(lambda types: {"type": types})


def negated(schemas: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    """The schemas, some with a `not` beside, where they have none."""
    return st.builds(lambda one, other, add: {"not": other, **one} if add else one, schemas, schemas, st.booleans())


SCHEMAS = {
    "string": negated(merged(typed("string") | st.just({}), WORDS, TEXT_ENUM)),
    "integer": negated(merged(typed("integer"), some(**BEFORE), NUMBER_ENUM)),
    "array": merged(
        st.just({"type": ["array", "null"]}), some(items=st.booleans() | merged(typed("string"), WORDS, TEXT_ENUM))
    ),
}


@settings(max_examples=250, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("kind", SCHEMAS)
def test_drawn_schema_is_read_as_the_library_reads_it(kind: str, data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS[kind], label="schema")
    values = data.draw(st.lists(VALUES[kind], min_size=1, max_size=12), label="values")
    by_library = [oracle(schema).is_valid(value) for value in values]
    assert cells_accepted(schema, values) == by_library


ROWS = st.dictionaries(st.sampled_from("abcd"), TEXTS | NUMBERS | OTHERS, max_size=4)
COLUMNS = st.dictionaries(st.sampled_from("abc"), SCHEMAS["string"] | SCHEMAS["integer"], max_size=3)
ROW_SCHEMAS = merged(
    st.just({"type": "object"}),
    some(
        properties=COLUMNS,
        required=st.lists(st.sampled_from("abcd"), unique=True, max_size=2),
        additionalProperties=st.booleans() | SCHEMAS["string"],
    ),
)


@settings(max_examples=150, deadline=None)
@given(schema=ROW_SCHEMAS, rows=st.lists(ROWS, min_size=1, max_size=3))
def test_drawn_schema_of_a_row_is_read_as_the_library_reads_it(schema: Any, rows: list[dict[str, Any]]) -> None:
    assert rows_accepted(schema, rows) == [oracle(schema).is_valid(row) for row in rows]
