"""How a shareable copy writes a count: the rule of national publications (HES)."""

from __future__ import annotations

from validators.figures import SMALL

#: other counts go to the nearest
STEP = 5


def is_small(count: int) -> bool:
    """Whether a count is too small to be shown."""
    return 1 <= count <= SMALL


def rounded(count: int) -> int:
    """The count as it is shown, where it is not hidden; 0 stays 0."""
    return STEP * ((count + STEP // 2) // STEP)


def could_be(count: int) -> tuple[int, int]:
    """The least and the most that a count, shown as `rounded` writes it, can have been."""
    shown = rounded(count)
    return (max(shown - STEP // 2, SMALL + 1), shown + STEP // 2) if shown else (0, 0)
