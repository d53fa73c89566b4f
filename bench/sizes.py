"""How large everything is: as the targets say, or so small that all of it takes seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Rows of each file, but for `large_bytes`; and how often each measurement runs."""

    persons: int = 2_000_000
    submission_persons: int = 1_000_000
    small_persons: int = 1_000
    #: of the postcode directory
    postcodes: int = 2_700_000
    #: the file of which every form is written
    form_rows: int = 1_000_000
    #: the large file; another is twice as large
    large_bytes: int = 1_000_000_000
    #: the file of the peers, and a smaller one for those that would take minutes
    peer_rows: int = 1_000_000
    slow_peer_rows: int = 100_000
    #: the same where every row is faulty
    peer_rows_dense: int = 100_000
    slow_peer_rows_dense: int = 20_000
    runs: int = 3


QUICK = Sizes(
    persons=4_000,
    submission_persons=1_000,
    small_persons=100,
    postcodes=150_000,
    form_rows=2_000,
    large_bytes=2_000_000,
    peer_rows=2_000,
    slow_peer_rows=1_000,
    peer_rows_dense=500,
    slow_peer_rows_dense=200,
    runs=1,
)
