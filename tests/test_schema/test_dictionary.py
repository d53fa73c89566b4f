"""The data dictionary: it opens with what has to be known first, its links lead somewhere, its examples conform."""

from __future__ import annotations

import csv
import json
import re

import pytest
from jsonschema import Draft202012Validator

from schema import release
from schema.expression import FUNCTIONS, SINCE
from schema.publish.markdown import table
from schema.release_info import version_order

RELEASE = release.load("1.0.0")
TEXT = RELEASE.read("dictionary.md").decode()


def test_opens_with_what_to_know_before_sending() -> None:
    sections = re.findall("^## (.*)$", TEXT, re.MULTILINE)
    assert sections[0] == "Before you send"
    assert sections[2] == "A minimal submission"


def test_says_that_it_is_proposed() -> None:
    assert "*proposed* specification: no Information Standards Notice" in TEXT.split("## Before you send")[0]


@pytest.mark.parametrize("name", RELEASE.info.tables)
def test_minimal_submission_to_paste_is_the_one_in_the_kit(name: str) -> None:
    block = re.search(rf"`{name}\.csv`\n\n```csv\n(.*?)```", TEXT, re.DOTALL)
    assert block
    assert block[1].encode() == RELEASE.read(f"examples/minimal/{name}.csv")
    rows = list(csv.reader(block[1].splitlines()))
    assert len({len(row) for row in rows}) == 1, "Every line has as many cells as the first."


def test_json_to_paste_conforms() -> None:
    blocks = re.findall(r"`(\w+)\.json`\n\n```json\n(.*?)```", TEXT, re.DOTALL)
    assert [name for name, _ in blocks] == ["header", "person"]
    for name, text in blocks:
        for record in json.loads(text):
            Draft202012Validator(RELEASE.schema(name)).validate(record)


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall("^#+ (.*)$", TEXT, re.MULTILINE)
    }
    places = headings | set(re.findall('<a id="([^"]*)">', TEXT))
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= places


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def test_everything_is_there() -> None:
    places = re.findall('<a id="([^"]*)">', TEXT)
    assert len(places) == len(set(places))
    dataset = RELEASE.dataset
    items = {f"{t.name}.{item.name}" for t in dataset.tables.values() for item in t.items}
    lists = {f"list.{name}" for name in dataset.code_lists}
    assert {*items, *lists, *dataset.tables, *(rule.id for rule in dataset.rules)} == set(places)


@pytest.mark.parametrize("version", release.available())
def test_every_function_of_the_row_language_is_explained_from_its_release_on(version: str) -> None:
    text = release.load(version).read("dictionary.md").decode()
    explained = set(re.findall(r"^\| `(\w+)\(", text, re.MULTILINE))
    there = {name for name in FUNCTIONS if version_order(SINCE.get(name, "1.0.0")) <= version_order(version)}
    assert explained == there, "Explain it in schema/publish/texts/functions.md."


def test_no_words_that_we_do_not_use() -> None:
    found = re.findall(r"\b(?:invalid|please|sorry|illegal)\b|—", TEXT, re.IGNORECASE)
    assert not found


def test_cell_cannot_end_a_table() -> None:
    assert table(["a"], [["x|y\nz"]]) == "| a |\n| --- |\n| x\\|y z |"
