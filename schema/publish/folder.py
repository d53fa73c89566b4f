"""The folder of a release: every published form of one version, written, and compared with what is there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from schema.dataset import ABOUT, Dataset, load_dataset, version_before
from schema.dataset import FOLDER as DEFINITIONS
from schema.publish.changes import changes_document
from schema.publish.code_lists import code_list_document
from schema.publish.data_dictionary import data_dictionary
from schema.publish.examples import examples_document
from schema.publish.json_schema import table_schema
from schema.publish.json_text import json_text
from schema.publish.minimal import minimal_files
from schema.publish.rules import rules_document
from schema.release_folder import INFO
from schema.release_info import ReleaseError, ReleaseInfo, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.release_folder import Release

TEXTS = Path(__file__).parent / "texts"


def published_files(dataset: Dataset) -> dict[str, bytes]:
    """Every file of a release but release.json, by its name in the folder."""
    return {name: text.encode() for name, text in sorted(_texts(dataset))}


def _texts(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for table in dataset.tables.values():
        yield f"schemas/{table.name}.schema.json", json_text(table_schema(table, dataset))
    for code_list in dataset.code_lists.values():
        yield f"code-lists/{code_list.name}.json", json_text(code_list_document(code_list, dataset))
    for rule in dataset.rules:
        yield f"examples/{rule.id}.json", json_text(examples_document(rule, dataset))
    for table, text in minimal_files(dataset.version).items():
        yield f"examples/minimal/{table}.csv", text
    yield "examples/README.md", (TEXTS / "examples.md").read_text("utf-8").replace("{version}", dataset.version)
    yield "rules.json", json_text(rules_document(dataset))
    yield "maps/plus_map.csv", (DEFINITIONS / "maps" / "plus_map.csv").read_text("utf-8")
    before = version_before(dataset.version)
    yield "changes.json", json_text(changes_document(dataset, load_dataset(before) if before else None))
    yield "dictionary.md", data_dictionary(dataset)


def release_about(version: str) -> ReleaseInfo:
    """What releases.toml says of the version; ReleaseError where it says nothing."""
    about = tomllib.loads(ABOUT.read_text("utf-8"))
    if version not in about:
        raise ReleaseError(f"{ABOUT.name} has no table for {version}: add its title, status and days there.")
    return ReleaseInfo.from_dict({"version": version, **about[version]})


def made(version: str, *, draft: bool = False) -> dict[str, bytes]:
    """Every file of the release folder, made from the definitions of this checkout."""
    given = {name: value for name, value in release_about(version).to_dict().items() if name != "digest"}
    dataset = load_dataset(version)
    files = published_files(dataset)
    info = ReleaseInfo.from_dict(
        given
        | ({"status": "draft"} if draft else {})
        | {"tables": list(dataset.tables), "files": {name: digest(content) for name, content in files.items()}}
    )
    return {INFO: json_text(info.to_dict()).encode(), **files}


def build(version: str, into: Path, *, draft: bool) -> Path:
    """Write the folder; ReleaseError where a published one would change."""
    files = made(version, draft=draft)
    there = stored(into)
    changed = [name for name in differing(there, files) if name != INFO]
    if changed and not draft and _is_published(there):
        raise ReleaseError(
            f"{version} is published and would change in {_some(changed)}. Published releases are frozen: give what "
            f"changes a `since` or `until` and build a new version, or build a draft first."
        )
    for name in there.keys() - files.keys():
        (into / name).unlink()
    for name, content in files.items():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(content)
    return into


def _is_published(there: Mapping[str, bytes]) -> bool:
    import json

    return INFO in there and json.loads(there[INFO])["status"] != "draft"


def stored(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their names in it; none where there is no folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def differing(there: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> list[str]:
    """The names of files that are not alike in both, or in one only."""
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def verify(release: Release) -> tuple[str, ...]:
    """What is wrong with a release, in words; empty where all is well."""
    there = stored(release.path)
    known = release.info.files
    problems = [f"{name} is missing" for name in known if name not in there]
    problems += [f"{name} does not belong to the release" for name in there if name not in known and name != INFO]
    problems += [
        f"{name} does not have its published digest"
        for name, content in there.items()
        if name in known and digest(content) != known[name]
    ]
    if release.json(INFO)["digest"] != release.info.digest:
        problems.append(f"{INFO} does not have its published digest")
    return (*problems, *_rebuilt(release, there))


def _rebuilt(release: Release, there: Mapping[str, bytes]) -> Iterator[str]:
    """How the folder differs from one that is built anew, where the definitions of the version are here."""
    if not ABOUT.exists() or release.version not in tomllib.loads(ABOUT.read_text("utf-8")):
        return
    for name in differing(there, made(release.version, draft=release.info.status == "draft")):
        yield f"{name} differs from what the definitions give: build the release again, or undo their change"


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > len(names[:5]) else "")
