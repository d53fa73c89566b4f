"""Names of organisations, for people to read: rules go by codes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.sets import StoredSet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from validators.reference_data.sets import Rows


def organisation_names(rows: Rows | None, codes: Collection[str]) -> Mapping[str, str]:
    """Code → name, of those `codes` that the loaded organisations have a name for; nothing where none are loaded."""
    if rows is None or not codes:
        return {}
    if isinstance(rows, StoredSet):
        return _stored(rows, codes)
    return {row["code"]: row["name"] for row in rows if row.get("code") in codes and row.get("name")}  # type: ignore[misc]


def _stored(rows: StoredSet, codes: Collection[str]) -> Mapping[str, str]:
    import duckdb

    asked = f"SELECT code, min(name) FROM {rows.files()} WHERE name IS NOT NULL AND code IN (FROM (SELECT unnest(?)))"
    with duckdb.connect() as connection:
        return dict(connection.execute(f"{asked} GROUP BY code", [sorted(codes)]).fetchall())
