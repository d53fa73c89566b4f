"""The `plusmds` command: what can be said to it. What a command does stands in `service/commands`.

Nothing heavy is imported here: `plusmds --help` has to answer at once.
Exit status: 0 all is well, 1 the verdict is below what was asked, 2 the input cannot be read or the call is wrong,
3 the validator itself failed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import re
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

from service.stopping import Stopping
from validators.reports import REPORTS

INPUT_STATUS = 2
FAILURE_STATUS = 3
#: what a shell reports of a program that SIGPIPE ended
_PIPE_CLOSED = 141
#: new objects after which Python looks for those that are no longer needed; some forty megabytes
_OBJECTS = 200_000

#: kinds of place by which a report can be cut; `validators.by_place` knows what they are
PLACES = ("site", "ward", "team", "care_setting", "treatment_function", "gp_practice")
_ABOUT = "Checks submissions against the PLUS Minimum Data Set, a proposed specification (not an NHS standard)."
_STATUS = """exit status:
  0  no finding of the severity that --fail-on names, and not rejected;
     with --fail-on never, whatever is found
  1  there is such a finding, or the submission is rejected
  2  the input cannot be read, or the call is wrong
  3  the validator itself failed"""


def command() -> NoReturn:
    """`main` as the whole life of a process, which ends with it.

    Looking for objects that hold each other would take a tenth of a small check, and taking all apart at the end as
    long again: the system has all memory back anyway, and whatever was made of the data is gone when `main` returns.
    """
    gc.set_threshold(_OBJECTS)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed by whoever began this process: nobody wants to hear it
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it ends with the process
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # main has told what there is to tell
            stream.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status. What goes wrong is told in one message on standard error."""
    with Stopping() as stopping:
        try:
            asked = parser().parse_args(arguments)
            status = importlib.import_module(f"service.commands.{asked.module}").run(asked)
            sys.stdout.flush()
        except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - a traceback would show what it is about: cells
            if stopping.asked or isinstance(error, KeyboardInterrupt):
                return _tell("Stopped.", stopping.status)
            return _failed(error)
    # whatever was running may have got the better of the interrupt
    return _tell("Stopped.", stopping.status) if stopping.asked else status


