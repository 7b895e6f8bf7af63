"""How likely a customer is to open the cancellation flow: DOMAIN's factors on the cancel intent."""

from __future__ import annotations

from simulator.customer.record import addons_held
from simulator.jit import jit
from simulator.model.tables import MONTHLY


@jit
def intent_hazard(m, c, t):
    """Return the hazard of the cancel intent per month.

    The plan's rate times frailty, tenure, attachment and price-move factors; 0 in a longer term whose renewal
    decides.
    """
    s = c.state
    if s.term != MONTHLY and m.segment_terms[s.epoch, s.segment, s.term].decides:
        return 0.0
    hazard = m.segment_plans[s.epoch, s.segment, s.plan].cancel * s.frailty * s.price_moves
    return hazard * tenure_factor(m, s, t) * m.attached[s.epoch, addons_held(m, s)]


@jit
def tenure_factor(m, s, t):
    """Return the factor of the customer's time since sign-up."""
    for i in range(m.scalars[0].n_tenure):
        step = m.tenure[s.epoch, i]
        if t < s.sign_up + step.until:
            return step.factor
    return 1.0


@jit
def next_tenure_step(m, s, t):
    """Return the next date after t at which the tenure factor changes; infinite if there is none."""
    for i in range(m.scalars[0].n_tenure):
        until = s.sign_up + m.tenure[s.epoch, i].until
        if until > t:
            return until
    return float("inf")


@jit
def lured_hazard(m, c):
    """Return the hazard of opening the flow only to get the cheap offer: payers who could cancel."""
    s = c.state
    if c.account.mrr == 0 or (s.term != MONTHLY and m.segment_terms[s.epoch, s.segment, s.term].decides):
        return 0.0
    return m.epochs[s.epoch].lured
