"""The deck being written, and one slide of it: title, body, sources, number, notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

from simulator.reporting.deck import design, measure, writing
from simulator.reporting.deck.box import Box
from simulator.reporting.deck.design import Design
from simulator.reporting.deck.writing import Paragraph

INSET = (design.INSET, 3.6)
"""Inner margins of a title's frame: PowerPoint's own."""
LARGEST_TITLE, SMALLEST_TITLE = 26.0, 14.0
SOURCE = 9.0
SIZES = (18.0, 16.0, 14.0, 13.0, 12.0, 11.0)
"""Sizes of body text, the first that fits."""


class Deck:
    """A presentation that grows slide by slide."""

    def __init__(self, look: Design, lang: str, source: str) -> None:
        self.look, self.lang, self.source = look, lang, source
        self.presentation = look.presentation

    def cover(self, title: str, lines: Sequence[str], notes: Sequence[str]) -> None:
        """The first slide: the title, and below it a few lines."""
        slide = self.presentation.slides.add_slide(self.look.cover)
        holders = list(slide.placeholders)
        heading = slide.shapes.title
        second = next((x for x in holders if x != heading and x.placeholder_format.idx == 1), None)
        if heading is None or second is None or self.look.cover is self.look.content:
            self._drop_last()  # the layout cannot carry a cover: a plain page does
            page = self.page(title, notes)
            page.text(page.body, [Paragraph(line, 18.0, after=6.0) for line in lines])
            return
        page = Page(self, slide, self.look.body)
        page.fill_title(heading, title, largest=40.0)
        box = design.box_of(second)
        assert box is not None
        room = _inside(box)
        told = _fitting([(line, False) for line in lines], room, self.lang, (20.0, *SIZES), 4.0)
        writing.write(second.text_frame, told, self.lang, self.look.east_asian)
        page.drop_empty(keep=(heading, second))
        page.write_notes(notes)

    def _drop_last(self) -> None:
        ids = self.presentation.slides._sldIdLst
        self.presentation.part.drop_rel(ids[-1].rId)
        ids.remove(ids[-1])

    def page(self, title: str, notes: Sequence[str], source: str = "") -> Page:
        """A new slide with its title, its sources in the footer, its number and its notes."""
        slide = self.presentation.slides.add_slide(self.look.content)
        page = Page(self, slide, self.look.body)
        heading = slide.shapes.title
        if heading is None:
            heading = slide.shapes.add_textbox(*emu(self.look.title))
        elif self.look.moved_title:
            heading.left, heading.top, heading.width, heading.height = emu(self.look.title)
        page.fill_title(heading, title, largest=min(self.look.title_size, LARGEST_TITLE), box=self.look.title)
        page.drop_empty(keep=(heading,))
        page.write_source(f"{source} {self.source}".strip())
        if not design.add_number(self.look, slide):
            page.write_number()
        page.write_notes(notes)
        return page


class Page:
    """A slide; `body` is the free area between title and sources."""

    def __init__(self, deck: Deck, slide: Any, body: Box) -> None:
        self.deck, self.slide, self.body = deck, slide, body
        self.lang, self.east_asian = deck.lang, deck.look.east_asian

    def text(self, box: Box, paragraphs: Sequence[Paragraph], *, anchor: str = "t") -> Any:
        """A text box; the caller has seen to it that the paragraphs fit."""
        shape = self.slide.shapes.add_textbox(*emu(box))
        writing.set_margins(shape.text_frame)
        writing.write(shape.text_frame, paragraphs, self.lang, self.east_asian, anchor=anchor)
        return shape

    def fitted(
        self, box: Box, texts: Sequence[str | tuple[str, bool]], *, bullet: bool = True, gap: float = 6.0
    ) -> Any:
        """A text box in the largest size that fits; `(text, True)` is a heading. What cannot fit is cut short."""
        pairs = [(x, False) if isinstance(x, str) else x for x in texts]
        return self.text(box, _fitting(pairs, box, self.lang, SIZES, gap, bullet=bullet))

    def framed(self, box: Box, paragraphs: Sequence[Paragraph], *, colour: str | None = None) -> Any:
        """Text in a frame with a thin outline, in the middle."""
        shape = self.slide.shapes.add_textbox(*emu(box))
        shape.line.width = Pt(1.5)
        _outline(shape, colour or self.deck.look.accents[0])
        writing.set_margins(shape.text_frame, 6.0)
        writing.write(shape.text_frame, paragraphs, self.lang, self.east_asian, anchor="m")
        return shape

    def picture(self, box: Box, png: bytes, alt: str) -> Any:
        """A picture as large as the box allows, in its middle; `alt` says what it shows."""
        shape = self.slide.shapes.add_picture(io.BytesIO(png), 0, 0)
        scale = min(box.width / shape.width.pt, box.height / shape.height.pt)
        width, height = shape.width.pt * scale, shape.height.pt * scale
        left, top = box.left + (box.width - width) / 2, box.top + (box.height - height) / 2
        shape.left, shape.top, shape.width, shape.height = emu(Box(left, top, width, height))
        describe(shape, alt)
        return shape

    def fill_title(self, heading: Any, title: str, *, largest: float, box: Box | None = None) -> None:
        """Writes the title in the largest size that fits its place."""
        room = _inside(box or design.box_of(heading) or self.deck.look.title)
        text = writing.clean(title)
        size = max(largest, SMALLEST_TITLE)
        while size > SMALLEST_TITLE:
            lines = len(measure.wrap(text, size, room.width, bold=True))
            if lines <= 3 and measure.height(lines, size, self.lang) <= room.height:
                break
            size -= 1.0
        most = max(int(room.height // measure.height(1, size, self.lang)), 1)
        text = measure.shorten(text, size, room.width, most, bold=True)
        told = Paragraph(text, size, bold=None)
        frame = heading.text_frame
        anchor = "m"
        align = frame.paragraphs[0].alignment
        writing.write(frame, [told], self.lang, self.east_asian, anchor=anchor)
        frame.paragraphs[0].alignment = align

    def drop_empty(self, keep: Sequence[Any]) -> None:
        """Removes placeholders that nothing is written in: PowerPoint would show their prompts."""
        kept = {x.shape_id for x in keep}
        for shape in list(self.slide.placeholders):
            if shape.shape_id not in kept:
                shape._element.getparent().remove(shape._element)

    def write_source(self, text: str) -> None:
        """Sources at the foot of the body, of which they take one or two lines."""
        widest = self.body.width
        text = measure.shorten(writing.clean(text), SOURCE, widest, 2)
        lines = len(measure.wrap(text, SOURCE, widest))
        height = measure.height(lines, SOURCE, self.lang) + 2.0
        box = Box(self.body.left, self.body.bottom - height, widest, height)
        shape = self.text(box, [Paragraph(text, SOURCE, soft=True)], anchor="b")
        shape.name = "Source"
        self.body = self.body._replace(height=self.body.height - height - 6.0)

    def write_number(self) -> None:
        """The slide's number at the lower right, for templates that have no place for it."""
        width, height = self.deck.look.size
        box = Box(width * 0.93, height - 18.0, width * 0.05, 14.0)
        shape = self.text(box, [Paragraph("1", SOURCE, soft=True, align="r")], anchor="b")
        run = shape.text_frame.paragraphs[0].runs[0]._r
        field = etree.Element(qn("a:fld"))
        field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
        field.set("type", "slidenum")
        run.addprevious(field)
        for child in list(run):
            field.append(child)
        run.getparent().remove(run)
        shape.name = "Slide number"

    def write_notes(self, notes: Sequence[str]) -> None:
        """Speaker notes, one paragraph each."""
        frame = self.slide.notes_slide.notes_text_frame
        if frame is not None:
            writing.write(frame, [Paragraph(note, 12.0, after=6.0) for note in notes], self.lang, self.east_asian)


