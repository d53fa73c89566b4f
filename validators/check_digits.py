"""Check digits as SQL: of NHS numbers, and of SNOMED CT identifiers."""

from __future__ import annotations

from sqlglot import exp

from validators.terms import call

_D = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
_P = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
_DIGITS = "list_reverse(list_transform(string_split(x, ''), lambda d: CAST(d AS INTEGER)))"
_STEP = (
    f"CAST(substr('{_D}', c * 10 + CAST(substr('{_P}', "
    "CAST(((i - 2) % 8) * 10 + d + 1 AS INTEGER), 1) AS INTEGER) + 1, 1)"
    " AS INTEGER)"
)
#: the macro behind `verhoeff`: a fold over the digits
VERHOEFF = (
    "CREATE OR REPLACE TEMP MACRO VERHOEFF(x) AS CASE WHEN regexp_full_match(x, '[0-9]+') "
    f"THEN list_reduce(list_prepend(0, {_DIGITS}), lambda c, d, i: {_STEP}) = 0 "
    "WHEN x IS NOT NULL THEN false END"
)


def mod11(value: exp.Expr) -> exp.Expr:
    """Whether ten digits carry the check digit of an NHS number.

    The sum of the digits times 10 to 1 has to be a multiple of 11. A digit is a quotient less ten times the next one,
    so the sum is one of quotients; it is made of two halves, because division is quicker on 32 bits. Digits before the
    last ten are dropped: the first reading asks of any value, and a sum that overflows would end the run.
    """
    number = call("TRY_CAST_BIGINT", value)
    half = exp.Literal.number(100_000)
    above = exp.paren(exp.IntDiv(this=number, expression=half))
    high = exp.TryCast(this=exp.Mod(this=above, expression=half.copy()), to=exp.DataType.build("INTEGER"))
    low = exp.TryCast(this=exp.Mod(this=number.copy(), expression=half.copy()), to=exp.DataType.build("INTEGER"))
    total = exp.Add(this=_quotients(high, last=6), expression=_quotients(low, last=1))
    rest = exp.Mod(this=exp.paren(total), expression=exp.Literal.number(11))
    return exp.EQ(this=rest, expression=exp.Literal.number(0))


def _quotients(half: exp.Expr, last: int) -> exp.Expr:
    """Five digits, each times its weight, modulo 11: `last` is the weight of the last, each before it weighs one more.

    With q the quotients by powers of ten, the sum of (last + k) * (q[k] - 10 q[k+1]) is, as 10 is -1 modulo 11,
    last * q[0] and (2 * (last + k) - 1) * q[k] for every other k.
    """
    terms: list[exp.Expr] = []
    for k in range(5):
        weight = last if k == 0 else (2 * (last + k) - 1) % 11
        divisor = exp.Literal.number(10**k)
        quotient = exp.paren(exp.IntDiv(this=half.copy(), expression=divisor)) if k else half.copy()
        terms.append(exp.Mul(this=quotient, expression=exp.Literal.number(weight)))
    made = terms[0]
    for term in terms[1:]:
        made = exp.Add(this=made, expression=term)
    return exp.paren(made)


def verhoeff(value: exp.Expr) -> exp.Expr:
    """Whether the last digit is the Verhoeff check digit of the digits before it; false where one is no digit."""
    return call("VERHOEFF", value)
