"""From integer tables to the frames of a result.

`runs` has one row for every non-zero cell of a replication: replication, table, month, segment, plan, kind, motion,
reason, amount (int64 ten-thousandths), count. `table` says what it is: `movement` (month grain), `movement_event`,
`stock` (month-ends; `reason` names the column, month -1 is the opening), `retention` (12 months; `reason` names the
column), `offer` (plan holds the offer's name, reason the stage), `counter` (reason names it), `without_rescue` (closing
MRR of the same replication without offers in the cancellation flow).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.accounting.account import RETAINED
from simulator.accounting.books import Books
from simulator.accounting.movements import KINDS, LINES
from simulator.accounting.spread import spread
from simulator.accounting.totals import UNIT
from simulator.customer.tally import COUNTERS, OFFER_STAGES
from simulator.engines.output import Replication
from simulator.model.names import Names

# columns of stock, offers and counters that are amounts, not counts
MONEY = ("mrr", "pause_lost", "invoiced", "credited")
STOCK = ("paying", "free", "trial", "paused", "mrr")
# with every *_mrr: currency units, written with four decimals
AMOUNTS = (
    *("arr", "arpa", "ltv_revenue", "ltv_profit", "ltv_net", "cac", "contribution"),
    *("invoiced_revenue", "credited_revenue", "billed_revenue"),
)
RUNS_SCHEMA = {
    "replication": pl.Int32,
    "table": pl.String,
    "month": pl.Int32,
    "segment": pl.String,
    "plan": pl.String,
    "kind": pl.String,
    "motion": pl.String,
    "reason": pl.String,
    "amount": pl.Int64,
    "count": pl.Int64,
}


def month_labels(start: tuple[int, int], months: int) -> list[str]:
    """Return YYYY-MM of the months from `start` (year, month) on."""
    first = start[0] * 12 + start[1] - 1
    return [f"{(first + k) // 12:04d}-{(first + k) % 12 + 1:02d}" for k in range(months)]


def replication_rows(replications: Sequence[Replication], names: Names) -> pl.DataFrame:
    """Return the non-zero cells of replications, one replication after the other."""
    segments, offers = names.segments, list(names.offers)
    books = Books(*(np.stack(tables) for tables in zip(*(r.books for r in replications), strict=True)))
    made = np.stack([r.tallies.offers for r in replications])
    counters = np.stack([r.tallies.counters for r in replications])
    parts = [
        *_books_cells(books, segments, names.plans),
        _mixed_cells("offer", made, OFFER_STAGES, segments, offers),
        _mixed_cells("counter", counters[:, :, :, None], COUNTERS, segments, None),
    ]
    return _numbered([r.number for r in replications], parts)


def books_rows(books: Books, segments: Sequence[str], plans: Sequence[str], number: int = 0) -> pl.DataFrame:
    """Return the non-zero cells of books: movements at both grains, stock and retention."""
    return _numbered([number], _books_cells(Books(*(table[None] for table in books)), segments, plans))


def without_rescue_rows(numbers: Sequence[int], closing: np.ndarray, names: Names) -> pl.DataFrame:
    """Return the closing MRR (replication, month, segment) of replications without offers in the cancellation flow."""
    cells = closing[:, :, :, None, None]
    return _numbered(numbers, [_cells("without_rescue", cells, None, names.segments, None, [{"reason": "mrr"}])])


def _books_cells(books: Books, segments: Sequence[str], plans: Sequence[str]) -> list[pl.DataFrame]:
    """Return the rows of books whose tables have an axis of replications in front."""
    lines = [line._asdict() for line in LINES]
    return [
        _cells("movement", books.month_amount, books.month_count, segments, plans, lines),
        _cells("movement_event", books.event_amount, books.event_count, segments, plans, lines),
        _stock_cells(books.stock, segments, plans),
        _cells("retention", books.retained[:, :, :, None], None, segments, None, [{"reason": x} for x in RETAINED]),
    ]


def _numbered(numbers: Sequence[int], parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all tables, replication by replication; a part knows a replication by its place."""
    rows = pl.concat(parts).sort("replication", maintain_order=True)
    replication = pl.Series(np.array(numbers, np.int32)[rows["replication"].to_numpy()])
    return rows.with_columns(replication.alias("replication")).cast(RUNS_SCHEMA)  # type: ignore[arg-type]


def _cells(
    table: str,
    amounts: np.ndarray | None,
    counts: np.ndarray | None,
    segments: Sequence[str],
    plans: Sequence[str] | None,
    lines: Sequence[dict[str, str]],
) -> pl.DataFrame:
    """Return the rows of the non-zero cells of (replication, month, segment, plan, line) tables."""
    some = np.zeros((), bool) if amounts is None else amounts != 0
    some = some | (np.zeros((), bool) if counts is None else counts != 0)
    at = np.nonzero(some)
    r, m, s, p, line = at

    def pick(table_: np.ndarray | None) -> np.ndarray:
        return np.zeros(len(m), np.int64) if table_ is None else table_[at]

    def named(key: str) -> pl.Series:
        return pl.Series([x.get(key) for x in lines], dtype=pl.String)[line]

    def same(value: str | None) -> pl.Series:
        return pl.Series([value], dtype=pl.String).new_from_index(0, len(m))

    return pl.DataFrame(
        {
            "replication": r.astype(np.int32),
            "table": same(table),
            "month": m.astype(np.int32),
            "segment": pl.Series(list(segments), dtype=pl.String)[s],
            "plan": same(None) if plans is None else pl.Series(list(plans), dtype=pl.String)[p],
            "kind": named("kind"),
            "motion": named("motion"),
            "reason": named("reason"),
            "amount": pick(amounts),
            "count": pick(counts),
        }
    )


