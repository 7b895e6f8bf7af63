"""Each knob that decides about kinds: a tiny history on which its values differ, by hand."""

from __future__ import annotations

import pytest

from simulator.accounting.metrics import compute
from simulator.accounting.movements import Cause
from simulator.accounting.policy import DEFAULT, Policy
from simulator.accounting.totals import Totals
from tests.accounting.histories import Tale

EVENT = DEFAULT.with_knobs(grain="event")
BOTH = EVENT.with_knobs(new_and_churned="both")


def both_grains(tale: Tale, **knobs) -> dict[tuple, float]:
    """The movements, which must be the same at both grains."""
    policy = BOTH.with_knobs(**knobs)
    by_month = tale.movements("month", policy)
    assert by_month == tale.movements("event", policy)
    assert tale.counts("month", policy) == tale.counts("event", policy)
    return by_month


def metric(name: str, tale: Tale, policy: Policy) -> list[float]:
    return compute(Totals.of(tale.books(policy), policy))[name][0, :, 0].tolist()


# grain


def test_the_grain_decides_which_movements_feed_the_metrics():
    tale = Tale(months=1).opens(1, 100).pays(1, 0, 180, Cause.PLAN_UPGRADE).pays(1, 0, 150, Cause.SEATS)
    assert metric("expansion_mrr", tale, DEFAULT) == [50]
    assert metric("contraction_mrr", tale, DEFAULT) == [0]
    assert metric("expansion_mrr", tale, EVENT) == [80]
    assert metric("contraction_mrr", tale, EVENT) == [30]
    for grain in ("month", "event"):  # the books keep both
        assert tale.movements(grain, DEFAULT) == tale.movements(grain, EVENT)


# free_to_paid


@pytest.mark.parametrize(
    ("value", "line"),
    [("new", ("new", "upsell", "free_conversion")), ("expansion", ("expansion", "upsell", "free_conversion"))],
)
def test_a_free_customers_first_payment(value, line):
    tale = Tale(months=3).opens(1, 0).pays(1, 1, 70, Cause.PLAN_UPGRADE)
    assert both_grains(tale, free_to_paid=value) == {(1, *line): 70}


def test_who_signs_up_to_pay_and_whose_trial_converts_is_new_under_any_policy():
    tale = Tale(months=3).pays(1, 0, 50, Cause.SIGN_UP)
    tale._row(2, 0, 0, Cause.SIGN_UP, 0, 2, 0).pays(2, 1, 60, Cause.TRIAL_CONVERSION)
    assert both_grains(tale, free_to_paid="expansion") == {
        (0, "new", "none", "sign_up"): 50,
        (1, "new", "upsell", "trial_conversion"): 60,
    }


def test_who_was_not_there_at_the_last_month_end_is_new_at_month_grain():
    tale = Tale(months=2).pays(1, 1, 0, Cause.SIGN_UP).pays(1, 1, 70, Cause.PLAN_UPGRADE)
    policy = DEFAULT.with_knobs(free_to_paid="expansion")
    assert tale.movements("month", policy) == {(1, "new", "upsell", "free_conversion"): 70}
    assert tale.movements("event", policy) == {(1, "expansion", "upsell", "free_conversion"): 70}


# reactivation_gap


@pytest.mark.parametrize(
    ("gap", "kinds"),
    [
        ("any", ("reactivation", "reactivation", "reactivation")),
        ({"shortest": 2}, ("new", "reactivation", "reactivation")),
        ({"longest": 2}, ("reactivation", "reactivation", "new")),
        ({"shortest": 2, "longest": 2}, ("new", "reactivation", "new")),
    ],
)
def test_an_absence_outside_the_gap_makes_new(gap, kinds):
    """Customers 1, 2, 3 leave in month 1 and come back one, two and three months later."""
    tale = Tale(months=6)
    for customer in (1, 2, 3):
        tale.opens(customer, 100).leaves(customer, 1).pays(customer, 1 + customer, 80, Cause.WIN_BACK)
    moved = both_grains(tale, reactivation_gap=gap)
    assert moved == {(1, "churn", "none", "voluntary"): 300} | {
        (1 + k, kind, "none", "win_back"): 80 for k, kind in enumerate(kinds, start=1)
    }


