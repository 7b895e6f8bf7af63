"""The figures: one file each, every one a function `draw(result, lang)` that returns a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from simulator.reporting.figures import bridge, closing_mrr, movements, net_churn
from simulator.reporting.result_view import ResultView

FIGURES: dict[str, Callable[..., Figure]] = {
    "movements": movements.draw,
    "closing_mrr": closing_mrr.draw,
    "bridge": bridge.draw,
    "net_churn": net_churn.draw,
}


def draw(result: ResultView, name: str, lang: str = "en") -> Figure:
    """Draws the figure called `name`.

    Raises
    ------
    ValueError
        there is no such figure; the message lists those there are
    """
    if name not in FIGURES:
        raise ValueError(f"no figure is called {name!r}; known are: {', '.join(FIGURES)}")
    return FIGURES[name](result, lang)