def _mixed_cells(
    table: str, cells: np.ndarray, columns: Sequence[str], segments: Sequence[str], plans: Sequence[str] | None
) -> pl.DataFrame:
    """Return the rows of a table whose last axis holds counts and amounts of money side by side."""
    is_amount = np.array([name in MONEY for name in columns])
    lines = [{"reason": name} for name in columns]
    return _cells(table, cells * is_amount, cells * ~is_amount, segments, plans, lines)


def _stock_cells(stock: np.ndarray, segments: Sequence[str], plans: Sequence[str]) -> pl.DataFrame:
    rows = _mixed_cells("stock", stock, STOCK, segments, plans)
    return rows.with_columns(pl.col("month") - 1)


def metrics_frame(metrics: dict[str, np.ndarray], segments: Sequence[str], labels: Sequence[str]) -> pl.DataFrame:
    """Return the long frame of metrics: by month, group, metric."""
    groups = ["all", *segments]
    stacked = spread(np.stack(list(metrics.values()), axis=-1))  # (M, G, metrics)
    amounts = np.array([name.endswith("_mrr") or name in AMOUNTS for name in metrics])
    m, g, k = (axis.ravel() for axis in np.indices(stacked.mean.shape))
    columns = {
        "month": pl.Series(list(labels), dtype=pl.String)[m],
        "segment": pl.Series(groups, dtype=pl.String)[g],
        "metric": pl.Series(list(metrics), dtype=pl.String)[k],
    }
    for field in ("mean", "sd", "p05", "p50", "p95"):
        values = getattr(stacked, field)
        values = np.where(amounts, np.round(values, 4), values) + 0.0  # no -0
        columns[field] = pl.Series(values.ravel(), dtype=pl.Float64, nan_to_null=True)
    columns["replications"] = pl.Series(stacked.replications.ravel().astype(np.int32))
    return pl.DataFrame(columns)


def movements_frame(runs: pl.DataFrame, replications: int, labels: Sequence[str], grain: str = "month") -> pl.DataFrame:
    """Return the movements of that grain over replications; a replication without one counts as 0."""
    keys = ["month", "kind", "motion", "reason", "segment", "plan"]
    rows = runs.filter(pl.col("table") == ("movement" if grain == "month" else "movement_event"))
    return _over_replications(rows, keys, "amount", replications, labels, UNIT)


def offers_frame(runs: pl.DataFrame, replications: int, labels: Sequence[str]) -> pl.DataFrame:
    """Return what became of each offer over replications: counts, and MRR, by month, segment, offer, stage."""
    rows = runs.filter(pl.col("table") == "offer").rename({"plan": "offer", "reason": "stage"})
    rows = rows.with_columns(value=pl.col("count") + pl.col("amount") / UNIT)  # one of the two is 0
    return _over_replications(rows, ["month", "segment", "offer", "stage"], "value", replications, labels, 1)


def no_offers() -> pl.DataFrame:
    """Return the frame of offers where none were made."""
    return offers_frame(pl.DataFrame(schema=RUNS_SCHEMA), 1, [])


def _order(frame: pl.DataFrame, key: str) -> pl.Series:
    """Return what to sort by: the order that tables show, for kinds; the name itself otherwise."""
    return frame[key].cast(pl.Enum(KINDS)) if key == "kind" else frame[key]


def _over_replications(
    rows: pl.DataFrame, keys: list[str], value: str, replications: int, labels: Sequence[str], unit: int
) -> pl.DataFrame:
    """Return mean and quantiles of `value` for every cell that appears in any replication, in file order."""
    cells = rows.select(keys).unique(maintain_order=True).with_row_index("cell")
    placed = rows.join(cells, on=keys, how="left", nulls_equal=True)
    dense = np.zeros((replications, len(cells)))
    first = int(rows["replication"].min()) if len(rows) else 0  # type: ignore[arg-type]
    dense[placed["replication"].to_numpy() - first, placed["cell"].to_numpy()] = placed[value].to_numpy()
    summary = spread(dense / unit)
    order = {name: cells[name].to_list() for name in keys}
    frame = pl.DataFrame({name: pl.Series(values, dtype=cells.schema[name]) for name, values in order.items()})
    frame = frame.with_columns(
        **{field: pl.Series(np.round(getattr(summary, field), 4)) for field in ("mean", "p05", "p50", "p95")}
    )
    frame = frame.sort([_order(frame, key) for key in keys], nulls_last=True)
    return frame.with_columns(pl.Series(list(labels), dtype=pl.String)[frame["month"].to_numpy()].alias("month"))
