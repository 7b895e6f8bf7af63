"""Plan migration: an alluvial from the plans at the start, and later sign-ups, to those at the end, rescued, gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from simulator.reporting import findings, fonts, layout, numbers, style
from simulator.reporting.columns import count
from simulator.reporting.result_view import ResultView, further, known
from simulator.reporting.words import word

LATER, RESCUED, GONE, OTHER = "\0later", "\0rescued", "\0gone", "\0other"
"""Nodes that are not plans; no plan can be called so."""
MOST_PLANS = 7
NODE = 0.022
"""Width of a node, as a share of the axes."""
SPACE = 0.22
"""Share of the height that is left between the nodes of a side."""
COLOURS = {
    LATER: style.KIND_COLOURS["new"],
    RESCUED: style.KIND_COLOURS["contraction"],
    GONE: style.KIND_COLOURS["churn"],
}
STAYS, MOVES = style.BALANCE, style.LINE
"""Ribbons of those who are where they were, and of those on another plan."""


@dataclass
class Node:
    """One block at a side: its name, its customers, and where it lies (bottom and top, 0 to 1)."""

    name: str
    count: float
    bottom: float = 0.0
    top: float = 0.0


def applies(result: ResultView) -> bool:
    """Whether customers' journeys are known, and lead anywhere: several plans, or some who are gone."""
    return bool(flows(result))


def flows(result: ResultView) -> dict[tuple[str, str], float]:
    """(from, to) → customers, all segments. Plans that few customers see are joined."""
    frame = further(result, "journeys")
    if frame is None or frame.is_empty():
        return {}
    kept = _shown_plans(frame, result)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in frame.iter_rows(named=True):
        start = LATER if row["entered"] == "later" else _joined(row["plan_from"], kept)
        end = (
            GONE
            if row["plan_to"] == "(gone)"
            else RESCUED
            if row["rescued"] == "yes"
            else _joined(row["plan_to"], kept)
        )
        sums[start, end] += row["mean"] or 0.0
    return {key: value for key, value in sums.items() if value > 0}


def _shown_plans(frame: pl.DataFrame, result: ResultView) -> list[str]:
    """The plans that are shown by themselves, in the order of the scenario."""
    seen: dict[str, float] = defaultdict(float)
    for row in frame.iter_rows(named=True):
        if row["entered"] == "opening":
            seen[row["plan_from"]] += row["mean"] or 0.0
        seen[row["plan_to"]] += row["mean"] or 0.0
    plans = [plan for plan in result.summary.get("plans") or sorted(seen) if seen.get(plan)]
    if len(plans) <= MOST_PLANS:
        return plans
    largest = sorted(plans, key=lambda plan: -seen[plan])[: MOST_PLANS - 1]
    return [plan for plan in plans if plan in largest]


