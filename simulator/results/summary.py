"""The summary of a run: headline figures, negative churn, versions, warnings."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from simulator.accounting.metrics import first_negative_churn_month
from simulator.accounting.spread import spread
from simulator.accounting.totals import Totals

LIBRARIES = ("numpy", "numba", "simpy", "polars", "scipy")


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "plansim": version("plansim"),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def headline(metrics: dict[str, np.ndarray], labels: Sequence[str]) -> dict[str, Any]:
    """Return the headline figures: closing MRR, mean monthly rates, 12-month NRR at the horizon."""

    def at(name: str, m: int) -> dict[str, Any]:
        values = spread(metrics[name][:, m, 0])
        fields = {field: number(getattr(values, field)) for field in ("mean", "p05", "p50", "p95")}
        return {"month": labels[m], **fields}

    def over_months(name: str) -> float | None:
        values = metrics[name][..., 0]
        return None if np.isnan(values).all() else number(np.nanmean(values))

    last = len(labels) - 1
    return {
        "opening_mrr": number(metrics["opening_mrr"][:, 0, 0].mean()),
        "closing_mrr": at("closing_mrr", last),
        "expansion_rate_mean": over_months("expansion_rate"),
        "expansion_rate_chosen_mean": over_months("expansion_rate_chosen"),
        "gross_mrr_churn_rate_mean": over_months("gross_mrr_churn_rate"),
        "net_mrr_churn_rate_mean": over_months("net_mrr_churn_rate"),
        "nrr_12m": at("nrr_12m", last) if last >= 11 else None,
        "grr_12m": at("grr_12m", last) if last >= 11 else None,
        "saved_mrr": at("saved_mrr", last) if "saved_mrr" in metrics else None,
    }


def negative_churn(totals: Totals, labels: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the distribution of the first month of lasting negative churn, and its probability by month.

    The probability of a month is the share of replications whose negative churn has begun by then and lasts to the
    horizon; quantiles are of the replications that have one (lower order statistics, so that they are months).
    """
    first = first_negative_churn_month(totals)
    some = np.sort(first[first >= 0])

    def quantile(q: float) -> str | None:
        return labels[some[int(q * (len(some) - 1))]] if len(some) else None

    distribution = {
        "share_of_replications": len(some) / len(first),
        "median": quantile(0.5),
        "p05": quantile(0.05),
        "p95": quantile(0.95),
    }
    by_month = [
        {"month": label, "probability": float(((first >= 0) & (first <= m)).mean())} for m, label in enumerate(labels)
    ]
    return distribution, by_month


def number(value: Any) -> float | None:
    """Return a float for JSON; null for NaN."""
    return None if np.isnan(value) else float(value)
