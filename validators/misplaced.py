"""An identifier in the wrong place: an NHS number, a postcode, an e-mail address or a telephone number as a local id.

Every value of a local id or a text of the provider's own has one form; `Form` says how it is told. What a form means is
judged from how many values have it (`causes_of`), because a number of ten digits has the right check digit by chance
once in eleven times, and a trust may have ids of any form. The release is frozen and says nothing of this: a check of
the software, whose finding is a warning. No list of names is used, and no value leaves this module.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from validators.functions import mod11
from validators.rounding import SMALL, could_be
from validators.tally import CauseTally, MisplacedTally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schema.data_item import Item
    from schema.table_definition import TableDefinition
    from validators.finding import Finding
    from validators.report import Report

Kind = Literal["email", "nhs_number", "postcode", "telephone", "letters"]
#: in this order a value is tried: email, holds an address. own_number: ten digits, in one or in the usual groups, that
#: are the NHS number of the same row. number: other ten digits with the right check digit, not all alike: the row has
#: no NHS number, or another one. ten_digits: all other ten digits. postcode: the form of one, with its space.
#: telephone: of a number in the United Kingdom. word: begins with a letter. plain: anything else
Form = Literal["email", "own_number", "number", "ten_digits", "postcode", "telephone", "word", "plain"]
FORMS: tuple[Form, ...] = get_args(Form)

EMAIL = "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[.][A-Za-z][A-Za-z]+"
NUMBER = "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"
POSTCODE = "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9][A-Za-z]{2}"
#: without spaces and hyphens
TELEPHONE = "([+]44|0)[1237][0-9]{8,9}"
#: national codes, whose form rules of their own judge
NATIONAL = frozenset({"lsoa_code", "gp_practice_code"})
#: letters are strange where fewer than one value in so many begins with one, and there are as many
STRANGE = 100
#: kinds that are told only where so many times their values are fewer than all
THRESHOLDS: Mapping[str, int] = {"telephone": 2, "letters": STRANGE}

_EMAIL, _NUMBER = re.compile(EMAIL), re.compile(NUMBER)
_POSTCODE, _TELEPHONE = re.compile(POSTCODE), re.compile(TELEPHONE)


def looked_at(table: TableDefinition) -> tuple[Item, ...]:
    """The items that hold a text of the provider's own. One that names a row of another table is looked at there."""
    named = {name for items in table.links.values() for name in items}
    return tuple(item for item in table.items if is_own_text(item) and item.name not in named)


def is_own_text(item: Item) -> bool:
    """Whether any text of the provider's own may stand in an item."""
    data_type = item.data_type
    free = data_type.kind == "text" and not (data_type.pattern or data_type.code_list or data_type.coded_by)
    return free and item.name not in NATIONAL


def number_item(table: TableDefinition) -> str | None:
    """The item that holds the NHS number of the person whom a row is about."""
    return "nhs_number" if "nhs_number" in table.item_names else None


def rule_id(table: TableDefinition, item: str) -> str:
    """The id of the check of an item, of the derived form."""
    return f"{table.code}.{item}.misplaced"


def is_misplaced(rule_id: str) -> bool:
    """Whether an id is that of the check of an item."""
    return rule_id.endswith(".misplaced")


def can_be_silent(report: Report, finding: Finding) -> bool:
    """Whether a copy can leave a finding out although there is one: nobody knows then whether it was mended."""
    if report.copy_kind != "shareable" or not has_line(finding):
        return False
    from validators.finding import exact

    rows = next((exact(table.rows) for table in report.tables if table.table == finding.table), None)
    return rows is None or could_be(rows)[0] <= THRESHOLDS[finding.cause.kind] * SMALL


def has_line(finding: Finding) -> bool:
    """Whether a finding is told only where few values have its form."""
    return is_misplaced(finding.rule_id) and finding.table != "header" and finding.cause.kind in THRESHOLDS


def title(item_title: str) -> str:
    """What the check of an item is called, by the label of the item."""
    return f"{item_title}: what looks like an identifier of a person"


def form_of(value: str, own_number: str | None) -> Form:
    """The form of a value. `own_number`: the NHS number of the same row, as it was received."""
    digits = compact(value)
    if _EMAIL.search(value):
        return "email"
    if _NUMBER.fullmatch(value):
        return _ten_digits(digits, own_number)
    if _POSTCODE.fullmatch(value):
        return "postcode"
    if _TELEPHONE.fullmatch(digits):
        return "telephone"
    return "word" if value[0].isascii() and value[0].isalpha() else "plain"


def _ten_digits(digits: str, own_number: str | None) -> Form:
    if own_number is not None and compact(own_number) == digits:
        return "own_number"
    return "number" if mod11(digits) and digits != digits[0] * 10 else "ten_digits"


def compact(text: str) -> str:
    """A text without spaces and hyphens."""
    return text.replace(" ", "").replace("-", "")


def judged(counts: Mapping[Form, int]) -> dict[Kind, tuple[Form, ...]]:
    """What the forms of an item's values mean: kind of identifier → the forms that are one, as far as there are any.

    - An e-mail address, a postcode, and a number that is the NHS number of its row always are.
    - Other ten digits with the right check digit, those of another person among them, are where more than half of all
      ten digits are right: by chance it would be one in eleven. So the ids of a trust that numbers in ten digits are
      none, and an NHS number that strays among such ids is not told: nothing tells it from them.
    - Telephone numbers are where they are fewer than half of the values: else it is the form of the trust's ids.
    - Letters are strange where fewer than one value in a hundred begins with one.
    """
    values = sum(counts.values())
    right = counts.get("own_number", 0) + counts.get("number", 0)
    numbers = 2 * right > right + counts.get("ten_digits", 0)
    meant: dict[Kind, tuple[Form, ...]] = {
        "email": ("email",),
        "nhs_number": ("own_number", "number") if numbers else ("own_number",),
        "postcode": ("postcode",),
        "telephone": ("telephone",) if THRESHOLDS["telephone"] * counts.get("telephone", 0) < values else (),
        "letters": ("word",) if values >= STRANGE and THRESHOLDS["letters"] * counts.get("word", 0) < values else (),
    }
    return {kind: forms for kind, forms in meant.items() if any(counts.get(form) for form in forms)}


def tally_of(
    table: TableDefinition,
    item: str,
    counts: Mapping[Form, int],
    rows_of: Callable[[tuple[Form, ...]], tuple[int, ...]],
) -> MisplacedTally:
    """What an item holds. `rows_of`: the sample rows of some forms."""
    causes = tuple(
        CauseTally(kind, sum(counts.get(form, 0) for form in forms), (), rows_of(forms))
        for kind, forms in judged(counts).items()
    )
    return MisplacedTally(table.name, item, sum(counts.values()), causes)


def kinds_within(text: str) -> Iterator[Kind]:
    """The kinds of identifier that stand somewhere in a text; a number has to stand alone."""
    if _EMAIL.search(text):
        yield "email"
    if any(mod11(compact(found)) for found in _alone(NUMBER, text)):
        yield "nhs_number"
    if _alone(POSTCODE, text):
        yield "postcode"
    if any(_TELEPHONE.fullmatch(compact(found)) for found in _alone("[+0-9][0-9 -]{8,14}[0-9]", text)):
        yield "telephone"


def _alone(pattern: str, text: str) -> list[str]:
    return re.findall(f"(?<![A-Za-z0-9+]){pattern}(?![A-Za-z0-9])", text)
