"""A published release never changes: it is built again from the definitions and compared byte for byte."""

from __future__ import annotations

import pytest

from schema import release
from schema.publish.folder import differing, made, stored

WHAT_TO_DO = """\
Release {version} is published and frozen, and the definitions now give something else for:
  {names}
If the change is meant for a later release, give the item, code or rule a `since` or an `until`, or add it in a new
version in schema/releases.toml, and build that: plusmds release build <version>.
If only `status` or a day in schema/releases.toml changed: plusmds release build {version}.
If nobody has used {version} yet: plusmds release build {version} --draft, then without --draft, and commit the folder.
"""


@pytest.mark.parametrize("version", release.available())
def test_release_is_built_again_alike(version: str) -> None:
    draft = release.load(version).info.status == "draft"
    names = differing(stored(release.FOLDER / version), made(version, draft=draft))
    assert not names, WHAT_TO_DO.format(version=version, names="\n  ".join(names))


@pytest.mark.parametrize("version", release.available())
def test_nothing_is_wrong_with_the_release(version: str) -> None:
    assert release.verify(version) == ()


def test_there_is_a_release() -> None:
    assert release.available()[0] == "1.0.0"
    assert release.load("1.0.0").info.status != "draft", "1.0.0 is a draft: plusmds release build 1.0.0, and commit it"
