"""What stands around every request: an id, a line in the log, headers, and an answer even where our own code fails."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Problem, problem_response
from service.logs import log, where

# Any other value is replaced: an id that a client chooses freely could carry a person's number into the log.
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class RequestRecord:
    """Gives a request its id, answers for what nobody caught, and writes its one line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        seen: dict[str, int] = {"bytes_in": 0}
        begun = time.perf_counter()

        async def counted() -> Message:
            message = await receive()
            seen["bytes_in"] += len(message.get("body", b""))
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                _add_headers(MutableHeaders(raw=message["headers"]), request_id)
            await send(message)

        try:
            await self._answer(scope, counted, with_headers, seen)
        finally:
            log("request", **_line(scope, seen, request_id, time.perf_counter() - begun))

    async def _answer(self, scope: Scope, receive: Receive, send: Send, seen: dict[str, int]) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            seen["status"] = 499  # nobody is there any more to be answered
        except Exception as error:
            request_id = scope["state"]["request_id"]
            log("failed", level=logging.ERROR, request_id=request_id, error=type(error).__name__, where=where(error))
            if "status" in seen:
                raise
            failed = Problem("internal_error", "It has been logged under the request id. Trying again may help.")
            await problem_response(failed, request_id)(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        as_get = {**scope, "method": "GET"}
        await self.app(as_get, receive, without_body)
        if "route" in as_get:
            scope["route"] = as_get["route"]


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if _UUID.fullmatch(given) else str(uuid.uuid4())


def _add_headers(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-ID"] = request_id
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


def _line(scope: Scope, seen: Mapping[str, int], request_id: str, seconds: float) -> dict[str, Any]:
    """A path may be anything, a number of a person too: the log holds the route that it matched."""
    return {
        "request_id": request_id,
        "method": scope["method"] if scope["method"] in _METHODS else "other",
        "route": getattr(scope.get("route"), "path", "none"),
        "status": seen.get("status", 0),
        "seconds": round(seconds, 3),
        "bytes_in": seen["bytes_in"],
    }
