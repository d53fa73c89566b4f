"""GET /v1/releases and below: what is published, as it is published."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from schema.release import Release, available, bundle, load, pages
from service.errors import Problem
from service.openapi import answers
from service.releases.published import as_json, current, dated, frozen

router = APIRouter(tags=["releases"], responses=answers(404), default_response_class=Response)

Version = Annotated[str, Path(description="Number of the release.", examples=["1.0.0"])]


def _json(description: str, example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": {"application/json": {"example": example}}}}


_RULE = {"id": "PMD00111", "title": "Birth date after the reporting period", "severity": "error", "action": "field"}
_ROOT = "/v1/releases/{release}"
_PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@router.get(
    "/v1/releases", summary="All releases", responses=_json("The releases.", {"releases": [{"version": "1.0.0"}]})
)
def get_releases(request: Request) -> Response:
    """Every release that is published here, oldest first, with what is in force when."""
    return current(request, as_json({"releases": [_summary(load(version)) for version in available()]}))


@router.get(_ROOT, summary="One release", responses=_json("release.json.", {"version": "1.0.0", "status": "published"}))
def get_release(request: Request, release: Version) -> Response:
    """Status and days of a release, its tables, its restricted approvals, the digest of each of its files."""
    found = _release(release)
    return dated(request, found, found.read("release.json"))


@router.get(
    f"{_ROOT}/schemas/{{table}}.json",
    summary="JSON Schema of a table",
    responses=_json("JSON Schema 2020-12.", {"$id": "…", "type": "object"}),
)
def get_schema(
    request: Request, release: Version, table: Annotated[str, Path(description="The table.", examples=["person"])]
) -> Response:
    """The JSON Schema of the rows of a table."""
    return _file(request, release, f"schemas/{table}.schema.json", f"no table {table[:40]!r}")


@router.get(f"{_ROOT}/rules", summary="Rules of a release", responses=_json("rules.json.", {"rules": [_RULE]}))
def get_rules(request: Request, release: Version) -> Response:
    """Every rule: id, severity, action, text, condition."""
    return _file(request, release, "rules.json", "no rules")


@router.get(f"{_ROOT}/rules/{{rule_id}}", summary="One rule with its examples", responses=_json("The rule.", _RULE))
def get_rule(
    request: Request, release: Version, rule_id: Annotated[str, Path(description="Its id.", examples=["PMD00111"])]
) -> Response:
    """One rule, and the cases of the conformance kit that show when it gives a finding and when it does not."""
    found = _release(release)
    rule = next((rule for rule in found.json("rules.json")["rules"] if rule["id"] == rule_id), None)
    if rule is None:
        raise Problem("not_found", f"Release {found.version} has no rule {rule_id[:60]!r}.")
    return frozen(request, found, as_json(rule | {"examples": found.examples(rule_id)}))


@router.get(
    f"{_ROOT}/code-lists",
    summary="Code lists of a release",
    responses=_json("Names.", {"code_lists": [{"name": "ethnic_category", "link": "…"}]}),
)
def get_code_lists(request: Request, release: Version) -> Response:
    """The name and title of every code list."""
    found = _release(release)
    lists = [
        {"name": each.name, "title": each.title, "link": f"/v1/releases/{found.version}/code-lists/{each.name}"}
        for each in sorted(found.code_lists.values(), key=lambda each: each.name)
    ]
    return frozen(request, found, as_json({"code_lists": lists}))


@router.get(
    f"{_ROOT}/code-lists/{{name}}",
    summary="One code list",
    responses=_json("The list.", {"name": "yes_no", "codes": [{"code": "Y", "meaning": "Yes"}]}),
)
def get_code_list(
    request: Request,
    release: Version,
    name: Annotated[str, Path(description="Its name.", examples=["ethnic_category"])],
) -> Response:
    """Every code of a list with its meaning, its kind and its days."""
    return _file(request, release, f"code-lists/{name}.json", f"no code list {name[:40]!r}")


@router.get(
    f"{_ROOT}/pages/{{page}}",
    summary="A page for people: a rule, a data item, a code list",
    responses={200: {"description": "HTML, or its style.", "content": {"text/html": {}, "text/css": {}}}},
)
def get_page(
    request: Request,
    release: Version,
    page: Annotated[str, Path(description="Name of the page.", examples=["index.html", "PMD00111.html"])],
) -> Response:
    """What a rule says, why, how to mend it, when it gives a finding; what a data item means. Made from the release."""
    found = _release(release)
    made = pages(found)
    if page not in made:
        raise Problem(
            "not_found", f"Release {found.version} has no page {page[:80]!r}; index.html leads to all of them."
        )
    kind = "text/css" if page.endswith(".css") else "text/html"
    answer = dated(request, found, made[page], f"{kind}; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _PAGE_POLICY
    return answer


@router.get(
    f"{_ROOT}/bundle.zip",
    summary="The whole release as a zip",
    responses={200: {"description": "A zip.", "content": {"application/zip": {}}}},
)
def get_bundle(request: Request, release: Version) -> Response:
    """The folder of the release: schemas, code lists, rules, examples, dictionary; and its pages. Always alike."""
    found = _release(release)
    return dated(request, found, bundle(found.version), "application/zip")


def _release(version: str) -> Release:
    if version not in available():
        raise Problem("not_found", f"There is no release {version[:20]!r}; there are: {', '.join(available())}.")
    return load(version)


def _file(request: Request, version: str, name: str, absent: str) -> Response:
    release = _release(version)
    try:
        content = release.read(name)
    except KeyError:
        raise Problem("not_found", f"Release {release.version} has {absent}.") from None
    return frozen(request, release, content)


def _summary(release: Release) -> dict[str, Any]:
    shown = release.info.to_dict()
    named = ("version", "title", "status", "published_on", "implementation_from", "conformance_from", "retired_on")
    return {name: shown[name] for name in named} | {
        "digest": release.info.digest,
        "link": f"/v1/releases/{release.version}",
        "bundle": f"/v1/releases/{release.version}/bundle.zip",
    }
