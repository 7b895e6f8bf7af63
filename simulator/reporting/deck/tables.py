"""Native tables: columns as wide as their texts need, cut over slides where they are long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

from simulator.reporting import fonts
from simulator.reporting.deck import measure, writing
from simulator.reporting.deck.box import Box
from simulator.reporting.deck.page import Deck, Page, describe, emu
from simulator.reporting.deck.writing import Paragraph
from simulator.reporting.words import word

PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's table style without fills and lines; rules are drawn cell by cell."""
SIZES = (16.0, 14.0, 13.0, 12.0, 11.0, 10.0)
SMALLEST_UNBROKEN = 12.0
"""Down to this size a table is made smaller rather than have its cells broken over lines."""
SIDE, ROOM = 5.0, 0.15
"""Inner margins of a cell: at its sides in points; above and below in font sizes."""
LONGEST_CELL = 700
"""Characters that a cell shows."""
RULE = "#BFBFBF"
LARGEST_BROKEN = 14.0
"""The size of tables of long texts."""


@dataclass(frozen=True)
class Grid:
    """A table of texts. `align` has a letter a column (l, r, c); rows in `strong` are totals."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    align: str
    strong: frozenset[int] = frozenset()
    stretch: bool = True


@dataclass(frozen=True)
class Plan:
    """A table as it will stand: size of its text, widths of columns, heights of rows (the titles first), in points."""

    grid: Grid
    size: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    unbroken: bool

    @property
    def height(self) -> float:
        """The height of the whole."""
        return sum(self.heights)


def plan(grid: Grid, box: Box, lang: str, sizes: Sequence[float] = SIZES) -> Plan:
    """The table in the largest size in which it fits the box, best without broken lines; else in the smallest size."""
    broken = None
    for size in sizes:
        found = _in_size(grid, box.width, size, lang)
        if found.height > box.height:
            continue
        if found.unbroken and size >= SMALLEST_UNBROKEN:
            return found
        if broken is None and (size <= LARGEST_BROKEN or size == sizes[-1]):
            broken = found
        if broken is not None and size <= SMALLEST_UNBROKEN:
            break
    return broken or found


def add_pages(
    deck: Deck, title: str, grid: Grid, notes: Sequence[str], *, source: str = "", intro: str = ""
) -> list[Page]:
    """One slide with the table, or as many as its rows need; a sentence may stand above it."""
    pages: list[Page] = []
    rest, first = grid, 0
    while rest.rows or not pages:
        page = deck.page(title, notes, source)
        pages.append(page)
        area = page.body
        if intro:
            height = writing.height_of([Paragraph(intro, 13.0)], area.width, deck.lang)
            head, area = area.below(height)
            page.text(head, [Paragraph(intro, 13.0)])
        whole = plan(rest, area, deck.lang)
        count = _rows_that_fit(whole, area.height)
        add(page, area, replace(rest, rows=rest.rows[:count]), whole.size)
        first += count
        strong = frozenset(i - first for i in grid.strong if i >= first)
        rest = replace(grid, rows=grid.rows[first:], strong=strong)
    if len(pages) > 1:
        for i, page in enumerate(pages, start=1):
            told = word("deck.part", deck.lang, title=title, part=i, parts=len(pages))
            heading = page.slide.shapes.title or page.slide.shapes[0]
            page.fill_title(heading, told, largest=min(deck.look.title_size, 26.0), box=deck.look.title)
    return pages


def add(page: Page, box: Box, grid: Grid, size: float | None = None) -> Any:
    """A table at the top of a box; the caller has seen to it that it fits."""
    found = plan(grid, box, page.lang, SIZES if size is None else (size,))
    shape = page.slide.shapes.add_table(
        len(grid.rows) + 1,
        len(grid.titles),
        *emu(Box(box.left, box.top, sum(found.widths), found.height)),
    )
    table = shape.table
    properties = table._tbl.tblPr
    for name in ("firstRow", "bandRow"):
        properties.set(name, "1" if name == "firstRow" else "0")
    properties.find(qn("a:tableStyleId")).text = PLAIN_STYLE
    for column, width in zip(table.columns, found.widths, strict=True):
        column.width = Pt(width)
    for row, height in zip(table.rows, found.heights, strict=True):
        row.height = Pt(height)
    for r, texts in enumerate([grid.titles, *grid.rows]):
        strong = r == 0 or r - 1 in grid.strong
        for c, text in enumerate(texts):
            _fill_cell(page, table.cell(r, c), text, found.size, grid.align[c], strong=strong, head=r == 0)
    describe(shape, " / ".join(str(x).replace("\n", " ") for x in grid.titles))
    return shape


def _fill_cell(page: Page, cell: Any, text: str, size: float, align: str, *, strong: bool, head: bool) -> None:
    cell.margin_left = cell.margin_right = Pt(SIDE)
    cell.margin_top = cell.margin_bottom = Pt(ROOM * size)
    told = [Paragraph(line, size, bold=strong, align=align) for line in _cell_lines(text)]
    writing.write(cell.text_frame, told, page.lang, page.east_asian, anchor="b" if head else "m")
    cell.fill.background()
    _rule_below(cell, page.deck.look.accents[0] if head else RULE, 1.5 if head or strong else 0.5)


def _rule_below(cell: Any, colour: str, width: float) -> None:
    line = etree.Element(qn("a:lnB"))
    line.set("w", str(int(Pt(width))))
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr")).set("val", str(RGBColor.from_string(colour.lstrip("#"))))
    cell._tc.get_or_add_tcPr().insert(0, line)


def _cell_lines(text: str) -> list[str]:
    """A cell's text in its paragraphs, each fit to be shown."""
    lines = [fonts.showable(line, LONGEST_CELL) for line in str(text).split("\n")]
    return lines or [""]


