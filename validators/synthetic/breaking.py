"""How each rule on rows is broken: what follows from a definition by its kind, the written ones by a table."""
# ruff: noqa: ARG001, ARG005 - every breaker is called alike, whether or not it needs the case

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.synthetic.numbers import palindrome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schema.data_type import DataType
    from schema.dataset import Dataset
    from schema.rule import Rule
    from validators.synthetic.calendar import Calendar

Cells = dict[str, str | None]
#: long enough for a name, in no list; its first letter is no national code either
UNLISTED = ("QQ", "9Q", "NOSUCHCODE")


@dataclass(slots=True)
class Case:
    """A row to be broken: when the person was born, how many were broken before it, and the row it goes with.

    `partner` is the row broken before it where rows fail together, with its person.
    """

    dataset: Dataset
    calendar: Calendar
    birth: int
    count: int
    partner: Cells | None = None

    def day(self, after: int, of: int | None = None) -> str:
        """The day `after` days after the end of the period, or after another day."""
        return self.calendar.iso((self.calendar.end if of is None else of) + after)

    def unlisted(self, data_type: DataType) -> str:
        """A code that is not in the list of the type, and never was."""
        element = data_type.element or data_type
        listed = self.dataset.code_lists[element.code_list or ""]
        codes = {code.code for code in listed.codes}
        return next(code for code in UNLISTED if not element.in_codes(code, codes))


Breaker = "Callable[[Cells, Case], None]"

#: the items with which an item is blanked or filled so that no other rule speaks
_ALSO: dict[str, Cells] = {
    "PMD001.nhs_number.missing": {"nhs_number_status": "03"},
    "PMD001.ethnic_category_recorded_date.missing": {"ethnic_category": "A", "ethnic_category_source": "1"},
    "PMD003.national_item.code": {"national_code": None},
    "PMD101.source_of_referral_list.code": {"source_of_referral": None},
    "PMD101.priority_list.code": {"priority": None},
}
ANSWER: Cells = {"national_item": None, "national_code": None, "snomed_code": None}
_WITHHELD: Cells = {
    "withheld_identity_reason": "02", "nhs_number": None, "nhs_number_status": "07", "birth_date": None,
    "postcode": None,
}  # fmt: skip
_ASKED: Cells = {"ethnic_category": "A", "ethnic_category_source": "1"}
_NOT_KNOWN: Cells = {"ethnic_category_source": None, "ethnic_category_recorded_date": None}


def _answer(characteristic: str, value: str, source: str, **more: str | None) -> Cells:
    return ANSWER | {"characteristic_code": characteristic, "value": value, "source": source} | more


#: rule → what the row says instead
CELLS: dict[str, Cells] = {
    "PMD00106": {"nhs_number": "9999999999"},
    "PMD00108": {"nhs_number": None, "nhs_number_status": "07"},
    "PMD00109": {"nhs_number_status": "07"},
    "PMD00116": {"ethnic_category": None, "ethnic_category_2021": None} | _NOT_KNOWN,
    "PMD00117": {"ethnic_category_2021": "QQ"},
    "PMD00119": {"postcode": None, "lsoa_code": None},
    "PMD00120": {"postcode": "NOT KNOWN"},
    "PMD00121": {"postcode": "QQ99 9QQ"},
    "PMD00122": {"postcode": "ZZ99 9QQ"},
    "PMD00123": {"postcode": "ZZ99 3WZ"},
    "PMD00124": {"postcode": "ZZ99 3VZ"},
    "PMD00125": {"lsoa_code": "E01999999", "lsoa_vintage": None},
    "PMD00126": {"postcode": "SW1A 0AA", "lsoa_code": "E01000001", "lsoa_vintage": "2021"},
    "PMD00127": {"imd_decile": "3", "imd_version": None},
    "PMD00128": {
        "postcode": None, "lsoa_code": "E01000001", "lsoa_vintage": "2021", "imd_decile": "1", "imd_version": "2025",
    },
    "PMD00130": {"gp_practice_code": "Q99999"},
    "PMD00131": {"preferred_language": "QQ"},
    "PMD00136": {"postcode": "QQ99 9QQ"},
    "PMD00133": {**_WITHHELD, "nhs_number_status": "01"},
    "PMD00138": _WITHHELD,
    "PMD00139": _WITHHELD,
    "PMD00302": {"characteristic_code": "NOSUCH", **ANSWER},
    "PMD00303": {"value": "Q"},
    "PMD00304": {"value": "N", "source": None, **ANSWER},
    "PMD00305": {"value": "N", "source": "4", "recorded_date": None, **ANSWER},
    "PMD00309": {"snomed_code": "32911001"},
    "PMD00310": {"snomed_code": "900000000000490000"},
    "PMD00311": {"national_item": "disability", "national_code": "QQ"},
    "PMD00312": _answer("DISABILITY", "Y", "1", national_item="disability", national_code="NN"),
    "PMD00313": _answer("YOUNGCARER", "Y", "1"),
    "PMD00314": _answer("LAC", "Y", "1"),
    "PMD00318": _answer("GRT", "Y", "3"),
    "PMD00319": {"characteristic_code": "SEXWORK", **ANSWER},
    "PMD00321": _answer("HOMELESS", "Y", "5"),
    "PMD00325": _answer("GRT", "Y", "5"),
    "PMD00326": _answer("SMI", "N", "1"),
    "PMD10105": {"source_of_referral": "QQ"},
    "PMD10106": {"priority": "9"},
    "PMD20105": {"attendance_status": "1"},
    "PMD90001": {"ethnic_category": "99", "ethnic_category_2021": None} | _NOT_KNOWN,
}  # fmt: skip


