"""The steps from opening to closing MRR, rounded so that what is written adds up.

The movement cells of all months, segments and plans are summed by kind, motion and reason. Reasons too small
to show are joined within their motion (so that price never hides among upsell), never across kinds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from simulator.accounting.movements import KINDS
from simulator.reporting import numbers
from simulator.reporting.apportion import apportion
from simulator.reporting.result_view import FX, LOSSES, ResultView, kinds_of, series
from simulator.reporting.words import name, word

MOST_STEPS = 13
"""More steps than this do not fit a slide."""

SMALL = 0.02
"""Share of all movement below which a reason is joined with others; raised while there are too many steps."""

FIGURES, MOST_FIGURES = 4, 6
"""Figures written of the balances: usually, and at most where a small step would else be written as 0."""

NO_MOTION = frozenset({"", "-", "–", "none", "own"})
CELL_ROUNDING = 5e-5
"""Each cell of the tables is rounded to four decimals of a currency unit."""


@dataclass(frozen=True)
class Step:
    """One step of the waterfall: its label and its amount in written units, negative for losses."""

    kind: str
    label: str
    units: int


@dataclass(frozen=True)
class Group:
    """All steps of one movement kind."""

    kind: str
    steps: tuple[Step, ...]

    @property
    def units(self) -> int:
        """The kind's total, which is the sum of what its steps show."""
        return sum(step.units for step in self.steps)


@dataclass(frozen=True)
class Waterfall:
    """Opening, groups of steps and closing in whole written units: opening + steps = closing, exactly.

    `unit` is what one written unit is worth in currency units.
    """

    opening: int
    closing: int
    groups: tuple[Group, ...]
    unit: float
    scale: numbers.Scale
    digits: int
    currency: str
    lang: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for group in self.groups for step in group.steps)

    def written(self, value: float, *, signed: bool) -> str:
        """An amount in currency units with the waterfall's scale and decimals."""
        return numbers.money(value, self.currency, self.lang, scale=self.scale, digits=self.digits, signed=signed)


def any_movement(result: ResultView) -> bool:
    """Whether any movement cell is not zero."""
    return bool((result.movements.get_column("mean").fill_null(0.0) != 0).any())


def waterfall(result: ResultView, lang: str) -> Waterfall | None:
    """The waterfall from the first opening to the last closing; None if one of these is not known.

    Raises
    ------
    ValueError
        the movements do not lead from opening to closing
    """
    opening, closing = series(result, "opening_mrr")[0].mean, series(result, "closing_mrr")[-1].mean
    if opening is None or closing is None:
        return None
    amounts = _amounts(result)
    _check_identity(opening, closing, amounts.values(), cells=result.movements.height)
    joined = _join_small(amounts, lang)
    scale, digits = _resolution(opening, closing, joined, result.currency, lang)
    unit = scale.factor / 10**digits
    first, last = round(opening / unit), round(closing / unit)
    if joined:
        units = apportion([amount / unit for _, _, amount in joined], last - first)
    else:
        units, last = [], first
    steps = [Step(kind, label, whole) for (kind, label, _), whole in zip(joined, units, strict=True)]
    groups = tuple(
        Group(kind, tuple(step for step in steps if step.kind == kind))
        for kind in kinds_of(result)
        if any(step.kind == kind for step in steps)
    )
    return Waterfall(first, last, groups, unit, scale, digits, result.currency, lang)


def _amounts(result: ResultView) -> dict[tuple[str, str, str], float]:
    """(kind, motion, reason) → summed amount, negative for losses, without those that are zero.

    Motions split expansion and contraction only: a conversion is told from other new MRR by its reason.
    """
    sums = (
        result.movements.with_columns(pl.col("motion").fill_null(""), pl.col("reason").fill_null("unspecified"))
        .group_by("kind", "motion", "reason")
        .agg(pl.col("mean").fill_null(0.0).sum())
        .sort("kind", "motion", "reason")
    )
    amounts: dict[tuple[str, str, str], float] = defaultdict(float)
    for kind, motion, reason, amount in sums.iter_rows():
        if amount:
            split = kind in ("expansion", "contraction") and motion not in NO_MOTION
            amounts[kind, motion if split else "", reason] += -amount if kind in LOSSES else amount
    if FX in kinds_of(result):
        amounts[FX, "", FX] = math.fsum(cell.mean or 0.0 for cell in series(result, f"{FX}_mrr"))
    return dict(amounts)


