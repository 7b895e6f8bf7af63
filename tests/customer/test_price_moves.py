"""Changed prices: who pays them, from when on, and what that does to the cancel rate."""

import pytest

from tests.customer.stories import Step, Story, annual, cross_sell, merged, upsell

MOVED = Step(3.0, "price_change", 1_000, 1_200, "basic")


def dearer(existing, date="2026-04", price=1_200, **more):
    return {"changes": [{"at": date, "set": {"plans.basic.price": price}, "existing": existing, **more}]}


def test_kept_prices_move_nobody():
    assert Story(dearer("keep")).steps == []


def test_a_move_now_is_expansion_by_price():
    story = Story(dearer("now"))
    assert story.steps == [MOVED]
    assert story.line(0) == ("expansion", "price", "price_change")


def test_a_lower_price_is_contraction_by_price():
    assert Story(dearer("now", price=800)).line(0) == ("contraction", "none", "price_change")


@pytest.mark.parametrize(("after", "time"), [("2 months", 5.0), ("1.5 months", 4.5), ("1 year", 15.0)])
def test_a_move_after_a_while(after, time):
    assert Story(dearer({"after": after})).steps == [MOVED._replace(time=time)]


def test_a_move_at_renewal_of_a_longer_term():
    assert Story(dearer("at_renewal"), segments=annual()).steps == [Step(12.0, "price_change", 900, 1_080, "basic")]


def test_a_move_at_renewal_of_a_monthly_term_is_at_the_anniversary(tmp_path):
    (tmp_path / "base.csv").write_text("customer_id,plan,tenure_months\nA,basic,2.75\n")  # anniversaries at 0.25 + k
    segments = {"smb": {"opening": str(tmp_path / "base.csv"), "opening_tenure": None}}
    assert Story(dearer("at_renewal"), segments=segments).steps == [MOVED._replace(time=3.25)]


def test_a_newer_move_replaces_one_that_waits():
    changes = [
        {"at": "2026-03", "set": {"plans.basic.price": 1_100}, "existing": {"after": "6 months"}},
        {"at": "2026-05", "set": {"plans.basic.price": 1_300}, "existing": {"after": "1 month"}},
    ]
    assert Story({"changes": changes}).steps == [Step(5.0, "price_change", 1_000, 1_300, "basic")]


def test_until_restores_the_list_and_not_what_was_moved():
    assert Story(dearer("now", until="2026-07")).steps == [MOVED]


def test_until_restores_what_later_customers_pay():
    segments = {"smb": {"opening": {"basic": 0}, "arrivals": {"per_month": 20}, "choose": {"basic": "100%"}}}
    story = Story(dearer("keep", until="2026-07") | {"months": 9}, segments=segments)
    paid = {(3.0 <= step.time < 6.0): step.after for step in story.steps}
    assert paid == {True: 1_200, False: 1_000}


def test_each_item_keeps_the_price_of_the_day_it_was_bought():
    """An add-on bought after the change is dear; the plan bought before it stays cheap, and the other way round."""
    both = {"plans.basic.price": 1_200, "addons.care.price": 150}
    changes = [{"at": "2026-04", "set": both, "existing": "keep"}]
    story = Story({"changes": changes}, offers={"care": cross_sell("care", "5 months")})
    assert story.steps == [Step(5.0, "addon", 1_000, 1_150, "basic")]
    early = Story(
        {"changes": changes}, offers={"care": cross_sell("care", "1 month"), "up": upsell("plus", "5 months")}
    )
    assert early.steps[-1] == Step(5.0, "plan_upgrade", 1_100, 2_100, "plus")


def test_moved_items_are_the_changed_ones_alone():
    changes = [
        {"at": "2026-04", "set": {"plans.basic.price": 1_200}, "existing": "keep"},
        {"at": "2026-06", "set": {"addons.care.price": 150}, "existing": "now"},
    ]
    story = Story({"changes": changes}, offers={"care": cross_sell("care", "1 month")})
    assert story.steps[-1] == Step(5.0, "price_change", 1_100, 1_150, "basic")


def test_a_changed_price_factor_moves_plan_and_addons_of_its_segment():
    changes = [{"at": "2026-04", "set": {"segments.smb.price_factor": "x1.5"}, "existing": "now"}]
    story = Story({"changes": changes}, offers={"care": cross_sell("care", "1 month")})
    assert story.steps[-1] == Step(3.0, "price_change", 1_100, 1_650, "basic")


def test_a_changed_term_discount_moves_those_on_the_term():
    changes = [{"at": "2026-04", "set": {"plans.basic.term_discount.annual": "25%"}, "existing": "now"}]
    assert Story({"changes": changes}, segments=annual()).steps == [Step(3.0, "price_change", 900, 750, "basic")]
    assert Story({"changes": changes}).steps == []


LADDER = {"ladder": ["free", "plus", "top"]}


def test_a_retired_plan_moves_its_holders_to_another_at_once():
    story = Story({"changes": [{"at": "2026-04", "retire": "basic", "to": "plus"}], **LADDER})
    assert story.steps == [Step(3.0, "price_change", 1_000, 2_000, "plus")]


