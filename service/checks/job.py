"""What the service and the process of a check say to each other: a job one way, an outcome the other."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

OUTCOME = "outcome.json"
REPORT = "report"
#: an outcome is a sentence; a process gone wrong does not get to fill the service's memory with it
LARGEST_OUTCOME = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One check to be carried out. `options` go to `validate` as they are; dates are text here.

    `reference`: the folder of reference data, which need not be there. `enrich`: whether the answer is an archive of
    the report and of what reference data say of each person.
    """

    file: str
    out: str
    format: str
    site: str
    options: dict[str, str]
    limits: dict[str, int]
    reference: str
    enrich: bool = False
    parent: int
    memory_mb: int
    seconds: float

    def to_json(self) -> bytes:
        """The job as it goes through a pipe."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Job:
        """The job that `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a job: a report, a message for whoever sent the file, or a failure of ours."""

    kind: Literal["report", "input", "failed"]
    message: str = ""
    error: str = ""
    where: str = ""
    confined: bool = False

    def write(self, folder: Path) -> None:
        """Leave the outcome where the service looks for it."""
        (folder / OUTCOME).write_text(json.dumps(asdict(self)), "utf-8")


def read_outcome(folder: Path) -> Outcome:
    """The outcome in a folder; a failure where there is none that can be read."""
    try:
        with (folder / OUTCOME).open("rb") as file:
            return Outcome(**json.loads(file.read(LARGEST_OUTCOME)))
    except (OSError, ValueError, TypeError):
        return Outcome(kind="failed", error="NoOutcome")
