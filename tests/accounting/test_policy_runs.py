"""Each knob in a small world whose every step is known: what a run books under its values."""

from __future__ import annotations

import polars as pl
import pytest

import simulator
from simulator.scenario.policy_reach import knobs_that_matter
from tests.mechanisms.world import BASE, SURELY, World, after, merged, offer, smb, text

DAYS = 30.4375


def world(accounting, **blocks) -> World:
    return World(accounting=accounting, **blocks)


def steps(world: World) -> list[tuple[float, str, float]]:
    """Time, cause and MRR after each step that moved money, to the thousandth of a month."""
    return [(round(time, 3), cause, after) for time, cause, after in world.changes]


# grain


def test_movements_and_metrics_are_of_the_grain_and_runs_keep_both():
    """Up by 1,000 and by 2,000 and down to 300 within month 0."""
    offers = {
        "up": offer("upsell", after(0.1), "plus"),
        "further": offer("upsell", after(0.2), "top"),
        "down": offer("downsell", after(0.3), "lite"),
    }
    blocks = {"months": 2, "offers": offers, "plan_changes": {"downgrade": "now"}}
    found = {}
    for grain in ("month", "event"):
        tree = merged(BASE, {**blocks, "accounting": {"grain": grain}})
        result = simulator.run(simulator.load(text(tree)), replications=1)
        kinds = dict(result.movements.group_by("kind").agg(pl.col("mean").sum()).iter_rows())
        expansion = result.metric("expansion_mrr")["mean"][0]
        found[grain] = (kinds, expansion)
        tables = result.runs.filter(pl.col("table").str.starts_with("movement"))
        assert set(tables["table"]) == {"movement", "movement_event"}
        assert result.summary["policy"]["knobs"]["grain"] == grain
        for name in ("movements", "bridge"):
            result.figure(name)
    assert found["month"] == ({"contraction": 700.0}, 0.0)
    assert found["event"] == ({"expansion": 3_000.0, "contraction": 3_700.0}, 3_000.0)


def test_the_summary_names_the_policy_and_what_it_can_act_on():
    tree = merged(BASE, {"months": 1, "accounting": {"preset": "stripe", "unpaid_counts": "20 days"}})
    policy = simulator.run(simulator.load(text(tree)), replications=1).summary["policy"]
    assert policy["preset"] == "stripe"
    assert policy["set"] == {"unpaid_counts": "20 days"}
    assert policy["knobs"]["metered"] == "excluded"
    assert policy["matters"] == list(knobs_that_matter(simulator.load(text(tree))))


def rest_or_cut(to: dict) -> dict:
    return {"offers": {"stay": offer("downsell", after(1), to)}}


NO_FREE_PLAN = {
    "plans": {"free": None},
    "ladder": ["basic", "plus", "top"],
    "segments": {"smb": {"cancel": {"free": None}}},
}
METERED = {
    "plans": {"top": {"usage_price": {"mode": "per_unit", "unit": 1}}},
    "ladder": None,
    "segments": {"smb": {"usage": {"median": 1}}},
}
FAILING = {"segments": {"smb": {"failed_payment": {"rate": "1% per month", "within": "9 days"}}}}
WITH_FREE = {"free_to_paid", "to_free", "reactivation_gap", "reactivation_is", "net_churn_counts_reactivation"}


@pytest.mark.parametrize(
    ("blocks", "more", "fewer"),
    [
        ({}, set(), set()),
        (NO_FREE_PLAN, set(), WITH_FREE),
        ({"cancellation": {"takes_effect": "term_end"}}, {"cancel_recognised"}, set()),
        ({"accounting": {"grain": "event"}}, {"new_and_churned"}, set()),
        (rest_or_cut({"discount": "30%", "for": "1 month", "stays": "1"}), {"discounts"}, set()),
        (rest_or_cut({"pause": "1 month", "resumes": "1"}), {"pause"}, set()),
        (METERED, {"metered"}, set()),
        (FAILING, {"unpaid_counts"}, set()),
        ({"accounting": {"reactivation_is": "expansion"}}, set(), {"net_churn_counts_reactivation"}),
    ],
)
def test_which_knobs_can_matter(blocks, more, fewer):
    scenario = simulator.load(text(merged(BASE, blocks)))
    assert set(knobs_that_matter(scenario)) == ({"grain"} | WITH_FREE | more) - fewer


