"""Writes all figures of a result as pictures."""

from __future__ import annotations

from pathlib import Path

from simulator.reporting.figures import draw, drawable
from simulator.reporting.result_view import ResultView


def save_all(result: ResultView, folder: Path | str, lang: str = "en") -> list[Path]:
    """Writes every figure that the result has to `folder`, NAME.png (2400 × 1350) and NAME.svg; returns the paths."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name in drawable(result):
        figure = draw(result, name, lang)
        for kind in ("png", "svg"):
            path = target / f"{name}.{kind}"
            figure.savefig(path, format=kind)
            written.append(path)
    return written
