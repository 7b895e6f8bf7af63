"""What is due when: the moments of a month at which something happens to a customer by date, not by chance.

A customer's dates depend on two phases in (0, 1): that of its anniversaries and that of its sign-up, whole months from
which its tenure counts. Customers of the same phases differ by how many months ago they signed up and how many
anniversaries their term has seen: by their label.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from simulator.expectation.law import Due, Renewing, Rules
from simulator.model import tables as T


class Label(NamedTuple):
    """Where customers stand: months since the month of sign-up (bounded), anniversaries of their term (bounded)."""

    age: int
    anniversaries: int


class Moment(NamedTuple):
    """At `at` after the month's start something is due; `stretch` of tenure holds from then on."""

    at: float
    due: Due | None
    stretch: int


@dataclass(frozen=True)
class Schedule:
    """The dates of one segment's customers."""

    rules: Rules
    starts: list[int]  # month in which each epoch starts
    bounds: list[float]  # tenures at which hazards or audiences change, ascending
    oldest: int  # ages from here on recur with `period`
    period: int
    terms: int  # anniversaries are counted modulo this
    lates: tuple[tuple[int, ...], ...]  # by term: months by which pauses may have moved a renewal
    pauses: bool  # whether somebody may be on a pause

    @classmethod
    def of(cls, rules: Rules) -> Schedule:
        """Return the schedule of a segment."""
        tables, segment = rules.model.tables, rules.segment
        bounds: set[float] = set()
        single: set[float] = set()
        periods: set[int] = {1}
        for e, row in enumerate(rules.offers):
            bounds |= {float(step.until) for step in tables.tenure[e] if step.until > 0.0}
            for offer in row:
                if offer.made and offer.segments >> segment & 1:
                    bounds |= {t for t in (offer.tenure_above, offer.tenure_below) if 0.0 < t < math.inf}
                    if offer.trigger == T.TENURE:
                        single.add(offer.when)
                    if offer.trigger == T.EVERY:
                        periods.add(int(offer.when))
        trials = {plan.trial_length for row in rules.plans for plan in row if plan.trial_length > 0.0}
        last = max((math.ceil(d) + 1 for d in bounds | single | trials), default=0)
        period = reduce(math.lcm, periods)
        months = [int(m) for m in tables.term_months[1:]]
        steps = [reduce(math.gcd, rules.pauses, m) for m in months]
        return cls(
            rules=rules,
            starts=[int(e.start) for e in rules.epochs],
            bounds=sorted(bounds),
            oldest=last + period if period > 1 else max(last, 1),
            period=period,
            terms=reduce(math.lcm, months, 1),
            lates=((0,), *(tuple(range(0, m, step)) for m, step in zip(months, steps, strict=True))),
            pauses=bool(rules.pauses),
        )

    def epoch(self, month: int) -> int:
        """Return the epoch in force in a month."""
        return max(e for e, start in enumerate(self.starts) if start <= month)

    @property
    def knows_tenure(self) -> bool:
        """Whether anything depends on the tenure of established customers."""
        return bool(self.bounds) or self.period > 1 or self._made(T.TENURE) or self._made(T.EVERY)

    def _made(self, trigger: int) -> bool:
        rows = self.rules.offers
        return any(
            o.made and o.trigger == trigger and o.segments >> self.rules.segment & 1 for row in rows for o in row
        )

    @property
    def knows_anniversaries(self) -> bool:
        """Whether anything waits for an anniversary, a renewal among them."""
        r = self.rules
        waits = any(not e.immediate or T.NOW not in (e.upgrade,) for e in r.epochs)
        moves = any(row.mode == T.MOVE_AT_RENEWAL for rows in r.migrations for row in rows)
        down = any(s.downgrade > 0.0 for s in r.prices.segments) and any(e.downgrade != T.NOW for e in r.epochs)
        asked = any(o.made and o.takes_effect not in (T.NOBODY, T.NOW) for row in r.offers for o in row)
        downsell = any(
            o.made and o.motion == T.DOWNSELL and o.trigger != T.CANCEL_INTENT for row in r.offers for o in row
        ) and any(e.downgrade != T.NOW for e in r.epochs)
        return waits or moves or down or asked or downsell or self.terms > 1 or r.asks_back

    @property
    def notice_part(self) -> float:
        """The part of a month in the notice of cancellation, the same in all epochs."""
        return next((e.notice % 1.0 for e in self.rules.epochs if e.notice % 1.0 > 0.0), 0.0)

    def sign_up_offsets(self) -> set[float]:
        """Return the parts of a month after the sign-up's phase at which something may be due."""
        rows = self.rules.offers
        single = {o.when for row in rows for o in row if o.made and o.trigger == T.TENURE}
        trials = {plan.trial_length for row in self.rules.plans for plan in row}
        return {d % 1.0 for d in {*self.bounds, *single, *trials}} | {0.0}

    def anniversary_offsets(self) -> set[float]:
        """Return the same for the phase of anniversaries."""
        return {0.0, -self.notice_part}

    def calendar_offsets(self) -> set[float]:
        """Return the parts of a calendar month at which something may be due."""
        return {0.0} | {date % 1.0 for date in self.move_dates()}

    def move_dates(self) -> set[float]:
        """Return the dates of price moves that come some time after a change."""
        return {
            epoch.start + row.after
            for epoch, rows in zip(self.rules.epochs, self.rules.migrations, strict=True)
            for row in rows
            if row.mode == T.MOVE_AFTER
        }

    def stretch(self, age: int, phase: float) -> int:
        """Return the stretch of tenure at the start of a month."""
        return sum(_place(bound, phase)[0] < age for bound in self.bounds)

    def stretch_of(self, tenure: float) -> int:
        """Return the stretch that a tenure lies in."""
        return sum(bound <= tenure for bound in self.bounds)

    def next(self, label: Label) -> Label:
        """Return the label a month later."""
        return Label(self.bounded(label.age + 1), (label.anniversaries + 1) % self.terms)

    def bounded(self, age: int) -> int:
        """Return the age that stands for it: from `oldest` on ages recur."""
        return age if age <= self.oldest else self.oldest - (self.oldest - age) % self.period

    def sort_of(self, month: int) -> tuple:
        """Return what the moments of a month depend on, beside the customers."""
        e = self.epoch(month)
        calendar = (int(self.rules.model.tables.scalars[0].start_month) + month) % 12
        due = tuple(
            o
            for o, offer in enumerate(self.rules.offers[e])
            if offer.made and offer.trigger == T.CALENDAR_MONTH and int(offer.when) >> calendar & 1
        )
        dates = tuple(date for date in self.move_dates() if math.floor(date) == month)
        return e, month == self.starts[e], due, dates

    def boundaries(self, anniversary: float, phase: float) -> set[float]:
        """Return the parts of a month at which something may be due in some month to customers of those phases."""
        rows = self.rules.offers
        single = {o.when for row in rows for o in row if o.made and o.trigger == T.TENURE}
        trials = {plan.trial_length for row in self.rules.plans for plan in row if plan.trial_length > 0.0}
        return {
            0.0,
            anniversary,
            phase,
            (anniversary - self.notice_part) % 1.0,
            *(_place(date, phase)[1] for date in {*self.bounds, *single, *trials}),
            *(date - math.floor(date) for date in self.move_dates()),
        }

    def moments(self, month: int, label: Label, anniversary: float, phase: float) -> list[Moment]:
        """Return the moments of a month for customers of that label, in order.

        Ages of 0 are those who sign up in this month: no anniversary yet.
        """
        e = self.epoch(month)
        offers = self.rules.offers[e]
        parts: dict[float, list[Due]] = {}
        stretches: list[float] = []

        def due(at: float, what: Due) -> None:
            parts.setdefault(at, []).append(what)

        if month == self.starts[e] and e > 0:
            due(0.0, Due(epoch=True))
        calendar = (int(self.rules.model.tables.scalars[0].start_month) + month) % 12
        live = [(o, offer) for o, offer in enumerate(offers) if offer.made and offer.segments >> self.rules.segment & 1]
        for o, offer in live:
            if offer.trigger == T.CALENDAR_MONTH and int(offer.when) >> calendar & 1:
                due(0.0, Due(offers=((o, None),)))
        for date in self.move_dates():
            if math.floor(date) == month:
                due(date - month, Due(dates=(date,)))
        if label.age > 0:
            self._anniversary(label.anniversaries + 1, live, anniversary, due)
            for o, offer in live:
                if offer.trigger == T.EVERY and label.age % int(offer.when) == 0:
                    due(phase, Due(offers=((o, None),)))
        if self.notice_part > 0.0:
            due((anniversary - self.notice_part) % 1.0, Due(cut=True))
        for o, offer in live:
            if offer.trigger == T.TENURE and _place(offer.when, phase)[0] == label.age:
                due(_place(offer.when, phase)[1], Due(offers=((o, None),)))
        for length in {plan.trial_length for row in self.rules.plans for plan in row if plan.trial_length > 0.0}:
            if _place(length, phase)[0] == label.age:
                due(_place(length, phase)[1], Due(trials=(length,)))
        stretches = [at for bound in self.bounds for m, at in (_place(bound, phase),) if m == label.age]
        stretch = self.stretch(label.age, phase)
        result = []
        # where there are pauses every month is cut alike, so that they end in the part that they began in
        for at in sorted({*parts, *stretches, *(self.boundaries(anniversary, phase) if self.pauses else ())}):
            stretch += stretches.count(at)
            result.append(Moment(at, _together(parts[at]) if at in parts else None, stretch))
        return result

    def _anniversary(self, number: int, live: list, at: float, due) -> None:
        renewing = self._renewing(number)
        due(at, Due(anniversary=True, terms=renewing))
        for o, offer in live:
            if offer.trigger == T.RENEWAL_WITHIN:
                terms = self._renewing(number + int(offer.when))
                if terms:
                    due(at, Due(offers=((o, terms),)))

    def _renewing(self, number: int) -> Renewing:
        """Return the terms that end at that anniversary."""
        months = self.rules.model.tables.term_months
        return tuple((i, d) for i in range(1, len(months)) for d in self.lates[i] if (number - d) % int(months[i]) == 0)


def _place(date: float, phase: float) -> tuple[int, float]:
    """Return month (counted from that of the sign-up) and offset in it of a date counted from the sign-up."""
    whole, part = divmod(date, 1.0)
    if part == 0.0:
        return int(whole), phase
    at = phase + part
    return (int(whole), at) if at < 1.0 else (int(whole) + 1, at - 1.0)


def _together(dues: list[Due]) -> Due:
    """Return what is due at one moment as one."""
    return Due(
        epoch=any(d.epoch for d in dues),
        dates=tuple(sorted({x for d in dues for x in d.dates})),
        trials=tuple(sorted({x for d in dues for x in d.trials})),
        cut=any(d.cut for d in dues),
        anniversary=any(d.anniversary for d in dues),
        terms=tuple(sorted({x for d in dues for x in d.terms})),
        offers=tuple(sorted(x for d in dues for x in d.offers)),
    )
