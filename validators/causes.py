"""The closed, ordered lists of causes: in which way a value broke the rule on its form or its code list.

Each cause is a condition of the row language over the value as received, so that every engine tells them apart
alike. The first that holds is the cause of the row; the last of each list holds for whatever is left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schema.check import Coded, Format, Link
from schema.data_type import EMPTY_STRING, WRONG_TYPE
from schema.expression import Among, And, Call, Column, Compare, Expression, Literal, Node
from schema.rule import Cause, Rule
from validators.lost_zeros import LOST, LOST_THERE, id_item, link_causes
from validators.near_misses import near_misses, written_causes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schema.data_item import Item
    from validators.context import Context

SHAPE_LENGTH = 16
#: kinds of cause in which the shape of what was received tells something that the kind does not
SHAPED = frozenset({"other_form", "not_in_list"})


def shape(text: str) -> str:
    """The form of a value without the value: digits as 9, letters as A, anything rare as ?, the first 16 characters."""
    cut = text[:SHAPE_LENGTH]
    return re.sub("[^9A ./:,+_|-]", "?", re.sub("[A-Za-z]", "A", re.sub("[0-9]", "9", cut)))


def causes_of(rule: Rule, context: Context) -> tuple[Cause, ...]:
    """The causes of a rule in the order in which they are tried; the last one holds for whatever is left."""
    item = context.dataset.tables[rule.table].item(rule.items[0]) if isinstance(rule.check, Format | Coded) else None
    written = written_causes(rule, context)
    if item is None:
        if isinstance(rule.check, Link):
            written = (*written, *link_causes(rule.check))
        return (*written, Cause(rule.check.kind if rule.derived else "broken"))
    found = _code_causes(item, context) if isinstance(rule.check, Coded) else _format_causes(item)
    return (*written, *found)


def shaped_item(rule: Rule, kind: str) -> str | None:
    """The item of which the shape of what was received is told with a cause; None where none is."""
    if isinstance(rule.check, Link):
        return id_item(rule.check) if kind in (LOST, LOST_THERE) else None
    return rule.items[0] if isinstance(rule.check, Format | Coded) and kind in SHAPED else None


def plain_kind(rule: Rule, context: Context) -> str:
    """The kind of a breach of which no condition tells the cause."""
    return next(cause.kind for cause in causes_of(rule, context) if cause.when is None)


def _cause(kind: str, test: Node | None, received: str, suggestion: str = "") -> Cause:
    return Cause(kind, received=received, suggestion=suggestion, when=Expression(kind, test) if test else None)


def _matches(value: Column, pattern: str) -> Node:
    return Call("matches", (value, Literal(pattern)))


def _carried(value: Column, expected: str) -> Iterator[Cause]:
    """What a JSON file can hold instead of a text, and what every text format can."""
    yield _cause(
        "empty_string", Compare("=", value, Literal(EMPTY_STRING)), 'an empty string ""', "Leave it out, or send null"
    )
    # a comparison is a tenth of the price of a pattern, and settles nearly every value
    marked = Compare(">=", value, Literal(WRONG_TYPE))
    number = And((marked, _matches(value, f"{WRONG_TYPE}(?:number|integer)[\\s\\S]*")))
    yield _cause("number", number, "a JSON number", f"Send {expected}: in JSON, text in quotes")
    other = And((marked, _matches(value, f"{WRONG_TYPE}[\\s\\S]*")))
    yield _cause("wrong_type", other, "a JSON value of another type")
    spaces = And((Compare("<", value, Literal("!")), _matches(value, "[ \\t\\r\\n]+")))
    yield _cause("only_spaces", spaces, "spaces only", "Leave it blank where it is not held")


def _format_causes(item: Item) -> Iterator[Cause]:
    value = Column(item.name)
    yield from _carried(value, "text")
    for kind, pattern, received, suggestion in _FORMS.get(item.data_type.name, ()):
        yield _cause(kind, _matches(value, pattern), received, suggestion)
    longest = item.data_type.max_length
    if longest is not None:
        too_long = Compare(">", Call("length", (value,)), Literal(longest))
        yield _cause("too_long", too_long, f"more than {longest} characters")
    yield _cause("other_form", None, "another form")


_DAY = "[0-9]{1,2}"
#: what can be a month, and what is a day and can be none
_MONTH, _NO_MONTH = "(?:0?[1-9]|1[0-2])", "(?:1[3-9]|2[0-9]|3[01])"
# ruff: noqa: E501 - a form a line
_FORMS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "date": (
        ("with_time", "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9][\\s\\S]*", "a date with a time", "Send the first ten characters"),
        ("month_day_year", f"{_MONTH}[/.-]{_NO_MONTH}[/.-][0-9]{{4}}", "mm/dd/yyyy, the month first", "Write year, month, day: 12/31/2025 is 2025-12-31. Change how the export writes dates: what is 12 or less twice can be read either way"),
        ("day_month_year", f"{_NO_MONTH}[/.-]{_MONTH}[/.-][0-9]{{4}}", "dd/mm/yyyy, the day first", "Write year, month, day: 31/12/2025 is 2025-12-31"),
        # nothing is suggested: which of the two is the day is not certain
        ("day_or_month_first", f"{_MONTH}[/.-]{_MONTH}[/.-][0-9]{{4}}", "nn/nn/yyyy, both numbers 12 or less, so that either could be the day; where other dates of this item have a number above 12, those show which way round the export writes all of them", ""),
        ("no_such_day", f"{_DAY}[/.-]{_DAY}[/.-][0-9]{{4}}", "a day that does not exist", ""),
        ("two_digit_year", f"{_DAY}[/.-]{_DAY}[/.-][0-9]{{2}}", "a year of two digits", "Write YYYY-MM-DD"),
        ("year_slash", f"[0-9]{{4}}[/.]{_DAY}[/.]{_DAY}", "yyyy/mm/dd", "Write hyphens: YYYY-MM-DD"),
        ("compact", "[0-9]{8}", "yyyymmdd, without hyphens", "Write hyphens: 20251231 is 2025-12-31"),
        ("month_name", f"{_DAY}[ -]?[A-Za-z]{{3,9}}[ -]?[0-9]{{2,4}}", "the month in letters", "Write YYYY-MM-DD"),
        ("spreadsheet_day", "[0-9]{5}(?:[.][0-9]+)?", "a spreadsheet's day number", "Format the column as YYYY-MM-DD"),
        ("no_such_day", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day that does not exist", ""),
        ("short_form", f"[0-9]{{4}}-{_DAY}-{_DAY}", "month or day without its zero", "Write two digits: 2026-04-01"),
        ("spaces_around", "[ ]*[0-9]{4}-[0-9]{2}-[0-9]{2}[ ]*", "spaces around the date", "Trim the value"),
    ),
    "nhs_number": (
        ("spaces_or_hyphens", "[ -]*(?:[0-9][ -]*){10}", "only spaces or hyphens too many", "Send the ten digits alone"),
        ("spreadsheet_number", "[0-9](?:[.][0-9]+)?[Ee][+]?[0-9]+", "a number in a spreadsheet's short form",
         "Format the column as text and export again: the digits are lost in this file"),
        ("decimal", "[0-9]{10}[.]0+", "a number with decimals", "Send it as text"),
        ("too_few_digits", "[0-9]{1,9}", "fewer than ten digits", "A leading zero may be lost: export it as text"),
        ("too_many_digits", "[0-9]{11,}", "more than ten digits", ""),
    ),
    "organisation_code": (
        ("lower_case", "[A-Za-z0-9]{3,9}", "small letters, or another length", "Send the ODS code in capital letters"),
        ("spaces_around", "[ ]*[A-Za-z0-9]{3,9}[ ]*", "spaces around the code", "Trim the value"),
    ),
    "whole_number": (
        ("decimal", "[0-9]+[.]0+", "a whole number with decimals", "Send digits only"),
        ("leading_zero", "0+[0-9]+", "a leading zero", "Send the number without it"),
        ("out_of_range", "-?[0-9]+", "a number outside the limits", ""),
    ),
}  # fmt: skip


def _code_causes(item: Item, context: Context) -> Iterator[Cause]:
    value = Column(item.name)
    data_type = item.data_type.element or item.data_type
    code_list = context.dataset.code_lists[data_type.code_list or ""]
    yield from _carried(value, "a code as text")
    codes = context.codes(code_list.name)
    gone = sorted(code.code for code in code_list.codes if code.code not in codes)
    if gone:
        yield _cause("retired", Among(value, tuple(gone)), f"retired codes ({', '.join(gone)})", _retired_words(gone))
    yield from near_misses(value, codes, code_list)
    yield _cause("not_in_list", None, "not in the list")


def _retired_words(gone: Iterable[str]) -> str:
    return f"Map {', '.join(gone)} to the codes that took their place"
