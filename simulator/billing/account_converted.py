"""Account items of several currencies as one, at a table of monthly rates; what the rates alone moved is FX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from simulator.accounting.account import MRR
from simulator.accounting.books import BooksDoNotAddUp
from simulator.accounting.movements import KINDS, LINE_SIGN
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.totals import UNIT, Totals
from simulator.billing.account_items import About, first_shown, result_of, told_history, without_spread
from simulator.billing.conversion import Rates, convert, convert_runs, together, totals_of_runs
from simulator.billing.harmless import harmless
from simulator.billing.plan_matrix import plan_matrix
from simulator.billing.posting import Posted, post
from simulator.billing.top_customers import TOP, top_customers, with_shares
from simulator.billing.window import Window
from simulator.results.cohorts import cohorts_frame
from simulator.results.result import Result
from simulator.results.tables import month_labels, movements_frame


def account_converted(
    items: Mapping[str, pl.DataFrame], window: Window, about: About, rates: Rates, policy: Policy = DEFAULT
) -> Result:
    """Return one result of the items of several currencies, by code.

    Each currency has books of its own, in its own money, and its cells are converted at their month's rate; so a
    customer who pays in two currencies is accounted, and counted, in both. `fx_mrr` is a metric beside the movements:
    opening + movements + FX = closing. The top customers are those of months; amounts of several months were paid at
    several rates.

    Raises
    ------
    BillingError
        as `account_items`, and naming the months that have no rate.
    BooksDoNotAddUp
        if the identity fails.
    """
    pasts = {code: told_history(frame, window, about, policy) for code, frame in items.items()}
    begin = min(past.first[0] * 12 + past.first[1] - 1 for past in pasts.values())
    pasts = {code: past.starting(begin) for code, past in pasts.items()}
    some = next(iter(pasts.values()))
    first = first_shown(some, window)
    every_label = month_labels(some.first, some.months)
    labels = every_label[first:]
    segments = sorted({name for past in pasts.values() for name in past.segments})
    cohorts = np.zeros((len(segments), len(every_label), len(labels), 2), np.int64)
    runs, matrices, tops = [], [], []
    for code, past in pasts.items():
        posted = post(past, policy, first)
        at = rates.of(code, labels)
        before = rates.of(code, [every_label[first - 1]])[0] if first else at[0]  # nothing opens where the data begin
        runs.append(convert_runs(posted.runs, at, before))
        cohorts[[segments.index(name) for name in past.segments]] += _converted_cohorts(posted, at)
        by_month = dict(zip(labels, at, strict=True))
        earlier = dict(zip(labels, [before, *at[:-1]], strict=True))
        matrix = plan_matrix(past, first)
        matrices.append(
            matrix.with_columns(_converted(matrix, "mrr_from", earlier), _converted(matrix, "mrr_to", by_month))
        )
        top = top_customers(past, policy, first).filter(pl.col("month").is_in(labels))
        tops.append(top.with_columns(_converted(top, "amount", by_month)))
    book = together(runs)
    totals, fx = totals_of_runs(book, segments, len(labels), policy)
    _check_identity(totals, fx)
    movements = without_spread(movements_frame(book, 1, labels, policy.grain))
    tables = {
        "cohorts": cohorts_frame(cohorts, segments, every_label, labels),
        "plan_matrix": pl.concat(matrices)
        .group_by("month", "plan_from", "plan_to")
        .agg(pl.col("customers", "mrr_from", "mrr_to").sum())
        .sort("month", "plan_from", "plan_to"),
        "top_customers": harmless(with_shares(_ranked(tops), movements)),
    }
    converted = {"to": rates.to, "from": [code for code in pasts if code != rates.to]}
    told = replace(about, currency=rates.to, summary={**about.summary, "converted": converted})
    return result_of(totals, book, movements, tables, list(pasts.values()), window, labels, told, {"fx_mrr": fx / UNIT})


def _converted(frame: pl.DataFrame, column: str, rates: Mapping[str, Fraction]) -> pl.Series:
    """Return a column of currency units at the rate of each row's month."""
    units = (frame[column] * UNIT).round().cast(pl.Int64).to_list()
    amounts = convert(units, [rates[month] for month in frame["month"].to_list()])
    return pl.Series(column, amounts / UNIT, dtype=pl.Float64)


def _converted_cohorts(posted: Posted, rates: Sequence[Fraction]) -> np.ndarray:
    cohorts = posted.cohorts[:, 1:].copy()
    s, j, m = np.nonzero(cohorts[..., 1])
    cohorts[s, j, m, 1] = convert(cohorts[s, j, m, 1].tolist(), [rates[month] for month in m.tolist()])
    return cohorts


def _ranked(tops: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the largest of what was largest in each currency."""
    rows = pl.concat([top.with_columns(pl.col("kind").cast(pl.Enum(KINDS))) for top in tops])
    ordered = rows.sort(["month", "kind", "amount", "customer"], descending=[False, False, True, False])
    ranked = ordered.with_columns(rank=pl.int_range(1, pl.len() + 1).over("month", "kind"))
    return ranked.filter(pl.col("rank") <= TOP)


def _check_identity(totals: Totals, fx: np.ndarray) -> None:
    """Hold opening + movements + FX = closing for every month and group."""
    mrr = totals.stock[..., MRR]
    if (mrr[:, :-1] + (totals.moved * LINE_SIGN).sum(axis=-1) + fx != mrr[:, 1:]).any():
        raise BooksDoNotAddUp("converted books: opening with movements and FX is not closing")
