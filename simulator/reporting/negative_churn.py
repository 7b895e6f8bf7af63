"""When net MRR churn turns negative for good, as the summary of a result tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from simulator.reporting.result_view import ResultView, known


@dataclass(frozen=True)
class NegativeChurn:
    """First month from which the three-month mean stays below zero to the horizon, over replications.

    `share` of the replications have one; `month` is the median among these, `p05` and `p95` its interval.
    """

    MOST: ClassVar[float] = 0.95
    """From this share on a sentence may name the month as the result's; below, it is only that share's."""

    share: float
    month: str | None
    p05: str | None
    p95: str | None


def negative_churn(result: ResultView) -> NegativeChurn | None:
    """The month of negative churn, or None if the summary does not tell."""
    told = result.summary.get("negative_churn")
    share = known(told.get("share_of_replications")) if told else None
    if told is None or share is None:
        return None
    month = told.get("median") if share > 0 else None
    if month is None or result.replications == 1:
        return NegativeChurn(share, month, None, None)
    return NegativeChurn(share, month, told.get("p05"), told.get("p95"))


def probability_by_month(result: ResultView) -> list[float | None] | None:
    """Probability, by month, that lasting negative churn has begun; None if the summary does not tell."""
    told = result.summary.get("negative_churn_probability") or []
    by_month = {row["month"]: known(row["probability"]) for row in told}
    values = [by_month.get(month) for month in result.months]
    return values if any(value is not None for value in values) else None
