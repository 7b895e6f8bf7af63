"""Segments compiled: usage, seats, satisfaction, shocks, payments, decisions, phases and signals as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator.draws.address import purpose
from simulator.model.names import Names

NOT_THERE = (False, False, 0.0, 0.0)
NO_CONSEQUENCE = (0.0, 0.0, 0.0, 0.0)


def spread(law: Any) -> tuple:
    """Return a row of SPREAD."""
    if law is None:
        return NOT_THERE
    if law.median is not None:
        return (True, False, float(law.median), law.spread)
    return (True, True, float(law.mean), law.spread)


def consequence(stated: Any) -> tuple:
    """Return a row of CONSEQUENCE."""
    early = stated.unless_adopted
    more = (0.0, 0.0) if early is None else (early.satisfaction, early.cancel)
    return (stated.satisfaction, stated.cancel, *more)


def phase(stated: Any) -> tuple:
    """Return a row of PHASE."""
    if stated is None:
        return (NOT_THERE, 1.0, NO_CONSEQUENCE, NO_CONSEQUENCE)
    return (spread(stated), stated.success, consequence(stated.if_done), consequence(stated.if_failed))


def behaviour(keys: Any, name: str) -> tuple:
    """Return what follows the price responses in a row of SEGMENT."""
    segment = keys.segments[name]
    usage, seats, satisfaction = segment.usage, segment.seats, segment.satisfaction
    growth = None if usage is None else usage.growth
    fades = np.inf if growth is None or growth.fades is None else growth.fades
    shock, payment = segment.shock, segment.failed_payment
    recovery = 0.0 if shock is None or shock.recovers is None else shock.recovers.hazard
    mood = NOT_THERE if satisfaction is None else (True, True, satisfaction.mean, satisfaction.spread)
    return (
        spread(usage),
        0.0 if growth is None else growth.rate,
        fades,
        0.0 if usage is None else usage.volatility,
        spread(seats),
        0.0 if seats is None else seats.add,
        0.0 if seats is None else seats.remove,
        mood,
        0.0 if satisfaction is None else satisfaction.reversion,
        0.0 if satisfaction is None else satisfaction.volatility,
        *((0.0, 0.0, 0.0) if shock is None else (shock.rate, shock.downgrade, shock.cancel)),
        recovery,
        *((0.0, 0.0, 0.0) if payment is None else (payment.rate, payment.recovered, payment.within)),
        spread(segment.decision),
        0.0 if segment.decision is None else segment.decision.per_price_step,
        phase(keys.onboarding.get(name)),
        phase(keys.adoption.get(name)),
    )


def usage_seasons(keys: Any, names: Names) -> list[list[float]]:
    """Return the factor on the used amount by segment and calendar month (0 = January)."""
    rows = []
    for name in names.segments:
        usage = keys.segments[name].usage
        season = {} if usage is None else usage.season
        rows.append([season.get(month, 1.0) for month in range(1, 13)])
    return rows


def signal_rows(keys: Any, names: Names) -> list[list[tuple]]:
    """Return the rows of SIGNAL by segment."""

    def row(segment: Any, name: str) -> tuple:
        signal = segment.signals.get(name)
        word = int(purpose(f"signal/{name}/clock"))
        return (0.0, 0.0, word) if signal is None else (signal.rate, signal.lasts, word)

    return [[row(keys.segments[segment], name) for name in names.signals] for segment in names.segments]