def test_the_absence_counts_from_the_last_leaving_by_event_and_from_the_last_paying_month_end_by_month():
    tale = Tale(months=6).opens(1, 100).leaves(1, 1)
    tale.pays(1, 3, 60, Cause.WIN_BACK).leaves(1, 3).pays(1, 4, 70, Cause.WIN_BACK)
    policy = BOTH.with_knobs(reactivation_gap={"longest": 2})
    assert tale.movements("month", policy)[4, "new", "none", "win_back"] == 70
    assert tale.movements("event", policy)[4, "reactivation", "none", "win_back"] == 70


# reactivation_is


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("own kind", [("reactivation", "none", "win_back"), ("reactivation", "upsell", "free_conversion")]),
        ("expansion", [("expansion", "restoration", "win_back"), ("expansion", "upsell", "free_conversion")]),
    ],
)
def test_coming_back(value, lines):
    tale = Tale(months=4).opens(1, 100).leaves(1, 1).pays(1, 2, 40, Cause.WIN_BACK)
    tale.opens(2, 100).frees(2, 1).pays(2, 3, 30, Cause.PLAN_UPGRADE)
    moved = both_grains(tale, reactivation_is=value)
    assert (moved.pop((2, *lines[0])), moved.pop((3, *lines[1]))) == (40, 30)
    assert {key[1] for key in moved} == {"churn"}


def test_an_absence_outside_the_gap_is_new_even_where_returns_are_expansion():
    tale = Tale(months=4).opens(1, 100).leaves(1, 0).pays(1, 3, 40, Cause.WIN_BACK)
    moved = both_grains(tale, reactivation_is="expansion", reactivation_gap={"longest": 2})
    assert moved[3, "new", "none", "win_back"] == 40


# to_free


def test_moving_to_a_free_plan_is_churn_or_contraction():
    tale = Tale(months=4).opens(1, 100).frees(1, 1).pays(1, 2, 90, Cause.PLAN_UPGRADE)
    assert both_grains(tale, to_free="churn") == {
        (1, "churn", "none", "to_free"): 100,
        (2, "reactivation", "upsell", "free_conversion"): 90,
    }
    assert both_grains(tale, to_free="contraction") == {
        (1, "contraction", "none", "downgrade"): 100,
        (2, "expansion", "upsell", "plan_upgrade"): 90,
    }
    policy = DEFAULT.with_knobs(to_free="contraction")
    assert metric("free_customers", tale, policy) == [0, 1, 0, 0]
    assert metric("churned_customers", tale, policy) == [0, 0, 0, 0]
    assert metric("logo_churn_rate", tale, policy)[1] == 0
    assert metric("gross_mrr_churn_rate", tale, policy)[1] == 1
    assert metric("logo_churn_rate", tale, DEFAULT)[1] == 1


def test_who_leaves_from_the_free_plan_is_churned_then_without_mrr():
    tale = Tale(months=4).opens(1, 100).frees(1, 1).leaves(1, 2).opens(2, 0).leaves(2, 2)  # the second never paid
    assert both_grains(tale, to_free="contraction") == {(1, "contraction", "none", "downgrade"): 100}
    assert tale.counts("month", DEFAULT.with_knobs(to_free="contraction")) == {
        (1, "contraction", "none", "downgrade"): 1,
        (2, "churn", "none", "voluntary"): 1,
    }
    assert tale.counts("month") == {(1, "churn", "none", "to_free"): 1}


def test_a_movement_to_a_free_plan_stands_on_the_plan_it_leads_to_or_the_one_that_was_left():
    tale = Tale(months=2).opens(1, 100, plan=0).frees(1, 1, plan=2)
    for value, plan in (("churn", 0), ("contraction", 2)):
        books = tale.books(DEFAULT.with_knobs(to_free=value))
        for table in (books.month_amount, books.event_amount):
            assert table.sum(axis=(0, 1, 3)).nonzero()[0].tolist() == [plan]


# cancel_recognised: the rows say when; what is taken back is a return


def test_a_cancellation_that_is_taken_back_is_a_return():
    tale = Tale(months=4).opens(1, 100).leaves(1, 1).pays(1, 2, 100, Cause.WITHDRAWN)
    assert both_grains(tale, cancel_recognised="requested") == {
        (1, "churn", "none", "voluntary"): 100,
        (2, "reactivation", "none", "withdrawn"): 100,
    }


