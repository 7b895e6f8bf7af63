"""What is left of a history in a format that cannot carry all of it, worked out on the periods themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from simulator.billing.items import PAUSED, TRIAL

NOTHING = pl.lit(None, pl.String)
FAILED = {"failed_payment": "failed_payment"}
ALL_ENDS = {"failed_payment": "failed_payment", "voluntary": "voluntary"}


@dataclass(frozen=True)
class Carries:
    """What a format shows of a history. Amounts, customers and currencies all of them show."""

    times: str  # what times are cut to
    decimals: int | None = None  # of amounts; None: all four
    free: bool = True  # customers without MRR
    trials: bool = True
    pauses: bool = False
    plans: bool = True
    moves_without_mrr: bool = True  # changes of plan at the same price
    quantity: int | None = None  # what the writer states
    ends: dict[str, str] | None = None  # reasons of leaving
    one_a_month: bool = False

    def of(self, items: pl.DataFrame) -> pl.DataFrame:
        """Return the periods as the format shows them."""
        end = pl.col("end_reason").replace_strict(self.ends or {}, default=None, return_dtype=pl.String)
        items = items.with_columns(
            segment=NOTHING,
            reason=NOTHING,
            end_reason=end,
            quantity=pl.lit(self.quantity, pl.Int64),
            mrr=_cut(self.decimals),
            subscription=pl.col("customer"),
        )
        if not self.pauses:
            items = items.filter(pl.col("status") != PAUSED)
        if not self.trials:
            items = items.filter(pl.col("status") != TRIAL)
        if not self.free:
            items = items.filter((pl.col("mrr") > 0) | (pl.col("status") == PAUSED))
        if self.one_a_month:
            return _month_ends(items)
        items = items.with_columns(pl.col("start", "end").dt.truncate(self.times)).filter(
            pl.col("end").is_null() | (pl.col("end") > pl.col("start"))
        )
        if not self.moves_without_mrr:
            items = _merged(items)
        return items if self.plans else items.with_columns(plan=NOTHING)


def _cut(decimals: int | None) -> pl.Expr:
    unit = 1 if decimals is None else 10 ** (4 - decimals)
    return pl.col("mrr") // unit * unit


def _merged(items: pl.DataFrame) -> pl.DataFrame:
    """Periods of one amount that follow each other are one, on the first one's plan."""
    items = items.sort("customer", "start")
    same = (pl.col("customer") == pl.col("customer").shift(1)) & (pl.col("start") == pl.col("end").shift(1))
    same = same & (pl.col("mrr") == pl.col("mrr").shift(1))
    run = (~same.fill_null(False)).cum_sum()
    rest = [name for name in items.columns if name not in ("end", "end_reason")]
    return (
        items.with_columns(run=run)
        .group_by("run", maintain_order=True)
        .agg(pl.col(rest).first(), pl.col("end", "end_reason").last())
        .select(items.columns)
    )


def _month_ends(items: pl.DataFrame) -> pl.DataFrame:
    """A month's amount is the one at its end, from its first day on."""
    last = items.select(pl.max_horizontal(pl.col("start").max(), pl.col("end").max())).item()
    months = pl.datetime_range(items["start"].min(), last, "1mo", eager=True).dt.truncate("1mo")
    table = pl.DataFrame({"start": months.cast(pl.Datetime("us"))}).with_columns(
        next=pl.col("start").dt.offset_by("1mo")
    )
    held = items.drop("start").with_columns(begin=items["start"]).join(table, how="cross")
    held = held.filter(
        (pl.col("begin") < pl.col("next")) & (pl.col("end").is_null() | (pl.col("end") >= pl.col("next")))
    )
    open_end = pl.col("end").is_null() & (pl.col("start") == table["start"].max())
    held = held.with_columns(end=pl.when(open_end).then(None).otherwise(pl.col("next")), plan=NOTHING)
    return held.select(items.columns)


Writer = Callable[[pl.DataFrame], pl.DataFrame]
CARRIES = {
    "stripe-subscriptions": Carries("1m", quantity=1, ends=ALL_ENDS),
    "stripe-mrr-per-subscriber": Carries("1mo", free=False, trials=False, plans=False, one_a_month=True),
    "stripe-change-events": Carries("1s", decimals=2, free=False, trials=False, moves_without_mrr=False),
    "stripe-tables": Carries("1s", quantity=1),
    "chartmogul-movements": Carries("1s", decimals=2, free=False, trials=False, moves_without_mrr=False),
    "chargebee-subscriptions": Carries("1s", quantity=1),
    "chargebee-mrr-changes": Carries("1s", pauses=True, plans=False),
    "baremetrics": Carries("1d", decimals=2, quantity=1, trials=False),
    "recurly": Carries("1s", pauses=True, quantity=1, ends=ALL_ENDS),
    "recharge": Carries("1s", quantity=1, trials=False),
}