def test_a_split_is_one_subscription_of_several_plans():
    """So a policy that compares subscriptions finds nothing else."""
    offers = {"split": offer("downsell", after(0.5), {"split": {"plan": "lite", "count": 2}})}
    by = [world({"entity": entity}, months=2, offers=offers) for entity in ("customer", "subscription")]
    assert by[0].lines() == by[1].lines() == {("contraction", "downsell", "split"): 400}


# free plans


def test_from_and_to_a_free_plan():
    to_free = {"months": 3, "segments": smb(downgrade=SURELY), "plan_changes": {"downgrade": "now"}}
    assert world("default", **to_free).lines() == {("churn", "none", "to_free"): 1_000}
    assert world("chargebee", **to_free).lines() == {("contraction", "none", "downgrade"): 1_000}
    from_free = {"months": 3, "segments": smb({"free": 1}), "offers": {"up": offer("upsell", after(0.5), "basic")}}
    assert world("default", **from_free).lines() == {("new", "upsell", "free_conversion"): 1_000}
    assert world("chargebee", **from_free).lines() == {("expansion", "upsell", "free_conversion"): 1_000}
    for preset in ("default", "chargebee"):
        assert world(preset, **from_free).lines("month") == world(preset, **from_free).lines("event")


# coming back


@pytest.mark.parametrize(
    ("accounting", "line"),
    [
        ({}, ("reactivation", "none", "win_back")),
        ({"reactivation_is": "expansion"}, ("expansion", "restoration", "win_back")),
        ({"reactivation_gap": {"longest": "2 months"}}, ("reactivation", "none", "win_back")),
        ({"reactivation_gap": {"longest": "1 month"}}, ("new", "none", "win_back")),
        ({"reactivation_gap": {"shortest": "3 months"}}, ("new", "none", "win_back")),
    ],
)
def test_coming_back_after_two_months(accounting, line):
    back = {"back": offer("win_back", {"churned_for": "2 months"}, "plus")}
    one = world(accounting, months=4, segments=smb(cancel={"basic": SURELY}), offers=back)
    for grain in ("month", "event"):
        lines = one.lines(grain)
        assert lines == {line: 2_000} | ({("churn", "none", "voluntary"): 1_000} if grain == "event" or line else {})


# cancel_recognised


def asking(**accounting) -> World:
    return world(
        accounting, months=4, segments=smb(cancel={"basic": SURELY}), cancellation={"takes_effect": "term_end"}
    )


def test_churn_is_booked_when_it_takes_effect_or_when_it_is_asked_for():
    late, soon = asking(), asking(cancel_recognised="requested")
    assert steps(late) == [(1.0, "voluntary", 0)]
    assert steps(soon) == [(0.0, "voluntary", 0)]
    assert (late.mrr, soon.mrr) == ([1_000, 1_000, 0, 0, 0], [1_000, 0, 0, 0, 0])
    assert late.lines() == soon.lines() == {("churn", "none", "voluntary"): 1_000}
    assert sum(soon.customers().values()) == 1


def test_who_has_asked_is_counted_no_more_but_is_there_until_the_end_of_its_term():
    soon = asking(cancel_recognised="requested")
    assert soon.stock("paying").tolist() == [1, 0, 0, 0, 0]
    assert soon.stock("free").sum() == 0
    assert [(step.time >= 1.0, step.plan) for step in soon.steps] == [(False, "basic"), (True, None)]


def test_a_pending_leavers_bill_moves_nothing_more():
    """A price rise in month 1 reaches it before it leaves, and is no movement."""
    blocks = {
        "months": 6,
        "segments": smb(cancel={"basic": SURELY}),
        "cancellation": {"takes_effect": "term_end", "notice": "2.5 months"},
        "changes": [{"at": "2026-02", "set": {"plans.basic.price": 1_500}, "existing": "now"}],
    }
    assert world({}, **blocks).lines() == {
        ("expansion", "price", "price_change"): 500,
        ("churn", "none", "voluntary"): 1_500,
    }
    requested = world({"cancel_recognised": "requested"}, **blocks)
    assert requested.lines() == {("churn", "none", "voluntary"): 1_000}


# new_and_churned


