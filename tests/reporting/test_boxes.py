"""Bars and tiles that are drawn as one artist: they lie where the tables say, in the colour that they should have."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from simulator.reporting import style
from simulator.reporting.figures import draw
from simulator.reporting.negative_churn import probability_by_month
from simulator.reporting.result_view import LOSSES, series
from simulator.reporting.waterfall import waterfall
from tests.reporting import behaviour
from tests.reporting.cases import CASES
from tests.reporting.synthetic import KINDS
from tests.reporting.test_figures import texts

Box = tuple[float, float, float, float, str]


def boxes(ax: Axes) -> list[Box]:
    """Left, bottom, right, top and colour, in the order in which they are drawn."""
    found = []
    for drawn in ax.collections:
        if type(drawn) is PolyCollection:
            colours = [to_hex(colour).upper() for colour in drawn.get_facecolor()]
            paths = drawn.get_paths()
            colours = colours * len(paths) if len(colours) == 1 else colours
            for path, colour in zip(paths, colours, strict=True):
                corners = path.vertices[:-1]  # the last closes it
                (left, low), (right, high) = corners[0], corners[2]
                assert {(x, y) for x, y in corners} == {(x, y) for x in (left, right) for y in (low, high)}
                found.append((left, low, right, high, colour))
    return found


@pytest.mark.parametrize("case", ["36 months", "few replications", "one month", "120 months"])
def test_movements_are_stacked_outward_from_zero(case: str) -> None:
    result = CASES[case]
    ax = draw(result, "movements").axes[0]
    drawn = {kind: [box for box in boxes(ax) if box[4] == style.KIND_COLOURS[kind].upper()] for kind in KINDS}
    lowest, highest = ax.get_ylim()
    tops = {sign: [0.0] * len(result.months) for sign in (1, -1)}
    for kind in KINDS:
        sign = -1 if kind in LOSSES else 1
        means = [cell.mean or 0.0 for cell in series(result, f"{kind}_mrr")]
        assert len(drawn[kind]) == (len(means) if any(means) else 0)
        for month, (left, low, right, high, _) in enumerate(drawn[kind]):
            assert (left + right) / 2 == pytest.approx(month)
            assert right - left == pytest.approx(0.82 if len(means) > 12 else 0.62)
            assert low == pytest.approx(tops[sign][month])
            assert sign * (high - low) == pytest.approx(means[month])
            assert lowest <= high <= highest
            tops[sign][month] = high
    assert any(tops[1])
    assert any(tops[-1])


@pytest.mark.parametrize("case", ["36 months", "wide band"])
def test_the_steps_of_the_bridge_lead_from_opening_to_closing(case: str) -> None:
    result = CASES[case]
    steps = waterfall(result, "en")
    assert steps is not None
    ax = draw(result, "bridge").axes[0]
    drawn = boxes(ax)
    first, *between, last = [(left, right) for left, _, right, _, _ in drawn]
    assert first[1] == steps.opening * steps.unit
    assert last[1] == pytest.approx(steps.closing * steps.unit)
    assert first[0] == last[0] == ax.get_xlim()[0]
    assert all(before[1] == after[0] for before, after in pairwise([first, *between]))
    assert [right - left for left, right in between] == pytest.approx([s.units * steps.unit for s in steps.steps])
    assert between[-1][1] == last[1]
    kinds = [style.KIND_COLOURS[step.kind] for step in steps.steps]
    assert [box[4] for box in drawn] == [colour.upper() for colour in (style.BALANCE, *kinds, style.BALANCE)]
    assert [(low + high) / 2 for _, low, _, high, _ in drawn] == pytest.approx(range(len(drawn)))
    (line,) = ax.lines
    levels = [first[1], *(right for _, right in between)]
    along, down = line.get_data()
    for row, level in enumerate(levels):
        here = slice(3 * row, 3 * row + 2)
        assert list(along[here]) == [level, level]
        assert list(down[here]) == pytest.approx([drawn[row][1], drawn[row + 1][3]])
    assert sum(map(math.isnan, along)) == len(levels) == len(along) / 3


def test_a_probability_has_a_bar_in_every_month() -> None:
    result = CASES["wide band"]
    probability = probability_by_month(result)
    assert probability is not None
    drawn = boxes(draw(result, "net_churn").axes[1])
    assert [(low, high) for _, low, _, high, _ in drawn] == [(0.0, share) for share in probability]
    assert [(left + right) / 2 for left, _, right, _, _ in drawn] == pytest.approx(range(len(result.months)))
    assert {box[4] for box in drawn} == {style.KIND_COLOURS["expansion"].upper()}


def test_tiles_of_the_heat_map_lie_under_what_they_say() -> None:
    figure = draw(behaviour.CASES["usual"], "cohorts")
    ax = figure.axes[0]
    drawn = {(round((a + c) / 2), round((b + d) / 2)): (c - a, d - b, colour) for a, b, c, d, colour in boxes(ax)}
    said = {text.get_position(): int(text.get_text().rstrip(" %")) for text in ax.texts}
    assert set(drawn) == set(said)
    assert len(drawn) == len(boxes(ax)) > 20
    assert {(round(width, 9), round(height, 9)) for width, height, _ in drawn.values()} == {(0.96, 0.92)}
    for place, (_, _, colour) in drawn.items():
        red, green = (int(colour[i : i + 2], 16) for i in (1, 3))
        if said[place] != 100:  # orange below, green above
            assert (red > green) == (said[place] < 100)
    assert set(said.values()) - {100}
    assert len(texts(figure)) > len(drawn)
