"""In which unit each metric is, and which number format goes with it."""

from __future__ import annotations

from simulator.results.tables import AMOUNTS

RATES = frozenset(
    {
        *("expansion_rate", "expansion_rate_chosen", "gross_mrr_churn_rate", "net_mrr_churn_rate", "logo_churn_rate"),
        *("logo_churn_rate_12m_mean", "nrr_month", "nrr_compounded_12m", "nrr_12m", "nrr_12m_without_price", "grr_12m"),
        *("expansion_share", "growth_share_of_expansion", "rescue_acceptance", "rescue_still_3m", "rescue_still_6m"),
        *("rescue_still_12m", "rescue_returned_12m", "attach_rate_90d", "nps", "retention_gap_attached"),
    }
)
"""Fractions, shown in per cent."""
PRECISE = frozenset({"quick_ratio", "ltv_to_cac", "satisfaction", "cac_payback_months"})
"""Numbers shown with two decimals."""


def is_money(metric: str) -> bool:
    """Whether a metric is an amount of money, which tables hold with four decimals."""
    return metric in AMOUNTS or metric.endswith("_mrr")


def style_of(metric: str) -> str:
    """The style of the cells of a metric (see styles.py)."""
    if is_money(metric):
        return "money"
    if metric in RATES:
        return "percent"
    return "ratio" if metric in PRECISE else "count"
