"""What the measures ask of each row, as columns of the verdict tables: small numbers and truth values, no text."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.expression import Among, Column
from validators import access, sql, terms
from validators.answers import ANSWER_ORDER, SOURCE_ORDER
from validators.coded_parts import CodedParts
from validators.context import last_birth
from validators.groups import AGE_BANDS, FACTS, characteristics, values_of
from validators.hidden import ETHNIC_ITEMS, NOT_YES, counted_codes
from validators.plan import column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from validators.context import Context
    from validators.narrow import Narrow

    Columns = dict[str, exp.Expr]

#: above every day's number; an answer without a day comes after all others
_LAST_DAY, _UNDATED = 4_000_000, 9_999_999
#: how many numbers a byte holds
_BYTE = 256


def received_columns(table: str, context: Context) -> Columns:
    """The columns that are made of values as received."""
    made = _RECEIVED.get(table)
    return made(context) if made else {}


def coded_columns(table: str, plan: Narrow) -> Columns:
    """Those of `received_columns` and `received_marks` that follow from codes alone, where no value is in doubt."""
    if table != "person":
        return {}
    second = plan.codes.parts.numbered("ethnic_category", lambda code: int(len(code) > 1))
    return {
        **{category_name(item): _number(_category_of_code(plan, item)) for item in ETHNIC_ITEMS},
        "second_character": exp.EQ(this=second, expression=terms.literal(1)),
    }


def _category_of_code(plan: Narrow, item: str) -> exp.Expr:
    places = {category: place for place, category in enumerate(values_of(plan.context, item), start=1)}
    local = plan.items[item].data_type.local_second_character

    def place(code: str) -> int:
        return places.get(code[:1] if local and code not in places else code, 0)

    return plan.codes.parts.numbered(item, place)


def received_marks(table: str) -> Columns:
    """The truth values that are made of values as received."""
    if table != "person":
        return {}
    return {
        "second_character": _true(_above(terms.call("strlen", column("ethnic_category")), 1)),
        "no_practice": _true(terms.among(column("gp_practice_code"), (access.NO_PRACTICE,))),
    }


def measure_columns(table: str, scope: sql.Scope) -> Columns:
    """The columns that are made of what coded items, dates and whole numbers are read as."""
    made = _MEASURED.get(table)
    return made(scope) if made else {}


def measured_items(table: str) -> frozenset[str]:
    """The items whose status the measures read."""
    return frozenset(item for fact in FACTS for item in fact.items) if table == "person" else frozenset()


def category_name(item: str) -> str:
    """The column that holds the place of the national category among the values of the item's list, from 1."""
    return f"category:{item}"


def sources_of(context: Context) -> tuple[str, ...]:
    """The codes that say who said so."""
    return tuple(code.code for code in context.dataset.code_lists["plus_source"].codes)


def age_slices(context: Context) -> tuple[int, ...]:
    """The lowest ages of the stretches that lie in one age band and are alike eligible for every question."""
    limits = [ages for _, ages in characteristics(context)] + [fact.ages for fact in FACTS]
    lowest = {ages.lowest for ages in limits if ages.lowest is not None}
    above = {ages.highest + 1 for ages in limits if ages.highest is not None}
    return tuple(sorted({lowest for lowest, _ in AGE_BANDS} | lowest | above))


def _true(made: exp.Expr) -> exp.Expr:
    return terms.call("coalesce", exp.paren(made), exp.false())


def _number(made: exp.Expr, kind: str = "UTINYINT") -> exp.Expr:
    return terms.cast(made, kind)


def _enum(value: exp.Expr, choices: Sequence[str]) -> exp.Expr:
    listed = ", ".join(terms.literal(choice).sql(dialect="duckdb") for choice in choices)
    return exp.TryCast(this=value.copy(), to=exp.DataType.build(f"ENUM({listed})", dialect="duckdb"))


def _from_one(listed: exp.Expr, choices: Sequence[str]) -> exp.Expr:
    """The place of a value that is one of `choices`, in as few bytes as hold it."""
    code = terms.cast(terms.call("enum_code", listed), "INTEGER")
    place = exp.Add(this=code, expression=terms.literal(1))
    return _number(place, "UTINYINT" if len(choices) < _BYTE else "UINTEGER")


def _place(value: exp.Expr, choices: Sequence[str]) -> exp.Expr:
    """The place of a value among `choices`, from 1; 0 where it is none of them."""
    return terms.call("coalesce", _from_one(_enum(value, choices), choices), terms.literal(0))


def _person_received(context: Context) -> Columns:
    return {category_name(item): _category(item, context) for item in ETHNIC_ITEMS}


