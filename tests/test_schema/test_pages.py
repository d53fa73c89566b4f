"""The definitions say what dataset.md and rules.md say."""

from __future__ import annotations

import json
import re

import pytest

from schema.dataset import load_dataset
from tests.test_schema.pages import FOLDER, WHY_SKIPPED, code_spans, page, tables_below

pytestmark = [
    pytest.mark.may_skip(WHY_SKIPPED),
    pytest.mark.skipif(not FOLDER.exists(), reason=WHY_SKIPPED),
]
DATASET = load_dataset("1.0.0")
TABLES = tuple(DATASET.tables)
#: the page adds [G] where it says general knowledge; the definition says so in `source`
GENERAL = re.compile(r" \[G\]$")


def _items_of(table: str) -> list[dict[str, str]]:
    number = DATASET.tables[table].number
    return tables_below(page("dataset.md"), f"### {number} `{table}`")[0]


@pytest.mark.parametrize("table", TABLES)
def test_items_stand_in_the_order_of_the_page(table: str) -> None:
    assert [code_spans(row["Item"])[0] for row in _items_of(table)] == list(DATASET.tables[table].item_names)


@pytest.mark.parametrize("table", TABLES)
def test_items_say_what_the_page_says(table: str) -> None:
    for row in _items_of(table):
        item = DATASET.tables[table].item(code_spans(row["Item"])[0])
        assert item.mandation == row[""], item.name
        assert item.data_element == GENERAL.sub("", row["NHS data element"]), item.name
        assert item.definition == row["Definition"], item.name
        assert ("general knowledge" in item.source) == row["NHS data element"].endswith("[G]"), item.name


@pytest.mark.parametrize("table", TABLES)
def test_forms_are_those_of_the_page(table: str) -> None:
    for row in _items_of(table):
        item = DATASET.tables[table].item(code_spans(row["Item"])[0])
        data_type = item.data_type.element or item.data_type
        form = row["List or form"]
        if form.startswith("list `"):
            assert data_type.code_list == code_spans(form)[0], item.name
        elif form.startswith("the list that"):
            assert data_type.coded_by == code_spans(form)[0], item.name
        elif item.data_type.name == "organisation_code":
            assert f"^{data_type.pattern}$" == code_spans(form)[0], item.name
        elif limit := re.search(r"(?:at most|1 to) ([0-9,]+)", row["Type"]):
            longest = int(limit[1].replace(",", ""))
            assert longest in (data_type.max_length, data_type.maximum), item.name


def test_tables_are_those_of_the_page() -> None:
    for row in tables_below(page("dataset.md"), "## Tables")[0]:
        table = DATASET.tables[code_spans(row["Table"])[0]]
        assert table.number == row["No."]
        assert table.mandatory == (row["Sent"] == "mandatory")


def _project_lists() -> list[str]:
    after = page("dataset.md").split("\n## Project lists\n")[1].split("\n## ")[0]
    return re.findall(r"^### `(.*)`$", after, re.MULTILINE)


@pytest.mark.parametrize("name", _project_lists() if FOLDER.exists() else [])
def test_project_list_is_that_of_the_page(name: str) -> None:
    rows = tables_below(page("dataset.md"), f"### `{name}`")[0]
    codes = DATASET.code_lists[name].codes
    assert [(row["Code"], row.get("Meaning") or row["Label"]) for row in rows] == [(c.code, c.meaning) for c in codes]
    if "Kind" in rows[0]:
        assert [row["Kind"] for row in rows] == [code.kind for code in codes]


def test_characteristics_have_their_ages_and_restrictions() -> None:
    for row in tables_below(page("dataset.md"), "### `plus_characteristic`")[-1]:
        if "Min age" not in row:
            continue
        code = next(c for c in DATASET.code_lists["plus_characteristic"].codes if c.code == row["Code"])
        assert code.details.get("min_age", "") == row["Min age"]
        assert code.details.get("max_age", "") == row["Max age"]
        assert code.details.get("restricted", "") == row["Restricted"]
        assert code.details["definition"] == row["Definition"]


def _national_codes() -> dict[str, set[str]]:
    items = json.loads(page("codes.json"))["items"]
    return {item["short_name"]: {c["code"] for c in item["codes"] if not c["code"].startswith("<")} for item in items}


