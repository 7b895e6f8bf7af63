"""Means with less random error: the scenario's Markov core, simulated with the same draws, as control variate.

The expectation of the core is known without simulation. Where the core did better than its expectation in a
replication, the scenario did so too, and what is explained in this way is taken off: mean(Y) - b (mean(C) - E[C]), with
b by regression over the replications (Lavenberg and Welch 1981, Management Science 27, 322). For jointly normal Y and
C the estimate is without bias and its interval, with Student's law of R - 2 degrees of freedom, exact; otherwise the
bias is of order 1 / R, beside a standard error of order 1 / sqrt(R).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.special import stdtrit

from simulator.accounting.metrics import METRICS, losses
from simulator.accounting.totals import Totals
from simulator.engines.compiled import run_compiled
from simulator.expectation.expect import expect_model
from simulator.expectation.expressible import markov_core
from simulator.expectation.result import Core, Replacement
from simulator.model.compile import compile_model
from simulator.results.rebuild import totals_of
from simulator.results.result import Result
from simulator.scenario.scenario import Scenario
from simulator.studies.run import DEFAULT_REPLICATIONS, DEFAULT_SEED, run

FEWEST_REPLICATIONS = 10
NOTHING_LEFT = 1e-12
"""Share of the variance below which what remains is rounding."""
AMOUNTS = (
    "opening_mrr",
    "new_mrr",
    "reactivation_mrr",
    "expansion_mrr",
    "contraction_mrr",
    "churn_mrr",
    "closing_mrr",
    "upsell_mrr",
    "cross_sell_mrr",
    "price_mrr",
    "restoration_mrr",
    "paying_customers",
    "free_customers",
    "trial_customers",
    "paused_customers",
    "new_customers",
    "reactivated_customers",
    "churned_customers",
)
Amount = Callable[[Totals], np.ndarray]
RATES: dict[str, tuple[Amount, Amount]] = {
    # numerator and denominator; see `_control` for what is known of the core's rates
    "expansion_rate": (METRICS["expansion_mrr"], METRICS["opening_mrr"]),
    "gross_mrr_churn_rate": (losses, METRICS["opening_mrr"]),
    "net_mrr_churn_rate": (lambda t: losses(t) - t.amount("expansion"), METRICS["opening_mrr"]),
    "arpa": (METRICS["closing_mrr"], METRICS["paying_customers"]),
}


class CannotControl(ValueError):  # noqa: N818  (it reads as the sentence it is)
    """A control variate does not help or cannot be formed; the message says why and what would be right."""


@dataclass(frozen=True)
class ControlVariate:
    """What the core as control has gained.

    Attributes
    ----------
    table
        month, segment, metric, mean, low95, high95 (the interval of the mean, not of replications), factor: variance of
        the plain mean over that of this one, or how many times the replications it is worth; empty where the plain mean
        has no random error or none remains
    replaced
        how the core differs from the scenario
    result
        the run of the scenario itself
    """

    table: pl.DataFrame
    replaced: tuple[Replacement, ...]
    result: Result


def control_variate(
    scenario: Scenario,
    *,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    threads: int | None = None,
) -> ControlVariate:
    """Simulate a scenario and, with the same draws, its Markov core; return means with the core as control.

    Raises
    ------
    CannotControl
        if the scenario is Markov throughout, or there are fewer than FEWEST_REPLICATIONS replications.
    """
    return with_control(run(scenario, replications=replications, seed=seed, threads=threads), scenario, threads=threads)


def with_control(
    result: Result,
    scenario: Scenario,
    *,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> ControlVariate:
    """Return the means of a run that is there already, with the core of its scenario as control.

    Raises
    ------
    CannotControl
        as `control_variate`.
    """
    core = core_of(scenario, result.replications)
    expected = expect_model(core.model, scenario, core).tables
    seed, every = result.summary["seed"], range(result.replications)
    replications = run_compiled(core.model, seed, every, threads=threads, progress=progress)
    control = Totals.stack([Totals.of(one.books) for one in replications])
    totals = totals_of(result)
    names = [name for name in (*AMOUNTS, *RATES) if _is_known(name, expected)]
    observed = np.stack([METRICS[name](totals) for name in names], axis=-1).astype(float)
    deviations = np.stack([_control(name, control, expected) for name in names], axis=-1)
    mean, half, factor = regress(observed, deviations)
    table = _table(mean, half, factor, result, names)
    return ControlVariate(table, core.replaced, replace(result, controlled=table))


def core_of(scenario: Scenario, replications: int) -> Core:
    """Return the scenario's Markov core, or refuse what a control variate cannot help.

    Raises
    ------
    CannotControl
        as `control_variate`.
    """
    if replications < FEWEST_REPLICATIONS:
        raise CannotControl(
            f"{replications} replications are too few for a control variate; take {FEWEST_REPLICATIONS} or more"
        )
    core = markov_core(compile_model(scenario))
    if not core.replaced:
        raise CannotControl(
            "the scenario has an exact expectation, which has no random error at all: ask for it with `plansim expect`"
        )
    return core


def regress(observed: np.ndarray, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the controlled mean, half of its 95 % interval, and the factor gained: arrays (...).

    Parameters
    ----------
    observed
        (R, ...): of the replications.
    deviations
        (R, ...): of the control from its known expectation, in the same replications. Where it never varies, the mean
        and its usual interval are returned.
    """
    n = len(observed)
    mean, off = observed.mean(axis=0), deviations.mean(axis=0)
    y, d = observed - mean, deviations - off
    yy, dd, yd = (y * y).sum(axis=0), (d * d).sum(axis=0), (y * d).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(dd > 0.0, yd / dd, 0.0)
        left = yy - slope * yd
        left = np.where(left > NOTHING_LEFT * yy, left, 0.0)
        plain = yy / (n - 1) / n
        variance = np.where(dd > 0.0, left / (n - 2) * (1.0 / n + off**2 / dd), plain)
        student = np.where(dd > 0.0, stdtrit(n - 2, 0.975), stdtrit(n - 1, 0.975))
        factor = np.where(variance > 0.0, plain / variance, np.nan)
    return mean - slope * off, student * np.sqrt(variance), factor


