"""Exponential and normal draws have the moments of their laws, and their tails, as far out as a million draws see."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.draws import distributions as d
from simulator.draws.address import purpose
from simulator.jit import entry_point
from tests.analytic.zscores import Comparisons, assert_noticed

ADDRESS = np.dtype([("key0", "u8"), ("key1", "u8"), ("stream", "u8"), ("index", "u8")])
N = 1 << 20
USE = purpose("test/tails")
# raw moments 1 to 8: of the unit exponential k!, of the standard normal 0, 1, 0, 3, 0, 15, 0, 105
MOMENTS = {
    "exponential": (1, 2, 6, 24, 120, 720, 5_040, 40_320),
    "normal": (0, 1, 0, 3, 0, 15, 0, 105),
}
LAWS = {"exponential": stats.expon, "normal": stats.norm}
BEYOND = (1e-2, 1e-3, 1e-4)


@entry_point
def fill(exponentials, normals, use, scratch):
    address = scratch[0]
    address.key0, address.key1, address.stream = np.uint64(21), np.uint64(22), np.uint64(23)
    for i in range(len(normals)):
        address.index = np.uint64(i)
        exponentials[i] = d.exponential(address, use, 0)
        normals[i] = d.normal(address, use, 1)


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    values = np.empty((2, N))
    fill(values[0], values[1], USE, np.zeros(1, ADDRESS).view(np.recarray))
    return {"exponential": values[0], "normal": values[1]}


def compared(name: str, values: np.ndarray) -> Comparisons:
    """Hold moments 1 to 4 and counts in the tails against the law; the variance of x**k is E x**2k - (E x**k)**2."""
    found, moments = Comparisons(), MOMENTS[name]
    for k in range(1, 5):
        mean = moments[k - 1]
        found.add(f"moment {k}", (values**k).mean(), mean, np.sqrt((moments[2 * k - 1] - mean**2) / N))
    for p in BEYOND:
        law = LAWS[name]
        for tail, count in (("upper", (values > law.isf(p)).sum()), ("lower", (values < law.ppf(p)).sum())):
            found.add(f"{tail} tail {p:g}", count, N * p, np.sqrt(N * p * (1 - p)))
    return found


@pytest.mark.parametrize("name", list(LAWS))
def test_moments_and_tails(name, drawn):
    compared(name, drawn[name]).check()


@pytest.mark.parametrize("name", list(LAWS))
def test_a_law_that_is_one_per_cent_too_wide_is_noticed(name, drawn):
    right, wrong = Comparisons(), Comparisons()
    for comparisons, scale in ((right, 1.0), (wrong, 1.01)):
        second = MOMENTS[name][1]
        sd = np.sqrt((MOMENTS[name][3] - second**2) / N)
        comparisons.add("moment 2", (drawn[name] ** 2).mean(), second * scale**2, sd)
    assert_noticed(right, wrong)


def test_normal_draws_use_one_block_and_share_nothing_with_exponential_ones(drawn):
    z = np.corrcoef(drawn["exponential"], drawn["normal"])[0, 1] * np.sqrt(N)
    assert abs(z) < stats.norm.isf(0.5e-4)
