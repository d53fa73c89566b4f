"""plusmds reference: load, list, verify."""

from __future__ import annotations

import datetime
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from service.settings import from_environment
from validators.reference_data.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validators.reference_data.manifest import Manifest
    from validators.reference_data.sets import StoredSet


def run(asked: Namespace) -> int:
    """Do what `asked.action` names. 1 where `verify` finds something wrong, else 0."""
    return {"load": _load, "list": _list, "verify": _verify}[asked.action](asked)


def store() -> Store:
    """The folder of reference data that the environment names."""
    return Store(from_environment(os.environ).reference_dir)


def loaded_sets() -> Mapping[str, StoredSet]:
    """What is loaded, by the name that the rules use. InputError where it cannot be used."""
    return store().sets()


def _load(asked: Namespace) -> int:
    from validators.reference_data.loading import load

    today = datetime.datetime.now(datetime.UTC).date()
    before = {(m.kind, m.name): m for m in (part.manifest for part in store().readable())}
    for manifest in load(asked.kind, asked.file, store=store(), version=asked.version, today=today):
        replaced = before.get((manifest.kind, manifest.name))
        instead = f", in place of {replaced.rows:,} rows of {replaced.source}" if replaced else ""
        sys.stdout.write(f"Loaded {_words(manifest)}{instead}\n")
    return 0


def _words(manifest: Manifest) -> str:
    version = f", version {manifest.version}" if manifest.version else ""
    return f"{manifest.kind} {manifest.name}{version}: {manifest.rows:,} rows of {manifest.source} ({manifest.layout})"


def _list(_: Namespace) -> int:
    parts = store().parts()
    if not parts:
        sys.stdout.write(f"No reference data are loaded in {store().folder}. See plusmds reference load --help.\n")
        return 0
    row = "{:<16} {:<22} {:<12} {:>10} {:<11} {:<13} {}\n"
    sys.stdout.write(row.format("kind", "name", "version", "rows", "loaded on", "SHA-256", "source"))
    for part in parts:
        m = part.manifest
        given = (m.kind, m.name, m.version or "", f"{m.rows:,}", f"{m.loaded_on}", m.received_sha256[:12], m.source)
        sys.stdout.write(row.format(*given))
    return 0


def _verify(_: Namespace) -> int:
    wrong = list(store().verify())
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    if not wrong:
        sys.stdout.writelines(f"As it was stored: {p.manifest.kind} {p.manifest.name}\n" for p in store().parts())
    return int(bool(wrong))