@pytest.mark.parametrize(("value", "new", "churned"), [("both", 5, 5), ("neither", 0, 0), ("new only", 5, 0)])
def test_who_signs_up_and_leaves_within_the_month(value, new, churned):
    segments = {
        "smb": {"opening": None, "arrivals": {"per_month": 5}, "choose": {"basic": "100%"}, "cancel": {"basic": SURELY}}
    }
    one = world({"grain": "event", "new_and_churned": value}, months=3, segments=segments)
    came = one.counted("sign_ups")
    assert came > 5
    amount = 1_000 * came * (value == "both")
    assert (sum(one.lines().values()), one.lines("month")) == (2 * amount, {})
    customers = one.customers()
    assert customers.get(("new", "none", "sign_up"), 0) == came * (new > 0)
    assert customers.get(("churn", "none", "voluntary"), 0) == came * (churned > 0)


# discounts


@pytest.mark.parametrize(
    ("value", "changes", "lost"),
    [
        ("all", [(0.5, "discount", 700), (3.5, "voluntary", 0)], 700),
        ("lasting", [(3.5, "voluntary", 0)], 1_000),
        ("none", [(3.5, "voluntary", 0)], 1_000),
    ],
)
def test_a_discount_that_ends(value, changes, lost):
    offers = {"cut": offer("downsell", after(0.5), {"discount": "30%", "for": "3 months", "stays": "0%"})}
    one = world({"discounts": value}, months=5, offers=offers)
    assert steps(one) == changes
    assert one.lines()["churn", "none", "voluntary"] == lost
    assert one.offered("cut", "ended") == 1


@pytest.mark.parametrize(("value", "gained"), [("all", 360), ("lasting", 360), ("none", 400)])
def test_what_a_bundle_saves_has_no_end(value, gained):
    one = world(
        {"discounts": value},
        months=2,
        addons={"care": {"price": 100}, "disk": {"price": 300}},
        bundles={"pack": {"of": ["care", "disk"], "discount": "10%"}},
        offers={"pack": offer("cross_sell", after(0.5), "pack")},
    )
    assert one.lines() == {("expansion", "cross_sell", "bundle"): gained}


# metered


def using(metered: str, **plan) -> World:
    """A plan of 1,000 with a unit price of 1; usage 100, 10 % more each month."""
    return world(
        {"metered": metered},
        months=5,
        plans={"basic": {"usage_price": {"mode": "per_unit", "unit": 1}, **plan}},
        ladder=["free", "plus", "top"],
        segments=smb(usage={"median": 100, "spread": 0, "growth": "10% per month"}),
    )


@pytest.mark.parametrize(
    ("metered", "mrr"),
    [
        ("billed", [1_100, 1_100, 1_110, 1_121, 1_133.1, 1_146.41]),
        ("excluded", [1_000] * 6),
        ("mean of 3 months", [1_100, 1_100, 1_105, 1_110.3333, 1_121.3667, 1_133.5033]),
    ],
)
def test_usage_in_mrr(metered, mrr):
    assert using(metered).mrr == mrr


def test_a_plans_minimum_counts_where_usage_does_not():
    assert using("excluded", minimum=1_050).mrr == [1_050] * 6
    assert using("billed", minimum=1_120).mrr == [1_120, 1_120, 1_120, 1_121, 1_133.1, 1_146.41]


def test_the_mean_of_usage_starts_anew_on_another_plan():
    one = world(
        {"metered": "mean of 3 months"},
        months=5,
        plans={
            "basic": {"usage_price": {"mode": "per_unit", "unit": 1}},
            "plus": {"usage_price": {"mode": "per_unit", "unit": 2}},
        },
        ladder=["free", "top"],
        segments=smb(usage={"median": 100, "spread": 0, "growth": "10% per month"}),
        offers={"up": offer("upsell", after(2.5), "plus")},
    )
    # from 2.5 on 2,000 and twice the usage of the month (121, 133.1, 146.41), in its mean since then
    assert one.mrr == [1_100, 1_100, 1_105, 2_242, 2_254.1, 2_267.0067]


# pause