def _failed(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has left; what is still held back must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return _PIPE_CLOSED
    if isinstance(error, OSError):
        return _tell(f"{error.filename or 'A file'}: {error.strerror or type(error).__name__}.", INPUT_STATUS)
    return _told(error)


def _told(error: Exception) -> int:
    from schema.release_info import ReleaseError
    from service.logs import where
    from service.settings import SettingsError
    from validators.errors import EngineError, InputError

    if isinstance(error, InputError | ReleaseError | SettingsError):
        return _tell(str(error), INPUT_STATUS)
    if isinstance(error, EngineError):
        return _tell(f"The validator failed: {error}", FAILURE_STATUS)
    return _tell(f"The validator failed ({type(error).__name__} at {where(error)}).", FAILURE_STATUS)


def _tell(message: str, status: int) -> int:
    """Tell it in one line; what is in a name cannot steer the terminal."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in message)
    with suppress(OSError, ValueError):  # nobody may be there to be told
        sys.stderr.write(f"plusmds: {shown}\n")
    return status


class _Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        said = re.sub(r"invalid choice: (.+) \(choose from (.+)\)", r"there is no \1; there are: \2", message)
        self.exit(INPUT_STATUS, f"{self.prog}: {said}. See {self.prog} --help.\n")


class _Commands(Protocol):
    """What argparse gives to add commands to; it has no public name there."""

    def add_parser(self, name: str, **options: Any) -> _Parser:
        """A parser for one command."""
        ...


def parser() -> argparse.ArgumentParser:
    """The whole surface of the command."""
    top = _Parser(prog="plusmds", description=_ABOUT, allow_abbrev=False)
    top.add_argument("--version", action=_Version, help="print the version of this software")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    _add_validate(commands)
    _add_accept(commands)
    _add_enrich(commands)
    _add_asklist(commands)
    _add_generate(commands)
    _add_release(commands)
    _add_schema(commands)
    _add_reference(commands)
    _add_serve(commands)
    return top


def _command(commands: _Commands, name: str, about: str, module: str) -> _Parser:
    made = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(module=module)
    return made


def _add_validate(commands: _Commands) -> None:
    add = _command(commands, "validate", "check a submission and write the conformance report", "validate")
    add.epilog = _STATUS
    argument = add.add_argument
    argument("path", metavar="PATH", type=Path, help="a folder, a zip or one file")
    argument("--release", metavar="V", help="release to check against (default: the one in force for the period)")
    argument("--table", metavar="T", help="table that a single file holds (default: by its name)")
    argument("--period", metavar="YYYY-MM", help="reporting month, where no header is sent")
    argument("--provider", metavar="CODE", help="ODS code of the provider, where no header is sent")
    argument("--map", metavar="FILE", type=Path, help="TOML that says how an extract becomes our tables")
    argument("--today", metavar="DATE", type=_day, help="the day to take as today (default: today)")
    argument("--engine", type=_engine, default="duckdb", help="duckdb, or reference: plain and slow (default: duckdb)")
    forms = ", ".join(REPORTS)
    argument("--format", type=_form, help=f"one of: {forms} (default: by the ending of --output, else text)")
    argument("--output", metavar="FILE", type=Path, help="write the report there (default: standard output)")
    argument(
        "--reveal",
        choices=("none", "keys", "values"),
        default="none",
        help="what samples show: none, your own ids (keys), the cells too (values). For the owner of the file alone",
    )
    argument(
        "--copy",
        choices=("owner", "shareable"),
        help="owner: exact figures. shareable: no row and no key, figures rounded or hidden (default: owner; of slices "
        "shareable)",
    )
    argument(
        "--rows", metavar="FILE", type=Path, help="write every failing row there as CSV: table, row, line, rule, cause"
    )
    argument(
        "--since",
        metavar="REPORT.json",
        type=Path,
        help="an earlier report of the provider, to say what changed",
    )
    argument(
        "--slice",
        metavar="BY",
        choices=("mend", *PLACES),
        help="write a folder of reports instead (needs --output FOLDER), one for each: "
        f"mend (who can mend it), {', '.join(PLACES)}",
    )
    argument("--accept", metavar="FILE", type=Path, help="TOML of findings that you accept for now")
    argument(
        "--fail-on",
        choices=("error", "warning", "never"),
        default="error",
        help="least severity of a finding that gives exit status 1 (default: error)",
    )


def _add_asklist(commands: _Commands) -> None:
    add = _command(commands, "asklist", "list whom to ask next, for each clinic, ward or team", "asklist")
    add.epilog = "The lists hold local ids: they are for the owner of the data alone, and never part of a report."
    argument = add.add_argument
    argument("path", metavar="PATH", type=Path, help="a folder, a zip or one file")
    argument("--output", metavar="DIR", type=Path, required=True, help="a new folder for the lists")
    argument("--period", metavar="YYYY-MM", help="reporting month, where no header is sent")
    argument("--provider", metavar="CODE", help="ODS code of the provider, where no header is sent")
    argument("--today", metavar="DATE", type=_day, help="the day to take as today (default: today)")


def _add_enrich(commands: _Commands) -> None:
    about = "write the area, deprivation and Core20 of each person, derived from reference data"
    add = _command(commands, "enrich", about, "enrich")
    add.epilog = "Derived from what was submitted and kept apart from it: files by row and local id, to load back."
    argument = add.add_argument
    argument("path", metavar="PATH", type=Path, help="a folder, a zip or one file")
    argument("--output", metavar="DIR", type=Path, required=True, help="folder to write to, outside the submission")
    argument("--release", metavar="V", help="release to read by (default: the one in force for the period)")
    argument("--table", metavar="T", help="table that a single file holds (default: by its name)")
    argument("--period", metavar="YYYY-MM", help="reporting month, where no header is sent")
    argument("--provider", metavar="CODE", help="ODS code of the provider, where no header is sent")
    argument("--map", metavar="FILE", type=Path, help="TOML that says how an extract becomes our tables")
    argument("--today", metavar="DATE", type=_day, help="the day to take as today (default: today)")


def _add_accept(commands: _Commands) -> None:
    add = _command(commands, "accept", "print the entry that accepts a finding, for the file of --accept", "accept")
    argument = add.add_argument
    argument("report", metavar="REPORT.json", type=Path, help="a report in JSON")
    argument("fingerprint", metavar="FINGERPRINT", help="the finding, as the report names it")
    argument("--reason", metavar="TEXT", required=True, help="why it is accepted")
    argument("--owner", metavar="TEXT", required=True, help="who answers for it")
    argument("--until", metavar="DATE", type=_day, required=True, help="the last day on which it is accepted")


def _add_generate(commands: _Commands) -> None:
    add = _command(commands, "generate", "write a synthetic submission, clean or with chosen faults", "generate")
    argument = add.add_argument
    argument("directory", metavar="DIR", type=Path, help="folder to write to")
    argument("--persons", metavar="N", type=_count, required=True, help="number of persons")
    argument("--seed", metavar="S", type=_whole, default=1, help="the same seed gives the same files (default: 1)")
    argument("--period", metavar="YYYY-MM", default="2026-04", help="reporting month (default: 2026-04)")
    argument("--provider", metavar="CODE", default="RX1", help="ODS code of the provider (default: RX1)")
    argument("--release", metavar="V", help="release to follow (default: the one in force for the period)")
    argument(
        "--fault",
        metavar="RULE_ID=RATE",
        type=_fault,
        action="append",
        default=[],
        help="break that rule in this share of the rows, as in PMD00111=0.05; may be repeated",
    )
    argument("--format", default="csv", help="csv, parquet, ndjson or xlsx (default: csv)")


def _add_release(commands: _Commands) -> None:
    add = _command(commands, "release", "list, show, bundle, build or verify releases of the data set", "release")
    actions = add.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=_Parser, dest="action")
    _command(actions, "list", "list the releases and when they apply", "release")
    for name, about in (
        ("show", "show what a release holds"),
        ("bundle", "write a whole release to a folder, with a page for every rule, data item and code list"),
        ("build", "write the folder of a release from the definitions"),
        ("verify", "verify that a release is as it was published"),
    ):
        _command(actions, name, about, "release").add_argument("version", metavar="V", help="number of the release")
    actions.choices["bundle"].add_argument(
        "--output", metavar="FOLDER", type=Path, required=True, help="where the folder of the release is put"
    )
    actions.choices["build"].add_argument("--draft", action="store_true", help="as a draft, which may be built again")


def _add_schema(commands: _Commands) -> None:
    add = _command(commands, "schema", "print the JSON Schema of a table, or of a whole submission", "schema")
    add.add_argument("version", metavar="V", help="number of the release")
    add.add_argument("table", metavar="TABLE", nargs="?", help="a table (default: all of them, in one schema)")


def _add_reference(commands: _Commands) -> None:
    about = "load, list or verify reference data: deprivation, places, organisations"
    add = _command(commands, "reference", about, "reference")
    add.epilog = "They lie in the folder `reference` below PLUSMDS_DATA_DIR, which the service uses too."
    actions = add.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=_Parser, dest="action")
    load = _command(actions, "load", "load a file as it was published; it is recognised by its columns", "reference")
    load.add_argument("kind", metavar="KIND", type=_kind, help=f"one of: {', '.join(_KINDS)}")
    load.add_argument("file", metavar="FILE", help="the file, or an address that begins with https://")
    load.add_argument("--version", metavar="V", help="version, where the file does not say it")
    _command(actions, "list", "list what is loaded, with version, rows, day and digest", "reference")
    _command(actions, "verify", "verify that what is loaded is as it was stored", "reference")


def _add_serve(commands: _Commands) -> None:
    add = _command(commands, "serve", "start the service", "serve")
    add.epilog = "Other settings come from the environment: PLUSMDS_DATA_DIR, PLUSMDS_MAX_BODY_MB … (README)."
    add.add_argument("--host", metavar="H", help="address to listen on (default: PLUSMDS_HOST, else 127.0.0.1)")
    add.add_argument(
        "--port", metavar="P", type=_whole, help="port, 0 for a free one (default: PLUSMDS_PORT, else 8000)"
    )


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, **options: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=options.get("help"))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from validators.software import VERSION

        sys.stdout.write(f"plusmds {VERSION}\n")
        parser.exit()


def _day(text: str) -> object:
    import datetime

    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    raise argparse.ArgumentTypeError(f"{text!r} is no day; expected YYYY-MM-DD")


def _whole(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number")


def _count(text: str) -> int:
    if _whole(text) > 0:
        return _whole(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not above 0")


def _fault(text: str) -> tuple[str, float]:
    rule, _, rate = text.partition("=")
    try:
        if rule and 0 < float(rate) <= 1:
            return rule, float(rate)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no RULE_ID=RATE with a rate above 0 and at most 1")


def _one_of(names: Collection[str], text: str) -> str:
    if text in names:
        return text
    raise argparse.ArgumentTypeError(f"there is no {text!r}; there are: {', '.join(names)}")


def _engine(text: str) -> str:
    from validators.engines import ENGINES

    return _one_of(ENGINES, text)


#: validators.reference_data.kinds has what each is; a test compares
_KINDS = (
    "imd",
    "lsoa",
    "postcode",
    "organisation",
    "icb",
    "region",
    "pseudo_postcode",
    "institution",
    "rural",
    "coastal",
)


def _kind(text: str) -> str:
    return _one_of(_KINDS, text)


def _form(text: str) -> str:
    return _one_of(REPORTS, text)


if __name__ == "__main__":
    command()
