"""Cohorts: a heat map of the MRR that sign-ups of a time still pay at an age, against what they paid at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from simulator.reporting import axes, layout, numbers, style
from simulator.reporting.result_view import ResultView, further, known
from simulator.reporting.words import word

OPENING = "opening"
STEPS = (1, 3, 6, 12, 24)
"""Months of sign-up that share a row, and months of age between columns."""
FEWEST_ROWS, MOST_ROWS, MOST_COLUMNS = 6, 13, 12
TINT = 0.75
"""The strongest colour, as a share of the full one: what is written must be read on it."""
YEAR = 12


@dataclass(frozen=True)
class Row:
    """One row: its label, and its share of first MRR by shown age."""

    label: str
    kept: tuple[float | None, ...]


@dataclass(frozen=True)
class HeatMap:
    """The opening base (if there is one) and groups of sign-ups, by age in months."""

    ages: tuple[int, ...]
    opening: Row | None
    groups: tuple[Row, ...]
    pooled: tuple[float | None, ...]
    """All sign-ups that are seen that long, by shown age."""


def applies(result: ResultView) -> bool:
    """Whether any sign-ups that paid are seen at an age of a month or more."""
    return heat_map(result, "en") is not None


def heat_map(result: ResultView, lang: str) -> HeatMap | None:
    """The heat map of all segments; None where there is nothing to show."""
    frame = further(result, "cohorts")
    if frame is None or frame.is_empty():
        return None
    paid: dict[str, dict[int, float]] = {}
    for row in frame.iter_rows(named=True):
        if row["segment"] == "all":
            paid.setdefault(row["cohort"], {})[int(row["age"])] = row["mrr"] or 0.0
    oldest = max(max(ages) for ages in paid.values())
    if oldest < 1:
        return None
    step = next((s for s in STEPS if oldest // s <= MOST_COLUMNS), STEPS[-1])
    ages = tuple(range(step, oldest + 1, step))
    months = [month for month in result.months if month in paid]
    size = next((s for s in STEPS if -(-len(result.months) // s) <= MOST_ROWS), STEPS[-1])
    groups = []
    for first in range(0, len(result.months), size):
        part = [month for month in result.months[first : first + size] if month in paid]
        kept = _kept([paid[month] for month in part], ages, whole=True)
        if any(value is not None for value in kept):
            span = result.months[first : first + size]
            groups.append(Row(_label(span, lang), kept))
    opening = None
    if OPENING in paid:
        kept = _kept([paid[OPENING]], ages, whole=True)
        if any(value is not None for value in kept):
            opening = Row(word("cohorts.opening", lang), kept)
    if not groups:
        return None
    pooled = _kept([paid[month] for month in months], ages, whole=False)
    return HeatMap(ages, opening, tuple(groups), pooled)


def _kept(cohorts: Sequence[dict[int, float]], ages: Sequence[int], *, whole: bool) -> tuple[float | None, ...]:
    """MRR at each age over the MRR at age 0 of the same cohorts; with `whole` only where all are seen that long."""
    values: list[float | None] = []
    for age in ages:
        seen = [one for one in cohorts if age in one and 0 in one]
        first = sum(one[0] for one in seen)
        missing = whole and len(seen) < len(cohorts)
        values.append(None if missing or not first else sum(one[age] for one in seen) / first)
    return tuple(values)


def _label(months: Sequence[str], lang: str) -> str:
    (year, first), (last_year, last) = (numbers.split_month(months[i]) for i in (0, -1))
    if len(months) == 1:
        return numbers.month(months[0], lang)
    key = "format.months_same_year" if year == last_year else "format.months_two_years"
    return word(key, lang, year=year, first=first, last_year=last_year, last=last)


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the share of first MRR by time of sign-up and age."""
    shown = heat_map(result, lang)
    seen = [] if shown is None else [v for row in _rows(shown) for v in row.kept if v is not None]
    notes = [word("cohorts.note", lang)]
    notes += [word("cohorts.orange", lang)] if any(value < 1 for value in seen) else []
    notes += [word("cohorts.green", lang)] if any(value > 1 for value in seen) else []
    slide = layout.slide(result, finding(result, lang), lang, notes)
    ax = slide.axes(
        bottom=slide.bottom + layout.points(style.BASE * 1.2), top=slide.top + layout.points(style.BASE * 1.6)
    )
    if shown is None:
        layout.no_values(slide.figure, ax, word("figure.no_data", lang))
        return slide.figure
    rows = _rows(shown)
    colours, norm = _colours(seen)
    cells = [(x, y, value) for y, row in enumerate(rows) for x, value in enumerate(row.kept) if value is not None]
    tiles = [(x - 0.48, y - 0.46, x + 0.48, y + 0.46) for x, y, _ in cells]
    axes.boxes(ax, tiles, [colours(norm(value)) for _, _, value in cells])
    for x, y, value in cells:
        ax.text(x, y, numbers.percent(value, lang, digits=0), ha="center", va="center", fontsize=style.BASE - 1)
    ax.set_xlim(-0.5, len(shown.ages) - 0.5)
    box = ax.get_position()
    height = box.height * min(1.0, len(rows) / FEWEST_ROWS)
    ax.set_position((box.x0, box.y1 - height, box.width, height))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    if shown.opening and shown.groups:
        ax.axhline(0.5, color=style.SOFT_INK, linewidth=1.0)
    ax.set_xticks(range(len(shown.ages)), labels=[str(age) for age in shown.ages])
    ax.set_yticks(range(len(rows)), labels=[row.label for row in rows])
    ax.tick_params(length=0, labelcolor=style.INK)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(word("cohorts.axis", lang), color=style.SOFT_INK, labelpad=4)
    layout.fit_left([ax])
    return slide.figure


def _rows(shown: HeatMap) -> list[Row]:
    return [*([shown.opening] if shown.opening else []), *shown.groups]


def _colours(values: Sequence[float]) -> tuple[LinearSegmentedColormap, TwoSlopeNorm]:
    """White at 100 %, towards the colour of contraction below and of expansion above, equally far on both sides."""
    far = max(max(abs(value - 1.0) for value in values), 0.05)
    ends = [_tint(style.KIND_COLOURS[kind]) for kind in ("contraction", "expansion")]
    colours = LinearSegmentedColormap.from_list("kept", [ends[0], (1, 1, 1), ends[1]])
    return colours, TwoSlopeNorm(1.0, 1.0 - far, 1.0 + far)


def _tint(colour: str) -> tuple[float, ...]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(1 - TINT * (1 - part) for part in parts)


def finding(result: ResultView, lang: str) -> str:
    """What sign-ups pay of their first MRR after a year, or after as long as some of them are seen."""
    shown = heat_map(result, lang)
    if shown is None:
        return word("finding.no_data", lang, metric=word("metric.closing_mrr", lang))
    seen = [i for i, value in enumerate(shown.pooled) if value is not None]
    place = max((i for i in seen if shown.ages[i] <= YEAR), default=seen[0])
    rate = numbers.percent(known(shown.pooled[place]), lang, digits=0)
    sentence = word("cohorts.kept", lang, age=shown.ages[place], rate=rate)
    by_group = [value for row in shown.groups if (value := row.kept[place]) is not None]
    if len(by_group) < 2:
        return sentence
    low, high = (numbers.percent(end(by_group), lang, digits=0) for end in (min, max))
    if low == high:
        return sentence
    return sentence + word("cohorts.range", lang, low=low, high=high)
