"""How likely a customer is to open the cancellation flow: DOMAIN's factors on the cancel intent."""

from __future__ import annotations

from simulator.customer.record import UPGRADE_TRIAL, addons_held
from simulator.customer.satisfaction import nps_factor
from simulator.jit import inlined, jit
from simulator.model.tables import MONTHLY


@inlined
def intent_hazard(m, c, t):
    """Return the hazard of the cancel intent per month.

    The plan's rate times frailty and the factors of price moves, tenure, attachment, bill shock, coverage and NPS
    class; 0 in a longer term whose renewal decides.
    """
    s = c.state
    if s.term != MONTHLY and m.segment_terms[s.epoch, s.segment, s.term].decides:
        return 0.0
    epoch = m.epochs[s.epoch]
    hazard = plan_hazard(m, s, epoch.causal) * s.frailty * s.price_moves * tenure_factor(m, s, t)
    if s.addons != 0:
        attached = m.attached[s.epoch, addons_held(m, s)]
        hazard *= attached if epoch.causal == 1.0 else attached**epoch.causal
    if s.shocked:
        hazard *= epoch.bill_shock_factor
    if s.covered:
        hazard *= epoch.covered
    return hazard * nps_factor(m, s, epoch)


@jit
def plan_hazard(m, s, causal):
    """Return the cancel rate of the plan held (or tried), of whose difference to the sign-up plan's only the share
    `causal` is effect and the rest selection: its ratio to that rate counts to the power of `causal`."""
    plan = s.trial_plan if s.trial == UPGRADE_TRIAL else s.plan
    hazard = m.segment_plans[s.epoch, s.segment, plan].cancel
    first = m.segment_plans[s.epoch, s.segment, s.first_plan].cancel
    if causal == 1.0 or first <= 0.0:
        return hazard
    return first * (hazard / first) ** causal


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
    if s.billed == 0 or (s.term != MONTHLY and m.segment_terms[s.epoch, s.segment, s.term].decides):
        return 0.0
    return m.epochs[s.epoch].lured
