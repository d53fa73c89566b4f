"""The closed set of data types: one written form each, said once for Pydantic, JSON Schema and SQL."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Literal

from schema.type_schema import LOCAL_CODE, type_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Kind = Literal["text", "date", "datetime", "integer", "list"]

#: A JSON value of another type than its item's, or an empty string, travels through text behind this noncharacter,
#: so that it fails every format and every code list, and its cause can still be told.
WRONG_TYPE = "\ufdd0"
EMPTY_STRING = WRONG_TYPE + "empty"

ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataType:
    """One data type: what kind of value, and the one way of writing it.

    `pattern` is a regular expression for the whole value, without anchors, in the subset that Python, ECMA 262 and
    RE2 read alike. Lengths count Unicode code points.
    """

    name: str
    kind: Kind = "text"
    expected: str
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    code_list: str | None = None
    coded_by: str | None = None
    local_codes: bool = False
    local_second_character: bool = False
    element: DataType | None = None
    check_digit: str | None = None
    hint: str | None = None

    @property
    def is_coded(self) -> bool:
        """Whether the values come from a code list, its own or one that another item names."""
        return self.code_list is not None or self.coded_by is not None

    @property
    def has_format(self) -> bool:
        """Whether a format rule follows: there is a form to break, and no code list that says it better."""
        if self.kind == "list":
            return self.element is not None and self.element.has_format
        return not self.is_coded and self.hint is None

    def well_formed(self, text: str) -> bool:
        """Whether `text`, as it stands in a text file, has the written form of this type (code lists apart)."""
        if text.startswith(WRONG_TYPE):
            return False
        if self.kind == "list":
            return self.element is None or all(self.element.well_formed(part) for part in text.split("|"))
        if not self._length_fits(text):
            return False
        if self.pattern is not None and not re.fullmatch(self.pattern, text):
            return False
        return self._value_exists(text)

    def _length_fits(self, text: str) -> bool:
        blank = self.min_length is not None and not text.strip(" ")
        return not blank and (self.max_length is None or len(text) <= self.max_length)

    def _value_exists(self, text: str) -> bool:
        if self.kind == "date":
            return _is_day(text)
        if self.kind == "datetime":
            return _is_day(text[:10])
        if self.kind == "integer":
            return _within(int(text), self.minimum, self.maximum)
        return True

    def typed(self, text: str) -> Any:
        """The typed value of a well-formed `text`: str, date, datetime (UTC), int or tuple of str.

        A postcode is read in upper case with one space before its last three characters, whatever way it was sent.
        """
        if self.kind == "date":
            return datetime.date.fromisoformat(text)
        if self.kind == "datetime":
            moment = datetime.datetime.fromisoformat(text)
            return _in_utc(moment)
        if self.kind == "integer":
            return int(text)
        if self.kind == "list":
            return tuple(text.split("|"))
        return canonical_postcode(text) if self.name == "postcode" else text

    def to_dict(self) -> dict[str, Any]:
        """The definition as JSON, without what is absent."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        shown = {name: value for name, value in pairs if value is not None and value is not False}
        return shown | ({"element": self.element.to_dict()} if self.element else {})

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> DataType:
        """The definition read back from `to_dict`."""
        element = given.get("element")
        shown: dict[str, Any] = {**given, "element": cls.from_dict(element) if element else None}
        return cls(**shown)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Pydantic's reading of a value of this type: the value is kept as it was sent."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.check_json_value)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """JSON Schema of this type."""
        return type_schema(self)

    def check_json_value(self, value: Any) -> Any:
        """`value` itself, if it is a JSON value of this type; ValueError with what is expected otherwise."""
        from schema.code_list import load_code_lists

        if not self.accepts(value, load_code_lists()):
            raise ValueError(f"expected {self.expected}")
        return value

    def accepts(self, value: Any, code_lists: Mapping[str, Any]) -> bool:
        """Whether a JSON value is of this type and, where its list is closed, in its code list."""
        if self.kind == "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool) and _within(int(value), self.minimum, self.maximum)
        if self.kind == "list":
            element = self.element
            return isinstance(value, list) and (
                element is None or all(element.accepts(part, code_lists) for part in value)
            )
        return isinstance(value, str) and value != "" and self.well_formed(value) and self._coded(value, code_lists)

    def _coded(self, value: str, code_lists: Mapping[str, Any]) -> bool:
        if self.code_list is None:
            return True
        code_list = code_lists[self.code_list]
        return code_list.open_ended or code_list.snapshot or self.in_codes(value, code_list.open_codes)

    def in_codes(self, value: str, codes: Collection[str]) -> bool:
        """Whether `value` is one of `codes`, as this type reads them (a local second character, a local code)."""
        if value in codes:
            return True
        if self.local_second_character and re.fullmatch("[A-Z][A-Z0-9]", value):
            return value[0] in codes
        return self.local_codes and re.fullmatch(LOCAL_CODE, value) is not None


