"""A corporate template: its layouts, fonts, colours and size; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches

from simulator.accounting.movements import KINDS
from simulator.reporting import style
from simulator.reporting.deck import WrongTemplate
from simulator.reporting.deck.design import ACCENTS, design
from simulator.reporting.deck.palette import line_colours
from tests.reporting.deck.made import charts, deck_of, result, study
from tests.reporting.deck.test_layout import check_boxes, check_glyphs, check_texts_fit
from tests.reporting.synthetic import synthetic

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
COLOURS = ("C00000", "00B050", "0070C0", "7030A0", "FFC000", "404040")


def template(
    path: Path, *, east_asian: str = "", colours: tuple[str, ...] = COLOURS, size: tuple[float, float] = (10, 7.5)
) -> Path:
    """A presentation of another size with its own fonts and colours, and a slide that must not stay."""
    made = Presentation()
    wide, high = Inches(size[0]) / made.slide_width, Inches(size[1]) / made.slide_height
    made.slide_width, made.slide_height = Inches(size[0]), Inches(size[1])
    for holder in (made.slide_master, *made.slide_layouts):
        for shape in holder.placeholders:
            if shape._element.spPr.find(qn("a:xfrm")) is not None:
                shape.left, shape.width = int(shape.left * wide), int(shape.width * wide)
                shape.top, shape.height = int(shape.top * high), int(shape.height * high)
    part = next(rel.target_part for rel in made.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    root = etree.fromstring(part.blob)
    for kind in ("majorFont", "minorFont"):
        fonts = root.find(f".//{{{_A}}}{kind}")
        fonts.find(f"{{{_A}}}latin").set("typeface", "Georgia")
        fonts.find(f"{{{_A}}}ea").set("typeface", east_asian)
    for i, colour in enumerate(colours, start=1):
        holder = root.find(f".//{{{_A}}}accent{i}")
        for old in list(holder):
            holder.remove(old)
        etree.SubElement(holder, f"{{{_A}}}srgbClr").set("val", colour)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text_frame.text = "Sample slide"
    made.save(str(path))
    return path


def theme(deck: Any) -> bytes:
    return next(rel.target_part.blob for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("size", [(10.0, 7.5), (13.333, 7.5), (10.0, 5.625)])
def test_a_template_gives_size_layouts_fonts_and_colours(lang: str, size: tuple[float, float], tmp_path: Path) -> None:
    path = template(tmp_path / "corporate.pptx", east_asian="Meiryo", size=size)
    deck = deck_of(study(), tmp_path, lang, template=path)
    assert (deck.slide_width, deck.slide_height) == (Inches(size[0]), Inches(size[1]))
    names = {slide.slide_layout.name for slide in deck.slides}
    assert names == {"Title Slide", "Title Only"}
    assert "Sample slide" not in {slide.shapes.title.text_frame.text for slide in deck.slides}
    assert b'typeface="Georgia"' in theme(deck)
    fonts = {font.get("typeface") for slide in deck.slides for font in slide._element.iter(qn("a:ea"))}
    assert fonts == {"Meiryo"}
    assert not any(True for slide in deck.slides for _ in slide._element.iter(qn("a:latin")))
    check_boxes(deck)
    check_texts_fit(deck, lang)
    check_glyphs(deck)


def test_lines_take_the_accents_and_kinds_keep_their_colours(tmp_path: Path) -> None:
    deck = deck_of(study(), tmp_path, template=template(tmp_path / "t.pptx"))
    used = {x.get("val") for chart in charts(deck) for x in chart._chartSpace.iter(qn("a:srgbClr"))}
    assert "C00000" in used
    assert {style.KIND_COLOURS[kind].lstrip("#") for kind in KINDS} <= used


def test_accents_that_are_alike_are_not_used_for_lines() -> None:
    assert line_colours([f"#{x}" for x in COLOURS]) == tuple(f"#{x}" for x in COLOURS)
    assert line_colours(["#0070C0", "#0072C2", "#00B050", "#7030A0", "#FFC000", "#404040"]) == ACCENTS
    assert line_colours(["#FDFDFD", "#00B050", "#0070C0", "#7030A0", "#FFC000", "#404040"]) == ACCENTS


def test_a_theme_without_an_east_asian_font_gets_one(tmp_path: Path) -> None:
    deck = deck_of(result(synthetic(3)), tmp_path, "ja", template=template(tmp_path / "t.pptx"))
    assert theme(deck).count(b'typeface="Yu Gothic"') >= 2


def test_a_template_without_titles_gets_text_boxes(tmp_path: Path) -> None:
    made = Presentation()
    blank = made.slide_layouts[6]
    for layout in [x for x in made.slide_layouts if x != blank]:
        made.slide_layouts.remove(layout)
    made.save(str(tmp_path / "blank.pptx"))
    deck = deck_of(result(synthetic(12)), tmp_path, template=tmp_path / "blank.pptx")
    check_boxes(deck)
    assert any(
        "Closing MRR reaches" in shape.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
    )


@pytest.mark.parametrize("content", [b"no zip", b"", b"PK\x03\x04 half a zip"])
def test_what_is_no_presentation_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.pptx"
    path.write_bytes(content)
    with pytest.raises(WrongTemplate, match=r"t\.pptx is not a .*presentation.*give a \.pptx file"):
        design(path)


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongTemplate, match=r"none\.pptx is not there; give a \.pptx file"):
        design(tmp_path / "none.pptx")
