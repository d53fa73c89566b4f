"""How much a submission may ask of the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one submission, in bytes unless the name says otherwise; the defaults are those of the command line."""

    #: one file as received
    max_bytes: int = 64 * GIB
    #: everything that is unpacked from archives and compressed files, together
    max_unpacked_bytes: int = 128 * GIB
    #: unpacked over packed size, from `ratio_from` unpacked bytes on
    max_ratio: int = 50
    ratio_from: int = 64 * MIB
    #: members of an archive, or entries of a folder
    max_files: int = 1000
    max_columns: int = 1000
    max_cell_bytes: int = MIB
    #: one table; None: no limit
    max_rows: int | None = None
    #: rows × columns of one sheet of a workbook, which is held in memory
    max_sheet_cells: int = 40_000_000