def test_a_retired_plan_may_be_kept():
    assert Story({"changes": [{"at": "2026-04", "retire": "basic", "existing": "keep"}], **LADDER}).steps == []


@pytest.mark.parametrize(("existing", "time"), [("at_renewal", 12.0), ({"after": "2 months"}, 5.0)])
def test_a_retired_plan_moves_its_holders_when_the_change_says(existing, time):
    changes = [{"at": "2026-04", "retire": "basic", "to": "plus", "existing": existing}]
    story = Story({"changes": changes, **LADDER}, segments=annual())
    assert story.steps == [Step(time, "price_change", 900, 1_800, "plus")]


@pytest.fixture
def own_price(tmp_path):
    """Return a function to the segment of one customer who pays a price of its own for basic (list: 1,000)."""

    def segment(mrr, plan="basic"):
        (tmp_path / "base.csv").write_text(f"customer_id,plan,tenure_months,mrr\nA,{plan},3.5,{mrr}\n")
        return {"smb": {"opening": str(tmp_path / "base.csv"), "opening_tenure": None}}

    return segment


def test_an_own_price_is_kept_as_a_difference_to_the_list(own_price):
    story = Story(dearer("now"), segments=own_price(900))
    assert story.mrr()[0] == 900
    assert story.steps == [Step(3.0, "price_change", 900, 1_100, "basic")]


def test_an_own_price_stays_when_addons_are_bought(own_price):
    assert Story(segments=own_price(900), offers={"care": cross_sell("care", "5 months")}).steps == [
        Step(1.5, "addon", 900, 1_000, "basic")
    ]


def test_a_low_own_price_ends_with_the_plan_as_a_movement_of_its_own(own_price):
    story = Story(segments=own_price(900), offers={"up": upsell("plus", "5 months")})
    assert story.steps == [
        Step(1.5, "own_price_end", 900, 1_000, "plus"),
        Step(1.5, "plan_upgrade", 1_000, 2_000, "plus"),
    ]
    assert story.line(0) == ("expansion", "price", "own_price_end")


def test_a_high_own_price_that_ends_is_netted_with_the_upgrade(own_price):
    story = Story(segments=own_price(1_300), offers={"up": upsell("plus", "5 months")})
    assert story.steps == [Step(1.5, "plan_upgrade", 1_300, 2_000, "plus")]


def test_an_own_price_of_nothing_is_possible(own_price):
    assert Story(segments=own_price(0)).mrr()[-1] == 0


@pytest.mark.parametrize("elasticity", [1.0, -0.5])
def test_a_price_move_multiplies_the_cancel_rate_by_a_power_of_its_ratio(elasticity):
    """Leaving at 3 + d without a response comes at 3 + d / ratio^elasticity with it: one budget, another hazard."""

    def left(response):
        segments = {"smb": {"cancel": {"basic": "5% per month"}, "price_response": {"cancel": response}}}
        flow = {"takes_effect": "immediate"}
        return (
            Story(dearer("now", price=1_600) | {"months": 600}, segments=segments, cancellation=flow, seed=4)
            .steps[-1]
            .time
        )

    assert left(0.0) > 3.0
    assert left(elasticity) - 3.0 == pytest.approx((left(0.0) - 3.0) / 1.6**elasticity)


def test_price_moves_multiply_and_a_plan_change_resets_them():
    def left(response, **more):
        changes = [
            {"at": "2026-02", "set": {"plans.basic.price": 1_500}, "existing": "now"},
            {"at": "2026-03", "set": {"plans.basic.price": 3_000}, "existing": "now"},
        ]
        rates = {"basic": "2% per month", "plus": "2% per month"}
        segments = {"smb": {"cancel": rates, "price_response": {"cancel": response}}}
        world = merged({"cancellation": {"takes_effect": "immediate"}}, {"segments": segments})
        return Story({"changes": changes, "months": 600}, seed=4, **world, **more).steps[-1].time

    plain, dear = left(0.0), left(1.0)
    spent = 1.0 + 1.5 + 3.0 * (dear - 2.0)  # hazard in units of the plan's rate times months
    assert spent == pytest.approx(plain)
    reset = left(1.0, offers={"up": upsell("plus", "4 months")})
    assert 1.0 + 1.5 + 3.0 * 2 + (reset - 4.0) == pytest.approx(plain)


def test_a_price_of_nothing_counts_as_no_move():
    """From a free price to a paid one the ratio has no meaning: the cancel rate stays."""

    def left(response):
        changes = [{"at": "2026-03", "set": {"plans.basic.price": 3_000}, "existing": "now"}]
        segments = {"smb": {"cancel": {"basic": "2% per month"}, "price_response": {"cancel": response}}}
        world = {"segments": segments, "cancellation": {"takes_effect": "immediate"}, "plans": {"basic": {"price": 0}}}
        return Story({"changes": changes, "months": 600}, seed=4, **world).steps[-1].time

    assert left(5.0) == left(0.0)
