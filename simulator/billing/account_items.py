"""Account the items of one currency: the same tables, figures and summary as a run, of what did happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT
from simulator.accounting.metrics import compute
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.totals import Totals
from simulator.billing.errors import BillingError
from simulator.billing.harmless import harmless
from simulator.billing.history import NOT_TOLD, History, history
from simulator.billing.items import ITEMS
from simulator.billing.plan_matrix import plan_matrix
from simulator.billing.posting import post
from simulator.billing.top_customers import top_customers, with_shares
from simulator.billing.window import Window
from simulator.results.cohorts import cohorts_frame
from simulator.results.result import Result
from simulator.results.summary import headline, negative_churn, versions
from simulator.results.tables import metrics_frame, month_labels, movements_frame, no_offers
from simulator.results.teams import NO_TEAMS

EVERYBODY = "all"  # the group of all customers, which no segment may be called
MOST_SEGMENTS = 500
MOST_MONTHS = 1200
SPREAD = ("sd", "p05", "p50", "p95")


@dataclass(frozen=True)
class About:
    """What a result says of itself beside its figures."""

    title: str
    currency: str
    timezone: str = "UTC"
    fiscal_year_start: int = 1
    summary: Mapping[str, Any] = field(default_factory=dict)  # further entries of summary.json
    warnings: tuple[str, ...] = ()


def account_items(items: pl.DataFrame, window: Window, about: About, policy: Policy = DEFAULT) -> Result:
    """Return the result of items in one currency.

    Parameters
    ----------
    items
        schema ITEMS.
    window
        the months that are shown.
    about
        title, currency, and what the readers said.
    policy
        how changes become movements.

    Returns
    -------
    Result
        one replication without quantiles: `mean` is the amount. Its tables are cohorts, plan_matrix and top_customers.

    Raises
    ------
    BillingError
        if there is nothing to account, or a name or a number of months or segments that cannot be.
    """
    past = told_history(items, window, about, policy)
    first = first_shown(past, window)
    posted = post(past, policy, first)
    every_label = month_labels(past.first, past.months)
    labels = every_label[first:]
    movements = without_spread(movements_frame(posted.runs, 1, labels, policy.grain))
    tables = {
        "cohorts": cohorts_frame(posted.cohorts[:, 1:], past.segments, every_label, labels),
        "plan_matrix": plan_matrix(past, first),
        "top_customers": harmless(with_shares(top_customers(past, policy, first), movements)),
    }
    return result_of(posted.totals, posted.runs, movements, tables, [past], window, labels, about)


def told_history(items: pl.DataFrame, window: Window, about: About, policy: Policy) -> History:
    """Return the history of items in one currency, checked, its names harmless to spreadsheets."""
    past = history(items.select(*ITEMS), policy, window.cutoff, about.timezone)
    _check(past, window)
    return replace(past, segments=_as_text(past.segments), plans=_as_text(past.plans))


def first_shown(past: History, window: Window) -> int:
    """Return the number of the first month that is shown."""
    begin = past.first[0] * 12 + past.first[1] - 1
    return 0 if window.first is None else max(0, window.first - begin)


def result_of(
    totals: Totals,
    runs: pl.DataFrame,
    movements: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    pasts: Sequence[History],
    window: Window,
    labels: Sequence[str],
    about: About,
    further: Mapping[str, np.ndarray] | None = None,
) -> Result:
    """Return the result of books, whatever they were kept in.

    Parameters
    ----------
    totals, runs, movements, tables
        what the books say.
    pasts
        the histories that were booked, one a currency; all begin in one month.
    window, labels
        the months that are shown.
    about
        title, currency, and what the readers said.
    further
        metrics (1, M, G) beside those of the totals.
    """
    metrics = compute(totals) | dict(further or {})
    distribution, by_month = negative_churn(totals, labels)
    segments = sorted({name for past in pasts for name in past.segments})
    summary = {
        "title": about.title,
        "source": "billing",
        "currency": about.currency,
        "fiscal_year_start": about.fiscal_year_start,
        "horizon": {"start": labels[0], "months": len(labels), "labels": list(labels)},
        "incomplete_month": window.incomplete,
        "timezone": about.timezone,
        "segments": segments,
        "plans": sorted({name for past in pasts for name in past.plans}),
        "customers": sum(len(past.customers) for past in pasts),
        "changes": sum(len(past.changes) for past in pasts),
        "replications": 1,
        "seed": None,
        "versions": versions(),
        "policy": totals.policy.summary(),
        "headline": _without_quantiles(headline(metrics, labels)),
        "negative_churn": distribution,
        "negative_churn_probability": by_month,
        **about.summary,
        "warnings": [*about.warnings, *_warnings(pasts, window, first_shown(pasts[0], window))],
    }
    return Result(
        metrics=without_spread(metrics_frame(metrics, segments, labels)),
        movements=movements,
        offers=no_offers(),
        teams=NO_TEAMS,
        runs=runs,
        summary=summary,
        tables=tables,
    )


def _check(past: History, window: Window) -> None:
    problems = []
    if EVERYBODY in past.segments:
        problems.append("a segment is called `all`, which is the name for everybody; give it another name")
    if len(past.segments) > MOST_SEGMENTS:
        some = ", ".join(past.segments[:3])
        problems.append(
            f"there are {len(past.segments):,} segments ({some}, ...), more than {MOST_SEGMENTS}; is the column the "
            f"right one?"
        )
    if past.months > MOST_MONTHS:
        problems.append(
            f"the data begin in {past.first[0]:04d}-{past.first[1]:02d} and span {past.months:,} months; more than "
            f"{MOST_MONTHS} are not accounted: a date must be wrong"
        )
    last = past.first[0] * 12 + past.first[1] - 1 + past.months - 1
    if window.first is not None and window.first > last:
        problems.append("--from is after the last month")
    if problems:
        raise BillingError(problems)


def _warnings(pasts: Sequence[History], window: Window, first: int) -> list[str]:
    """Return what a reader of the figures must know about them."""
    said = []
    if window.incomplete:
        said.append(
            f"{window.incomplete} is not over: the data end within it, so its movements and rates are those of a part "
            f"of the month"
        )
    changes = np.concatenate([past.changes for past in pasts])
    if not ((changes["mrr"] == 0) & (changes["standing"] == ABSENT)).any():
        said.append(
            "nobody ever leaves in this source: it may hold current subscriptions only, and then shows no churn"
        )
    customers, begin = sum(len(past.customers) for past in pasts), changes["month"].min()
    at_once = sum(len(np.unique(past.changes["customer"][past.changes["month"] == begin])) for past in pasts)
    if first == 0 and pasts[0].months > 1 and 2 * at_once > customers:
        said.append(
            f"more than half of all customers begin in {month_labels(pasts[0].first, 1)[0]}, where the data begin: "
            f"they count as new. If they were customers before, take that month as the opening: --from with the month "
            f"after it"
        )
    several = sum(past.several_segments for past in pasts)
    if several:
        said.append(f"{several:,} customers change their segment; each stays in its first one")
    if all(past.plans == (NOT_TOLD,) for past in pasts):
        said.append("the source names no plans, so changes of plan cannot be told from other changes")
    return said


def _as_text(names: Sequence[str]) -> tuple[str, ...]:
    """Names of a source stand in tables that are opened with spreadsheets: none may be a formula there."""
    return tuple(harmless(pl.DataFrame({"name": pl.Series(names, dtype=pl.String)}))["name"])


def without_spread(frame: pl.DataFrame) -> pl.DataFrame:
    """One history has no deviation and no quantiles."""
    return frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in SPREAD if name in frame.columns)


def _without_quantiles(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: None if key in SPREAD else value for key, value in cell.items()} if isinstance(cell, dict) else cell
        for name, cell in told.items()
    }
