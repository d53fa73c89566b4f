"""What pyproject.toml cannot say: a wheel has the compiled part where there is a C compiler, and is of one platform."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent))

from validators.dictionary_encoding.build import build
from validators.dictionary_encoding.library import LIBRARY


class _Build(build_py):
    """Copies the packages, and compiles the library beside its source."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            reason = build(Path(self.build_lib) / "validators" / "dictionary_encoding" / LIBRARY.name)
            if reason:
                self.warn(f"made without the compiled part: {reason}")


class _OfOnePlatform(Distribution):
    def has_ext_modules(self) -> bool:
        return True


setup(cmdclass={"build_py": _Build}, distclass=_OfOnePlatform)
