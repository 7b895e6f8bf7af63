"""Rectangles on a slide, in points."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """Left, top, width and height in points (1/72 inch)."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def columns(self, *shares: float, gap: float = 16.0) -> list[Box]:
        """The box cut into columns with gaps between; `shares` are their parts of the width."""
        free = self.width - gap * (len(shares) - 1)
        left, found = self.left, []
        for share in shares:
            width = free * share / sum(shares)
            found.append(Box(left, self.top, width, self.height))
            left += width + gap
        return found

    def rows(self, *shares: float, gap: float = 10.0) -> list[Box]:
        """The box cut into rows with gaps between; `shares` are their parts of the height."""
        free = self.height - gap * (len(shares) - 1)
        top, found = self.top, []
        for share in shares:
            height = free * share / sum(shares)
            found.append(Box(self.left, top, self.width, height))
            top += height + gap
        return found

    def below(self, height: float, gap: float = 8.0) -> tuple[Box, Box]:
        """A box of `height` at the top, and what is left below it."""
        taken = min(height, self.height)
        rest = max(self.height - taken - gap, 0.0)
        return Box(self.left, self.top, self.width, taken), Box(self.left, self.bottom - rest, self.width, rest)
