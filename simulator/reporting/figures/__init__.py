"""The figures: one file each, every one with a function `draw(result, lang)` that returns a matplotlib Figure.

Those that not every result has say in `applies(result)` whether it has them.
"""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from simulator.reporting import findings, style
from simulator.reporting.figures import (
    bridge,
    closing_mrr,
    cohorts,
    forecast_check,
    migration,
    movements,
    net_churn,
    offer_funnel,
    rescue_funnel,
    retention,
    team_utilisation,
    usage_bill,
)
from simulator.reporting.result_view import ResultView

FIGURES: dict[str, Callable[..., Figure]] = {
    "movements": movements.draw,
    "closing_mrr": closing_mrr.draw,
    "bridge": bridge.draw,
    "net_churn": net_churn.draw,
    "retention": retention.draw,
    "migration": migration.draw,
    "cohorts": cohorts.draw,
    "rescue_funnel": rescue_funnel.draw,
    "offer_funnel": offer_funnel.draw,
    "usage_bill": usage_bill.draw,
    "team_utilisation": team_utilisation.draw,
}
APPLIES: dict[str, Callable[[ResultView], bool]] = {
    "retention": retention.applies,
    "migration": migration.applies,
    "cohorts": cohorts.applies,
    "rescue_funnel": rescue_funnel.applies,
    "offer_funnel": offer_funnel.applies,
    "usage_bill": usage_bill.applies,
    "team_utilisation": team_utilisation.applies,
}
"""Figures that only some results have; all others every result has."""

FINDINGS: dict[str, Callable[[ResultView, str], str]] = {
    **findings.FINDINGS,
    "retention": retention.finding,
    "migration": migration.finding,
    "cohorts": cohorts.finding,
    "rescue_funnel": rescue_funnel.finding,
    "offer_funnel": offer_funnel.finding,
    "usage_bill": usage_bill.finding,
    "team_utilisation": team_utilisation.finding,
    "forecast_check": findings.forecast_check,
}

OF_A_CHECK: dict[str, Callable[..., Figure]] = {"forecast_check": forecast_check.draw}
"""Figures of runs that were held against the theory."""


def applies(result: ResultView, name: str) -> bool:
    """Whether the result has what the figure called `name` shows."""
    return name not in APPLIES or APPLIES[name](result)


def drawable(result: ResultView) -> list[str]:
    """Names of the figures that the result has, in the order in which they are best read."""
    names = [name for name in FIGURES if applies(result, name)]
    return [*names, *OF_A_CHECK] if forecast_check.is_checked(result) else names


def draw(result: ResultView, name: str, lang: str = "en") -> Figure:
    """Draws the figure called `name`; one that the result does not have says in its middle that there is nothing.

    Raises
    ------
    ValueError
        there is no such figure, or the result was not checked and has none; the message lists those there are
    """
    return _named(result, name)(result, lang)


def begun(result: ResultView, name: str, lang: str) -> Figure:
    """The figure called `name`, good for nothing but to be saved: cheaper than one that `draw` returns.

    Raises
    ------
    ValueError
        as `draw` does
    """
    return style.begun(_named(result, name), result, lang)


def _named(result: ResultView, name: str) -> Callable[..., Figure]:
    figures = FIGURES | OF_A_CHECK
    if name not in figures:
        raise ValueError(f"no figure is called {name!r}; known are: {', '.join(FIGURES)}")
    if name in OF_A_CHECK and not forecast_check.is_checked(result):
        raise ValueError(f"the run was not checked (plansim run --check); known are: {', '.join(drawable(result))}")
    return figures[name]


def finding(result: ResultView, name: str, lang: str) -> str:
    """The finding of the figure called `name`, which is its title."""
    return FINDINGS[name](result, lang)
