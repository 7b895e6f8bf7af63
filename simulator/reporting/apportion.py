"""Rounding that keeps sums: parts are rounded so that they add up to the rounded total."""

from __future__ import annotations

import math
from collections.abc import Sequence


def apportion(parts: Sequence[float], total: int) -> list[int]:
    """Whole numbers close to `parts` that add up to `total` (largest remainders first).

    A part that is exactly zero stays zero while another part can take the difference, and no part
    changes its sign. Where `total` lies outside what rounding down and up can reach, which happens by a
    unit where the total itself is a difference of rounded figures, the largest parts take the rest.
    """
    floors = [math.floor(part) for part in parts]
    remainders = [part - floor for part, floor in zip(parts, floors, strict=True)]
    missing = total - sum(floors)
    by_remainder = sorted((i for i, rest in enumerate(remainders) if rest > 0), key=lambda i: (-remainders[i], i))
    rounded = list(floors)
    for i in by_remainder[: max(missing, 0)]:
        rounded[i] += 1
    rest = total - sum(rounded)
    if rest and not parts:
        raise ValueError(f"no parts to add up to {total}")
    if rest:
        rounded[max(range(len(parts)), key=lambda i: abs(parts[i]))] += rest
    return rounded
