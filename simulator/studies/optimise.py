"""Optimise: how far can one figure be raised, and what does that cost in another? The trade-off, not one point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from simulator.results.intervals import interval, sign_of_better
from simulator.results.measure import Measure
from simulator.results.paired import paired, rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.overriding import text_at
from simulator.scenario.scenario import Scenario
from simulator.studies.axes import Span, read_vary
from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Executor, Here
from simulator.studies.observe import observe, per_draw_of, study_summary
from simulator.studies.point import Point, read_point
from simulator.studies.run import DEFAULT_SEED, check_numbers
from simulator.studies.sweep import at_points, design_frame, shown
from simulator.studies.target import Target, read_target

DEFAULT_TRIALS = 120
DEFAULT_REPLICATIONS = 30
BATCH = 12  # trials proposed at once: the population of the search
CHECKS = 3  # times as many replications, with other draws, for what is reported


def optimise(
    scenario: Scenario,
    vary: Sequence[Span | str],
    maximise: Point | str,
    against: Point | str,
    *,
    subject: Sequence[Target | str] = (),
    trials: int = DEFAULT_TRIALS,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    said: Callable[[int, int], None] | None = None,
) -> Study:
    """Search the values of several keys for the best trade-off between two figures, under constraints.

    The search is NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002, IEEE Trans. Evol. Comput. 6, 182-197) as Optuna
    has it; all trials live with the same draws. What it ends with is simulated again with other draws and three times
    as many replications: the best of many trials is in part the luckiest, and would look better than it is.

    Parameters
    ----------
    scenario, seed, engine, threads, executor
        as of `run`.
    vary
        the keys, and the ends between which each varies, as text: `plans.premium.price=25_000..40_000`.
    maximise, against
        the two figures, as text: `closing_mrr@2028-03`; each is taken for better in its own direction (less churn is
        better).
    subject
        bounds that the means of further figures must keep, as text: `nrr_12m >= 95%`.
    trials, replications
        how many sets of values are tried, and how often each is simulated.
    said
        called with the number of trials done, and of all.

    Returns
    -------
    Study
        tables `trade_off` (point, metric, month, segment, mean, low95, high95, difference, difference_low95,
        difference_high95, p_better, keeps) for the points of the trade-off in order, simulated anew, and the scenario
        as it stands (point 0); and `trials` (point, key, value, value_text, front), `front` 1 for those of the
        trade-off.

    Raises
    ------
    WrongStudy
        if Optuna is not installed, there are no spans, both figures are one, or no trial keeps the constraints.
    """
    check_numbers(replications, seed)
    spans = [read_vary(one, scenario) if isinstance(one, str) else one for one in vary]
    maximise, against = (read_point(one, scenario) if isinstance(one, str) else one for one in (maximise, against))
    bounds = [read_target(one, scenario) if isinstance(one, str) else one for one in subject]
    if not spans:
        raise WrongStudy("there is nothing to vary; give at least one key, --vary KEY=LOW..HIGH")
    if maximise == against:
        raise WrongStudy(f"--against: {against.text} is what is maximised; a trade-off needs another figure")
    if trials < BATCH:
        raise WrongStudy(f"--trials: {trials} is too few; write {BATCH} or more")
    used = executor or Here(threads)
    watched = [maximise, against, *(target.point for target in bounds)]

    def look(measure: Measure) -> list[np.ndarray]:
        found = measure.metrics()
        return [point.of(found) for point in watched]

    def simulate(points: Sequence[dict[str, str]], some: range) -> list[list[np.ndarray]]:
        scenarios = [scenario, *at_points(scenario, points)]
        twin = any(point.metric == "saved_mrr" for point in watched)
        return observe(scenarios, look, some, seed, used, engine=engine, twin=twin)

    points, means = _search(spans, watched, bounds, trials, seed, lambda p: simulate(p, range(replications))[1:], said)
    keeps = _keeps(means, bounds)
    if not keeps.any():
        raise WrongStudy(
            f"none of {len(points)} trials keeps {' and '.join(target.text for target in bounds)}; the nearest misses "
            f"by {float(np.max(_surplus(means, bounds).min(axis=1))):.4g}: widen --vary or loosen --subject"
        )
    signs = np.array([sign_of_better(maximise.metric), sign_of_better(against.metric)])
    front = _front(means[:, :2] * signs, keeps)
    again = simulate([points[i] for i in front], range(replications, (1 + CHECKS) * replications))
    labels = month_labels(scenario.start, scenario.months)
    per_draw = per_draw_of([scenario])
    frames = [
        _rows(number, point, scenario, paired(base, values, point.metric, per_draw), found, bounds, labels)
        for number, found in zip([0, *(i + 1 for i in front)], again, strict=True)
        for point, base, values in zip(watched, again[0], found, strict=True)
    ]
    summary = study_summary("trade_off", scenario, replications=CHECKS * replications, seed=seed, engine=engine) | {
        "maximise": shown(maximise, scenario, labels),
        "against": shown(against, scenario, labels),
        "subject": [target.text for target in bounds],
        "keys": [
            {"key": one.key, "now": text_at(scenario, one.key), "low": one.text(0), "high": one.text(1)}
            for one in spans
        ],
        "trials": len(points),
        "trial_replications": replications,
    }
    on_front = pl.Series([float(i in front) for i in range(len(points)) for _ in spans])
    tables = {
        "trade_off": pl.concat(frames).unique(["point", "metric", "month", "segment"], maintain_order=True),
        "trials": design_frame(points).with_columns(on_front.alias("front")),
    }
    return Study("trade_off", tables, summary)


def _search(
    spans: Sequence[Span],
    watched: Sequence[Point],
    subject: Sequence[Target],
    trials: int,
    seed: int,
    simulate: Callable[[Sequence[dict[str, str]]], list[list[np.ndarray]]],
    said: Callable[[int, int], None] | None,
) -> tuple[list[dict[str, str]], np.ndarray]:
    """Return the points tried, and the means of what is watched at each: (points, watched)."""
    try:
        import optuna
    except ImportError:
        raise WrongStudy("optimise needs Optuna; install it with: pip install 'plansim[optimise]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    means: dict[int, np.ndarray] = {}
    sampler = optuna.samplers.NSGAIISampler(population_size=BATCH, seed=seed % 2**32)
    directions: Any = ["maximize" if sign_of_better(point.metric) > 0 else "minimize" for point in watched[:2]]
    search = optuna.create_study(directions=directions, sampler=sampler)
    points: list[dict[str, str]] = []
    while len(points) < trials:
        proposed = [search.ask() for _ in range(min(BATCH, trials - len(points)))]
        texts = [{one.key: one.text(trial.suggest_float(one.key, 0.0, 1.0)) for one in spans} for trial in proposed]
        for trial, found in zip(proposed, simulate(texts), strict=True):
            means[trial.number] = np.array([float(interval(values).mean) for values in found])
            objectives = means[trial.number][:2]
            if np.isnan(means[trial.number]).any():
                search.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                for target, surplus in zip(subject, _surplus(means[trial.number][None], subject)[0], strict=True):
                    trial.set_constraint(target.text, -float(surplus))  # kept where it is at most 0
                search.tell(trial, objectives.tolist())
        points += texts
        if said is not None:
            said(len(points), trials)
    return points, np.stack([means[i] for i in range(len(points))])


def _surplus(means: np.ndarray, subject: Sequence[Target]) -> np.ndarray:
    """Return by how much each point keeps each bound, (points, bounds)."""
    if not subject:
        return np.zeros((len(means), 0))
    return np.stack([target.surplus(means[:, 2 + k]) for k, target in enumerate(subject)], axis=1)


def _keeps(means: np.ndarray, subject: Sequence[Target]) -> np.ndarray:
    known = ~np.isnan(means).any(axis=1)
    return known & (_surplus(means, subject) >= 0).all(axis=1)


def _front(better: np.ndarray, keeps: np.ndarray) -> list[int]:
    """Return the points that none beats in both figures, of those that keep the bounds, from low to high."""
    some = np.flatnonzero(keeps)
    found: list[int] = []
    for i in some:
        others = better[some]
        beaten = ((others >= better[i]).all(axis=1) & (others > better[i]).any(axis=1)).any()
        twin = any((better[j] == better[i]).all() for j in found)
        if not beaten and not twin:
            found.append(int(i))
    return sorted(found, key=lambda i: float(better[i, 0]))


def _rows(
    number: int,
    point: Point,
    scenario: Scenario,
    columns: dict[str, np.ndarray],
    found: Sequence[np.ndarray],
    subject: Sequence[Target],
    labels: Sequence[str],
) -> pl.DataFrame:
    names = shown(point, scenario, labels)
    means = np.array([[float(interval(values).mean) for values in found]])
    keeps = float(_keeps(means, subject)[0])
    where = {
        "point": pl.Series([number], dtype=pl.Int64),
        **{name: pl.Series([names[name]], dtype=pl.String) for name in ("metric", "month", "segment")},
    }
    return pl.DataFrame(where | rounded(columns)).with_columns(keeps=pl.lit(keeps))
