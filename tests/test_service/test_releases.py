"""Releases over HTTP: as published, with a strong ETag."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from schema.release import load, pages

RELEASE = load("1.0.0")
ROOT = "/v1/releases/1.0.0"
FROZEN = [
    f"{ROOT}/schemas/person.json",
    f"{ROOT}/rules",
    f"{ROOT}/rules/PMD00111",
    f"{ROOT}/rules/PMD001.birth_date.format",
    f"{ROOT}/code-lists",
    f"{ROOT}/code-lists/ethnic_category",
]
PUBLISHED = [*FROZEN, ROOT, f"{ROOT}/pages/index.html", f"{ROOT}/pages/PMD00111.html", f"{ROOT}/bundle.zip"]


@pytest.mark.parametrize("address", PUBLISHED)
def test_what_is_published_is_immutable_and_tagged_by_its_content(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(address).content == answer.content


@pytest.mark.parametrize("address", [*PUBLISHED, "/v1/releases", "/v1/report.schema.json"])
def test_who_has_it_is_not_sent_it_again(client: TestClient, address: str) -> None:
    tag = client.get(address).headers["etag"]
    for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = client.get(address, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", [*PUBLISHED, "/livez"])
def test_head_answers_as_get_without_the_body(client: TestClient, address: str) -> None:
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers.get("etag") == get.headers.get("etag")
    assert head.headers["content-length"] == str(len(get.content))


def test_the_list_is_asked_about_each_time(client: TestClient) -> None:
    answer = client.get("/v1/releases")
    assert answer.headers["cache-control"] == "no-cache"
    shown = next(each for each in answer.json()["releases"] if each["version"] == "1.0.0")
    assert shown["digest"] == RELEASE.info.digest
    assert client.get(shown["link"]).status_code == 200


def test_files_are_served_as_they_lie_in_the_folder(client: TestClient) -> None:
    assert client.get(ROOT).content == RELEASE.read("release.json")
    assert client.get(f"{ROOT}/rules").content == RELEASE.read("rules.json")
    for table in RELEASE.info.tables:
        served = client.get(f"{ROOT}/schemas/{table}.json").content
        assert served == RELEASE.read(f"schemas/{table}.schema.json")


def test_every_rule_and_list_is_served(client: TestClient) -> None:
    for rule in RELEASE.rules[::20]:
        shown = client.get(f"{ROOT}/rules/{rule.id}").json()
        assert (shown["id"], shown["severity"]) == (rule.id, rule.severity)
        assert shown["examples"] == RELEASE.examples(rule.id)
    for listed in client.get(f"{ROOT}/code-lists").json()["code_lists"]:
        assert client.get(listed["link"]).json()["name"] == listed["name"]


def test_the_bundle_is_the_folder(client: TestClient) -> None:
    answer = client.get(f"{ROOT}/bundle.zip")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = {name.partition("/")[2] for name in archive.namelist()}
    made = {name for name in names if name.startswith("pages/")}
    assert names - made == {"release.json", *RELEASE.info.files}
    assert made == {f"pages/{name}" for name in pages(RELEASE)}
    assert archive.read("1.0.0/rules.json") == RELEASE.read("rules.json")


def test_a_page_may_load_its_style_and_nothing_else(client: TestClient) -> None:
    answer = client.get(f"{ROOT}/pages/PMD00111.html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; base-uri 'none'")
    assert client.get(f"{ROOT}/pages/style.css").headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("page", ["", "PMD00111", "nothing.html", "..%2Frules.json", "%2e%2e/rules.json", "x" * 300])
def test_a_page_that_there_is_not(client: TestClient, page: str) -> None:
    answer = client.get(f"{ROOT}/pages/{page}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
