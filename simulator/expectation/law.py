"""The law of what a customer does next: every branch of customer/*.py with its probability in place of its draw.

One `Law` holds for one segment in one epoch and one stretch of tenure. Functions are named as the mechanisms whose
law they are. A branch is (probability, state, what happened); what happened is a tuple of (what, amount): a movement
of event grain, named by its line and the plan's row, or a counter by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from simulator.accounting.movements import (
    CHURN_LINE,
    CONTRACTION_LINE,
    EXPANSION_LINE,
    NEW_LINE,
    REACTIVATION_LINE,
    Cause,
)
from simulator.expectation.customer import (
    ACTIVE,
    CLOSED_PAYING,
    FOREVER,
    GONE,
    LEAVING,
    LOST,
    NEVER_PAID,
    ON_PAUSE,
    PAID,
    RESUMED,
    Back,
    Left,
    Notice,
    Pause,
    Pending,
    PriceList,
    State,
    Wait,
    plain,
)
from simulator.model import tables as T
from simulator.model.compile import Model

NOBODY = int(T.NOBODY)  # plain: it is compared often
FORGOTTEN = -1  # months since leaving of somebody who will not be asked back
Events = tuple[tuple[Any, float], ...]
Renewing = tuple[tuple[int, int], ...]  # longer terms, each with the months by which pauses have moved its renewal
Branch = tuple[float, State, Events]
LINE_OF = {
    name: [int(i) for i in table]
    for name, table in (
        ("new", NEW_LINE),
        ("reactivation", REACTIVATION_LINE),
        ("expansion", EXPANSION_LINE),
        ("contraction", CONTRACTION_LINE),
        ("churn", CHURN_LINE),
    )
}


class Booked(NamedTuple):
    """A movement of event grain: line of the books, row of the plan, cause."""

    line: int
    plan: int
    cause: int


class Due(NamedTuple):
    """What is due at one moment. Of one moment's events the order is that of the clocks (model/layout.py)."""

    epoch: bool = False  # an epoch starts
    dates: tuple[float, ...] = ()  # price moves so long after a change
    trials: tuple[float, ...] = ()  # lengths of the trials that end
    cut: bool = False  # notice given later is too late for the next anniversary
    anniversary: bool = False
    terms: Renewing = ()  # longer terms that are up for renewal
    offers: tuple[tuple[int, Renewing | None], ...] = ()  # and the terms for whose renewal, None: for everybody
    pauses: bool = False  # pauses that began at this moment of an earlier month; only for those who are on one


@dataclass(frozen=True)
class Rules:
    """The tables of a model as one segment reads them, in plain Python."""

    model: Model
    prices: PriceList
    epochs: list[Any]
    plans: list[list[Any]]
    segment_plans: list[list[Any]]
    segment_terms: list[list[Any]]
    offers: list[list[Any]]
    signals: list[list[Any]]
    attached: list[list[float]]
    migrations: list[list[Any]]
    segment: int

    @classmethod
    def of(cls, model: Model, segment: int) -> Rules:
        """Return the rules of a segment."""
        t, prices = model.tables, PriceList(model, segment)
        return cls(
            model=model,
            prices=prices,
            epochs=plain(t.epochs),
            plans=prices.plans,
            segment_plans=plain(t.segment_plans[:, segment]),
            segment_terms=plain(t.segment_terms[:, segment]),
            offers=plain(t.offers),
            signals=plain(t.signals[:, segment]),
            attached=t.attached.tolist(),
            migrations=plain(t.migrations[:, segment]),
            segment=segment,
        )

    @property
    def usual_return(self) -> int:
        """The line of a return that states need not remember: that of free users, or of those who are asked back."""
        free = any(p.price == 0 and p.sold != T.NOT_SOLD for row in self.plans for p in row)
        return LINE_OF["reactivation"][Cause.PLAN_UPGRADE if free or not self.asks_back else Cause.WIN_BACK]

    @property
    def pauses(self) -> set[int]:
        """The lengths in months of the pauses that are offered to anybody of the segment in any epoch."""
        return {
            int(o.lasts)
            for row in self.offers
            for o in row
            if o.made and o.target == T.TO_PAUSE and o.segments >> self.segment & 1
        }

    @property
    def asks_back(self) -> bool:
        """Whether an offer to come back is made to anybody of the segment in any epoch."""
        return any(
            o.made and o.trigger == T.CHURNED_FOR and o.segments >> self.segment & 1 for row in self.offers for o in row
        )


