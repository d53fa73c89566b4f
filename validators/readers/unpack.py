"""Unpacking with a limit on what comes out: gzip and Zstandard files, and members of zip archives."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from validators.errors import InputError
from validators.readers.digest import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from validators.limits import Limits
    from validators.source import Digest

BLOCK = 1 << 20
#: bytes of Zstandard taken at once: 4 of them can unpack to 128 KiB
ZSTD_PIECE = 2048
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError)


@dataclass(slots=True)
class Budget:
    """What may still be unpacked for one submission."""

    limits: Limits
    unpacked: int = 0

    def spend(self, name: str, size: int, out: int, packed: int) -> None:
        """Account for `size` more bytes of a file of which `out` came out of `packed` bytes."""
        self.unpacked += size
        limits = self.limits
        if self.unpacked > limits.max_unpacked_bytes:
            raise InputError(
                f"{name}: unpacked, the submission is larger than {limits.max_unpacked_bytes:,} bytes. "
                "Send it in smaller parts, or ask for a higher limit."
            )
        if out > limits.ratio_from and out > limits.max_ratio * max(packed, 1):
            raise InputError(
                f"{name}: it unpacks to more than {limits.max_ratio} times its size, as no table of records does. "
                "Send it unpacked if it is one."
            )


@dataclass(slots=True)
class Hashing(io.RawIOBase):
    """A packed file that is hashed as it is read."""

    file: BinaryIO
    state: Any = field(default_factory=hashlib.sha256)
    taken: int = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Read on."""
        block = self.file.read(size)
        self.state.update(block)
        self.taken += len(block)
        return block


class Unpacking:
    """Turns what goes wrong while something is unpacked into the error that says so."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, RuntimeError) and not isinstance(error, NotImplementedError):
            # what zipfile raises for a member with a password
            raise InputError(f"{self.name}: it is locked with a password. Send it without one.") from error
        if isinstance(error, DAMAGED) or type(error).__name__ == "ZstdError":
            raise InputError(
                f"{self.name}: it cannot be unpacked: it is cut off, damaged or packed in an uncommon way. "
                "Pack it anew, and send it again."
            ) from error


def unpack(source: Path, name: str, packed: str, target: Path, budget: Budget) -> Digest:
    """Unpack a gzip or Zstandard file. The digest is that of the packed file as received."""
    with source.open("rb") as raw, target.open("wb") as out:
        hashing = Hashing(raw)
        blocks = _gzip_blocks(hashing) if packed == "gzip" else _zstd_blocks(hashing)
        with Unpacking(name):
            _copy(blocks, out, name, budget, lambda: hashing.taken)
        while hashing.read(BLOCK):
            pass
        return digest_of(hashing.state)


def _gzip_blocks(file: Hashing) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
        yield from iter(lambda: unpacked.read(BLOCK), b"")


def _zstd_blocks(file: Hashing) -> Iterator[bytes]:
    """Frame after frame. The library's own reader takes a frame that is cut off for a whole one."""
    import zstandard

    piece = file.read(ZSTD_PIECE)
    while piece:
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            if not piece:
                raise EOFError
            yield frame.decompress(piece)
            piece = frame.unused_data if frame.eof else file.read(ZSTD_PIECE)
        piece = piece or file.read(ZSTD_PIECE)


def _copy(blocks: Iterable[bytes], out: BinaryIO, name: str, budget: Budget, packed: Callable[[], int]) -> None:
    written = 0
    for block in blocks:
        written += len(block)
        budget.spend(name, len(block), written, packed())
        out.write(block)


def unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: Budget) -> None:
    """Unpack one member of a zip archive to `target`."""
    name = member.filename[-100:]
    with Unpacking(name), archive.open(member) as file, target.open("wb") as out:
        _copy(iter(lambda: file.read(BLOCK), b""), out, name, budget, lambda: member.compress_size)
