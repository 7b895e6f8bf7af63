"""The metrics of ACCOUNTING: each one short function of the totals, in one table by name.

Every function returns a float array (R, M, G): replications, months, groups (everybody, then the segments). Amounts
are in currency units, rates are fractions, and a ratio with a zero denominator is NaN (null in files), never 0 or
infinite. Rates are per replication; means and quantiles over replications come after.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.accounting.account import FREE, ON_PAUSE, ON_TRIAL, PAYING
from simulator.accounting.totals import Totals

Metric = Callable[[Totals], np.ndarray]


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide; NaN where the denominator is 0."""
    denominator = np.asarray(denominator, np.float64)
    out = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    return np.divide(numerator, denominator, out=out, where=denominator != 0)


def trailing(values: np.ndarray, window: int, combine: Callable[..., np.ndarray]) -> np.ndarray:
    """Combine the last `window` months at each month; NaN before there are as many."""
    out = np.full(values.shape, np.nan)
    for m in range(window - 1, values.shape[1]):
        out[:, m] = combine(values[:, m - window + 1 : m + 1], axis=1)
    return out


def losses(t: Totals) -> np.ndarray:
    """Churn and contraction MRR."""
    return t.amount("churn") + t.amount("contraction")


def gains(t: Totals) -> np.ndarray:
    """New, reactivation and expansion MRR."""
    return t.amount("new") + t.amount("reactivation") + t.amount("expansion")


def expansion_rate(t: Totals) -> np.ndarray:
    """Expansion MRR / opening MRR."""
    return ratio(t.amount("expansion"), t.opening())


def expansion_rate_chosen(t: Totals) -> np.ndarray:
    """(Upsell + cross-sell MRR) / opening MRR: what customers chose to buy more."""
    return ratio(t.amount("expansion", "upsell") + t.amount("expansion", "cross_sell"), t.opening())


def gross_mrr_churn_rate(t: Totals) -> np.ndarray:
    """(Churn + contraction) / opening MRR."""
    return ratio(losses(t), t.opening())


def net_mrr_churn_rate(t: Totals) -> np.ndarray:
    """(Churn + contraction - expansion, and by policy - reactivation) / opening MRR; below 0 is negative churn."""
    offset = t.amount("expansion")
    if t.policy.net_churn_counts_reactivation:
        offset = offset + t.amount("reactivation")
    return ratio(losses(t) - offset, t.opening())


def nrr_month(t: Totals) -> np.ndarray:
    """1 - net MRR churn rate."""
    return 1.0 - net_mrr_churn_rate(t)


def nrr_compounded_12m(t: Totals) -> np.ndarray:
    """Product of the last twelve monthly NRR."""
    return trailing(nrr_month(t), 12, np.prod)


def nrr_12m(t: Totals) -> np.ndarray:
    """MRR now of the customers who paid 12 months ago / their MRR then."""
    return ratio(t.retention("now"), t.retention("base"))


def nrr_12m_without_price(t: Totals) -> np.ndarray:
    """NRR with the price movements of the twelve months taken out."""
    return ratio(t.retention("without_price"), t.retention("base"))


def grr_12m(t: Totals) -> np.ndarray:
    """NRR with each customer's MRR now capped at its MRR then."""
    return ratio(t.retention("capped"), t.retention("base"))


def logo_churn_rate(t: Totals) -> np.ndarray:
    """Paying customers lost in the month / paying customers at its start."""
    return ratio(t.customers("churn"), t.count(PAYING, at_opening=True))


def logo_churn_rate_12m_mean(t: Totals) -> np.ndarray:
    """Mean of the last twelve monthly logo churn rates."""
    return trailing(logo_churn_rate(t), 12, np.mean)


def quick_ratio(t: Totals) -> np.ndarray:
    """(New + reactivation + expansion) / (contraction + churn)."""
    return ratio(gains(t), losses(t))


def arpa(t: Totals) -> np.ndarray:
    """Closing MRR / paying customers."""
    return ratio(t.closing(), t.count(PAYING))


