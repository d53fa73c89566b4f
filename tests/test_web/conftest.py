"""A browser: the Chromium that stands on the machine, headless, and what it may not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: it asks nothing of any network, and writes nothing into memory that a container has little of
FLAGS = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """The browser, for every test of pages; where there is none they are skipped."""
    program = os.environ.get("PLUSMDS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None or not Path(program).is_file():
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium; PLUSMDS_CHROMIUM names another)")
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses the superuser, whom containers run as
        started = playwright.chromium.launch(executable_path=program, chromium_sandbox=os.geteuid() != 0, args=FLAGS)
        yield started
        started.close()
