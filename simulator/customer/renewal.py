"""Renewals: a longer term ends; it is renewed, or the refusal opens the cancellation flow."""

from __future__ import annotations

from simulator.customer.cancel_flow import refused_renewal
from simulator.customer.record import GONE, LEAVING
from simulator.customer.tally import REFUSED_RENEWALS, RENEWALS, count
from simulator.draws.address import purpose
from simulator.draws.distributions import beta, uniform
from simulator.jit import jit
from simulator.model.layout import RENEWAL
from simulator.model.tables import MONTHLY

REFUSES = purpose("renewal/refuses")
PROPENSITY_ALPHA = purpose("renewal/propensity/alpha")
PROPENSITY_BETA = purpose("renewal/propensity/beta")


@jit
def renew(m, c, out, t):
    """Decide the renewal due at t; who has cancelled has decided already."""
    s = c.state
    if s.here != LEAVING:
        decide_renewal(m, c, out, t)
    if s.here == GONE or s.term == MONTHLY:
        return
    if c.clocks[RENEWAL].due <= t:  # not moved by an offer that started a new term
        s.terms_done += 1
        c.clocks[RENEWAL].due = s.term_start + (s.terms_done + 1) * m.term_months[s.term]


@jit
def decide_renewal(m, c, out, t):
    """Renew or refuse, where the renewal is what decides."""
    s = c.state
    term = m.segment_terms[s.epoch, s.segment, s.term]
    count(out, s, t, RENEWALS)
    occurrence = s.renewals
    s.renewals += 1
    if term.decides and uniform(s, REFUSES, occurrence) < not_renewed(s, term):
        count(out, s, t, REFUSED_RENEWALS)
        refused_renewal(m, c, out, t)


@jit
def not_renewed(s, term):
    """Return this customer's probability of refusing a renewal.

    One number for everybody, or a propensity of its own that it keeps: the shifted-beta-geometric model of Fader
    and Hardie (2007), J. Interactive Marketing 21, 76.
    """
    if term.alpha > 0.0:
        return beta(s, PROPENSITY_ALPHA, PROPENSITY_BETA, term.alpha, term.beta)
    return term.not_renewed