@pytest.mark.parametrize(
    ("value", "resumes", "lines"),
    [
        (
            "contraction",
            "100%",
            {("contraction", "downsell", "pause"): 1_000, ("expansion", "restoration", "resume"): 1_000},
        ),
        ("contraction", "0%", {("contraction", "downsell", "pause"): 1_000}),
        ("churn", "100%", {("churn", "none", "pause"): 1_000, ("reactivation", "none", "resume"): 1_000}),
        ("churn", "0%", {("churn", "none", "pause"): 1_000}),
        ("keeps MRR", "100%", {}),
        ("keeps MRR", "0%", {("churn", "none", "voluntary"): 1_000}),
    ],
)
def test_a_pause(value, resumes, lines):
    offers = {"pause": offer("downsell", after(0.5), {"pause": "3 months", "resumes": resumes})}
    one = world({"pause": value}, months=6, offers=offers)
    assert one.lines("month") == one.lines("event") == lines
    churned = sum(n for line, n in one.customers().items() if line[0] == "churn")
    assert churned == (0 if resumes == "100%" and value != "churn" else 1)
    assert one.stock("paused").tolist() == [0, *[0 if value == "keeps MRR" else 1] * 3, 0, 0, 0]
    keeps = value == "keeps MRR"
    assert one.stock("paying").tolist() == [1, *[int(keeps)] * 3, *[int(resumes == "100%")] * 3]
    assert one.counter("pause_lost").sum() == (0 if resumes == "100%" else 1_000 * 10_000)


# unpaid_counts


def unpaid(counts: str, recovered: str) -> World:
    """A payment that fails at once and is chased for 25 days."""
    failed = {"rate": SURELY, "recovered": recovered, "within": "25 days"}
    return world({"unpaid_counts": counts}, months=1, segments=smb(failed_payment=failed))


@pytest.mark.parametrize(
    ("counts", "recovered", "changes", "lines"),
    [
        ("until ended", "0%", [(25, 0)], {("churn", "none", "failed_payment"): 1_000}),
        ("10 days", "0%", [(10, 0)], {("churn", "none", "failed_payment"): 1_000}),
        ("0 days", "0%", [(0, 0)], {("churn", "none", "failed_payment"): 1_000}),
        ("26 days", "0%", [(25, 0)], {("churn", "none", "failed_payment"): 1_000}),
        ("until ended", "100%", [], {}),
        (
            "10 days",
            "100%",
            [(10, 0), (25, 1_000)],
            {("churn", "none", "failed_payment"): 1_000, ("reactivation", "none", "payment_recovered"): 1_000},
        ),
    ],
)
def test_what_is_unpaid_counts_for_some_days(counts, recovered, changes, lines):
    one = unpaid(counts, recovered)
    assert [(round(time * DAYS, 2), mrr) for time, _, mrr in one.changes] == changes
    assert one.lines() == lines
    assert all(n == 1 for n in one.customers().values())
    assert one.stock("paying").tolist() == [1, int(recovered == "100%")]
    assert one.stock("free").sum() == 0
    if recovered == "0%":
        assert [step.plan for step in one.steps] == ["basic", None][-len(one.steps) :]
        assert round(one.steps[-1].time * DAYS, 2) == 25  # it leaves when it leaves


@pytest.mark.parametrize("to_free", ["churn", "contraction"])
def test_who_does_not_count_for_its_unpaid_bill_has_not_become_free(to_free):
    """The month ends between the 10 days for which the bill counts and the 40 in which it is chased."""
    failed = {"rate": SURELY, "within": "40 days"}
    accounting = {"unpaid_counts": "10 days", "to_free": to_free}
    one = world(accounting, months=2, segments=smb(failed_payment=failed))
    assert one.lines() == one.lines("month") == {("churn", "none", "failed_payment"): 1_000}
    assert one.stock("paying").tolist() == [1, 0, 0]
    assert one.stock("free").tolist() == [0, 0, 0]


# behaviour


def test_a_bill_shock_comes_from_the_bill_not_from_what_counts():
    """Usage that is excluded from MRR still shocks: the same customer leaves at the same time."""
    blocks = {
        "months": 8,
        "plans": {"basic": {"usage_price": {"mode": "per_unit", "unit": 10}}},
        "ladder": ["free", "plus", "top"],
        "segments": smb(
            usage={"median": 100, "spread": 0, "growth": "60% per month"}, cancel={"basic": "1% per month"}
        ),
        "retention": {"bill_shock": {"above": "x1.2", "factor": "x1_000_000", "for": "1 month"}},
    }
    billed, excluded = world("default", **blocks), world({"metered": "excluded"}, **blocks)
    (left,), (also,) = billed.events("voluntary"), excluded.events("voluntary")
    assert left["time"] == also["time"] < 8
    assert left["before"] > also["before"] == 1_000 * 10_000
