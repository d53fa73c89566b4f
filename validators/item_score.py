"""The item score by the formula of the Data Quality Maturity Index, for one file.

Items, thresholds and months differ from those of the published index: a score is not comparable with it, nor between
trusts, and no total is made. Source: NHS England, Data Quality Maturity Index methodology, appendix 1.
"""

from __future__ import annotations

from validators.finding import DECIMALS

#: share of codes for not known that the formula lets pass. The thresholds of the published index stand in a workbook
#: that is not at hand for these items: none is let pass, which never flatters
THRESHOLD = 0.0


def item_score(complete: int, defaults: int, records: int, threshold: float = THRESHOLD) -> float | None:
    """(complete - defaults in excess of the threshold) / records; None where there is no record.

    `complete`: records with a usable code, those for declined, unsure and not known among them. `defaults`: those for
    not known. Declined is an answer, and never taken away.
    """
    excess = max(0.0, defaults - threshold * records)
    return round(max(complete - excess, 0.0) / records, DECIMALS) if records else None
