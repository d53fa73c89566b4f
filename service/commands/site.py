"""The address of the service, where the command line knows of one: its pages explain the rules."""

from __future__ import annotations

import os

from service.settings import from_environment


def site() -> str | None:
    """PLUSMDS_SITE without a closing slash; None where it is not set."""
    return from_environment(os.environ).site.rstrip("/") or None
