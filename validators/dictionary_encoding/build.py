"""Make the library: `python -m validators.dictionary_encoding.build`. Without a C compiler it says what that costs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = sorted(Path(__file__).parent.glob("*.c"))
COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-std=c11", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra")


def compiler() -> str | None:
    """The first C compiler that is on the path."""
    return next(filter(None, map(shutil.which, COMPILERS)), None)


def build(library: Path, *more: str) -> str | None:
    """Compile the library to a path, with `more` options; why it could not be, or None."""
    found = compiler()
    if found is None:
        return f"there is no C compiler ({', '.join(COMPILERS)})"
    made = library.with_name(f"{library.name}.new")
    done = subprocess.run(  # noqa: S603  nothing of it comes from outside
        [found, *OPTIONS, *more, "-o", str(made), *map(str, SOURCES)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return f"the C compiler ended with status {done.returncode}: {done.stderr.strip()[:400]}"
    made.replace(library)
    return None


def main() -> None:
    """Make the library beside its source."""
    from validators.dictionary_encoding.library import LIBRARY

    reason = build(LIBRARY)
    if reason:
        sys.stderr.write(f"Checks will take about twice as long: {reason}. Everything else is the same.\n")


if __name__ == "__main__":
    main()
