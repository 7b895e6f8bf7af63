"""The figures: one file each, every one a function `draw(result, lang)` that returns a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from simulator.reporting.figures import bridge, closing_mrr, forecast_check, movements, net_churn
from simulator.reporting.result_view import ResultView

FIGURES: dict[str, Callable[..., Figure]] = {
    "movements": movements.draw,
    "closing_mrr": closing_mrr.draw,
    "bridge": bridge.draw,
    "net_churn": net_churn.draw,
}

OF_A_CHECK: dict[str, Callable[..., Figure]] = {"forecast_check": forecast_check.draw}
"""Figures of runs that were held against the theory."""


def drawable(result: ResultView) -> list[str]:
    """Names of the figures that the result has."""
    return [*FIGURES, *(OF_A_CHECK if forecast_check.is_checked(result) else ())]


def draw(result: ResultView, name: str, lang: str = "en") -> Figure:
    """Draws the figure called `name`.

    Raises
    ------
    ValueError
        there is no such figure, or the result was not checked and has none; the message lists those there are
    """
    figures = FIGURES | OF_A_CHECK
    if name not in drawable(result):
        why = "the run was not checked (plansim run --check)" if name in figures else f"no figure is called {name!r}"
        raise ValueError(f"{why}; known are: {', '.join(drawable(result))}")
    return figures[name](result, lang)
