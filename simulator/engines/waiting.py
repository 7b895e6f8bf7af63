"""Waiting for a thread so that Ctrl-C is noticed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")
GLANCE = 0.1  # seconds between looks


def awaited(future: Future[T], look: Callable[[], None] | None = None) -> T:
    """Return a future's result; `look` is called now and then until it is there.

    Whoever waits without end sleeps through Ctrl-C where a library has put a handler of its own before Python's, as
    polars does: the system then goes on waiting when the handler has been called.
    """
    while wait([future], GLANCE).not_done:
        if look is not None:
            look()
    return future.result()
