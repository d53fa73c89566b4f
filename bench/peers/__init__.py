"""What a user would take instead of this project. Each runs in an environment of its own, made from its pinned file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
REQUIREMENTS = FOLDER / "requirements"


@dataclass(frozen=True)
class Peer:
    """One peer: `name` is that of its program (`with_NAME.py`), of its requirement file and of its environment."""

    name: str
    package: str
    way: str
    slow: bool = False

    @property
    def program(self) -> Path:
        """What runs in its environment."""
        return FOLDER / f"with_{self.name}.py"

    @property
    def requirements(self) -> Path:
        """What its environment is made from."""
        return REQUIREMENTS / f"{self.name}.txt"

    @property
    def title(self) -> str:
        """Its package with the pinned version, and the way it goes."""
        pinned = re.search(rf"^{self.package}==(\S+)", self.requirements.read_text("utf-8"), re.MULTILINE)
        return f"{self.package} {pinned[1] if pinned else '?'}, {self.way}"


PEERS = (
    Peer("pandera", "pandera", "on Polars"),
    Peer("pydantic", "pydantic", "row by row"),
    Peer("frictionless", "frictionless", "row by row", slow=True),
    Peer("jsonschema", "jsonschema", "row by row", slow=True),
    Peer("dve", "data-validation-engine", "DuckDB", slow=True),
)
