"""How wide texts are, by the fonts that come with the installation.

The fonts of a slide are not there where it is written. DejaVu Sans is wider than Arial, Calibri and their like, and
Japanese characters are one em wide in every font, so that what fits here fits on the slide.
"""

from __future__ import annotations

import re
from functools import cache

from matplotlib.ft2font import FT2Font, LoadFlags

from simulator.reporting import fonts

LINE = {"en": 1.2, "ja": 1.3}
"""Line spacing in font sizes; written into the slides as exact points, so that no font can change it."""
SAFETY = 1.03
SCRIPT_GAP = 0.2
"""Ems that some programs put between Japanese and Latin characters."""
_EM = 1000.0
_CHANGES = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])(?=[!-~])|(?<=[!-~])(?=[\u3000-\u9fff\uff00-\uffef])")
_BREAKS = re.compile(
    r"[^\s\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]+[、。）」』】！？：；，．]*\s*"
    r"|[（「『【]?\S[、。）」』】！？：；，．ーっッゃゅょャュョ々]*\s*|\s+"
)


BOLD = "DejaVuSans-Bold.ttf"


@cache
def _font(family: str, bold: bool) -> FT2Font:
    file = fonts.font_files()[family]
    font = FT2Font(str(file.with_name(BOLD) if bold and family == fonts.LATIN else file))
    font.set_size(_EM, 72)
    return font


@cache
def _advance(character: str, bold: bool) -> float:
    """The width of a character in ems: the larger of the two fonts, one em where neither has it."""
    widths = [
        _font(family, bold).load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / _EM
        for family in (fonts.LATIN, fonts.JAPANESE)
        if ord(character) in fonts.glyphs(family)
    ]
    return max(widths, default=1.0)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text on one line, in points."""
    changes = len(_CHANGES.findall(text))
    return (sum(_advance(character, bold) for character in text) + SCRIPT_GAP * changes) * size * SAFETY


def wrap(text: str, size: float, widest: float, *, bold: bool = False) -> list[str]:
    """The lines that a text takes in a box `widest` points wide; a word that is longer than a line is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for token in _tokens(paragraph):
            for piece in _cut(token, size, widest, bold):
                if line and width((line + piece).rstrip(), size, bold=bold) > widest:
                    lines.append(line.rstrip())
                    line = piece.lstrip()
                else:
                    line += piece
        lines.append(line.rstrip())
    return lines


def height(lines: int, size: float, lang: str) -> float:
    """The height of some lines, in points."""
    return lines * size * LINE[lang]


def shorten(text: str, size: float, widest: float, lines: int, *, bold: bool = False) -> str:
    """The text cut at its end, with an ellipsis, until it takes no more than `lines` lines."""
    if len(wrap(text, size, widest, bold=bold)) <= lines:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if len(wrap(text[:middle].rstrip() + "…", size, widest, bold=bold)) <= lines:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def _tokens(text: str) -> list[str]:
    tokens = _BREAKS.findall(text)
    return tokens if "".join(tokens) == text else re.findall(r"\S+\s*|\s+", text)


def _cut(token: str, size: float, widest: float, bold: bool) -> list[str]:
    """A token in pieces that fit a line."""
    if width(token.rstrip(), size, bold=bold) <= widest:
        return [token]
    pieces, piece = [], ""
    for character in token:
        if piece and width(piece + character, size, bold=bold) > widest:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]
