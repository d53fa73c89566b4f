"""NHS numbers that are nobody's: valid check digits, from ranges that are never issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: the test range first, then the ranges that are never issued either
PREFIXES = (999, *range(900, 999))
_BLOCK = 1_000_000
_HALF = 1_000
#: coprime to the size of a block: steps visit every number of it once, in an order that does not look like counting
_STRIDE = 618_049


def nhs_numbers(start: int) -> Iterator[str]:
    """Ten-digit numbers, each once; `start` says where in each range to begin. No palindromes, hence no sentinels."""
    upper, lower = _weighted(7), _weighted(4)
    for prefix in PREFIXES:
        ahead = sum(int(d) * w for d, w in zip(str(prefix), (10, 9, 8), strict=True))
        for step in range(_BLOCK):
            middle = (start + step * _STRIDE) % _BLOCK
            digit = -(ahead + upper[middle // _HALF] + lower[middle % _HALF]) % 11
            if digit == 10:
                continue
            number = f"{prefix}{middle:06d}{digit}"
            if number[:5] != number[:4:-1]:
                yield number


def palindrome(count: int) -> str:
    """A number that reads alike from both ends, which always passes the check digit; another for each count."""
    half = f"9{1 + count % 9998:04d}"
    return half + half[::-1]


def _weighted(first: int) -> list[int]:
    """For every three digits, their share of the check sum; the first of them weighs `first`."""
    return [n // 100 * first + n // 10 % 10 * (first - 1) + n % 10 * (first - 2) for n in range(_HALF)]
