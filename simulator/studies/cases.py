"""Options in cases: what each would bring, in every stated state of the world and over all that is uncertain."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from simulator.results.comparison import differences_frame
from simulator.results.study import Study
from simulator.results.tables import month_labels
from simulator.scenario.study import Study as StudyFile
from simulator.studies.compare import HEADLINES, comparison
from simulator.studies.executor import Executor, Here, Progress, part
from simulator.studies.replicate import collect, measure
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, check_numbers

BASE = "base"


def compare_cases(
    study: StudyFile,
    *,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    threads: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Study:
    """Compare the options of a study with its base: with all ranges drawn, and in each of its cases.

    Everything lives with the same draws. The table `cases` has case, month, segment, scenario, metric, base, value,
    difference, low95, high95, p_better for the headline metrics of everybody; the other tables are a comparison's.

    Raises
    ------
    ValueError
        if the numbers are out of range.
    """
    check_numbers(replications, seed)
    used, every = executor or Here(threads), range(replications)
    scenarios = [
        replace(study.base, name=BASE),
        *(replace(option.scenario, name=option.name, title=option.title) for option in study.options),
    ]
    passes = 1 + len(study.cases)
    collectors = collect(scenarios, every, seed, used, engine=engine, progress=part(progress, 0, passes))
    compared = comparison(collectors, seed, engine)
    names = [scenario.name for scenario in scenarios]
    labels = month_labels(study.base.start, study.base.months)
    frames = []
    for done, case in enumerate(study.cases, start=1):
        in_case = [case.of(scenario) for scenario in scenarios]
        measured = measure(in_case, every, seed, used, engine=engine, twin=False, progress=part(progress, done, passes))
        metrics = [
            {name: values[:, :, :1] for name, values in one.metrics().items() if name in HEADLINES} for one in measured
        ]
        frame = differences_frame(metrics, names, [[] for _ in names], labels, 1)
        frames.append(frame.select(pl.lit(case.name).alias("case"), pl.all()))
    summary = compared.summary | {
        "kind": "cases",
        "title": study.title,
        "cases": {case.name: case.title for case in study.cases},
        "recommended": None if study.recommended is None else study.recommended.name,
    }
    return Study("cases", compared.tables | {"cases": pl.concat(frames)}, summary, compared.runs)
