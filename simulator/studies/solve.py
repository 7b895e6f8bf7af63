"""Solve: which value of a key reaches a target?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.optimize import brentq

from simulator.expectation.expect import expect
from simulator.expectation.result import NotMarkov
from simulator.results.intervals import Interval, interval
from simulator.results.measure import Measure
from simulator.results.paired import rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.overriding import text_at, with_keys
from simulator.scenario.range_reading import written_number
from simulator.scenario.scenario import Scenario
from simulator.studies.axes import Span, kind_of, read_vary
from simulator.studies.executor import Executor, Here
from simulator.studies.observe import observe, per_draw_of, study_summary
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers
from simulator.studies.sweep import shown
from simulator.studies.target import Target, read_target

FIRST = 5  # values spread evenly, to see where the target is crossed, and whether more than once
NEAR_ENOUGH = 1e-4  # of the span; or this part of the half-width of the solution's interval, if that is wider:
PART_OF_INTERVAL = 0.05
MOST_STEPS = 20
NEAR_EXPECTED = 0.02  # of the span: places tried on both sides of what theory says
EXPECTED_TO = 1e-3

# What came of it.
FOUND, NEVER, ALWAYS = "found", "never", "always"


def solve(
    scenario: Scenario,
    target: Target | str,
    span: Span | str,
    *,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    said: Callable[[int], None] | None = None,
) -> Study:
    """Find the value of a key at which the mean of a metric just reaches a target.

    All values live with the same draws, so that the mean is a smooth function of the value, but for customers who
    change their minds one by one. Its crossing of the target is enclosed among values spread over the span and then
    found by the Illinois method (Dowell and Jarratt 1971, BIT 11, 168-174). The interval of the solution holds the
    values at which the 95 % interval of the mean contains the target.

    Parameters
    ----------
    scenario, replications, seed, engine, threads, executor
        as of `run`.
    target
        what to reach, as text: `nrr_12m@2028-03 >= 110%`.
    span
        the key, and the ends between which its value is looked for, as text: `offers.review.acceptance=0..20%`; a
        range or a share needs no ends.
    said
        called with the number of values tried so far.

    Returns
    -------
    Study
        tables `solution` (key, status, value, value_text, low95, high95, metric, month, segment, target, mean,
        mean_low95, mean_high95) and `trials` (trial, key, value, value_text, mean, low95, high95, surplus). The
        status is `found`, `never` (no value tried reaches the target; the nearest is given) or `always`.

    Raises
    ------
    WrongStudy
        if the target cannot be read.
    ScenarioError
        if the key is not there or an end does not fit.
    """
    target = read_target(target, scenario) if isinstance(target, str) else target
    span = read_vary(span, scenario) if isinstance(span, str) else span
    check_numbers(replications, seed)
    tried = _Trials(scenario, target, span, range(replications), seed, engine, executor or Here(threads), said)
    evenly = [float(u) for u in np.linspace(0.0, 1.0, FIRST)]
    tried.at(sorted({*evenly, *around_expected(scenario, target, span)}))
    brackets = tried.brackets()
    several = len(brackets) > 1
    if brackets:
        status, place = FOUND, tried.crossing(_nearest(brackets, tried.now()))
        tried.around(place)
        low, high = tried.interval_of(place)
    else:
        surplus = {u: float(tried.surplus(u).mean) for u in tried.values}
        status = ALWAYS if min(surplus.values()) >= 0.0 else NEVER
        place, low, high = max(surplus, key=lambda u: surplus[u]), None, None
    summary = study_summary("solution", scenario, replications=replications, seed=seed, engine=engine) | {
        "target": target.text,
        "at_least": target.at_least,
        "value": target.value,
        "key": span.key,
        "now": text_at(scenario, span.key),
        "span": [span.text(0.0), span.text(1.0)],
        "shown": shown(target.point, scenario, month_labels(scenario.start, scenario.months)),
        "status": status,
        "crosses_more_than_once": several,
        "solution": _solution(tried, place, low, high),
    }
    tables = {"solution": tried.solution_frame(status, place, low, high), "trials": tried.frame()}
    return Study("solution", tables, summary)


def around_expected(scenario: Scenario, target: Target, span: Span) -> list[float]:
    """Return two places close around the one where the exact expectation reaches the target.

    None where there is no such place, no exact expectation, or where it would take longer than trying: with ranges,
    and with a frailty, whose law is a quadrature of many chains.
    """
    metric, month, group = target.point.metric, target.point.month, target.point.group
    frail = any(segment.frailty > 0 for epoch in scenario.epochs for segment in epoch.keys.segments.values())
    if frail or scenario.ranges:
        return []

    def surplus(u: float) -> float:
        expected = expect(with_keys(scenario, {span.key: span.text(u)})).table(metric)[0][month, group]
        return float(target.surplus(expected))

    try:
        ends = [surplus(0.0), surplus(1.0)]
        if np.isnan(ends).any() or ends[0] * ends[1] > 0.0:
            return []
        place = float(brentq(surplus, 0.0, 1.0, xtol=EXPECTED_TO))
    except (NotMarkov, KeyError):
        return []
    return [round(u, 6) for u in (place - NEAR_EXPECTED, place + NEAR_EXPECTED) if 0.0 < u < 1.0]


@dataclass
class _Trials:
    """The values tried: places in the span, with the metric by replication."""

    scenario: Scenario
    target: Target
    span: Span
    replications: range
    seed: int
    engine: str
    executor: Executor
    said: Callable[[int], None] | None
    values: dict[float, np.ndarray] = field(default_factory=dict)  # (R,) by place

    def at(self, places: Sequence[float]) -> None:
        """Try some places, all at once."""
        new = [u for u in places if u not in self.values]
        scenarios = [with_keys(self.scenario, {self.span.key: self.span.text(u)}) for u in new]
        point = self.target.point

        def look(measure: Measure) -> np.ndarray:
            return point.of(measure)

        twin = point.metric == "saved_mrr"
        seen = observe(scenarios, look, self.replications, self.seed, self.executor, engine=self.engine, twin=twin)
        self.values |= dict(zip(new, seen, strict=True))
        if self.said is not None:
            self.said(len(self.values))

    def surplus(self, u: float) -> Interval:
        """The mean surplus over the target at a place, and its 95 % interval."""
        return interval(self.target.surplus(self.values[u]), per_draw_of([self.scenario]))

    def brackets(self) -> list[tuple[float, float]]:
        """Neighbouring places between which the target is crossed."""
        places = sorted(self.values)
        signs = [float(self.surplus(u).mean) >= 0.0 for u in places]
        return [(a, b) for a, b, s, t in zip(places, places[1:], signs, signs[1:], strict=False) if s != t]

    def now(self) -> float | None:
        """Where in the span the scenario's own value is; None where it has no single one."""
        text = text_at(self.scenario, self.span.key)
        try:
            value = None if text is None else written_number(text, kind_of(self.span.key))[0]
        except ValueError:
            return None
        return None if value is None else (value - self.span.low) / (self.span.high - self.span.low)

    def crossing(self, bracket: tuple[float, float]) -> float:
        """The place in a bracket at which the mean just reaches the target."""
        a, b = bracket
        fa, fb = (float(self.surplus(u).mean) for u in bracket)
        half = float(self.surplus(b).high - self.surplus(b).mean)
        near = max(NEAR_ENOUGH, PART_OF_INTERVAL * half * (b - a) / abs(fb - fa))
        side = 0
        for _ in range(MOST_STEPS):
            if b - a <= near:
                break
            u = round(min(max(b - fb * (b - a) / (fb - fa), a + near / 2), b - near / 2), 6)
            self.at([u])
            value = float(self.surplus(u).mean)
            if value == 0.0:
                return u
            if (value > 0.0) == (fb > 0.0):
                b, fb = u, value
                fa, side = (fa / 2 if side == 1 else fa), 1
            else:
                a, fa = u, value
                fb, side = (fb / 2 if side == -1 else fb), -1
        reaching = [u for u in (a, b) if float(self.surplus(u).mean) >= 0.0]
        return reaching[0]  # the end that keeps the bound

    def around(self, place: float) -> None:
        """Try places on both sides, about where the interval of the solution ends."""
        half = float(self.surplus(place).high - self.surplus(place).mean)
        below, above = self._neighbours(place)
        rise = float(self.surplus(above).mean - self.surplus(below).mean) / (above - below)
        width = min(max(abs(half / rise) if rise else 1.0, 2 * NEAR_ENOUGH), 1.0)
        steps = (-1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
        self.at([round(u, 6) for u in (place + step * width for step in steps) if 0.0 < u < 1.0])

    def _neighbours(self, place: float) -> tuple[float, float]:
        """The nearest places tried that are far enough off to tell a slope."""
        places = sorted(self.values)
        below = max((u for u in places if u <= place - 0.01), default=places[0])
        above = min((u for u in places if u >= place + 0.01), default=places[-1])
        return below, above

    def interval_of(self, place: float) -> tuple[float | None, float | None]:
        """The ends of the places around `place` whose interval contains the target; None: not inside the span."""
        places = sorted(self.values)
        known = {u: self.surplus(u) for u in places}
        holds = {u: float(known[u].low) <= 0.0 <= float(known[u].high) for u in places}
        return self._end(place, places, known, holds, -1), self._end(place, places, known, holds, 1)

    def _end(
        self,
        place: float,
        places: Sequence[float],
        known: dict[float, Interval],
        holds: dict[float, bool],
        direction: int,
    ) -> float | None:
        outward = [u for u in places if (u - place) * direction > 0][::direction]
        last = place
        for u in outward:
            if not holds[u]:
                curve = [float(x.low) if float(known[u].low) > 0.0 else float(x.high) for x in (known[last], known[u])]
                share = curve[0] / (curve[0] - curve[1]) if curve[0] != curve[1] else 1.0
                return last + (u - last) * min(max(share, 0.0), 1.0)
            last = u
        return None

    def number(self, u: float) -> float:
        """The number at a place, in the unit of the span."""
        return self.span.low + u * (self.span.high - self.span.low)

    def frame(self) -> pl.DataFrame:
        """Return the trials in order of their values."""
        places = sorted(self.values)
        means = [interval(self.values[u], per_draw_of([self.scenario])) for u in places]
        where = {
            "trial": pl.Series(range(1, len(places) + 1), dtype=pl.Int64),
            "key": pl.Series([self.span.key] * len(places), dtype=pl.String),
        }
        numbers = {
            "value": np.array([self.number(u) for u in places]),
            "mean": np.array([float(m.mean) for m in means]),
            "low95": np.array([float(m.low) for m in means]),
            "high95": np.array([float(m.high) for m in means]),
            "surplus": np.array([float(self.surplus(u).mean) for u in places]),
        }
        frame = pl.DataFrame(where | rounded(numbers))
        texts = pl.Series("value_text", [self.span.text(u) for u in places], dtype=pl.String)
        return frame.insert_column(3, texts)

    def solution_frame(self, status: str, place: float, low: float | None, high: float | None) -> pl.DataFrame:
        """Return the one row of the solution."""
        mean = interval(self.values[place], per_draw_of([self.scenario]))
        labels = month_labels(self.scenario.start, self.scenario.months)
        names = shown(self.target.point, self.scenario, labels)
        return pl.DataFrame(
            {
                "key": [self.span.key],
                "status": [status],
                "value": [self.number(place)],
                "value_text": [self.span.text(place)],
                "low95": pl.Series([None if low is None else self.number(low)], dtype=pl.Float64),
                "high95": pl.Series([None if high is None else self.number(high)], dtype=pl.Float64),
                "metric": [names["metric"]],
                "month": [names["month"]],
                "segment": [names["segment"]],
                "target": [self.target.value],
                "mean": [float(mean.mean)],
                "mean_low95": [float(mean.low)],
                "mean_high95": [float(mean.high)],
            }
        )


def _nearest(brackets: Sequence[tuple[float, float]], now: float | None) -> tuple[float, float]:
    """The crossing nearest to the scenario's own value; the first, where it has none."""
    if now is None:
        return brackets[0]
    return min(brackets, key=lambda ends: max(ends[0] - now, now - ends[1], 0.0))


def _solution(tried: _Trials, place: float, low: float | None, high: float | None) -> dict[str, str | None]:
    """The value and the ends of its interval, as a scenario writes them."""
    return {
        "value": tried.span.text(place),
        "low95": None if low is None else tried.span.text(low),
        "high95": None if high is None else tried.span.text(high),
    }
