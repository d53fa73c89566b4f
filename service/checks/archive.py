"""The answer to a check that enriches: one archive with the report and the files that were derived."""

from __future__ import annotations

import zipfile
from pathlib import Path

MEDIA_TYPE = "application/zip"
#: as quick as it gets: the files are large, and somebody waits
_LEVEL = 1


def write_archive(target: Path, report_name: str, report: bytes, derived: Path) -> None:
    """Write the archive; each derived file is removed as soon as it is in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(report_name, report)
        for file in sorted(derived.iterdir()):
            kind = zipfile.ZIP_STORED if file.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            archive.write(file, file.name, compress_type=kind)
            file.unlink()
