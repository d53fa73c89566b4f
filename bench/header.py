"""The header of every submission that the bench makes by itself, and the release that its checks are of."""

from __future__ import annotations

from typing import Any

HEADER: dict[str, Any] = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "submitter_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
    "declared_plus": ["HOMELESS"],
    "opt_out_applied": "Y",
    "persons_withheld": 0,
}
