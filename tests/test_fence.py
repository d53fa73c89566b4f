"""Three packages on the public index bear the names of ours. None of them may ever be what is imported."""

from __future__ import annotations

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("schema", "validators", "service")


@pytest.mark.parametrize("name", OURS)
def test_the_package_is_ours(name: str) -> None:
    found = importlib.import_module(name)
    assert Path(found.__file__).parent == ROOT / name


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_brings_the_name(name: str) -> None:
    assert set(packages_distributions()[name]) == {"plus-mds"}


def test_the_fence_stands_in_the_pinned_requirements() -> None:
    fence = (ROOT / "requirements" / "fence.txt").read_text("utf-8")
    assert all(f"{name}<0" in fence for name in OURS)
    pinned = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    assert not any(line.startswith(tuple(f"{name}==" for name in OURS)) for line in pinned)
