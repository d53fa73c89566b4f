"""What the report says that a mapping did: names of columns, words of the mapping, and counts; no value of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from schema.code_list import load_code_lists
from validators.spelling import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.mapping_rows import FeedCount, RowMaker
    from validators.mapping_toml import ItemMap
    from validators.mapping_values import Change

#: names of columns that are spelt out where many were not used
NAMED: Final = 12
_DATE_WORDS: Final = {
    "%d": "dd", "%m": "mm", "%Y": "yyyy", "%y": "yy", "%H": "hh", "%M": "mi", "%S": "ss", "%b": "mon", "%B": "month",
}  # fmt: skip


def table_lines(maker: RowMaker, extensions: str | None) -> Iterator[str]:
    """One table. Of restricted characteristics no count is given, nor any from which one could be worked out.

    `extensions`: the local characteristics that the header of the mapping declares.
    """
    permitted = _permitted(extensions)
    secret = [not _counted_characteristics(count) <= permitted for count in maker.counts]
    hidden = any(secret)
    for count, uncounted in zip(maker.counts, secret, strict=True):
        if uncounted:
            yield _uncounted(count)
            continue
        yield _rows(maker, count, hidden=hidden)
        yield from _left_out(count, maker, hidden=hidden)
        constants = {c.item.item: c.item.constant for c in count.changes if c.item.constant is not None}
        if constants and count.made:
            yield "The same on every row: " + ", ".join(f"{item} = {text}" for item, text in constants.items())
        for change in count.changes:
            if change.item.column is not None:
                yield f"{change.item.item} is column {change.item.column}: {_done(change)}"
    yield from _unused(maker.counts)


def _permitted(extensions: str | None) -> frozenset[str | None]:
    """The characteristics of which it is sure that they are not restricted."""
    codes = load_code_lists()["plus_characteristic"]
    local = harmless(tuple((extensions or "").split("|")), codes.restricted)
    return frozenset((codes.open_codes - codes.restricted) | local)


def _counted_characteristics(count: FeedCount) -> frozenset[str | None]:
    """What the rows made are of; None where that comes out of a column: anything may stand there."""
    given = (change.item for change in count.changes if change.item.item == "characteristic_code")
    return frozenset(item.constant for item in given)


def _uncounted(count: FeedCount) -> str:
    filled = [f"{c.item.item} is column {c.item.column}" for c in count.changes if c.item.column is not None]
    which = "the characteristic is" if count.feed.characteristic else "there may be characteristics that are"
    return f"{_what(count)}: {which} restricted, and nothing of it is counted. " + ", ".join(filled)


def _what(count: FeedCount) -> str:
    if count.feed.characteristic is None:
        return count.source.name
    column = f" from column {count.feed.answer}" if count.feed.answer else ""
    return f"{count.feed.characteristic}{column} of {count.source.name}"


def _rows(maker: RowMaker, count: FeedCount, *, hidden: bool) -> str:
    name, read = count.source.name, _n(count.read, "record")
    if hidden and count.feed.where:  # what the others of the file are may be restricted
        return f"{_what(count)}: {_n(count.made, 'row')} made"
    if not maker.table.unpivoted:
        numbers = "row and line of a finding are those of the file"
        return f"{read} of {name} made {_n(count.made, 'row')}; {numbers}"
    place = f" ({_range(count)})" if count.made and not hidden else ""
    return f"{_what(count)}: {read} made {_n(count.made, 'row')}{place}"


def _range(count: FeedCount) -> str:
    return f"row {count.first:,}" if count.first == count.last else f"rows {count.first:,} to {count.last:,}"


def _left_out(count: FeedCount, maker: RowMaker, *, hidden: bool) -> Iterator[str]:
    feed = count.feed
    same = "values" if maker.table.distinct == maker.columns else ", ".join(maker.table.distinct)
    reasons = {
        "where": f"{' and '.join(feed.where)} did not hold what the mapping asks for",
        "period": f"{feed.period} lies outside the reporting period",
        "blank": f"{feed.answer} is blank, which answers nothing",
        "again": f"a row with the same {same} was there already",
    }
    for reason, words in reasons.items():
        if count.left_out[reason] and not (hidden and reason == "where"):
            yield f"{_n(count.left_out[reason], 'record')} left out: {words}"


def _done(change: Change) -> str:
    item, counts = change.item, change.counts()
    said = [
        (counts["stripped"], "without the spaces around them"),
        (counts["recoded"], f"recoded ({_codes(item)})"),
        (counts["not_recoded"], "of codes that the mapping does not name, unchanged"),
        (counts["dated"], f"read as {_forms(item)}"),
        (counts["not_dated"], f"not of the form {_forms(item)}, unchanged"),
        (counts["cut"], "cut to the date"),
        (counts["padded"], f"filled up with zeros to {item.pad} digits"),
        (counts["surrogate"], "replaced by an id of 20 characters made from it"),
    ]
    done = [f"{count:,} {words}" for count, words in said if count]
    return "; ".join([_n(counts["values"], "value"), *(done or ["unchanged"])])


def _codes(item: ItemMap) -> str:
    pairs = [f"{code} → {value if value is not None else 'blank'}" for code, value in item.recode.items()]
    return ", ".join(pairs[:NAMED]) + (f" and {len(pairs) - NAMED} more" if len(pairs) > NAMED else "")


def _forms(item: ItemMap) -> str:
    words = []
    for form in item.formats:
        for mark, word in _DATE_WORDS.items():
            form = form.replace(mark, word)  # noqa: PLW2901
        words.append(form)
    return " or ".join(words)


def _unused(counts: Sequence[FeedCount]) -> Iterator[str]:
    """A column that nothing reads is said, once for each file."""
    used: dict[str, set[str]] = {}
    for count in counts:
        used.setdefault(count.source.name, set()).update(column for _, column in count.feed.columns())
    for name, columns in used.items():
        source = next(count.source for count in counts if count.source.name == name)
        left = [column for column in source.columns if column not in columns]
        if left:
            more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
            yield f"Not used of {name}: {', '.join(left[:NAMED])}{more}"


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
