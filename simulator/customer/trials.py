"""Trials: at sign-up nothing is paid until it converts; before an upgrade the old plan is paid until it does."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.plan_change import change_plan, drop_pending
from simulator.customer.record import NO_TRIAL, SIGN_UP_TRIAL, UPGRADE_TRIAL
from simulator.customer.settling import settle
from simulator.customer.tally import TRIALS_CONVERTED, TRIALS_STARTED, count, count_gain
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.layout import TRIAL_END
from simulator.model.tables import NOBODY

TRIAL_CONVERSION = number(Cause.TRIAL_CONVERSION)
PLAN_UPGRADE = number(Cause.PLAN_UPGRADE)
VOLUNTARY = number(Cause.VOLUNTARY)
CONVERTS = purpose("trial/converts")


@jit
def start_sign_up_trial(m, c, out, t):
    """Start the trial of the plan chosen at sign-up, if it has one."""
    s = c.state
    length = m.plans[s.epoch, s.plan].trial_length
    if length > 0.0:
        s.trial = SIGN_UP_TRIAL
        c.clocks[TRIAL_END].due = t + length
        count(out, s, t, TRIALS_STARTED)


@jit
def start_upgrade_trial(m, c, out, t, plan, offer):
    """Start a trial of the offered plan; a pending change falls away, MRR stays as it is."""
    s = c.state
    drop_pending(c)
    s.trial = UPGRADE_TRIAL
    s.trial_plan, s.trial_offer = plan, offer
    c.clocks[TRIAL_END].due = t + m.offers[s.epoch, offer].trial_length
    count(out, s, t, TRIALS_STARTED)


@jit
def end_trial(m, c, out, t):
    """End the trial: it converts, or the customer leaves, falls to another plan, or goes back as if nothing was."""
    s = c.state
    trial = s.trial
    s.trial = NO_TRIAL
    u = uniform(s, CONVERTS, s.trials)
    s.trials += 1
    if trial == UPGRADE_TRIAL:
        if u < m.offers[s.epoch, s.trial_offer].trial_converts:
            count(out, s, t, TRIALS_CONVERTED)
            before = c.account.mrr
            change_plan(m, c, out, t, s.trial_plan, PLAN_UPGRADE, s.trial_offer)
            count_gain(out, s, t, s.trial_offer, c.account.mrr - before)
        return
    plan = m.plans[s.epoch, s.plan]
    if u < plan.trial_converts:
        count(out, s, t, TRIALS_CONVERTED)
        settle(m, c, out, t, TRIAL_CONVERSION)
    elif plan.trial_else == NOBODY:
        leave(m, c, out, t, VOLUNTARY)
    else:
        change_plan(m, c, out, t, plan.trial_else, TRIAL_CONVERSION, NOBODY)
