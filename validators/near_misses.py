"""What was nearly a code of a list: in which way it missed, and what would mend it. Suggested, and never applied.

A rule on a code list that follows from a definition has these causes by itself. A written rule names its own; what it
lacks is tried before its last, and a suggestion is added where the code that was meant is certain.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from schema.check import Coded, Condition
from schema.expression import Among, Call, Column, Expression, Literal, Node, walk
from schema.rule import Cause, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from schema.code_list import CodeList
    from validators.context import Context

#: kinds of cause in which the code that was meant differs in capital and small letters alone
RECASED = frozenset({"case", "small_letters", "capital_letters"})
#: letters from which on a code is a word, that cannot be taken for another one for a letter more
WORD = 4
_AS_THE_LIST = "Write the code as the list does"
_WITHOUT_ZERO = "Send it without the leading zero: 01 is 1"


def near_misses(
    value: Column, codes: Collection[str], code_list: CodeList, without: Collection[str] = ()
) -> Iterator[Cause]:
    """The ways of missing one of `codes` by little, in the order in which they are tried.

    The words of a code can be sent in its place too, of a retired one as well, but not of those that are `without`.
    """
    upper = Call("upper", (value,))
    folded = tuple(sorted({code.upper() for code in codes}))
    if any(code != code.swapcase() for code in codes):
        exchanged = "capital and small letters exchanged"
        yield _cause("case", Among(upper, folded), exchanged, recased(codes, code_list))
    yield _cause("spaces_around", Among(Call("squeeze", (upper,)), folded), "spaces around the code", "Trim the value")
    worded = sorted(code for code in codes if len(_letters(code)) >= WORD)
    if worded:
        test = Call("matches", (upper, Literal("|".join(_loosely(code) for code in worded))))
        told = next((code for code in worded if code not in code_list.restricted), None)
        like = f"{_AS_THE_LIST}, such as {told}" if told else _AS_THE_LIST
        yield _cause("near_code", test, "a code of the list with other hyphens or underscores, or an S too many", like)
    short = tuple(sorted({code.lstrip("0") for code in codes if code.startswith("0")} - {""} - set(codes)))
    if short:
        lost = "Export the column as text: 1 is 01"
        yield _cause("lost_leading_zero", Among(value, short), "a leading zero is lost", lost)
    decimal = tuple(sorted({f"{code.lstrip('0')}.0" for code in codes if code.isdigit()}))
    if decimal:
        yield _cause("decimal", Among(value, decimal), "a number with decimals", "Export the column as text")
    labels = tuple(sorted({c.meaning.lower() for c in code_list.codes if c.code not in without} - {""}))
    if labels:
        yield _cause(
            "meaning_sent", Among(Call("lower", (value,)), labels), "the meaning, not the code", "Send the code"
        )


def _letters(code: str) -> str:
    """The letters of a code that is a word, or several; nothing of one that holds anything else."""
    letters = re.sub("[-_]", "", code.upper())
    return letters if re.fullmatch("[A-Z]+", letters) else ""


def _loosely(code: str) -> str:
    """A pattern of the letters of a code, whatever parts them, with an S more or not."""
    return "[-_ ]*".join(_letters(code)) + "[-_ ]*S?"


def recased(codes: Collection[str], code_list: CodeList) -> str:
    """How to write a code whose letters have the wrong case, by the example of the first that has letters."""
    lettered = (code for code in sorted(set(codes) - code_list.restricted) if code != code.swapcase())
    return next((f"{_AS_THE_LIST}: for example {code}, not {code.swapcase()}" for code in lettered), _AS_THE_LIST)


def written_causes(rule: Rule, context: Context) -> tuple[Cause, ...]:
    """The causes that a rule names, with suggestions and near misses of its list where it is on one."""
    name = _list_of(rule, context)
    if name is None:
        return tuple(_suggested(cause) for cause in rule.causes) if _is_of_a_list(rule) else rule.causes
    code_list = context.dataset.code_lists[name]
    codes = context.codes(name)
    own = tuple(_suggested(cause, codes, code_list) for cause in rule.causes)
    if not isinstance(rule.check, Condition) or not own or own[-1].when is not None:
        return own
    named = {"case" if cause.kind in RECASED else cause.kind for cause in own}
    # Of a restricted characteristic nothing is counted apart.
    restricted = code_list.restricted
    found = near_misses(Column(rule.items[0]), codes - restricted, code_list, without=restricted)
    added = (replace(cause, expected=own[-1].expected) for cause in found if cause.kind not in named)
    return (*own[:-1], *added, own[-1])


def _list_of(rule: Rule, context: Context) -> str | None:
    """The one list that the item of a rule has to be of; None where there is none, or another item chooses it."""
    if isinstance(rule.check, Coded):
        data_type = context.dataset.tables[rule.table].item(rule.items[0]).data_type
        return (data_type.element or data_type).code_list
    if not isinstance(rule.check, Condition) or not _is_of_a_list(rule) or rule.replaces is None:
        return None
    lists = [_named(node, rule.replaces[0]) for node in walk(rule.check.require.tree)]
    return next((name for name in lists if name is not None), None)


def _is_of_a_list(rule: Rule) -> bool:
    """Whether a written rule stands in for the one on the code list of its item."""
    return rule.replaces is not None and rule.replaces[1] == "code"


def _named(node: Node, item: str) -> str | None:
    """The list of in_list(item, 'list')."""
    match node:
        case Call("in_list", (Column(name, None), Literal(str(listed)))) if name == item:
            return listed
        case _:
            return None


def _suggested(cause: Cause, codes: Collection[str] = (), code_list: CodeList | None = None) -> Cause:
    """The cause with what would mend it, where that is certain and the rule does not say it."""
    if cause.suggestion:
        return cause
    if cause.kind in RECASED:
        return replace(cause, suggestion=recased(codes, code_list) if code_list else _AS_THE_LIST)
    return replace(cause, suggestion=_WITHOUT_ZERO) if cause.kind == "leading_zero" else cause


def _cause(kind: str, test: Node, received: str, suggestion: str) -> Cause:
    return Cause(kind, received=received, suggestion=suggestion, when=Expression(kind, test))