LARGEST = 999_999_999


def canonical_postcode(text: str) -> str:
    """A postcode in upper case, with one space before the last three characters."""
    squeezed = text.replace(" ", "").upper()
    return f"{squeezed[:-3]} {squeezed[-3:]}"


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    """The moment in UTC; without an offset it is one already, and at the ends of the calendar the offset is dropped."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=datetime.UTC)
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError:
        return moment.replace(tzinfo=datetime.UTC)


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _within(number: int, minimum: int | None, maximum: int | None) -> bool:
    return (minimum is None or number >= minimum) and (maximum is None or number <= maximum)


def Text(max_length: int) -> DataType:  # noqa: N802 - reads as a type in the tables
    """Text of 1 to `max_length` characters, any characters, not of spaces only."""
    return DataType(
        name="text", min_length=1, max_length=max_length, expected=f"text of 1 to {max_length:,} characters"
    )


def OrganisationCode(shortest: int, longest: int) -> DataType:  # noqa: N802
    """An ODS code of `shortest` to `longest` capital letters and digits."""
    return DataType(
        name="organisation_code",
        pattern=f"[A-Z0-9]{{{shortest},{longest}}}",
        max_length=longest,
        expected=f"an ODS code of {shortest} to {longest} capital letters and digits",
    )


def WholeNumber(minimum: int, maximum: int | None = None) -> DataType:  # noqa: N802
    """A whole number, digits only, within the limits."""
    limits = f"from {minimum} to {maximum}" if maximum is not None else f"of {minimum} or more"
    return DataType(
        name="whole_number",
        kind="integer",
        pattern="0|[1-9][0-9]{0,8}",  # as many digits as LARGEST has
        minimum=minimum,
        maximum=LARGEST if maximum is None else maximum,
        expected=f"a whole number {limits}, digits only",
    )


def Hint(pattern: str, expected: str) -> DataType:  # noqa: N802
    """Text whose usual form is known but not binding: no format rule follows."""
    return DataType(name="text", hint=pattern, expected=expected)


def Coded(code_list: str, *, local_second_character: bool = False) -> DataType:  # noqa: N802
    """A code of the named list. With `local_second_character` the national code is the first character."""
    return DataType(
        name="code",
        code_list=code_list,
        local_second_character=local_second_character,
        expected=f"a code of the list {code_list}",
    )


def CodedOrLocal(code_list: str) -> DataType:  # noqa: N802
    """A code of the named list, or a local code that the header declares."""
    return DataType(
        name="code",
        code_list=code_list,
        local_codes=True,
        expected=f"a code of the list {code_list}, or a local code (L-…) that the header declares",
    )


def CodedBy(item: str) -> DataType:  # noqa: N802
    """A code of the list that another item of the row names."""
    return DataType(name="code", coded_by=item, expected=f"a code of the list that {item} names")


def ListOf(element: DataType) -> DataType:  # noqa: N802
    """Several values: separated by | in text formats, an array in JSON."""
    return DataType(name="list", kind="list", element=element, expected=f"{element.expected}, several separated by |")


Date = Annotated[str, DataType(name="date", kind="date", pattern=ISO_DATE, expected="YYYY-MM-DD, a day that exists")]
DateTime = Annotated[
    str,
    DataType(
        name="datetime",
        kind="datetime",
        pattern=f"{ISO_DATE}T{_ISO_TIME}{_OFFSET}?",
        expected="YYYY-MM-DDThh:mm:ss, with or without an offset such as +01:00",
    ),
]
NHSNumber = Annotated[
    str,
    DataType(name="nhs_number", pattern="[0-9]{10}", max_length=10, expected="10 digits as text, no spaces or hyphens"),
]
Postcode = Annotated[
    str,
    DataType(
        name="postcode",
        pattern=" *(?:[A-Za-z] *){1,2}[0-9] *(?:[A-Za-z0-9] *)?[0-9] *[A-Za-z] *[A-Za-z] *",
        expected="a postcode with one space before the last three characters, such as ZZ99 3VZ",
    ),
]
SnomedConceptId = Annotated[
    str,
    DataType(
        name="snomed_concept_id",
        pattern="[1-9][0-9]{5,17}",
        check_digit="snomed",
        expected="a SNOMED CT concept id: 6 to 18 digits as text, with its check digit",
    ),
]
VersionNumber = Annotated[
    str, DataType(name="version_number", pattern="[0-9]+[.][0-9]+[.][0-9]+", expected="a release such as 1.0.0")
]
LocalExtension = DataType(
    name="local_extension",
    pattern=LOCAL_CODE + "=[^|\\r\\n]{1,60}",
    expected="L-CODE=label, the label of at most 60 characters",
)