def test_a_cancellation_that_is_taken_back_within_a_month_is_nothing_at_month_grain():
    tale = Tale(months=2).opens(1, 100).leaves(1, 1).pays(1, 1, 100, Cause.WITHDRAWN)
    assert tale.movements("month") == {}


# new_and_churned


def brief() -> Tale:
    """Customer 1 comes, goes up, goes down and leaves within month 0; customer 2 comes and stays until month 1."""
    tale = Tale(months=2).pays(1, 0, 100, Cause.SIGN_UP).pays(1, 0, 150, Cause.PLAN_UPGRADE, plan=1)
    tale.pays(1, 0, 120, Cause.SEATS, plan=1).leaves(1, 0)
    return tale.pays(2, 0, 70, Cause.SIGN_UP).pays(2, 0, 80, Cause.SEATS).leaves(2, 1)


STAYS = {
    (0, "new", "none", "sign_up"): 70,
    (0, "expansion", "upsell", "seats"): 10,
    (1, "churn", "none", "voluntary"): 80,
}
COMES_AND_GOES = {
    (0, "new", "none", "sign_up"): 170,
    (0, "expansion", "upsell", "plan_upgrade"): 50,
    (0, "expansion", "upsell", "seats"): 10,
    (0, "contraction", "none", "seats"): 30,
    (0, "churn", "none", "voluntary"): 120,
    (1, "churn", "none", "voluntary"): 80,
}


@pytest.mark.parametrize(
    ("value", "moved", "new", "churned"),
    [("both", COMES_AND_GOES, 2, [1, 1]), ("neither", STAYS, 1, [0, 1]), ("new only", STAYS, 2, [0, 1])],
)
def test_who_comes_and_goes_within_a_month(value, moved, new, churned):
    policy = EVENT.with_knobs(new_and_churned=value)
    assert brief().movements("event", policy) == moved
    assert metric("new_customers", brief(), policy) == [new, 0]
    assert metric("churned_customers", brief(), policy) == churned
    assert brief().movements("month", policy) == {
        (0, "new", "none", "sign_up"): 80,
        (1, "churn", "none", "voluntary"): 80,
    }


def test_at_month_grain_the_events_beside_are_as_they_happened():
    assert DEFAULT.new_and_churned == "neither"
    assert brief().movements("event") == COMES_AND_GOES


@pytest.mark.parametrize(
    ("value", "kind"), [("both", "reactivation"), ("neither", "new"), ("new only", "reactivation")]
)
def test_who_was_not_counted_is_new_when_it_comes_back(value, kind):
    tale = Tale(months=3).pays(1, 0, 100, Cause.SIGN_UP).leaves(1, 0).pays(1, 2, 60, Cause.WIN_BACK)
    assert tale.movements("event", EVENT.with_knobs(new_and_churned=value))[2, kind, "none", "win_back"] == 60


def test_who_pauses_in_its_first_month_and_does_not_come_back_is_taken_back_whole():
    tale = Tale(months=2).pays(1, 0, 100, Cause.SIGN_UP).pauses(1, 0).leaves(1, 0)
    assert tale.counts("event", EVENT) == {}
    assert tale.counts("event", EVENT.with_knobs(new_and_churned="new only")) == {(0, "new", "none", "sign_up"): 1}


# pause


def test_a_pause_is_contraction_or_churn():
    tale = Tale(months=6).opens(1, 100).pauses(1, 1).pays(1, 3, 100, Cause.RESUME)
    assert both_grains(tale, pause="contraction") == {
        (1, "contraction", "downsell", "pause"): 100,
        (3, "expansion", "restoration", "resume"): 100,
    }
    assert both_grains(tale, pause="churn") == {
        (1, "churn", "none", "pause"): 100,
        (3, "reactivation", "none", "resume"): 100,
    }
    assert both_grains(tale, pause="churn", reactivation_gap={"longest": 1})[3, "new", "none", "resume"] == 100
    assert both_grains(tale, pause="churn", reactivation_is="expansion")[3, "expansion", "restoration", "resume"] == 100
    for policy in (DEFAULT, DEFAULT.with_knobs(pause="churn")):
        assert metric("paused_customers", tale, policy) == [0, 1, 1, 0, 0, 0]