def _person(scope: sql.Scope) -> Columns:
    typed, context = scope.typed, scope.context
    birth = typed["birth_date"]
    return {
        "slice": _slice(birth, context),
        "gender": _number(_position(scope, "stated_gender", values_of(context, "stated_gender"), first=1)),
        "source": _number(_position(scope, "ethnic_category_source", sources_of(context), first=1)),
        "traced": _is(scope, "nhs_number_status", ("01",)),
        "baby": _true(_younger(birth, context.period_end, access.BABY)),
        "january": _true(_equal(terms.call("dayofyear", birth.copy()), 1)),
    }


def _answer_received(context: Context) -> Columns:
    """The place of the characteristic that may apply, from 1: validators.hidden.characteristic_meant in SQL."""
    code, value, codes = column("characteristic_code"), column("value"), counted_codes(context)
    listed, no = _enum(code, codes), _number(terms.literal(0), "UINTEGER")
    place = terms.case(
        [(exp.Not(this=terms.is_null(listed)), _from_one(listed.copy(), codes))],
        _place(terms.upper(terms.squeeze(code)), codes),
    )
    branches = [
        (_true(terms.among(value.copy(), ("Y",))), place),
        (_true(terms.among(value.copy(), NOT_YES)), no),
        (_true(terms.among(terms.upper(terms.squeeze(value.copy())), NOT_YES)), no.copy()),
    ]
    return {"belongs": terms.case(branches, place.copy())}


def _above(value: exp.Expr, least: int) -> exp.Expr:
    return exp.GT(this=value, expression=terms.literal(least))


def _equal(value: exp.Expr, other: int) -> exp.Expr:
    return exp.EQ(this=value, expression=terms.literal(other))


def _younger(birth: exp.Expr, day: datetime.date | None, days: int) -> exp.Expr:
    if day is None:
        return exp.false()
    born = _days_before(day, days)
    return _there(birth) if born is None else exp.GT(this=birth.copy(), expression=terms.literal(born))


def _by_then(date: exp.Expr, day: datetime.date) -> exp.Expr:
    return exp.LTE(this=date.copy(), expression=terms.literal(day))


def _days_before(day: datetime.date | None, days: int) -> datetime.date | None:
    """None where that is no day of the calendar."""
    if day is None or day.toordinal() <= days:
        return None
    return day - datetime.timedelta(days=days)


def _slice(birth: exp.Expr, context: Context) -> exp.Expr:
    """The place of the age among `age_slices`, from 1; 0 where it is not known."""
    branches = [(terms.is_null(birth), terms.literal(0))]
    for place, lowest in reversed(list(enumerate(age_slices(context), start=1))):
        latest = last_birth(context.period_end, lowest) if context.period_end else None
        if place > 1 and latest is not None:
            branches.append((_by_then(birth, latest), terms.literal(place)))
    return _number(terms.case(branches, terms.literal(1)) if context.period_end else terms.literal(0))


def _there(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=terms.is_null(value))


def _category(item: str, context: Context) -> exp.Expr:
    """The national category as received, near misses of case and spaces read as what was meant."""
    value, values = column(item), values_of(context, item)
    meant = terms.upper(terms.squeeze(value.copy()))
    if context.dataset.tables["person"].item(item).data_type.local_second_character:
        formed = terms.full_match(meant.copy(), "[A-Z][A-Z0-9]?")
        meant = terms.case([(formed, terms.call("left", meant.copy(), terms.literal(1)))], exp.null())
    listed = _enum(value, values)
    # the first that is not null: the second is worked out only where the first is
    found = terms.call("coalesce", _from_one(listed, values), _place(meant, values))
    return terms.case([(terms.is_null(value), _number(terms.literal(0)))], found)


def _answer(scope: sql.Scope) -> Columns:
    """Which characteristic, from 1, the answer and who said so, as places in their orders; and one number for all
    answers to a characteristic, of which the smallest counts.

    It goes by the day, newest first, undated last; then the source, in steps of 10; then the answer itself.
    """
    days = terms.call(
        "date_diff", terms.literal("day"), terms.literal(datetime.date.min), scope.typed["recorded_date"].copy()
    )
    age = terms.call("coalesce", exp.Sub(this=terms.literal(_LAST_DAY), expression=days), terms.literal(_UNDATED))
    source = _number(_position(scope, "source", SOURCE_ORDER, otherwise=len(SOURCE_ORDER)))
    answer = _number(_position(scope, "value", ANSWER_ORDER[:-1], otherwise=len(ANSWER_ORDER) - 1))
    newest = exp.Mul(this=exp.paren(terms.cast(age, "BIGINT")), expression=terms.literal(1000))
    tens = exp.Mul(this=terms.cast(source.copy(), "BIGINT"), expression=terms.literal(10))
    return {
        "code": _characteristic(scope),
        "said": answer,
        "said_by": source,
        "rank": exp.Add(this=newest, expression=exp.paren(exp.Add(this=tens, expression=answer.copy()))),
    }


