"""Tallies: what happened that is not money. Offers, intents, renewals, moves between plans; integer counts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from simulator.customer.record import FOLLOWED_AT_MOST, GONE
from simulator.customer.satisfaction import nps_class
from simulator.jit import inlined, jit, number
from simulator.model.tables import NEVER

OFFER_STAGES = (
    "made",
    "accepted",
    "capped",  # the acceptance would have been above 1
    "observed_3",  # accepted, and the horizon lies at least 3 months later
    "still_3",
    "observed_6",
    "still_6",
    "observed_12",
    "still_12",
    "returned_12",  # of observed_12: back on a higher plan
    "ended",  # its discount or pause is over
    "stayed",  # and the customer stayed, or resumed
    "busy",  # not made: another offer was being considered
    "mrr",  # ten-thousandths: change of MRR when what was accepted took effect
)
MADE, ACCEPTED, CAPPED, OBSERVED_3 = 0, 1, 2, 3
RETURNED_12, AFTER_ENDED, AFTER_STAYED, BUSY, GAINED = (
    number(OFFER_STAGES.index(stage)) for stage in ("returned_12", "ended", "stayed", "busy", "mrr")
)
FOLLOW_MONTHS = (3.0, 6.0, 12.0)

COUNTERS = (
    "sign_ups",
    "intents",  # cancel intents of customers, bluffers included, lured not
    "bluffs",
    "lured",
    "renewals",  # of longer terms
    "refused_renewals",
    "rescued",  # intents that ended with an accepted offer
    "stayed",  # bluffers whom no offer won, who stayed anyway
    "departures",  # intents that became a cancellation
    "alive_90d",
    "attached_90d",
    "attached_observed_12m",
    "attached_retained_12m",
    "bare_observed_12m",
    "bare_retained_12m",
    "onboarding_done",
    "onboarding_failed",
    "adoption_done",
    "adoption_failed",
    "trials_started",
    "trials_converted",
    "shocks",
    "payments_failed",
    "payments_lost",
    "pause_lost",  # ten-thousandths of a currency unit: MRR before a pause that did not end in resuming
    "free_throughout",  # present at the horizon without ever having paid, by month of sign-up
    "promoters",  # at month ticks
    "passives",
    "detractors",
    "satisfaction",  # sum at month ticks, in millionths
    "not_followed",  # accepted rescues beyond the number followed per customer
    "invoiced",  # ten-thousandths of a currency unit, in the month of the invoice
    "credited",
)
(
    SIGN_UPS,
    INTENTS,
    BLUFFS,
    LURED,
    RENEWALS,
    REFUSED_RENEWALS,
    RESCUED,
    STAYED,
    DEPARTURES,
    ALIVE_90D,
    ATTACHED_90D,
    ATTACHED_OBSERVED_12M,
    ATTACHED_RETAINED_12M,
    BARE_OBSERVED_12M,
    BARE_RETAINED_12M,
    ONBOARDING_DONE,
    ONBOARDING_FAILURES,
    ADOPTION_DONE,
    ADOPTION_FAILED,
    TRIALS_STARTED,
    TRIALS_CONVERTED,
    SHOCKS,
    PAYMENTS_FAILED,
    PAYMENTS_LOST,
    PAUSE_LOST,
    FREE_THROUGHOUT,
    PROMOTERS,
    PASSIVES,
    DETRACTORS,
    SATISFACTION,
    NOT_FOLLOWED,
    INVOICED,
    CREDITED,
) = (number(i) for i in range(len(COUNTERS)))
NINETY_DAYS = 90.0 / 30.4375

# Used amounts at the horizon are counted in steps of a quarter of an octave of 1 + used; the last one is open.
USAGE_STEPS = 128
STEPS_PER_OCTAVE = 4.0


class Tallies(NamedTuple):
    """Counts of one replication: M months, S segments, O offers, P plans; int64."""

    offers: Any  # (M, S, O, stages), by the month in which the offer was made
    counters: Any  # (M, S, counters); the 90-day ones by month of the first payment
    moves: Any  # (M, S, P + 1, P + 1) changes of plan, from and to; P stands for outside
    journeys: Any  # (S, 2, P, P + 1, 2) opening base or later, first plan, plan at the horizon (P: gone), rescued
    usage: Any  # (S, P, USAGE_STEPS) customers at the horizon by the amount they used in their last month


def empty_tallies(months: int, segments: int, offers: int, plans: int) -> Tallies:
    """Return tallies of that size, all zero."""
    return Tallies(
        np.zeros((months, segments, offers, len(OFFER_STAGES)), np.int64),
        np.zeros((months, segments, len(COUNTERS)), np.int64),
        np.zeros((months, segments, plans + 1, plans + 1), np.int64),
        np.zeros((segments, 2, plans, plans + 1, 2), np.int64),
        np.zeros((segments, plans, USAGE_STEPS), np.int64),
    )


@inlined
def count(out, s, t, counter):
    """Add one to a counter in the month of t."""
    out.tallies.counters[int(t), s.segment, counter] += 1


@inlined
def count_amount(out, s, t, counter, amount):
    """Add an amount to a counter in the month of t."""
    out.tallies.counters[int(t), s.segment, counter] += amount


@inlined
def count_stage(out, s, t, offer, stage):
    """Add one to a stage of an offer in the month of t."""
    out.tallies.offers[int(t), s.segment, offer, stage] += 1


@inlined
def count_gain(out, s, t, offer, amount):
    """Add a change of MRR (ten-thousandths) to what an offer has brought."""
    out.tallies.offers[int(t), s.segment, offer, GAINED] += amount


@jit
def count_satisfaction(m, out, s, t):
    """Count the customer's NPS class and satisfaction at a month tick."""
    if not m.segments[s.epoch, s.segment].satisfaction.there:
        return
    out.tallies.counters[int(t), s.segment, PROMOTERS + nps_class(s)] += 1
    out.tallies.counters[int(t), s.segment, SATISFACTION] += int(s.satisfaction * 1e6)


