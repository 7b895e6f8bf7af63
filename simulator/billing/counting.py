"""What of each period counts under a policy: discounts, usage, trials, pauses, unpaid bills, requested cancellations.

Only here do the knobs of a policy meet a source's columns; the knobs that say how changes become movements belong to
the accounting.
"""

from __future__ import annotations

import math
from datetime import datetime

import polars as pl

from simulator.accounting.account import PAUSED as ON_PAUSE
from simulator.accounting.account import PRESENT as IS_PRESENT
from simulator.accounting.account import TRIAL as ON_TRIAL
from simulator.accounting.policy import Policy, accounted_amount
from simulator.billing.items import PAUSED, TRIAL, UNPAID

KEY = ("entity", "subscription", "item")
KEEPS = "keeps MRR"


def counted_periods(items: pl.DataFrame, policy: Policy, cutoff: datetime, timezone: str = "UTC") -> pl.DataFrame:
    """Return the periods as the policy counts them.

    Parameters
    ----------
    items
        schema ITEMS, one currency.
    policy
        accounting.policy.Policy.
    cutoff
        the first moment (UTC) of which nothing is known: later starts are dropped, later ends become open.
    timezone
        of the months of `metered: mean of 3 months`.

    Returns
    -------
    pl.DataFrame
        entity, subscription, item, plan, segment, quantity, start, end (null: open), net, gross, off (int64
        ten-thousandths), standing (accounting.account), metered, unpaid, reason, end_reason; in order of the item and
        of time, no period empty.
    """
    after_discounts = accounted_amount(policy, pl.col("mrr"), pl.col("lasting_discount"), pl.col("temporary_discount"))
    frame = items.with_columns(
        entity=pl.coalesce(policy.entity, "customer"), gross=pl.col("mrr"), off=pl.col("mrr") - after_discounts
    )
    frame = _requested(frame, policy).pipe(_unpaid, policy)
    frame = frame.with_columns(end=pl.when(pl.col("end") < cutoff).then(pl.col("end")))
    frame = frame.filter((pl.col("start") < cutoff) & (pl.col("end").is_null() | (pl.col("end") > pl.col("start"))))
    net = (pl.col("gross") - pl.col("off")).clip(0)
    frame = frame.with_columns(net=pl.when(pl.col("status") == TRIAL).then(0).otherwise(net))
    frame = _paused(frame, policy)
    frame = _metered(frame, policy, cutoff, timezone)
    standing = (
        pl.when(pl.col("status") == TRIAL)
        .then(ON_TRIAL)
        .when((pl.col("status") == PAUSED) & (policy.pause != KEEPS))
        .then(ON_PAUSE)
        .otherwise(IS_PRESENT)
    )
    return frame.select(
        *KEY,
        *("plan", "segment", "quantity", "start", "end", "net", "gross", "off", "metered", "reason", "end_reason"),
        standing=standing.cast(pl.Int64),
        unpaid=pl.col("status") == UNPAID,
    )


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The periods by item and time, numbered by `run`: periods that follow each other without a gap."""
    frame = frame.sort([*KEY, "start"], maintain_order=True)
    follows = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in KEY)
    follows = (follows & (pl.col("start") == pl.col("end").shift(1))).fill_null(False)
    return frame.with_columns(run=(~follows).cum_sum())


def _requested(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """End periods when leaving was asked for, where that is when churn is recognised."""
    if policy.cancel_recognised != "requested" or frame["requested_end"].null_count() == frame.height:
        return frame
    asked = pl.col("requested_end").fill_null(strategy="backward").over("run")
    frame = _in_order(frame).with_columns(end=pl.min_horizontal("end", asked))
    return frame.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))


def _unpaid(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """End unpaid periods some days after the first unpaid day, where the policy counts no longer."""
    if math.isinf(policy.unpaid_counts) or not (frame["status"] == UNPAID).any():
        return frame
    frame = _in_order(frame)
    is_unpaid = pl.col("status") == UNPAID
    begins = is_unpaid & ~is_unpaid.shift(1, fill_value=False).over("run")
    since = pl.when(begins).then(pl.col("start")).forward_fill().over("run")
    last = since + pl.duration(microseconds=int(policy.unpaid_counts * 86_400_000_000))
    cut = is_unpaid & (pl.col("end").is_null() | (pl.col("end") > last))
    recovers = cut.shift(1).over("run").fill_null(False) & ~is_unpaid
    frame = frame.with_columns(
        end=pl.when(cut).then(last).otherwise(pl.col("end")),
        end_reason=pl.when(cut).then(pl.lit("failed_payment")).otherwise(pl.col("end_reason")),
        reason=pl.when(recovers).then(pl.lit("payment_recovered")).otherwise(pl.col("reason")),
    )
    return frame.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("start")))


def _paused(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Give paused periods no MRR, or what was paid before the pause."""
    is_paused = pl.col("status") == PAUSED
    if policy.pause != KEEPS:
        return frame.with_columns(net=pl.when(is_paused).then(0).otherwise(pl.col("net")))
    if not (frame["status"] == PAUSED).any():
        return frame
    frame = _in_order(frame)
    kept = {
        name: pl.when(is_paused).then(pl.when(~is_paused).then(pl.col(name)).forward_fill().over("run"))
        for name in ("net", "gross", "off")
    }
    return frame.with_columns(pl.coalesce(kept[name], pl.col(name)).alias(name) for name in kept)


