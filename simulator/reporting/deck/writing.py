"""Writes paragraphs into text frames: fonts for both scripts, exact line spacing, no character that breaks a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Pt

from simulator.reporting import fonts
from simulator.reporting.deck import measure

LANGUAGE_TAGS = {"en": "en-US", "ja": "ja-JP"}
ALIGN = {"l": PP_ALIGN.LEFT, "r": PP_ALIGN.RIGHT, "c": PP_ALIGN.CENTER}
ANCHOR = {"t": MSO_ANCHOR.TOP, "m": MSO_ANCHOR.MIDDLE, "b": MSO_ANCHOR.BOTTOM}
HANG = 1.1
"""Indent of a bulleted paragraph, in font sizes."""
LONGEST = 2_000
"""Characters of a paragraph; what is longer is no text for a slide."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of one size. `colour` is a hex value, `soft` the theme's text colour made lighter.

    `bold` None leaves the weight to the template.
    """

    text: str
    size: float
    bold: bool | None = False
    bullet: bool = False
    soft: bool = False
    colour: str | None = None
    align: str = "l"
    after: float = 0.0


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Text that a slide can hold: one line, no character that XML forbids, every glyph there."""
    return fonts.showable(text, LONGEST)


def lines_of(paragraph: Paragraph, width: float) -> int:
    """The number of lines that a paragraph takes in a box `width` points wide."""
    inner = width - (HANG * paragraph.size if paragraph.bullet else 0.0)
    return len(measure.wrap(clean(paragraph.text), paragraph.size, inner, bold=paragraph.bold is not False))


def height_of(paragraphs: Sequence[Paragraph], width: float, lang: str) -> float:
    """The height of paragraphs in a box `width` points wide."""
    return sum(measure.height(lines_of(one, width), one.size, lang) + one.after for one in paragraphs)


def write(frame: Any, paragraphs: Sequence[Paragraph], lang: str, east_asian: str, *, anchor: str = "t") -> None:
    """Replaces what a text frame holds."""
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = ANCHOR[anchor]
    for old in list(frame.paragraphs)[1:]:
        old._p.getparent().remove(old._p)
    for i, told in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        _write_paragraph(paragraph, told, lang, east_asian)


def set_margins(frame: Any, margin: float = 0.0) -> None:
    """Inner margins of a text frame or a table cell, in points."""
    for side in ("margin_left", "margin_right", "margin_top", "margin_bottom"):
        setattr(frame, side, Pt(margin))


def name_fonts(properties: Any, east_asian: str, latin: str | None = None) -> None:
    """Names the fonts in run properties (a:rPr, a:defRPr): the East Asian one always, the Latin one if given."""
    for tag, typeface in (("a:latin", latin), ("a:ea", east_asian)):
        if typeface is None:
            continue
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        place = len([x for x in properties if x.tag not in _AFTER[tag]])
        font = etree.Element(qn(tag))
        font.set("typeface", typeface)
        properties.insert(place, font)


# What stands after a font in run properties, by the schema.
_LAST = tuple(qn(tag) for tag in ("a:cs", "a:sym", "a:hlinkClick", "a:hlinkMouseOver", "a:rtl", "a:extLst"))
_AFTER = {"a:ea": _LAST, "a:latin": (qn("a:ea"), *_LAST)}


def _write_paragraph(paragraph: Any, told: Paragraph, lang: str, east_asian: str) -> None:
    for old in list(paragraph._p):
        if old.tag != qn("a:pPr"):
            paragraph._p.remove(old)
    paragraph.alignment = ALIGN[told.align]
    paragraph.line_spacing = Pt(round(told.size * measure.LINE[lang], 1))
    paragraph.space_after = Pt(told.after)
    paragraph.space_before = Pt(0)
    _set_bullet(paragraph._p.get_or_add_pPr(), told)
    text = clean(told.text)
    if text:  # an empty run would have the height of the default size
        run = paragraph.add_run()
        run.text = text
        style_run(run, told, lang, east_asian)
    end = etree.SubElement(paragraph._p, qn("a:endParaRPr"))
    end.set("sz", str(round(told.size * 100)))
    name_fonts(end, east_asian)


def style_run(run: Any, told: Paragraph, lang: str, east_asian: str) -> None:
    """Size, weight, colour, language and East Asian font of a run."""
    run.font.size = Pt(told.size)
    run.font.bold = told.bold
    if told.colour is not None:
        run.font.color.rgb = RGBColor.from_string(told.colour.lstrip("#"))
    elif told.soft:
        run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
        run.font.color.brightness = 0.3
    properties = run._r.get_or_add_rPr()
    properties.set("lang", LANGUAGE_TAGS[lang])
    name_fonts(properties, east_asian)


def _set_bullet(properties: Any, told: Paragraph) -> None:
    """A bullet of its own with a hanging indent, or none, whatever the template has."""
    for old in list(properties):
        if old.tag in (qn("a:buNone"), qn("a:buChar"), qn("a:buAutoNum"), qn("a:buFont")):
            properties.remove(old)
    hang = int(Pt(HANG * told.size)) if told.bullet else 0
    properties.set("marL", str(hang))
    properties.set("indent", str(-hang))
    mark = etree.SubElement(properties, qn("a:buChar" if told.bullet else "a:buNone"))
    if told.bullet:
        mark.set("char", "•")