def _number_mistyped(row: Cells, case: Case) -> None:
    number = row["nhs_number"] or ""
    row["nhs_number"] = number[:-1] + str((int(number[-1]) + 1) % 10)


def _number_shared(row: Cells, case: Case) -> None:
    if case.partner is not None:
        row["nhs_number"] = case.partner["nhs_number"]


def _number_palindrome(row: Cells, case: Case) -> None:
    row["nhs_number"] = palindrome(case.count)


def _number_where_withheld(row: Cells, case: Case) -> None:
    row.update(CELLS["PMD00133"] | {"nhs_number": row["nhs_number"]})


def _birth_where_withheld(row: Cells, case: Case) -> None:
    row.update(_WITHHELD | {"birth_date": row["birth_date"]})


def _postcode_where_withheld(row: Cells, case: Case) -> None:
    row.update(_WITHHELD | {"postcode": row["postcode"]})


def _born_later(row: Cells, case: Case) -> None:
    row["birth_date"] = case.day(10)


def _born_long_ago(row: Cells, case: Case) -> None:
    row["birth_date"] = case.day(-125 * 366)


def _died_later(row: Cells, case: Case) -> None:
    row["death_date"] = case.day(5, case.calendar.created)


def _died_before_period(row: Cells, case: Case) -> None:
    row["death_date"] = case.day(-10, case.calendar.start)


def _local_second_character(row: Cells, case: Case) -> None:
    row.update({"ethnic_category": "A1", "ethnic_category_source": "1", "ethnic_category_recorded_date": _newest(case)})


def _asked_nobody(row: Cells, case: Case) -> None:
    row.update({"ethnic_category": "A", "ethnic_category_source": None, "ethnic_category_recorded_date": _newest(case)})


def _newest(case: Case) -> str:
    return case.calendar.iso(case.calendar.last)


def _postcode_untidy(row: Cells, case: Case) -> None:
    row["postcode"] = (row["postcode"] or "SW1A 0AA").replace(" ", "").lower()


def _recorded(after: int) -> Callable[[Cells, Case], None]:
    def break_(row: Cells, case: Case) -> None:
        row["recorded_date"] = case.day(after)

    return break_


def _recorded_before_birth(row: Cells, case: Case) -> None:
    row["recorded_date"] = case.day(-1 - case.count % 5, case.birth)


def _answer_of_today(row: Cells, case: Case) -> None:
    """An answer has its day; `X` has none."""
    row["recorded_date"] = row["recorded_date"] or _newest(case)


def _contradicted(row: Cells, case: Case) -> None:
    if case.partner is not None:
        row.update(case.partner | {"value": "N"})
        return
    row.update(ANSWER | {"value": "Y", "source": "4"})
    _answer_of_today(row, case)


def _received_later(row: Cells, case: Case) -> None:
    row.update({"referral_received_date": case.day(5), "discharge_date": None, "closure_reason": None})


def _discharged_later(row: Cells, case: Case) -> None:
    row["discharge_date"] = case.day(5, case.calendar.created)


def _discharged_before_period(row: Cells, case: Case) -> None:
    start = case.calendar.start
    row.update({"referral_received_date": case.day(-50, start), "discharge_date": case.day(-5, start)})


def _contact_later(row: Cells, case: Case) -> None:
    row["contact_date"] = case.day(3)


