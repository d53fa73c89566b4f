"""Errors over HTTP: one table of problems, one shape (RFC 9457). No cell value and no traceback ever stands in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: its status and its title, which stay as they are once published."""

    status: int
    title: str


PROBLEMS: Mapping[str, Kind] = {
    "request_wrong": Kind(400, "The request cannot be understood"),
    "not_found": Kind(404, "There is nothing at this address"),
    "method_not_allowed": Kind(405, "This address does not answer to that method"),
    "not_acceptable": Kind(406, "The report cannot be given in that form"),
    "body_stalled": Kind(408, "The body stopped arriving"),
    "body_too_large": Kind(413, "The file is larger than this service takes"),
    "content_type_not_supported": Kind(415, "The body is not in a form that can be checked"),
    "parameter_wrong": Kind(422, "A parameter is not of the form that is expected"),
    "file_cannot_be_read": Kind(422, "The file cannot be checked as it is"),
    "check_took_too_long": Kind(422, "The check took longer than this service allows"),
    "internal_error": Kind(500, "The service failed"),
    "check_failed": Kind(500, "The check could not be carried out"),
    "busy": Kind(503, "The service is busy"),
    "not_ready": Kind(503, "The service is not ready"),
    "storage_full": Kind(507, "The service has no room for the file"),
}

_BY_STATUS = {
    400: "request_wrong",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "content_type_not_supported",
}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request that is answered with a problem. `errors` name the parameter and what was expected of it."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})


def problem_type(code: str) -> str:
    """The URI that names a kind of problem."""
    return f"urn:plus-mds:problem:{code.replace('_', '-')}"


def problem_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """The members of a problem document."""
    kind = PROBLEMS[problem.code]
    body: dict[str, Any] = {
        "type": problem_type(problem.code),
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    }
    return body | ({"errors": list(problem.errors)} if problem.errors else {})


def problem_response(problem: Problem, request_id: str) -> Response:
    """A problem as an answer."""
    return Response(
        json.dumps(problem_body(problem, request_id), ensure_ascii=False),
        status_code=PROBLEMS[problem.code].status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def add_problems(app: FastAPI) -> None:
    """Let every error of the application be answered as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _parameters)


def _answer(request: Request, problem: Problem) -> Response:
    return problem_response(problem, request.state.request_id)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, "request_wrong" if error.status_code < 500 else "internal_error")
    return _answer(request, Problem(code, _detail(code, error), headers=error.headers))


def _detail(code: str, error: HTTPException) -> str:
    if code == "not_found":
        return "Check the address; /openapi.json lists what there is."
    if code == "method_not_allowed":
        return f"Use one of: {(error.headers or {}).get('Allow', 'GET')}."
    return f"{HTTPStatus(error.status_code).phrase}."


async def _parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # FastAPI's own errors repeat what was sent; only where, and what was expected, is passed on.
    errors = [{"parameter": str(each["loc"][-1]), "detail": _expected(each)} for each in error.errors()]
    names = ", ".join(sorted({each["parameter"] for each in errors}))
    return _answer(request, Problem("parameter_wrong", f"Look at: {names}.", errors=errors))


def _expected(error: Mapping[str, Any]) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind.startswith("date"):
        return "Expected a day that exists, as YYYY-MM-DD."
    if kind == "literal_error":
        return f"Expected {context['expected']}."
    if kind == "string_pattern_mismatch":
        return f"Expected the form {context['pattern']}."
    if kind == "string_too_long":
        return f"Expected at most {context['max_length']} characters."
    return "Expected what /openapi.json says of it."
