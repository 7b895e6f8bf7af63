"""What a Markov chain expresses, and what stands in for the rest.

A part is expressible where the future depends on what the customer holds, on its dates, and on multipliers that it
keeps; not where it depends on an amount that moves at random, on a fixed delay that begins at a random time, or on
other customers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtr
from scipy.stats import poisson

from simulator.accounting.policy import DEFAULT
from simulator.accounting.policy_row import policy_row
from simulator.expectation.law import Rules
from simulator.expectation.result import Core, Reason, Replacement
from simulator.expectation.schedule import Schedule
from simulator.model import tables as T
from simulator.model.clocks import with_clocks
from simulator.model.compile import Model

MOST_FRACTIONS = 40  # phases of listed customers that are followed one by one
EVERYBODY = 0b111
TRIGGER_NAMES = {
    T.USAGE_ABOVE: "usage_above",
    T.USAGE_BELOW: "usage_below",
    T.SEATS_ABOVE: "seats_above",
    T.SATISFACTION_ABOVE: "satisfaction_above",
    T.SATISFACTION_BELOW: "satisfaction_below",
    T.ONBOARDING_FAILED: "onboarding_failed",
}


@dataclass(frozen=True)
class Part:
    """A part that is not expressible: where, what it is, why not, what stands in for it, and how that is put there."""

    key_path: str
    was: str
    why: str
    replacement: str
    mend: Callable[[Model], None]  # changes the tables of a copy


def not_markov(model: Model) -> list[Reason]:
    """Return everything in the model that is not expressible, by key path."""
    return [Reason(part.key_path, part.why, part.replacement) for part in _parts(model)]


def markov_core(model: Model) -> Core:
    """Return the model with every part that is not expressible replaced by its mean-field value.

    The core keeps all addresses of draws: simulated with the same seed it meets the same customers.
    """
    t = model.tables
    copied = {
        name: table.copy() if isinstance(table, np.ndarray) else table for name, table in zip(t._fields, t, strict=True)
    }
    core = replace(model, tables=t._replace(**copied), markets=model.markets.copy())
    replaced: dict[str, Replacement] = {}
    for _ in range(10):  # a replacement may uncover another part
        parts = list(_parts(core))
        if not parts:
            core = replace(core, tables=with_clocks(core.tables))  # an offer may be made at random now
            return Core(core, tuple(replaced.values()))
        for part in parts:
            part.mend(core)
            replaced.setdefault(part.key_path, Replacement(part.key_path, part.was, part.replacement))
    raise AssertionError(f"replacements do not end: {[part.key_path for part in _parts(core)]}")


def _parts(model: Model) -> Iterator[Part]:
    for s, name in enumerate(model.names.segments):
        yield from _segment_parts(model, s, f"segments.{name}")
    for o, name in enumerate(model.names.offers):
        yield from _offer_parts(model, o, f"offers.{name}")
    yield from _common_parts(model)


# -- segments -----------------------------------------------------------------------------------------------------


def _segment_parts(model: Model, s: int, path: str) -> Iterator[Part]:
    t = model.tables
    rows = t.segments[:, s]
    listed = _listed(model, s)
    for part in (_usage, _seats, _satisfaction, _phases):
        yield from part(model, s, path)
    if _random_length(rows.decision).any():
        yield Part(
            f"{path}.decision",
            "a time to decide",
            "the answer comes a while after an offer that is made at random",
            "an answer at once",
            lambda m: _set(m.tables.segments[:, s].decision, "there", 0),
        )
    if ((rows.failed_payment > 0.0) & (rows.failed_within > 0.0)).any():
        yield Part(
            f"{path}.failed_payment.within",
            "a time in which payments are chased",
            "it is a fixed time that begins at a random moment",
            "no time: who is lost is lost at once",
            lambda m: _set(m.tables.segments[:, s], "failed_within", 0.0),
        )
    if len(np.unique(rows.frailty_shape)) > 1:
        yield Part(
            f"{path}.frailty",
            "a frailty that changes at a date",
            "customers of several laws would have to be told apart",
            "that of the first epoch",
            lambda m: _set(m.tables.segments[:, s], "frailty_shape", m.tables.segments[0, s].frailty_shape),
        )
    terms = t.segment_terms[:, s]
    laws = {(float(a), float(b)) for a, b in zip(terms.alpha.ravel(), terms.beta.ravel(), strict=True) if a > 0.0}
    if len(laws) > 1:
        yield Part(
            f"{path}.not_renewed",
            "several beta laws",
            "a customer's propensities under several beta laws are dependent",
            "the mean of each",
            lambda m: _mean_propensity(m.tables.segment_terms[:, s]),
        )
    market = model.markets[:, s]
    rate = sum(float(b.rate) for b in model.blocks if b.kind == T.ARRIVING and b.segment == s)
    if (market >= 0).any() and rate > 0.0 and poisson.sf(market[market >= 0].min(), rate) > 1e-12:
        yield Part(
            f"{path}.arrivals.market",
            "a largest number of sign-ups",
            "sign-ups then depend on each other",
            "no limit",
            lambda m: _set_array(m.markets[:, s], -1),
        )
    if len(listed):
        schedule = Schedule.of(Rules.of(model, s))
        fractions = {x % 1.0 for x in listed.tenure.tolist()}
        if len(fractions) > MOST_FRACTIONS and (schedule.knows_tenure or schedule.knows_anniversaries):
            yield Part(
                f"{path}.opening",
                f"tenures of {len(fractions)} fractions of a month",
                f"more than {MOST_FRACTIONS} phases are not followed one by one",
                "tenures in whole months, phases drawn",
                lambda m: _floor_tenures(m, s),
            )


def _usage(model: Model, s: int, path: str) -> Iterator[Part]:
    t = model.tables
    rows = t.segments[:, s]
    there = rows.usage.there != 0
    listed = _listed(model, s)
    stated = bool((listed.usage == listed.usage).any())  # in a file, with or without a law of the segment
    if not (there.any() or stated):
        return
    offers = np.isin(t.offers.trigger, (T.USAGE_ABOVE, T.USAGE_BELOW)) & (t.offers.made != 0)
    if not ((t.plans.mode != T.NOT_METERED).any() or offers.any()):
        return  # nobody pays for it, nothing waits for it
    moving = (rows.usage.spread > 0.0) | (rows.usage_growth != 0.0) | (rows.usage_volatility > 0.0)
    moving |= (t.usage_season[:, s] != 1.0).any(axis=1)
    if (moving & there).any() or stated:
        yield Part(
            f"{path}.usage",
            "a used amount that differs between customers and months",
            "the used amount is not one of finitely many states",
            "its mean at sign-up, the same for all and for ever"
            if there.any()
            else "none: the segment has no law of it",
            lambda m: _mean_usage(m, s),
        )


def _seats(model: Model, s: int, path: str) -> Iterator[Part]:
    t = model.tables
    rows = t.segments[:, s]
    priced = (t.plans.extra_seat > 0).any() or ((t.addons.per_seat != 0) & (t.addons.price > 0)).any()
    waits = ((t.offers.trigger == T.SEATS_ABOVE) & (t.offers.made != 0)).any()
    there = rows.seats.there != 0
    stated = bool((_listed(model, s).seats > 0).any())  # in a file, with or without a law of the segment
    if not (there.any() or stated) or not (priced or waits):
        return
    moving = (rows.seats.spread > 0.0) | (rows.seats_added > 0.0) | (rows.seats_removed > 0.0)
    moving |= np.floor(np.maximum(rows.seats.centre, 0.0) + 0.5) != max(math.floor(rows.seats.centre[0] + 0.5), 1)
    if moving.any() or stated:
        yield Part(
            f"{path}.seats",
            "seats that differ between customers and months",
            "the number of seats has no bound",
            "their mean at sign-up, rounded, the same for all and for ever" if there.any() else "one each",
            lambda m: _mean_seats(m, s),
        )


def _satisfaction(model: Model, s: int, path: str) -> Iterator[Part]:
    t = model.tables
    there = t.segments[:, s].satisfaction.there != 0
    epochs, offers = t.epochs, t.offers
    on_intent = (epochs.promoter != 1.0) | (epochs.passive != 1.0) | (epochs.detractor != 1.0)
    on_offers = (
        (offers.promoter != 1.0) | (offers.passive != 1.0) | (offers.detractor != 1.0) | (offers.nps != EVERYBODY)
    )
    on_offers &= (offers.made != 0) & (((offers.segments >> np.uint64(s)) & np.uint64(1)) != 0)
    if (there & (on_intent | on_offers.any(axis=1))).any():
        yield Part(
            f"{path}.satisfaction",
            "a satisfaction that moves, with factors by NPS class",
            "satisfaction is not one of finitely many states",
            "the mean of the factors over the classes at sign-up",
            lambda m: _mean_classes(m, s),
        )


def _phases(model: Model, s: int, path: str) -> Iterator[Part]:
    t = model.tables
    name = model.names.segments[s]
    limited = ((t.offers.phases != EVERYBODY) & (t.offers.made != 0)).any()
    early = any((t.offers[c].early_cancel > 0.0).any() for c in ("accepted", "declined"))
    for which in ("onboarding", "adoption"):
        law = t.segments[:, s][which]
        if not (law.length.there != 0).any():
            continue
        bears = any((law[c].cancel > 0.0).any() for c in ("done", "failed"))
        if bears or limited or early:
            yield Part(
                f"{which}.{name}",
                f"a time of {which}",
                "its length is fixed or log-normal, not exponential",
                "no time: everybody has adopted at once",
                partial(_no_phase, s, which),
            )


# -- offers -------------------------------------------------------------------------------------------------------


def _offer_parts(model: Model, o: int, path: str) -> Iterator[Part]:
    t = model.tables
    rows = t.offers[:, o]
    made = rows.made != 0

    def part(key: str, was: str, why: str, replacement: str, mend: Callable[[Any], None]) -> Part:
        return Part(f"{path}.{key}" if key else path, was, why, replacement, lambda m: mend(m.tables.offers[:, o]))

    def not_made(row: Any) -> None:
        row.made = 0

    def has(condition: np.ndarray) -> bool:
        return bool((made & condition).any())

    for trigger, name in TRIGGER_NAMES.items():
        if has(rows.trigger == trigger):
            why = "it waits for something that is not one of finitely many states"
            yield part("when", f"an offer with {name}", why, "not made", not_made)
            return
    for target, name in ((T.TO_DISCOUNT, "discount"), (T.TO_TERM, "longer term")):
        if has(rows.target == target):
            why = "a fixed time begins when it is accepted, at a random moment"
            yield part("to", f"an offer of a {name}", why, "not made", not_made)
            return
    if has(rows.target == T.TO_PAUSE):
        why = _pause_off_phase(model, o)
        if why:
            yield part("to", "an offer of a pause", why, "not made", not_made)
            return
        if has((rows.target == T.TO_PAUSE) & ((rows.lasts % 1.0 > 0.0) | (rows.lasts < 1.0))):

            def whole(row: Any) -> None:
                row.lasts = np.where(row.target == T.TO_PAUSE, np.maximum(np.round(row.lasts), 1.0), row.lasts)

            why = "its length is not a whole number of months, so it ends at another moment of the month"
            yield part("to.pause", "a pause", why, "the nearest whole number of months", whole)
    if has(rows.target == T.TO_SEATS):
        yield part("to", "an offer of seats", "the number of seats has no bound", "not made", not_made)
        return
    if has(rows.team != T.NOBODY):

        def at_once(row: Any) -> None:
            row.team = T.NOBODY

        why = "customers share people, so they depend on each other"
        yield part("needs", "an offer that needs people", why, "an offer that needs nobody", at_once)
    if has(rows.trial_length > 0.0):

        def decided(row: Any) -> None:
            trial = row.trial_length > 0.0
            row.acceptance = np.where(trial, row.acceptance * row.trial_converts, row.acceptance)
            row.trial_length = 0.0

        why = "the trial's fixed length begins at a random moment"
        yield part(
            "trial", "a trial before an upgrade", why, "acceptance times the share that converts, at once", decided
        )
    yield from _offer_times(model, o, part, has, not_made)


def _offer_times(model: Model, o: int, part: Any, has: Any, not_made: Any) -> Iterator[Part]:
    t = model.tables
    rows = t.offers[:, o]
    whole = rows.when == np.floor(rows.when)
    signals = [i for i in range(len(model.names.signals)) if has((rows.trigger == T.ON_SIGNAL) & (rows.when == i))]
    lasting = [i for i in signals if (t.signals[:, :, i].lasts > 0.0).any()]
    if lasting:
        name = model.names.signals[lasting[0]]

        def brief(m: Model) -> None:
            for i in lasting:
                m.tables.signals[:, :, i].lasts = 0.0

        where = ", ".join(s for s in model.names.segments)
        yield Part(
            f"segments.{where}.signals.{name}.lasts" if "," not in where else f"signals.{name}.lasts",
            "a signal that lasts",
            "its fixed time begins at a random moment",
            "a signal that is over at once: offers are made when it appears",
            brief,
        )
    if has((rows.trigger == T.EVERY) & (~whole | (rows.when < 1.0))):

        def at_random(row: Any) -> None:
            odd = (row.trigger == T.EVERY) & ((row.when != np.floor(row.when)) | (row.when < 1.0))
            row.when = np.where(odd, 1.0 / row.when, row.when)
            row.trigger = np.where(odd, T.RATE, row.trigger)

        why = "its period is not in whole months, so its moments fall on no phase of the month"
        yield part("when.every", "an offer every so often", why, "an offer at random, as often on average", at_random)
        return
    longest = t.term_months[1:].min() if len(t.term_months) > 1 else np.inf
    if has((rows.trigger == T.RENEWAL_WITHIN) & (~whole | (rows.when < 1.0) | (rows.when >= longest))):

        def rounded(row: Any) -> None:
            row.when = np.clip(np.round(row.when), 1.0, max(longest - 1.0, 1.0))

        why = "it is not a whole number of months shorter than every term"
        yield part("when.renewal_within", "a time before the renewal", why, "the nearest such number", rounded)
    if has(rows.trigger == T.CHURNED_FOR):
        why = _asked_back_off_phase(model, o)
        if why:
            yield part("", "an offer to come back", why, "not made", not_made)
            return
        if has(~whole | (rows.when < 1.0)):

            def whole_months(row: Any) -> None:
                row.when = np.maximum(np.round(row.when), 1.0)

            why = "it is not a whole number of months, so its moment falls on no phase of the month"
            yield part("when.churned_for", "a time after leaving", why, "the nearest whole number", whole_months)
    quiet = rows.quiet_for > 0.0
    spaced = np.full(len(rows), 0.0)
    spaced = np.where(np.isin(rows.trigger, (T.TENURE, T.ON_SIGN_UP)), np.inf, spaced)
    spaced = np.where(np.isin(rows.trigger, (T.EVERY, T.CHURNED_FOR)), rows.when, spaced)
    spaced = np.where(rows.trigger == T.RENEWAL_WITHIN, longest, spaced)
    spaced = np.where(rows.trigger == T.CALENDAR_MONTH, [_calendar_gap(int(w)) for w in rows.when], spaced)
    if len({(int(r.trigger), float(r.when)) for r in rows if r.made}) > 1:
        spaced = np.zeros(len(rows))
    if has(quiet & (rows.quiet_for > spaced)):

        def never_quiet(row: Any) -> None:
            row.quiet_for = 0.0

        why = "a fixed time begins when it is made, at a random moment or in the middle of others"
        yield part("quiet_for", "a time without another offer", why, "none: it may be made again at once", never_quiet)


def _pause_off_phase(model: Model, o: int) -> str:
    """Return why an offer of a pause is not expressible, whatever its length; empty if it is."""
    t = model.tables
    rows = t.offers[:, o]
    made = (rows.made != 0) & (rows.target == T.TO_PAUSE)
    if (made & ~np.isin(rows.trigger, (T.CANCEL_INTENT, T.RATE, T.ON_SIGNAL))).any():
        return "it begins at a date, and ends together with others in an order that is not followed"
    for s in range(len(model.names.segments)):
        here = made & (rows.segments >> np.uint64(s) & np.uint64(1) != 0)
        if not here.any():
            continue
        moves = t.migrations[:, s]
        if (moves["mode"] == T.MOVE_AT_RENEWAL).any():
            return "a price move at the renewal that is announced in a pause waits for its end, which is not followed"
        free = [
            bool(t.plans[e, int(m.retire_to)].price == 0)
            for e, row in enumerate(moves)
            for m in row
            if m.retire_to != T.NOBODY
        ]
        if any(free):
            return "who is moved to a free plan during a pause leaves unseen at its end"
    return ""


def _calendar_gap(months: int) -> float:
    """Return the shortest time between two months of the year in a bit mask."""
    chosen = [m for m in range(12) if months >> m & 1]
    if not chosen:
        return math.inf
    return float(min((b - a) % 12 or 12 for a, b in zip(chosen, [*chosen[1:], chosen[0]], strict=True)))


def _asked_back_off_phase(model: Model, o: int) -> str:
    """Return why an offer to come back is not expressible; empty if it is."""
    t = model.tables
    for s in range(len(model.names.segments)):
        if not any(int(mask) >> s & 1 for mask in t.offers[:, o].segments):
            continue
        rows = t.segments[:, s]
        if Schedule.of(Rules.of(model, s)).knows_tenure:
            return "tenure, on which other things depend, starts anew with it"
        trials = t.plans.trial_length[(t.plans.trial_else == T.NOBODY) & (t.plans.trial_converts < 1.0)]
        consequences = any((t.offers[c].cancel[t.offers.made != 0] > 0.0).any() for c in ("accepted", "declined"))
        at_random = (
            (t.epochs.immediate != 0).any()
            or (rows.shock_cancel * rows.shock > 0.0).any()
            or (rows.failed_payment > 0.0).any()
            or ((t.offers.made != 0) & (t.offers.target == T.TO_PAUSE)).any()
            or (trials % 1.0 > 0.0).any()
            or consequences
        )
        if at_random:
            return "its fixed time begins when somebody leaves, which may be at a random moment"
    return ""


# -- everything else ----------------------------------------------------------------------------------------------


def _take_policy(model: Model, row: np.ndarray) -> None:
    model.tables.policy[:] = row


def _common_parts(model: Model) -> Iterator[Part]:
    t = model.tables
    epochs = t.epochs
    default = policy_row(DEFAULT)
    if t.policy.tolist() != default.tolist():
        yield Part(
            "accounting",
            "a policy of its own",
            "what is expected is counted as the default policy counts",
            "the default policy",
            lambda m: _take_policy(m, default),
        )
    if ((epochs.covered != 1.0).any()) and t.teams.size and (t.teams.places > 0).any():
        yield Part(
            "retention.covered",
            "a team that looks after so many customers",
            "customers then depend on each other",
            "nobody is looked after",
            lambda m: _set(m.tables.epochs, "covered", 1.0),
        )
    if (np.isfinite(epochs.bill_shock_above) & (epochs.bill_shock_factor != 1.0)).any():
        yield Part(
            "retention.bill_shock",
            "a factor after a bill far above the usual",
            "the bills of three months before are not one of finitely many states",
            "no factor",
            lambda m: _set(m.tables.epochs, "bill_shock_factor", 1.0),
        )
    parts = {float(x) % 1.0 for x in epochs.notice if x > 0.0}
    if ((epochs.immediate != 0) & (epochs.notice > 0.0)).any():
        yield Part(
            "cancellation.notice",
            "a notice before leaving at once",
            "its fixed time begins at a random moment",
            "no notice",
            lambda m: _set(m.tables.epochs, "notice", 0.0),
        )
    elif len({float(x) % 1.0 for x in epochs.notice}) > 1 and len(parts - {0.0}) > 0:
        yield Part(
            "cancellation.notice",
            "a notice that changes at a date",
            "notices of several fractions of a month overlap",
            "that of the first epoch",
            lambda m: _set(m.tables.epochs, "notice", m.tables.epochs.notice[0]),
        )


def _listed(model: Model, s: int) -> Any:
    rows = [
        model.tables.listed[b.first : b.first + b.count] for b in model.blocks if b.kind == T.LISTED and b.segment == s
    ]
    return rows[0] if rows else model.tables.listed[:0]


def _random_length(spread: Any) -> Any:
    return (spread.there != 0) & ((spread.centre > 0.0) | ((spread.normal != 0) & (spread.spread > 0.0)))


def _set(rows: Any, name: str, value: Any) -> None:
    rows[name] = value


def _set_array(rows: np.ndarray, value: Any) -> None:
    rows[...] = value


def _no_phase(s: int, which: str, model: Model) -> None:
    model.tables.segments[:, s][which].length["there"] = 0


def _mean(law: Any) -> float:
    """Return the mean of a spread: log-normal around a median, or normal around a mean and kept at 0 or above."""
    if not law.normal:
        return float(law.centre) * math.exp(float(law.spread) ** 2 / 2.0)
    if law.spread == 0.0:
        return max(float(law.centre), 0.0)
    z = float(law.centre) / float(law.spread)
    return float(law.centre * ndtr(z) + law.spread * math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi))


def _mean_usage(model: Model, s: int) -> None:
    t = model.tables
    for e in range(len(t.epochs)):
        row = t.segments[e, s]
        row.usage.centre = _mean(t.segments[0, s].usage) if e == 0 else t.segments[0, s].usage.centre
        row.usage.spread = row.usage_growth = row.usage_volatility = 0.0
        t.usage_season[e, s] = 1.0
    _listed(model, s)["usage"] = np.nan


def _mean_seats(model: Model, s: int) -> None:
    t = model.tables
    mean = float(max(math.floor(_mean(t.segments[0, s].seats) + 0.5), 1))
    for e in range(len(t.epochs)):
        row = t.segments[e, s]
        row.seats.centre = mean
        row.seats.spread = row.seats_added = row.seats_removed = 0.0
    _listed(model, s)["seats"] = 0


def _mean_classes(model: Model, s: int) -> None:
    """Put the mean factors over the classes at sign-up where the factors by class were."""
    t = model.tables
    for e in range(len(t.epochs)):
        law = t.segments[e, s].satisfaction
        if not law.there:
            continue
        sd = max(float(law.spread), 1e-12)
        promoters, detractors = 1.0 - ndtr((8.5 - law.centre) / sd), ndtr((6.5 - law.centre) / sd)
        shares = np.array([promoters, 1.0 - promoters - detractors, detractors])

        def mean(row: Any, shares: np.ndarray = shares) -> float:
            return float(shares @ [row.promoter, row.passive, row.detractor])

        t.segment_plans[e, s].cancel *= mean(t.epochs[e])
        for o in range(t.offers.shape[1]):
            row = t.offers[e, o]
            if not row.made or not int(row.segments) >> s & 1:
                continue
            fits = np.array([int(row.nps) >> c & 1 for c in range(3)])
            row.acceptance *= float((shares * fits) @ [row.promoter, row.passive, row.detractor])
            row.promoter = row.passive = row.detractor = 1.0
            row.nps = EVERYBODY
        law.there = 0


def _mean_propensity(rows: Any) -> None:
    beta = rows.alpha > 0.0
    share = np.where(beta, rows.alpha / np.where(beta, rows.alpha + rows.beta, 1.0), rows.not_renewed)
    rows.not_renewed = share
    rows.alpha = rows.beta = 0.0


def _floor_tenures(model: Model, s: int) -> None:
    rows = _listed(model, s)
    rows["tenure"] = np.floor(rows["tenure"])
