"""Excel workbooks written part by part, so that each part can be at fault, and mutants of them."""

from __future__ import annotations

import io
import random
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
SHEET: Final = "xl/worksheets/sheet1.xml"
TEXTS: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"
BOOK: Final = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
ONE_SHEET: Final = '<sheet name="person" sheetId="1" r:id="rId1"/>'
#: the second style is a day, the third a span of time
STYLE_SHEET: Final = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)


def parts(
    sheet: str, *, sheets: str = ONE_SHEET, doctype: str = "", properties: str = "", **more: str | bytes
) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet; `texts` and `styles` where they are given."""
    kinds = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(kinds.items(), 1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{BOOK}</Relationships>',
        "xl/workbook.xml": f'{doctype}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        SHEET: f'{doctype}<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
        STYLES: STYLE_SHEET,
        **more,
    }


def packed(content: Mapping[str, str | bytes]) -> bytes:
    """The parts as one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()


def text_cell(place: str, text: str) -> str:
    """A cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows(*below: str) -> str:
    """The data of a sheet whose columns are a, b and c."""
    names = "".join(text_cell(f"{letter}1", letter.lower()) for letter in "ABC")
    return f'<sheetData><row r="1">{names}</row>{"".join(below)}</sheetData>'


def row(number: int, *cells: str) -> str:
    """One row."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def texts(*items: str, counted: int | None = None) -> str:
    """The texts that cells name by their place, and the number of them that the workbook claims."""
    count = len(items) if counted is None else counted
    inner = "".join(f"<si><t>{item}</t></si>" for item in items)
    return f'<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}">{inner}</sst>'


#: pieces that a mutant gets somewhere
PIECES: Final = (
    b"<", b">", b'"', b"&", b"</c>", b"<c ", b'r="A1"', b'r="XFD9"', b't="s"', b't="b"', b't="e"', b't="d"', b's="99"',
    b"<v>", b"</v>", b"-1", b"99999999999", b"4294967295", b"1e999", b"NaN", b"<row>", b"</row>", b"<sheetData>",
    b"</sheetData>", b'count="4294967295"', b"<f>", b'<f t="shared" si="0" ref="A1:XFD1048576">', b"</f>", b"\0",
    b"\xff", b"<!--", b"-->", b"<![CDATA[", b'<mergeCell ref="A1:XFD1048576"/>', b'<dimension ref="A1:XFD1048576"/>',
    b'<dimension ref="B2:A1"/>', b"&#x41;", b"&#xD800;", b'r="a1"', b'r=""', b'r="A0"', b"_x000D_",
)  # fmt: skip


def mutant(chance: random.Random, content: bytes) -> bytes:
    """A workbook with a few faults, in its bytes or in the text of its parts."""
    if chance.random() < 0.15:
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        return bytes(damaged)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(chance.randint(1, 5)):
        name = SHEET if chance.random() < 0.5 and SHEET in found else chance.choice(list(found))
        part = found[name]
        assert isinstance(part, bytes)
        found[name] = _changed(chance, part)
    return packed(found)


def _changed(chance: random.Random, part: bytes) -> bytes:
    at = chance.randrange(len(part) + 1)
    kind = chance.random()
    if kind < 0.5:
        return part[:at] + chance.choice(PIECES) + part[at:]
    if kind < 0.65:
        return part[:at] + part[at + chance.randint(1, 20) :]
    if kind < 0.75:
        return part[:at]
    if kind < 0.8:
        return part.decode("utf-8", "replace").encode("utf-16")
    quoted = list(re.finditer(rb'"[^"]*"', part))
    if not quoted:
        return part
    found = chance.choice(quoted)
    return part[: found.start() + 1] + chance.choice(PIECES).replace(b'"', b"") + part[found.end() - 1 :]
