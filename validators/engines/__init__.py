"""Engines: what runs the checks of a release on a submission. Each is imported only when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validators.engines.base import Engine

#: name → module; every module has a function `engine() -> Engine`
ENGINES = {
    "duckdb": "validators.engines.duckdb",
    "reference": "validators.engines.reference",
}


def load_engine(name: str) -> Engine:
    """The engine of that name; KeyError where there is none."""
    return importlib.import_module(ENGINES[name]).engine()
