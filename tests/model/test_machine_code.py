"""The machine code of main loops: kept on disk, and run without the compiler."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import simulator
from simulator import jit
from simulator.jit import main_loop

ROOT = Path(simulator.__file__).parents[1]
ROW = np.dtype([("flag", "u1"), ("amount", "f8")], align=True)
RUN = """
import sys
import simulator as sim
print(sim.run(sim.load(sys.argv[1]), replications=2).summary["headline"], "numba" in sys.modules)
"""


class Pair(NamedTuple):
    one: np.ndarray
    two: np.ndarray


class Swapped(NamedTuple):
    two: np.ndarray
    one: np.ndarray


class Nested(NamedTuple):
    pair: Pair
    rows: np.ndarray


def total(nested, whole, word, part):
    result = part + whole + float(word)
    for value in nested.pair.one:
        result += value
    for i in range(nested.pair.two.shape[0]):
        for j in range(nested.pair.two.shape[1]):
            result += nested.pair.two[i, j] * (10 * i + j)
    for row in nested.rows:
        if row.flag:
            result += row.amount
    return result


def count(values):
    return len(values)


def double(values):
    for i in range(len(values)):
        values[i] *= 2.0


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(jit, "CACHE", tmp_path)
    return tmp_path


def nested(two: np.ndarray) -> Nested:
    rows = np.array([(1, 0.5), (0, 7.0), (1, 0.25)], ROW).view(np.recarray)
    return Nested(Pair(np.arange(4), two), rows)


def test_it_does_what_the_function_does(cache):
    loop = main_loop(total)
    arguments = (nested(np.arange(6.0).reshape(2, 3)), -3, np.uint64(2**63), 0.125)
    assert loop(*arguments) == total(*arguments)
    assert main_loop(count)(np.zeros(7)) == 7
    values = np.arange(3.0)
    assert main_loop(double)(values) is None
    assert values.tolist() == [0.0, 2.0, 4.0]


def test_arrays_that_lie_otherwise_in_memory_have_code_of_their_own(cache):
    loop = main_loop(total)
    two = np.arange(24.0).reshape(4, 6)
    read_only = two.copy()
    read_only.flags.writeable = False
    found = [loop(nested(a), 0, np.uint64(0), 0.0) for a in (two, two.T, two[::2, ::3], np.zeros((0, 3)), read_only)]
    assert found == [total(nested(a), 0, 0, 0.0) for a in (two, two.T, two[::2, ::3], np.zeros((0, 3)), read_only)]
    assert len(list(cache.iterdir())) == 4  # the empty one lies as the first one does


def test_tuples_with_other_names_have_code_of_their_own(cache):
    def first_of_one(values):
        return values.one[0]

    loop = main_loop(first_of_one)
    assert [loop(kind(np.arange(2.0), np.arange(5.0, 7.0))) for kind in (Pair, Swapped)] == [0.0, 5.0]


def test_what_is_kept_is_used_and_what_is_damaged_is_compiled_again(cache):
    main_loop(count)(np.zeros(1))
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    changed = bytes([whole[-1] ^ 1])
    kept.write_bytes(whole[:-1] + changed)
    assert main_loop(count)(np.zeros(5)) == 5
    head, code = kept.read_bytes().split(b"\n", 1)
    assert head.endswith(b" int64 %d" % zlib.crc32(code))  # written anew
    assert not code.endswith(changed)
    kept.write_bytes(b"")
    assert main_loop(count)(np.zeros(6)) == 6
    assert [path.name for path in cache.iterdir()] == [kept.name]


def test_functions_of_one_name_in_two_modules_have_code_of_their_own(cache):
    def elsewhere(values):
        return 2 * len(values)

    elsewhere.__name__, elsewhere.__module__ = count.__name__, "elsewhere"
    assert [main_loop(f)(np.zeros(3)) for f in (count, elsewhere, count)] == [3, 6, 3]


def test_code_of_another_function_is_run_if_it_is_what_is_kept(cache):
    """Negative control: what is kept is what is run."""
    main_loop(count)(np.zeros(1))
    (kept,) = cache.iterdir()

    def five(values):
        return 5

    five.__name__ = "other"
    main_loop(five)(np.zeros(1))
    (other,) = (path for path in cache.iterdir() if path != kept)
    kept.write_bytes(other.read_bytes())
    assert main_loop(count)(np.zeros(3)) == 5


def test_a_place_that_cannot_be_written_to_keeps_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(jit, "CACHE", tmp_path / "nowhere")
    assert main_loop(count)(np.zeros(2)) == 2


@pytest.mark.parametrize("value", [np.int32(1), True, "text", [1.0]])
def test_what_cannot_be_laid_out_is_refused(cache, value):
    with pytest.raises(TypeError, match=f"a main loop takes no {type(value).__name__}"):
        main_loop(count)(value)


def test_a_result_that_is_no_number_is_refused(cache):
    def both(values):
        return values[0], values[1]

    with pytest.raises(TypeError, match=r"both returns .*, and can return"):
        main_loop(both)(np.zeros(2))


def test_what_needs_numba_when_it_runs_is_refused(cache):
    def helped(values):
        return np.nextafter(values[0], 1.0)  # a function of a library of Numba's own

    with pytest.raises(TypeError, match="helped cannot run without Numba: numba_nextafter"):
        main_loop(helped)(np.zeros(2))
    assert list(cache.iterdir()) == []


def test_what_fails_in_compiled_code_is_said(cache):
    def fail(values):
        if values[0] > 0.0:
            raise ValueError("no")
        return 1

    loop = main_loop(fail)
    assert loop(np.zeros(1)) == 1
    with pytest.raises(RuntimeError, match="fail: compiled code has failed with status"):
        loop(np.ones(1))


def test_a_second_run_needs_no_compiler(tmp_path):
    given = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    given |= {"PYTHONPATH": str(ROOT), "PLANSIM_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", RUN, ROOT / "scenarios" / "quickstart.yaml"]
    first, second = (
        subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout.rsplit(" ", 1)
        for _ in range(2)
    )
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("True\n", "False\n")
