"""What reaches customers who have cancelled, who pause, or who owe: stories of one customer."""

from __future__ import annotations

from tests.mechanisms.world import World, after, offer, smb

SURELY = "1_000_000 per month"
NEVER = "0% per month"


def test_a_discount_that_ends_for_a_pending_leaver_asks_nobody():
    """Discounted at 0.5 for a month; wants to leave at 1.0, may leave at 4; pays the full price from 1.5 on."""
    world = World(
        months=6,
        segments=smb(cancel={"basic": NEVER}),
        offers={"cut": offer("downsell", after(0.5), {"discount": "30%", "for": "1 month", "stays": "0%"})},
        changes=[{"at": "2026-02", "set": {"segments.smb.cancel.basic": SURELY}}],
        cancellation={"takes_effect": "term_end", "notice": "2.5 months"},
    )
    assert world.told == [(0.5, "discount", 700), (1.5, "discount_end", 1_000), (4.0, "voluntary", 0)]


def test_an_onboarding_that_fails_takes_no_pending_leaver_early():
    world = World(
        months=6,
        segments=smb({}, arrivals={"per_month": 20}, choose={"basic": "100%"}, cancel={"basic": SURELY}),
        onboarding={"smb": {"median": "1.5 months", "success": "0%", "if_failed": {"cancel": "100%"}}},
        cancellation={"takes_effect": "term_end", "notice": "2.5 months"},
    )
    stays = [row["time"] for row in world.events("voluntary")]
    started = {(row["stream"], row["index"]): row["time"] for row in world.events("sign_up")}
    left = {(row["stream"], row["index"]): row["time"] for row in world.events("voluntary")}
    assert len(stays) > 20
    assert all(abs(left[who] - started[who] - 3.0) < 1e-9 for who in left)


def test_a_price_move_in_a_pause_is_felt_after_it():
    """The move doubles the price while the customers pause: the cancel rate must rise as much as if they did not."""

    def leavers(pauses: bool) -> set:
        offers = {"pause": offer("downsell", after(0.5), {"pause": "1 month", "resumes": "100%"})} if pauses else {}
        world = World(
            months=30,
            segments=smb({"basic": 300}, cancel={"basic": "0.02 per month"}, price_response={"cancel": 3}),
            offers=offers,
            changes=[{"at": "2026-02", "set": {"plans.basic.price": 2_000}, "existing": "now"}],
        )
        return {(row["stream"], row["index"]) for row in world.events("voluntary")}

    # hazard 0.02 x 2^3 = 0.16 a month over two years: all but a few have left
    assert len(leavers(pauses=True)) > 280
    assert len(leavers(pauses=False)) > 280


def test_who_moves_to_free_owes_nothing_that_could_end_it():
    world = World(
        months=6,
        plans={"free": {"price": 0}},
        ladder=["free", "basic"],
        segments=smb(
            {"basic": 1},
            cancel={"basic": NEVER, "free": NEVER},
            downgrade=SURELY,
            failed_payment={"rate": SURELY, "recovered": "0%", "within": "2 months"},
        ),
        plan_changes={"downgrade": "now"},
    )
    assert [step.cause for step in world.steps] == ["downgrade"]


def test_a_bundle_with_a_plan_waits_for_the_end_of_a_trial():
    world = World(
        months=5,
        addons={"care": {"price": 10}},
        bundles={"whole": {"of": ["plus", "care"], "discount": "10%"}},
        offers={
            "try": offer("upsell", after(0.5), "top", trial={"length": "2 months", "converts": "100%"}),
            "whole": offer("cross_sell", after(1), "whole"),
        },
    )
    assert [step.cause for step in world.steps] == ["plan_upgrade"]
