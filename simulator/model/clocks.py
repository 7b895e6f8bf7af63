"""Which of the clocks that a customer carries can ring at all in a scenario: engines look at no others."""

from __future__ import annotations

import numpy as np

from simulator.model import layout as L
from simulator.model import tables as T

DATED = (T.EVERY, T.TENURE, T.RENEWAL_WITHIN, T.CALENDAR_MONTH, T.CHURNED_FOR)  # triggers of offers


def clocks_in_use(tables: T.Tables) -> np.ndarray:
    """Return the numbers of those clocks in ascending order (int64); a clock is left out only if nothing can set it."""
    m, scalars = tables, tables.scalars[0]
    several_epochs = scalars.n_epochs > 1
    is_pause, is_discount = ((m.offers.target == target).any() for target in (T.TO_PAUSE, T.TO_DISCOUNT))
    dated = {
        L.EPOCH_START: several_epochs,
        L.PRICE_MOVE: several_epochs,
        L.TENURE_STEP: scalars.n_tenure > 0,
        L.BILL_SHOCK_END: np.isfinite(m.epochs.bill_shock_above).any(),
        L.TRIAL_END: (m.plans.trial_length > 0).any() or (m.offers.trial_length > 0).any(),
        L.PAUSE_END: is_pause,
        L.DISCOUNT_END: is_discount,
        L.UNPAID_END: (m.segments.failed_payment > 0).any(),
        L.LEAVE: True,
        L.CHANGE: True,
        L.RENEWAL: scalars.n_terms > 1,
        L.TICK: scalars.has_ticks,
        L.ONBOARDING_END: m.segments.onboarding.length.there.any(),
        L.ADOPTION_END: m.segments.adoption.length.there.any(),
        L.DECISION: m.segments.decision.there.any(),
    }
    random = {
        L.INTENT: True,
        L.LURE: (m.epochs.lured > 0).any(),
        L.DOWNGRADE: (m.segments.downgrade > 0).any(),
        L.SHOCK: (m.segments.shock > 0).any(),
        L.FAILED_PAYMENT: (m.segments.failed_payment > 0).any(),
        L.SEAT_ADDED: (m.segments.seats_added > 0).any(),
        L.SEAT_REMOVED: (m.segments.seats_removed > 0).any(),
    }
    in_use = np.zeros(scalars.n_clocks, bool)
    in_use[: L.FIRST_OFFER] = [dated[clock] for clock in range(L.FIRST_OFFER)]
    in_use[L.FIRST_OFFER : scalars.first_random] = np.isin(m.offers.trigger, DATED).any(axis=0)
    rest = in_use[scalars.first_random :]
    rest[: L.FIRST_ADDON] = [random[clock] for clock in range(L.FIRST_ADDON)]
    in_use[scalars.first_random + L.FIRST_ADDON : scalars.first_signal] = (m.addons.cancel > 0).any(axis=0)
    in_use[scalars.first_signal : scalars.first_random_offer] = (m.signals.rate > 0).any(axis=(0, 1))
    in_use[scalars.first_random_offer : scalars.return_clock] = (m.offers.trigger == T.RATE).any(axis=0)
    in_use[scalars.return_clock] = (m.offers.return_hazard > 0).any() or (m.segments.recovery_hazard > 0).any()
    return np.flatnonzero(in_use)


def with_clocks(tables: T.Tables) -> T.Tables:
    """Return the tables with the clocks that are in use, whatever the tables said of them before."""
    clocks, scalars = clocks_in_use(tables), tables.scalars.copy()
    fixed = clocks - scalars[0].first_random
    scalars[0].can_run = sum(1 << int(which) for which in fixed if 0 <= which < L.FIRST_ADDON)
    return tables._replace(clocks=clocks, scalars=scalars)
