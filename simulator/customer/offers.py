"""Offers: one mechanism for all motions. Audience, target, acceptance, consequences."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.record import GONE, holds
from simulator.customer.tally import CAPPED, MADE, count_acceptance
from simulator.customer.targets import is_available, plan_of, take
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.tables import NEXT_PLAN, NOBODY, TO_PLAN, UPSELL, WIN_BACK

VOLUNTARY = number(Cause.VOLUNTARY)


@jit
def make_offer(m, c, out, t, o, effect):
    """Make offer o if the customer is in its audience and could take it; tell whether it was accepted.

    `effect` is when what is accepted takes effect unless the offer itself says otherwise: NOW in the cancellation
    flow, NOBODY (the policy on plan changes) elsewhere.
    """
    s = c.state
    offer = m.offers[s.epoch, o]
    memory = c.offers[o]
    if not offer.made or t < memory.quiet_until or not fits_audience(m, s, offer, t):
        return False
    if not is_available(m, c, offer):
        return False
    occurrence = memory.made
    memory.made += 1
    memory.quiet_until = t + offer.quiet_for
    month = int(t)
    out.tallies.offers[month, s.segment, o, MADE] += 1
    p = acceptance(m, s, offer)
    out.tallies.offers[month, s.segment, o, CAPPED] += p > 1.0
    accepted = uniform(s, offer.accepts, occurrence) < p
    leaves = offer.declined_cancel
    if accepted:
        takes_effect = effect if offer.takes_effect == NOBODY else offer.takes_effect
        leaves = offer.accepted_cancel
        count_acceptance(m, c, out, t, o)
        take(m, c, out, t, o, takes_effect)
    if leaves > 0.0 and s.here != GONE and uniform(s, offer.consequence, occurrence) < leaves:
        leave(m, c, out, t, VOLUNTARY)
    return accepted


@jit
def fits_audience(m, s, offer, t):
    """Tell whether the customer is in the offer's audience; of those who left only win-back offers think."""
    if (s.here == GONE) != (offer.motion == WIN_BACK):
        return False
    if not (holds(offer.segments, s.segment) and holds(offer.plans, s.plan) and holds(offer.terms, s.term)):
        return False
    if offer.has & s.addons != offer.has or offer.lacks & s.addons != 0:
        return False
    if offer.rescued != NOBODY and (s.return_to != NOBODY) != (offer.rescued == 1):
        return False
    tenure = t - s.sign_up
    return offer.tenure_above <= tenure < offer.tenure_below


@jit
def acceptance(m, s, offer):
    """Return the probability of acceptance before its cap at 1: base, factors, and the response to a price step.

    The response holds for plan targets of upsells: (step of list prices today / the same step in the first epoch)
    to the power of the segment's upgrade elasticity, for positive steps.
    """
    p = offer.acceptance
    elasticity = m.segments[s.epoch, s.segment].upgrade_elasticity
    if elasticity == 0.0 or offer.motion != UPSELL or not (offer.target == NEXT_PLAN or offer.target == TO_PLAN):
        return p
    plan = plan_of(m, s, offer)
    step = m.plans[s.epoch, plan].price - m.plans[s.epoch, s.plan].price
    first_step = m.first_price[plan] - m.first_price[s.plan]
    if step <= 0 or first_step <= 0 or step == first_step:
        return p
    return p * (step / first_step) ** elasticity
