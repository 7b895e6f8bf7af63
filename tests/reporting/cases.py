"""Results of many kinds on which every figure must hold up."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tests.reporting.synthetic import SyntheticResult, synthetic

STILL = dict.fromkeys(("new", "reactivation", "expansion", "contraction", "churn"), (0.0, 0.0))
FALLING = {**STILL, "new": (0.01, 0.01), "contraction": (0.01, 0.01), "churn": (0.05, 0.05)}
STEADY = {**STILL, "new": (0.02, 0.02), "expansion": (0.01, 0.01), "churn": (0.0295, 0.0295)}
GROWING_OWN = {**STILL, "new": (0.01, 0.01), "expansion": (0.05, 0.04), "churn": (0.01, 0.02)}


def nulls() -> SyntheticResult:
    """No value in any cell."""
    result = synthetic(12)
    columns = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("mean", "sd", "p05", "p50", "p95")]
    return replace(result, metrics=result.metrics.with_columns(columns), movements=result.movements.clear())


def gaps() -> SyntheticResult:
    """Rates that are not defined in some months."""
    result = synthetic(18)
    hole = (pl.col("metric") == "net_mrr_churn_rate") & pl.col("month").is_in(["2026-04", "2026-09", "2027-09"])
    columns = [
        pl.when(hole).then(None).otherwise(pl.col(name)).alias(name) for name in ("mean", "sd", "p05", "p50", "p95")
    ]
    return replace(result, metrics=result.metrics.with_columns(columns))


def outliers() -> SyntheticResult:
    """A first month of almost no opening MRR, whose rate is out of all proportion."""
    result = synthetic(36)
    first = (pl.col("metric") == "net_mrr_churn_rate") & (pl.col("month") == "2026-04")
    columns = [
        pl.when(first).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in (("mean", -9.0), ("p05", -12.0), ("p50", -9.0), ("p95", -7.0))
    ]
    return replace(result, metrics=result.metrics.with_columns(columns))


CASES = {
    "36 months": synthetic(36, share=1.0, turns=("2028-09", "2028-04", "2028-12")),
    "one month": synthetic(1),
    "two months": synthetic(2),
    "13 months": synthetic(13, start="2026-11"),
    "120 months": synthetic(120, rates=STEADY, share=0.31, turns=("2030-01", "2027-01", "2035-01")),
    "one replication": synthetic(24, replications=1, width=0.0, share=1.0, turns=("2027-08",) * 3),
    "few replications": synthetic(24, replications=5),
    "no movement": synthetic(12, rates=STILL),
    "no band": synthetic(12, width=0.0),
    "wide band": synthetic(36, rates=STEADY, width=0.6, share=0.62, turns=("2027-03", "2026-06", "2029-03")),
    "falling": synthetic(36, rates=FALLING),
    "negative throughout": synthetic(36, rates=GROWING_OWN, share=1.0, turns=("2026-06",) * 3),
    "nulls": nulls(),
    "gaps": gaps(),
    "outliers": outliers(),
    "from nothing": synthetic(6, opening=0.0),
    "huge": synthetic(60, opening=9.0e11, currency="KRW", share=0.97, turns=("2028-09", "2028-04", "2030-12")),
    "tiny": synthetic(12, opening=0.004, currency="USD"),
    "dollars": synthetic(36, opening=182_345.6, currency="USD", width=0.004),
    "euros": synthetic(9, opening=5_310.0, currency="EUR"),
    "unknown currency": synthetic(36, opening=88_000.0, currency="XQZ"),
    "names": synthetic(
        24,
        title="Pay $5 for $x^2$ or _more_ <script>alert(1)</script> \u202e\u05d0\u05d1 \U0001f680 [red]" + "x" * 300,
        parts=[
            ("new", "", "sign_up", 1.0),
            ("reactivation", "", "other", 1.0),
            ("expansion", "upsell", "$a_1$ and $b^2$ [bold]very[/bold] long reason from elsewhere" * 3, 1.0),
            ("contraction", "", "\u89e3\u7d04_\u7406\u7531", 1.0),
            ("churn", "", "unspecified", 1.0),
        ],
    ),
    "Japanese title": synthetic(24, title="\u677e\u7af9\u6885\u306e\u4e09\u30d7\u30e9\u30f3"),
}