def expansion_share(t: Totals) -> np.ndarray:
    """Expansion / (new + reactivation + expansion)."""
    return ratio(t.amount("expansion"), gains(t))


def growth_share_of_expansion(t: Totals) -> np.ndarray:
    """Expansion / (closing - opening) where MRR grew."""
    growth = t.closing() - t.opening()
    return ratio(t.amount("expansion"), np.where(growth > 0, growth, 0.0))


def ltv_revenue(t: Totals) -> np.ndarray:
    """ARPA x lifetime; lifetime is the paying exposure / the churned customers from the start to the month.

    Exposure is the mean of the month's two ends. The observed lifetime is censored: those who stay have not shown
    theirs.
    """
    exposure = np.cumsum((t.count(PAYING, at_opening=True) + t.count(PAYING)) / 2.0, axis=1)
    return arpa(t) * ratio(exposure, np.cumsum(t.customers("churn"), axis=1))


METRICS: dict[str, Metric] = {
    "opening_mrr": Totals.opening,
    "new_mrr": lambda t: t.amount("new"),
    "reactivation_mrr": lambda t: t.amount("reactivation"),
    "expansion_mrr": lambda t: t.amount("expansion"),
    "contraction_mrr": lambda t: t.amount("contraction"),
    "churn_mrr": lambda t: t.amount("churn"),
    "closing_mrr": Totals.closing,
    "upsell_mrr": lambda t: t.amount("expansion", "upsell"),
    "cross_sell_mrr": lambda t: t.amount("expansion", "cross_sell"),
    "price_mrr": lambda t: t.amount("expansion", "price"),
    "restoration_mrr": lambda t: t.amount("expansion", "restoration"),
    "net_new_mrr": Totals.net,
    "arr": lambda t: t.closing() * 12,
    "paying_customers": lambda t: t.count(PAYING),
    "free_customers": lambda t: t.count(FREE),
    "trial_customers": lambda t: t.count(ON_TRIAL),
    "paused_customers": lambda t: t.count(ON_PAUSE),
    "new_customers": lambda t: t.customers("new"),
    "reactivated_customers": lambda t: t.customers("reactivation"),
    "churned_customers": lambda t: t.customers("churn"),
    "expansion_rate": expansion_rate,
    "expansion_rate_chosen": expansion_rate_chosen,
    "gross_mrr_churn_rate": gross_mrr_churn_rate,
    "net_mrr_churn_rate": net_mrr_churn_rate,
    "nrr_month": nrr_month,
    "nrr_compounded_12m": nrr_compounded_12m,
    "nrr_12m": nrr_12m,
    "nrr_12m_without_price": nrr_12m_without_price,
    "grr_12m": grr_12m,
    "logo_churn_rate": logo_churn_rate,
    "logo_churn_rate_12m_mean": logo_churn_rate_12m_mean,
    "quick_ratio": quick_ratio,
    "arpa": arpa,
    "expansion_share": expansion_share,
    "growth_share_of_expansion": growth_share_of_expansion,
    "ltv_revenue": ltv_revenue,
}


def compute(totals: Totals) -> dict[str, np.ndarray]:
    """Return every metric by name, (R, M, G) each."""
    return {name: np.asarray(metric(totals), np.float64) for name, metric in METRICS.items()}


def first_negative_churn_month(totals: Totals) -> np.ndarray:
    """Return (R,) the first month from which negative churn lasts, -1 where there is none.

    It lasts from the first month on from which the three-month mean of the net MRR churn rate stays below 0 to the
    horizon; a month's mean takes the two before it.
    """
    mean = trailing(net_mrr_churn_rate(totals)[..., :1], 3, np.mean)[..., 0]
    below = mean < 0  # NaN is not below
    stays = np.flip(np.logical_and.accumulate(np.flip(below, axis=1), axis=1), axis=1)
    return np.where(stays.any(axis=1), stays.argmax(axis=1), -1)
