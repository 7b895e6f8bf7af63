"""How customers enter: plan, term, tenure and phase, and their first dates."""

import pytest

from tests.customer.stories import SURELY, Story, offer

ARRIVALS = {"smb": {"opening": {"basic": 0}, "arrivals": {"per_month": 400}}}


def signed_up(**segment):
    smb = {**ARRIVALS["smb"], "choose": {"basic": "100%"}, **segment}
    return Story({"months": 10}, segments={"smb": smb})


def test_sign_up_is_new_with_the_list_price():
    story = signed_up()
    assert {(step.reason, step.after, step.plan) for step in story.steps} == {("sign_up", 1_000, "basic")}
    assert len(story.steps) == story.counted("sign_ups") == pytest.approx(4_000, abs=4 * 4_000**0.5)


def test_plans_are_chosen_by_their_shares():
    shares = {"free": 0.5, "basic": 0.3, "plus": 0.2}
    steps = signed_up(choose={plan: f"{share:.0%}" for plan, share in shares.items()}).steps
    for plan, share in shares.items():
        assert sum(step.plan == plan for step in steps) / len(steps) == pytest.approx(share, abs=0.03)


def test_a_free_sign_up_moves_no_mrr():
    story = signed_up(choose={"free": "100%"})
    assert {(step.reason, step.after) for step in story.steps} == {(None, 0)}
    assert story.movements() == {}


def test_longer_terms_are_chosen_by_their_share_where_the_plan_is_sold_for_them():
    steps = signed_up(terms={"annual": "25%"}).steps
    assert {step.after for step in steps} == {1_000, 900}
    assert sum(step.after == 900 for step in steps) / len(steps) == pytest.approx(0.25, abs=0.03)
    assert {step.after for step in signed_up(terms={"annual": "100%"}, choose={"top": "100%"}).steps} == {4_000}


def test_the_price_factor_of_a_segment_is_on_its_list():
    assert {step.after for step in signed_up(price_factor="x1.5").steps} == {1_500}


def opening(cancel=SURELY, plan="basic", count=3_000, **more):
    smb = {"opening": {"basic": 0, plan: count}, "cancel": {plan: cancel}}
    return {"smb": {**smb, **more}}


def test_established_customers_have_their_anniversary_at_a_uniform_phase():
    times = [step.time for step in Story({"months": 2}, segments=opening(opening_tenure={"mean": "9 months"})).steps]
    assert len(times) == 3_000
    assert 0 < min(times) < 0.01 < 0.99 < max(times) < 1.0001
    assert sum(times) / 3_000 == pytest.approx(0.5, abs=4 * (1 / 12 / 3_000) ** 0.5)


def test_established_longer_terms_come_up_for_renewal_uniformly_over_the_term():
    smb = opening(opening_tenure={"mean": "9 months"}, terms={"annual": "100%"}, not_renewed={"annual": "100%"})
    times = [step.time for step in Story({"months": 13}, segments=smb).steps]
    assert len(times) == 3_000
    assert max(times) < 12.0
    assert sum(times) / 3_000 == pytest.approx(6.0, abs=4 * (144 / 12 / 3_000) ** 0.5)


def test_a_tenure_of_no_months_is_signing_up_now():
    assert {step.time for step in Story({"months": 2}, segments=opening(count=5)).steps} == {1.0}


def test_established_tenure_is_exponential_with_its_mean():
    """An offer to customers of more than 9 months of tenure, made at the start: e^-1 of them."""
    early = {"it": offer("upsell", "plus", {"month": 1}, "0%", who={"tenure_above": "9 months"})}
    segments = opening("0% per month", opening_tenure={"mean": "9 months"})
    assert len(Story({"months": 2}, segments=segments, offers=early).made("it")) / 3_000 == pytest.approx(
        0.3679, abs=0.036
    )


def listed(tmp_path, *rows):
    (tmp_path / "base.csv").write_text("customer_id,plan,term,addons,tenure_months,mrr\n" + "\n".join(rows) + "\n")
    return {"smb": {"opening": str(tmp_path / "base.csv"), "opening_tenure": None, "cancel": {"basic": SURELY}}}


def test_customers_of_a_file_keep_their_tenure(tmp_path):
    segments = listed(tmp_path, "A,basic,monthly,,3.25,", "B,basic,annual,care,7.5,")
    segments["smb"]["not_renewed"] = {"annual": "100%"}
    story = Story({"months": 9}, segments=segments)
    assert sorted((life[0].time, life[0].before) for life in story.lives) == [(0.75, 1_000), (4.5, 1_000)]


def test_whole_months_of_a_file_get_a_drawn_phase(tmp_path):
    story = Story({"months": 2}, segments=listed(tmp_path, *(f"C{i},basic,,,4," for i in range(1_000))))
    times = [step.time for step in story.steps]
    assert 0 < min(times) < 0.02
    assert 0.98 < max(times) < 1.0001
    assert len(set(times)) == 1_000


def test_frailty_spreads_the_rate_and_keeps_its_mean():
    """With rate h and a coefficient of variation v, (1 + v² h t)^(-1/v²) are left at t; everybody equal: e^(-h t)."""
    for frailty, left in ((0, 2.718281828**-1), (1, 0.5)):
        segments = opening("0.1 per month", frailty=frailty, opening_tenure="0 months")
        story = Story({"months": 10, "cancellation.takes_effect": "immediate"}, segments=segments)
        assert 1 - len(story.steps) / 3_000 == pytest.approx(left, abs=0.036)


LAST_MARKET = "model/compile.compile_model takes `market` from the last epoch for the whole run"


def test_a_market_that_widens_at_a_date_is_narrow_before_it():
    changes = [{"at": "2026-07", "set": {"segments.smb.arrivals.market": 1_000}}]
    segments = {"smb": {**ARRIVALS["smb"], "arrivals": {"per_month": 50, "market": 100}, "choose": {"basic": "100%"}}}
    story = Story({"changes": changes, "months": 10}, segments=segments)
    assert sum(step.time < 6.0 for step in story.steps) == 100
    assert len(story.steps) > 100


def test_sign_ups_stop_when_the_market_is_full():
    segments = {"smb": {**ARRIVALS["smb"], "arrivals": {"per_month": 50, "market": 120}, "choose": {"basic": "100%"}}}
    times = [step.time for step in Story({"months": 10}, segments=segments).steps]
    assert len(times) == 120
    assert max(times) < 4.0
