"""Writes all figures of a result as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from simulator.reporting.figures import begun, drawable
from simulator.reporting.png import png
from simulator.reporting.result_view import ResultView
from simulator.reporting.style import DPI, ReportFigure


def save_all(result: ResultView, folder: Path | str, lang: str = "en") -> list[Path]:
    """Writes every figure that the result has to `folder`, NAME.png (2400 × 1350) and NAME.svg; returns the paths."""
    with pictures(folder) as write:
        return [path for name in drawable(result) for path in write(name, begun(result, name, lang))]


@contextmanager
def pictures(folder: Path | str) -> Iterator[Callable[[str, Figure], list[Path]]]:
    """Makes `folder` and gives what writes a figure to it, NAME.png and NAME.svg, and returns the paths.

    One figure's PNG is compressed while the next one is drawn: that takes a quarter of the time. A figure that is
    written is used up.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    compressing: Future[None] | None = None
    with ThreadPoolExecutor(1) as beside:

        def write(name: str, figure: Figure) -> list[Path]:
            nonlocal compressing
            assert isinstance(figure, ReportFigure)
            picture, svg = (target / f"{name}.{kind}" for kind in ("png", "svg"))
            pixels = figure.pixels()
            if compressing is not None:
                compressing.result()  # one at a time: a picture takes 13 MB
            compressing = beside.submit(_write_png, picture, pixels, figure.png_metadata)
            figure.savefig(svg, format="svg")
            figure.clear()  # its parts hold each other, and would wait for the garbage collector
            return [picture, svg]

        yield write
        if compressing is not None:
            compressing.result()


def _write_png(path: Path, pixels: np.ndarray, metadata: dict[str, str | None]) -> None:
    path.write_bytes(png(pixels, DPI, metadata))
