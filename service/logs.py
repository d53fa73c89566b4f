"""Logs as JSON lines of allow-listed fields. A message of somebody else's is logged as its template, never filled in:
what would fill it may be a file name, a query or a cell."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

FIELDS = (
    "request_id",
    "method",
    "route",
    "status",
    "seconds",
    "bytes_in",
    "error",
    "where",
    "host",
    "port",
    "confined",
    "removed",
)

_ROOT = Path(__file__).parent.parent
_log = logging.getLogger("plusmds")
_log.setLevel(logging.INFO)


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log an event. Only fields of FIELDS are written; another one is a fault of the caller."""
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        raise ValueError(f"fields that may not stand in a log: {sorted(unknown)}")
    _log.log(level, event, extra={"fields": fields})


def where(error: BaseException) -> str:
    """The last place in our own code that an error came through. Its message is not used: it may quote a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename]
    if not ours:
        return "outside"
    return f"{Path(ours[-1].filename).relative_to(_ROOT).as_posix()}:{ours[-1].lineno}"


class JsonLines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": str(record.msg),
        }
        fields: dict[str, object] = getattr(record, "fields", {})
        line |= {name: fields[name] for name in FIELDS if name in fields}
        if record.exc_info and record.exc_info[1]:
            line |= {"error": type(record.exc_info[1]).__name__, "where": where(record.exc_info[1])}
        return json.dumps(line)


def start_logging() -> None:
    """Write everything that is logged in this process to standard error, as JSON lines."""
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [to_stderr]
    root.setLevel(logging.WARNING)
    # Its access log holds the query string, where a file's name stands.
    logging.getLogger("uvicorn.access").disabled = True
