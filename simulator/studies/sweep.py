"""Sweep: what comes of other values at one key, at two, or at points spread over many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import polars as pl

from simulator.results.measure import Measure
from simulator.results.paired import paired, rounded
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.overriding import text_at, with_keys
from simulator.scenario.range_reading import written_number
from simulator.scenario.scenario import Scenario
from simulator.studies.axes import Span, kind_of
from simulator.studies.errors import WrongStudy
from simulator.studies.executor import Executor, Here, Progress
from simulator.studies.observe import observe, per_draw_of, study_summary
from simulator.studies.point import EVERYBODY, Point, read_point
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers

DEFAULT_METRICS = ("closing_mrr", "net_mrr_churn_rate", "nrr_12m")
MOST_KEYS = 2  # of a grid: three have no figure, and a design needs far fewer points
Design = Sequence[Mapping[str, str]]


def sweep(
    scenario: Scenario,
    values: Mapping[str, Sequence[str]],
    *,
    metrics: Sequence[str] = DEFAULT_METRICS,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate a scenario with every combination of values at one or two keys.

    All points and the scenario as it stands live with the same draws, so that differences between them show what the
    values do and little else.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    values
        texts as a scenario writes them, by dotted key: {"bundles.suite.discount": ["0%", "15%", "30%"]}.
    metrics
        what to look at: `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`. Tables hold every month; the month
        is the one that the figure and the terminal show.
    replications, seed, engine, threads, executor, progress
        as of `run`.

    Returns
    -------
    Study
        tables `sweep` (point, month, metric, segment, mean, low95, high95, difference, difference_low95,
        difference_high95, p_better) and `design` (point, key, value, value_text); point 0 is the scenario as it
        stands.

    Raises
    ------
    WrongStudy
        if there are no keys or more than two, or a metric is not there.
    ScenarioError
        if a key is not there, or a value is not of its kind or does not fit.
    """
    return sweep_design(
        scenario,
        grid(values),
        design="grid",
        metrics=metrics,
        replications=replications,
        seed=seed,
        engine=engine,
        threads=threads,
        executor=executor,
        progress=progress,
    )


def grid(values: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return every combination of the values of one or two keys.

    Raises
    ------
    WrongStudy
        if there are no keys, more than two, or a key without values.
    """
    if not 1 <= len(values) <= MOST_KEYS:
        raise WrongStudy(
            f"a grid varies one or two keys, not {len(values)}; for more, spread points over them: --design lhs"
        )
    for key, texts in values.items():
        if not texts:
            raise WrongStudy(f"{key}: has no values")
    return [dict(zip(values, texts, strict=True)) for texts in product(*values.values())]


def latin_hypercube(spans: Sequence[Span], points: int, seed: int) -> list[dict[str, str]]:
    """Return points spread over spans so that each key's own span is covered evenly (McKay, Beckman, Conover 1979).

    Raises
    ------
    WrongStudy
        if there are fewer than two points, or no spans.
    """
    from scipy.stats import qmc  # slow to import

    if not spans:
        raise WrongStudy("a design varies at least one key, written KEY=LOW..HIGH")
    if points < 2:
        raise WrongStudy(f"--points: {points} is too few; a design has at least 2 points, usually ten for each key")
    places = qmc.LatinHypercube(len(spans), seed=np.random.default_rng(seed)).random(points)
    return [{span.key: span.text(float(u)) for span, u in zip(spans, row, strict=True)} for row in places]


def sweep_design(
    scenario: Scenario,
    points: Design,
    *,
    design: str,
    metrics: Sequence[str] = DEFAULT_METRICS,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Simulate a scenario at points, each a value for each key; see `sweep`. `design` says how they were chosen."""
    check_numbers(replications, seed)
    watched = read_points(metrics, scenario)
    scenarios = [scenario, *at_points(scenario, points)]
    twin = any(point.metric == "saved_mrr" for point in watched)

    def look(measure: Measure) -> list[np.ndarray]:
        found = measure.metrics()
        return [found[point.metric][:, :, point.group] for point in watched]  # (R, M) each

    seen = observe(
        scenarios,
        look,
        range(replications),
        seed,
        executor or Here(threads),
        engine=engine,
        twin=twin,
        progress=progress,
    )
    labels = month_labels(scenario.start, scenario.months)
    per_draw = per_draw_of(scenarios)
    frames = [
        _rows(number, point, scenario, paired(base, values, point.metric, per_draw), labels)
        for number, found in enumerate(seen)
        for point, base, values in zip(watched, seen[0], found, strict=True)
    ]
    summary = study_summary("sweep", scenario, replications=replications, seed=seed, engine=engine) | {
        "design": design,
        "keys": [{"key": key, "now": text_at(scenario, key)} for key in points[0]],
        "points": len(points),
        "shown": [shown(point, scenario, labels) for point in watched],
    }
    return Study("sweep", {"sweep": pl.concat(frames), "design": design_frame(points)}, summary)


def read_points(texts: Sequence[str], scenario: Scenario) -> list[Point]:
    """Read what to look at; everything that is wrong is said at once.

    Raises
    ------
    WrongStudy
        if a metric, month or segment is not there, one is given twice, or none is.
    """
    found, problems = [], [] if texts else ["no metric is given; name at least one"]
    for text in texts:
        try:
            found.append(read_point(text, scenario))
        except WrongStudy as error:
            problems.append(str(error))
    columns = [(point.metric, point.group) for point in found]
    for metric, group in dict.fromkeys(column for column in columns if columns.count(column) > 1):
        problems.append(f"{metric} is given twice for {_segment(group, scenario)}; the table has every month")
    if problems:
        raise WrongStudy("\n".join(problems))
    return found


def at_points(scenario: Scenario, points: Design) -> list[Scenario]:
    """Return the scenario at each point; everything that is wrong with any of them is said at once.

    Raises
    ------
    ScenarioError
        if a key is not there, or a value is not of its kind or does not fit.
    """
    found: list[Scenario] = []
    problems: list[Problem] = []
    for point in points:
        try:
            found.append(with_keys(scenario, point))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def design_frame(points: Design) -> pl.DataFrame:
    """Return point, key, value, value_text; `value` is the number in the text, in its unit, and null without one."""
    rows = []
    for number, point in enumerate(points, start=1):
        for key, text in point.items():
            try:
                value: float | None = written_number(text, kind_of(key))[0]
            except ValueError:
                value = None
            rows.append((number, key, value, text.strip()))
    schema = {"point": pl.Int64, "key": pl.String, "value": pl.Float64, "value_text": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def shown(point: Point, scenario: Scenario, labels: Sequence[str]) -> dict[str, str]:
    """Return a point as a summary names it."""
    return {"metric": point.metric, "month": labels[point.month], "segment": _segment(point.group, scenario)}


def _segment(group: int, scenario: Scenario) -> str:
    return (EVERYBODY, *scenario.segment_names)[group]


def _rows(
    number: int, point: Point, scenario: Scenario, columns: Mapping[str, np.ndarray], labels: Sequence[str]
) -> pl.DataFrame:
    n = len(labels)
    where = {
        "point": pl.Series([number] * n, dtype=pl.Int64),
        "month": pl.Series(list(labels), dtype=pl.String),
        "metric": pl.Series([point.metric] * n, dtype=pl.String),
        "segment": pl.Series([_segment(point.group, scenario)] * n, dtype=pl.String),
    }
    return pl.DataFrame(where | rounded(columns))
