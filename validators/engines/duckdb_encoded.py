"""The first reading out of an encoded file: what follows from one column is worked out once for each distinct value.

The columns of the first reading stay what they are, in SQL. Those that read one column of the file alone are asked of
its distinct values, and the answers, by number, are the dictionary of a column that DuckDB gets to see; so are the bits
of a word, and what is said to follow from the shape of a text. All else is asked of every row.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from validators.dictionary_encoding.arrow_stream import Batch, Table
from validators.dictionary_encoding.differing import all_differ
from validators.dictionary_encoding.encoded import SHORT
from validators.engines.duckdb_answers import MANY, Questions, ored
from validators.engines.duckdb_quicker import Quicker, whole_name
from validators.layered import Origins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlglot import exp

    from validators.dictionary_encoding.arrow_stream import Values
    from validators.dictionary_encoding.blocks import Block, Encoded
    from validators.engines.duckdb_answers import Answer, Asked
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_scan import Scan
    from validators.layered import Layered

    Key = tuple[str, ...]

#: what DuckDB gets to see while a table is made
_RELATION = "encoded_file"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file besides: the keys in which all rows surely differ, where they have all of it, text as
    received; and column of the first reading → value → rows, of those with a few values."""

    differing: frozenset[Key]
    histograms: Mapping[str, Mapping[int, int]]


def make_encoded(
    database: Database, scan: Scan, reading: Layered, table: str, keys: Iterable[Key] = ()
) -> Facts | None:
    """Make a table of the columns of a reading out of the encoded file; None where the file has to be scanned.

    `keys`: items in which all rows may differ.
    """
    database.tell_idle()
    encoded = scan.source.encoded() if scan.relation is None else None
    if encoded is None or not encoded.blocks:
        return None
    places = {name: at for at, name in enumerate(scan.source.columns) if name in scan.table.item_names}
    origins = Origins(frozenset(places), (scan.absent(), *reading.layers))
    asked = frozenset[str]().union(*map(origins.of, _everything(reading)))
    work = _Making(database, reading, origins, encoded, {name: places[name] for name in sorted(asked)})
    with suppress(*SHORT):
        facts = work.facts(tuple(keys))
        work.make(table)
        return facts
    return None


def _everything(reading: Layered) -> Iterator[exp.Expr]:
    yield from reading.columns.values()
    yield from (part for word in reading.words.values() for part in word.parts)


