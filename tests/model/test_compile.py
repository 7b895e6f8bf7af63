"""A scenario compiled: every number where the kernel looks for it, one table an epoch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.model import tables as T
from simulator.model.names import bit_mask
from tests.customer.stories import Story, merged, offer

ARRIVING = {
    "opening": {"basic": 0},
    "arrivals": {"per_month": 10},
    "choose": {"free": "60%", "basic": "30%", "plus": "10%"},
}


def model(changes=None, **blocks):
    return Story({"months": 12} | (changes or {}), **blocks).model


def smb(**more):
    return {"smb": merged(ARRIVING, more)}


def rates(compiled) -> list[float]:
    """Expected sign-ups of each month."""
    return [float(block.rate) for block in compiled.blocks if block.kind == T.ARRIVING]


def shares(compiled, epoch: int = 0) -> dict[str, float]:
    """Share of sign-ups of each plan."""
    weights = compiled.tables.segment_plans[epoch, 0].weight
    return dict(zip(compiled.names.plans, weights.tolist(), strict=True))


def price(date: str, existing: str = "keep", **prices: int) -> dict:
    return {"at": date, "set": {f"plans.{plan}.price": value for plan, value in prices.items()}, "existing": existing}


# epochs


def test_each_date_of_the_timeline_opens_an_epoch():
    compiled = model({"changes": [price("2026-04", "now", plus=2_500), price("2026-09", basic=900)]})
    assert compiled.tables.epochs.start.tolist() == [0.0, 3.0, 8.0]
    prices = compiled.tables.plans.price / 10_000
    assert prices[:, 3].tolist() == [2_000, 2_500, 2_500]
    assert prices[:, 2].tolist() == [1_000, 1_000, 900]
    assert (prices[1:, [0, 1, 4]] == prices[0, [0, 1, 4]]).all()


def test_until_opens_an_epoch_with_the_list_of_before():
    compiled = model({"changes": [price("2026-04", plus=2_500) | {"until": "2026-06"}]})
    assert compiled.tables.epochs.start.tolist() == [0.0, 3.0, 5.0]
    assert compiled.tables.plans.price[:, 3].tolist() == [20_000_000, 25_000_000, 20_000_000]


def test_an_end_beyond_the_horizon_opens_no_epoch():
    assert model({"changes": [price("2026-04", plus=2_500) | {"until": "2028-01"}]}).tables.epochs.start.tolist() == [
        0,
        3,
    ]


def test_a_move_is_noted_for_its_item_in_its_epoch_alone():
    compiled = model({"changes": [price("2026-04", "at_renewal", plus=2_500), price("2026-06", "now", basic=900)]})
    modes = compiled.tables.migrations.mode[:, 0, :5]
    assert modes.tolist() == [[T.KEEP] * 5, [0, 0, 0, T.MOVE_AT_RENEWAL, 0], [0, 0, T.MOVE_NOW, 0, 0]]


def test_any_value_may_change_by_date():
    sets = {
        "segments.smb.cancel.basic": "0.07 per month",
        "cancellation.bluff": "30%",
        "retention.attached": {1: "x0.5"},
    }
    compiled = model({"changes": [{"at": "2026-04", "set": sets}]})
    assert compiled.tables.segment_plans[:, 0, 2].cancel.tolist() == [0.0, 0.07]
    assert compiled.tables.epochs.bluff.tolist() == [0.0, 0.3]
    assert compiled.tables.attached.tolist() == [[1, 1, 1, 1], [1, 0.5, 0.5, 0.5]]  # a number not named: the next lower


def test_tenure_steps_of_an_epoch_with_fewer_have_no_effect():
    steps = [{"until": "1 month", "factor": "x3"}, {"until": "4 months", "factor": "x2"}]
    compiled = model({"changes": [{"at": "2026-04", "set": {"retention.tenure": steps}}]})
    assert compiled.tables.tenure.factor.tolist() == [[1, 1], [3, 2]]
    assert compiled.tables.tenure.until[1].tolist() == [1, 4]


# plans and their ladder


def test_the_ladder_leads_up_and_down():
    plans = model().tables.plans[0]
    assert plans.up.tolist() == [2, T.NOBODY, 3, 4, T.NOBODY]  # free, lite, basic, plus, top
    assert plans.down.tolist() == [T.NOBODY, T.NOBODY, 0, 2, 3]
    assert plans.rung.tolist() == [0, T.NOBODY, 1, 2, 3]
    assert plans.sold.tolist() == [T.SOLD_TO_EVERYONE, T.SOLD_AS_RESCUE] + 3 * [T.SOLD_TO_EVERYONE]


def test_without_a_ladder_the_plans_sold_to_everyone_make_one_in_file_order():
    story = Story({"months": 2}, ladder=None)
    assert story.model.tables.plans[0].up.tolist() == [2, T.NOBODY, 3, 4, T.NOBODY]


def test_a_retired_plan_is_no_step_of_the_ladder():
    compiled = model({"changes": [{"at": "2026-04", "retire": "plus", "to": "top"}]})
    assert compiled.tables.plans[1].up.tolist() == [2, T.NOBODY, 4, T.NOBODY, T.NOBODY]
    assert compiled.tables.plans[1].down.tolist() == [T.NOBODY, T.NOBODY, 0, T.NOBODY, 2]
    assert compiled.tables.plans[1, 3].sold == T.NOT_SOLD
    assert compiled.tables.migrations[1, 0, 3].retire_to == 4


def test_a_later_plan_is_not_sold_before_its_date():
    sets = {"plans.gold": {"price": 9_000}, "segments.smb.cancel.gold": "1% per month"}
    compiled = model({"changes": [{"at": "2026-04", "set": sets}]})
    assert compiled.names.plans[-1] == "gold"
    assert compiled.tables.plans[:, -1].sold.tolist() == [T.NOT_SOLD, T.SOLD_TO_EVERYONE]
    assert compiled.tables.first_price[-1] == 90_000_000


def test_terms_are_offered_where_the_plan_has_a_price_for_them():
    compiled = model()
    assert compiled.tables.plan_terms[0].offered.tolist() == [[1, 0], [1, 1], [1, 1], [1, 1], [1, 0]]
    assert compiled.tables.plan_terms[0, 2].discount.tolist() == [0.0, 0.1]
    assert compiled.tables.term_months.tolist() == [1.0, 12.0]


# masks


def test_bit_masks_name_positions():
    assert bit_mask(("a", "b", "c"), ("c", "a")) == 0b101
    assert bit_mask(("a", "b", "c"), None) == 0b111
    assert bit_mask((), None) == 0


def test_an_audience_that_is_not_stated_is_everybody():
    who = {
        "plans": ["basic", "top"],
        "terms": "annual",
        "has": "disk",
        "lacks": ["care", "extra"],
        "tenure_below": "1 year",
    }
    offers = {
        "all": offer("upsell", "plus", {"every": "1 month"}),
        "some": offer("upsell", "plus", {"month": [1, 12]}, who=who),
    }
    everybody, some = model(offers=offers).tables.offers[0]
    assert (everybody.segments, everybody.plans, everybody.terms) == (0b1, 0b11111, 0b11)
    assert (everybody.has, everybody.lacks, everybody.rescued) == (0, 0, T.NOBODY)
    assert (everybody.tenure_above, everybody.tenure_below) == (-math.inf, math.inf)
    assert (some.plans, some.terms, some.has, some.lacks, some.tenure_below) == (0b10100, 0b10, 0b010, 0b101, 12.0)
    assert some.when == 0b100000000001


def test_addons_and_bundles_know_what_they_go_with():
    bundles = {"start": {"of": ["plus", "care"], "discount": "10%"}, "pair": {"of": ["care", "extra"]}}
    compiled = model(bundles=bundles)
    assert compiled.tables.addons[0].plans.tolist() == [0b01100, 0b01100, 0b11111]
    assert compiled.tables.addons[0].is_option.tolist() == [0, 0, 1]
    assert compiled.tables.bundles[0].addons.tolist() == [0b001, 0b101]
    assert compiled.tables.bundles[0].plan.tolist() == [3, T.NOBODY]


def test_acceptance_is_base_times_factors_and_a_return_is_a_hazard():
    acceptance = {"base": "30%", "framing": "x1.5", "proof": "x0.5"}
    rescue = offer("downsell", "lite", "cancel_intent", acceptance, returns="20% within 12 months")
    row = model(offers={"rescue": rescue}).tables.offers[0, 0]
    assert row.acceptance == pytest.approx(0.225)
    assert row.return_hazard == pytest.approx(-math.log(0.8) / 12)
    assert row.return_to == T.NOBODY


def test_rates_are_hazards():
    compiled = model(
        segments={"smb": {"cancel": {"basic": "4% per month", "plus": "12% per year", "top": "0.04 per month"}}}
    )
    cancel = compiled.tables.segment_plans[0, 0].cancel
    assert cancel[2:].tolist() == pytest.approx([-math.log(0.96), -math.log(0.88) / 12, 0.04])


# demand


def test_arrivals_grow_in_steps_with_the_season():
    growth = {"growth": "2% per month", "season": {3: "x1.5"}}
    compiled = model(segments=smb(arrivals=growth))
    assert rates(compiled) == pytest.approx([10 * 1.02**k * (1.5 if k == 2 else 1) for k in range(12)])


def test_growth_that_fades_is_the_product_over_its_months():
    compiled = model(segments=smb(arrivals={"growth": {"rate": "10% per month", "fades": "4 months"}}))
    product, expected = 1.0, []
    for j in range(12):
        expected.append(10 * product)
        product *= 1 + 0.1 * 2 ** (-j / 4)
    assert rates(compiled) == pytest.approx(expected)


def test_a_changed_stream_changes_from_its_date_on():
    changes = [{"at": "2026-04", "set": {"segments.smb.arrivals.per_month": 40}}]
    assert rates(model({"changes": changes}, segments=smb())) == [10] * 3 + [40] * 9


def test_shares_are_as_stated_at_first_prices():
    stated = {"free": 0.6, "lite": 0.0, "basic": 0.3, "plus": 0.1, "top": 0.0}
    assert shares(model(segments=smb(price_response={"choice": -1.2}, anchoring=0.3))) == pytest.approx(stated)


def test_a_dearer_plan_is_chosen_by_a_power_of_its_price_ratio():
    changes = {"changes": [price("2026-04", basic=1_500)]}
    found = shares(model(changes, segments=smb(price_response={"choice": -1.2})), epoch=1)
    basic = 0.3 * 1.5**-1.2
    assert found["basic"] == pytest.approx(basic / (0.7 + basic))
    assert found["free"] == pytest.approx(0.6 / (0.7 + basic))


def test_a_dearer_top_moves_choice_to_the_plan_below_it():
    """plus stands just below top: (5,000 / 2,000) / (4,000 / 2,000) = 1.25."""
    found = shares(model({"changes": [price("2026-04", top=5_000)]}, segments=smb(anchoring=0.3)), epoch=1)
    plus = 0.1 * 1.25**0.3
    assert found["plus"] == pytest.approx(plus / (0.9 + plus))


def test_a_top_that_comes_later_anchors_with_its_whole_height():
    """gold at 9,000 above top at 4,000: top's weight times (9,000 / 4,000)^0.3."""
    sets = {"plans.gold": {"price": 9_000}, "segments.smb.cancel.gold": "1% per month"}
    segments = smb(anchoring=0.3, choose={"free": "60%", "basic": "30%", "plus": "0%", "top": "10%"})
    found = shares(model({"changes": [{"at": "2026-04", "set": sets}]}, segments=segments), epoch=1)
    top = 0.1 * (9_000 / 4_000) ** 0.3
    assert found["top"] == pytest.approx(top / (0.9 + top))


