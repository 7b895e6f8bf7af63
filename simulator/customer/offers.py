"""Offers: one mechanism for all motions. Audience, target, acceptance, consequences."""

from __future__ import annotations

import numpy as np

from simulator.customer.consequences import bear
from simulator.customer.decision import decision_time
from simulator.customer.record import ACTIVE, GONE, holds
from simulator.customer.satisfaction import nps_class, nps_factor
from simulator.customer.tally import ACCEPTED, BUSY, CAPPED, GAINED, MADE, count_stage, follow
from simulator.customer.targets import is_available, plan_of, take
from simulator.draws.distributions import uniform
from simulator.jit import inlined, jit
from simulator.model.layout import DECISION
from simulator.model.tables import DOWNSELL, NEXT_PLAN, NOBODY, TO_PLAN, UPSELL, WIN_BACK

MOMENT = 1e-9  # months: "exactly when its quiet time ends" must not fail by the rounding of a date
EVERY_CLASS = np.uint64(0b111)


@jit
def make_offer(m, c, out, t, o, effect):
    """Make offer o if the customer is in its audience and could take it; tell whether it was accepted at once.

    `effect` is when what is accepted takes effect unless the offer itself says otherwise: NOW in the cancellation
    flow, where everything is decided at once, NOBODY (the policy on plan changes) elsewhere. The answer is drawn when
    the offer is made; in a segment with a decision time it is given later.
    """
    s = c.state
    offer = m.offers[s.epoch, o]
    memory = c.offers[o]
    if not offer.made or t < memory.quiet_until - MOMENT or not fits_audience(m, s, offer, t):
        return False
    if not is_available(m, c, offer):
        return False
    if s.considered != NOBODY and effect == NOBODY:
        count_stage(out, s, t, o, BUSY)
        return False
    if offer.team != NOBODY:
        s.considered = s.requested = o  # it is made when somebody has had the time for it
        return False
    return put_offer(m, c, out, t, o, effect, 1.0)


@inlined
def put_offer(m, c, out, t, o, effect, factor):
    """Put the offer to the customer; tell whether it was accepted at once. `factor` is one more on its acceptance."""
    s = c.state
    offer = m.offers[s.epoch, o]
    memory = c.offers[o]
    occurrence = memory.made
    memory.made += 1
    memory.quiet_until = t + offer.quiet_for
    p = acceptance(m, s, offer) * factor
    stages = out.tallies.offers[int(t), s.segment, o]
    stages[MADE] += 1
    if p > 1.0:
        stages[CAPPED] += 1
    accepted = p >= 1.0 or uniform(s, offer.accepts, occurrence) < p
    if effect == NOBODY and m.segments[s.epoch, s.segment].decision.there:
        time = time_to_decide(m, s, offer)
        if time > 0.0:
            s.considered, s.considered_occurrence, s.considered_accepted = o, occurrence, accepted
            c.clocks[DECISION].due = t + time
            return False
    answer(m, c, out, t, o, occurrence, accepted, effect)
    return accepted


@jit
def time_to_decide(m, s, offer):
    """Return how long those who decide take for the offer, in months."""
    price_now = price_then = 0
    if offer.target == NEXT_PLAN or offer.target == TO_PLAN:
        price_now = m.plans[s.epoch, s.plan].price
        price_then = m.plans[s.epoch, plan_of(m, s, offer)].price
    return decision_time(m, s, price_now, price_then)


@jit
def decide(m, c, out, t):
    """Give the answer to the offer that was considered, if the customer still fits and could still take it."""
    s = c.state
    o = s.considered
    s.considered = NOBODY
    if o == NOBODY:
        return
    offer = m.offers[s.epoch, o]
    if offer.made and fits_audience(m, s, offer, t) and is_available(m, c, offer):
        answer(m, c, out, t, o, s.considered_occurrence, s.considered_accepted, NOBODY)


@inlined
def answer(m, c, out, t, o, occurrence, accepted, effect):
    """Carry out the answer and bear its consequences."""
    s = c.state
    offer = m.offers[s.epoch, o]
    if accepted:
        before = c.account.mrr
        stages = out.tallies.offers[int(t), s.segment, o]
        stages[ACCEPTED] += 1
        if offer.motion == DOWNSELL and s.here != GONE:
            follow(m, c, out, t, o)
        take(m, c, out, t, o, effect if offer.takes_effect == NOBODY else offer.takes_effect)
        stages[GAINED] += c.account.mrr - before
        bear(m, c, out, t, offer.accepted, offer.consequence, occurrence)
    else:
        bear(m, c, out, t, offer.declined, offer.consequence, occurrence)


@inlined
def fits_audience(m, s, offer, t):
    """Tell whether the customer is in the offer's audience; only win-back offers think of those who left."""
    if s.here != (GONE if offer.motion == WIN_BACK else ACTIVE):
        return False
    if not offer.selective:
        return True
    if not holds(offer.phases, s.phase):
        return False
    knows_mood = m.segments[s.epoch, s.segment].satisfaction.there
    if offer.nps != EVERY_CLASS and not (knows_mood and holds(offer.nps, nps_class(s))):
        return False
    if not (holds(offer.segments, s.segment) and holds(offer.plans, s.plan) and holds(offer.terms, s.term)):
        return False
    if offer.has & s.addons != offer.has or offer.lacks & s.addons != 0:
        return False
    if offer.rescued != NOBODY and s.rescued != offer.rescued:
        return False
    tenure = t - s.sign_up
    return offer.tenure_above <= tenure < offer.tenure_below


@jit
def acceptance(m, s, offer):
    """Return the probability of acceptance before its cap at 1: base, factors, and the response to a price step.

    The response holds for plan targets of upsells: (step of list prices today / the same step in the first epoch)
    to the power of the segment's upgrade elasticity, for positive steps.
    """
    p = offer.acceptance * nps_factor(m, s, offer)
    elasticity = m.segments[s.epoch, s.segment].upgrade_elasticity
    if elasticity == 0.0 or offer.motion != UPSELL or not (offer.target == NEXT_PLAN or offer.target == TO_PLAN):
        return p
    plan = plan_of(m, s, offer)
    step = m.plans[s.epoch, plan].price - m.plans[s.epoch, s.plan].price
    first_step = m.first_price[plan] - m.first_price[s.plan]
    if step <= 0 or first_step <= 0 or step == first_step:
        return p
    return p * (step / first_step) ** elasticity
