"""Writes all figures of a result as pictures."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imsave

from simulator.reporting.figures import draw, drawable
from simulator.reporting.result_view import ResultView
from simulator.reporting.style import DPI, ReportFigure


def save_all(result: ResultView, folder: Path | str, lang: str = "en") -> list[Path]:
    """Writes every figure that the result has to `folder`, NAME.png (2400 × 1350) and NAME.svg; returns the paths.

    One figure's PNG is compressed while the next one is drawn: that takes a quarter of the time.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    compressing: Future[None] | None = None
    with ThreadPoolExecutor(1) as beside:
        for name in drawable(result):
            figure = draw(result, name, lang)
            assert isinstance(figure, ReportFigure)
            png, svg = (target / f"{name}.{kind}" for kind in ("png", "svg"))
            pixels = figure.pixels()
            if compressing is not None:
                compressing.result()  # one at a time: a picture takes 13 MB
            compressing = beside.submit(_write_png, png, pixels, figure.png_metadata)
            figure.savefig(svg, format="svg")
            figure.clear()  # its parts hold each other, and would wait for the garbage collector
            written += [png, svg]
        if compressing is not None:
            compressing.result()
    return written


def _write_png(path: Path, pixels: np.ndarray, metadata: dict[str, Any]) -> None:
    imsave(path, pixels, format="png", origin="upper", dpi=DPI, metadata=metadata)
