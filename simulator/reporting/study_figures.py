"""The figures of studies, by the kind of study: each a function `draw(study, lang)` that returns a Figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from simulator.reporting import style
from simulator.reporting.figures import attribution, comparison, sobol, solution, sweep, tornado, trade_off
from simulator.reporting.save import pictures

STUDY_FIGURES: dict[str, dict[str, Callable[..., Figure]]] = {
    "comparison": {"comparison": comparison.draw},
    "sweep": {"sweep": sweep.draw},
    "tornado": {"tornado": tornado.draw},
    "sobol": {"sobol": sobol.draw},
    "attribution": {"levers": attribution.draw_levers, "reasons": attribution.draw_reasons},
    "solution": {"solution": solution.draw},
    "trade_off": {"trade_off": trade_off.draw},
    "cases": {"comparison": comparison.draw},
}


def draw(study: Any, name: str, lang: str = "en") -> Figure:
    """Draws the figure called `name` of a study.

    Raises
    ------
    ValueError
        there is no such figure of its kind; the message lists those there are
    """
    figures = STUDY_FIGURES[study.kind]
    if name not in figures:
        raise ValueError(f"no figure of a {study.kind} is called {name!r}; known are: {', '.join(figures)}")
    return figures[name](study, lang)


def save_study(study: Any, folder: Path | str, lang: str = "en") -> list[Path]:
    """Writes every figure of a study to `folder` as NAME.png and NAME.svg; returns the paths written."""
    with pictures(folder) as write:
        figures = STUDY_FIGURES[study.kind].items()
        return [path for name, drawn in figures for path in write(name, style.begun(drawn, study, lang))]
