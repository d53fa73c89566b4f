"""What is measured: each section is a function from a folder for its files, and sizes, to lines of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bench.sections import forms, memory, peers, persons, places, start, submission
from bench.sizes import Sizes
from bench.table import Line

Section = Callable[[Path, Sizes], Iterator[Line]]

SECTIONS: dict[str, Section] = {
    "start": start.measure,
    "persons": persons.measure,
    "submission": submission.measure,
    "places": places.measure,
    "forms": forms.measure,
    "memory": memory.measure,
    "peers": peers.measure,
    "peers-dense": peers.measure_dense,
}