def _joined(plan: str, kept: Sequence[str]) -> str:
    return plan if plan in kept else OTHER


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws where customers begin and where they are at the horizon; widths are customers."""
    moved = flows(result)
    notes = [word("migration.note", lang)]
    notes += [word("migration.note_rescued", lang)] if any(end == RESCUED for _, end in moved) else []
    slide = layout.slide(result, finding(result, lang), lang, notes)
    ax = slide.axes(bottom=slide.bottom - layout.points(style.BASE), top=slide.top - layout.points(style.BASE * 0.6))
    if not moved:
        layout.no_values(slide.figure, ax, word("figure.no_data", lang))
        return slide.figure
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    total = sum(moved.values())
    plans = [*(result.summary.get("plans") or ()), OTHER]
    left = _nodes([key[0] for key in moved], [*plans, LATER], moved, 0, total)
    right = _nodes([key[1] for key in moved], [*plans, RESCUED, GONE], moved, 1, total)
    _ribbons(ax, moved, left, right, total)
    _label_sides(slide, ax, result, left, right, lang)
    return slide.figure


def _nodes(
    names: Sequence[str], order: Sequence[str], moved: dict[tuple[str, str], float], side: int, total: float
) -> dict[str, Node]:
    """The blocks of a side from top to bottom: the last plan of the scenario first, what is no plan last."""
    plans = [name for name in reversed(order) if name in names and not name.startswith("\0")]
    others = [name for name in (OTHER, LATER, RESCUED, GONE) if name in names]
    nodes = {name: Node(name, sum(n for key, n in moved.items() if key[side] == name)) for name in [*plans, *others]}
    gap = SPACE / max(len(nodes) - 1, 1) if len(nodes) > 1 else 0.0
    scale = 1 - (SPACE if len(nodes) > 1 else 0.0)
    top = 1.0
    for node in nodes.values():
        node.top = top
        node.bottom = top - scale * node.count / total
        top = node.bottom - gap
    return nodes


def _ribbons(
    ax: Axes, moved: dict[tuple[str, str], float], left: dict[str, Node], right: dict[str, Node], total: float
) -> None:
    """Bands between the blocks, in the order of the blocks at the other side, and the blocks over them."""
    tops = {name: node.top for name, node in left.items()}
    ends = {name: node.top for name, node in right.items()}
    for start in left:
        for end in right:
            customers = moved.get((start, end), 0.0)
            if not customers:
                continue
            height = customers / total * _scale(left)
            width = customers / total * _scale(right)
            _ribbon(ax, (tops[start], height), (ends[end], width), _ribbon_colour(start, end))
            tops[start] -= height
            ends[end] -= width
    for x, nodes in ((0.0, left), (1 - NODE, right)):
        for node in nodes.values():
            colour = COLOURS.get(node.name, STAYS)
            ax.add_patch(Rectangle((x, node.bottom), NODE, node.top - node.bottom, color=colour, linewidth=0))


def _scale(nodes: dict[str, Node]) -> float:
    return 1 - (SPACE if len(nodes) > 1 else 0.0)


def _ribbon_colour(start: str, end: str) -> str:
    if end in COLOURS:
        return COLOURS[end]
    if start in COLOURS:
        return COLOURS[start]
    return STAYS if start == end else MOVES


def _ribbon(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    x0, x1, middle = NODE, 1 - NODE, 0.5
    (a, height), (b, width) = start, end
    vertices = [
        (x0, a), (middle, a), (middle, b), (x1, b),
        (x1, b - width), (middle, b - width), (middle, a - height), (x0, a - height), (x0, a),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    patch = PathPatch(Path(vertices, codes), facecolor=colour, alpha=0.38, linewidth=0)
    patch.set_gid("ribbon")
    ax.add_patch(patch)


def _label_sides(
    slide: layout.Slide, ax: Axes, result: ResultView, left: dict[str, Node], right: dict[str, Node], lang: str
) -> None:
    """Names and customers of the blocks beside them; the axes take the room between."""
    figure, box = slide.figure, ax.get_position()
    gap = layout.points(style.BASE * layout.LINE_HEIGHT)
    columns = []
    for nodes in (left, right):
        heights = [box.y0 + box.height * (node.top + node.bottom) / 2 for node in nodes.values()]
        places = layout.spread(heights, gap, box.y0, box.y1)
        texts = []
        for node, place in zip(nodes.values(), places, strict=True):
            texts.append(figure.text(0, place, _label(node, lang), va="center"))
            texts[-1].set_gid("label")
        columns.append(texts)
    starts, ends = columns
    first, last = numbers.month(result.months[0], lang), numbers.month(result.months[-1], lang)
    edge = layout.LEFT + max(layout.width(text) for text in starts) + 0.008
    far = layout.RIGHT - max(layout.width(text) for text in ends) - 0.008
    for text in starts:
        text.set(x=edge - 0.008, ha="right")
    for text in ends:
        text.set(x=far + 0.008, ha="left")
    ax.set_position((edge, box.y0, far - edge, box.height))
    for key, month, x, side in (("start", first, layout.LEFT, "left"), ("end", last, layout.RIGHT, "right")):
        heading = figure.text(x, box.y1 + layout.points(style.BASE), word(f"migration.{key}", lang, month=month))
        heading.set(ha=side, va="bottom", color=style.SOFT_INK)


def _label(node: Node, lang: str) -> str:
    names = {LATER: "later", RESCUED: "rescued", GONE: "gone", OTHER: "other"}
    number = count(node.count, lang)
    if node.name in names:
        return word("migration.node", lang, name=word(f"migration.{names[node.name]}", lang), count=number)
    return word("migration.node", lang, name=fonts.showable(node.name, 24), count=number)


def finding(result: ResultView, lang: str) -> str:
    """What share of the opening base is gone at the horizon, and what shares are on another plan and rescued."""
    told = result.summary.get("journeys") or {}
    opening = told.get("opening") or {}
    key = "opening" if known((opening.get("customers") or {}).get("mean")) else "signed_up"
    row = told.get("opening" if key == "opening" else "later") or {}
    gone = {end: known((row.get("gone") or {}).get(end)) for end in ("mean", "p05", "p95")}
    if gone["mean"] is None:
        return word("finding.no_data", lang, metric=word("metric.paying_customers", lang))
    month = numbers.month(result.months[-1], lang)
    share, interval = findings.share_interval(result, gone, lang)
    customers = count(known(row["customers"]["mean"]), lang)
    sentence = word(f"migration.{key}", lang, count=customers, gone=share, month=month, interval=interval)
    moved, rescued = (known((row.get(name) or {}).get("mean")) or 0.0 for name in ("moved", "rescued"))
    texts = {"moved": numbers.percent(moved, lang), "rescued": numbers.percent(rescued, lang)}
    if moved and rescued:
        return sentence + word("migration.moved_rescued", lang, **texts)
    if moved:
        return sentence + word("migration.moved", lang, moved=texts["moved"])
    return sentence + (word("migration.only_rescued", lang, rescued=texts["rescued"]) if rescued else "")
