"""Settings of the service: each from an environment variable named PLUSMDS_ and the setting's name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "PLUSMDS_"
#: the folder of reference data, below the data folder
REFERENCE = "reference"


class SettingsError(Exception):
    """A setting that cannot be used; the message says which, and what was expected."""


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "plusmds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ from one installation to the next."""

    host: str = "127.0.0.1"  # address to listen on
    port: int = 8000  # port to listen on; 0 takes a free one
    site: str = ""  # address under which people reach the service, for links in reports
    data_dir: Path = field(default_factory=_state_folder)  # where files lie while they are checked
    max_body_mb: int = 2048  # largest body that is taken, in MiB
    max_unpacked_mb: int = 8192  # most that a compressed body may unpack to
    max_columns: int = 1000  # most columns that a file may have
    body_idle_seconds: float = 30  # longest silence while a body arrives
    body_seconds: float = 1800  # longest time that a body may take to arrive
    check_seconds: float = 300  # longest time that a check may take
    check_memory_mb: int = 2048  # most memory that a check may use
    checks_at_once: int = 2  # checks that run beside one another
    requests_at_once: int = 8  # checks that are received, wait or run
    queue_seconds: float = 60  # longest wait for a check to begin
    check_command: tuple[str, ...] = ()  # runs in place of the check's own process; for tests

    @property
    def reference_dir(self) -> Path:
        """Where reference data lie, for the command line and the service alike."""
        return self.data_dir / REFERENCE


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Settings as the environment has them, the defaults for the rest. Raises SettingsError."""
    given = {
        name: _read(name, default, environment[PREFIX + name.upper()])
        for name, default in defaults().items()
        if environment.get(PREFIX + name.upper())
    }
    return Settings(**given)


def defaults() -> dict[str, Any]:
    """Every setting that the environment can give, with its default."""
    plain = Settings()
    return {item.name: getattr(plain, item.name) for item in fields(Settings) if item.name != "check_command"}


def _read(name: str, default: Any, text: str) -> Any:
    if isinstance(default, Path):
        return Path(text).absolute()
    if isinstance(default, str):
        return text
    whole = isinstance(default, int)
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = -1
    if value < 0 or (value == 0 and name != "port"):
        expected = "whole number" if whole else "number"
        raise SettingsError(f"{PREFIX}{name.upper()} has to be a {expected} above 0; {text!r} was given.")
    return value
