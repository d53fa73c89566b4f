"""What an engine is: one method, from sources and context to a tally."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validators.context import Context
    from validators.source import Source
    from validators.tally import Tally


class FailingRow(NamedTuple):
    """One row that broke one rule."""

    row: int
    rule_id: str
    cause: str


#: told the name of the stage and, where known, the share of the work that is done
Progress = "Callable[[str, float | None], None]"
#: given a table, its failing rows in file order, streamed, and whether their numbers may be told: beside rows that were
#: refused unread (restricted characteristics) they may not, because a row number counts those too
RowSink = "Callable[[str, Iterator[FailingRow], bool], None]"


class Engine(Protocol):
    """Runs the checks of a release. The same sources and context give the same tally on every engine."""

    name: str
    version: str

    def run(
        self,
        sources: dict[str, Source],
        context: Context,
        *,
        progress: Callable[[str, float | None], None] | None = None,
        rows_to: Callable[[str, Iterator[FailingRow], bool], None] | None = None,
    ) -> Tally:
        """The tally of the tables in `sources`; the header stands in `context`.

        A source that could not be read as it stood is replaced in `sources` by its repaired form. Raises EngineError
        where the count of records differs from the independent census, and for any other failure of the engine; never
        with a value in the text.
        """
        ...
