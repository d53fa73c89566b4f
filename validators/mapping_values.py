"""What a mapping does to one value, and how often it did it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validators.finding import Step
    from validators.mapping_toml import ItemMap

#: characters of an id made by a mapping: what our identifiers hold at most
SURROGATE_LENGTH: Final = 20
#: values that are remembered with what becomes of them; most columns hold few
REMEMBERED: Final = 100_000
_TIMED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", re.DOTALL)

Steps = tuple[str, ...]


class Change:
    """Fills one item. It counts what was done, under short names."""

    def __init__(self, item: ItemMap, key: bytes) -> None:
        self.item = item
        self._key = key
        self._steps_done: dict[Steps, list[int]] = {}
        self._known: dict[str, tuple[str | None, list[int]]] = {}

    def value(self, received: str | None) -> str | None:
        """What the item holds where the column holds `received`."""
        if self.item.constant is not None:
            return self.item.constant
        if received is None:
            return None
        done = self._known.get(received)
        if done is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            value, steps = self._changed(received)
            done = self._known[received] = (value, self._steps_done.setdefault(steps, [0]))
        done[1][0] += 1
        return done[0]

    def counts(self) -> Counter[str]:
        """How many values each step was done to; `values` is all of them."""
        counts: Counter[str] = Counter()
        for steps, (count,) in self._steps_done.items():
            counts.update(dict.fromkeys((*steps, "values"), count))
        return counts

    def step_names(self) -> tuple[Step, ...]:
        """What is asked to be done to a value, in order."""
        names: tuple[Step, ...] = tuple(name for name, _ in self._steps())
        return (*names, "surrogate") if self.item.surrogate else names

    def _changed(self, received: str) -> tuple[str | None, Steps]:
        value: str | None = received
        done: list[str] = []
        for name, step in self._steps():
            before, value = value, step(value)
            if value != before:
                done.append(name)
            elif name in LEFT and value not in self.item.recode:
                done.append(LEFT[name])
            if not value or (name == "recoded" and value != before):
                break
        if value and self.item.surrogate:
            return surrogate(value, self._key), (*done, "surrogate")
        return value or None, tuple(done)

    def _steps(self) -> Iterator[tuple[Step, Callable[[str], str | None]]]:
        """What the mapping asks for, in the order in which it is done."""
        item = self.item
        if item.strip:
            yield "stripped", strip
        if item.recode:
            yield "recoded", lambda value: item.recode.get(value, value)
        if item.formats:
            yield "dated", lambda value: iso_date(value, item.formats) or value
        if item.date_part:
            yield "cut", lambda value: value[:10] if _TIMED.fullmatch(value) else value
        if item.pad:
            yield "padded", lambda value: value.zfill(item.pad) if value.isdecimal() else value


def strip(value: str) -> str | None:
    """Without the spaces and control characters around it."""
    return value.strip() or None


#: steps that should have done something to every value → the name of not having done it
LEFT: Final = {"recoded": "not_recoded", "dated": "not_dated"}


def iso_date(value: str, formats: tuple[str, ...]) -> str | None:
    """The value as ISO 8601 writes it, read by the first format that fits; None where none does."""
    for form in formats:
        try:
            read = datetime.strptime(value, form)  # noqa: DTZ007 - what has no offset gets none
        except ValueError:
            continue
        timed = any(mark in form for mark in ("%H", "%I", "%X", "%c"))
        return read.isoformat(timespec="seconds") if timed else read.date().isoformat()
    return None


def surrogate(value: str, key: bytes) -> str:
    """An id of 20 letters and digits that stands for a longer one; the same for the same id and key."""
    text = value.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, key=key, digest_size=SURROGATE_LENGTH // 2).hexdigest().upper()
