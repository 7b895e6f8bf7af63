"""Draws at neighbouring addresses look independent: along every part of an address, and far fewer rounds do not pass.

Each axis gives N blocks whose addresses differ in one part alone, in steps of one where that part is a number. Every
test has a p-value of known law; with fixed seeds the family fails a right generator once in 10,000 choices of them.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.draws.address import purpose, replication_key, word
from simulator.draws.philox import MULTIPLIER_0, MULTIPLIER_1, WEYL_0, WEYL_1, philox
from simulator.jit import entry_point

N = 1 << 17
BIRTHDAYS = 4096  # with 2**32 days the repeated spacings of one year are Poisson with mean 4096**3 / (4 * 2**32) = 4
LOW = np.uint64(0xFFFFFFFF)
OCCURRENCE, PURPOSE, INDEX, STREAM, KEY_0, KEY_1 = range(6)
HERE = (3, int(purpose("test/one")), 5, word("smb/arrivals"), *replication_key(1, 0))


def addresses() -> np.ndarray:
    """Return N times the same address, (N, 6): counter and key of the generator."""
    return np.tile(np.array(HERE, np.uint64), (N, 1))


def along(axis: str) -> np.ndarray:
    """Return N addresses along an axis."""
    rows, steps = addresses(), np.arange(N, dtype=np.uint64)
    if axis == "occurrences":
        rows[:, OCCURRENCE] = steps
    elif axis == "customers":
        rows[:, INDEX] = steps
    elif axis == "purposes":
        rows[:, PURPOSE] = [int(purpose(f"offer/{i}/clock")) for i in range(N)]
    elif axis == "segments":
        rows[:, STREAM] = [word(f"segment {i}/arrivals") for i in range(N)]
    elif axis == "replications":
        rows[:, KEY_0:] = [replication_key(1, i) for i in range(N)]
    elif axis == "seeds":
        rows[:, KEY_0:] = [replication_key(i, 0) for i in range(N)]
    return rows


AXES = ("occurrences", "customers", "purposes", "segments", "replications", "seeds")


@entry_point
def fill(rows, words):
    for i in range(len(rows)):
        r = rows[i]
        words[i, 0], words[i, 1], words[i, 2], words[i, 3] = philox(r[0], r[1], r[2], r[3], r[4], r[5])


def drawn(rows: np.ndarray) -> np.ndarray:
    """Return the blocks of the generator, (N, 4) words of 32 bits."""
    words = np.empty((len(rows), 4), np.uint64)
    fill(rows, words)
    return words


def with_rounds(rows: np.ndarray, rounds: int) -> np.ndarray:
    """Return the blocks of the generator with that many rounds, in NumPy."""
    c0, c1, c2, c3, k0, k1 = (rows[:, i].copy() for i in range(6))
    half = np.uint64(32)
    for _ in range(rounds):
        p0, p1 = MULTIPLIER_0 * c0, MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> half) ^ c1 ^ k0, p1 & LOW, (p0 >> half) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW
    return np.column_stack([c0, c1, c2, c3])


def _two_sided(z: float) -> float:
    return float(2 * stats.norm.sf(abs(z)))


def _poisson(count: int, mean: float) -> float:
    return float(min(1.0, 2 * min(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))))


def _repeats(values: np.ndarray) -> int:
    return len(values) - len(np.unique(values))


def p_values(words: np.ndarray) -> dict[str, float]:
    """Return the p-value of every test on N blocks in the order of their addresses."""
    found = {}
    for k in range(4):
        w = words[:, k]
        x = w / 2.0**32
        found[f"uniform, word {k}"] = stats.kstest(x, "uniform").pvalue
        for name, shift in (("high", 24), ("low", 0)):  # every value of a byte equally often
            counts = np.bincount(((w >> np.uint64(shift)) & np.uint64(0xFF)).astype(np.int64), minlength=256)
            found[f"{name} byte, word {k}"] = stats.chisquare(counts).pvalue
        grid = (x * 32).astype(np.int64)  # pairs of neighbours, each block in one pair
        pairs = np.bincount(grid[::2] * 32 + grid[1::2], minlength=1024)
        found[f"neighbours on a grid, word {k}"] = stats.chisquare(pairs).pvalue
        for lag in (1, 2, 256):  # of independent uniforms, a product of centred values has the variance 1 / 144
            product = (x[lag:] - 0.5) * (x[:-lag] - 0.5)
            found[f"serial correlation {lag}, word {k}"] = _two_sided(product.sum() * 12 / np.sqrt(len(product)))
        changed = np.bitwise_count(w[1:] ^ w[:-1])[::2].astype(float)  # bits that differ: binomial (32, 1/2)
        found[f"bits changed, word {k}"] = _two_sided((changed.mean() - 16) / np.sqrt(8 / len(changed)))
        years = np.sort(w.reshape(-1, BIRTHDAYS), axis=1)
        repeated = sum(_repeats(np.diff(year)) for year in years)
        found[f"birthday spacings, word {k}"] = _poisson(repeated, len(years) * BIRTHDAYS**3 / 2.0**34)
        found[f"collisions, word {k}"] = _poisson(_repeats(w), N * (N - 1) / 2 / 2.0**32)
    for i, j in ((0, 1), (0, 2), (1, 3), (2, 3)):  # words of one block
        product = (words[:, i] / 2.0**32 - 0.5) * (words[:, j] / 2.0**32 - 0.5)
        found[f"words {i} and {j}"] = _two_sided(product.sum() * 12 / np.sqrt(N))
    return found


TESTS = 4 * 10 + 4
THRESHOLD = 1e-4 / (len(AXES) * TESTS)


@pytest.mark.parametrize("axis", AXES)
def test_neighbours_along_every_part_of_an_address_are_independent(axis):
    found = p_values(drawn(along(axis)))
    assert len(found) == TESTS
    assert {name: p for name, p in found.items() if p < THRESHOLD} == {}


@pytest.mark.parametrize(("one", "other"), [("customers", "occurrences"), ("seeds", "replications")])
def test_streams_along_two_axes_have_nothing_in_common(one, other):
    a, b = (drawn(along(axis))[:, 0] / 2.0**32 - 0.5 for axis in (one, other))
    assert _two_sided((a * b).sum() * 12 / np.sqrt(N)) > THRESHOLD


def test_the_copy_in_numpy_is_the_generator():
    rows = along("customers")
    assert np.array_equal(with_rounds(rows, 10), drawn(rows))


@pytest.mark.parametrize("axis", ["occurrences", "customers"])
def test_a_generator_that_mixes_too_little_is_noticed(axis):
    assert min(p_values(with_rounds(along(axis), 3)).values()) < THRESHOLD


def test_seeds_that_are_used_as_keys_without_mixing_are_noticed():
    rows = addresses()
    rows[:, KEY_0], rows[:, KEY_1] = np.arange(N), 0
    assert min(p_values(with_rounds(rows, 3)).values()) < THRESHOLD


def test_no_address_is_drawn_twice():
    every = np.concatenate([drawn(along(axis))[1 if axis in ("occurrences", "customers") else 0 :] for axis in AXES])
    pairs = every[:, 0] << np.uint64(32) | every[:, 1]
    # the address that several axes share is the only one that may come twice; of 64 bits, chance repeats none
    assert _repeats(pairs) <= len(AXES)
