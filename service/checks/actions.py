"""Carries out one check: takes the body, lets a process of its own check it, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from starlette.requests import ClientDisconnect, Request

from service.checks.job import REPORT, Job, Outcome, read_outcome
from service.checks.places import Places
from service.checks.receive import receive, refuse_by_length
from service.checks.workspace import Workspace
from service.errors import Problem
from service.logs import log
from service.settings import Settings
from validators.limits import MIB

_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Checks:
    """What checks share while the service runs."""

    settings: Settings
    workspace: Workspace
    places: Places


async def check(
    checks: Checks, request: Request, *, name: str, form: str, options: dict[str, str], enrich: bool = False
) -> BinaryIO:
    """The report on the body of the request, in the form asked for, or an archive with it; the caller closes the file.

    Problem where there is none to give. The file lies in no folder any more: nothing else is left of the check.
    """
    refuse_by_length(request.headers.get("content-length"), checks.settings)
    with checks.places.received(), checks.workspace.check() as folder:
        file = folder / "in" / name
        await receive(request.stream(), file, checks.settings)
        async with checks.places.checked():
            job = replace(_job(checks.settings, file, folder / "out", form, options), enrich=enrich)
            await _run(job, request, checks.settings)
        return _report(folder / "out", request, checks.settings)


def _job(settings: Settings, file: Path, out: Path, form: str, options: dict[str, str]) -> Job:
    return Job(
        file=str(file),
        out=str(out),
        format=form,
        site=settings.site.rstrip("/"),
        options=options,
        limits={
            "max_bytes": settings.max_body_mb * MIB,
            "max_unpacked_bytes": settings.max_unpacked_mb * MIB,
            "max_columns": settings.max_columns,
        },
        reference=str(settings.reference_dir),
        parent=os.getpid(),
        memory_mb=settings.check_memory_mb,
        seconds=settings.check_seconds,
    )


async def _run(job: Job, request: Request, settings: Settings) -> None:
    """Run the process of a check to its end; kill it, and all it started, at its time limit or when nobody waits."""
    process = await asyncio.create_subprocess_exec(
        *(settings.check_command or (sys.executable, "-P", "-m", "service.checks.child")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=job.out,
        env=_environment(job),
        start_new_session=True,
    )
    ended = asyncio.ensure_future(process.communicate(job.to_json()))
    left = asyncio.ensure_future(_client_left(request))
    try:
        await asyncio.wait({ended, left}, timeout=settings.check_seconds, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            raise ClientDisconnect if left.done() else _too_long(settings)
    finally:
        left.cancel()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.wait({ended})


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _environment(job: Job) -> dict[str, str]:
    """As little as the process needs; its scratch files go where it may write."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": job.out, "TMPDIR": job.out}


def _report(out: Path, request: Request, settings: Settings) -> BinaryIO:
    outcome = read_outcome(out)
    if outcome.kind == "report":
        return (out / REPORT).open("rb")
    if outcome.kind == "input":
        raise Problem("file_cannot_be_read", outcome.message)
    _log_failure(outcome, request)
    detail = "The file was not judged: this is a fault of the validator, or it needed more memory than"
    raise Problem("check_failed", f"{detail} the {settings.check_memory_mb} MB a check may use here.")


def _log_failure(outcome: Outcome, request: Request) -> None:
    log(
        "check_failed",
        level=logging.ERROR,
        request_id=request.state.request_id,
        error=outcome.error,
        where=outcome.where,
        confined=outcome.confined,
    )


def _too_long(settings: Settings) -> Problem:
    detail = f"It was stopped after {settings.check_seconds:g} s. The command line has no limit."
    return Problem("check_took_too_long", detail)
