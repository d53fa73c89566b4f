"""Writing a workbook with a sheet a table, every cell text: the sheets one row after another, then bound together."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    Write = Callable[[Sequence[str | None]], object]

NAME = "submission.xlsx"

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CELL = '<c t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'
_RELS = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'


@contextmanager
def sheet_rows(path: Path, columns: Sequence[str]) -> Generator[Write]:
    """One sheet, as it will lie in the workbook."""
    with path.open("wb", buffering=1 << 20) as sheet:
        sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

        def write(row: Sequence[str | None]) -> None:
            sheet.write(_row(row))

        write(columns)
        yield write
        sheet.write(b"</sheetData></worksheet>")


def _row(row: Sequence[str | None]) -> bytes:
    cells = (_CELL.format(escape(v)) if v is not None else "<c/>" for v in row)
    return f"<row>{''.join(cells)}</row>".encode()


def bind(folder: Path, sheets: Mapping[str, Path]) -> None:
    """Make one workbook of the sheets, each under its name, and remove them."""
    names = {name: f"worksheets/sheet{at}.xml" for at, name in enumerate(sheets, 1)}
    with zipfile.ZipFile(folder / NAME, "w", zipfile.ZIP_DEFLATED) as book:
        for part, text in _parts(names).items():
            book.writestr(zipfile.ZipInfo(part), text)
        for name, path in sheets.items():
            info = zipfile.ZipInfo(f"xl/{names[name]}")
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as sheet, book.open(info, "w", force_zip64=True) as out:
                shutil.copyfileobj(sheet, out)
            path.unlink()


def _parts(names: Mapping[str, str]) -> dict[str, str]:
    """Every part but the sheets; sheet name → its part."""
    kinds = {"xl/workbook.xml": "sheet.main", **{f"xl/{part}": "worksheet" for part in names.values()}}
    types = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in kinds.items())
    sheets = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
    links = "".join(_link(at, "worksheet", part) for at, part in enumerate(names.values(), 1))
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}'
        "</Types>",
        "_rels/.rels": _RELS.format(_link(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _RELS.format(links),
    }


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
