"""Hand a tuple of arrays from function to function of the kernel as one pointer: see borrowed.py."""

from __future__ import annotations

from typing import Any

from simulator.jit import deferred


def _itself(values: Any) -> Any:
    return values


def _pointer(_: Any) -> Any:
    from simulator.borrowed import borrow  # the compiler is slow to import

    return borrow


borrow = deferred(_itself, _pointer)
"""Return a pointer to the fields of a named tuple, valid until the calling function returns."""
