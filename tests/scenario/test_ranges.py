"""Uncertain numbers: their laws, where they may stand, and how a scenario with ranges becomes a certain one."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.model.compile import compile_model
from simulator.scenario import ScenarioError, load
from simulator.scenario.correlations import correlated
from simulator.scenario.differences import differences
from simulator.scenario.explain import LANGUAGES, explain
from simulator.scenario.laws import LOWEST, Beta, LogNormal, Normal, Pert, Samples
from simulator.scenario.ranges import at, drawn, high, likely, low, uniforms, with_values
from simulator.scenario.schema import json_schema
from simulator.scenario.uncertainty import Correlation
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.packaging.checkout import ROOT
from tests.scenario.test_schema import values
from tests.scenario.texts import GOOD, edited, problems

GRID = np.linspace(0.001, 0.999, 41)

UNCERTAIN = edited(
    ("cancel: 1% per month", "cancel: {low: 0.5% per month, likely: 1% per month, high: 2% per month}"),
    ("acceptance: 18%", "acceptance: {mean: 18%, sd: 2%}"),
    ("discount: 15%}", "discount: {samples: [20%, 10%, 15%]}}"),
    ("price: 30_000,", "price: {mean: 30_000, sd: 1_000},"),
    ("frailty: 0.6", "frailty: {low: 0.4, likely: 0.6, high: 0.8}"),
    ("{base: 8%, framing: x1.5}", "{base: {alpha: 2, beta: 20}, framing: {low: x1.1, likely: x1.5, high: x1.9}}"),
    ("per_month: 80, growth: 1% per month", "per_month: 80, growth: {rate: {mean: 1% per month, sd: 0.3% per month}}"),
    ("{free: 70%, basic: 25%, premium: 5%}", "{free: rest, basic: {low: 20%, likely: 25%, high: 30%}, premium: 5%}"),
    ("{mean: 18 months}", "{mean: {low: 1 month, likely: 18 months, high: 30 months}}"),
    ("surge: {rate: 3% per month, lasts: 14 days}", "surge: {rate: 3% per month, lasts: {mean: 14 days, sd: 2 days}}"),
    ("{people: 4}", "{people: {low: 3, likely: 4, high: 6}}"),
    ("36_000}", "{low: 33_000, likely: 36_000, high: 40_000}}"),
    ("returns: 20% within 12 months", "returns: {samples: [10% within 12 months, 20% within 12 months]}"),
)
PATHS = (
    "plans.premium.price",
    "addons.support.cancel",
    "bundles.suite.discount",
    "segments.smb.opening_tenure",
    "segments.smb.arrivals.growth",
    "segments.smb.choose.basic",
    "segments.smb.signals.surge.lasts",
    "segments.smb.frailty",
    "offers.review.acceptance",
    "offers.review.acceptance.framing",
    "offers.suite_start.acceptance",
    "offers.rescue.returns",
    "teams.success.people",
)


@pytest.fixture(scope="module")
def uncertain():
    return load(UNCERTAIN)


# laws

LAWS = {
    "pert": (Pert(2.0, 3.0, 7.0), stats.beta(1 + 4 / 5, 1 + 16 / 5, loc=2, scale=5)),
    "normal": (Normal(-1.2, 0.3), stats.norm(-1.2, 0.3)),
    "beta": (Beta.of_moments(18.0, 2.0, 100.0), stats.beta(66.24, 301.76, scale=100)),
    "lognormal": (
        LogNormal(30.0, 10.0),
        stats.lognorm(math.sqrt(math.log(10 / 9)), scale=30 / math.sqrt(10 / 9)),
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_are_those_of_the_law(name):
    law, known = LAWS[name]
    assert law.name == name
    np.testing.assert_allclose([law.quantile(u) for u in GRID], known.ppf(GRID), rtol=1e-9)


@pytest.mark.parametrize(
    ("law", "mean", "sd"),
    [
        (LAWS["pert"][0], (2 + 4 * 3 + 7) / 6, math.sqrt((3.5 - 2) * (7 - 3.5) / 7)),
        (LAWS["normal"][0], -1.2, 0.3),
        (LAWS["beta"][0], 18.0, 2.0),
        (LAWS["lognormal"][0], 30.0, 10.0),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_laws_have_the_moments_that_were_written(law, mean, sd):
    u = (np.arange(40_000) + 0.5) / 40_000
    drawn_values = np.array([law.quantile(one) for one in u])
    assert drawn_values.mean() == pytest.approx(mean, rel=1e-4)
    assert drawn_values.std() == pytest.approx(sd, rel=2e-3)


def test_samples_are_equally_likely():
    law = Samples((1.0, 2.0, 2.0, 5.0))
    assert [law.quantile((i + 0.5) / 8) for i in range(8)] == [1, 1, 2, 2, 2, 2, 5, 5]
    assert law.centre == 2.0
    assert (law.quantile(0.0), law.quantile(1.0)) == (1.0, 5.0)


ENDS = st.floats(0.0, 99.0)


@given(st.tuples(ENDS, ENDS, ENDS), st.floats(LOWEST, 1 - LOWEST), st.floats(LOWEST, 1 - LOWEST))
def test_a_draw_lies_between_the_ends_and_grows_with_its_place(numbers, one, other):
    least, mode, most = sorted(numbers)
    if most - least < 1e-6:
        return
    law = Pert(least, mode, most)
    small, large = sorted((one, other))
    assert least - 1e-9 <= law.quantile(small) <= law.quantile(large) + 1e-9 <= most + 2e-9


# where ranges stand


def test_every_range_is_found_with_its_key(uncertain):
    assert uncertain.uncertain == PATHS
    assert [one.since for one in uncertain.ranges if one.path == "plans.premium.price"] == [None, "2026-10"]
    lines = UNCERTAIN.splitlines()
    for one in uncertain.ranges:
        assert "{" in lines[one.line - 1]
        assert one.path.rpartition(".")[2] in "\n".join(lines[one.line - 2 : one.line])
        assert one.file == "<text>"


def test_the_law_follows_from_what_the_number_can_be(uncertain):
    laws = {one.path: one.law.name for one in reversed(uncertain.ranges)}
    assert laws["plans.premium.price"] == "lognormal"
    assert laws["offers.suite_start.acceptance"] == "beta"
    assert laws["segments.smb.arrivals.growth"] == "normal"
    assert laws["segments.smb.signals.surge.lasts"] == "lognormal"
    for text, name in (
        ("{mean: 1% per month, sd: 0.2% per month}", "beta"),
        ("{mean: 0.01 per month, sd: 0.002 per month}", "lognormal"),
        ("{mean: 0.01 per month, sd: 0.0001 per month, law: normal}", "normal"),
    ):
        (one,) = load(edited(("cancel: 1% per month", f"cancel: {text}"))).ranges
        assert one.law.name == name


def test_the_likely_values_are_those_a_certain_scenario_has(uncertain):
    assert uncertain.epochs == likely(uncertain).epochs
    certain = edited(
        ("{base: 8%, framing: x1.5}", "{base: 0.09090909090909091, framing: x1.5}"),
        ("returns: 20% within", "returns: 10% within"),
        ("{free: 70%", "{free: rest"),
    )
    assert likely(uncertain) == load(certain)
    assert load(certain).epochs[0].keys.segments["smb"].choose["free"] == pytest.approx(0.7)


def test_low_and_high_are_the_stated_ends_or_quantiles(uncertain):
    for scenario, cancel, price, frailty, lasts in (
        (low(uncertain), 0.005, LogNormal(30_000, 1_000).quantile(0.05), 0.4, LogNormal(14, 2).quantile(0.05)),
        (high(uncertain), 0.02, LogNormal(30_000, 1_000).quantile(0.95), 0.8, LogNormal(14, 2).quantile(0.95)),
    ):
        keys = scenario.epochs[0].keys
        assert keys.addons["support"].cancel == pytest.approx(-math.log1p(-cancel))
        assert keys.plans["premium"].price == pytest.approx(price * 10_000, abs=1)
        assert keys.segments["smb"].frailty == frailty
        assert keys.segments["smb"].signals["surge"].lasts == pytest.approx(lasts / 30.4375)
        assert keys.segments["smb"].choose["free"] == pytest.approx(0.95 - keys.segments["smb"].choose["basic"])
        assert scenario.ranges == ()


def test_whole_numbers_stay_whole_and_money_exact(uncertain):
    people = [drawn(uncertain, 1, n).epochs[0].keys.teams["success"].people for n in range(40)]
    assert 1 < len(set(people)) <= len({3, 4, 5, 6} | set(people)) == 4
    assert all(isinstance(drawn(uncertain, 1, n).epochs[0].keys.plans["premium"].price, int) for n in range(5))


def test_a_map_of_names_is_no_range():
    text = GOOD.replace("basic", "likely").replace("premium", "high").replace("lite", "low").replace("free", "zero")
    assert load(text).ranges == ()
    text = edited(("not_renewed: {annual: 12%}", "not_renewed: {annual: {alpha: 0.7, beta: 1.2}}"))
    assert load(text).ranges == ()
    text = edited(
        ("not_renewed: {annual: 12%}", "not_renewed: {annual: {alpha: {low: 0.6, likely: 0.7, high: 0.8}, beta: 1}}")
    )
    assert load(text).uncertain == ("segments.smb.not_renewed.annual.alpha",)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("usage: {median: 300, spread: 0.8}", "usage: {mean: 300, sd: 20}", "segments.smb.usage"),
        (
            "usage: {median: 300, spread: 0.8}",
            "usage: {mean: {mean: 300, sd: 20}, spread: 5}",
            "segments.smb.usage.mean",
        ),
        (
            "opening_tenure: {mean: 18 months}",
            "opening_tenure: {mean: 18 months, sd: 2 months}",
            "segments.smb.opening_tenure",
        ),
        (
            "work: 0.5 days",
            "work: {mean: {low: 0.4 days, likely: 0.5 days, high: 1 day}}",
            "offers.review.needs.work.mean",
        ),
        ("season: {3: x1.5}", "season: {3: {low: x1.2, likely: x1.5, high: x2}}", "segments.smb.arrivals.season.3"),
        (
            "{median: 30 days, success: 85%}",
            "{median: 30 days, success: {mean: 85%, sd: 3%}}",
            "onboarding.smb.success",
        ),
        ("{usage_above: 80%}", "{usage_above: {mean: 80%, sd: 5%}}", "offers.near_limit.when.usage_above"),
    ],
)
def test_ranges_stand_in_longer_forms(old, new, path):
    assert load(edited((old, new))).uncertain == (path,)


# draws


def test_a_draw_is_a_scenario_that_could_have_been_written(uncertain):
    one = drawn(uncertain, 7, 3)
    assert load(one.resolved_yaml()) == one
    assert one.ranges == ()
    places = uniforms(uncertain, 7, 3)
    assert at(uncertain, places) == one
    written = {r.tree_path: r.at(places[r.path]) for r in uncertain.ranges}
    assert f"frailty: {written['segments', 'smb', 'frailty']}" in one.resolved_yaml()
    assert one != drawn(uncertain, 7, 4) != drawn(uncertain, 8, 4)
    assert drawn(uncertain, 7, 3) == one


def test_a_range_more_moves_no_other_draw(uncertain):
    more = load(UNCERTAIN.replace("bluff: 10%", "bluff: {low: 5%, likely: 10%, high: 20%}"))
    assert len(more.uncertain) == len(uncertain.uncertain) + 1
    before, after = uniforms(uncertain, 5, 11), uniforms(more, 5, 11)
    assert {path: after[path] for path in before} == before


def test_the_place_in_the_file_does_not_matter():
    text = (
        UNCERTAIN.replace("  support: {", "  xxx: {")
        .replace("  storage: {", "  support: {")
        .replace("  xxx: {", "  storage: {")
    )
    moved = load(text)
    assert moved.uncertain[1] == "addons.storage.cancel"
    kept = uniforms(load(UNCERTAIN), 2, 9)
    assert all(uniforms(moved, 2, 9).get(path, u) == u for path, u in kept.items())


def test_a_what_if_shares_the_draws_of_its_base(tmp_path):
    (tmp_path / "base.yaml").write_text(UNCERTAIN)
    (tmp_path / "what_if.yaml").write_text(
        "extends: base.yaml\ntitle: wider\nsegments:\n  smb:\n    frailty: {low: 0.1, likely: 0.6, high: 1.9}\n"
        "    downgrade: {samples: [0 per month, 0.1 per month]}\n"
        "offers: {suite_start: {acceptance: {base: {low: 1%, likely: 2%, high: 3%}}}}\n"
    )
    base, what_if = load(tmp_path / "base.yaml"), load(tmp_path / "what_if.yaml")
    ours, theirs = uniforms(base, 3, 4), uniforms(what_if, 3, 4)
    assert {path: theirs[path] for path in ours} == ours
    assert set(theirs) - set(ours) == {"segments.smb.downgrade"}
    laws = {one.path: one.law for one in what_if.ranges}
    assert laws["segments.smb.frailty"] == Pert(0.1, 0.6, 1.9)
    assert laws["offers.suite_start.acceptance"] == Pert(1.0, 2.0, 3.0)
    found = {one.key: (one.before, one.after) for one in differences(base, what_if)}
    assert found["segments.smb.frailty"] == ("{low: 0.4, likely: 0.6, high: 0.8}", "{low: 0.1, likely: 0.6, high: 1.9}")


def test_a_range_of_another_form_replaces_the_one_of_the_base_whole(tmp_path):
    (tmp_path / "base.yaml").write_text(UNCERTAIN)
    (tmp_path / "what_if.yaml").write_text(
        "extends: base.yaml\nsegments: {smb: {frailty: {mean: 0.5, sd: 0.1}}}\n"
        "addons: {support: {cancel: 1% per month}}\n"
    )
    laws = {one.path: one.law for one in load(tmp_path / "what_if.yaml").ranges}
    assert laws["segments.smb.frailty"] == LogNormal(0.5, 0.1)
    assert "addons.support.cancel" not in laws


def test_a_key_set_at_a_date_shares_the_draw_of_its_key(uncertain):
    for number in range(5):
        one, u = drawn(uncertain, 1, number), uniforms(uncertain, 1, number)["plans.premium.price"]
        now, then = (epoch.keys.plans["premium"].price / 10_000 for epoch in one.epochs)
        assert now == pytest.approx(LogNormal(30_000, 1_000).quantile(u), abs=1e-4)
        assert then == pytest.approx(Pert(33_000, 36_000, 40_000).quantile(u), abs=1e-4)


def test_a_range_that_holds_in_several_epochs_is_drawn_once(uncertain):
    frailties = {epoch.keys.segments["smb"].frailty for epoch in drawn(uncertain, 1, 0).epochs}
    assert len(uncertain.epochs) == 2
    assert len(frailties) == 1


DRAWS = 4_000


def test_uniform_numbers_are_uniform_and_independent(uncertain):
    u = np.array([[*uniforms(uncertain, 21, n).values()] for n in range(DRAWS)])
    found = Comparisons()
    found.add("mean", u.mean(axis=0), 0.5, math.sqrt(1 / 12 / DRAWS))
    found.add("square", (u**2).mean(axis=0), 1 / 3, math.sqrt(4 / 45 / DRAWS))
    pairs = [(i, j) for i in range(u.shape[1]) for j in range(i)]
    products = [((u[:, i] - 0.5) * (u[:, j] - 0.5)).mean() for i, j in pairs]
    found.add("product", products, 0.0, math.sqrt(1 / 144 / DRAWS))
    found.check()


# correlations

TOGETHER = UNCERTAIN + (
    "correlations:\n"
    "  - {between: [segments.smb.frailty, addons.support.cancel], is: 0.6}\n"
    "  - {between: [addons.support.cancel, offers.suite_start.acceptance], is: -0.5}\n"
)


def test_ranges_go_together_as_stated(uncertain):
    scenario = load(TOGETHER)
    z = stats.norm.ppf(np.array([[*uniforms(scenario, 8, n).values()] for n in range(DRAWS)]))
    columns = {path: z[:, i] for i, path in enumerate(scenario.uncertain)}
    frailty, cancel = columns["segments.smb.frailty"], columns["addons.support.cancel"]
    acceptance, price = columns["offers.suite_start.acceptance"], columns["plans.premium.price"]

    def family(rho: float) -> Comparisons:
        found = Comparisons()
        for name, one, other, value in (
            ("stated", frailty, cancel, rho),
            ("negative", cancel, acceptance, -0.5),
            ("not stated", frailty, acceptance, 0.0),
            ("another", frailty, price, 0.0),
        ):
            found.add(name, (one * other).mean(), value, math.sqrt((1 + value**2) / DRAWS))
        for one in columns.values():
            found.add("square", (one**2).mean(), 1.0, math.sqrt(2 / DRAWS))
        return found

    right, wrong = family(0.6), family(0.4)
    right.check()
    assert_noticed(right, wrong)
    before, after = uniforms(uncertain, 8, 1), uniforms(scenario, 8, 1)
    moved = {path for path in before if before[path] != after[path]}
    assert moved == {"addons.support.cancel", "offers.suite_start.acceptance"}


def test_a_correlation_more_leaves_the_draws_of_those_before_it():
    first, more = (
        (Correlation("a", "b", 0.5),),
        (Correlation("a", "b", 0.5), Correlation("b", "c", 0.3)),
    )
    own = {"a": 0.2, "b": 0.7, "c": 0.4, "d": 0.9}
    before, after = correlated(own, first), correlated(own, more)
    assert [before[key] == after[key] for key in "abcd"] == [True, True, False, True]
    assert correlated(own, ()) == own


def test_a_correlated_number_that_has_become_certain_is_no_mistake(tmp_path):
    (tmp_path / "base.yaml").write_text(TOGETHER)
    (tmp_path / "what_if.yaml").write_text("extends: base.yaml\nsegments: {smb: {frailty: 0.6}}\n")
    assert [one.one for one in load(tmp_path / "what_if.yaml").correlations] == ["addons.support.cancel"]


# the rest of the scenario room


def test_places_that_are_none_are_refused(uncertain):
    with pytest.raises(ValueError, match=r"has no range `segments.smb.frality`; did you mean `segments.smb.frailty`\?"):
        at(uncertain, {"segments.smb.frality": 0.5})
    with pytest.raises(ValueError, match="lies between 0 and 1, not 1"):
        at(uncertain, {"segments.smb.frailty": 1.0})
    with pytest.raises(ValueError, match="the seed must be between"):
        drawn(uncertain, -1, 0)


def test_some_ranges_can_be_given_values(uncertain):
    some = with_values(uncertain, {"segments.smb.frailty": "0.9", "plans.premium.price": "31_000"})
    assert set(uncertain.uncertain) - set(some.uncertain) == {"segments.smb.frailty", "plans.premium.price"}
    assert [epoch.keys.plans["premium"].price for epoch in drawn(some, 1, 1).epochs] == [310_000_000, 310_000_000]
    ours, theirs = uniforms(some, 1, 1), uniforms(uncertain, 1, 1)
    assert ours == {path: theirs[path] for path in ours}
    everything = with_values(uncertain, {one.path: one.likely for one in reversed(uncertain.ranges)})
    assert everything.ranges == ()
    with pytest.raises(ScenarioError, match="is not a number"):
        with_values(uncertain, {"segments.smb.frailty": "much"})
    with pytest.raises(ValueError, match="has no range"):
        with_values(uncertain, {"months": "12"})


def test_an_uncertain_scenario_is_not_compiled(uncertain):
    with pytest.raises(ValueError, match=r"scenario has ranges \(plans.premium.price, .*, …\): draw it first"):
        compile_model(uncertain)
    assert compile_model(likely(uncertain)).months == 24


def test_the_resolved_file_keeps_the_ranges():
    scenario = load(TOGETHER)
    again = load(scenario.resolved_yaml())
    assert again == scenario
    assert uniforms(again, 1, 1) == uniforms(scenario, 1, 1)
    assert scenario != load(TOGETHER.replace("high: 0.8}", "high: 0.9}"))
    assert scenario != load(TOGETHER.replace("is: 0.6", "is: 0.5"))
    assert load(TOGETHER).epochs == load(TOGETHER.replace("high: 0.8}", "high: 0.9}")).epochs
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_differences_tell_of_correlations():
    (one,) = differences(load(UNCERTAIN), load(TOGETHER))
    assert (one.key, one.before) == ("correlations", None)
    assert differences(load(TOGETHER), load(TOGETHER)) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_range_is_told(lang):
    scenario = load(TOGETHER)
    told = explain(scenario, lang)
    for path in scenario.uncertain:
        assert f"- {path}" in told
    for text in ("0.5% per month", "2% per month", "x1.1", "x1.9", "33,000", "40,000", "+0.6", "−0.5", "18%"):
        assert text in told
    assert "PERT" not in explain(likely(scenario), lang)


def test_the_schema_accepts_ranges():
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json_schema())
    assert [error.message for error in validator.iter_errors(values(TOGETHER))] == []
    for old, new in (("likely: 0.6,", "likly: 0.6,"), ("is: 0.6", "is: [1]"), ("alpha: 2, ", "")):
        assert old in TOGETHER
        assert not validator.is_valid(values(TOGETHER.replace(old, new)))


def test_a_wrong_rule_at_one_end_is_told_with_that_end():
    text = edited(
        ("terms: {annual: 30%}", "terms: {annual: 30%}\n    opening: {premium: {low: 1, likely: 2, high: 3}}")
    )
    assert problems(text)
    (one,) = problems(edited(("per_month: 80", "per_month: {low: 80, likely: 90, high: 5_000_000}")))
    assert one.key == "segments.smb.arrivals"
    assert one.message.endswith("(with all ranges at their highest)")


def test_the_shipped_study_has_ranges_with_sources():
    lines = (ROOT / "scenarios" / "premium_price" / "today.yaml").read_text().splitlines()
    ranged = [line for line in lines if "low:" in line or "sd:" in line or "alpha:" in line]
    assert len(ranged) >= 7
    assert all("#" in line for line in ranged if "acceptance" not in line or "#" in line)
    assert len(load(ROOT / "scenarios" / "premium_price" / "today.yaml").ranges) == len(ranged)
