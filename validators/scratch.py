"""A folder for what is made of the data, which nothing leaves behind: not even a signal that comes while it is made."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

PREFIX = "plusmds-"


@contextmanager
def scratch_folder() -> Generator[Path]:
    """A new folder that nobody else may read; it is removed with all that is in it when it is left.

    Its name is chosen before it is made: what is removed does not hang on how far the making of it came.
    """
    path = Path(tempfile.gettempdir(), PREFIX + secrets.token_hex(16))
    try:
        path.mkdir(mode=0o700)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
