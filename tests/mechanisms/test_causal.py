"""Effect or selection: attachment factors and the plan's ratio of cancel rates count to the power of `causal`."""

from __future__ import annotations

import pytest

from tests.mechanisms.world import World, after, offer, smb


def leaving(**blocks) -> dict:
    world = World(months=40, **blocks)
    return {(r["stream"], r["index"]): r["time"] for r in world.events("voluntary")}


def with_addons(causal: str, factor: str, held: int = 1, **cancel) -> dict:
    names = ["care", "disk"][:held]
    return leaving(
        addons={"care": {"price": 10}, "disk": {"price": 20}},
        segments=smb({"basic": 100}, cancel={"basic": cancel.get("basic", "0.1 per month")}),
        offers={name: offer("cross_sell", after(0), name) for name in names},
        retention={"attached": {1: factor, 2: "x0.25"}, "causal": causal},
    )


@pytest.mark.parametrize(("causal", "effect"), [("100%", 0.36), ("50%", 0.6), ("0%", 1.0)])
def test_attachment_counts_to_the_power_of_causal(causal, effect):
    expected = with_addons("100%", f"x{effect}")
    assert with_addons(causal, "x0.36") == pytest.approx(expected, abs=1e-9)
    assert len(expected) > 60


def test_attachment_goes_by_the_number_held():
    assert with_addons("50%", "x0.9", held=2) == pytest.approx(with_addons("100%", "x0.5", held=1), abs=1e-9)


def moved(causal: str, basic: float, plus: float, first: str = "basic") -> dict:
    """Everybody moves from the first plan to plus (or basic) at 2 months."""
    to = "plus" if first == "basic" else "basic"
    motion = {"motion": "upsell"} if first == "basic" else {"motion": "downsell", "takes_effect": "now"}
    return leaving(
        segments=smb({"basic": 0, first: 100}, cancel={"basic": f"{basic} per month", "plus": f"{plus} per month"}),
        offers={"move": {"when": after(2), "to": to, "acceptance": "100%", **motion}},
        retention={"causal": causal},
    )


@pytest.mark.parametrize(("causal", "effect"), [("100%", 0.04), ("50%", 0.08), ("0%", 0.16)])
def test_the_ratio_to_the_sign_up_plans_rate_counts_to_the_power_of_causal(causal, effect):
    assert moved(causal, 0.16, 0.04) == pytest.approx(moved("100%", 0.16, effect), abs=1e-9)


def test_a_step_down_is_selection_as_much():
    assert moved("50%", 0.16, 0.04, first="plus") == pytest.approx(moved("100%", 0.08, 0.04, first="plus"), abs=1e-9)


def test_who_stays_on_the_sign_up_plan_is_not_touched():
    def stays(causal: str) -> dict:
        return leaving(
            segments=smb({"plus": 100}, cancel={"basic": "0.2 per month", "plus": "0.05 per month"}),
            retention={"causal": causal},
        )

    assert stays("0%") == stays("100%")


def test_the_sign_up_plan_is_that_of_the_trial_before_an_upgrade_too():
    trial = {"length": "30 months", "converts": "100%"}

    def tried(causal: str, plus: str) -> dict:
        return leaving(
            segments=smb({"basic": 100}, cancel={"basic": "0.16 per month", "plus": plus}),
            offers={"up": offer("upsell", after(2), "plus", trial=trial)},
            retention={"causal": causal},
        )

    assert tried("50%", "0.04 per month") == pytest.approx(tried("100%", "0.08 per month"), abs=1e-9)
