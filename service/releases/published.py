"""An answer that holds something published: a strong ETag made of its content, and how long it stays as it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from schema.release import Release

_YEAR = 31_536_000
#: what holds the status and the days of a release: they change while it lives
_STATUS_SECONDS = 300


def frozen(request: Request, release: Release, content: bytes, media_type: str = "application/json") -> Response:
    """Part of a release that never changes once it is published."""
    return _answer(request, content, media_type, _lifetime(release, _YEAR))


def dated(request: Request, release: Release, content: bytes, media_type: str = "application/json") -> Response:
    """What holds the status of a release beside what is frozen."""
    return _answer(request, content, media_type, _lifetime(release, _STATUS_SECONDS))


def current(request: Request, content: bytes, media_type: str = "application/json") -> Response:
    """What may change at any time: kept, and asked about before it is used."""
    return _answer(request, content, media_type, "no-cache")


def as_json(value: Any) -> bytes:
    """A value as JSON, the same bytes for the same value."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _lifetime(release: Release, seconds: int) -> str:
    return "no-cache" if release.info.status == "draft" else f"public, max-age={seconds}, immutable"


def _answer(request: Request, content: bytes, media_type: str, cache: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _known(if_none_match: str, tag: str) -> bool:
    given = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in (tag, "*") for each in given)
