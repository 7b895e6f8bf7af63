"""The formats of billing exports, in the order in which they are listed; recognised by their columns."""

from __future__ import annotations

from importlib import import_module

from simulator.billing.reading import Reader

# Each module has `READERS`, a tuple of objects that are a `Reader`.
VENDORS = ("stripe", "chartmogul", "chargebee", "baremetrics", "recurly", "recharge", "ravenstack")
GENERIC = ("periods", "snapshots", "changes")


def readers() -> tuple[Reader, ...]:
    """Return every reader: the vendors', then the generic ones."""
    found: list[Reader] = []
    for name in (*VENDORS, *GENERIC):
        found += import_module(f"simulator.billing.readers.{name}").READERS
    return tuple(found)
