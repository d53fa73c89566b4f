"""The service as an application: routes, errors, what stands around every request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from service import health
from service.checks import routes as checks
from service.checks.actions import Checks
from service.checks.places import Places
from service.checks.workspace import Workspace
from service.errors import add_problems
from service.middleware import HeadAsGet, RequestRecord
from service.openapi import ANY_PROBLEM
from service.releases import routes as releases
from service.settings import Settings
from validators.software import VERSION

_DESCRIPTION = """Checks submissions against the PLUS Minimum Data Set, and publishes its releases.

PLUS-MDS is a *proposed* specification: no Information Standards Notice stands behind it. Checking is not sending: a
check keeps nothing and discloses nothing. Errors are `application/problem+json` (RFC 9457); every answer bears
`X-Request-ID`, yours where it is a UUID."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for these settings, or for the defaults."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        workspace = Workspace(chosen.data_dir)
        app.state.checks = Checks(chosen, workspace, Places(chosen))
        try:
            yield
        finally:
            workspace.close()

    app = FastAPI(
        title="PLUS-MDS",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,  # those pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses=ANY_PROBLEM,
    )
    for router in (releases.router, checks.router, health.router):
        app.include_router(router)
    add_problems(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestRecord)
    return app
