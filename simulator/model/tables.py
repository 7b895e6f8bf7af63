"""The tables of a compiled model: what each row holds, in which unit.

Rows are addressed [epoch, ...]; names have become positions in the model's name lists. Money is in int64
ten-thousandths of a currency unit, time in months from the scenario's start, rates are hazards per month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

NEVER = np.inf
NOBODY: Any = np.int64(-1)  # of a type that functions are not compiled anew for
MONTHLY = 0  # the term that is always there

# How a plan is sold.
SOLD_TO_EVERYONE, SOLD_AS_RESCUE, NOT_SOLD = 0, 1, 2
# Motions of an offer.
UPSELL, CROSS_SELL, DOWNSELL, WIN_BACK, CARE = 0, 1, 2, 3, 4
# Triggers of an offer.
(
    RATE,
    EVERY,
    TENURE,
    RENEWAL_WITHIN,
    CALENDAR_MONTH,
    ON_SIGN_UP,
    CANCEL_INTENT,
    CHURNED_FOR,
    ON_SIGNAL,
    ONBOARDING_FAILED,
    USAGE_ABOVE,
    USAGE_BELOW,
    SEATS_ABOVE,
    SATISFACTION_ABOVE,
    SATISFACTION_BELOW,
) = range(15)
# Targets of an offer.
NEXT_PLAN, TO_PLAN, TO_ADDON, TO_BUNDLE, TO_TERM, TO_SEATS, TO_SPLIT, TO_PAUSE, TO_DISCOUNT, TO_NOTHING = range(10)
# Usage prices.
NOT_METERED, PER_UNIT, PACKAGE, GRADUATED, VOLUME, STAIRSTEP = range(6)
# Phases of customer success, and NPS classes, as bits of an audience.
ONBOARDING, ONBOARDED, ADOPTED = range(3)
PROMOTER, PASSIVE, DETRACTOR = range(3)
# When a change of plan takes effect.
NOW, ANNIVERSARY, AT_RENEWAL_DATE = 0, 1, 2
# What a price change does to customers who hold the item.
KEEP, MOVE_NOW, MOVE_AT_RENEWAL, MOVE_AFTER = 0, 1, 2, 3
# Kinds of population blocks.
COUNTED, LISTED, ARRIVING = 0, 1, 2

SCALARS = np.dtype(  # one row
    [
        ("months", "i8"),
        ("start_month", "i8"),  # calendar month (0 = January) of month 0
        ("n_epochs", "i8"),
        ("n_plans", "i8"),
        ("n_addons", "i8"),
        ("n_bundles", "i8"),
        ("n_offers", "i8"),
        ("n_terms", "i8"),
        ("n_tenure", "i8"),  # steps of the tenure factor
        ("n_signals", "i8"),
        ("has_ticks", "u1"),  # something looks at the month ticks
        ("n_clocks", "i8"),
        ("first_random", "i8"),  # first of the random clocks
        ("first_signal", "i8"),
        ("first_random_offer", "i8"),  # clock of the first offer by rate
        ("return_clock", "i8"),
        ("has_win_back", "u1"),
        ("can_run", "u8"),  # bit mask of the fixed random clocks (INTENT, ...) that anything can set
        ("n_undo", "i8"),  # rows of events that a customer may have to take back
    ],
    align=True,
)
EPOCH = np.dtype(  # [epoch]
    [
        ("start", "f8"),
        ("calendar_month", "i8"),
        ("bluff", "f8"),
        ("lured", "f8"),
        ("notice", "f8"),
        ("immediate", "u1"),  # a cancellation takes effect at once
        ("upgrade", "i8"),  # when an upgrade takes effect
        ("downgrade", "i8"),
        ("from_annual", "i8"),
        ("promoter", "f8"),  # factors on the cancel intent by NPS class
        ("passive", "f8"),
        ("detractor", "f8"),
        ("bill_shock_above", "f8"),  # inf: none
        ("bill_shock_factor", "f8"),
        ("bill_shock_for", "f8"),
        ("causal", "f8"),
        ("covered", "f8"),  # factor on the cancel intent of customers whom a team looks after
    ],
    align=True,
)
PLAN = np.dtype(  # [epoch, plan]
    [
        ("choice", "u8"),  # purpose of the draw at sign-up
        ("price", "i8"),
        ("up", "i8"),  # next plan on the ladder or NOBODY
        ("down", "i8"),
        ("rung", "i8"),  # place on the ladder or NOBODY
        ("sold", "i8"),
        ("extra_seat", "i8"),
        ("included_seats", "f8"),  # inf: as many as one likes
        ("included_usage", "f8"),  # NaN: no allowance
        ("blocks", "u1"),  # usage stops at the allowance
        ("trial_length", "f8"),  # 0: no trial at sign-up
        ("trial_converts", "f8"),
        ("trial_else", "i8"),  # NOBODY: leaves
        ("mode", "i8"),  # of the usage price
        ("unit", "f8"),  # ten-thousandths a unit, or a package
        ("package", "f8"),  # units in one
        ("first_tier", "i8"),
        ("n_tiers", "i8"),
        ("minimum", "f8"),
        ("maximum", "f8"),
    ],
    align=True,
)
TIER = np.dtype([("up_to", "f8"), ("unit", "f8"), ("fee", "f8")], align=True)  # [tier]; money in ten-thousandths
PLAN_TERM = np.dtype([("discount", "f8"), ("offered", "u1")], align=True)  # [epoch, plan, term]
# A quantity that differs between customers: lognormal around a median, normal around a mean; or not there at all.
SPREAD = np.dtype([("there", "u1"), ("normal", "u1"), ("centre", "f8"), ("spread", "f8")], align=True)
CONSEQUENCE = np.dtype(
    [("satisfaction", "f8"), ("cancel", "f8"), ("early_satisfaction", "f8"), ("early_cancel", "f8")], align=True
)  # the early ones are for customers who have not adopted yet
PHASE = np.dtype([("length", SPREAD), ("success", "f8"), ("done", CONSEQUENCE), ("failed", CONSEQUENCE)], align=True)
SEGMENT = np.dtype(  # [epoch, segment]
    [
        ("price_factor", "f8"),
        ("frailty_shape", "f8"),  # 1 / cv^2; 0: everybody has the same rate
        ("downgrade", "f8"),
        ("upgrade_elasticity", "f8"),
        ("cancel_elasticity", "f8"),
        ("usage", SPREAD),
        ("usage_growth", "f8"),
        ("usage_fades", "f8"),  # inf: growth does not fade
        ("usage_volatility", "f8"),
        ("seats", SPREAD),
        ("seats_added", "f8"),
        ("seats_removed", "f8"),
        ("satisfaction", SPREAD),
        ("reversion", "f8"),
        ("satisfaction_volatility", "f8"),
        ("shock", "f8"),
        ("shock_downgrade", "f8"),
        ("shock_cancel", "f8"),
        ("recovery_hazard", "f8"),
        ("failed_payment", "f8"),
        ("failed_recovered", "f8"),
        ("failed_within", "f8"),
        ("decision", SPREAD),
        ("decision_power", "f8"),
        ("onboarding", PHASE),
        ("adoption", PHASE),
    ],
    align=True,
)
SIGNAL = np.dtype([("rate", "f8"), ("lasts", "f8"), ("purpose", "u8")], align=True)  # [epoch, segment, signal]
SEGMENT_PLAN = np.dtype(  # [epoch, segment, plan]
    [("cancel", "f8"), ("weight", "f8")],  # share of sign-ups
    align=True,
)
SEGMENT_TERM = np.dtype(  # [epoch, segment, term]
    [
        ("share", "f8"),
        ("decides", "u1"),  # not_renewed is given: the renewal decides, the intent clock stands still
        ("not_renewed", "f8"),
        ("alpha", "f8"),  # > 0: not_renewed is beta-distributed over customers
        ("beta", "f8"),
    ],
    align=True,
)
ADDON = np.dtype(  # [epoch, addon]
    [
        ("price", "i8"),
        ("cancel", "f8"),
        ("plans", "u8"),  # bit mask of the plans it goes with
        ("per_seat", "u1"),
        ("is_option", "u1"),  # counts as upsell
        ("sold", "u1"),
        ("purpose", "u8"),
    ],
    align=True,
)
BUNDLE = np.dtype([("addons", "u8"), ("plan", "i8"), ("discount", "f8"), ("sold", "u1")], align=True)  # [epoch, bundle]
OFFER = np.dtype(  # [epoch, offer]
    [
        ("made", "u1"),  # the offer exists in this epoch
        ("motion", "i8"),
        ("trigger", "i8"),
        ("when", "f8"),  # hazard, months, or bit mask of calendar months
        ("target", "i8"),
        ("goal", "i8"),  # plan, add-on, bundle or term
        ("takes_effect", "i8"),  # NOBODY: as the kind of change says
        ("acceptance", "f8"),  # base times the plain factors
        ("quiet_for", "f8"),
        ("promoter", "f8"),  # factors on the acceptance by NPS class
        ("passive", "f8"),
        ("detractor", "f8"),
        ("accepted", CONSEQUENCE),
        ("declined", CONSEQUENCE),
        ("trial_length", "f8"),  # 0: no trial before an upgrade
        ("trial_converts", "f8"),
        ("share", "f8"),  # discount
        ("lasts", "f8"),  # of a discount or a pause
        ("stays", "f8"),  # share that stays after a discount, or resumes after a pause
        ("team", "i8"),  # whose people it needs, or NOBODY
        ("work", "f8"),  # months of one person
        ("work_varies", "u1"),  # exponential, with `work` as its mean
        ("waits", "f8"),  # longest wait for a person
        ("works", "u8"),  # purpose of the draw
        ("number", "i8"),  # seats added, or plans split into
        ("return_hazard", "f8"),
        ("return_to", "i8"),  # NOBODY: the plan it was rescued from
        ("accepts", "u8"),  # purposes of its draws
        ("clock", "u8"),
        ("consequence", "u8"),
        # audience: bit masks and bounds, all must hold; none is asked where all hold for everyone
        ("selective", "u1"),
        ("segments", "u8"),
        ("plans", "u8"),
        ("terms", "u8"),
        ("has", "u8"),
        ("lacks", "u8"),
        ("rescued", "i8"),  # NOBODY: does not matter
        ("tenure_above", "f8"),
        ("tenure_below", "f8"),
        ("phases", "u8"),
        ("nps", "u8"),
    ],
    align=True,
)
TEAM = np.dtype([("people", "i8"), ("places", "i8"), ("handoff", "f8"), ("cost", "i8")], align=True)  # [epoch, team]
TENURE_FACTOR = np.dtype([("until", "f8"), ("factor", "f8")], align=True)  # [epoch, step]
MIGRATION = np.dtype(  # [epoch, segment, item]; item 0..P-1 plans, then add-ons
    [("mode", "i8"), ("after", "f8"), ("retire_to", "i8")], align=True
)
BLOCK = np.dtype(  # [block]: customers who enter in the same way
    [
        ("kind", "i8"),
        ("segment", "i8"),
        ("plan", "i8"),  # COUNTED
        ("month", "i8"),  # ARRIVING
        ("stream", "u8"),  # word of the customers' addresses
        ("first", "i8"),  # LISTED: row of the first; ARRIVING: number of the first of the month
        ("count", "i8"),  # COUNTED, LISTED
        ("rate", "f8"),  # ARRIVING: expected sign-ups of the month
        ("tenure_mean", "f8"),  # COUNTED
    ],
    align=True,
)
LISTED_CUSTOMER = np.dtype(  # [row] of an opening file
    [
        ("stream", "u8"),
        ("index", "u8"),
        ("segment", "i8"),
        ("plan", "i8"),
        ("term", "i8"),
        ("addons", "u8"),
        ("tenure", "f8"),
        ("usage", "f8"),  # NaN: drawn as for others
        ("seats", "i8"),  # 0: drawn as for others
        ("has_own_price", "u1"),
        ("mrr", "i8"),
    ],
    align=True,
)


class Tables(NamedTuple):
    """What the kernel reads: record arrays with the rows described above."""

    scalars: Any
    clocks: Any  # int64: those that can ring at all, in their order
    epochs: Any
    plans: Any
    plan_terms: Any
    segments: Any
    segment_plans: Any
    segment_terms: Any
    addons: Any
    bundles: Any
    offers: Any
    tenure: Any
    attached: Any  # float64 [epoch, number of add-ons held]: factor on the cancel intent
    migrations: Any
    term_months: Any  # float64 [term]
    term_choice: Any  # uint64 [term]: purposes of the draws at sign-up
    first_price: Any  # int64 [plan]: list price in the first epoch in which the plan is there
    listed: Any
    tiers: Any
    usage_season: Any  # float64 [epoch, segment, calendar month]
    signals: Any
    teams: Any
    policy: Any  # one row of accounting.policy_row.POLICY
