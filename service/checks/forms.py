"""In what form a file comes and a report goes: content types, file names, Accept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from urllib.parse import unquote

from service.errors import Problem
from validators.reports import REPORTS

#: what a content type says about the ending of a file that comes without a name
ENDINGS: Mapping[str, str] = {
    "text/csv": ".csv",
    "application/csv": ".csv",
    "application/json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/ndjson": ".ndjson",
    "application/jsonl": ".ndjson",
    "application/vnd.apache.parquet": ".parquet",
    "application/x-parquet": ".parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
}
#: content types that say nothing of the content; the last is what curl sends when it is told nothing else
UNSTATED = ("", "application/octet-stream", "application/gzip", "application/zstd", "application/x-www-form-urlencoded")

_OTHER_THAN_NAME = re.compile(r"[^A-Za-z0-9._ ()-]+")
_LONGEST_NAME = 100
#: forms that hold many rows of one table: without a name the table has to be said
_MANY_TABLES = (".zip", ".xlsx")


def file_name(
    *,
    name: str | None,
    disposition: str | None,
    content_type: str | None,
    table: str | None,
    content_encoding: str | None = None,
) -> str:
    """The name under which the body is checked: the name given, or one made of the content type and the table."""
    _refuse_encoded(content_encoding)
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise Problem(
            "content_type_not_supported",
            "Send the file itself as the body, not a form: curl -H 'Content-Type: text/csv' --data-binary @person.csv",
        )
    given = _safe(name or _disposition_name(disposition))
    if given:
        return given
    if kind not in ENDINGS:
        raise Problem("content_type_not_supported", _what_to_say(kind))
    ending = ENDINGS[kind]
    if table is None and ending not in _MANY_TABLES:
        raise Problem(
            "parameter_wrong",
            "A single file needs to say which table it holds: add ?table=person, or ?name=person.csv.",
            errors=[{"parameter": "table", "detail": "missing"}],
        )
    return (table if table and ending not in _MANY_TABLES else "submission") + ending


def report_form(*, asked: str | None, accept: str | None) -> str:
    """The form of the report: what ?format= says, else the best of Accept, else JSON."""
    if asked is not None:
        if asked in REPORTS:
            return asked
        raise Problem("not_acceptable", f"?format= takes one of: {', '.join(REPORTS)}.")
    if not accept:
        return "json"
    by_type = {form.media_type.partition(";")[0]: name for name, form in REPORTS.items()}
    for wanted in _by_preference(accept):
        if wanted in ("*/*", "application/*", "application/problem+json"):
            return "json"
        for media_type, name in by_type.items():
            if wanted in (media_type, media_type.partition("/")[0] + "/*"):
                return name
    raise Problem("not_acceptable", f"Accept has to allow one of: {', '.join(by_type)}; or use ?format=.")


def _refuse_encoded(encoding: str | None) -> None:
    if encoding and encoding.strip().lower() != "identity":
        raise Problem(
            "content_type_not_supported",
            "Leave out Content-Encoding. A compressed file is sent under a name that says so: ?name=person.csv.gz.",
        )


def _what_to_say(kind: str) -> str:
    if kind in UNSTATED:
        return "Say what the body is: by Content-Type, for example text/csv or application/zip, or by ?name=person.csv."
    return f"A file can be one of: {', '.join(ENDINGS)}; or say by ?name=person.csv what it is."


def _disposition_name(disposition: str | None) -> str:
    if not disposition:
        return ""
    parsed = Message()
    parsed["Content-Disposition"] = disposition
    return parsed.get_filename() or ""


def _safe(name: str) -> str:
    """The last part of a name, in characters that mean nothing to a file system. Empty where nothing is left."""
    last = re.split(r"[/\\]", unquote(name))[-1]
    return _OTHER_THAN_NAME.sub("_", last).lstrip(". ")[-_LONGEST_NAME:]


def _by_preference(accept: str) -> list[str]:
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.lower().split(",")):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            wanted.append((-float(weight), place, media_type))
        except ValueError:
            continue
    return [media_type for weight, _, media_type in sorted(wanted) if weight < 0]