def _is_known(name: str, expected: dict[str, tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether the expectation of the metric's control is among those of the core."""
    needs = (name,) if name in AMOUNTS else ("opening_mrr", "closing_mrr", "paying_customers", name)
    return all(need in expected for need in needs)


def _control(name: str, control: Totals, expected: dict[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return (R, M, G) the core's deviations from what is known of it; 0 where nothing is.

    The mean of a rate is not known, only the rate r = E[N] / E[D] of the means: the control is (N - r D) / E[D], whose
    mean is zero and which follows the rate to first order.
    """
    if name in AMOUNTS:
        deviations = METRICS[name](control) - expected[name][0]
    else:
        above, below = (part(control) for part in RATES[name])
        mean_below = expected["paying_customers" if name == "arpa" else "opening_mrr"][0]
        with np.errstate(divide="ignore", invalid="ignore"):
            deviations = (above - expected[name][0] * below) / mean_below
    return np.where(np.isfinite(deviations), deviations, 0.0)


def _table(mean: np.ndarray, half: np.ndarray, factor: np.ndarray, result: Result, names: list[str]) -> pl.DataFrame:
    known = np.isfinite(mean)
    m, g, k = np.nonzero(known)
    return pl.DataFrame(
        {
            "month": pl.Series(list(result.months), dtype=pl.String)[m],
            "segment": pl.Series(["all", *result.summary["segments"]], dtype=pl.String)[g],
            "metric": pl.Series(names, dtype=pl.String)[k],
            "mean": mean[known],
            "low95": (mean - half)[known],
            "high95": (mean + half)[known],
            "factor": pl.Series(factor[known], nan_to_null=True),
        }
    )