def test_a_retired_top_hands_its_place_to_the_next():
    """plus is the dearest then, basic just below it: (2,000 / 1,000) / (2,000 / 1,000) = 1."""
    found = shares(
        model({"changes": [{"at": "2026-04", "retire": "top", "to": "plus"}]}, segments=smb(anchoring=0.3)), epoch=1
    )
    assert found["basic"] == pytest.approx(0.3)


def test_sign_ups_follow_the_mean_price_at_the_stated_choice():
    """Mean of choose x price: 0.3 x 1,000 + 0.1 x 2,000 = 500, then 0.3 x 1,500 + 0.1 x 2,000 = 650."""
    found = rates(model({"changes": [price("2026-04", basic=1_500)]}, segments=smb(price_response={"arrivals": -0.5})))
    assert found == pytest.approx([10.0] * 3 + [10 * 1.3**-0.5] * 9)


def test_a_raised_price_factor_is_a_price_rise_for_sign_ups():
    changes = [{"at": "2026-04", "set": {"segments.smb.price_factor": "x1.5"}, "existing": "keep"}]
    found = rates(model({"changes": changes}, segments=smb(price_response={"arrivals": -1.0}, price_factor="x1.2")))
    assert found == pytest.approx([10.0] * 3 + [10 / 1.25] * 9)


