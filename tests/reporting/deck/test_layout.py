"""Every slide holds what it shows: inside the slide, nothing over anything else, fonts for both scripts."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pptx.oxml.ns import qn

from simulator.reporting import fonts
from simulator.reporting.deck import measure
from simulator.reporting.words import LANGUAGES
from tests.reporting.cases import CASES
from tests.reporting.deck.made import HOSTILE, SCENARIO, deck_of, placed, result, roots, stock, study, texts
from tests.reporting.synthetic import synthetic

RISE = SCENARIO.replace("MODE", "now")
SHOWN = {
    "36 months": lambda: result(CASES["36 months"], scenario=RISE, runs=stock("premium", 5, 200, 6e6)),
    "one month": lambda: result(CASES["one month"]),
    "120 months": lambda: result(CASES["120 months"]),
    "nulls": lambda: result(CASES["nulls"]),
    "names": lambda: result(CASES["names"]),
    "cases": lambda: study(scenario=RISE),
    "comparison": lambda: study("comparison", recommended=None),
    "hostile": lambda: study(names=("base", *"ABCDEFG"), titles=("today", *HOSTILE)),
}
ROUNDING = 0.5


def check_boxes(deck: Any) -> None:
    """No shape leaves its slide or lies over another."""
    width, height = deck.slide_width / 12700, deck.slide_height / 12700
    for number, slide in enumerate(deck.slides, start=1):
        shapes = placed(slide)
        for one in shapes:
            inside = one.left >= -ROUNDING and one.top >= -ROUNDING
            inside = inside and one.right <= width + ROUNDING and one.bottom <= height + ROUNDING
            assert inside, f"slide {number}: {one} leaves the slide of {width:.0f} x {height:.0f}"
        for a, b in combinations(shapes, 2):
            apart = (
                a.right <= b.left + ROUNDING
                or b.right <= a.left + ROUNDING
                or a.bottom <= b.top + ROUNDING
                or b.bottom <= a.top + ROUNDING
            )
            assert apart, f"slide {number}: {a} lies over {b}"


def check_texts_fit(deck: Any, lang: str) -> None:
    """The lines of every text box, by the fonts' widths, take no more than its height."""
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            if not shape.has_text_frame:
                continue
            needed = 0.0
            frame = shape.text_frame
            for paragraph in frame.paragraphs:
                if not paragraph.runs:
                    continue
                size = paragraph.runs[0].font.size.pt
                margin = (frame.margin_left + frame.margin_right) / 12700
                room = shape.width / 12700 - margin - float(paragraph._p.pPr.get("marL", 0)) / 12700
                lines = measure.wrap(paragraph.text, size, room, bold=bool(paragraph.runs[0].font.bold))
                needed += len(lines) * paragraph.line_spacing.pt
            assert needed <= shape.height / 12700 + 1.0, f"slide {number}: {frame.text[:60]!r} overflows"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SHOWN)
def test_nothing_overflows_or_overlaps(name: str, lang: str, tmp_path: Path) -> None:
    deck = deck_of(SHOWN[name](), tmp_path, lang)
    assert len(deck.slides) >= 8
    check_boxes(deck)
    check_texts_fit(deck, lang)
    check_fonts(deck)
    check_glyphs(deck)


def check_fonts(deck: Any) -> None:
    """Every run names its East Asian font."""
    for root in roots(deck):
        for run in root.iter(qn("a:r")):
            properties = run.find(qn("a:rPr"))
            assert properties is not None
            font = properties.find(qn("a:ea"))
            assert font is not None, run.find(qn("a:t")).text
            assert font.get("typeface") == "Yu Gothic"


def check_glyphs(deck: Any) -> None:
    known = fonts.glyphs(fonts.LATIN) | fonts.glyphs(fonts.JAPANESE)
    missing = {c for text in texts(deck) for c in text if ord(c) not in known}
    assert missing == set()


def test_an_overflow_would_be_seen(tmp_path: Path) -> None:
    deck = deck_of(SHOWN["36 months"](), tmp_path)
    slide = deck.slides[1]
    shape = next(x for x in slide.shapes if x.has_text_frame and x.name.startswith("TextBox"))
    shape.height = shape.height // 4
    with pytest.raises(AssertionError, match="overflows"):
        check_texts_fit(deck, "en")
    shape.left = deck.slide_width
    with pytest.raises(AssertionError, match="leaves the slide"):
        check_boxes(deck)


def test_the_theme_has_an_east_asian_font(tmp_path: Path) -> None:
    deck = deck_of(result(synthetic(12)), tmp_path, "ja")
    parts = [rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme")]
    assert b'<a:ea typeface="Yu Gothic"/>' in parts[0].blob
    assert b'<a:ea typeface=""/>' not in parts[0].blob


def test_long_tables_go_on_to_further_slides(tmp_path: Path) -> None:
    deck = deck_of(result(CASES["120 months"]), tmp_path)
    rows = sum(len(shape.table.rows) - 1 for slide in deck.slides for shape in slide.shapes if shape.has_table)
    assert rows >= 70  # quarters, halves and years of ten years
    assert any("(2 of " in slide.shapes.title.text_frame.text for slide in deck.slides)


@pytest.mark.parametrize("text", HOSTILE)
def test_measured_lines_hold_the_whole_text(text: str) -> None:
    shown = fonts.showable(text, 1000)
    assert "".join("".join(measure.wrap(shown, 12.0, 100.0)).split()) == "".join(shown.split())
