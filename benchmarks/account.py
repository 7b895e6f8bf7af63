"""How long it takes, and how much memory, to account a billing export: python benchmarks/account.py [ROWS].

The whole process is measured: start, reading the CSV file, accounting, tables, the result folder with its figures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

PLANS = ("basic", "standard", "premium")
PRICES = np.array([1_000, 2_980, 9_800])


def write_subscriptions(path: Path, rows: int, seed: int = 1) -> None:
    """Write a file of subscription periods: five years, a tenth of the customers have several periods, some overlap."""
    draw = np.random.default_rng(seed)
    customer = draw.integers(0, int(rows * 0.9), rows)
    start = np.datetime64("2020-01-01") + draw.integers(0, 5 * 365, rows)
    length = draw.exponential(400, rows).astype(np.int64) + 1
    end = start + length
    plan = draw.integers(0, 3, rows)
    quantity = draw.integers(1, 5, rows)
    frame = pl.DataFrame(
        {
            "customer_id": pl.Series(customer).cast(pl.String).str.zfill(8),
            "subscription_id": pl.int_range(rows, eager=True).cast(pl.String),
            "start_date": start,
            "end_date": pl.Series(end).set(pl.Series(end > np.datetime64("2024-12-31")), None),
            "mrr": PRICES[plan] * quantity,
            "plan": pl.Series(PLANS)[plan],
            "quantity": quantity,
            "currency": ["JPY"] * rows,
        }
    )
    frame.write_csv(path)


def main(rows: int) -> None:
    """Print seconds and megabytes."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "subscriptions.csv"
        write_subscriptions(path, rows)
        command = [sys.executable, "-c", "from simulator.cli import main; main()", "account", str(path)]
        began = time.perf_counter()
        subprocess.run([*command, "--out", f"{place}/out", "--as-of", "2024-12-31", "--quiet"], check=True)
        seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{rows:,} rows: {seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor time), "
        f"{used.ru_maxrss / 1024:,.0f} MB, whole process"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