def _in_size(grid: Grid, width: float, size: float, lang: str) -> Plan:
    table = [grid.titles, *grid.rows]
    columns = range(len(grid.titles))
    strong = [r == 0 or r - 1 in grid.strong for r in range(len(table))]

    def natural(c: int) -> float:
        lines = [(x, bold) for row, bold in zip(table, strong, strict=True) for x in _cell_lines(row[c])]
        return max(measure.width(x, size, bold=bold) for x, bold in lines) + 2 * SIDE + 2.0

    def least(c: int) -> float:
        pieces = [(t, b) for row, b in zip(table, strong, strict=True) for x in _cell_lines(row[c]) for t in x.split()]
        widest = max((measure.width(t, size, bold=b) for t, b in pieces), default=0.0) + 2 * SIDE + 2.0
        return min(widest, 0.35 * width)

    widths = [natural(c) for c in columns]
    unbroken = sum(widths) <= width
    if not unbroken:
        widths = _shrunk(widths, [min(least(c), widths[c]) for c in columns], width)
    elif grid.stretch:
        spare = (width - sum(widths)) / len(widths)
        widths = [x + spare for x in widths]
    heights = []
    for row, bold in zip(table, strong, strict=True):
        lines = max(
            sum(len(measure.wrap(x, size, widths[c] - 2 * SIDE, bold=bold)) for x in _cell_lines(row[c]))
            for c in columns
        )
        heights.append(measure.height(lines, size, lang) + 2 * ROOM * size)
    return Plan(grid, size, tuple(widths), tuple(heights), unbroken)


def _shrunk(widths: list[float], least: list[float], width: float) -> list[float]:
    """Columns cut down to a common height of what they take, the widest first, none below its longest word."""
    low, high = 0.0, max(widths)
    for _ in range(50):
        middle = (low + high) / 2
        total = sum(max(min(w, middle), small) for w, small in zip(widths, least, strict=True))
        low, high = (middle, high) if total <= width else (low, middle)
    found = [max(min(w, low), small) for w, small in zip(widths, least, strict=True)]
    over = sum(found) / width
    return [x / over for x in found] if over > 1 else found


def _rows_that_fit(found: Plan, height: float) -> int:
    used, count = found.heights[0], 0
    for row in found.heights[1:]:
        if used + row > height and count:
            break
        used += row
        count += 1
    return count
