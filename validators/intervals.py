"""The interval that is printed beside a share."""

from __future__ import annotations

from math import sqrt

from validators.finding import DECIMALS

#: 97.5 % point of the normal distribution
_Z = 1.959963984540054


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's score interval of 95 % for `part` of `whole`, which is above 0.

    E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209. English public health statistics use it
    for proportions (PHEindicatormethods, `phe_proportion`).
    """
    share, shift = part / whole, _Z * _Z / whole
    middle = share + shift / 2
    spread = _Z * sqrt(share * (1 - share) / whole + shift / (4 * whole))
    ends = ((middle - spread) / (1 + shift), (middle + spread) / (1 + shift))
    return round(max(ends[0], 0.0), DECIMALS), round(min(ends[1], 1.0), DECIMALS)
