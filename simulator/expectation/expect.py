"""The Markov forecast: what a scenario's months hold on average, and how much one replication scatters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from simulator.accounting.movements import LINE_SIGN
from simulator.expectation.chain import TooManyStates
from simulator.expectation.expressible import markov_core, not_markov
from simulator.expectation.frames import expectation
from simulator.expectation.law import Booked
from simulator.expectation.result import Core, DoesNotAddUp, Expectation, NotMarkov, Reason, Replacement
from simulator.expectation.segment import Moments, Segment
from simulator.model.compile import Model, compile_model
from simulator.scenario.ranges import likely
from simulator.scenario.scenario import Scenario

TOLERANCE = 1e-9  # relative: what expected movements may miss of the expected change of MRR


def expect(
    scenario: Scenario, *, approximate: bool = False, progress: Callable[[float], None] | None = None
) -> Expectation:
    """Return the exact expectation of what `run` estimates.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    approximate
        replace what no Markov chain expresses by its stated mean-field value; `Expectation.replaced` lists it.
    progress
        called with the share of the segments' months that are done.

    Raises
    ------
    NotMarkov
        if something is not expressible and `approximate` is not set; it lists everything.
    """
    certain, drawn = likely(scenario), _ranges(scenario)
    model = compile_model(certain)
    if approximate:
        core = markov_core(model)
        replaced = tuple(Replacement(one.key_path, "a range", one.replacement) for one in drawn)
        return expect_model(core.model, certain, replace(core, replaced=(*replaced, *core.replaced)), progress=progress)
    reasons = [*drawn, *not_markov(model)]
    if reasons:
        raise NotMarkov(reasons)
    return expect_model(model, certain, progress=progress)


def _ranges(scenario: Scenario) -> list[Reason]:
    """Return the ranges of a scenario: a chain has one value of each number."""
    return [
        Reason(one.path, "it is a range, drawn anew by every second replication", f"its likely value, {one.likely}")
        for one in {one.path: one for one in scenario.ranges}.values()
    ]


def expect_model(
    model: Model,
    scenario: Scenario,
    core: Core | None = None,
    *,
    more_nodes: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Expectation:
    """Return the expectation of a compiled model (`Core.model` too) that is expressible throughout.

    `more_nodes` adds nodes to the quadrature over phases, which changes nothing but rounding.

    Raises
    ------
    NotMarkov
        if the model is not expressible.
    DoesNotAddUp
        if expected movements and expected MRR disagree.
    """
    reasons = not_markov(model)
    if reasons:
        raise NotMarkov(reasons)
    parts = []
    segments = len(model.names.segments)
    for s, name in enumerate(model.names.segments):
        told = None if progress is None else partial(_tell, progress, s, segments)
        try:
            parts.append(Segment(model, s, more_nodes).moments(told))
        except TooManyStates as error:
            raise NotMarkov([Reason(f"segments.{name}", str(error), "nothing; simulate it")]) from None
        check_identity(name, parts[-1])
    return expectation(model, scenario, parts, () if core is None else core.replaced)


def _tell(progress: Callable[[float], None], before: int, segments: int, share: float) -> None:
    progress((before + share) / segments)


def check_identity(segment: str, moments: Moments) -> None:
    """Hold opening + movements = closing, for the amounts of both grains.

    Raises
    ------
    DoesNotAddUp
        naming segment, month and grain, with both sides.
    """
    mrr = moments.stock[:, -1]
    scale = max(float(np.abs(mrr).max()), 1.0)
    for month in range(moments.months):
        by_month = sum(
            amount * (1.0 if cell.kind in ("new", "reactivation", "expansion") else -1.0)
            for cell, amount in moments.mean[month].items()
        )
        by_event = sum(
            amount * int(LINE_SIGN[what.line])
            for what, amount in moments.counted[month].items()
            if isinstance(what, Booked)
        )
        for grain, moved in (("month", by_month), ("event", by_event)):
            if not abs(mrr[month] + moved - mrr[month + 1]) <= TOLERANCE * scale:
                raise DoesNotAddUp(
                    f"segment {segment}, month {month}, {grain} grain: opening {mrr[month]!r} with movements of "
                    f"{moved!r} is not closing {mrr[month + 1]!r} (ten-thousandths of a currency unit)"
                )
