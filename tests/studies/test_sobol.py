"""Sobol indices: of outputs that are known functions of two ranges, and of luck."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import simulator as sim
from simulator.results.study import read_study
from simulator.scenario.laws import clipped
from simulator.studies.errors import WrongStudy
from simulator.studies.sobol import LUCK, luck_of, points_of
from tests.cli.commands import plansim
from tests.reporting.test_figures import faults

# Closing MRR is 20 x price x factor, exactly: nobody comes or goes.
PRODUCT = """\
language: 1
title: Nobody comes or goes
currency: USD
start: 2026-01
months: 1
plans: {plus: {price: {low: 2_000, likely: 5_000, high: 10_000}}}
segments:
  smb:
    opening: {plus: 20}
    opening_tenure: 5 months
    price_factor: {low: x0.1, likely: x0.4, high: x1.6}
    cancel: {plus: 0% per month}
"""
# Half of 40 customers leave within the month, by luck; the price is uncertain too.
LUCKY = (
    PRODUCT.replace("price_factor: {low: x0.1, likely: x0.4, high: x1.6}\n", "\n")
    .replace("opening: {plus: 20}", "opening: {plus: 40}")
    .replace("plus: 0% per month", "plus: 50% per month")
    .replace("    \n", "")
)


def quantiles(scenario, path: str, n: int = 20_000) -> np.ndarray:
    """The values of a range at many places, evenly."""
    (one,) = [one for one in scenario.ranges if one.path == path]
    return np.array([one.law.quantile(clipped((i + 0.5) / n)) for i in range(n)])


def by_key(study) -> dict[str, dict]:
    return {row["key"]: row for row in study.table("sobol").iter_rows(named=True)}


def test_indices_of_a_product_are_those_of_the_formula():
    scenario = sim.load(PRODUCT)
    price, factor = (quantiles(scenario, path, 2_000) for path in ("plans.plus.price", "segments.smb.price_factor"))
    m1, v1, m2, v2 = price.mean(), price.var(), factor.mean(), factor.var()
    whole = m2**2 * v1 + m1**2 * v2 + v1 * v2
    first = {"plans.plus.price": m2**2 * v1 / whole, "segments.smb.price_factor": m1**2 * v2 / whole}
    total = {key: value + v1 * v2 / whole for key, value in first.items()}
    found = sim.sobol(scenario, base_points=128, seed=2)
    rows = by_key(found)
    assert list(rows) == ["segments.smb.price_factor", "plans.plus.price", LUCK]
    for key in first:
        assert rows[key]["first"] == pytest.approx(first[key], abs=0.04)
        assert rows[key]["total"] == pytest.approx(total[key], abs=0.04)
        assert rows[key]["first_low95"] < first[key] < rows[key]["first_high95"]
        assert rows[key]["total_low95"] < total[key] < rows[key]["total_high95"]
    assert rows[LUCK]["total"] == 0.0
    assert found.summary["mean"] == pytest.approx(20 * m1 * m2, rel=0.02)
    assert found.summary["points"] == points_of(scenario, 128) == 128 * 5


def test_luck_has_the_share_that_it_has():
    """Closing MRR is price x N, N binomial with variance 10 and mean 20, but for billing months that end early."""
    scenario = sim.load(LUCKY)
    alone = sim.run(sim.load(LUCKY.replace("{low: 2_000, likely: 5_000, high: 10_000}", "1")), replications=2_000)
    stock = alone.metric("closing_mrr").filter(segment="all").to_dicts()[0]
    mean, variance = stock["mean"], stock["sd"] ** 2
    price = quantiles(scenario, "plans.plus.price", 2_000)
    whole = price.var() * (mean**2 + variance) + price.mean() ** 2 * variance
    by_luck = (price.mean() ** 2 + price.var()) * variance / whole
    of_price = price.var() * mean**2 / whole
    assert 0.1 < by_luck < 0.9
    rows = by_key(sim.sobol(scenario, base_points=256, seed=3))
    assert rows[LUCK]["total"] == pytest.approx(by_luck, abs=0.06)
    assert rows["plans.plus.price"]["first"] == pytest.approx(of_price, abs=0.12)
    assert rows[LUCK]["total_low95"] < by_luck < rows[LUCK]["total_high95"]
    more = by_key(sim.sobol(scenario, base_points=64, replications=16, seed=3))
    assert more[LUCK]["total"] < 0.4 * rows[LUCK]["total"]  # the mean of sixteen varies less


def test_blocks_of_luck_follow_the_design():
    column = np.array([0.1, 0.1, 0.1, 0.7, 0.7, 0.2, 0.2, 0.2, 0.9, 0.9])
    assert luck_of(column, 3) == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]
    with pytest.raises(AssertionError, match="does not swap one factor at a time"):
        luck_of(column[::-1], 3)


def test_the_same_seed_gives_the_same_indices():
    scenario = sim.load(LUCKY)
    one, same, other = (sim.sobol(scenario, base_points=8, seed=seed).table("sobol") for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


PROBLEMS = {
    7: "--sobol: 7 is not a power of two from 8 to 65,536, which the design needs; write e.g. 8",
    100: "write e.g. 64",
    0: "--sobol: 0 is not a power of two",
    1 << 20: "write e.g. 65536",
}


@pytest.mark.parametrize("points", PROBLEMS)
def test_sizes_that_are_no_design(points):
    with pytest.raises(WrongStudy) as error:
        sim.sobol(sim.load(PRODUCT), base_points=points)
    assert PROBLEMS[points] in str(error.value)


def test_scenarios_that_have_no_indices(monkeypatch):
    certain = PRODUCT.replace("{low: 2_000, likely: 5_000, high: 10_000}", "1").replace(
        "{low: x0.1, likely: x0.4, high: x1.6}", "x1"
    )
    with pytest.raises(WrongStudy, match="has no ranges, whose shares of the variance are asked for"):
        sim.sobol(sim.load(certain), base_points=8)
    with pytest.raises(WrongStudy, match=r"nrr_12m@2026-01 has no value in 40 of 40 points"):
        sim.sobol(sim.load(PRODUCT), base_points=8, metric="nrr_12m")
    with pytest.raises(WrongStudy, match=r"churn_mrr@2026-01 is the same in all 40 points"):
        sim.sobol(sim.load(PRODUCT), base_points=8, metric="churn_mrr")
    monkeypatch.setitem(sys.modules, "SALib", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WrongStudy, match=r"needs SALib, which is not installed: pip install 'plansim\[sensitivity\]'"):
        sim.sobol(sim.load(PRODUCT), base_points=8)


def test_correlations_are_left_out_and_that_is_said():
    text = PRODUCT + "correlations:\n  - {between: [plans.plus.price, segments.smb.price_factor], is: 0.5}\n"
    found = sim.sobol(sim.load(text), base_points=8)
    assert (
        "the correlations of ranges are left out: Sobol indices are of independent ranges" in found.summary["warnings"]
    )
    assert found.table("sobol").equals(sim.sobol(sim.load(PRODUCT), base_points=8).table("sobol"))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_command(tmp_path, lang):
    (tmp_path / "s.yaml").write_text(LUCKY)
    out = tmp_path / "out"
    done = plansim("sensitivity", tmp_path / "s.yaml", "--sobol", 8, "--out", out, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {"summary.json", "sobol.csv", "figures"}
    assert "32 scenarios x 1 replications = 32 to simulate" in done.stderr
    again = read_study(out)
    assert faults(again.figure("sobol", lang)) == []
    assert again.table("sobol")["key"].to_list() == ["plans.plus.price", LUCK]
    assert {path.name for path in tmp_path.iterdir()} == {"s.yaml", "out"}