class Law:
    """The law of one segment's customers in one epoch, at tenures from `tenure` (months) to the next bound.

    `tenure_factor` is that of the cancel intent, `refuses` the share of each term that does not renew, by term.
    """

    def __init__(
        self, rules: Rules, epoch: int, tenure: float, tenure_factor: float, refuses: Mapping[int, float]
    ) -> None:
        self.r, self.e, self.tenure, self.tenure_factor, self.refuses = rules, epoch, tenure, tenure_factor, refuses
        self.prices = rules.prices
        self.epoch, self.plans, self.offers = rules.epochs[epoch], rules.plans[epoch], rules.offers[epoch]
        self.segment = rules.prices.segments[epoch]
        self.addons, self.bundles = rules.prices.addons[epoch], rules.prices.bundles[epoch]
        self.asks_back = rules.asks_back
        self.usual_return = rules.usual_return
        self.pauses_there = bool(rules.pauses)
        self._mrr: dict[State, int] = {}
        self.last_ask = max(
            (o.when for row in rules.offers for o in row if o.made and o.trigger == T.CHURNED_FOR), default=0.0
        )
        self.causal_matters = any(e.causal != 1.0 for e in rules.epochs)
        segment = rules.segment
        self.live = [o for o, offer in enumerate(self.offers) if offer.made and offer.segments >> segment & 1]
        self.in_flow = [o for o in self.live if self.offers[o].trigger == T.CANCEL_INTENT]
        self.at_rate = [o for o in self.live if self.offers[o].trigger == T.RATE]
        self.on_sign_up = [o for o in self.live if self.offers[o].trigger == T.ON_SIGN_UP]
        self.after_leaving = [o for o in self.live if self.offers[o].trigger == T.CHURNED_FOR]
        self.on_signal: dict[int, list[int]] = {}
        for o in self.live:
            if self.offers[o].trigger == T.ON_SIGNAL:
                self.on_signal.setdefault(int(self.offers[o].when), []).append(o)
        self.allowed = [
            sum(1 << a for a, addon in enumerate(self.addons) if addon.plans >> p & 1) for p in range(len(self.plans))
        ]

    # -- how customers enter --------------------------------------------------------------------------------------

    def holding(self, plan: int, term: int = T.MONTHLY, addons: int = 0) -> State:
        """Return an active customer who holds the plan at today's price, and the add-ons."""
        items = self._items(plan, addons, ())
        return State(ACTIVE, plan, addons, term, items, first_plan=plan if self.causal_matters else 0)

    def _items(self, plan: int, addons: int, kept: tuple[int, ...], kept_addons: int = 0) -> tuple[int, ...]:
        """Return the price epochs: the plan's today's, add-ons held before at theirs, new ones at today's."""
        today = self.prices.addon_epoch[self.e]
        return (
            self.prices.plan_epoch[self.e][plan],
            *(
                (kept[1 + a] if kept_addons >> a & 1 else today[a]) if addons >> a & 1 else 0
                for a in range(len(self.addons))
            ),
        )

    def opening(self, plan: int, addons: int = 0) -> Iterator[tuple[float, State]]:
        """Return the customers of the opening base by term, with their shares: established, nothing pending."""
        for share, term in self.choose_term(plan):
            x = self.holding(plan, term, addons)
            yield share, self.entered(x)

    def entered(self, x: State) -> State:
        """Return a customer as the opening base holds it."""
        return x._replace(paid=CLOSED_PAYING if self.mrr(x) > 0 else NEVER_PAID)

    def choose_term(self, plan: int) -> Iterator[tuple[float, int]]:
        """Return the terms chosen, with their shares; one that the plan is not sold for is the monthly one."""
        shares: dict[int, float] = {}
        for term, row in enumerate(self.r.segment_terms[self.e]):
            if row.share > 0.0:
                taken = term if self.prices.terms[self.e][plan][term].offered else T.MONTHLY
                shares[taken] = shares.get(taken, 0.0) + row.share
        total = sum(shares.values())
        if not total:
            shares, total = {T.MONTHLY: 1.0}, 1.0
        return ((share / total, term) for term, share in shares.items())

    def sign_up(self) -> list[Branch]:
        """Return how customers sign up: plan, term, trial, first payment, offers of that moment."""
        weights = [row.weight for row in self.r.segment_plans[self.e]]
        branches: list[Branch] = []
        for plan, weight in enumerate(weights):
            if weight <= 0.0:
                continue
            for share, term in self.choose_term(plan):
                x = self.holding(plan, term)
                events: Events = (("sign_ups", 1.0),)
                if self.plans[plan].trial_length > 0.0:
                    x = x._replace(trial=self.plans[plan].trial_length)
                    events += (("trials_started", 1.0),)
                x, booked = self._book(x, 0, plan, self.mrr(x), Cause.SIGN_UP)
                branches.append((weight / sum(weights) * share, x, events + booked))
        for o in self.on_sign_up:
            branches = then(branches, partial(self._unless_gone, o=o))
        return branches

    def _unless_gone(self, x: State, o: int) -> list[Branch]:
        if x.here == GONE:
            return [(1.0, x, ())]
        return [(p, y, events) for p, y, events, _ in self.make_offer(x, o, NOBODY)]

    # -- random clocks --------------------------------------------------------------------------------------------

    def random_events(self, x: State) -> Iterator[tuple[float, bool, list[Branch]]]:
        """Return the clocks that run: hazard, whether the customer's own multiplier acts on it, branches."""
        if x.here == GONE:
            return
        if x.here == ACTIVE:
            hazard = self.intent_hazard(x)
            if hazard > 0.0:
                yield hazard, True, self.cancel_intent(x)
            if self.epoch.lured > 0.0 and not self.renewal_decides(x) and self.mrr(x) > 0:
                counted: Events = (("lured_intents", 1.0),)
                lured = [(p, y, counted + events) for p, y, events, _ in self.rescue(x)]
                yield self.epoch.lured, False, lured
            if self.segment.downgrade > 0.0 and not x.trial and self.plans[x.plan].down != NOBODY:
                down = self.plans[x.plan].down
                yield (
                    self.segment.downgrade,
                    False,
                    [(1.0, *self.request_plan(x, down, Cause.DOWNGRADE, NOBODY, NOBODY))],
                )
            if self.segment.shock > 0.0:
                yield self.segment.shock, False, self.suffer_shock(x)
            for a, addon in enumerate(self.addons):
                if x.addons >> a & 1 and addon.cancel > 0.0:
                    yield addon.cancel, False, [(1.0, *self.cancel_addon(x, a))]
            for signal, offers in self.on_signal.items():
                if self.r.signals[self.e][signal].rate > 0.0:
                    branches: list[Branch] = [(1.0, x, ())]
                    for o in offers:
                        branches = then(branches, partial(self._if_active, o=o))
                    yield self.r.signals[self.e][signal].rate, False, branches
            for o in self.at_rate:
                branches = [(p, y, events) for p, y, events, _ in self.make_offer(x, o, NOBODY)]
                yield self.offers[o].when, False, branches
            if x.back is not None:
                yield x.back.hazard, False, [(1.0, *self.return_from_rescue(x))]
        if self.segment.failed_payment > 0.0 and self.mrr(x) > 0:
            yield self.segment.failed_payment, False, self.fail_payment(x)

    def _if_active(self, x: State, o: int) -> list[Branch]:
        if x.here != ACTIVE:
            return [(1.0, x, ())]
        return [(p, y, events) for p, y, events, _ in self.make_offer(x, o, NOBODY)]

    def renewal_decides(self, x: State) -> bool:
        """Tell whether the intent clock stands still because a renewal decides."""
        return x.term != T.MONTHLY and bool(self.r.segment_terms[self.e][x.term].decides)

    def intent_hazard(self, x: State) -> float:
        """Return the hazard of the cancel intent without the customer's own multiplier."""
        if self.renewal_decides(x):
            return 0.0
        causal = self.epoch.causal
        hazard = self.r.segment_plans[self.e][x.plan].cancel
        if causal != 1.0:
            first = self.r.segment_plans[self.e][x.first_plan].cancel
            if first > 0.0:
                hazard = first * (hazard / first) ** causal
        attached = self.r.attached[self.e][x.addons.bit_count()]
        return hazard * x.price_moves * self.tenure_factor * attached**causal

    def cancel_intent(self, x: State) -> list[Branch]:
        """Open the cancellation flow; who insists gives notice."""
        branches: list[Branch] = []
        for p, y, events, insists in self.flow(x):
            if insists:
                y, booked = self.give_notice(y)
                events += booked
            branches.append((p, y, events))
        return branches

    def flow(self, x: State) -> Iterator[tuple[float, State, Events, bool]]:
        """Go through the flow; the last value tells whether the customer insists on leaving."""
        bluff = self.epoch.bluff
        counted: Events = (("cancel_intents", 1.0),)
        for p, y, events, won in self.rescue(x):
            events = counted + events
            if won:
                yield p, y, events, False
                continue
            if bluff > 0.0:
                yield p * bluff, y, events, False
            if bluff < 1.0:
                yield p * (1.0 - bluff), y, events, True

    def rescue(self, x: State) -> list[tuple[float, State, Events, bool]]:
        """Make the flow's offers until one is accepted, or has driven the customer away."""
        open_: list[tuple[float, State, Events]] = [(1.0, x, ())]
        ended: list[tuple[float, State, Events, bool]] = []
        for o in self.in_flow:
            still: list[tuple[float, State, Events]] = []
            for p, y, events in open_:
                for q, z, more, accepted in self.make_offer(y, o, T.NOW):
                    if accepted or z.here == GONE:
                        ended.append((p * q, z, events + more, True))
                    else:
                        still.append((p * q, z, events + more))
            open_ = still
        return ended + [(p, y, events, False) for p, y, events in open_]

    def give_notice(self, x: State) -> tuple[State, Events]:
        """Cancel: at once, or at the end of the term."""
        if self.epoch.immediate:
            return self.leave(x, Cause.VOLUNTARY)
        trial = FOREVER if x.trial else 0.0
        whole, part = divmod(self.epoch.notice, 1.0)
        notice = Notice(x.term, int(whole), part > 0.0) if x.term == T.MONTHLY else Notice(x.term, 0, False)
        # what no longer acts on somebody who waits to leave is forgotten
        forgotten = x._replace(back=None, rescued=False, price_moves=1.0, pending=None)
        return forgotten._replace(here=LEAVING, trial=trial, notice=notice), ()

    def leave(self, x: State, cause: int) -> tuple[State, Events]:
        """Leave now."""
        events: Events = ()
        before = self.mrr(x)
        left = x.left
        if x.here == ON_PAUSE:
            left = Left(x.plan, int(cause), uncounted=x.paid == CLOSED_PAYING)
        if before > 0:
            left = Left(x.plan, int(cause))
            events = ((Booked(LINE_OF["churn"][cause], x.plan, int(cause)), float(before)),)
        if self.asks_back:
            y = State(GONE, x.plan, 0, x.term, (), left=left, paid=x.paid, start=x.start, first_plan=x.first_plan)
            return y, events
        return State(GONE, 0, 0, T.MONTHLY, (), left=left), events

    def suffer_shock(self, x: State) -> list[Branch]:
        """Leave, move one step down, or get over it."""
        segment, down = self.segment, self.plans[x.plan].down
        counted: Events = (("shocks", 1.0),)
        branches: list[Branch] = []
        rest = 1.0 - segment.shock_cancel
        if segment.shock_cancel > 0.0:
            y, events = self.leave(x, Cause.SHOCK_LEAVE)
            branches.append((segment.shock_cancel, y, counted + events))
        if segment.shock_downgrade > 0.0 and down != NOBODY and not x.trial:
            share = min(segment.shock_downgrade, rest)
            y, events = self.change_plan(x, down, Cause.SHOCK, NOBODY)
            hazard = segment.recovery_hazard
            y = y._replace(back=Back(x.plan, hazard, int(Cause.RECOVERY)) if hazard > 0.0 else None)
            branches.append((share, y, counted + events))
            rest -= share
        branches.append((rest, x, counted))
        return branches

    def cancel_addon(self, x: State, a: int) -> tuple[State, Events]:
        """End an add-on."""
        y = without_addons(x, 1 << a)
        return self.settle(x, y, Cause.ADDON_REMOVED)

    def fail_payment(self, x: State) -> list[Branch]:
        """Fail a payment that is lost at once, or paid after all."""
        lost = 1.0 - self.segment.failed_recovered
        y, events = self.leave(x, Cause.FAILED_PAYMENT)
        counted: Events = (("payments_failed", 1.0),)
        return [(lost, y, (*counted, ("payments_lost", 1.0), *events)), (1.0 - lost, x, counted)]

    def return_from_rescue(self, x: State) -> tuple[State, Events]:
        """Go back to the plan of before; one that is sold no more ends the wish."""
        assert x.back is not None
        if self.plans[x.back.plan].sold == T.NOT_SOLD:
            return x._replace(back=None), ()
        return self.change_plan(x, x.back.plan, x.back.cause, NOBODY)

    # -- offers ---------------------------------------------------------------------------------------------------

    def make_offer(self, x: State, o: int, effect: int) -> list[tuple[float, State, Events, bool]]:
        """Make an offer; the last value tells whether it was accepted."""
        offer = self.offers[o]
        if not self.fits_audience(x, offer) or not self.is_available(x, offer):
            return [(1.0, x, (), False)]
        p = min(self.acceptance(x, offer), 1.0)
        made: Events = ((("offer", o, "made"), 1.0),)
        branches: list[tuple[float, State, Events, bool]] = []
        if p > 0.0:
            when = effect if offer.takes_effect == NOBODY else offer.takes_effect
            y, events = self.take(x, o, when)
            accepted: Events = (*made, (("offer", o, "accepted"), 1.0), *events)
            branches += [(p * q, z, accepted + more, True) for q, z, more in self.bear(y, offer.accepted)]
        if p < 1.0:
            branches += [((1.0 - p) * q, z, made + more, False) for q, z, more in self.bear(x, offer.declined)]
        return branches

    def fits_audience(self, x: State, offer: Any) -> bool:
        """Tell whether the customer is in the offer's audience."""
        if x.here != (GONE if offer.motion == T.WIN_BACK else ACTIVE):
            return False
        if not (offer.phases >> T.ADOPTED & 1 and offer.plans >> x.plan & 1 and offer.terms >> x.term & 1):
            return False
        if offer.has & ~x.addons or offer.lacks & x.addons:
            return False
        if offer.rescued not in (NOBODY, int(x.rescued)):
            return False
        return offer.tenure_above <= self.tenure < offer.tenure_below

    def acceptance(self, x: State, offer: Any) -> float:
        """Return the probability of acceptance before its cap."""
        p, elasticity = offer.acceptance, self.segment.upgrade_elasticity
        if elasticity == 0.0 or offer.motion != T.UPSELL or offer.target not in (T.NEXT_PLAN, T.TO_PLAN):
            return p
        plan, first = self.plan_of(x, offer), self.r.model.tables.first_price
        step = self.plans[plan].price - self.plans[x.plan].price
        first_step = int(first[plan] - first[x.plan])
        return p if step <= 0 or first_step <= 0 else p * (step / first_step) ** elasticity

    def plan_of(self, x: State, offer: Any) -> int:
        """Return the plan that the offer leads to."""
        return self.plans[x.plan].up if offer.target == T.NEXT_PLAN else offer.goal

    def is_available(self, x: State, offer: Any) -> bool:
        """Tell whether the customer could take the offer's target now."""
        if offer.target == T.TO_ADDON:
            return self._addon_fits(x, offer.goal, x.plan)
        if offer.target == T.TO_BUNDLE:
            bundle = self.bundles[offer.goal]
            return self._bundle_fits(x, bundle) and not (bundle.plan not in (NOBODY, x.plan) and x.trial)
        if offer.target in (T.NEXT_PLAN, T.TO_PLAN):
            return not x.trial and self._plan_fits(x, offer, self.plan_of(x, offer))
        if offer.target == T.TO_SPLIT:
            return not x.trial and self._plan_fits(x, offer, offer.goal)
        if offer.target == T.TO_PAUSE:
            return not x.trial and self.mrr(x) > 0
        return offer.target == T.TO_NOTHING

    def _plan_fits(self, x: State, offer: Any, plan: int) -> bool:
        if plan == NOBODY or self.plans[plan].sold == T.NOT_SOLD:
            return False
        if self.plans[plan].sold == T.SOLD_AS_RESCUE and offer.motion != T.DOWNSELL:
            return False
        if x.here == GONE:
            return offer.motion == T.WIN_BACK
        if plan == x.plan:
            return False
        if offer.motion == T.UPSELL:
            return self._is_higher(plan, x.plan)
        return self._is_higher(x.plan, plan) if offer.motion == T.DOWNSELL else True

    def _is_higher(self, plan: int, other: int) -> bool:
        a, b = self.plans[plan], self.plans[other]
        return a.rung > b.rung if NOBODY not in (a.rung, b.rung) else a.price > b.price

    def _addon_fits(self, x: State, a: int, plan: int) -> bool:
        return bool(self.addons[a].sold and self.addons[a].plans >> plan & 1 and not x.addons >> a & 1)

    def _bundle_fits(self, x: State, bundle: Any) -> bool:
        if not bundle.sold:
            return False
        plan = x.plan if bundle.plan == NOBODY else bundle.plan
        if self.plans[plan].sold == T.NOT_SOLD and plan != x.plan:
            return False
        lacks = [a for a in range(len(self.addons)) if bundle.addons >> a & 1 and not x.addons >> a & 1]
        fits = all(self._addon_fits(x, a, plan) for a in lacks)
        return bool(fits and (lacks or plan != x.plan) and not bundle.addons & ~self.allowed[plan])

    def take(self, x: State, o: int, takes_effect: int) -> tuple[State, Events]:
        """Take the target of an offer."""
        offer = self.offers[o]
        if offer.motion == T.WIN_BACK:
            return self.come_back(x, self.plan_of(x, offer))
        if offer.target == T.TO_ADDON:
            cause = Cause.OPTION if self.addons[offer.goal].is_option else Cause.ADDON
            return self.settle(x, self._with_addons(x, 1 << offer.goal), cause)
        if offer.target == T.TO_BUNDLE:
            return self._take_bundle(x, self.bundles[offer.goal])
        if offer.target == T.TO_SPLIT:
            y = self.place_on_plan(x, offer.goal, Cause.SPLIT, o)._replace(units=offer.number)
            return self.settle_without_own_price(x, y, Cause.SPLIT)
        if offer.target == T.TO_NOTHING:
            return x, ()
        if offer.target == T.TO_PAUSE:
            return self.start_pause(x, o)
        cause = Cause.RESCUE if offer.motion == T.DOWNSELL else Cause.PLAN_UPGRADE
        return self.request_plan(x, self.plan_of(x, offer), cause, o, takes_effect)

    def _with_addons(self, x: State, addons: int) -> State:
        mask = x.addons | addons
        today = self.prices.addon_epoch[self.e]
        items = list(x.items)
        waits = list(x.waits)
        for a in range(len(self.addons)):
            if addons >> a & 1 and not x.addons >> a & 1:
                items[1 + a] = today[a]
                if waits:
                    waits[1 + a] = None
        return tidy(x._replace(addons=mask, items=tuple(items), waits=tuple(waits)))

    def _take_bundle(self, x: State, bundle: Any) -> tuple[State, Events]:
        if bundle.plan in (NOBODY, x.plan):
            return self.settle(x, self._with_addons(x, bundle.addons), Cause.BUNDLE)
        y = self.place_on_plan(x, bundle.plan, Cause.BUNDLE, NOBODY)
        return self.settle_without_own_price(x, self._with_addons(y, bundle.addons), Cause.BUNDLE)

    def bear(self, x: State, consequence: Any) -> list[Branch]:
        """Leave at once with the stated share."""
        leaves = consequence.cancel
        if leaves <= 0.0 or x.here in (GONE, LEAVING):
            return [(1.0, x, ())]
        y, events = self.leave(x, Cause.VOLUNTARY)
        return [(leaves, y, events), (1.0 - leaves, x, ())]

    def start_pause(self, x: State, o: int) -> tuple[State, Events]:
        """Stay and pay nothing; the renewal of a longer term comes later by the length of the pause."""
        mrr = self.mrr(x)
        late = 0
        if x.term != T.MONTHLY:
            late = (x.late + int(self.offers[o].lasts)) % int(self.r.model.tables.term_months[x.term])
        booked = Booked(LINE_OF["contraction"][Cause.PAUSE], x.plan, int(Cause.PAUSE))
        return x._replace(here=ON_PAUSE, pause=Pause(o, mrr), late=late), ((booked, float(mrr)),)

    def end_pause(self, x: State) -> list[Branch]:
        """Resume, or leave."""
        assert x.pause is not None
        o = x.pause.offer
        stays = self.offers[o].stays
        ended: Events = ((("offer", o, "ended"), 1.0),)
        branches: list[Branch] = []
        if stays > 0.0:
            # who has been away since it last paid at a month-end still returns with this month's end
            start = RESUMED if x.paid == CLOSED_PAYING and not x.start else x.start
            y = x._replace(here=ACTIVE, pause=None, start=start)
            booked = Booked(LINE_OF["expansion"][Cause.RESUME], x.plan, int(Cause.RESUME))
            branches.append((stays, y, (*ended, (("offer", o, "stayed"), 1.0), (booked, float(self.mrr(y))))))
        if stays < 1.0:
            y, events = self.leave(x, Cause.VOLUNTARY)
            branches.append((1.0 - stays, y, (*ended, ("pause_lost", float(x.pause.mrr)), *events)))
        return branches

    def come_back(self, x: State, plan: int) -> tuple[State, Events]:
        """Come back on a monthly term at today's price."""
        y = self.holding(plan)._replace(first_plan=x.first_plan, paid=x.paid, start=x.start, left=x.left)
        return self._book(y, 0, plan, self.mrr(y), Cause.WIN_BACK)

    # -- changes of plan ------------------------------------------------------------------------------------------

    def request_plan(self, x: State, plan: int, cause: int, offer: int, takes_effect: int) -> tuple[State, Events]:
        """Change to a plan when the kind of change takes effect."""
        if takes_effect == NOBODY:
            if cause == Cause.PLAN_UPGRADE:
                takes_effect = self.epoch.upgrade
            else:
                takes_effect = self.epoch.downgrade if x.term == T.MONTHLY else self.epoch.from_annual
        if takes_effect == T.NOW:
            return self.change_plan(x, plan, cause, offer)
        term = x.term if takes_effect == T.AT_RENEWAL_DATE else T.MONTHLY
        return x._replace(pending=Pending(plan, int(cause), offer, term)), ()

    def change_plan(self, x: State, plan: int, cause: int, offer: int) -> tuple[State, Events]:
        """Move to the plan at today's price."""
        return self.settle_without_own_price(x, self.place_on_plan(x, plan, cause, offer), cause)

    def place_on_plan(self, x: State, plan: int, cause: int, offer: int) -> State:
        """Move to the plan; what the old one brought ends."""
        addons = x.addons & self.allowed[plan]
        back = None
        if offer != NOBODY and self.offers[offer].return_hazard > 0.0:
            to = self.offers[offer].return_to
            back = Back(x.plan if to == NOBODY else to, self.offers[offer].return_hazard, int(Cause.RESCUE_RETURN))
        offered = x.term == T.MONTHLY or self.prices.terms[self.e][plan][x.term].offered
        return tidy(
            x._replace(
                plan=plan,
                addons=addons,
                term=x.term if offered else T.MONTHLY,
                items=self._items(plan, addons, x.items, x.addons),
                waits=(None, *(w if addons >> a & 1 else None for a, w in enumerate(x.waits[1:]))) if x.waits else (),
                price_moves=1.0,
                units=1,
                trial=0.0,
                pending=None,
                back=back,
                late=x.late if offered or x.notice is not None else 0,
                rescued=cause in (Cause.RESCUE, Cause.SPLIT),
            )
        )

    # -- money ----------------------------------------------------------------------------------------------------

    def mrr(self, x: State) -> int:
        """Return the state's MRR in ten-thousandths."""
        mrr = self._mrr.get(x)
        if mrr is None:
            mrr = self._mrr[x] = self.prices.mrr(x, self.e)
        return mrr

    def settle(self, was: State, x: State, cause: int) -> tuple[State, Events]:
        """Book what the customer pays from now on."""
        return self._book(x, self.mrr(was), was.plan, self.mrr(x), cause)

    def settle_without_own_price(self, was: State, x: State, cause: int) -> tuple[State, Events]:
        """End the customer's own price and book the change; by itself where it points the same way as the rest."""
        before, ended = self.mrr(was), -x.own_price
        x = x._replace(own_price=0)
        amount = self.mrr(x)
        rest = amount - (before + ended)
        if ended * rest > 0:
            x, first = self._book(x, before, was.plan, before + ended, Cause.OWN_PRICE_END)
            x, events = self._book(x, before + ended, x.plan, amount, cause)
            return x, first + events
        if ended != 0 and rest == 0:
            return self._book(x, before, was.plan, amount, Cause.OWN_PRICE_END)
        return self._book(x, before, was.plan, amount, cause)

    def _book(self, x: State, before: int, paid_plan: int, amount: int, cause: int) -> tuple[State, Events]:
        """Book one change, as accounting/account.py does."""
        if amount == before:
            return x, ()
        if before == 0:
            if x.paid == NEVER_PAID:
                x, kind = x._replace(paid=PAID, start=int(cause)), "new"
            else:
                kind = "reactivation"
                unusual = x.paid in (CLOSED_PAYING, LOST) and (
                    self.pauses_there or LINE_OF[kind][cause] != self.usual_return
                )
                x = x._replace(start=int(cause) if unusual else x.start, left=None)
        elif amount == 0:
            x, kind = x._replace(left=Left(paid_plan, int(cause))), "churn"
        else:
            kind = "expansion" if amount > before else "contraction"
        row = paid_plan if amount == 0 else x.plan
        return x, ((Booked(LINE_OF[kind][cause], row, int(cause)), float(abs(amount - before))),)

    def month_end(self, x: State) -> State:
        """Return the state with the month's memory cleared."""
        if self.mrr(x) > 0:
            return x._replace(paid=CLOSED_PAYING, start=0, left=None)
        if x.here == ON_PAUSE:  # who has been away and back since a month-end that it paid at is still to return
            return x._replace(start=max(x.start, 0), left=None)
        lost = self.pauses_there and x.here != GONE and x.paid == CLOSED_PAYING
        return x._replace(paid=LOST if lost else x.paid, start=x.start if x.paid == PAID else 0, left=None)

    # -- dates ----------------------------------------------------------------------------------------------------

    def at(self, x: State, due: Due) -> list[Branch]:
        """Carry out what is due at one moment, in the order of the clocks."""
        if x.here == GONE:
            return self._ask_back(x) if due.anniversary and self.asks_back else [(1.0, x, ())]
        branches: list[Branch] = [(1.0, x, ())]
        steps: list[Callable[[State], list[Branch]]] = []
        if due.epoch:
            steps.append(lambda y: self.enter_epoch(y))
        if x.waits or due.epoch:
            steps.append(lambda y: self._move_prices_due(y, due))
        if x.here != ON_PAUSE:  # who is on a pause has no other dates
            steps += self._dated(due)
        elif due.pauses:  # of what is due with its end only a renewal has been put off to then
            steps.append(self.end_pause)
            steps.append(lambda y: self.renew(y) if (y.term, y.late) in due.terms else [(1.0, y, ())])
        for step in steps:
            branches = then(branches, partial(_unless_gone, step))
        return branches

    def _dated(self, due: Due) -> list[Callable[[State], list[Branch]]]:
        """Return what is due by date to customers whose clocks run, after epochs and price moves."""
        steps: list[Callable[[State], list[Branch]]] = []
        if due.trials:
            steps.append(lambda y: self.end_trial(y) if y.trial in due.trials else [(1.0, y, ())])
        if due.cut:
            steps.append(_in_time)
        if due.anniversary:
            steps.append(lambda y: self._end_of_notice(y, due.terms))
            steps.append(lambda y: self._pending_change(y, due.terms))
        if due.terms:
            steps.append(lambda y: self.renew(y) if (y.term, y.late) in due.terms else [(1.0, y, ())])
        for o, terms in due.offers:
            steps.append(partial(self._offer_due, o=o, terms=terms))
        return steps

    def _offer_due(self, x: State, o: int, terms: Renewing | None) -> list[Branch]:
        if x.here != ACTIVE or (terms is not None and (x.term, x.late) not in terms):
            return [(1.0, x, ())]
        return [(p, y, events) for p, y, events, _ in self.make_offer(x, o, NOBODY)]

    def _ask_back(self, x: State) -> list[Branch]:
        if x.gone == FORGOTTEN:
            return [(1.0, x, ())]
        x = x._replace(gone=x.gone + 1)
        branches: list[Branch] = [(1.0, x, ())]
        for o in self.after_leaving:
            if self.offers[o].when == x.gone:
                branches = then(branches, partial(self._made, o=o))
        return [(p, self._forgotten(y), events) for p, y, events in branches]

    def _made(self, x: State, o: int) -> list[Branch]:
        return [(p, y, events) for p, y, events, _ in self.make_offer(x, o, NOBODY)]

    def _forgotten(self, x: State) -> State:
        """Return somebody who will not be asked any more without what they had."""
        if x.here != GONE or x.gone < self.last_ask:
            return x
        return State(GONE, 0, 0, T.MONTHLY, (), gone=FORGOTTEN, left=x.left)

    def _end_of_notice(self, x: State, terms: Renewing) -> list[Branch]:
        notice = x.notice
        if notice is None:
            return [(1.0, x, ())]
        if notice.term != T.MONTHLY:
            return [(1.0, *self.leave(x, Cause.VOLUNTARY))] if (notice.term, x.late) in terms else [(1.0, x, ())]
        if notice.fresh:
            return [(1.0, x._replace(notice=notice._replace(fresh=False)), ())]
        if notice.more:
            return [(1.0, x._replace(notice=notice._replace(more=notice.more - 1)), ())]
        return [(1.0, *self.leave(x, Cause.VOLUNTARY))]

    def _pending_change(self, x: State, terms: Renewing) -> list[Branch]:
        pending = x.pending
        if pending is None or (pending.term != T.MONTHLY and (pending.term, x.late) not in terms):
            return [(1.0, x, ())]
        if self.plans[pending.plan].sold == T.NOT_SOLD:
            return [(1.0, x._replace(pending=None), ())]
        return [(1.0, *self.change_plan(x, pending.plan, pending.cause, pending.offer))]

    def end_trial(self, x: State) -> list[Branch]:
        """End a trial at sign-up: it converts, or the customer leaves or falls to another plan."""
        plan = self.plans[x.plan]
        branches: list[Branch] = []
        if plan.trial_converts > 0.0:
            y, events = self._book(
                x._replace(trial=0.0), 0, x.plan, self.mrr(x._replace(trial=0.0)), Cause.TRIAL_CONVERSION
            )
            branches.append((plan.trial_converts, y, (("trials_converted", 1.0), *events)))
        if plan.trial_converts < 1.0:
            if plan.trial_else == NOBODY:
                y, events = self.leave(x, Cause.VOLUNTARY)
            else:
                y, events = self.change_plan(x, plan.trial_else, Cause.TRIAL_CONVERSION, NOBODY)
            branches.append((1.0 - plan.trial_converts, y, events))
        return branches

    def renew(self, x: State) -> list[Branch]:
        """Decide the renewal of a longer term; who has cancelled has decided already."""
        if x.here == LEAVING:
            return [(1.0, x, ())]
        counted: Events = (("renewals", 1.0),)
        refuses = self.refuses.get(x.term, 0.0) if self.renewal_decides(x) else 0.0
        branches: list[Branch] = []
        if refuses < 1.0:
            branches.append((1.0 - refuses, x, counted))
        if refuses > 0.0:
            counted += (("refused_renewals", 1.0),)
            for p, y, events, insists in self.flow(x):
                if insists:
                    y, booked = self.leave(y, Cause.VOLUNTARY)
                    events += booked
                branches.append((refuses * p, y, counted + events))
        return branches

    # -- prices ---------------------------------------------------------------------------------------------------

    def enter_epoch(self, x: State) -> list[Branch]:
        """Enter this epoch: take note of price moves, and book what today's bundles change."""
        waits = list(x.waits) or [None] * len(x.items)
        n_plans = len(self.plans)
        for i in range(len(x.items)):
            if i and not x.addons >> (i - 1) & 1:
                continue
            row = self.r.migrations[self.e][x.plan if i == 0 else n_plans + i - 1]
            if row.mode == T.KEEP:
                continue
            at = float("nan")
            term = x.term
            if row.mode == T.MOVE_NOW:
                at = self.epoch.start
            elif row.mode == T.MOVE_AFTER:
                at = self.epoch.start + row.after
            waits[i] = Wait(self.e, row.retire_to, term if at != at else T.MONTHLY, -1.0 if at != at else at)
        before = self.prices.mrr(x, self.e - 1)
        y = tidy(x._replace(waits=tuple(waits)))
        now = [w is not None and w.at == self.epoch.start for w in y.waits]
        if any(now):
            return [(1.0, *self._move_prices(y, now, before))]
        return [(1.0, *self._book(y, before, y.plan, self.mrr(y), Cause.PRICE))]

    def _move_prices_due(self, x: State, due: Due) -> list[Branch]:
        now = [
            w is not None
            and (w.at in due.dates if w.at >= 0.0 else self._renews(x, w, due))
            # a wait that begins at an anniversary ends at the next one
            and not (due.epoch and w.to == self.e and w.at < 0.0 and w.term == T.MONTHLY)
            for w in x.waits
        ]
        return [(1.0, *self._move_prices(x, now, self.mrr(x)))] if any(now) else [(1.0, x, ())]

    def _renews(self, x: State, wait: Wait, due: Due) -> bool:
        return due.anniversary and (wait.term == T.MONTHLY or (wait.term, x.late) in due.terms)

    def _move_prices(self, x: State, now: list[bool], mrr: int) -> tuple[State, Events]:
        """Move the items that are due, in one booking; the change of price acts on the cancel rate."""
        events: Events = ()
        plan_wait = x.waits[0]
        if now[0] and plan_wait is not None and plan_wait.retire_to != NOBODY:
            full, moves = self.prices.full_amount(x, self.e), x.price_moves
            y = self.place_on_plan(x, plan_wait.retire_to, Cause.PRICE, NOBODY)
            # the account still stands at what was paid before the moment
            own, y = y.own_price, y._replace(own_price=0)
            amount, ended = self.mrr(y), -own
            rest = amount - (mrr + ended)
            if ended * rest > 0:
                y, events = self._book(y, mrr, x.plan, mrr + ended, Cause.OWN_PRICE_END)
                y, more = self._book(y, mrr + ended, y.plan, amount, Cause.PRICE)
                events += more
            else:
                cause = Cause.OWN_PRICE_END if ended != 0 and rest == 0 else Cause.PRICE
                y, events = self._book(y, mrr, x.plan, amount, cause)
            x, mrr = self._responded(y._replace(price_moves=moves), full, self.prices.full_amount(y, self.e)), amount
            now = [False, *now[1:]] if x.waits else [False] * len(x.items)
        full = self.prices.full_amount(x, self.e)
        items, waits = list(x.items), list(x.waits)
        for i, is_due in enumerate(now):
            wait = waits[i] if waits else None
            if is_due and wait is not None:
                same = self.prices.plan_epoch if i == 0 else self.prices.addon_epoch
                items[i] = same[wait.to][x.plan if i == 0 else i - 1]
                waits[i] = None
        y = tidy(x._replace(items=tuple(items), waits=tuple(waits)))
        y, more = self._book(y, mrr, x.plan, self.mrr(y), Cause.PRICE)
        return self._responded(y, full, self.prices.full_amount(y, self.e)), events + more

    def _responded(self, x: State, before: int, after: int) -> State:
        """Return the state whose cancel rate has responded to a change of its full price."""
        elasticity = self.segment.cancel_elasticity
        if elasticity == 0.0 or before <= 0 or after <= 0 or before == after:
            return x
        return x._replace(price_moves=round(x.price_moves * (after / before) ** elasticity, 14))


