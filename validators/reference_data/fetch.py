"""Fetches a file from an address, for machines that have a network: over HTTPS, bounded in size and time."""

from __future__ import annotations

import re
import ssl
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from validators.errors import InputError
from validators.limits import GIB, MIB

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

#: longest silence, and longest time altogether, in seconds
SILENCE, ALTOGETHER = 30.0, 3600.0
LARGEST = 8 * GIB
BLOCK = MIB
#: this machine itself: what passes there passes no network
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_address(text: str) -> bool:
    """Whether a text is an address, of whatever scheme, and not the name of a file."""
    return re.match("[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


def fetched(
    address: str, target: Path, *, largest: int = LARGEST, silence: float = SILENCE, altogether: float = ALTOGETHER
) -> Path:
    """Write to `target` what an address leads to. InputError where that is not to be had."""
    _refuse_unsafe(address)
    direct = [urllib.request.ProxyHandler({})] if _is_here(address) else []
    opener = urllib.request.build_opener(_Redirects(), *direct)
    request = urllib.request.Request(address, headers={"User-Agent": "plusmds", "Accept-Encoding": "identity"})  # noqa: S310
    try:
        with opener.open(request, timeout=silence) as answer, target.open("wb") as file:
            _copy(answer, file, address, largest, time.monotonic() + altogether)
    except urllib.error.HTTPError as error:
        raise _refused(address, f"the server answers {error.code}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ssl.SSLError, OSError, ValueError) as error:
        raise _refused(address, f"it cannot be fetched ({_why(error)})") from error
    return target


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect where it leads to an address that could have been given in the first place."""

    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Message, newurl: str) -> Any:
        _refuse_unsafe(newurl)
        if _is_here(newurl) and not _is_here(req.full_url):
            raise InputError(f"{_shown(newurl)}: a redirect from elsewhere leads to this machine: it is not followed.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _refuse_unsafe(address: str) -> None:
    """HTTPS alone, but for this machine itself; and no name or password in an address, which would be kept."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InputError("The address cannot be read: https://, a host and a path are expected.") from error
    if parts.scheme.lower() != "https" and not (parts.scheme.lower() == "http" and parts.hostname in LOOPBACK):
        raise InputError(f"{_shown(address)}: only an address that begins with https:// is fetched.")
    if not parts.hostname or parts.username or parts.password:
        raise InputError(f"{_shown(address)}: an address of a host, without a name or a password in it, is expected.")


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK


def _copy(answer: Any, file: BinaryIO, address: str, largest: int, until: float) -> None:
    length = getattr(answer, "length", None)
    size = 0
    while block := answer.read1(BLOCK):
        size += len(block)
        if size > largest:
            raise _refused(address, f"it is larger than {largest:,} bytes")
        if time.monotonic() > until:
            raise _refused(address, "it takes too long to arrive")
        file.write(block)
    if length is not None and size < length:
        raise _refused(address, f"{size:,} bytes of {length:,} arrived")


def _refused(address: str, why: str) -> InputError:
    return InputError(f"{_shown(address)}: {why}. Fetch the file by other means, and name the file.")


def _shown(address: str) -> str:
    """The address without its query, where secrets can stand, and without a name or password."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:200]


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    return type(reason).__name__ if isinstance(reason, BaseException) else type(error).__name__
