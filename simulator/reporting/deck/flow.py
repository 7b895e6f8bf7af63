"""Long lists of sentences: two columns a slide, as many slides as they need."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from simulator.reporting.deck import writing
from simulator.reporting.deck.box import Box
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.writing import Paragraph

SIZES = (16.0, 14.0, 13.0, 12.0, 11.0)
"""The largest in which the sentences take one slide; the last but one where they take more in any."""
GAP = 4.0
LONGEST = 600
"""Characters of a sentence; the rest is left to the scenario's file."""
SPACE = 24.0
"""Between the two columns."""
SOURCES = 40.0
"""Kept free for the sources."""


def add(deck: Deck, title: Callable[[int, int], str], items: Sequence[tuple[str, bool]], notes: Sequence[str]) -> None:
    """Slides with the sentences; `(text, True)` is a heading, `title(part, parts)` gives the slides' titles."""
    body = deck.look.body
    area = Box(body.left, body.top, body.width, body.height - SOURCES)
    whole = _told(items, 18.0)
    if _height(whole, area.width, deck.lang) <= area.height:
        page = deck.page(title(1, 1), notes)
        page.text(page.body, whole)
        return
    width = area.columns(1, 1, gap=SPACE)[0].width
    columns = _best(items, width, area.height, deck.lang)
    parts = -(-len(columns) // 2)
    for part in range(parts):
        page = deck.page(title(part + 1, parts), notes)
        some = columns[2 * part : 2 * part + 2]
        for box, column in zip(page.body.columns(1, 1, gap=SPACE), some, strict=False):
            page.text(box, column)


def _told(items: Sequence[tuple[str, bool]], size: float) -> list[Paragraph]:
    return [
        Paragraph(_cut(text), size + (1.0 if head else 0.0), bold=head, bullet=not head, after=GAP)
        for text, head in items
    ]


def _best(items: Sequence[tuple[str, bool]], width: float, height: float, lang: str) -> list[list[Paragraph]]:
    """The columns in the size that suits, filled evenly: as few slides as can be."""
    sized = {}
    for size in SIZES:
        paragraphs = _told(items, size)
        heights = [_height([one], width, lang) for one in paragraphs]
        sized[size] = paragraphs, heights, -(-len(_columns(paragraphs, heights, height)) // 2)
        if sized[size][2] == 1:
            break
    slides = sized[size][2]
    readable = [s for s in sized if s in SIZES[-3:] or slides == 1]
    paragraphs, heights, _ = sized[next(s for s in readable if sized[s][2] == slides)]
    low, high = max(heights), height
    for _ in range(20):  # the lowest height in which they take no more columns
        middle = (low + high) / 2
        fits = len(_columns(paragraphs, heights, middle)) <= 2 * slides
        low, high = (low, middle) if fits else (middle, high)
    return _columns(paragraphs, heights, high)


def _columns(paragraphs: Sequence[Paragraph], heights: Sequence[float], height: float) -> list[list[Paragraph]]:
    """The paragraphs, of which the heights are given, in columns of no more than `height`."""
    columns: list[list[Paragraph]] = [[]]
    used = 0.0
    for i, one in enumerate(paragraphs):
        needed = heights[i]
        if one.bold and i + 1 < len(paragraphs):
            needed += heights[i + 1]  # a heading is never the last of a column
        if columns[-1] and used + needed > height:
            columns.append([])
            used = 0.0
        columns[-1].append(one)
        used += heights[i]
    return columns


def _height(paragraphs: Sequence[Paragraph], width: float, lang: str) -> float:
    return writing.height_of(paragraphs, width, lang)


def _cut(text: str) -> str:
    """Names of hundreds of characters made short, and the whole kept to what a column can hold."""
    short = re.sub(r"[!-~]{61,}", lambda m: m.group()[:59] + "…", text)
    return short if len(short) <= LONGEST else short[: LONGEST - 1] + "…"
