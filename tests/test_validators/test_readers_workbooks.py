"""Workbooks that are at fault, or mean harm: each ends in its records, in a fault, or in one clear message.

The mutants are read in a process of their own, with little memory and time: what ends a process would end the tests.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.test_validators.raw_workbooks import (
    SHEET,
    TEXTS,
    mutant,
    packed,
    parts,
    row,
    rows,
    text_cell,
    texts,
)
from tests.test_validators.reading_support import agrees, csv_file, fault_of, kinds, opened, values
from validators.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = '<sheet name="person" sheetId="1" r:id="rId9"/>'
GOOD = row(2, text_cell("A2", "x"), text_cell("B2", "y"))
XYN = [("x", "y", None)]
#: nine texts of nine of the one before
NESTED = "".join(f"<!ENTITY a{at} '{f'&a{at - 1};' * 9}'>" for at in range(1, 10))
BOMB = f"<!DOCTYPE l [<!ENTITY a0 'x'>{NESTED}]>"
FOREIGN = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def shared(number: str) -> str:
    """A row whose first cell names a text by its place."""
    return rows(row(2, f'<c r="A2" t="s"><v>{number}</v></c>', text_cell("B2", "y")))


READ = {
    "a good one": parts(rows(GOOD)),
    "a dimension that is a lie": parts('<dimension ref="A1:XFD1048576"/>' + rows(GOOD)),
    "a dimension that is none": parts('<dimension ref="ZZZZZZZ99999999999:A1"/>' + rows(GOOD)),
    "a hidden sheet": parts(rows(GOOD), sheets='<sheet name="person" sheetId="1" state="veryHidden" r:id="rId1"/>'),
    "merged cells": parts(rows(GOOD) + '<mergeCells count="1"><mergeCell ref="B2:C1048576"/></mergeCells>'),
    "a texts part": parts(shared("0"), **{TEXTS: texts("x")}),
    "more texts claimed than there is memory for": parts(shared("0"), **{TEXTS: texts("x", counted=2**32 - 1)}),
    "as many texts as a number can say": parts(shared("0"), **{TEXTS: texts("x", counted=2**64 - 1)}),
    "macros and pictures, which are not unpacked": parts(rows(GOOD), **{"xl/vbaProject.bin": bytes(80 << 20)}),
    "a formula with a result": parts(
        rows(row(2, '<c r="A2" t="str"><f>B9</f><v>x</v></c>', text_cell("B2", "y")))
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_odd_workbooks_are_read(case: str, tmp_path: Path) -> None:
    source = opened(csv_file(tmp_path, packed(READ[case]), "person.xlsx"))
    assert values(agrees(source)) == XYN
    assert source.faults == ()


REFUSED = {
    "entities in entities": (parts(rows(row(2, text_cell("A2", "&a9;"))), doctype=BOMB), "damaged"),
    "an entity out of a file": (parts(rows(row(2, text_cell("A2", "&x;"))), doctype=FOREIGN), "damaged"),
    "a text that is not there": (parts(shared("7"), **{TEXTS: texts("x")}), "damaged"),
    "no texts at all": (parts(shared("0")), "damaged"),
    "texts within texts": (parts(shared("0"), **{TEXTS: f"<a>{texts('x', counted=2**32 - 1)}</a>"}), "damaged"),
    "merged cells that are none": (parts(rows(GOOD) + '<mergeCells><mergeCell ref="x"/></mergeCells>'), "damaged"),
    "a sheet that is not there": (parts(rows(GOOD), sheets=NOWHERE), "damaged"),
    "no sheet": (parts(rows(GOOD), sheets=""), "no sheet is named"),
    "a row that stands twice": (parts(rows(GOOD, GOOD)), "row twice"),
    "rows out of order": (parts(rows(row(5, text_cell("A5", "z")), GOOD)), "out of order"),
    "a row with no number": (parts(rows('<row r="0"><c r="A0"><v>1</v></c></row>')), "row twice"),
    "a row far out": (parts(rows('<row r="99999999999"><c r="A99999999999"/></row>')), "reaches to row 99,999,999,999"),
    "a column far out": (parts(rows('<row r="2"><c r="ZZZZZZZZ2"/></row>')), "column 8,353,082,582"),
    "a sheet that is cut off": ({**parts(""), SHEET: "<worksheet>" + rows(GOOD)}, "cut off"),
    "a sheet of nothing": (parts(rows(f"{' ' * (60 << 20)}")), "longer than"),
    "a text of nothing": (parts(shared("0"), **{TEXTS: texts("A" * (80 << 20))}), "50 times"),
    "an old workbook, or one with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "with a password"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_workbooks_that_cannot_be_read_are_refused_in_one_message(case: str, tmp_path: Path) -> None:
    content, words = REFUSED[case]
    file = content if isinstance(content, bytes) else packed(content)
    with pytest.raises(InputError, match=words):
        opened(csv_file(tmp_path, file, "person.xlsx"))


def test_cells_that_are_no_text(tmp_path: Path) -> None:
    cells = {
        "a day": ('<c r="B2" s="1"><v>29222</v></c>', "1980-01-02", ()),
        "a day as text": ('<c r="B2" t="d"><v>1980-01-02</v></c>', "1980-01-02", ()),
        "a day that is none": ('<c r="B2" t="d"><v>rubbish</v></c>', "rubbish", ()),
        "yes": ('<c r="B2" t="b"><v>1</v></c>', "TRUE", ("boolean_cell",)),
        "an error": ('<c r="B2" t="e"><v>#REF!</v></c>', None, ("error_cell",)),
        "no number": ('<c r="B2"><v>NaN</v></c>', "nan", ("number_cell",)),
        "a number without an end": ('<c r="B2"><v>1e999</v></c>', "inf", ("long_number",)),
    }
    for at, (cell, text, faults) in enumerate(cells.values()):
        content = packed(parts(rows(row(2, text_cell("A2", "x"), cell))))
        source = opened(csv_file(tmp_path, content, f"{at}.xlsx"))
        assert values(agrees(source)) == [("x", text, None)]
        assert kinds(source) == list(faults)


def test_days_are_counted_from_the_day_that_the_workbook_says(tmp_path: Path) -> None:
    day = row(2, text_cell("A2", "x"), '<c r="B2" s="1"><v>27760</v></c>')
    content = packed(parts(rows(day), properties='<workbookPr date1904="1"/>'))
    assert values(agrees(opened(csv_file(tmp_path, content, "person.xlsx")))) == [("x", "1980-01-02", None)]


def test_rows_of_formulas_that_were_never_worked_out_are_not_lost(tmp_path: Path) -> None:
    unworked = [row(at, f'<c r="A{at}"><f>B{at}</f></c>', f'<c r="B{at}"><f>C{at}</f><v/></c>') for at in (3, 5)]
    source = opened(csv_file(tmp_path, packed(parts(rows(GOOD, *unworked))), "person.xlsx"))
    assert [(at, line) for at, line, _ in agrees(source)] == [(1, 2), (2, 3), (3, 5)]
    assert fault_of(source, "error_cell").count == 4
    assert fault_of(source, "blank_lines").count == 1


MUTANTS = 150
MEMORY = 2 << 30


def read_mutants(folder: Path, seed: int) -> None:
    """Read mutants of every workbook above: DuckDB and Python agree on what they hold, or one error says why not."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    small = [content for content in map(packed, READ.values()) if len(content) < 50_000]
    for at in range(MUTANTS):
        chance = random.Random(f"{seed} {at}")
        work = folder / str(at)
        work.mkdir()
        try:
            source = opened(csv_file(work, mutant(chance, chance.choice(small)), "person.xlsx"))
        except InputError:
            continue
        agrees(source)


@pytest.mark.parametrize("seed", [1, 2])
def test_mutants_of_workbooks_end_in_records_or_in_one_message(seed: int, tmp_path: Path) -> None:
    run = (
        f"from pathlib import Path; from {__name__} import read_mutants; read_mutants(Path({str(tmp_path)!r}), {seed})"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(list(tmp_path.iterdir())) == MUTANTS