@pytest.mark.parametrize("name", sorted(DATASET.code_lists))
def test_national_list_holds_the_codes_of_its_source(name: str) -> None:
    """codes.json has them as they were found, leading zeros and all."""
    wanted = _national_codes().get(name, set()) - LEFT_OUT.get(name, set())
    assert {code.code for code in DATASET.code_lists[name].codes} >= wanted


#: left out on purpose: 0 is for appointments that lie in the future
LEFT_OUT = {"attendance_status": {"0"}}


def _evidence() -> set[tuple[str, str, str, str]]:
    said: set[tuple[str, str, str, str]] = set()
    for row in tables_below(page("dataset.md"), "## Evidence")[0]:
        groups, values = (row[name].split(" / ") for name in ("national_code", "value"))
        for group, value in zip(groups, values, strict=True):
            said |= {(row["national_item"], code, row["characteristic_code"], value) for code in _codes_in(group)}
    return said


def _codes_in(group: str) -> list[str]:
    group = re.sub(r"\(.*\)", "", group).strip()
    codes: list[str] = []
    for part in group.split(", "):
        first, _, last = part.strip().partition(" to ")
        letters = first.rstrip("0123456789")
        if last:
            width = len(first) - len(letters)
            numbers = range(int(first[len(letters) :]), int(last[len(letters) :]) + 1)
            codes += [f"{letters}{number:0{width}}" for number in numbers]
        else:
            codes.append(first)
    return codes


def test_evidence_is_that_of_the_page() -> None:
    ours = {(m.national_item, m.national_code, m.characteristic_code, m.value) for m in DATASET.plus_map}
    assert ours == _evidence()


def _derived_rows() -> list[dict[str, str]]:
    tables = tables_below(page("rules.md"), "## Derived rules")
    return next(table for table in tables if "`missing`" in table[0])


@pytest.mark.parametrize("check", ["missing", "format", "code"])
def test_derived_rules_are_those_of_the_page(check: str) -> None:
    for row in _derived_rows():
        item, said = code_spans(row["Item"])[0], row[f"`{check}`"]
        rule_id = f"{DATASET.tables[row['Table']].code}.{item}.{check}"
        found = [rule for rule in DATASET.rules if rule.id == rule_id]
        judged = re.match(r"(error|warning|info) \+ (\w+)", said)
        assert [(rule.severity, rule.action) for rule in found] == ([judged.groups()] if judged else []), rule_id
        for written in re.findall(r"^PMD\d{5}", said):
            assert written in {rule.id for rule in DATASET.rules}, rule_id


def test_written_rules_are_those_of_the_page() -> None:
    rows = tables_below(page("rules.md"), "## Written rules")[0]
    now = {row["Id"]: row for row in rows if "†" not in row["Id"]}
    ours = {rule.id: rule for rule in DATASET.rules if not rule.derived}
    assert set(ours) == set(now)
    for rule_id, row in now.items():
        rule = ours[rule_id]
        assert (rule.table, rule.severity, rule.action) == (row["Table"], row["Severity"], row["Action"]), rule_id
        assert list(rule.items) == (code_spans(row["Items"]) or ["*"]), rule_id


def test_before_you_send_makes_all_points_of_the_page() -> None:
    theirs = page("dataset.md").split("\n## Before you send\n")[1].split("\n## ")[0]
    ours = load_text("before_you_send")
    assert re.findall(r"^- \*\*(.*?)\*\*", ours, re.MULTILINE) == re.findall(r"^- \*\*(.*?)\*\*", theirs, re.MULTILINE)


def load_text(name: str) -> str:
    """A text of the data dictionary."""
    from schema.publish.data_dictionary import TEXTS

    return (TEXTS / f"{name}.md").read_text("utf-8")


def test_what_is_not_collected_is_that_of_the_page() -> None:
    theirs = [row["What"] for row in tables_below(page("dataset.md"), "## Deliberately not collected")[0]]
    ours = tables_below("\n" + load_text("not_collected"), "## Deliberately not collected")[0]
    assert len(ours) == len(theirs)
    for their, our in zip(theirs, ours, strict=True):
        assert our["What"].split(",")[0].split(" (")[0] == their.split(",")[0].split(" (")[0]
