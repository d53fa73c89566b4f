"""One file about to be read: where it lies, what it was called, what may be in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.readers.digest import digest_in_background
from validators.readers.faults import FaultLog, fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from validators.limits import Limits
    from validators.readers.background import Background
    from validators.source import Digest, StructureFault, TableShape


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a reader is given. `path` is the file itself or an unpacked copy of it; `name` and `bytes` are as received.

    `table` is None where the file may hold several (`shapes` says which). `digest` is given where `path` is a copy of
    something packed; else the reader makes it. No table known at all (`shapes` empty): columns keep their own names.
    """

    path: Path
    name: str
    bytes: int
    table: str | None
    shapes: Mapping[str, TableShape]
    workdir: Path
    limits: Limits
    digest: Background[Digest] | None = None
    faults: tuple[StructureFault, ...] = ()

    def shape(self, table: str) -> TableShape | None:
        """The shape of a table in this file; None where no table is known."""
        return self.shapes.get(table)

    @property
    def only_table(self) -> str:
        """The table of a file that holds one."""
        if self.table is None:
            raise InputError(
                f"{self.name}: which table it holds cannot be told from its name. "
                f"Name it after the table ({', '.join(self.shapes)}), or say which with --table (over HTTP: ?table=)."
            )
        return self.table

    def staged(self, table: str) -> Path:
        """Where a scan file made for this table lies."""
        return self.workdir / f"{table}.scan.csv"

    def log(self, table: str, **words: str) -> FaultLog:
        """Where the faults of this table's records are collected."""
        return FaultLog(table, self.workdir / f"{table}.faults", **words)

    def digesting(self) -> Background[Digest]:
        """The digest of the file as received, being made from now on."""
        return self.digest or digest_in_background(self.path)

    def refused(self, why: str) -> InputError:
        """The error for a file that cannot be read."""
        return InputError(f"{self.name}: {why}")

    def empty(self, table: str) -> StructureFault:
        """The fault of a file that holds nothing."""
        return fault("empty_file", table)
