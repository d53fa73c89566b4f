"""plusmds serve: the service, until it is stopped."""

from __future__ import annotations

import logging
import os
import socket
from argparse import Namespace
from contextlib import suppress
from dataclasses import replace

import uvicorn

from service.app import create_app
from service.checks.sandbox import landlock
from service.logs import log, start_logging
from service.settings import Settings, from_environment
from validators.errors import InputError


def run(asked: Namespace) -> int:
    """Serve until a signal comes."""
    settings = from_environment(os.environ)
    given = {name: getattr(asked, name) for name in ("host", "port") if getattr(asked, name) is not None}
    serve(replace(settings, **given))
    return 0


def serve(settings: Settings) -> None:
    """Listen where the settings say; the log says which port a 0 became. InputError where that is taken."""
    listening = _listen(settings.host, settings.port)
    start_logging()
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
    with suppress(KeyboardInterrupt):  # a signal is how a service ends: all is well
        _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Says in the log where it listens, once it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or []:
            host, port = each.getsockname()[:2]
            confined = landlock() > 0
            level = logging.INFO if confined else logging.WARNING
            log("listening", level=level, host=host, port=port, confined=confined)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise InputError(
            f"The service cannot listen on {host} port {port}: {reason}. Choose another by --port."
        ) from None
    listening.set_inheritable(False)
    return listening