def test_without_the_free_plan_those_it_attracts_do_not_come():
    """60 % choose free and 40 % of these would not come without it: 24 % are missing, the rest choose otherwise."""
    changes = [{"at": "2026-04", "retire": "free", "existing": "keep"}]
    compiled = model({"changes": changes, "plans.free.attracts": "40%"}, segments=smb())
    assert rates(compiled) == pytest.approx([10.0] * 3 + [7.6] * 9)
    assert shares(compiled, epoch=1) == pytest.approx({"free": 0, "lite": 0, "basic": 0.75, "plus": 0.25, "top": 0})


# the opening


def test_a_tenure_that_is_not_stated_is_one_over_the_cancel_rate_and_the_run_says_so():
    compiled = model(segments={"smb": {"opening_tenure": None, "cancel": {"basic": "0.05 per month"}}})
    (block,) = (block for block in compiled.blocks if block.kind == T.COUNTED)
    assert block.tenure_mean == pytest.approx(20.0)
    assert "opening_tenure is not given" in compiled.warnings[0]
    assert "20.0 months" in compiled.warnings[0]
    assert model().warnings == ()


def test_frailty_is_a_gamma_shape():
    compiled = model(segments={"smb": {"frailty": 0.5}})
    assert compiled.tables.segments[0, 0].frailty_shape == pytest.approx(4.0)
    assert model().tables.segments[0, 0].frailty_shape == 0.0


def test_without_rescue_no_offer_is_made_in_the_flow_and_all_others_are():
    offers = {"r": offer("downsell", "lite", "cancel_intent"), "u": offer("upsell", "plus", {"every": "1 month"})}
    compiled = model(offers=offers)
    assert compiled.without_rescue().tables.offers.made.tolist() == [[0, 1]]
    assert compiled.tables.offers.made.tolist() == [[1, 1]]
    assert model(offers={"u": offers["u"]}).without_rescue() is None


def test_two_purposes_with_one_word_are_refused(monkeypatch):
    from simulator.model import compile as module

    monkeypatch.setattr(module, "purpose", lambda name: np.uint64(len(name)))
    with pytest.raises(ValueError, match="have the same 32-bit word: rename one of them"):
        model(
            offers={
                "one": offer("upsell", "plus", {"every": "1 month"}),
                "two": offer("upsell", "plus", {"every": "1 month"}),
            }
        )
