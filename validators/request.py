"""What is asked of a check."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from validators.context import Purpose

if TYPE_CHECKING:
    from validators.finding import Reveal
    from validators.limits import Limits
    from validators.reference_data.sets import Rows
    from validators.slices import Cut


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a check. `today` is an input: nothing below reads the clock for a verdict."""

    path: Path
    today: datetime.date
    now: datetime.datetime
    release: str | None = None
    table: str | None = None
    period: str | None = None
    provider: str | None = None
    mapping: Path | None = None
    engine: str = "duckdb"
    reveal: Reveal = "none"
    rows_to: Path | None = None
    derived_to: Path | None = None
    purpose: Purpose = "check"
    reference: Mapping[str, Rows] | None = None
    limits: Limits | None = None
    cut: Cut | None = None
