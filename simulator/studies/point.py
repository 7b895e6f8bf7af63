"""A point of a result that a study looks at: one metric, in one month, of one segment."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from simulator.engines.output import Replication, closing_mrr, empty_output, no_rows
from simulator.results.measure import Measure
from simulator.results.tables import month_labels
from simulator.scenario.errors import did_you_mean, listed
from simulator.scenario.scenario import Scenario
from simulator.studies.errors import WrongStudy
from simulator.studies.tasks import cut, model_of

EVERYBODY = "all"
_PATTERN = re.compile(r"(?P<metric>\w+)(?:@(?P<month>[\w-]+))?(?:/(?P<segment>.+))?")


@dataclass(frozen=True)
class Point:
    """A metric in the month at position `month` of the group at position `group` (0: everybody)."""

    metric: str
    month: int
    group: int
    text: str

    def of(self, measured: Measure | dict[str, np.ndarray]) -> np.ndarray:
        """Return its value in every replication, (R,); NaN where it has none."""
        metrics = measured if isinstance(measured, dict) else measured.metrics()
        return metrics[self.metric][:, self.month, self.group]


def read_point(text: str, scenario: Scenario) -> Point:
    """Read `metric`, `metric@YYYY-MM` or `metric@YYYY-MM/segment`; the month is the last if not given.

    Raises
    ------
    WrongStudy
        naming the metrics, months or segments there are.
    """
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise WrongStudy(f"{text!r} names no metric; write metric, metric@YYYY-MM or metric@YYYY-MM/segment")
    labels = month_labels(scenario.start, scenario.months)
    groups = [EVERYBODY, *scenario.segment_names]
    metrics = known_metrics(scenario)
    month, segment = found["month"] or labels[-1], found["segment"] or EVERYBODY
    problems = []
    if found["metric"] not in metrics:
        near = did_you_mean(found["metric"], metrics)
        problems.append(f"{text}: there is no metric `{found['metric']}`{near}; there are {listed(metrics)}")
    if month not in labels:
        problems.append(f"{text}: {month} is not a month of the scenario: it runs from {labels[0]} to {labels[-1]}")
    if segment not in groups:
        near = did_you_mean(segment, groups)
        problems.append(f"{text}: there is no segment `{segment}`{near}; there are {listed(groups)}")
    if problems:
        raise WrongStudy("\n".join(problems))
    text = f"{found['metric']}@{month}" + (f"/{segment}" if segment != EVERYBODY else "")
    return Point(found["metric"], labels.index(month), groups.index(segment), text)


def known_metrics(scenario: Scenario) -> list[str]:
    """Return the metrics that a run of the scenario has."""
    model = model_of(scenario)
    out = empty_output(model)
    twin = closing_mrr(out.books) if cut(scenario, 1, range(1))[0].twin else None
    nothing = Replication(0, out.books, out.tallies, 0, no_rows(), without_rescue=twin)
    measure = Measure(scenario, model)
    measure.add(nothing, None)
    return list(measure.metrics())
