"""The ledger of single events as a Parquet file, written in chunks so that memory stays bounded."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from simulator.accounting.movements import LINES
from simulator.model.compile import Model
from simulator.model.population import PER_MONTH
from simulator.model.tables import ARRIVING, COUNTED, LISTED
from simulator.results.tables import month_labels
from simulator.scenario.scenario import Scenario


class LedgerWriter:
    """Takes ledger rows, some at a time, and makes one file of them.

    Columns: replication, customer, segment, time (months from the start), month, kind, motion, reason, plan_from,
    plan_to (null: outside), mrr_before, mrr_after (int64 ten-thousandths). Rows are in order of replication,
    customer and time, customers as they enter a model: those of the opening base by segment and plan, or as in their
    file, then those who arrive by segment and month. A change of plan that moved no MRR has no kind, motion and reason.
    """

    def __init__(self, scenario: Scenario, model: Model) -> None:
        self.model = model
        self.labels = pl.Series(month_labels(scenario.start, model.months), dtype=pl.String)
        self.folder = Path(tempfile.mkdtemp(prefix="plansim-ledger-"))
        self.parts = 0
        self.customers = _customer_names(scenario, model)

    def add(self, replication: int, rows: np.ndarray) -> None:
        """Write rows (of LEDGER_ROW) of customers of one replication, who come after those before."""
        self.frame(replication, rows).write_parquet(self.folder / f"{self.parts:06d}.parquet")
        self.parts += 1

    def frame(self, replication: int, rows: np.ndarray) -> pl.DataFrame:
        """Return ledger rows of one replication as a table."""
        names = self.model.names
        line = rows["line"].astype(np.int64)

        def named(column: str, values: tuple[str, ...]) -> pl.Series:
            # -1 picks the null at the end
            return pl.Series([*values, None], dtype=pl.String)[rows[column].astype(np.int64) % (len(values) + 1)]

        def of_line(field: str) -> pl.Series:
            values = [getattr(one, field) for one in LINES]
            return pl.Series([*values, None], dtype=pl.String)[line % (len(values) + 1)]

        month = np.floor(rows["time"]).astype(np.int64)
        frame = pl.DataFrame(
            {
                "replication": np.full(len(rows), replication, np.int32),
                "stream": rows["stream"].copy(),
                "index": rows["index"].copy(),
                "segment": named("segment", names.segments),
                "time": rows["time"].copy(),
                "month": self.labels[month],
                "kind": of_line("kind"),
                "motion": of_line("motion"),
                "reason": of_line("reason"),
                "plan_from": named("plan_from", names.plans),
                "plan_to": named("plan_to", names.plans),
                "mrr_before": rows["before"].copy(),
                "mrr_after": rows["after"].copy(),
            }
        )
        return self._with_customer(frame)

    def _with_customer(self, frame: pl.DataFrame) -> pl.DataFrame:
        counted, listed = self.customers
        place = pl.col("index") % PER_MONTH
        arrived = pl.format(
            "{}{}/{}",
            pl.col("prefix"),
            pl.col("index")
            .floordiv(PER_MONTH)
            .replace_strict(list(range(len(self.labels))), self.labels, default=None, return_dtype=pl.String),
            place,
        )
        name = (
            pl.when(pl.col("arrives"))
            .then(arrived)
            .when(pl.col("prefix").is_not_null())
            .then(pl.format("{}{}", pl.col("prefix"), pl.col("index")))
            .otherwise(pl.col("customer_id"))
        )
        with_names = frame.join(counted, on="stream", how="left", maintain_order="left").join(
            listed, on=["stream", "index"], how="left", maintain_order="left"
        )
        ordered = with_names.with_columns(name.alias("customer")).sort(
            [pl.coalesce("stream_order", "row_order"), "index", "time"], maintain_order=True
        )
        return ordered.select(
            "replication",
            "customer",
            *(c for c in frame.columns if c not in ("replication", "stream", "index")),
        )

    def finish(self) -> Path:
        """Join the parts into one file and return its path; it is there until the program ends."""
        target = self.folder / "ledger.parquet"
        parts = sorted(self.folder.glob("[0-9]*.parquet"))
        pl.scan_parquet(parts).sink_parquet(target)
        for part in parts:
            part.unlink()
        atexit.register(self.discard)
        return target

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _customer_names(scenario: Scenario, model: Model) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return names by stream word (counted, arriving) and by both words (listed customers)."""
    names = model.names
    seen: dict[int, tuple[str, bool]] = {}
    first: dict[int, int] = {}  # how many places come before a stream, one a block and one a listed customer
    row_order = np.zeros(len(model.tables.listed), np.int64)
    place = 0
    for block in model.blocks:
        if block.kind == LISTED:
            row_order[block.first : block.first + block.count] = place + np.arange(block.count)
            place += int(block.count)
            continue
        first.setdefault(int(block.stream), place)
        place += 1
        segment = names.segments[block.segment]
        if block.kind == COUNTED:
            seen[int(block.stream)] = (f"{segment}/opening/{names.plans[block.plan]}/", False)
        elif block.kind == ARRIVING:
            seen[int(block.stream)] = (f"{segment}/arrivals/", True)
    counted = pl.DataFrame(
        {
            "stream": pl.Series(list(seen), dtype=pl.UInt64),
            "prefix": pl.Series([name for name, _ in seen.values()], dtype=pl.String),
            "arrives": pl.Series([arrives for _, arrives in seen.values()], dtype=pl.Boolean),
            "stream_order": pl.Series([first[stream] for stream in seen], dtype=pl.Int64),
        }
    )
    ids = [
        customer_id
        for name in names.segments
        if name in scenario.customers
        for customer_id in scenario.customers[name].customer_id
    ]
    rows = model.tables.listed[: len(ids)]
    listed = pl.DataFrame(
        {
            "stream": rows["stream"].copy(),
            "index": rows["index"].copy(),
            "customer_id": pl.Series(ids, dtype=pl.String),
            "row_order": pl.Series(row_order[: len(ids)], dtype=pl.Int64),
        }
    )
    return counted, listed
