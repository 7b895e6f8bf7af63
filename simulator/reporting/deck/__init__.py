"""A PowerPoint deck of a run or a study: one finding a slide, native charts, notes with definition and source."""

from __future__ import annotations

from simulator.reporting.deck.design import WrongTemplate
from simulator.reporting.deck.write import write_deck

__all__ = ["WrongTemplate", "write_deck"]
