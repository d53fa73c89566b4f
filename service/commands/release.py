"""plusmds release: list, show, bundle, build, verify."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter

from schema import release as releases
from schema.release_info import ReleaseInfo
from validators.errors import InputError


def run(asked: Namespace) -> int:
    """Do what `asked.action` names. 1 where `verify` finds something wrong, else 0."""
    return {"list": _list, "show": _show, "bundle": _bundle, "build": _build, "verify": _verify}[asked.action](asked)


def _list(_: Namespace) -> int:
    row = "{:<10} {:<11} {:<13} {:<12} {}\n"
    sys.stdout.write(row.format("release", "status", "published on", "periods from", "title"))
    for version in releases.available():
        info = releases.load(version).info
        since = info.published_on or "not yet"
        sys.stdout.write(row.format(info.version, info.status, since, info.implementation_from, info.title))
    return 0


def _show(asked: Namespace) -> int:
    found = releases.load(asked.version)
    severities = Counter(rule.severity for rule in found.rules)
    counted = ", ".join(f"{severities[name]} {name}" for name in ("error", "warning", "info"))
    lines = {
        "title": found.info.title,
        "status": found.info.status,
        "published on": found.info.published_on or "not yet",
        "periods": _days(found.info),
        "tables": ", ".join(found.info.tables),
        "rules": f"{len(found.rules)} ({counted})",
        "code lists": str(len(found.code_lists)),
        "approvals": str(len(found.info.restricted_approvals)) + " for restricted characteristics",
        "digest": found.info.digest,
        "folder": str(found.path),
        "notice": found.info.notice,
    }
    sys.stdout.writelines(f"{name:<13} {text}\n" for name, text in lines.items())
    sys.stdout.write("\n")
    sys.stdout.writelines(f"{rule.severity:<8} {rule.action:<7} {rule.id:<45} {rule.title}\n" for rule in found.rules)
    return 0


def _days(info: ReleaseInfo) -> str:
    conforming = f", conformance from {info.conformance_from}" if info.conformance_from else ""
    retired = f", until {info.retired_on}" if info.retired_on else ""
    return f"from {info.implementation_from}{conforming}{retired}"


def _bundle(asked: Namespace) -> int:
    found = releases.load(asked.version)
    folder = asked.output / found.version
    if folder.exists():
        raise InputError(f"{folder} is there already. Remove it, or name another folder.")
    files = releases.bundled(found)
    for name, content in files.items():
        place = asked.output / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    sys.stdout.write(
        f"Release {found.version} is in {folder} ({len(files)} files). Begin with {folder / 'pages' / 'index.html'}; "
        f"a report that is written to {asked.output} leads to these pages.\n"
    )
    return 0


def _build(asked: Namespace) -> int:
    folder = releases.build(asked.version, draft=asked.draft)
    files = len(releases.load(asked.version).info.files)
    sys.stdout.write(f"Release {asked.version} is in {folder} ({files} files). Read what changed in it.\n")
    return 0


def _verify(asked: Namespace) -> int:
    wrong = releases.verify(asked.version)
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    if not wrong:
        sys.stdout.write(f"Release {asked.version} is as it was published, and is built again alike.\n")
    return int(bool(wrong))
