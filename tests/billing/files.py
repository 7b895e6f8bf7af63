"""Billing files written for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.billing.read import Billing, read_billing
from simulator.billing.reading import ReadOptions

UNIT = 10_000


def written(folder: Path, content: str | bytes, name: str = "subs.csv") -> Path:
    """Write a file; text as UTF-8."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_text(folder: Path, content: str | bytes, name: str = "subs.csv", **options: Any) -> Billing:
    """Write a file and read it."""
    return read_billing([written(folder, content, name)], ReadOptions(**options))


def reasons(billing: Billing) -> dict[int, str]:
    """Return why each row that was set aside was, by its number."""
    return dict(billing.reconciliation.rows.select("row", "reason").rows())
