"""No index of the kernel lies outside its table: the compiler does not ask, so that every one is checked here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import simulator

ROOT = Path(simulator.__file__).parents[1]
BOOKS = """
import hashlib
import sys
import simulator as sim
from simulator.engines.compiled import run_compiled
from simulator.model.compile import compile_model

for path in sys.argv[1:]:
    model = compile_model(sim.load(path))
    (one,) = run_compiled(model, 3, range(1), twin=not model.shares_people)
    print(one.events, hashlib.sha256(b"".join(table.tobytes() for table in (*one.books, *one.tallies))).hexdigest())
"""
ACCOUNTS = """
from simulator.accounting.replay import CHANGE, replay
import numpy as np

changes = np.zeros(4, CHANGE)
changes["month"], changes["mrr"], changes["standing"] = [-1, 0, 2, 3], [5, 7, 0, 3], [1, 1, 0, 1]
print(replay(changes, 14, 1, 1).stock.sum())
"""
ONE_INDEX = """
import sys
import numpy as np
from simulator.jit import entry_point, jit

@jit
def read(values, place):
    return values[place]

@entry_point
def read_one(values, place):
    return read(values, place)

print(read_one(np.arange(3.0), int(sys.argv[1])))
"""


def run(code: str, cache: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter; what it compiles is kept in a cache of its own, by `environment`."""
    place = cache / "-".join(environment.values())
    file = cache / "code.py"  # Numba keeps no code that came from nowhere
    file.write_text(code)
    given = {**os.environ, "PYTHONPATH": str(ROOT), "PLANSIM_CACHE": str(place), **environment}
    return subprocess.run([sys.executable, file, *map(str, arguments)], env=given, capture_output=True, text=True)


def test_every_index_lies_inside(tmp_path):
    """The books are the same where every index is checked; one that lies outside would end the run."""
    names = ("quickstart", "b2b_team", "usage_based", "telco_rescue", "bundle", "price_rise_at_renewal")
    paths = [ROOT / "scenarios" / f"{name}.yaml" for name in names]
    for code, arguments in ((BOOKS, paths), (ACCOUNTS, ())):
        checked = run(code, tmp_path, *arguments, NUMBA_BOUNDSCHECK="1")
        assert checked.returncode == 0, checked.stderr[-2000:]
        usual = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
        assert checked.stdout == usual.stdout
        assert checked.stdout.strip()


@pytest.mark.parametrize("place", [-1, 3])
def test_an_index_outside_is_noticed_where_it_is_checked(tmp_path, place):
    """Negative control."""
    inside = run(ONE_INDEX, tmp_path, 2, NUMBA_BOUNDSCHECK="1")
    assert inside.stdout == "2.0\n", inside.stderr
    outside = run(ONE_INDEX, tmp_path, place, NUMBA_BOUNDSCHECK="1")
    assert outside.returncode == 1
    assert "IndexError" in outside.stderr