def test_who_does_not_resume_churns_once():
    tale = Tale(months=4).opens(1, 100).pauses(1, 1).leaves(1, 2)
    once = {(1, "churn", "none", "pause"): 1}
    later = {(1, "contraction", "downsell", "pause"): 1, (2, "churn", "none", "voluntary"): 1}
    for grain in ("month", "event"):
        assert tale.counts(grain, DEFAULT.with_knobs(pause="churn")) == once
        assert tale.counts(grain, DEFAULT) == later


def test_a_pause_that_keeps_its_mrr_is_no_change():
    """The rows say so: present, with its MRR."""
    tale = Tale(months=4).opens(1, 100).pays(1, 1, 100, Cause.PAUSE).leaves(1, 2)
    assert both_grains(tale, pause="keeps MRR") == {(2, "churn", "none", "voluntary"): 100}


@pytest.mark.parametrize(("value", "kind"), [("contraction", "expansion"), ("churn", "reactivation")])
def test_who_is_on_a_pause_at_the_start_has_paid_before(value, kind):
    tale = Tale(months=2)._row(1, -1, 0, Cause.UNSPECIFIED, 0, 3, 0).pays(1, 1, 100, Cause.RESUME)
    assert {key[1] for key in both_grains(tale, pause=value)} == {kind}


# unpaid_counts: the rows say when; what is paid after all is a return


def test_what_is_paid_after_all_is_a_return():
    tale = Tale(months=4).opens(1, 100).leaves(1, 1, Cause.FAILED_PAYMENT).pays(1, 2, 100, Cause.FAILED_PAYMENT)
    assert both_grains(tale, unpaid_counts=30) == {
        (1, "churn", "none", "failed_payment"): 100,
        (2, "reactivation", "none", "payment_recovered"): 100,
    }


# net_churn_counts_reactivation


@pytest.mark.parametrize(("value", "rate"), [("no", 0.3 - 0.1), ("yes", 0.3 - 0.1 - 0.05)])
def test_net_churn_takes_reactivation_off_by_policy(value, rate):
    tale = Tale(months=2).opens(1, 30).opens(2, 70).opens(3, 5).leaves(3, 0)
    tale.leaves(1, 1).pays(2, 1, 80, Cause.SEATS).pays(3, 1, 5, Cause.WIN_BACK)
    policy = DEFAULT.with_knobs(net_churn_counts_reactivation=value)
    assert metric("net_mrr_churn_rate", tale, policy)[1] == pytest.approx(rate)
    assert metric("nrr_month", tale, policy)[1] == pytest.approx(1 - rate)
    assert metric("gross_mrr_churn_rate", tale, policy)[1] == pytest.approx(0.3)


# entity


def test_a_subscription_is_accounted_as_if_it_were_a_customer():
    """One company, two subscriptions: rows by customer (its sum) and by subscription."""
    by_customer = Tale(months=2).opens(1, 100).pays(1, 0, 160, Cause.ADDON).pays(1, 1, 60, Cause.UNSPECIFIED)
    by_subscription = Tale(months=2).opens(1, 100).pays(2, 0, 60, Cause.SIGN_UP).leaves(1, 1)
    assert {key[:2] for key in both_grains(by_customer)} == {(0, "expansion"), (1, "contraction")}
    assert {key[:2] for key in both_grains(by_subscription, entity="subscription")} == {(0, "new"), (1, "churn")}


# what would go wrong unnoticed


@pytest.mark.parametrize("name", ["chartmogul", "stripe", "baremetrics", "chargebee"])
def test_presets_do_not_give_what_the_default_gives(name):
    """One customer of each sort; a preset that came out as the default would be no preset."""
    tale = brief().opens(3, 100).pauses(3, 0).pays(3, 1, 100, Cause.RESUME).opens(4, 100).frees(4, 0)
    tale.opens(5, 100).leaves(5, 0).pays(5, 1, 50, Cause.WIN_BACK)
    policy = Policy.preset(name)
    mine, default = (compute(Totals.of(tale.books(p), p)) for p in (policy, DEFAULT))
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    assert any((mine[f"{kind}_mrr"] != default[f"{kind}_mrr"]).any() for kind in kinds)
    assert (mine["closing_mrr"] == default["closing_mrr"]).all()
