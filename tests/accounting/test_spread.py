"""Mean, deviation and quantiles against NumPy's, where replications have a value and where they have none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from simulator.accounting.spread import spread

QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
values = arrays(
    np.float64,
    array_shapes(min_dims=1, max_dims=3, max_side=6),
    elements=st.floats(-1e9, 1e9) | st.just(np.nan),
)


@given(values)
def test_a_spread_is_numpys_of_the_values_there_are(table):
    found = spread(table)
    for cell in np.ndindex(table.shape[1:]):
        column = table[(slice(None), *cell)]
        known = column[~np.isnan(column)]
        scale = np.abs(known).max(initial=1.0)

        def close(value, expected, scale=scale):
            return value == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale, nan_ok=True)

        assert found.replications[cell] == len(known)
        assert close(found.mean[cell], known.mean() if len(known) else np.nan)
        assert close(found.sd[cell], known.std(ddof=1) if len(known) > 1 else np.nan)
        for name, q in QUANTILES.items():
            assert close(getattr(found, name)[cell], np.quantile(known, q) if len(known) else np.nan)


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_a_spread_does_not_depend_on_the_order_of_replications(n, seed):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, 3)) * 10.0 ** rng.integers(-6, 12, (n, 3))
    table[rng.random((n, 3)) < 0.1] = np.nan
    for one, other in zip(spread(table), spread(rng.permutation(table)), strict=True):
        assert np.array_equal(one, other, equal_nan=True)  # to the last bit


def test_the_quantiles_of_twenty_one_are_its_order_statistics():
    found = spread(np.arange(21.0)[::-1])
    assert (found.p05, found.p50, found.p95) == (1.0, 10.0, 19.0)


def test_one_replication_has_quantiles_and_no_deviation():
    found = spread(np.array([[7.0, np.nan]]))
    assert (found.mean[0], found.p05[0], found.p50[0], found.p95[0]) == (7.0, 7.0, 7.0, 7.0)
    assert np.isnan(found.sd).all()
    assert found.replications.tolist() == [1, 0]


@pytest.mark.filterwarnings("error")
def test_where_no_replication_has_a_value_there_is_none():
    found = spread(np.full((4, 2), np.nan))
    for name in ("mean", "sd", "p05", "p50", "p95"):
        assert np.isnan(getattr(found, name)).all()
    assert found.replications.tolist() == [0, 0]


def test_the_values_are_left_as_they_are():
    table = np.array([3.0, 1.0, 2.0])
    spread(table)
    assert table.tolist() == [3.0, 1.0, 2.0]