WRITTEN: dict[str, Callable[[Cells, Case], None]] = {
    "PMD00103": _number_shared,
    "PMD00105": _number_mistyped,
    "PMD00111": _born_later,
    "PMD00112": _born_long_ago,
    "PMD00113": _died_later,
    "PMD00115": _local_second_character,
    "PMD00132": _number_palindrome,
    "PMD00133": _number_where_withheld,
    "PMD00134": _asked_nobody,
    "PMD00135": _postcode_untidy,
    "PMD00137": _died_before_period,
    "PMD00138": _birth_where_withheld,
    "PMD00139": _postcode_where_withheld,
    "PMD00306": _recorded(10),
    "PMD00308": _contradicted,
    "PMD00322": _recorded(2),
    "PMD00323": _recorded_before_birth,
    "PMD10103": _received_later,
    "PMD10107": _discharged_later,
    "PMD10110": _discharged_before_period,
    "PMD20103": _contact_later,
}


def breaker_of(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None] | None:
    """What makes a row break the rule; None where nothing in a row does."""
    if rule.id in WRITTEN:
        return WRITTEN[rule.id]
    if rule.id in CELLS:
        return _replacing(rule.id)
    build = _BY_KIND.get(rule.check.kind)
    return build(rule, dataset) if build else None


def _replacing(rule_id: str) -> Callable[[Cells, Case], None]:
    cells = CELLS[rule_id]
    if "value" not in cells or "recorded_date" in cells:
        return lambda row, case: row.update(cells)

    def break_(row: Cells, case: Case) -> None:
        row.update(cells)
        _answer_of_today(row, case)

    return break_


def _missing(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    cells = _ALSO.get(rule.id, {}) | {rule.items[0]: None}
    if rule.id != "PMD001.ethnic_category_recorded_date.missing":
        return lambda row, case: row.update(cells)
    return lambda row, case: row.update(_ASKED | cells)


def _format(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    name = rule.items[0]
    spoilt = SPOILT[(data_type := dataset.tables[rule.table].item(name).data_type).name]
    return lambda row, case: row.update({name: spoilt(row[name], data_type, case)})


def _code(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    name = rule.items[0]
    also = _ALSO.get(rule.id, {})
    data_type = dataset.tables[rule.table].item(name).data_type
    return lambda row, case: row.update({**also, name: case.unlisted(data_type)})


def _retired(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None] | None:
    name = rule.items[0]
    listed = dataset.code_lists[dataset.tables[rule.table].item(name).data_type.code_list or ""]

    def break_(row: Cells, case: Case) -> None:
        retired = listed.retired_by(case.calendar.iso(case.calendar.end))
        row[name] = max(retired, key=lambda code: retired[code])

    return break_ if any(code.until for code in listed.codes) else None


def _repeated(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    key: tuple[str, ...] = getattr(rule.check, "key", ())
    return lambda row, case: row.update({name: (case.partner or row)[name] for name in key})


def _copied(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    return lambda row, case: row.update(case.partner or {})


def _link(rule: Rule, dataset: Dataset) -> Callable[[Cells, Case], None]:
    name: str = getattr(rule.check, "items", rule.items)[-1]
    return lambda row, case: row.update({name: f"NOWHERE{case.count + 1:07d}"})


_BY_KIND: Mapping[str, Callable[[Rule, Dataset], Callable[[Cells, Case], None] | None]] = {
    "missing": _missing,
    "format": _format,
    "code": _code,
    "retired": _retired,
    "repeated": _repeated,
    "copied": _copied,
    "link": _link,
}


def _day_first(received: str | None, data_type: DataType, case: Case) -> str:
    year, month, day = (received or _newest(case)).split("-")
    return f"{day}/{month}/{year}"


def _too_long(received: str | None, data_type: DataType, case: Case) -> str:
    return f"{case.count + 1:07d}".ljust((data_type.max_length or 0) + 1, "X")


def _small_letters(received: str | None, data_type: DataType, case: Case) -> str:
    return (received or "RX1").lower() + "."


def _spaced(received: str | None, data_type: DataType, case: Case) -> str:
    number = received or ""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


#: data type → a value that is not in its form
SPOILT: dict[str, Callable[[str | None, DataType, Case], str]] = {
    "date": _day_first,
    "datetime": lambda received, data_type, case: _day_first((received or _newest(case))[:10], data_type, case),
    "text": _too_long,
    "organisation_code": _small_letters,
    "nhs_number": _spaced,
    "whole_number": lambda received, data_type, case: "eleven",
    "version_number": lambda received, data_type, case: "1.0",
    "list": lambda received, data_type, case: "HOARDING",
    "snomed_concept_id": lambda received, data_type, case: "3.2911E+07",
    "postcode": lambda received, data_type, case: "NOT KNOWN",
}