def _metered(frame: pl.DataFrame, policy: Policy, cutoff: datetime, timezone: str) -> pl.DataFrame:
    """Leave used amounts out, or take the mean of three months, where the policy does."""
    if policy.metered == "billed" or not frame["metered"].any():
        return frame
    if policy.metered == "excluded":
        return frame.with_columns(net=pl.when(pl.col("metered")).then(0).otherwise(pl.col("net")))
    used = _mean_of_three(_in_order(frame.filter(pl.col("metered"))), cutoff, timezone)
    return pl.concat([frame.filter(~pl.col("metered")), used.select(frame.columns)])


def _mean_of_three(frame: pl.DataFrame, cutoff: datetime, timezone: str) -> pl.DataFrame:
    """Cut each run of used amounts into calendar months; a month counts the mean of its amount and the two before.

    The amount of a month is the last one known in it; of the first two months the mean is over as many as there are.
    """
    local = [
        frame[name]
        .fill_null(cutoff)
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(timezone)
        .dt.replace_time_zone(None)
        for name in ("start", "end")
    ]
    moment = pl.duration(microseconds=1)
    months = frame.with_columns(
        month=pl.date_ranges(
            local[0].dt.truncate("1mo").dt.date(), (pl.select(pl.lit(local[1]) - moment).to_series()).dt.date(), "1mo"
        )
    ).explode("month")
    months = months.group_by(["run", "month"], maintain_order=True).last()
    mean = pl.col("net").rolling_sum(3, min_samples=1).over("run")
    held = pl.min_horizontal(pl.lit(3), pl.int_range(1, pl.len() + 1).over("run"))
    starts = pl.col("month").cast(pl.Datetime("us")).dt.replace_time_zone(timezone).dt.convert_time_zone("UTC")
    begin = frame.group_by("run").agg(
        begin=pl.col("start").min(),
        finish=pl.col("end").last(),
    )
    months = months.join(begin, on="run", how="left", maintain_order="left").with_columns(
        net=(2 * mean + held) // (2 * held),
        start=pl.max_horizontal(starts.dt.replace_time_zone(None), pl.col("begin")),
    )
    following = pl.col("start").shift(-1).over("run")
    return months.with_columns(
        end=pl.coalesce(following, pl.col("finish")), gross=pl.col("net"), off=pl.lit(0, pl.Int64)
    )
