"""What a band comes from, in a sentence: ranges, or the luck of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.reporting import numbers
from simulator.reporting.words import word


def dominant(decomposition: Mapping[str, Any], metric: str, lang: str) -> str:
    """Return which of the two dominates, and the range that matters most.

    `decomposition` is what `Decomposition.summary` gives (see results/variance.py), `metric` the figure's words.
    """
    share, low, high = (decomposition[part] for part in ("share", "low95", "high95"))
    first = decomposition["ranges"][0]
    key, ends = "uncertainty.parameters", (share, low, high)
    if share < 0.5:
        key, ends = "uncertainty.luck", (1.0 - share, 1.0 - high, 1.0 - low)
    of_all, least, most = (numbers.share(part, lang) for part in ends)
    part = numbers.share(first["share"], lang)
    return word(key, lang, share=of_all, low=least, high=most, metric=metric, range=first["range"], part=part)
