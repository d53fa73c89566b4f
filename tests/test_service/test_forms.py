"""In what form a file comes and a report goes."""

from __future__ import annotations

import pytest

from service.checks.forms import file_name, report_form
from service.errors import Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("name", "disposition", "content_type", "table", "expected"),
    [
        ("person.csv", None, None, None, "person.csv"),
        ("person.csv", None, "application/x-www-form-urlencoded", None, "person.csv"),
        ("person.csv.gz", None, "application/gzip", None, "person.csv.gz"),
        ("april.csv", None, "text/csv; charset=utf-8", "person", "april.csv"),
        (None, 'attachment; filename="person.parquet"', None, None, "person.parquet"),
        (None, "attachment; filename*=UTF-8''p%C3%A9rson.csv", "text/csv", None, "p_rson.csv"),
        (None, None, "text/csv", "person", "person.csv"),
        (None, None, "Text/CSV; charset=utf-8", "person", "person.csv"),
        (None, None, "application/x-ndjson", "referral", "referral.ndjson"),
        (None, None, "application/zip", None, "submission.zip"),
        (None, None, XLSX, None, "submission.xlsx"),
        ("C:\\exports\\person.csv", None, None, None, "person.csv"),
        ("../../etc/person.csv", None, None, None, "person.csv"),
        ("..%2F..%2Fperson.csv", None, None, None, "person.csv"),
        ("a\r\nb\x00.csv", None, None, None, "a_b_.csv"),
        ("...csv", None, None, None, "csv"),
        ("x" * 200 + ".csv", None, None, None, "x" * 96 + ".csv"),
    ],
)
def test_the_name_under_which_a_file_is_checked(
    name: str | None, disposition: str | None, content_type: str | None, table: str | None, expected: str
) -> None:
    assert file_name(name=name, disposition=disposition, content_type=content_type, table=table) == expected


@pytest.mark.parametrize(
    ("name", "content_type", "table", "code"),
    [
        (None, "text/csv", None, "parameter_wrong"),
        (None, None, None, "content_type_not_supported"),
        (None, None, "person", "content_type_not_supported"),
        (None, "application/x-www-form-urlencoded", "person", "content_type_not_supported"),
        (None, "application/pdf", "person", "content_type_not_supported"),
        ("person.csv", "multipart/form-data; boundary=x", None, "content_type_not_supported"),
        ("..", None, None, "content_type_not_supported"),
    ],
)
def test_a_file_that_does_not_say_what_it_is(
    name: str | None, content_type: str | None, table: str | None, code: str
) -> None:
    with pytest.raises(Problem) as raised:
        file_name(name=name, disposition=None, content_type=content_type, table=table)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("asked", "accept", "expected"),
    [
        (None, None, "json"),
        (None, "", "json"),
        (None, "*/*", "json"),
        (None, "application/json", "json"),
        (None, "text/html", "html"),
        (None, "text/plain", "text"),
        (None, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        (None, "text/html;q=0.5, application/json", "json"),
        (None, "text/html;q=0, */*", "json"),
        (None, "image/png, text/html;q=x, text/plain;q=0.1", "text"),
        (None, XLSX, "xlsx"),
        (None, "text/csv", "csv"),
        (None, "text/*", "text"),
        (None, "application/xml", "junit"),
        (None, "application/sarif+json", "sarif"),
        ("html", "application/json", "html"),
        ("text", None, "text"),
    ],
)
def test_the_form_of_the_report(asked: str | None, accept: str | None, expected: str) -> None:
    assert report_form(asked=asked, accept=accept) == expected


@pytest.mark.parametrize(
    ("asked", "accept"), [("docx", None), ("", None), (None, "image/png"), (None, "text/html;q=0")]
)
def test_a_form_that_there_is_not(asked: str | None, accept: str | None) -> None:
    with pytest.raises(Problem) as raised:
        report_form(asked=asked, accept=accept)
    assert raised.value.code == "not_acceptable"
