"""The fonts of figures, and text of users made fit for them.

The terminal needs such text too: matplotlib, which knows the glyphs, is imported where a text is not plain ASCII.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

LATIN, JAPANESE = "DejaVu Sans", "IPAexGothic"
LEFT_TO_RIGHT = "\u200e"
"""Stands around a name that is written from right to left, lest it turn the sentence that it is in."""
REPLACEMENT = "□"
"""Stands for a character that neither font has."""


def font_files() -> dict[str, Path]:
    """The font files in use, by family."""
    import matplotlib

    spec = importlib.util.find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib-fontja, which brings the Japanese font, is not installed")
    return {
        LATIN: Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"),
        JAPANESE: Path(spec.origin).parent / "fonts" / "ipaexg.ttf",
    }


@cache
def glyphs(family: str) -> frozenset[int]:
    """The code points for which a font family has a glyph."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_files()[family])).get_charmap())


def showable(text: str, longest: int = 80) -> str:
    """Text of a user made fit for a figure: one line, every glyph there, not too long."""
    spaced = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    # both fonts have every printable character of ASCII
    shown = spaced if spaced.isascii() else "".join(c if ord(c) in _known() else REPLACEMENT for c in spaced)
    shown = shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
    right_to_left = any(unicodedata.bidirectional(character) in ("R", "AL") for character in shown)
    return f"{LEFT_TO_RIGHT}{shown}{LEFT_TO_RIGHT}" if right_to_left else shown


@cache
def _known() -> frozenset[int]:
    return glyphs(LATIN) | glyphs(JAPANESE)
