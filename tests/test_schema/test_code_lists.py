"""Code lists: the loader refuses what a spreadsheet or a slip did to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schema.code_list import Code, CodeList, CodeListError, load_code_lists, read_code_list
from schema.dataset import load_dataset
from schema.publish.code_lists import code_list_document, lists_of
from schema.publish.code_lists import read_code_list as read_published

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "code,meaning,kind,since,until\n"
LISTS = load_code_lists()


def _read(tmp_path: Path, rows: str, name: str = "some_list") -> CodeList:
    path = tmp_path / f"{name}.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return read_code_list(path, {"title": "Some list"})


def test_leading_zeros_stay(tmp_path: Path) -> None:
    assert _read(tmp_path, "01,One,value,,\n10,Ten,value,,\n").open_codes == {"01", "10"}


def test_lost_leading_zeros_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodeListError, match="opened in a spreadsheet"):
        _read(tmp_path, "1,One,value,,\n2,Two,value,,\n10,Ten,value,,\n")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("01,One,value,,\n01,Again,value,,\n", "stands there twice"),
        ("01,,value,,\n", "line 2: a code and its meaning"),
        ("01,One,maybe,,\n", "expected one of"),
    ],
)
def test_slips_are_named(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(CodeListError, match=words):
        _read(tmp_path, rows)


def test_lifetime_counts_both_days() -> None:
    code = Code("03", "Telemedicine", since="2020-01-01", until="2022-12-31")
    assert [code.in_force(day) for day in ("2019-12-31", "2020-01-01", "2022-12-31", "2023-01-01")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_list_says_what_it_is(name: str) -> None:
    code_list = LISTS[name]
    assert code_list.title, f"Give {name} a title in lists.toml."
    assert code_list.source, f"Give {name} a source in lists.toml."


@pytest.mark.parametrize("name", sorted(LISTS))
def test_published_list_is_read_back(name: str) -> None:
    assert read_published(code_list_document(LISTS[name], load_dataset("1.0.0"))) == LISTS[name]


def test_every_list_is_used() -> None:
    dataset = load_dataset("1.0.0")
    used = {name for t in dataset.tables.values() for item in t.items for name in lists_of(item, t.name, dataset)}
    assert set(LISTS) - used == {"nhs_number_sentinel"}, "A list that no item uses: take it out, or use it."


def test_evidence_speaks_of_codes_that_exist() -> None:
    dataset = load_dataset("1.0.0")
    named = {code.code: code.details.get("list", code.code) for code in LISTS["national_item"].codes}
    for one in dataset.plus_map:
        national = LISTS[named[one.national_item]]
        ours = one.national_code in national.open_codes or one.national_code[0] in national.open_codes
        assert ours, f"{one.national_item} has no code {one.national_code}"
        assert one.characteristic_code in LISTS["plus_characteristic"].open_codes
        assert one.value in LISTS["plus_value"].open_codes
