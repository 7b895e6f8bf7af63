"""The files of a result's folder, and where such a folder may be made: known before anything heavy is imported."""

from __future__ import annotations

from pathlib import Path

from simulator.results import place

SUMMARY = "summary.json"
TABLES = ("metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet")
# of an account of billed customers: nobody made offers, and it may have been given in several currencies
ACCOUNT_TABLES = ("metrics.csv", "movements.csv", "cohorts.csv", "plan_matrix.csv", "top_customers.csv", "runs.parquet")
CURRENCIES = "currencies.json"


def missing(folder: Path) -> list[str]:
    """Return the files of a result that the folder lacks."""
    lacks = [[n for n in (SUMMARY, *names) if not (folder / n).is_file()] for names in (TABLES, ACCOUNT_TABLES)]
    return [] if (folder / CURRENCIES).is_file() or [] in lacks else lacks[0]


def check_place(folder: Path) -> None:
    """Refuse a place that holds something other than an older result, or that cannot be written.

    Raises
    ------
    NotAResultFolder
        naming the folder and what to do.
    """
    place.check_place(folder, missing)
