"""Every figure of every case: nothing clipped, nothing on top of another, every glyph there."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN
from matplotlib.text import Text

from simulator.reporting import fonts, layout, style
from simulator.reporting.axes import month_axis, month_ticks
from simulator.reporting.figures import APPLIES, FIGURES, begun, draw, drawable, finding
from simulator.reporting.save import save_all
from tests.reporting.cases import CASES, FALLING
from tests.reporting.synthetic import KINDS, months_from, synthetic

IN_JAPANESE = (
    "36 months",
    "one month",
    "120 months",
    "few replications",
    "huge",
    "names",
    "wide band",
    "nulls",
)
DRAWN = [(case, "en") for case in CASES] + [(case, "ja") for case in IN_JAPANESE]


def texts(figure: Figure) -> list[Text]:
    """The texts that can be seen."""
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def faults(figure: Figure) -> list[str]:
    """Texts that leave the page or lie on one another."""
    renderer = layout.renderer(figure)
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
    page = figure.bbox
    found = [
        f"outside: {text}" for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > 1 and along > 1:
            found.append(f"overlap: {one} / {other}")
    return found


ALWAYS = tuple(name for name in FIGURES if name not in APPLIES)


@pytest.mark.parametrize("name", [*ALWAYS, "retention"])
@pytest.mark.parametrize(("case", "lang"), DRAWN)
def test_texts_stay_inside_and_apart_and_have_every_glyph(name: str, case: str, lang: str) -> None:
    figure = draw(CASES[case], name, lang)
    assert faults(figure) == []
    known = fonts.glyphs(fonts.LATIN) | fonts.glyphs(fonts.JAPANESE)
    seen = texts(figure)
    assert {c for text in seen for c in text.get_text() if ord(c) not in known and c != "\n"} == set()
    assert all(text.get_fontfamily() == style.FAMILIES[lang] for text in seen)
    assert not any(text.get_parse_math() for text in seen)
    assert all(float(text.get_fontsize()) >= style.NOTE for text in seen)


def test_the_check_sees_a_text_outside_and_an_overlap() -> None:
    figure = draw(CASES["36 months"], "closing_mrr")
    figure.text(0.99, 0.5, "clipped at the edge", fontsize=20)
    figure.text(layout.LEFT, layout.FOOT, "over the footnote")
    assert {fault.split(":")[0] for fault in faults(figure)} == {"outside", "overlap"}


def test_one_colour_for_each_kind_everywhere() -> None:
    assert set(style.KIND_COLOURS) == {*KINDS, "fx"}
    assert len(set(style.KIND_COLOURS.values())) == len(style.KIND_COLOURS)
    for name in ("movements", "bridge"):
        figure = draw(CASES["36 months"], name)
        drawn = {to_hex(colour).upper() for boxes in figure.findobj(PolyCollection) for colour in boxes.get_facecolor()}
        assert {style.KIND_COLOURS[kind].upper() for kind in KINDS} <= drawn


def test_user_text_is_text() -> None:
    figure = draw(CASES["names"], "bridge")
    written = "\n".join(text.get_text() for text in texts(figure))
    assert "Pay $5 for $x^2$ or _more_ <script>" in written
    assert "\U0001f680" not in written
    assert "\u202e" not in written


def test_text_of_users_is_made_fit() -> None:
    assert fonts.showable("a\nb\tc\x00 d") == "a b c d"
    assert fonts.showable("x" * 300, 20) == "x" * 19 + "…"
    assert fonts.showable("plan \u4e9c \U0001f9ff") == "plan \u4e9c □"


def test_both_fonts_have_all_of_ascii() -> None:
    ascii_ = {ordinal for ordinal in range(128) if chr(ordinal).isprintable()}
    assert ascii_ <= fonts.glyphs(fonts.LATIN) & fonts.glyphs(fonts.JAPANESE)


def test_the_terminal_waits_for_no_matplotlib() -> None:
    code = "import sys; import simulator.reporting.terminal; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_unknown_figure_is_an_error_that_lists_the_known() -> None:
    known = r"no figure is called 'pie'; known are: movements, closing_mrr, bridge, net_churn, retention, migration, "
    with pytest.raises(ValueError, match=known):
        draw(CASES["36 months"], "pie")


def test_save_all_writes_pictures_twice_the_size_of_a_slide(tmp_path: Path) -> None:
    written = save_all(CASES["36 months"], tmp_path / "figures", "ja")
    names = drawable(CASES["36 months"])
    assert names == [*ALWAYS, "retention"]
    assert {path.name for path in written} == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    for name in names:
        header = (tmp_path / "figures" / f"{name}.png").read_bytes()[:24]
        assert int.from_bytes(header[16:20], "big") >= 1920
        svg = (tmp_path / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        assert "<text" not in svg
        assert "<dc:date>" not in svg
        assert f"<dc:title>{finding(CASES['36 months'], name, 'ja')}</dc:title>" in svg


def test_the_same_result_gives_the_same_picture(tmp_path: Path) -> None:
    for turn in ("first", "second"):
        draw(CASES["36 months"], "net_churn").savefig(tmp_path / f"{turn}.svg")
    first = (tmp_path / "first.svg").read_bytes()
    assert first == (tmp_path / "second.svg").read_bytes()
    assert b"<dc:title>" in first
    assert b"<dc:date>" not in first


def test_a_figure_that_is_saved_next_need_not_be_laid_out_before(tmp_path: Path) -> None:
    for lang in ("en", "ja"):
        draw(CASES["36 months"], "bridge", lang).savefig(tmp_path / "whole.svg")
        begun(CASES["36 months"], "bridge", lang).savefig(tmp_path / "begun.svg")
        assert (tmp_path / "whole.svg").read_bytes() == (tmp_path / "begun.svg").read_bytes()
    with pytest.raises(ValueError, match="no figure is called 'pie'"):
        begun(CASES["36 months"], "pie", "en")


def test_a_sentence_is_broken_where_no_further_word_fits() -> None:
    with style.context("en"):
        text = style.new_figure("").text(0, 0, "")
        sentence = "a bb ccc " * 60 + "n" * 200 + " and an end"
        for widest in (0.05, 0.3, 0.94):
            lines = layout.wrap(text, sentence, widest)
            assert " ".join(lines) == sentence
            for line, after in itertools.pairwise(lines):
                assert layout.line_width(text, line) <= widest or " " not in line
                assert layout.line_width(text, f"{line} {after.split()[0]}") > widest
        assert layout.wrap(text, "", 0.3) == [""]
        text.set_text("What is measured")
        assert layout.line_width(text, "What is measured") == pytest.approx(layout.width(text))


def test_global_settings_stay_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    draw(CASES["one month"], "movements", "ja")
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_not_needed() -> None:
    code = "import sys, simulator.reporting.save; sys.exit('matplotlib.pyplot' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(("count", "most"), [(1, 10), (5, 10), (36, 10), (37, 7), (120, 10), (360, 7)])
def test_few_months_are_labelled_from_the_fiscal_year(count: int, most: int) -> None:
    months = months_from("2026-07", count)
    ticks = month_ticks(months, 4, most)
    assert 1 <= len(ticks) <= most
    if count >= 36:
        assert all(months[tick].endswith(("-04", "-10")) for tick in ticks)


@pytest.mark.parametrize("count", [1, 35, 36, 37])
@pytest.mark.parametrize(("first", "most"), [(0, None), (0, 4), (30, 3)])
def test_every_month_has_a_tick_where_there_is_room(count: int, first: int, most: int | None) -> None:
    first = min(first, count - 1)
    months = months_from("2026-07", count)
    ax = style.new_figure("").add_axes((0.1, 0.1, 0.8, 0.8))
    with style.context("ja"):
        month_axis(ax, months, 4, "ja", first=first, most=most)
    labelled = [int(place) for place in ax.get_xticks()]
    assert labelled == [first + place for place in month_ticks(months[first:], 4, most or 7)]
    marks = [place for line in ax.findobj(is_month_marks) for place in line.get_xdata()]
    assert sorted([*labelled, *marks]) == (labelled if count == 37 else list(range(first, count)))


def is_month_marks(artist: Artist) -> bool:
    """Whether it is the line of small ticks: it is not cut off below the axes, where all of it lies."""
    return isinstance(artist, Line2D) and artist.get_marker() == TICKDOWN and not artist.get_clip_on()


@pytest.mark.parametrize("name", ["movements", "closing_mrr", "net_churn", "retention"])
def test_the_ticks_of_months_lie_inside_the_axes_and_below_the_data(name: str) -> None:
    figure = draw(CASES["36 months"], name)
    (marks,) = [line for ax in figure.axes for line in ax.findobj(is_month_marks) if line.axes is ax]
    low, high = marks.axes.get_xlim()
    assert all(low <= place <= high for place in marks.get_xdata())
    assert marks.get_transform().transform((0, 0))[1] == pytest.approx(marks.axes.bbox.y0)
    assert set(marks.get_ydata()) == {0}
    assert marks.get_zorder() == marks.axes.xaxis.get_zorder()


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([0.5], [0.5]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([0.0, 0.0, 1.0], [0.0, 0.1, 1.0]),
        ([1.0, 0.99], [1.0, 0.9]),
        ([0.2, 0.8, 0.5], [0.2, 0.8, 0.5]),
    ],
)
def test_labels_are_spread_as_little_as_needed(targets: list[float], expected: list[float]) -> None:
    assert layout.spread(targets, 0.1, 0.0, 1.0) == pytest.approx(expected)


def test_a_figure_of_another_currency_names_it() -> None:
    written = [text.get_text() for text in texts(draw(synthetic(12, currency="XQZ"), "closing_mrr"))]
    assert "Closing MRR (XQZ million)" in written


def test_a_probability_that_is_zero_throughout_is_said_and_not_drawn() -> None:
    result = synthetic(24, rates=FALLING, share=0.0)
    figure = draw(result, "net_churn")
    assert len(figure.axes) == 1
    assert any("begins in none of the 100 replications" in text.get_text() for text in texts(figure))
    assert len(draw(CASES["wide band"], "net_churn").axes) == 2
    assert not any("in none of the" in text.get_text() for text in texts(draw(CASES["wide band"], "net_churn")))
