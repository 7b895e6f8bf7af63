"""The one look of all figures: slide size, fonts with Japanese glyphs, a colour for each movement kind.

The colours are those of Okabe and Ito (Color Universal Design, 2008), told apart by colour-blind readers.
Nothing here changes matplotlib's global settings beyond registering the Japanese font file: figures are drawn
and saved inside `context`, and never through pyplot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from inspect import unwrap
from os import PathLike
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import open_file_cm
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from simulator.reporting.fonts import JAPANESE, LATIN, font_files
from simulator.reporting.png import png
from simulator.reporting.result_view import ResultView

KIND_COLOURS = {
    "new": "#0072B2",
    "reactivation": "#56B4E9",
    "expansion": "#009E73",
    "contraction": "#E69F00",
    "churn": "#D55E00",
    "fx": "#7F7F7F",
}
INK = "#222222"
SOFT_INK = "#595959"
RULE = "#D0D0D0"
BALANCE = "#5F6B76"
"""Opening and closing balances: no movement, so no movement's colour."""
LINE = "#4B2E83"
"""The line of a figure with one measure."""
BAND = "#CFC6E2"
"""The band around that line."""
NEUTRALS = (LINE, "#CC6677", "#999933", "#332288", "#882255", BALANCE)
"""Lines of one figure that are no movements (plans, teams), in order (after Tol 2021, muted)."""
ZONE_INK = "#00664B"
ZONE = "#E3F3EC"
"""The zone of negative churn: a tint of expansion, which wins there."""

SIZE = (12.0, 6.75)
DPI = 200
"""Pictures are 2400 × 1350 pixels: twice the width of a slide on screen."""
BASE = 14.0
TITLE_SIZES = (20.0, 18.0, 16.0)
"""A title takes the first size in which it needs no more than two lines."""
NOTE = 11.5

FAMILIES = {"en": [LATIN, JAPANESE], "ja": [JAPANESE, LATIN]}
"""Fonts by language; the second supplies glyphs that the first lacks, such as a Japanese plan name."""


class Canvas(FigureCanvasAgg):
    """A canvas that writes PNG files as `png` does."""

    def print_png(
        self,
        filename_or_obj: Any,
        *,
        metadata: dict[str, Any] | None = None,
        pil_kwargs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Called by `savefig`. What is transparent, or has wishes for Pillow, is left to matplotlib."""
        if pil_kwargs or to_rgba(self.figure.get_facecolor())[3] < 1:
            super().print_png(filename_or_obj, metadata=metadata, pil_kwargs=pil_kwargs)
            return
        FigureCanvasAgg.draw(self)
        with open_file_cm(filename_or_obj, "wb") as file:
            file.write(png(np.asarray(self.buffer_rgba()), self.figure.dpi, metadata or {}))


class ReportFigure(Figure):
    """A figure that is saved with the settings of this module, without a date or random identifiers.

    `finding` says what it shows; it becomes the title of the file, for readers who cannot see it.
    """

    finding: str = ""

    def savefig(self, fname: Any, **options: Any) -> None:
        """Saves as usual; SVG gets text as paths, so that no reader needs the fonts."""
        ending = Path(fname).suffix.lstrip(".") if isinstance(fname, str | PathLike) else ""
        kind = str(options.get("format") or ending or "png").lower()
        if kind == "svg":
            options.setdefault("metadata", {"Title": self.finding, "Date": None, "Creator": None})
        elif kind == "png":
            options.setdefault("metadata", self.png_metadata)
        options.setdefault("dpi", DPI)
        with context("en"):
            super().savefig(fname, **options)

    @property
    def png_metadata(self) -> dict[str, str | None]:
        """What a PNG file of the figure says about itself."""
        return {"Title": self.finding, "Software": None}

    def pixels(self) -> np.ndarray:
        """The picture that `savefig` saves as PNG: height × width × 4 bytes."""
        canvas, dpi = self.canvas, self.dpi
        drawn = FigureCanvasAgg(self)  # one of its own, so that its 13 MB go with it
        self.dpi = DPI
        try:
            with context("en"):
                drawn.draw()
            return np.asarray(drawn.buffer_rgba())
        finally:
            self.dpi = dpi
            self.set_canvas(canvas)


@contextmanager
def context(lang: str) -> Iterator[None]:
    """The settings of all figures, for the time of a `with` block. Dollar signs are text, not formulas."""
    _register_japanese_font()
    settings: Any = {
        "font.family": FAMILIES[lang],
        "font.size": BASE,
        "text.parse_math": False,
        "text.color": INK,
        "text.hinting": "none",
        "axes.edgecolor": RULE,
        "axes.labelcolor": INK,
        "axes.linewidth": 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "axes.axisbelow": True,
        "axes.grid": False,
        "xtick.color": SOFT_INK,
        "ytick.color": SOFT_INK,
        "xtick.labelsize": BASE - 1,
        "ytick.labelsize": BASE - 1,
        "figure.figsize": SIZE,
        "figure.dpi": 100,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "savefig.bbox": None,
        "svg.fonttype": "path",
        "svg.hashsalt": "plansim",
        "path.simplify": True,
    }
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        yield


Draw = Callable[[ResultView, str], Figure]


def styled(draw: Draw) -> Callable[..., Figure]:
    """Makes `draw(result, lang)` draw in this module's style and return a complete figure."""

    @wraps(draw)
    def in_style(result: ResultView, lang: str = "en") -> Figure:
        with context(lang):
            figure = draw(result, lang)
            figure.draw_without_rendering()
        return figure

    return in_style


def begun(styled_draw: Draw, result: ResultView, lang: str) -> Figure:
    """The figure before it is laid out for good: enough for one that is saved next, which does that anyway."""
    with context(lang):
        return unwrap(styled_draw)(result, lang)


def new_figure(finding: str) -> Figure:
    """An empty figure of slide size with a canvas of its own."""
    figure = ReportFigure(figsize=SIZE)
    figure.finding = finding
    Canvas(figure)
    return figure


@cache
def _register_japanese_font() -> None:
    font_manager.fontManager.addfont(font_files()[JAPANESE])