def describe(shape: Any, text: str) -> None:
    """The text that stands for a picture or chart where it cannot be seen."""
    for properties in shape._element.iter(qn("p:cNvPr")):
        properties.set("descr", writing.clean(text))
        break


def _fitting(
    pairs: Sequence[tuple[str, bool]],
    box: Box,
    lang: str,
    sizes: Sequence[float],
    gap: float,
    *,
    bullet: bool = False,
) -> list[Paragraph]:
    """Paragraphs in the first size in which they fit; in the last size the end is left out, with an ellipsis."""
    for size in sizes:
        told = [Paragraph(x, size, bold=head, bullet=bullet and not head, after=gap) for x, head in pairs]
        if writing.height_of(told, box.width, lang) - gap <= box.height:
            return told
    kept: list[Paragraph] = []
    for one in told:
        if writing.height_of([*kept, one], box.width, lang) + measure.height(1, size, lang) > box.height:
            return [*kept, Paragraph("…", size)]
        kept.append(one)
    return kept


def _inside(box: Box) -> Box:
    return Box(box.left, box.top, box.width - 2 * INSET[0], box.height - 2 * INSET[1])


def emu(box: Box) -> tuple[Any, Any, Any, Any]:
    """A box as the library counts it."""
    return Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height)


def _outline(shape: Any, colour: str) -> None:
    shape.line.color.rgb = RGBColor.from_string(colour.lstrip("#"))
