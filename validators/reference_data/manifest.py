"""What stands beside a stored set: where it came from, when, and by what it is known."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Manifest(BaseModel):
    """One loaded file of reference data. Frozen; written as JSON beside the Parquet file that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal[1] = Field(default=1, description="The form in which sets are stored; another one is loaded again.")
    kind: str = Field(description="What the command calls it.")
    name: str = Field(description="Which one of its kind; loading one of that name again takes its place.")
    layout: str = Field(description="The layout that was recognised.")
    version: str | None = Field(description="Version that the file, or who loaded it, says.")
    source: str = Field(description="Name of the file, or the address that it came from.")
    rows: int = Field(ge=0, description="Rows that are kept.")
    received_bytes: int = Field(ge=0, description="Size of the file as received.")
    received_sha256: str = Field(description="SHA-256 of the file as received.")
    stored: str = Field(description="Name of the Parquet file.")
    stored_sha256: str = Field(description="SHA-256 of the Parquet file.")
    loaded_on: date = Field(description="The day on which it was loaded.")
    counts: dict[str, int] = Field(default_factory=dict, description="What decides which questions it can answer.")
