"""The phases of customer success: onboarding, then adoption; each takes its time and succeeds or fails."""

from __future__ import annotations

from simulator.customer.consequences import bear
from simulator.customer.offers import make_offer
from simulator.customer.record import GONE
from simulator.customer.spread import draw_spread
from simulator.customer.tally import (
    ADOPTION_DONE,
    ADOPTION_FAILED,
    ONBOARDING_DONE,
    ONBOARDING_FAILURES,
    count,
)
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit
from simulator.model.layout import ADOPTION_END, ONBOARDING_END
from simulator.model.tables import ADOPTED, NEVER, NOBODY, ONBOARDED, ONBOARDING, ONBOARDING_FAILED

ONBOARDING_LENGTH = purpose("onboarding/length")
ONBOARDING_SUCCESS = purpose("onboarding/success")
ONBOARDING_CONSEQUENCE = purpose("onboarding/consequence")
ADOPTION_LENGTH = purpose("adoption/length")
ADOPTION_SUCCESS = purpose("adoption/success")
ADOPTION_CONSEQUENCE = purpose("adoption/consequence")


@jit
def start_onboarding(m, c, t):
    """Start onboarding at t; a segment without it is onboarded at once."""
    s = c.state
    law = m.segments[s.epoch, s.segment].onboarding.length
    c.clocks[ONBOARDING_END].due = c.clocks[ADOPTION_END].due = NEVER
    if law.there:
        s.phase = ONBOARDING
        c.clocks[ONBOARDING_END].due = t + draw_spread(s, law, ONBOARDING_LENGTH, s.lives)
    else:
        start_adoption(m, c, t)


@jit
def start_adoption(m, c, t):
    """Start adoption at t; a segment without it has adopted at once."""
    s = c.state
    law = m.segments[s.epoch, s.segment].adoption.length
    if law.there:
        s.phase = ONBOARDED
        c.clocks[ADOPTION_END].due = t + draw_spread(s, law, ADOPTION_LENGTH, s.lives)
    else:
        s.phase = ADOPTED


@jit
def end_onboarding(m, c, out, t):
    """End onboarding: done, adoption begins; failed, there is no adoption, and offers for that moment are made."""
    s = c.state
    phase = m.segments[s.epoch, s.segment].onboarding
    if uniform(s, ONBOARDING_SUCCESS, s.lives) < phase.success:
        count(out, s, t, ONBOARDING_DONE)
        start_adoption(m, c, t)
        bear(m, c, out, t, phase.done, ONBOARDING_CONSEQUENCE, s.lives)
        return
    count(out, s, t, ONBOARDING_FAILURES)
    bear(m, c, out, t, phase.failed, ONBOARDING_CONSEQUENCE, s.lives)
    for o in range(m.scalars[0].n_offers):
        if m.offers[s.epoch, o].trigger == ONBOARDING_FAILED and s.here != GONE:
            make_offer(m, c, out, t, o, NOBODY)


@jit
def end_adoption(m, c, out, t):
    """End adoption: done or failed; a customer who fails stays onboarded."""
    s = c.state
    phase = m.segments[s.epoch, s.segment].adoption
    if uniform(s, ADOPTION_SUCCESS, s.lives) < phase.success:
        count(out, s, t, ADOPTION_DONE)
        s.phase = ADOPTED
        bear(m, c, out, t, phase.done, ADOPTION_CONSEQUENCE, s.lives)
    else:
        count(out, s, t, ADOPTION_FAILED)
        bear(m, c, out, t, phase.failed, ADOPTION_CONSEQUENCE, s.lives)
