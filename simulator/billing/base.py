"""The opening base of a what-if: the customers of a company as they stand at the end of a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.accounting.account import ABSENT, PAUSED, PRESENT, TRIAL
from simulator.accounting.policy import DAYS_A_MONTH, DEFAULT, Policy
from simulator.billing.errors import BillingError, listed
from simulator.billing.history import NOT_TOLD, history
from simulator.billing.items import ITEMS
from simulator.billing.textual import as_units
from simulator.billing.window import MOMENT, end_of_month

MICROSECONDS_A_MONTH = DAYS_A_MONTH * 86_400_000_000


@dataclass(frozen=True)
class Base:
    """The customers file, and what it does not hold."""

    customers: pl.DataFrame  # customer_id, segment (where the source has them), plan, tenure_months, mrr
    mrr: int  # of all of them, ten-thousandths
    left_out: tuple[str, ...]  # sentences: who is not in it
    said: tuple[str, ...] = ()  # how the source was understood


def base_of_items(
    items: pl.DataFrame,
    month: str,
    policy: Policy = DEFAULT,
    plan_map: Mapping[str, str] | None = None,
    timezone: str = "UTC",
) -> Base:
    """Return the customers at the end of a month, as `opening: customers.csv` of a scenario reads them.

    Their MRR is the account's closing MRR of that month: each row states its own, so that a customer whose price
    differs from the scenario's list keeps it. Tenure counts from the last time the customer came. Who is on trial or
    paused is left out, since the opening base of a scenario has neither.

    Parameters
    ----------
    items
        schema ITEMS, one currency.
    month
        YYYY-MM.
    policy
        under which MRR counts.
    plan_map
        names of the source's plans = names of the scenario's.
    timezone
        of the months.

    Raises
    ------
    BillingError
        if nobody is there at its end, or a plan is not told or not in the source.
    """
    plan_map = dict(plan_map or {})
    problems = []
    known = set(items["plan"].drop_nulls().unique())
    missing = [name for name in plan_map if name not in known]
    if missing:
        problems.append(f"--plan-map: the source has no plan {listed(missing)}; it has {listed(sorted(known))}")
    if problems:
        raise BillingError(problems)
    cutoff = end_of_month(month, timezone) + MOMENT
    past = history(items.select(*ITEMS), policy, cutoff, timezone)
    rows = past.changes
    begins = np.flatnonzero(np.concatenate([[True], rows["customer"][1:] != rows["customer"][:-1]]))
    last = np.concatenate([begins[1:], [len(rows)]]) - 1
    came = _last_coming(rows, begins)
    now = rows[last]
    there = now["standing"] == PRESENT
    if not there.any():
        raise BillingError(f"--at: no customer is there at the end of {month}")
    row = now[there]
    names = pl.Series([plan_map.get(plan, plan) for plan in past.plans], dtype=pl.String)
    tenure = (_micros(cutoff) - past.times[came[last]][there]) / MICROSECONDS_A_MONTH
    frame = pl.DataFrame(
        {
            "customer_id": past.customers[row["customer"]],
            "segment": pl.Series(past.segments, dtype=pl.String)[row["segment"]],
            "plan": names[row["plan"]],
            "tenure_months": np.round(tenure, 4),
            "mrr": row["mrr"].copy(),
        }
    ).with_columns(as_units("mrr"))
    if NOT_TOLD in past.plans and (row["plan"] == past.plans.index(NOT_TOLD)).any():
        raise BillingError(
            "the source does not tell the plan of every customer, and the opening base of a scenario needs it; map a "
            "column to it: --map COLUMN=plan"
        )
    if past.segments == (NOT_TOLD,):
        frame = frame.drop("segment")
    left_out = [
        f"{count:,} customers are {words} at the end of {month}: an opening base has none"
        for standing, words in ((TRIAL, "on trial"), (PAUSED, "paused"))
        if (count := int((now["standing"] == standing).sum()))
    ]
    return Base(frame, int(row["mrr"].sum()), tuple(left_out))


def _last_coming(rows: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Return, for each change, the position of the change with which the customer's present stay began."""
    absent = rows["standing"] == ABSENT
    comes = ~absent & np.concatenate([[True], absent[:-1]])
    comes[begins] = True
    return np.maximum.accumulate(np.where(comes, np.arange(len(rows)), 0))


def _micros(moment: object) -> int:
    return int(pl.Series([moment], dtype=pl.Datetime("us")).dt.epoch("us")[0])
