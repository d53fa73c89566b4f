"""POST /v1/checks: a file in the body, the report in the answer."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from schema.release import available
from service.checks.actions import check
from service.checks.archive import MEDIA_TYPE
from service.checks.forms import ENDINGS, file_name, report_form
from service.checks.parameters import no_others
from service.errors import Problem
from service.openapi import answers
from validators.finding import Reveal
from validators.limits import MIB
from validators.report import CopyKind, Report
from validators.reports import REPORTS

router = APIRouter(tags=["checks"])

# The page itself bears a narrower policy, by the digests of its own style and script.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_ARCHIVE_HEADERS = {"Content-Disposition": 'attachment; filename="plusmds-enriched.zip"'}
_BLOCK = MIB
_EXAMPLE = "local_patient_id,nhs_number,birth_date\nA1,9990000018,1980-02-29\n"
_BODY = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
        **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in ENDINGS if kind != "text/csv"},
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}
_FORMS: dict[str, Any] = {
    form.media_type.partition(";")[0]: {"schema": {"type": "string"} | ({"format": "binary"} if form.binary else {})}
    for name, form in REPORTS.items()
    if name != "json"
} | {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


@router.post(
    "/v1/checks",
    summary="Check a file or a zip; nothing is kept",
    response_class=Response,
    responses={
        200: {"model": Report, "description": "The conformance report.", "content": _FORMS},
        **answers(406, 408, 413, 415, 422, 500, 503, 507),
    },
    openapi_extra={"requestBody": _BODY},
    dependencies=[Depends(no_others)],
)
async def post_check(
    request: Request,
    release: Annotated[str | None, Query(description="Release to check against.", examples=["1.0.0"])] = None,
    table: Annotated[
        str | None, Query(description="Table that a single file holds.", examples=["person"], pattern=r"^[a-z_]{1,40}$")
    ] = None,
    period: Annotated[
        str | None,
        Query(
            description="Reporting month, where no header is sent.",
            examples=["2026-04"],
            pattern=r"^[0-9]{4}-[0-9]{2}$",
        ),
    ] = None,
    provider: Annotated[
        str | None,
        Query(
            description="ODS code of the provider, where no header is sent.",
            examples=["RX1"],
            pattern="^[A-Z0-9]{3,6}$",
        ),
    ] = None,
    today: Annotated[
        datetime.date | None, Query(description="The day to take as today.", examples=["2026-05-07"])
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the parameter is part of the contract
        str | None, Query(description=f"Form of the report: {', '.join(REPORTS)}. Else Accept chooses.")
    ] = None,
    reveal: Annotated[
        Reveal, Query(description="What samples show: none, keys (your own ids), values (the cells too).")
    ] = "none",
    copy: Annotated[
        CopyKind, Query(description="owner: exact figures. shareable: no row, no key, figures rounded or hidden.")
    ] = "owner",
    enrich: Annotated[
        bool,
        Query(description="Answer a zip: the report, and area, deprivation and Core20 of each person, derived."),
    ] = False,
    name: Annotated[str | None, Query(description="Name of the file.", examples=["person.csv"], max_length=300)] = None,
) -> Response:
    """Check a submission (a zip, a workbook) or one table's file.

    The body is the file itself. What it is follows from `name`, from the file name in `Content-Disposition`, or from
    `Content-Type`; a single file without a name needs `table` too. Rules that need what was not sent are
    `not_assessed`, and the report says so. With `enrich=true` the answer is an archive: the report in the form asked
    for, `person_derived.csv`, `person_derived.parquet` and `person_derived.json`, which says what they are.
    """
    form = report_form(asked=format, accept=request.headers.get("accept"))
    file = file_name(
        name=name,
        table=table,
        disposition=request.headers.get("content-disposition"),
        content_type=request.headers.get("content-type"),
        content_encoding=request.headers.get("content-encoding"),
    )
    if release is not None and release not in available():
        raise Problem("parameter_wrong", f"There is no release {release[:20]!r}; there are: {', '.join(available())}.")
    if copy == "shareable" and reveal != "none":
        raise Problem(
            "parameter_wrong", "A shareable copy shows no row: leave out reveal, or ask for the owner's copy."
        )
    if copy == "shareable" and enrich:
        raise Problem(
            "parameter_wrong", "What is derived of each person is for the owner: leave out copy=shareable, or enrich."
        )
    asked = {
        "release": release,
        "table": table,
        "period": period,
        "provider": provider,
        "today": today.isoformat() if today else None,
        "reveal": reveal,
        "copy": "shareable" if copy == "shareable" else None,
    }
    options = {option: value for option, value in asked.items() if value is not None}
    answer = await check(request.app.state.checks, request, name=file, form=form, options=options, enrich=enrich)
    if enrich:
        return StreamingResponse(_blocks(answer), media_type=MEDIA_TYPE, headers=_ARCHIVE_HEADERS)
    with answer:
        return Response(answer.read(), media_type=REPORTS[form].media_type, headers=_headers(form))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(_BLOCK), b"")


def _headers(form: str) -> dict[str, str]:
    named = {"Content-Disposition": f'inline; filename="plusmds-report{REPORTS[form].suffix}"', "Vary": "Accept"}
    return named | ({"Content-Security-Policy": _REPORT_POLICY} if form == "html" else {})
