"""The Markov forecast: what a scenario's months hold on average, and how much one replication scatters."""

from __future__ import annotations

import numpy as np

from simulator.accounting.movements import LINE_SIGN
from simulator.expectation.chain import TooManyStates
from simulator.expectation.expressible import markov_core, not_markov
from simulator.expectation.frames import expectation
from simulator.expectation.law import Booked
from simulator.expectation.result import Core, DoesNotAddUp, Expectation, NotMarkov, Reason
from simulator.expectation.segment import Moments, Segment
from simulator.model.compile import Model, compile_model
from simulator.scenario.scenario import Scenario

TOLERANCE = 1e-9  # relative: what expected movements may miss of the expected change of MRR


def expect(scenario: Scenario, *, approximate: bool = False) -> Expectation:
    """Return the exact expectation of what `run` estimates.

    Parameters
    ----------
    scenario
        what `simulator.load` returns.
    approximate
        replace what no Markov chain expresses by its stated mean-field value; `Expectation.replaced` lists it.

    Raises
    ------
    NotMarkov
        if something is not expressible and `approximate` is not set; it lists everything.
    """
    model = compile_model(scenario)
    if approximate:
        core = markov_core(model)
        return expect_model(core.model, scenario, core)
    reasons = not_markov(model)
    if reasons:
        raise NotMarkov(reasons)
    return expect_model(model, scenario)


def expect_model(model: Model, scenario: Scenario, core: Core | None = None, *, more_nodes: int = 0) -> Expectation:
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
    for s, name in enumerate(model.names.segments):
        try:
            parts.append(Segment(model, s, more_nodes).moments())
        except TooManyStates as error:
            raise NotMarkov([Reason(f"segments.{name}", str(error), "nothing; simulate it")]) from None
        check_identity(name, parts[-1])
    return expectation(model, scenario, parts, () if core is None else core.replaced)


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
