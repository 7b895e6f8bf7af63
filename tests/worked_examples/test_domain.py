"""The worked figures of DOMAIN.md, through the public interface: a scenario in, a result out."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

import simulator as sim

CASES = json.loads((Path(__file__).parents[1] / "data" / "japanese_examples.json").read_text(encoding="utf-8"))["cases"]


def case(url: str) -> dict:
    return next(case for case in CASES if url in case["url"])


def run(months: int = 2, **blocks):
    """Run a scenario in which everything happens on dates; customers sign up at the start."""
    tree = {"language": 1, "currency": "JPY", "start": "2026-01", "months": months, **blocks}
    plans = tree["plans"]
    for segment in tree["segments"].values():
        segment.setdefault("cancel", dict.fromkeys(plans, "0% per month"))
        segment.setdefault("opening_tenure", "0 months")
    return sim.run(sim.load(yaml.safe_dump(tree, sort_keys=False)), replications=1)


def figure(result, name: str, month: int = 0, segment: str = "all") -> float | None:
    return result.metric(name, segment)["mean"][month]


def figures(result, *names: str, month: int = 0) -> list[float | None]:
    return [figure(result, name, month) for name in names]


def offered(motion: str, to: str, segment: str, when: str = "0.5 months", **more) -> dict:
    return {
        "motion": motion,
        "to": to,
        "when": {"tenure": when},
        "who": {"segments": segment},
        "acceptance": "100%",
        **more,
    }


def reasons(result, month: str = "2026-01") -> dict[tuple[str, str, str], float]:
    rows = (
        result.movements.filter(pl.col("month") == month).group_by("kind", "motion", "reason").agg(pl.col("mean").sum())
    )
    return {row[:3]: row[3] for row in rows.iter_rows()}


def leaving(plan: str, count: int) -> dict:
    """Customers who all leave at the end of their first month."""
    return {"opening": {plan: count}, "cancel": {plan: "1_000_000 per month"}}


def with_all_plans(segments: dict, plans: dict) -> dict:
    for segment in segments.values():
        segment["cancel"] = dict.fromkeys(plans, "0% per month") | segment.get("cancel", {})
    return segments


def test_1_expansion_is_upsell_and_cross_sell():
    """6 Basic, 4 Premium = 14,000; then 4 Basic, 1 Basic with Support, 5 Premium = 15,100."""
    result = run(
        plans={"basic": {"price": 1_000}, "premium": {"price": 2_000}},
        addons={"support": {"price": 100}},
        segments={
            "stays": {"opening": {"basic": 4, "premium": 4}},
            "grows": {"opening": {"basic": 1}},
            "adds": {"opening": {"basic": 1}},
        },
        offers={"up": offered("upsell", "premium", "grows"), "add": offered("cross_sell", "support", "adds")},
    )
    assert figures(result, "opening_mrr", "closing_mrr") == [14_000, 15_100]
    assert figures(result, "expansion_mrr", "upsell_mrr", "cross_sell_mrr") == [1_100, 1_000, 100]
    assert figures(result, "new_mrr", "contraction_mrr", "churn_mrr", "reactivation_mrr") == [0, 0, 0, 0]
    assert figure(result, "expansion_rate") == pytest.approx(1_100 / 14_000)


def test_2_a_rise_is_expansion_and_a_fall_contraction():
    result = run(
        plans={
            "small": {"price": 50_000},
            "middle": {"price": 70_000},
            "large": {"price": 80_000},
            "old": {"price": 100_000},
        },
        segments={"rises": {"opening": {"small": 1}}, "falls": {"opening": {"old": 1}}},
        offers={
            "up": offered("upsell", "large", "rises"),
            "down": offered("downsell", "middle", "falls", takes_effect="now"),
        },
    )
    assert figure(result, "expansion_mrr", segment="rises") == 30_000
    assert figure(result, "contraction_mrr", segment="falls") == 30_000
    assert figures(result, "opening_mrr", "closing_mrr") == [150_000, 150_000]


def test_3_upsell_cross_sell_and_contraction_of_three_customers():
    result = run(
        months=3,
        plans={
            "standard": {"price": 100_000},
            "premium": {"price": 200_000},
            "old_premium": {"price": 300_000, "sold": "nobody"},
            "small": {"price": 150_000},
        },
        ladder=["standard", "premium"],
        addons={"option": {"price": 50_000}},
        segments={
            "a": {"opening": {"standard": 1}},
            "b": {"opening": {"standard": 1}},
            "c": {"opening": {"old_premium": 1}},
        },
        offers={
            "up": offered("upsell", "premium", "a"),
            "add": offered("cross_sell", "option", "b"),
            "down": offered("downsell", "small", "c", takes_effect="now"),
        },
    )
    assert reasons(result) == {
        ("expansion", "upsell", "plan_upgrade"): 100_000,
        ("expansion", "cross_sell", "addon"): 50_000,
        ("contraction", "downsell", "rescue"): 150_000,
    }


def test_5_net_churn_rate_takes_expansion_off_churn_and_contraction():
    """Opening 1,000,000: churn 50,000, contraction 20,000, expansion 100,000: -3 %, negative churn."""
    plans = {"p10": {"price": 10_000}, "p30": {"price": 30_000}, "p50": {"price": 50_000}}
    segments = {
        "leaves": {"opening": {"p50": 1}, "cancel": {"p50": "1_000_000 per month"}},
        "falls": {"opening": {"p30": 1}},
        "rises": {"opening": {"p10": 5}},
        "stays": {"opening": {"p10": 87}},
    }
    result = run(
        plans=plans,
        segments=with_all_plans(segments, plans),
        cancellation={"takes_effect": "immediate"},
        offers={
            "up": offered("upsell", "p30", "rises"),
            "down": offered("downsell", "p10", "falls", takes_effect="now"),
        },
    )
    assert figures(result, "opening_mrr", "churn_mrr", "contraction_mrr", "expansion_mrr") == [
        1_000_000,
        50_000,
        20_000,
        100_000,
    ]
    assert figure(result, "net_mrr_churn_rate") == pytest.approx(-0.03)
    assert figure(result, "gross_mrr_churn_rate") == pytest.approx(0.07)
    assert figure(result, "logo_churn_rate") == pytest.approx(1 / 94)


def test_6_monthly_nrr_is_one_minus_net_churn_and_mrr_grows_without_a_new_customer():
    plans = {"p10": {"price": 10_000}, "p12": {"price": 12_000}}
    result = run(
        months=13,
        plans=plans,
        segments={"all_": {"opening": {"p10": 10}}},
        offers={"up": offered("upsell", "p12", "all_", when="3.5 months")},
    )
    assert figure(result, "net_mrr_churn_rate", 3) == pytest.approx(-0.2)
    assert figure(result, "nrr_month", 3) == pytest.approx(1.2)
    assert figure(result, "nrr_12m", 11) == pytest.approx(1.2)
    assert figure(result, "grr_12m", 11) == pytest.approx(1.0)
    assert figure(result, "nrr_compounded_12m", 11) == pytest.approx(1.2)
    assert figure(result, "new_customers", 3) == 0
    assert figure(result, "closing_mrr", 12) == 120_000


def test_7_revenue_over_a_lifetime_is_average_price_times_lifetime():
    """Ten customers at 10,000, one leaves in the fourth month: nine pay on, exposure 39.5 months, one has left."""
    plans = {"p": {"price": 10_000}}
    segments = {"stays": {"opening": {"p": 9}}, "leaves": leaving("p", 1)}
    segments["leaves"]["cancel"] = {"p": "0% per month"}
    changes = [{"at": "2026-04", "set": {"segments.leaves.cancel.p": "1_000_000 per month"}}]
    result = run(months=5, plans=plans, segments=segments, changes=changes, cancellation={"takes_effect": "immediate"})
    assert figure(result, "ltv_revenue", 2) is None  # nobody has left yet
    assert figure(result, "ltv_revenue", 3) == pytest.approx(10_000 * (3 * 10 + 9.5))


def test_12_month_retention_caps_each_customer_and_not_the_total():
    """One doubles, one leaves: NRR 100 %, GRR 50 %."""
    plans = {"p": {"price": 10_000}, "q": {"price": 20_000}}
    segments = {"rises": {"opening": {"p": 1}}, "leaves": leaving("p", 1)}
    result = run(
        months=12, plans=plans, segments=with_all_plans(segments, plans), offers={"up": offered("upsell", "q", "rises")}
    )
    assert figures(result, "nrr_12m", "grr_12m", month=11) == [pytest.approx(1.0), pytest.approx(0.5)]


def test_a_price_rise_never_passes_for_customers_choosing_more():
    changes = [{"at": "2026-03", "set": {"plans.p.price": 11_000}, "existing": "now"}]
    result = run(months=12, plans={"p": {"price": 10_000}}, segments={"s": {"opening": {"p": 10}}}, changes=changes)
    assert figures(result, "expansion_mrr", "price_mrr", "upsell_mrr", "cross_sell_mrr", month=2) == [
        10_000,
        10_000,
        0,
        0,
    ]
    assert figure(result, "expansion_rate_chosen", 2) == 0
    assert figures(result, "nrr_12m", "nrr_12m_without_price", month=11) == [pytest.approx(1.1), pytest.approx(1.0)]


@pytest.mark.parametrize(("url", "customers"), [("words-nrr-ndr", 100), ("what-is-mrr", 1_000)])
def test_mrr_is_price_times_customers(url, customers):
    result = run(plans={"p": {"price": 5_000}}, segments={"s": {"opening": {"p": customers}}})
    assert figure(result, "closing_mrr") == case(url)["expected"]["MRR_yen"]


def test_churn_of_customers_is_not_churn_of_revenue():
    """A pays 10,000, B pays 100,000 and leaves: half of the customers, 91 % of the revenue."""
    plans = {"a": {"price": 10_000}, "b": {"price": 100_000}}
    result = run(
        plans=plans,
        segments=with_all_plans({"s": {"opening": {"a": 1, "b": 1}, "cancel": {"b": "1_000_000 per month"}}}, plans),
        cancellation={"takes_effect": "immediate"},
    )
    computed = case("summary-churn-rate")["computed"]
    assert figure(result, "logo_churn_rate") * 100 == computed["customer_churn_pct"]
    assert figure(result, "gross_mrr_churn_rate") * 100 == pytest.approx(computed["revenue_churn_pct"], abs=0.005)


def test_an_annual_contract_counts_a_twelfth_a_month():
    result = run(
        months=12,
        plans={"p": {"price": 100_000, "term_discount": {"annual": "0%"}}},
        terms={"annual": "12 months"},
        segments={"s": {"opening": {"p": 1}, "terms": {"annual": "100%"}}},
    )
    expected = case("summary-churn-rate")["expected"]["MRR_annual_contract_yen"]
    assert [figure(result, "closing_mrr", month) for month in range(12)] == [expected] * 12


def test_customers_of_a_year_ago_who_have_left():
    """100 contracts a year ago, 20 of them cancelled since: 20 % a year."""
    segments = {"stays": {"opening": {"p": 80}}, "leaves": leaving("p", 20)}
    result = run(months=12, plans={"p": {"price": 1_000}}, segments=segments)
    assert (1 - figure(result, "grr_12m", 11)) * 100 == pytest.approx(
        case("churn-rate-calculation")["expected"]["annual_customer_churn_pct"]
    )


def test_net_new_mrr_is_new_less_churned():
    """New 45,000 against churned 38,000, then against 22,000: 7,000 and 23,000, 276,000 a year."""
    expected = case("glossary/mrr")["expected"]
    for churned, net in ((38, expected["net_new"]), (22, expected["net_new_after"])):
        segments = {
            "stays": {"opening": {"p": 100}},
            "leaves": leaving("p", churned),
            "comes": {"arrivals": {"per_month": 4_000_000 - 1, "market": 45}, "choose": {"p": "100%"}},
        }
        result = run(plans={"p": {"price": 1_000}}, segments=segments, cancellation={"takes_effect": "immediate"})
        assert figures(result, "new_mrr", "churn_mrr", "net_new_mrr") == [45_000, churned * 1_000, net]
    assert figure(result, "net_new_mrr") * 12 == expected["annualised"]
