"""The reference engine: plain Python, row by row. Slow; what it says is what every other engine has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.reference.run import run
from validators.software import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from validators.context import Context
    from validators.engines.base import Engine, FailingRow
    from validators.source import Source
    from validators.tally import Tally


@dataclass
class Reference:
    """Runs the checks of a release in plain Python. It keeps every row in memory."""

    name: str = "reference"
    version: str = VERSION

    def run(
        self,
        sources: Mapping[str, Source],
        context: Context,
        *,
        progress: Callable[[str, float | None], None] | None = None,
        rows_to: Callable[[str, Iterator[FailingRow], bool], None] | None = None,
    ) -> Tally:
        """The tally of the tables in `sources`; see Engine.run."""
        return run(sources, context, progress or _silent, rows_to)


def engine() -> Engine:
    """The engine."""
    return Reference()


def _silent(stage: str, share: float | None) -> None:
    pass
