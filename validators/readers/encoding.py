"""Which encoding a text is in, and how it is read."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

UTF_16: Final = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
#: what stands for a byte that is not UTF-8 in text decoded with "surrogateescape" → that byte in Windows-1252
ESCAPED: Final = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)
}  # fmt: skip


def encoding_of(head: bytes) -> str:
    """The encoding of a file by its first block: utf-8, utf-8-sig, utf-16-le, utf-16-be or cp1252.

    UTF-16 is known by its mark or by its zero bytes; cp1252 is what is left.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for name, mark in UTF_16.items():
        if head.startswith(mark):
            return name
    unmarked = _unmarked_utf_16(head[:4096])
    return unmarked or ("utf-8" if is_utf_8(head) else "cp1252")


def _unmarked_utf_16(head: bytes) -> str | None:
    half = len(head) // 2
    if half > 1 and head[1::2].count(0) > half * 0.8 and head[::2].count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if half > 1 and head[::2].count(0) > half * 0.8 and head[1::2].count(0) == 0 else None


def is_utf_8(head: bytes) -> bool:
    """Whether a first block is UTF-8; a character that the block cuts in two is none of its faults."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def text_of(data: bytes) -> tuple[str, int]:
    """Text, with every byte that is not UTF-8 read as Windows-1252, and how many there were of these."""
    try:
        return data.decode(), 0
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return text.translate(ESCAPED), sum(0xDC80 <= ord(character) <= 0xDCFF for character in text)


def utf_8_blocks(file: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    """The file in blocks of UTF-8, its mark left out. Bytes of other encodings than UTF-16 pass as they are."""
    if encoding in UTF_16:
        yield from _transcoded(file, encoding, size)
        return
    first = file.read(size)
    yield first.removeprefix(codecs.BOM_UTF8)
    while block := file.read(size):
        yield block


def _transcoded(file: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    while block := file.read(size):
        text = decoder.decode(block)
        yield (text.removeprefix("\ufeff") if first else text).encode()
        first = first and not text
    yield decoder.decode(b"", final=True).encode()
