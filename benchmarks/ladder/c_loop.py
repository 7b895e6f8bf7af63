"""The minimal loop in C (loop.c), compiled with gcc -O2 when it is needed and called in this process."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from simulator.accounting.books import Books, empty_books
from simulator.accounting.movements import CHURN_LINE, CONTRACTION_LINE, EXPANSION_LINE, LINES, Cause
from simulator.customer.hazards import CANCEL_INTENT_CLOCK, DOWNGRADE_CLOCK
from simulator.draws.address import replication_key
from simulator.model.compile import Model

PLANS, CLOCKS = 5, 3


class Ladder(ctypes.Structure):
    """What the loop reads."""

    _fields_ = (
        ("months", ctypes.c_int64),
        ("lines", ctypes.c_int64),
        ("line", ctypes.c_int64 * CLOCKS),
        ("purpose", ctypes.c_uint64 * CLOCKS),
        ("up", ctypes.c_double),
        ("down", ctypes.c_double),
        ("cancel", ctypes.c_double * PLANS),
        ("price", ctypes.c_int64 * PLANS),
    )


class Tables(ctypes.Structure):
    """What it writes."""

    names = ("month_amount", "month_count", "event_amount", "event_count", "stock", "retained", "cohort")  # of Books
    _fields_ = tuple((name, ctypes.c_void_p) for name in names)


def has_compiler() -> bool:
    """Tell whether there is a C compiler."""
    return shutil.which("gcc") is not None


@cache
def library() -> ctypes.CDLL:
    """Compile the loop and load it."""
    folder = Path(mkdtemp(prefix="plansim-ladder-"))
    try:
        command = ["gcc", "-O2", "-ffp-contract=off", "-shared", "-fPIC", "-o", folder / "loop.so"]
        subprocess.run([*command, Path(__file__).with_name("loop.c"), "-lm"], check=True)
        loaded = ctypes.CDLL(str(folder / "loop.so"))
    finally:
        shutil.rmtree(folder)
    loaded.simulate.restype = ctypes.c_int64
    loaded.simulate.argtypes = (ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * 2, *[ctypes.c_uint64] * 3)
    return loaded


def run(model: Model, seed: int) -> tuple[float, int, list[np.ndarray]]:
    """Return seconds, transitions and the tables of the books of one replication on one core."""
    m = model.tables
    ladder = Ladder(
        months=model.months,
        lines=len(LINES),
        line=(EXPANSION_LINE[Cause.PLAN_UPGRADE], CONTRACTION_LINE[Cause.DOWNGRADE], CHURN_LINE[Cause.VOLUNTARY]),
        purpose=(int(m.offers[0, 0].clock), int(DOWNGRADE_CLOCK), int(CANCEL_INTENT_CLOCK)),
        up=m.offers[0, 0].when,
        down=m.segments[0, 0].downgrade,
        cancel=tuple(m.segment_plans.cancel[0, 0]),
        price=tuple(m.plans.price[0]),
    )
    empty = empty_books(model.months, 1, PLANS)
    books = [np.ascontiguousarray(getattr(empty, name)) for name in Tables.names]
    tables = Tables(*(table.ctypes.data for table in books))
    key0, key1 = replication_key(seed, 0)
    loop = library().simulate
    began = time.perf_counter()
    transitions = sum(
        loop(ctypes.byref(ladder), ctypes.byref(tables), int(b.plan), int(b.count), int(b.stream), key0, key1)
        for b in model.blocks
    )
    return time.perf_counter() - began, transitions, books


def same_books(tables: list[np.ndarray], books: Books) -> bool:
    """Tell whether the loop's tables agree with books to the last integer."""
    return all(np.array_equal(a, getattr(books, name)) for a, name in zip(tables, Tables.names, strict=True))
