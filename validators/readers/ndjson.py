"""NDJSON: one JSON object a line, each line parsed by itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from validators.readers.encoding import UTF_16, encoding_of, text_of, utf_8_blocks
from validators.readers.faults import fault
from validators.readers.json_values import DECODER, JsonStage
from validators.readers.repair import whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.readers.opening import Opening
    from validators.source import Source

BLOCK = 256 << 10
#: bytes of a line that is still parsed
LONGEST_LINE = 4 << 20


def read(opening: Opening) -> Iterator[Source]:
    """Open an NDJSON file: it is read once, into a scan file."""
    table = opening.only_table
    digest = opening.digesting()
    stage = JsonStage(opening, table)
    with closing(stage), opening.path.open("rb") as file:
        encoding = encoding_of(file.read(BLOCK))
        file.seek(0)
        number = 0
        for part in whole_lines(utf_8_blocks(file, encoding, BLOCK), b"\n", LONGEST_LINE):
            lines = part.split(b"\n")
            for line in lines if lines[-1] else lines[:-1]:
                number += 1
                if line and not line.isspace():
                    _add(stage, line, number)
    more = (fault("utf_16", table),) if encoding in UTF_16 else ()
    if not stage.utf_8:
        stage.log.rename("mixed_encoding", "windows_1252")
    yield stage.source("ndjson", digest, *more)


def _add(stage: JsonStage, line: bytes, number: int) -> None:
    text, wrong = text_of(line)
    if len(line) > LONGEST_LINE:
        stage.refuse("long_cell", number)
        return
    try:
        value: Any = DECODER.decode(text)
    except (ValueError, RecursionError):
        stage.refuse("not_json", number)
        return
    stage.add(value, number)
    if wrong:
        stage.log.add("mixed_encoding", stage.row, number)
    elif not line.isascii():
        stage.utf_8 = True