@jit
def follow(m, c, out, t, offer):
    """Follow an accepted rescue: is the customer still here 3, 6 and 12 months later?"""
    s = c.state
    if s.followed == FOLLOWED_AT_MOST:
        if c.followed[0].time + 12.0 > t:
            count(out, s, t, NOT_FOLLOWED)
            return
        _close_followed(m, c, out, 0, t)
        for i in range(1, FOLLOWED_AT_MOST):
            c.followed[i - 1].time = c.followed[i].time
            c.followed[i - 1].offer = c.followed[i].offer
            c.followed[i - 1].returned = c.followed[i].returned
        s.followed -= 1
    row = c.followed[s.followed]
    row.time, row.offer, row.returned = t, offer, 0
    s.followed += 1


@jit
def follow_return(c, t):
    """Note that the customer is back on a higher plan."""
    for i in range(c.state.followed):
        if t <= c.followed[i].time + 12.0:
            c.followed[i].returned = 1


@jit
def close_all_followed(m, c, out, t):
    """Count what became of the followed rescues of a customer who leaves at t, or stays to the horizon t."""
    for i in range(c.state.followed):
        _close_followed(m, c, out, i, t)
    c.state.followed = 0


@jit
def _close_followed(m, c, out, i, t):
    row = c.followed[i]
    stages = out.tallies.offers[int(row.time), c.state.segment, row.offer]
    horizon = float(m.scalars[0].months)
    for k in range(3):
        if row.time + FOLLOW_MONTHS[k] <= horizon:
            stages[OBSERVED_3 + 2 * k] += 1
            stages[OBSERVED_3 + 2 * k + 1] += t >= row.time + FOLLOW_MONTHS[k]
    if row.time + 12.0 <= horizon and row.returned:
        stages[RETURNED_12] += 1


@jit
def count_attachment(m, c, out):
    """Count, for a customer who first paid in the run, whether it had an add-on within 90 days and stayed a year.

    Retention counts from the first payment to the first leaving. The comparison is an association, not an effect.
    """
    s = c.state
    horizon = float(m.scalars[0].months)
    if s.here != GONE and s.first_paid_at == NEVER and c.account.joined >= 0:
        out.tallies.counters[c.account.joined, s.segment, FREE_THROUGHOUT] += 1
    start = s.first_paid_at
    if start < 0.0 or start + NINETY_DAYS > min(horizon, s.left_at):
        return
    month = int(start)
    row = out.tallies.counters[month, s.segment]
    attached = s.first_addon_at <= start + NINETY_DAYS
    row[ALIVE_90D] += 1
    row[ATTACHED_90D] += attached
    if start + 12.0 <= horizon:
        retained = s.left_at >= start + 12.0
        if attached:
            row[ATTACHED_OBSERVED_12M] += 1
            row[ATTACHED_RETAINED_12M] += retained
        else:
            row[BARE_OBSERVED_12M] += 1
            row[BARE_RETAINED_12M] += retained


@jit
def count_journey(m, c, out):
    """Count where a customer began and where it is at the horizon, and how much it uses there."""
    s = c.state
    entered = 1 if c.account.joined >= 0 else 0
    to = m.scalars[0].n_plans if s.here == GONE else s.plan
    out.tallies.journeys[s.segment, entered, s.first_plan, to, s.rescued] += 1
    if s.here != GONE and m.segments[s.epoch, s.segment].usage.there:
        step = min(int(STEPS_PER_OCTAVE * math.log2(1.0 + s.used)), USAGE_STEPS - 1)
        out.tallies.usage[s.segment, s.plan, step] += 1
