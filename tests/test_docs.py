"""The README says what there is, and what it says is there."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.release import load
from service.app import create_app
from service.cli import parser
from service.errors import PROBLEMS
from service.settings import defaults
from validators.reports import REPORTS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))


def _commands(top: argparse.ArgumentParser, name: str = "plusmds") -> Iterator[tuple[str, list[str]]]:
    """Every command with its options."""
    below = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        options = [flag for action in top._actions for flag in action.option_strings if flag.startswith("--")]
        yield name, [flag for flag in options if flag != "--help"]
    for action in below:
        for word, command in action.choices.items():
            yield from _commands(command, f"{name} {word}")


def _routes() -> list[str]:
    return [
        f"{method.upper()} {path}" for path, methods in create_app().openapi()["paths"].items() for method in methods
    ]


@pytest.mark.parametrize(("command", "options"), list(_commands(parser())))
def test_every_command_and_option_is_documented(command: str, options: list[str]) -> None:
    lines = _usage(command)
    assert lines, f"README.md: say what `{command}` does, in the code block of the command line"
    missing = [option for option in options if option not in lines]
    assert not missing, f"README.md: {command} takes {missing} too"


def _usage(command: str) -> str:
    """The usage of a command in the README: its line and the indented ones below it."""
    found = re.search(rf"^{re.escape(command)}\b.*(?:\n +.*)*", README, re.MULTILINE)
    return found.group() if found else ""


@pytest.mark.parametrize("route", _routes())
def test_every_route_is_documented(route: str) -> None:
    method, path = route.split()
    assert re.search(rf"^{method} +{re.escape(path)}(?:\s|\?|$)", README, re.MULTILINE), f"README.md: document {route}"


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_is_documented(code: str) -> None:
    assert f"| `{code}` | {PROBLEMS[code].status} |" in README, f"README.md: document the problem {code}"


@pytest.mark.parametrize("form", REPORTS)
def test_every_form_of_the_report_is_documented(form: str) -> None:
    assert f"| `{form}` |" in README, f"README.md: say what the form {form} is for"
    options = re.search(r"--format ([a-z|]+)", _usage("plusmds validate"))
    assert options, "README.md: name the forms behind --format"
    assert form in options[1].split("|"), f"README.md: plusmds validate takes --format {form} too"


@pytest.mark.parametrize("name", defaults())
def test_every_setting_is_documented(name: str) -> None:
    assert f"`PLUSMDS_{name.upper()}`" in README, f"README.md: document the setting {name}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z]+)`", README))))
def test_every_target_in_the_readme_exists(target: str) -> None:
    assert target in TARGETS


def test_every_target_is_in_the_readme() -> None:
    assert set(re.findall(r"`make ([a-z]+)`", README)) >= TARGETS - {"help"}


def test_make_alone_lists_the_targets() -> None:
    run = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0
    assert set(re.findall(r"^ +make ([a-z]+)", run.stdout, re.MULTILINE)) == TARGETS


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http|#)([^)#]+)", README))))
def test_every_link_in_the_readme_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


# Written in pieces, so that this file does not hold what it looks for.
_HOSTS = "py" + r"pi\.org|python" + r"hosted|npm" + r"js\.(?:org|com)|deb\.deb" + "ian"
_PLACES = r"(?<![\w.])/(?:wo" + "rk|ho" + "me|ro" + "ot|Us" + r"ers)/[\w.-]+/"
_FORBIDDEN = re.compile(f"{_HOSTS}|{_PLACES}")


def _tracked() -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        pytest.skip("this is no clone of the repository")
    return [ROOT / name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_package_host_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _tracked()
        if (match := _FORBIDDEN.search(path.read_bytes().decode("utf-8", "replace")))
    ]
    assert not found


# The range in live use. NHS numbers that are shown anywhere come from 999, which is never issued, or are placeholders
# that the data set itself lists, such as 9999999999.
_LIVE = re.compile(r"(?<!\d)[467]\d{2}[ -]?\d{3}[ -]?\d{4}(?!\d)")


def test_no_page_shows_an_nhs_number_that_may_be_somebodys() -> None:
    pages = [path for path in _tracked() if path.suffix in (".md", ".html")]
    placeholders = {each.code for each in load("1.0.0").code_lists["nhs_number_sentinel"].codes}
    found = [(path.name, each) for path in pages for each in _LIVE.findall(path.read_text("utf-8"))]
    assert not [(name, each) for name, each in found if each not in placeholders]
