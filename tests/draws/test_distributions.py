"""Draws follow their laws, and draws at different addresses are independent of each other."""

import numpy as np
import pytest
from scipy import stats

from simulator.draws import distributions as d
from simulator.draws.address import purpose, replication_key
from simulator.jit import entry_point

ADDRESS = np.dtype([("key0", "u8"), ("key1", "u8"), ("stream", "u8"), ("index", "u8")])
N = 200_000
# 14 tests of a law each below; the family is wrong by chance once in 10,000 runs of a new seed, and the seed is fixed.
THRESHOLD = 1e-4 / 14
USE, OTHER = purpose("test/one"), purpose("test/other")


@entry_point
def fill(values, law, a, b, use, other, by_customer, scratch):
    address = scratch[0]
    address.key0, address.key1, address.stream = np.uint64(11), np.uint64(12), np.uint64(13)
    for i in range(len(values)):
        occurrence = i
        if by_customer:
            address.index = np.uint64(i)
            occurrence = 0
        if law == 0:
            values[i] = d.uniform(address, use, occurrence)
        elif law == 1:
            values[i] = d.exponential(address, use, occurrence)
        elif law == 2:
            values[i] = d.normal(address, use, occurrence)
        elif law == 3:
            values[i] = d.gamma(address, use, a)
        else:
            values[i] = d.beta(address, use, other, a, b)


def sample(law, a=0.0, b=0.0, *, by_customer=True, use=USE):
    values = np.empty(N)
    fill(values, law, a, b, use, OTHER, by_customer, np.zeros(1, ADDRESS).view(np.recarray))
    return values


@pytest.mark.parametrize("by_customer", [True, False])
@pytest.mark.parametrize(("law", "cdf"), [(0, stats.uniform.cdf), (1, stats.expon.cdf), (2, stats.norm.cdf)])
def test_simple_laws(law, cdf, by_customer):
    assert stats.kstest(sample(law, by_customer=by_customer), cdf).pvalue > THRESHOLD


@pytest.mark.parametrize("shape", [0.3, 1.0, 2.78, 40.0])
def test_gamma(shape):
    assert stats.kstest(sample(3, shape), stats.gamma(shape).cdf).pvalue > THRESHOLD


@pytest.mark.parametrize(("alpha", "beta"), [(0.7, 1.2), (3.0, 9.0)])
def test_beta(alpha, beta):
    assert stats.kstest(sample(4, alpha, beta), stats.beta(alpha, beta).cdf).pvalue > THRESHOLD


def test_a_wrong_law_is_noticed():
    assert stats.kstest(sample(3, 2.78), stats.gamma(2.85).cdf).pvalue < THRESHOLD


def test_neighbouring_customers_purposes_and_occurrences_are_uncorrelated():
    one = sample(0)
    pairs = {
        "customers": (one[:-1], one[1:]),
        "purposes": (one, sample(0, use=OTHER)),
        "occurrences": (sample(0, by_customer=False)[:-1], sample(0, by_customer=False)[1:]),
    }
    for what, (x, y) in pairs.items():
        z = np.corrcoef(x, y)[0, 1] * np.sqrt(len(x))
        assert abs(z) < stats.norm.isf(THRESHOLD / 2), what


def test_all_pairs_of_cells_are_equally_likely():
    # serial test on a 32 x 32 grid of (customer, next customer)
    u = (sample(0) * 32).astype(int)
    counts = np.bincount(u[::2] * 32 + u[1::2], minlength=1024)
    assert stats.chisquare(counts).pvalue > THRESHOLD


def test_replications_do_not_share_draws():
    k = [replication_key(1, r) for r in (0, 1)]
    address = np.zeros(2, ADDRESS)
    for row, (key0, key1) in zip(address, k, strict=True):
        row["key0"], row["key1"] = key0, key1
    a, b = (np.array([d.uniform(row, USE, i) for i in range(2000)]) for row in address.view(np.recarray))
    assert not np.isin(a, b).any()