@dataclass
class _Making:
    """An encoded file, and how a first reading is made of it. `places`: of the columns that are read."""

    database: Database
    reading: Layered
    origins: Origins
    encoded: Encoded
    places: Mapping[str, int]

    def facts(self, keys: Sequence[Key]) -> Facts:
        """What is told of the file itself."""
        with ThreadPoolExecutor(self.database.threads) as pool:
            differing = zip(keys, pool.map(self._differ, keys), strict=True)
            few = sorted(name for name, values in self._distinct.items() if values.length <= MANY)
            counts = zip(few, pool.map(lambda name: self.encoded.counts(self.places[name]), few), strict=True)
            return Facts(frozenset(key for key, differ in differing if differ), dict(self._histograms(dict(counts))))

    def make(self, table: str) -> None:
        """Make the table, in the order of the file. It takes the blocks of the encoded file with it."""
        quick = Quicker(self.origins, self._texts, frozenset(self._shapes))
        late = {name: quick.made(made) for name, made in self.reading.columns.items() if name not in self._answered}
        bits = {name: [quick.made(p) for p in w.parts if not self._alone(p)] for name, w in self.reading.words.items()}
        layers = quick.layers()
        needed = layers.needed([*late.values(), *(part for parts in bits.values() for part in parts)], self._answered)
        chosen = {made: each.constant or f'"{made}"' for made, (_, each) in self._answered.items()}
        chosen |= {name: ored([made]) for name, made in late.items()}
        for name, word in self.reading.words.items():
            made = f'"{name}" | {ored(bits[name])}' if bits[name] else f'"{name}"'
            chosen[name] = f"CAST({made} AS {word.kind})"
        query = layers.query(chosen, needed - self._answered.keys(), _RELATION)
        shapes = Questions(self.database, self.origins, self._shapes, self._filled, quick.asked).answers()
        stream = self._stream(needed, shapes)
        self.database.over(_RELATION, stream, f"CREATE OR REPLACE TABLE {table} AS {query}")

    def _histograms(self, counts: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, dict[int, int]]]:
        """The whole numbers that columns hold which follow from one column, null left out. `counts`: column → rows by
        number, of those with a few values."""
        for (name, made), answer in self._answers.items():
            if name in counts and made in self.reading.columns:
                counted = Counter[Any]()
                for value, rows in zip(answer.listed, counts[name], strict=True):
                    counted[value] += rows
                yield made, {value: rows for value, rows in counted.items() if rows and isinstance(value, int)}

    def _differ(self, key: Key) -> bool:
        """Whether all rows that have the items of a key surely differ in them."""
        places = [self.places[name] for name in key if name in self.places]
        if all(place in self.encoded.distinct for place in places) or len(places) < len(key):
            return False
        return all_differ(self.encoded, places)

    def _alone(self, made: exp.Expr) -> str:
        """The one column that an expression reads, where its values are numbered; else none."""
        read = self.origins.of(made)
        name = next(iter(read)) if len(read) == 1 else ""
        return name if name in self._distinct else ""

    @cached_property
    def _distinct(self) -> Mapping[str, Values]:
        """Column of the file → its distinct values."""
        found = self.encoded.distinct
        return {name: found[place] for name, place in self.places.items() if place in found}

    @cached_property
    def _filled(self) -> frozenset[str]:
        return frozenset(name for name, place in self.places.items() if place in self.encoded.filled)

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(self.places) - self._distinct.keys()

    @cached_property
    def _shapes(self) -> Mapping[str, Values]:
        """Column of text → the shapes of its values."""
        found = self.encoded.shapes
        return {name: found[place] for name, place in self.places.items() if place in found}

    @cached_property
    def _answers(self) -> Mapping[Asked, Answer]:
        """(column of the file, column of the first reading that follows from it, or has bits that do) → the answer."""
        asked: dict[Asked, list[exp.Expr]] = {}
        several = {name: [made] for name, made in self.reading.columns.items()}
        several |= {name: list(word.parts) for name, word in self.reading.words.items()}
        for made, parts in several.items():
            for part in parts:
                if name := self._alone(part):
                    asked.setdefault((name, made), []).append(part)
        return Questions(self.database, self.origins, self._distinct, self._filled, asked).answers()

    @cached_property
    def _answered(self) -> Mapping[str, tuple[str, Answer]]:
        """Column of the reading → the one column of the file that it follows from, and the answers by number."""
        found = self._answers.items()
        return {made: (name, answer) for (name, made), answer in found if made in self.reading.columns}

    @cached_property
    def _bits(self) -> Mapping[str, list[tuple[int, Values]]]:
        """Word → the columns of the file that some of its bits follow from, each with those bits by number."""
        found: dict[str, list[tuple[int, Values]]] = {made: [] for made in self.reading.words}
        for (name, made), answer in self._answers.items():
            if made in found:
                found[made].append((self.places[name], answer.values))
        return found

    # What DuckDB gets to see

    def _stream(self, needed: frozenset[str], shapes: Mapping[Asked, Answer]) -> Table:
        """The answered columns, the words, what follows from shapes, and what is read of every row."""
        received = sorted(needed & self.places.keys())
        numbers = sorted(name for name in self._texts if whole_name(name) in needed)
        names = [*self._answered, *self.reading.words, *(made for _, made in shapes), *received]
        names += map(whole_name, numbers)

        def columns(block: Block) -> Iterator[Values]:
            for name, answer in self._answered.values():
                yield block.numbered(self.places[name], answer.values)
            yield from (block.words(self._bits[word]) for word in self.reading.words)
            for (name, _), answer in shapes.items():
                yield block.numbered(self.places[name], answer.values)
            for name in received:
                if name in self._distinct:
                    known = self._distinct[name]
                    yield block.numbered(self.places[name], known.all_there() if name in self._filled else known)
                else:
                    texts = block.texts(self.places[name])
                    yield texts.all_there() if name in self._filled else texts
            yield from (block.wholes(self.places[name]) for name in numbers)

        return Table(names, (Batch(block.rows, tuple(columns(block))) for block in self.encoded.taken()))