def _unless_gone(step: Callable[[State], list[Branch]], x: State) -> list[Branch]:
    return step(x) if x.here != GONE else [(1.0, x, ())]


def _in_time(x: State) -> list[Branch]:
    """Return who has given notice in time for the next anniversary but one moment: it counts from there."""
    if x.notice is not None and x.notice.fresh:
        x = x._replace(notice=x.notice._replace(fresh=False))
    return [(1.0, x, ())]


def without_addons(x: State, addons: int) -> State:
    """Return the state without those add-ons."""
    mask = x.addons & ~addons
    items = (x.items[0], *(e if mask >> a & 1 else 0 for a, e in enumerate(x.items[1:])))
    waits = (x.waits[0], *(w if mask >> a & 1 else None for a, w in enumerate(x.waits[1:]))) if x.waits else ()
    return tidy(x._replace(addons=mask, items=items, waits=waits))


def tidy(x: State) -> State:
    """Return the state with no list of waits where none waits, so that equal states are equal."""
    return x._replace(waits=()) if x.waits and not any(x.waits) else x


def then(branches: list[Branch], step: Callable[[State], list[Branch]]) -> list[Branch]:
    """Return the branches continued by a step from each."""
    return [(p * q, y, events + more) for p, x, events in branches for q, y, more in step(x)]
