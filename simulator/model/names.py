"""What the positions in the tables stand for."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Names in the order of their positions; plans, add-ons, bundles and offers are those of all epochs."""

    segments: tuple[str, ...]
    plans: tuple[str, ...]
    addons: tuple[str, ...]
    bundles: tuple[str, ...]
    offers: tuple[str, ...]
    terms: tuple[str, ...]  # monthly first
    signals: tuple[str, ...]
    teams: tuple[str, ...]


def bit_mask(names: tuple[str, ...], chosen: Container[str] | None) -> int:
    """Return the bit mask of the chosen names; `None` chooses all."""
    return sum(1 << i for i, name in enumerate(names) if chosen is None or name in chosen)
