"""plusmds validate: check a submission, write the report, answer with an exit status."""

from __future__ import annotations

import json
import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import slices
from service.commands.output import check_writable, write
from service.commands.progress import Progress
from service.commands.reference import loaded_sets
from service.commands.site import site
from validators.errors import InputError
from validators.reports import REPORTS, Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.acceptance import Entry
    from validators.by_place import PlaceKind
    from validators.report import Report


def run(asked: Namespace) -> int:
    """Check what `asked.path` names. 0 or 1, by the findings and --fail-on."""
    _check_call(asked)
    form = _form(asked)
    before, accepted = _earlier(asked.since), _accepted(asked.accept)
    cut: dict[PlaceKind, tuple[Report, ...]] = {}
    report = _compared(_marked(_report(asked, form, cut), accepted), before)
    told = _copy(report, before) if _is_handed_on(asked, form) else report
    if asked.slice:
        where = slices.write(slices.copies(report, cut, asked, form, before), form, asked.output)
    else:
        write(REPORTS[form](told, _look(asked.output, report)), asked.output)
        where = "The report is in"
    if asked.rows:
        sys.stderr.writelines(f"{line}\n" for line in _left_out_of_rows(report))
    if asked.output:
        from validators.reports.words import draft

        # beside a copy that hides a figure the terminal, or the log of a build, does not show it either
        said = " ".join(filter(None, (told.verdict_sentence, draft(told))))
        sys.stdout.write(f"{said}\n{where} {asked.output}\n")
    return int(_falls_short(report, asked.fail_on))


def _left_out_of_rows(report: Report) -> Iterator[str]:
    """The tables whose rows --rows may not tell: of a finding without a count no row number is told either."""
    from validators.reports.words import NO_ROW_MEANS

    for table in sorted({finding.table for finding in report.findings if finding.failed_rows is None}):
        yield f"--rows names no row of {table}. {NO_ROW_MEANS}"


def _check_call(asked: Namespace) -> None:
    if asked.reveal != "none" and asked.copy == "shareable":
        raise InputError("A shareable copy shows no row. Leave out --reveal, or ask for the owner's copy.")
    if asked.reveal != "none" and REPORTS[_form(asked)].always_shareable:
        raise InputError(
            f"The form {_form(asked)} is always a shareable copy, which shows no row. Leave out --reveal, or ask for "
            "another form."
        )
    if asked.slice:
        slices.check_call(asked)
    else:
        check_writable(asked.output)
        _refuse_terminal(_form(asked), asked.output)
    check_writable(asked.rows)


def _is_handed_on(asked: Namespace, form: str) -> bool:
    """Whether what is written is a shareable copy."""
    if asked.slice:
        return slices.are_shareable(asked, form)
    return asked.copy == "shareable" or REPORTS[form].always_shareable


def _earlier(path: Path | None) -> Report | None:
    if path is None:
        return None
    from validators.earlier import read_report

    return read_report(path)


def _accepted(path: Path | None) -> tuple[Entry, ...]:
    if path is None:
        return ()
    from validators.acceptance import read_accepted

    return read_accepted(path)


def _marked(report: Report, accepted: tuple[Entry, ...]) -> Report:
    if not accepted:
        return report
    from validators.acceptance import accept

    return accept(report, accepted)


def _compared(report: Report, before: Report | None) -> Report:
    if before is None:
        return report
    from validators.copies import compared
    from validators.earlier import check_comparable

    check_comparable(report, before)
    return compared(report, before)


def _copy(report: Report, before: Report | None) -> Report:
    from validators.copies import shareable

    return shareable(report, before)


def _report(asked: Namespace, form: str, cut: dict[PlaceKind, tuple[Report, ...]]) -> Report:
    """The report; where slices by place are asked for, `cut` receives them."""
    from validators.validate import validate

    with Progress() as progress:
        return validate(
            asked.path,
            release=asked.release,
            table=asked.table,
            period=asked.period,
            provider=asked.provider,
            mapping=asked.map,
            today=asked.today,
            engine=asked.engine,
            reveal=asked.reveal,
            rows_to=asked.rows,
            reference=loaded_sets(),
            progress=progress,
            cut=slices.cut(asked, form),
            slices_to=cut.update,
        )


def _form(asked: Namespace) -> str:
    if asked.format:
        return asked.format
    suffix = Path(asked.output).suffix.lower() if asked.output and not asked.slice else ""
    if not suffix:
        return "text"
    named = next((name for name, form in REPORTS.items() if form.suffix == suffix), None)
    if named is None:
        raise InputError(
            f"No form of the report ends in {suffix}. Name one, as in --format text, or end the file in one of "
            f"{', '.join(dict.fromkeys(form.suffix for form in REPORTS.values()))}."
        )
    return named


def _refuse_terminal(form: str, output: Path | None) -> None:
    if REPORTS[form].binary and output is None and sys.stdout.isatty():
        raise InputError(
            f"This form is not for a terminal. Name a file to write to: --output report{REPORTS[form].suffix}"
        )


def _look(output: Path | None, report: Report) -> Look:
    if output is not None:
        return Look(site=site(), pages=_pages_beside(output, report))
    if not sys.stdout.isatty():
        return Look(site=site())
    return Look(colour="NO_COLOR" not in os.environ, width=min(shutil.get_terminal_size().columns, 120), site=site())


def _pages_beside(output: Path, report: Report) -> str | None:
    """The folder of the release's pages, as seen from the report, where an unpacked bundle lies beside it.

    None where it lacks the page of a finding or an item: it is another edition of a draft, and no link is to be dead.
    """
    names = {finding.rule_link.rpartition("/")[2] for finding in report.findings if finding.rule_link}
    names |= {f"{item.table}.{item.data_item}.html" for item in report.data_items}
    folders = (f"{report.release}/", "")
    found = (folder for folder in folders if _is_bundle(output.parent / folder, report.release))
    whole = (folder for folder in found if all((output.parent / folder / "pages" / name).is_file() for name in names))
    return next((f"{folder}pages/" for folder in whole), None)


def _is_bundle(folder: Path, release: str) -> bool:
    try:
        told = json.loads((folder / "release.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("version") == release and (folder / "pages" / "index.html").is_file()


def _falls_short(report: Report, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    counts = report.counts
    warnings = counts.warning - counts.accepted_warnings
    return counts.error + (warnings if fail_on == "warning" else 0) > 0 or report.verdict == "rejected"
