"""The bundle: the folder of a release, and its pages for people, as one zip."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: the earliest moment that a zip can hold: no clock is read
_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip, in order of name.

    They are stored and not deflated: what a deflated file looks like depends on the library that made it, and the same
    release has to be the same bytes, with the same ETag, wherever it is served.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()
