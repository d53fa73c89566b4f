"""A JSON document: an array of records, an object of such arrays by table, or one record alone."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, Final

from validators.readers.encoding import ESCAPED, UTF_16, encoding_of
from validators.readers.faults import fault
from validators.readers.json_values import DECODER, JsonStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.errors import InputError
    from validators.readers.opening import Opening
    from validators.source import Source, StructureFault

BLOCK: Final = 1 << 20
#: characters of one record, or of everything beside the arrays
LONGEST: Final = 4 << 20
SPACE: Final = re.compile(r"[ \t\r\n]*")


class Text:
    """The text of a document, read on as it is needed. `line` is that of the current place."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.place = 0
        self.line = 1
        self.wrong_bytes = 0
        self._file = opening.path.open("rb")
        head = self._file.read(BLOCK)
        self.encoding = encoding_of(head)
        form = self.encoding if self.encoding in UTF_16 else "utf-8"
        self._decoder = codecs.getincrementaldecoder(form)("replace" if form in UTF_16 else "surrogateescape")
        self.text = ""
        self._take(head.removeprefix(codecs.BOM_UTF8))
        self.text = self.text.removeprefix("\ufeff")

    def _take(self, block: bytes) -> None:
        text = self._decoder.decode(block, final=not block)
        if not block.isascii() and self.encoding not in UTF_16:
            self.wrong_bytes += sum(0xDC80 <= ord(character) <= 0xDCFF for character in text)
            text = text.translate(ESCAPED)
        self.text = self.text[self.place :] + text
        self.place = 0

    def more(self) -> bool:
        """Read on; whether there was anything more."""
        block = self._file.read(BLOCK)
        self._take(block)
        return bool(block)

    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            space = SPACE.match(self.text, self.place)
            self._pass(space.end() if space else self.place)
            if self.place < len(self.text) or not self.more():
                return self.text[self.place : self.place + 1]

    def skip(self, character: str) -> None:
        """Go past a character that has to be there."""
        if self.next() != character:
            raise self.wrong()
        self._pass(self.place + 1)

    def value(self) -> Any:
        """The value that begins here."""
        self.next()
        while True:
            try:
                found, end = DECODER.raw_decode(self.text, self.place)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError) or len(self.text) - self.place > LONGEST or not self.more():
                    raise self.wrong() from None
                continue
            if end == len(self.text) and self.more():  # a number may go on
                continue
            self._pass(end)
            return found

    def _pass(self, end: int) -> None:
        self.line += self.text.count("\n", self.place, end)
        self.place = end

    def wrong(self) -> InputError:
        """The error for what is no JSON."""
        return self.opening.refused(
            f"it is not JSON from line {self.line:,} on. Look there for a trailing comma, a missing bracket or "
            "quotation mark, or a record longer than 4 MB. NDJSON (one object a line) is read past such a place."
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(opening: Opening) -> Iterator[Source]:
    """Open a JSON document: it is read once, into a scan file for each table."""
    text = Text(opening)
    digest = opening.digesting()
    stages: dict[str, JsonStage] = {}
    try:
        trailing = _read_tables(opening, text, stages)
        if text.next():
            raise text.wrong()
    finally:
        text.close()
        for stage in stages.values():
            stage.close()
    for at, (table, stage) in enumerate(stages.items()):
        yield stage.source("json", digest, *(_faults(text, table, trailing) if at == 0 else ()))


def _faults(text: Text, table: str, trailing: int) -> Iterator[StructureFault]:
    if text.encoding in UTF_16:
        yield fault("utf_16", table)
    if text.wrong_bytes:
        yield fault("windows_1252" if text.encoding == "cp1252" else "mixed_encoding", table)
    if trailing:
        yield fault("trailing_comma", table, count=trailing)


def _read_tables(opening: Opening, text: Text, stages: dict[str, JsonStage]) -> int:
    """Read every record into the stage of its table; how many commas stand where none belongs."""
    first = text.next()
    if first not in {"[", "{"}:
        raise text.wrong()
    if first == "{" and _holds_tables(opening, text):
        return _tables(opening, text, stages)
    stage = stages[opening.only_table] = JsonStage(opening, opening.only_table)
    return _one_table(text, stage)


def _array(text: Text, stage: JsonStage) -> int:
    """Every record of an array; whether a comma stands behind the last."""
    text.skip("[")
    while text.next() != "]":
        line = text.line
        stage.add(text.value(), line)
        if text.next() != ",":
            break
        text.skip(",")
        if text.next() == "]":
            text.skip("]")
            return 1
    text.skip("]")
    return 0


def _tables(opening: Opening, text: Text, stages: dict[str, JsonStage]) -> int:
    """An object that holds an array of records for each table."""
    trailing = 0
    text.skip("{")
    while text.next() == '"':
        name = text.value()
        text.skip(":")
        if name in opening.shapes and name not in stages and text.next() in {"[", "{"}:
            stages[name] = JsonStage(opening, name)
            trailing += _one_table(text, stages[name])
        else:
            text.value()
        if text.next() == ",":
            text.skip(",")
    text.skip("}")
    return trailing


def _one_table(text: Text, stage: JsonStage) -> int:
    if text.next() == "[":
        return _array(text, stage)
    line = text.line
    stage.add(text.value(), line)
    return 0


def _holds_tables(opening: Opening, text: Text) -> bool:
    """Whether the first key of the object is a table with something in brackets behind it."""
    while len(text.text) - text.place < 1000 and text.more():
        pass
    first = re.match(r'\{\s*"([a-z_]{1,60})"\s*:\s*[\[{]', text.text[text.place : text.place + 1000])
    return first is not None and (first[1] in opening.shapes or opening.table is None)
