"""From changes of an amount to periods: the amount holds from one change to the next."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from simulator.billing.table import FILE, ROW


def level_periods(events: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the periods in which a running sum is above 0, one for each change of it or of the plan.

    Parameters
    ----------
    events
        the keys, `at`, `change` (ten-thousandths), `FILE`, `ROW` and further columns, of which the last one of a
        moment holds; in any order.
    keys
        what has a sum of its own.

    Returns
    -------
    pl.DataFrame
        the columns of `events` but for `change`, and `start`, `end` (null: goes on), `mrr` (the sum after the moment,
        below 0 where the events do not start from nothing), for all moments that leave an amount.
    """
    others = [name for name in events.columns if name not in (*keys, "at", "change")]
    moments = (
        events.sort([*keys, "at", FILE, ROW])
        .group_by([*keys, "at"], maintain_order=True)
        .agg(pl.col("change").sum(), pl.col(others).drop_nulls().last())
    )
    levels = moments.with_columns(mrr=pl.col("change").cum_sum().over(keys))
    return (
        levels.with_columns(start=pl.col("at"), end=pl.col("at").shift(-1).over(keys))
        .filter(pl.col("mrr") != 0)
        .drop("change")
    )
