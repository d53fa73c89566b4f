"""Whether the service lives, whether it can work, and the schema of what it answers."""

from __future__ import annotations

import functools

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from service.errors import Problem
from service.openapi import answers
from service.releases.published import as_json, current
from validators.errors import InputError
from validators.reference_data.store import Store

router = APIRouter(tags=["service"], default_response_class=JSONResponse)


@router.get("/livez", summary="Whether the service lives")
def get_livez() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "alive"}


@router.get("/readyz", summary="Whether the service can work", responses=answers(503))
def get_readyz(request: Request) -> dict[str, str]:
    """Answers 200 where every release and the reference data can be read and files can be written."""
    reason = _reason_not_ready(request)
    if reason:
        raise Problem("not_ready", reason, headers={"Retry-After": "10"})
    return {"status": "ready"}


@router.get("/v1/report.schema.json", summary="JSON Schema of the report", response_class=Response)
def get_report_schema(request: Request) -> Response:
    """The JSON Schema of the conformance report."""
    return current(request, _report_schema())


@functools.cache
def _report_schema() -> bytes:
    from validators.report import report_schema

    return as_json(report_schema())


def _reason_not_ready(request: Request) -> str:
    from schema.release import available, load

    if not request.app.state.checks.workspace.writable():
        return "The data folder cannot be written."
    try:
        readable = [load(version).rules for version in available()]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not ready
        return f"A release cannot be read ({type(error).__name__})."
    if not readable:
        return "No release is published here."
    try:
        Store(request.app.state.checks.settings.reference_dir).sets()
    except InputError:
        return "The reference data that are loaded cannot be used: plusmds reference verify says why."
    return ""