def _check_identity(opening: float, closing: float, amounts: Iterable[float], *, cells: int) -> None:
    moved = math.fsum(amounts)
    allowed = CELL_ROUNDING * (cells + 2) + 1e-9 * max(abs(opening), abs(closing))
    if abs(opening + moved - closing) > allowed:
        raise ValueError(
            f"the movements do not add up: opening {opening:,.4f} + movements {moved:,.4f} "
            f"= {opening + moved:,.4f}, but closing is {closing:,.4f}"
        )


def _join_small(amounts: dict[tuple[str, str, str], float], lang: str) -> list[tuple[str, str, float]]:
    """(kind, label, amount) in the order shown, small reasons joined until at most MOST_STEPS are left."""
    total = math.fsum(abs(amount) for amount in amounts.values())
    rows: list[tuple[str, str, float]] = []
    sizes = sorted(abs(amount) for amount in amounts.values())
    for small in [
        SMALL * total,
        *(math.nextafter(size, math.inf) for size in sizes if size >= SMALL * total),
    ]:
        rows = []
        for kind in (*KINDS, FX):
            motions = {motion for k, motion, _ in amounts if k == kind}
            blocks = []
            for motion in motions:
                reasons = {r: amount for (k, m, r), amount in amounts.items() if (k, m) == (kind, motion)}
                blocks.append((motion, _rows_of_motion(kind, motion, reasons, small, lang)))
            blocks.sort(key=lambda block: (-abs(math.fsum(row[2] for row in block[1])), block[0]))
            rows += [row for _, block in blocks for row in block]
        if len(rows) <= MOST_STEPS:
            break
    return rows


def _rows_of_motion(
    kind: str, motion: str, reasons: dict[str, float], small: float, lang: str
) -> list[tuple[str, str, float]]:
    """The rows of one motion of a kind, largest first, the joined small ones last."""
    large = sorted(
        ((reason, amount) for reason, amount in reasons.items() if abs(amount) >= small),
        key=lambda row: (-abs(row[1]), row[0]),
    )
    rest = {reason: amount for reason, amount in reasons.items() if abs(amount) < small}
    if len(rest) == 1:
        large += rest.items()
        rest = {}
    rows = [(kind, _label(motion, reason, lang), amount) for reason, amount in large]
    if rest:
        label = _joined_label(kind, motion, lang, alone=not large)
        rows.append((kind, label, math.fsum(rest.values())))
    return rows


def _joined_label(kind: str, motion: str, lang: str, *, alone: bool) -> str:
    """The name of joined reasons: the rest of a motion or kind, or the whole of it if `alone`."""
    if motion:
        group = name("motion_in_sentence", motion, lang)
        return name("motion", motion, lang) if alone else word("figure.other_of", lang, group=group)
    if alone and kind == "contraction":
        return word("figure.own_moves", lang)
    if alone:
        return word(f"kind.{kind}", lang)
    return word("figure.other_of", lang, group=word(f"kind_in_sentence.{kind}", lang))


def _label(motion: str, reason: str, lang: str) -> str:
    written = name("reason", reason, lang)
    if not motion or motion == "unspecified":
        return written[:1].upper() + written[1:]
    if name("motion", motion, lang) == written:
        return written
    return word("format.motion_reason", lang, motion=name("motion", motion, lang), reason=written)


def _resolution(
    opening: float, closing: float, rows: list[tuple[str, str, float]], code: str, lang: str
) -> tuple[numbers.Scale, int]:
    """Scale of the largest level, and decimals: two figures for the smallest step, or at least one."""
    level = highest = max(opening, closing)
    running = opening
    for _, _, amount in rows:
        running += amount
        highest = max(highest, running)
    level = level or highest
    scale = numbers.scale_for(level, lang)
    usual = numbers.usual_digits(level, code, scale)
    smallest = min((abs(amount) for _, _, amount in rows), default=level)
    if not level or not smallest:
        return scale, usual
    seen = -math.floor(math.log10(smallest / scale.factor))
    whole = math.floor(math.log10(level / scale.factor)) + 1
    digits = max(min(seen + 1, FIGURES - whole), min(seen, MOST_FIGURES - whole))
    return scale, max(usual, min(digits, numbers.MOST_DIGITS))
