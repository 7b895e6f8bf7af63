"""Who draws what a command has found: this process, and one that gets ready while this one is at work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.results.folder import Draw

BESIDE = 1
"""Drawing processes beside this one. Two that leave it nothing to draw are slower: their imports are in its way."""


@contextmanager
def drawing(*, figures: bool, replications: int, threads: int | None) -> Iterator[Draw]:
    """Give who draws the figures of a run; enter it before anything slow, the reading of the input included."""
    number = processes(replications, threads) if figures else 0
    if number:
        from simulator.reporting.drawers import drawers

        with drawers(number) as started:
            yield started.draw
    else:
        from simulator.results.folder import draw_here, draw_none

        yield draw_here if figures else draw_none


def processes(replications: int, threads: int | None) -> int:
    """Return how many processes are to be started for drawing; with none, this one draws alone.

    A single replication is how large bases are simulated: there memory counts, and not half a second.
    """
    allowed = threads or os.cpu_count() or 1
    return BESIDE if replications > 1 and allowed > 1 else 0