def _characteristic(scope: sql.Scope) -> exp.Expr:
    codes = [code for code, _ in characteristics(scope.context)]
    if isinstance(scope.parts, CodedParts):
        return _of_code(scope, "characteristic_code", {code: place for place, code in enumerate(codes, start=1)}, 0)
    return _place(scope.typed["characteristic_code"], codes)


def _is(scope: sql.Scope, item: str, codes: Iterable[str]) -> exp.Expr:
    """Whether what is left of a coded item is one of some codes."""
    return _true(sql.condition(Among(Column(item), tuple(codes)), scope))


def _position(scope: sql.Scope, item: str, codes: Iterable[str], *, first: int = 0, otherwise: int = 0) -> exp.Expr:
    """The place of a coded item among `codes`, from `first`."""
    return _of_code(scope, item, {code: place for place, code in enumerate(codes, start=first)}, otherwise)


def _of_code(scope: sql.Scope, item: str, numbers: Mapping[str, int], otherwise: int) -> exp.Expr:
    """The number of a code; `otherwise` where it has none, or there is no code."""
    if isinstance(scope.parts, CodedParts):
        return scope.parts.numbered(item, lambda code: numbers.get(code, otherwise), otherwise)
    codes = {number: [code for code in numbers if numbers[code] == number] for number in numbers.values()}
    branches = [(_is(scope, item, alike), terms.literal(number)) for number, alike in codes.items()]
    return terms.case(branches, terms.literal(otherwise))


def _referral(scope: sql.Scope) -> Columns:
    day, typed = scope.context.period_end, scope.typed
    if day is None:
        return {event: exp.false() for event in access.REFERRAL_EVENTS[1:]}
    received, start = typed["referral_received_date"], typed["clock_start_date"]
    ended = exp.or_(_true(_by_then(typed["discharge_date"], day)), _true(_by_then(typed["rejection_date"], day)))
    is_open = _true(exp.and_(_by_then(received, day), exp.Not(this=exp.paren(ended))))
    waiting = exp.and_(is_open, exp.Not(this=_true(_by_then(typed["first_attended_date"], day))))
    since = terms.call("coalesce", start.copy(), received.copy())
    return {
        "open": is_open.copy(),
        "waiting": waiting,
        "over_18_weeks": _waiting_longer(waiting, since, day, access.WEEKS_18),
        "over_52_weeks": _waiting_longer(waiting, since, day, access.WEEKS_52),
    }


def _waiting_longer(waiting: exp.Expr, since: exp.Expr, day: datetime.date, days: int) -> exp.Expr:
    latest = _days_before(day, days + 1)
    return exp.false() if latest is None else _true(exp.and_(waiting.copy(), _by_then(since, latest)))


def happened(event: str) -> str:
    """Whether an event of validators.access is true of a row, in SQL over `once_<table>`."""
    return f"events & {_BITS[event]} <> 0" if event in _BITS else event


#: the bit of each event of a contact in its column `events`: a column for each of them would cost four times as much
_BITS = {event: 1 << at for at, event in enumerate(access.CONTACT_EVENTS[1:])}


def _care_contact(scope: sql.Scope) -> Columns:
    """What the status lets be true, and of that what the interpreter does."""
    of_status = {
        "with_status": access.WITH_STATUS,
        "not_cancelled": access.NOT_CANCELLED,
        "missed": access.MISSED,
        "cancelled_by_provider": access.CANCELLED_BY_PROVIDER,
    }
    of_interpreter = {"interpreter_told": access.INTERPRETER_TOLD, "without_interpreter": access.NO_INTERPRETER}
    seen, every = (sum(_BITS[event] for event in events) for events in (of_interpreter, of_status))
    statuses = {code for codes in (*of_status.values(), access.NOT_SEEN) for code in codes}
    told = {code for codes in of_interpreter.values() for code in codes}
    by_status = {c: _bits_of(c, of_status) + (0 if c in access.NOT_SEEN else seen) for c in sorted(statuses)}
    by_interpreter = {c: _bits_of(c, of_interpreter) + every for c in sorted(told)}
    status, interpreter = (
        exp.paren(_number(_of_code(scope, item, numbers, otherwise)))
        for item, numbers, otherwise in (
            ("attendance_status", by_status, seen),
            ("interpreter_present", by_interpreter, every),
        )
    )
    return {"events": exp.BitwiseAnd(this=status, expression=interpreter)}


def _bits_of(code: str, events: Mapping[str, Collection[str]]) -> int:
    return sum(_BITS[event] for event, codes in events.items() if code in codes)


_RECEIVED: dict[str, Callable[[Context], Columns]] = {
    "person": _person_received,
    "plus_characteristic": _answer_received,
}
_MEASURED: dict[str, Callable[[sql.Scope], Columns]] = {
    "person": _person,
    "plus_characteristic": _answer,
    "referral": _referral,
    "care_contact": _care_contact,
}
