"""Compiled code is kept on disk under a name that every edit changes."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.customer.record import bit
from simulator.jit import COMPILED_ROOMS, COMPILING, PACKAGE, Deferred, source_hash

OWN = {PACKAGE / name for name in COMPILING}
FIRST_ARRIVAL = """
from types import SimpleNamespace
import numpy as np
from simulator.engines.arrivals import arrival_times
from simulator.jit import CACHE
from simulator.model.tables import ARRIVING, BLOCK
block = (ARRIVING, 0, 0, 0, 7, 0, 0, 5.0, 0.0)
model = SimpleNamespace(blocks=np.array([block], BLOCK).view(np.recarray))
print(CACHE.name, arrival_times(model, 0, 1, 2, 1)[0])
"""
ONE_CUSTOMER = """
import simulator as sim
text = '''
language: 1
currency: JPY
start: 2026-01
months: 2
plans: {p: {price: 1_000}}
segments: {s: {opening: {p: 1}, opening_tenure: 0 months, cancel: {p: 0% per month}}}
'''
print(sim.run(sim.load(text), replications=1).metric("closing_mrr")["mean"][1])
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package in a folder of its own."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "simulator", ignore=shutil.ignore_patterns("__pycache__")))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("customer/pricing.py", "2.0**-50", "2.0**-49"),  # a constant of a helper
        ("customer/tally.py", "FOLLOW_MONTHS = (3.0", "FOLLOW_MONTHS = (2.0"),
        ("draws/philox.py", '"""', '""" '),
        ("linking.py", '"""', '""" '),
        ("accounting/account.py", "if net == 0", "if net == 1"),
        ("model/layout.py", "range(16)", "range(16) "),
        ("jit.py", "nogil=True", "nogil=False"),
        ("borrow.py", '"""', '""" '),
    ],
)
def test_an_edit_of_a_compiled_room_gives_another_hash(copied, file, old, new):
    before = source_hash(copied)
    assert before == source_hash()
    edit(copied / file, old, new)
    assert source_hash(copied) != before


def test_a_new_file_and_a_renamed_one_give_another_hash(copied):
    hashes = [source_hash(copied)]
    (copied / "customer" / "new.py").write_text("")
    hashes.append(source_hash(copied))
    (copied / "customer" / "new.py").rename(copied / "customer" / "newer.py")
    hashes.append(source_hash(copied))
    assert len(set(hashes)) == 3


def test_an_edit_elsewhere_keeps_the_compiled_code(copied):
    edit(copied / "reporting" / "terminal.py", '"""', '""" ')
    assert source_hash(copied) == source_hash()


def run(code: str, folder: Path, cache: Path, **environment: str) -> list[str]:
    """Words that a fresh interpreter prints, with the package of a folder and a cache of its own."""
    given = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    given |= {"PYTHONPATH": str(folder), "PLANSIM_CACHE": str(cache), **environment}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=given, cwd=folder, capture_output=True, text=True, check=True).stdout.split()


def test_an_edited_helper_is_seen_by_the_next_run(copied, tmp_path):
    """A compiled function's own file is left alone; what it calls is edited in another file."""
    cache = tmp_path / "cache"

    def first_arrival() -> list[str]:
        return run(FIRST_ARRIVAL, tmp_path, cache)

    before = first_arrival()
    assert first_arrival() == before
    edit(
        copied / "draws" / "distributions.py",
        "return -math.log(uniform(a, purpose, occurrence))",
        "return -2.0 * math.log(uniform(a, purpose, occurrence))",
    )
    name, time = first_arrival()
    assert name != before[0]
    assert float(time) == 2.0 * float(before[1])
    assert {path.name for path in cache.iterdir()} == {before[0], name}


def test_the_kernel_runs_without_compiling(tmp_path):
    folder = Path(simulator.__file__).parents[1]
    assert run(ONE_CUSTOMER, folder, tmp_path / "cache", NUMBA_DISABLE_JIT="1") == ["1000.0"]


def imports(file: Path) -> set[str]:
    """Modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def compiles(file: Path) -> bool:
    """Whether a file can compile anything: it imports Numba, or a decorator."""
    names = ("jit", "numeric", "numeric_inlined", "inlined", "spliced", "entry_point", "main_loop", "deferred")
    decorators = {f"simulator.jit.{name}" for name in names}
    return any(name in decorators or name.split(".")[0] == "numba" for name in imports(file)) or uses_decorators(file)


def uses_decorators(file: Path) -> bool:
    """Whether a file reaches a decorator through the module: jit.jit, jit.entry_point."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "jit"
    }
    return bool(used - {"is_cached", "source_hash", "CACHE"})


def test_nothing_outside_the_compiled_rooms_is_compiled():
    rooms = [PACKAGE / room for room in COMPILED_ROOMS]
    others = [
        file for file in PACKAGE.rglob("*.py") if file not in OWN and not any(room in file.parents for room in rooms)
    ]
    assert len(others) > 20
    assert [file.relative_to(PACKAGE).as_posix() for file in others if compiles(file)] == []


def test_python_cannot_call_a_function_of_the_kernel():
    with pytest.raises(TypeError, match="bit is a function of the kernel: only compiled code can call it"):
        bit(3)


def test_the_rooms_are_there_and_something_is_compiled_in_them():
    for room in COMPILED_ROOMS:
        assert (PACKAGE / room).is_dir()
    assert compiles(PACKAGE / "customer" / "life.py")


def test_every_function_of_the_kernel_says_whether_it_is_inlined():
    """What is not stated Numba takes from whichever function meets this one first."""
    from numba.core.dispatcher import Dispatcher

    from simulator.linking import KernelCompiler

    found = {}
    for room in COMPILED_ROOMS:
        package = importlib.import_module(f"simulator.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"simulator.{room}."):
            found |= vars(importlib.import_module(module.name))
    made = {name: function.made() for name, function in found.items() if isinstance(function, Deferred)}
    kernel = {
        name: function.targetoptions
        for name, function in made.items()
        if isinstance(function, Dispatcher) and function._compiler.pipeline_class is KernelCompiler
    }
    assert len(kernel) > 100
    assert {name for name, options in kernel.items() if "forceinline" not in options} == set()
