"""The bridge's steps: what is written adds up exactly, and small reasons are joined where they belong."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.reporting.apportion import apportion
from simulator.reporting.waterfall import MOST_STEPS, waterfall
from tests.reporting.cases import CASES
from tests.reporting.synthetic import synthetic

PARTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12)


@given(PARTS, st.floats(0, 1e7))
def test_rounded_parts_add_up_to_the_rounded_difference(parts: list[float], opening: float) -> None:
    total = round(opening + math.fsum(parts)) - round(opening)
    rounded = apportion(parts, total)
    assert sum(rounded) == total
    assert all(abs(whole - part) < 2 for whole, part in zip(rounded, parts, strict=True))


def test_zero_parts_stay_zero() -> None:
    assert apportion([0.0, 0.6, 0.6, 0.0], 1) == [0, 1, 0, 0]


def test_no_parts_cannot_add_up() -> None:
    with pytest.raises(ValueError, match="no parts to add up to 3"):
        apportion([], 3)


@pytest.mark.parametrize("name", [name for name in CASES if name != "nulls"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_written_steps_lead_exactly_from_opening_to_closing(name: str, lang: str) -> None:
    steps = waterfall(CASES[name], lang)
    assert steps is not None
    assert steps.opening + sum(step.units for step in steps.steps) == steps.closing
    assert steps.opening + sum(group.units for group in steps.groups) == steps.closing
    assert len(steps.steps) <= MOST_STEPS


def test_small_reasons_are_joined_within_their_motion() -> None:
    steps = waterfall(synthetic(36), "en")
    assert steps is not None
    labels = [step.label for step in steps.steps]
    assert "Upsell: plan upgrade" in labels
    assert "Other upsell" in labels
    assert any(label.startswith("Price") for label in labels)
    assert not any("usage" in label for label in labels)


def test_gains_and_losses_carry_their_sign() -> None:
    steps = waterfall(synthetic(12), "ja")
    assert steps is not None
    signs = {group.kind: group.units > 0 for group in steps.groups}
    assert signs == {
        "new": True,
        "reactivation": True,
        "expansion": True,
        "contraction": False,
        "churn": False,
    }


def test_without_balances_there_is_no_waterfall() -> None:
    assert waterfall(CASES["nulls"], "en") is None


def test_movements_that_do_not_lead_to_closing_are_an_error() -> None:
    result = synthetic(12)
    half = replace(result, movements=result.movements.with_columns(pl.col("mean") * 0.5))
    with pytest.raises(ValueError, match=r"movements do not add up: opening 10,500,000\.0000 \+ movements"):
        waterfall(half, "en")
