"""What every test may use, and what a skip means."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: in continuous integration a test that is skipped proves nothing, and counts as failed
STRICT = os.environ.get("PLUSMDS_CI", "0") not in ("", "0")
SHARED_DATA = Path(os.environ.get("PLUSMDS_SHARED_DATA") or ROOT.parent / "shared" / "data")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-snapshots", action="store_true", help="write tests/test_validators/snapshots anew, as it looks now"
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes that are no text name no test: what packs them writes the hour into them, and each of several processes
    that run the tests would know the test by another name."""
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


@pytest.fixture(scope="session", autouse=True)
def _no_reference_data_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """What somebody has loaded for themselves changes no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLUSMDS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data that others wrote; a test that needs it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of shared test data is absent; PLUSMDS_SHARED_DATA names it")
    return SHARED_DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("may_skip"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if STRICT and report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: {reason}\nPLUSMDS_CI is set: a skip counts as failed (PLUSMDS_CI=0 allows it)."
