"""One segment month by month: expected amounts and their second moments, everybody's phases and frailty summed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.accounting.account import ON_PAUSE
from simulator.expectation.chain import Chain, TooManyStates
from simulator.expectation.customer import GONE, State
from simulator.expectation.law import Due, Law, Rules
from simulator.expectation.nodes import ONE, Rule, beta_rule, gamma_nodes, gamma_rule, phases, survivors
from simulator.expectation.pauses import (
    MOST_NUMBERS,
    Nodes,
    Pools,
    Resumption,
    live_month_with_pauses,
    map_size,
    node_count,
    source_of,
    waiting,
)
from simulator.expectation.propagate import Before, Cell, Month, Part, Worth, expansion_and_contraction, live_month
from simulator.expectation.schedule import Label, Moment, Schedule
from simulator.model import tables as T
from simulator.model.compile import Model

RETENTION = 12
MOST_BLOCKS = 64  # of customers who are alike before anything is drawn, for the variance of each to be followed
STOCKS = ("paying", "free", "trial", "paused", "mrr")


@dataclass(frozen=True)
class Lane:
    """Customers of the same phases, multiplier and propensity."""

    anniversary: float
    phase: float
    own: float
    theta: int
    arriving: float  # share of the arrivals


@dataclass(frozen=True)
class Block:
    """Customers of the opening base who are alike before anything is drawn."""

    count: int
    plan: int
    term: int | None  # None: chosen by the shares
    addons: int
    own_price: int
    tenure: float  # months, or the mean of an exponential
    listed: bool


@dataclass
class Moments:
    """What a segment's months hold: sums over its customers in ten-thousandths of a currency unit, and counts."""

    months: int
    cells: dict[Cell, int] = field(default_factory=dict)
    mean: list[dict[Cell, float]] = field(default_factory=list)
    variance: list[dict[Cell, float]] = field(default_factory=list)
    number: list[dict[Cell, float]] = field(default_factory=list)
    number_variance: list[dict[Cell, float]] = field(default_factory=list)
    net_variance: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (M,)
    kind_variance: dict[str, np.ndarray] = field(default_factory=dict)  # amounts, (M,)
    kind_number_variance: dict[str, np.ndarray] = field(default_factory=dict)
    stock: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (M + 1, 5)
    stock_variance: np.ndarray = field(default_factory=lambda: np.zeros(0))
    counted: list[dict[Any, float]] = field(default_factory=list)
    retained: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (M, 2) base and now of 12 months

    def forget_variance(self) -> None:
        """Put NaN for variances that were not followed."""
        for table in (self.variance, self.number_variance):
            for month in table:
                month.update(dict.fromkeys(month, math.nan))
        for array in (
            self.net_variance,
            self.stock_variance,
            *self.kind_variance.values(),
            *self.kind_number_variance.values(),
        ):
            array[...] = math.nan


class Segment:
    """The chain of one segment through all epochs, and its population."""

    def __init__(self, model: Model, segment: int, more_nodes: int = 0) -> None:
        self.model, self.segment = model, segment
        self.rules = Rules.of(model, segment)
        self.schedule = Schedule.of(self.rules)
        self.blocks = list(opening_groups(model, segment, self.schedule))
        # rows that customers are followed in: one a block, or one for all where there are many
        self.tells_variance = len(self.blocks) <= MOST_BLOCKS
        self.row = list(range(len(self.blocks))) if self.tells_variance else [0] * len(self.blocks)
        self.n_rows = (len(self.blocks) if self.tells_variance else 1) + 1
        self.arrivals = {
            int(b.month): float(b.rate) for b in model.blocks if b.kind == T.ARRIVING and b.segment == segment
        }
        self._laws: dict[tuple[int, int, int], Law] = {}
        self.propensity, self._theta_terms = self._propensities()
        self.counted: dict[Any, int] = {}
        self.lanes: list[Lane] = []
        self._frailty = self._frailty_rule()
        self._make_lanes(more_nodes)
        self.chains = self._chains()
        self.pools = [self._pools(chain, more_nodes) for chain in self.chains]
        self.cells: dict[Cell, int] = {}
        rises, falls = expansion_and_contraction(list(self.counted))
        self.worths = [Worth(chain, self.cells, rises, falls) for chain in self.chains]
        self._months: dict[tuple, Month] = {}
        self._resumptions = [
            Resumption(*place) for place in zip(self.chains, self.worths, self.pools, strict=True) if place[2].longest
        ]
        self._grouped: dict[tuple, dict] = {}

    # -- what differs between customers ---------------------------------------------------------------------------

    def _propensities(self) -> tuple[Rule, set[int]]:
        """Return the rule over propensities not to renew, and the terms that they decide."""
        laws = {}
        for row in self.rules.segment_terms:
            for term, decided in enumerate(row):
                if decided.decides and decided.alpha > 0.0:
                    laws[term] = (decided.alpha, decided.beta)
        if not laws:
            return ONE, set()
        alpha, beta = next(iter(laws.values()))
        shortest = min(self.model.tables.term_months[term] for term in laws)
        return beta_rule(alpha, beta, self.model.months // int(shortest) + 2), set(laws)

    def _frailty_rule(self) -> Rule:
        shape = self.rules.prices.segments[0].frailty_shape
        if shape == 0.0:
            return ONE
        hazards = [row.cancel for rows in self.rules.segment_plans for row in rows]
        before = max((self._hazard_of(b) * b.tenure for b in self.blocks if not b.listed), default=0.0)
        known = max((self._hazard_of(b) * (b.tenure + 1.0) for b in self.blocks if b.listed), default=0.0)
        within = max(hazards) * self.model.months
        return gamma_rule(shape, gamma_nodes(shape, before, within + known))

    def _hazard_of(self, block: Block) -> float:
        return float(self.rules.segment_plans[0][block.plan].cancel)

    def _fastest(self) -> float:
        """Return a rate at which a customer's law may change within a month, for the number of phase nodes."""
        t, s = self.rules, self.segment
        rate = 0.0
        for e, epoch in enumerate(t.epochs):
            segment = t.prices.segments[e]
            factor = max([1.0, *(float(step.factor) for step in t.model.tables.tenure[e])])
            cancel = max(row.cancel for row in t.segment_plans[e]) * factor
            attached = max(t.attached[e])
            own = 3.0 if segment.frailty_shape else 1.0
            offers = sum(o.when for o in t.offers[e] if o.made and o.trigger == T.RATE and o.segments >> s & 1)
            offers += sum(row.rate for row in t.signals[e])
            back = max((o.return_hazard for o in t.offers[e] if o.made), default=0.0)
            addons = sum(a.cancel for a in t.prices.addons[e])
            others = segment.downgrade + segment.shock + segment.failed_payment + segment.recovery_hazard
            rate = max(rate, cancel * attached * own + epoch.lured + offers + max(back, 0.0) + addons + others)
        return 2.0 * rate

    def _make_lanes(self, more: int) -> None:
        """Lay out the lanes, and place the opening customers in them."""
        schedule = self.schedule
        rate = (
            self._fastest()
            + max((1.0 / b.tenure for b in self.blocks if b.tenure > 0.0), default=0.0) * schedule.knows_tenure
        )
        calendar, anniversaries = schedule.calendar_offsets(), schedule.anniversary_offsets()
        sign_ups = schedule.sign_up_offsets()
        fixed = {c - x for c in calendar for x in anniversaries | sign_ups}
        self.by_phase = phases(rate, {x % 1.0 for x in fixed}, more)
        mixed = [
            (f, theta, wf * wt)
            for f, wf in zip(*self._frailty, strict=True)
            for theta, wt in enumerate(self.propensity.weights)
        ]
        index: dict[tuple[float, float], int] = {}
        self.pairs: list[tuple[float, float]] = []

        def pair(a: float, s: float, w: float) -> int:
            if (a, s) not in index:
                index[a, s] = len(self.pairs)
                self.pairs.append((a, s))
                for f, theta, share in mixed:
                    self.lanes.append(Lane(a, s, float(f), theta, w * share))
            return index[a, s]

        for phi, w in zip(*self.by_phase, strict=True):
            pair(float(phi), float(phi), float(w))
        both = schedule.knows_tenure and schedule.knows_anniversaries
        # opening customers: (lane pair, label age, weight of phase and age, tenure or None)
        self.placed: list[list[tuple[int, int, float, float | None]]] = []
        for block in self.blocks:
            places: list[tuple[int, int, float, float | None]] = []
            if block.listed:
                whole, part = divmod(block.tenure, 1.0)
                if part == 0.0:
                    for phi, w in zip(*self.by_phase, strict=True):
                        places.append((pair(phi, phi, 0.0), int(whole) + 1, w, block.tenure + 1.0 - phi))
                elif not schedule.knows_tenure and not schedule.knows_anniversaries:
                    phi = float(self.by_phase.nodes[0])
                    places.append((pair(phi, phi, 0.0), 1, 1.0, block.tenure))
                else:
                    phi = (-block.tenure) % 1.0
                    places.append((pair(phi, phi, 0.0), int(whole) + 1, 1.0, block.tenure))
            elif block.tenure == 0.0:
                places.append((pair(0.0, 0.0, 0.0), 0, 1.0, 0.0))
            elif not schedule.knows_tenure:
                for phi, w in zip(*self.by_phase, strict=True):
                    places.append((pair(phi, phi, 0.0), 1, w, None))
            else:
                for s, ws in zip(*self.by_phase, strict=True):
                    inner = Rule(np.array([s]), np.ones(1))
                    if both:
                        cuts = {(x - y) % 1.0 for x in calendar | {s + d for d in sign_ups} for y in anniversaries}
                        inner = phases(rate, cuts, more)
                    for a, wa in zip(*inner, strict=True):
                        lane = pair(float(a), float(s), 0.0)
                        for age, share, tenure in self._ages(block.tenure, float(s)):
                            places.append((lane, age, ws * wa * share, tenure))
            self.placed.append(places)

    def _ages(self, mean: float, phase: float) -> Iterator[tuple[int, float, float]]:
        """Return the ages of established customers of a sign-up phase with their shares, and a tenure of each.

        Tenure is exponential: at phase s it is j - s for j = 1, 2, ...; its density is e^-(j-s)/mean / mean.
        Frailty depends on the tenure, so ages that recur are kept apart until their share is nothing.
        """
        last = self.schedule.oldest
        if len(self._frailty.nodes) == 1:
            shares = np.zeros(last + 1)
            for age in range(1, last + 1):
                shares[age] = math.exp(-(age - phase) / mean) / mean
            decay = -math.expm1(-self.schedule.period / mean)
            first = last - self.schedule.period + 1
            shares[first:] /= decay
            for age in range(1, last + 1):
                yield age, float(shares[age]), age - phase
            return
        for j in range(1, int(40.0 * mean) + 2):
            yield self.schedule.bounded(j), math.exp(-(j - phase) / mean) / mean, j - phase

    # -- chains ---------------------------------------------------------------------------------------------------

    def _law(self, epoch: int, stretch: int, theta: int) -> Law:
        key = (epoch, stretch, theta)
        if key not in self._laws:
            bounds = self.schedule.bounds
            tenure = bounds[stretch - 1] if stretch else 0.0
            steps = self.model.tables.tenure[epoch][: int(self.model.tables.scalars[0].n_tenure)]
            factor = next((float(step.factor) for step in steps if tenure < step.until), 1.0)
            refuses = {
                term: float(self.propensity.nodes[theta]) if decided.alpha > 0.0 else decided.not_renewed
                for term, decided in enumerate(self.rules.segment_terms[epoch])
                if decided.decides
            }
            self._laws[key] = Law(self.rules, epoch, tenure, factor, refuses)
        return self._laws[key]

    def _dues(self) -> list[set[Due]]:
        """Return everything that is due together, by epoch."""
        schedule = self.schedule
        dues: list[set[Due]] = [set() for _ in schedule.starts]
        # moments merge only where phases coincide, which one lane of each sort of pair shows; dates at a part of a
        # month may fall into different months in different lanes
        pairs = list({(a == s, a == 0.0): (a, s) for a, s in self.pairs}.values())
        if len(schedule.calendar_offsets()) > 1 or len(schedule.sign_up_offsets()) > 1:
            pairs = self.pairs
        labels = self._all_labels()
        for month in range(self.model.months):
            e = schedule.epoch(month)
            for a, s in pairs:
                for label in labels[month]:
                    for moment in schedule.moments(month, label, a, s):
                        if moment.due is not None:
                            dues[e].add(moment.due)
                            if schedule.pauses and moment.due.terms:
                                dues[e].add(moment.due._replace(pauses=True))
        return dues

    def _all_labels(self) -> list[set[Label]]:
        """Return the labels that customers may have, by month."""
        schedule = self.schedule
        now: set[Label] = set()
        for block, places in zip(self.blocks, self.placed, strict=True):
            for age in {age for _, age, _, _ in places}:
                bounded = schedule.bounded(age) if age else 0
                now |= {Label(bounded, r) for r in self._first_anniversaries(block, age)}
        by_month = []
        for month in range(self.model.months):
            by_month.append(now | ({Label(0, 0)} if month in self.arrivals else set()))
            now = {self._next(label) for label in by_month[-1]}
        return by_month

    def _next(self, label: Label) -> Label:
        """Return the label a month later; at sign-up no anniversary has passed."""
        return Label(1, 0) if label.age == 0 else self.schedule.next(label)

    def _first_anniversaries(self, block: Block, age: int) -> range:
        if block.listed or block.tenure == 0.0 or self.schedule.terms == 1:
            r = max(age - 1, 0) % self.schedule.terms
            return range(r, r + 1)
        return range(self.schedule.terms)

    def _chains(self) -> list[Chain]:
        """Find the states of every epoch."""
        dues = self._dues()
        chains: list[Chain] = []
        stretches = range(len(self.schedule.bounds) + 1)
        for e in range(len(self.schedule.starts)):
            entering: list[State] = []
            if e == 0:
                for block in self.blocks:
                    entering += [x for _, x in self._opening_states(block)]
            months = [m for m in self.arrivals if self.schedule.epoch(m) == e]
            if months:
                for _, x, events in self._law(e, 0, 0).sign_up():
                    entering.append(x)
                    for what, _ in events:
                        self.counted.setdefault(what, len(self.counted))
            law = lambda g, theta, e=e: self._law(e, g, theta)  # noqa: E731
            propensities = len(self.propensity.nodes)
            before = chains[-1] if chains else None
            chains.append(Chain(self.rules, e, law, stretches, propensities, entering, dues[e], self.counted, before))
        return chains

    def _pools(self, chain: Chain, more: int) -> Pools:
        """Return where the customers of an epoch stand at month-ends."""
        nodes = Nodes.of(node_count(self._fastest()) + more)
        offers = [chain.states[i].pause for i in chain.paused]
        waits = [int(self.rules.offers[chain.epoch][o.offer].lasts) - 1 for o in offers if o is not None]
        longest = max(self.rules.pauses, default=0)
        parts = max(len(self.schedule.boundaries(a, s)) for a, s in self.pairs)
        size = len(self.lanes) * map_size(chain, nodes)
        if len(waits) and size > MOST_NUMBERS:
            raise TooManyStates(
                f"following pauses takes {len(self.lanes):,} phases and multipliers with "
                f"{size // len(self.lanes):,} numbers each, more than {MOST_NUMBERS:,} together"
            )
        return Pools(len(chain.at_month_end), parts, nodes, np.array(waits, np.int64), longest)

    def _opening_states(self, block: Block) -> list[tuple[float, State]]:
        law = self._law(0, 0, 0)
        if block.term is None:
            return list(law.opening(block.plan, block.addons))
        x = law.holding(block.plan, block.term, block.addons)._replace(own_price=block.own_price)
        return [(1.0, law.entered(x))]

    # -- months ---------------------------------------------------------------------------------------------------

    def opening(self) -> dict[Label, np.ndarray]:
        """Return the opening customers by label: (lanes, blocks + 1, states at a month-end), a row a block."""
        chain, lanes = self.chains[0], len(self.lanes)
        place = {int(i): n for n, i in enumerate(chain.at_month_end)}
        width = len(self._frailty.nodes) * len(self.propensity.nodes)
        shape = self.rules.prices.segments[0].frailty_shape
        thetas = self.propensity.weights
        result: dict[Label, np.ndarray] = {}
        for b, (block, places) in enumerate(zip(self.blocks, self.placed, strict=True)):
            for share, x in self._opening_states(block):
                decides = x.term != T.MONTHLY and self.rules.segment_terms[0][x.term].decides
                hazard = 0.0 if decides or not shape else self._hazard_of(block)
                state = place[chain.index[x]]
                cache: dict[float | None, np.ndarray] = {}
                for pair, age, weight, tenure in places:
                    if tenure not in cache:
                        known = tenure is not None
                        own = survivors(self._frailty, shape, hazard, tenure if known else block.tenure, known)  # type: ignore[arg-type]
                        cache[tenure] = np.outer(own, thetas).ravel()
                    for label, part in self._labels(block, x, age):
                        if label not in result:
                            result[label] = np.zeros((lanes, self.n_rows, self.pools[0].width))
                        heads = 1.0 if self.tells_variance else block.count
                        place_ = result[label][pair * width : (pair + 1) * width, self.row[b], state]
                        place_ += heads * share * part * weight * cache[tenure]
        return result

    def _labels(self, block: Block, x: State, age: int) -> list[tuple[Label, float]]:
        """Return the labels of an opening customer, with their shares: the first renewal is uniform over the term."""
        age_ = self.schedule.bounded(age) if age else 0
        if block.listed or block.tenure == 0.0 or self.schedule.terms == 1:
            return [(Label(age_, max(age - 1, 0) % self.schedule.terms), 1.0)]
        if x.term == T.MONTHLY:
            return [(Label(age_, 0), 1.0)]
        months = int(self.model.tables.term_months[x.term])
        return [(Label(age_, r), 1.0 / months) for r in range(months)]

    def _groups(self, month: int, label: Label, lanes: np.ndarray) -> dict[tuple, list[tuple[int, list[Moment]]]]:
        """Return the lanes for which the same things are due in the same order, with the moments of each."""
        name = (self.schedule.sort_of(month), label, lanes.tobytes())
        if name in self._grouped:
            return self._grouped[name]
        groups: dict[tuple, list[tuple[int, list[Moment]]]] = {}
        known: dict[tuple[float, float], list[Moment]] = {}
        for i in lanes:
            lane = self.lanes[i]
            phases_ = (lane.anniversary, lane.phase)
            if phases_ not in known:
                known[phases_] = self.schedule.moments(month, label, *phases_)
                if label.age == 0 and lane.phase > 0.0:  # before they sign up nothing is due to them
                    known[phases_] = [m for m in known[phases_] if m.at > lane.phase]
            moments = known[phases_]
            start = self.schedule.stretch(label.age, lane.phase) if label.age else 0
            renews = any(m.due is not None and m.due.terms for m in moments)
            key = (start, tuple((m.due, m.stretch) for m in moments), lane.theta if renews else 0)
            groups.setdefault(key, []).append((int(i), moments))
        self._grouped[name] = groups
        return groups

    def _month(self, month: int, key: tuple, members: list[tuple[int, list[Moment]]], arriving: bool) -> Month:
        """Return what the month does for the lanes of a group."""
        e = self.schedule.epoch(month)
        chain, worth = self.chains[e], self.worths[e]
        own = np.array([self.lanes[i].own for i, _ in members])
        cuts, parts = self._parts(key, members, arriving)
        name = (e, key, cuts.tobytes(), own.tobytes(), arriving)
        if name in self._months:
            return self._months[name]
        theta = key[2]
        if arriving:
            start = np.zeros((len(chain.states), 1))
            for p, x, _ in self._law(e, 0, 0).sign_up():
                start[chain.index[x], 0] += p
            before = Before.nothing()
        else:
            source = source_of(chain, parts)
            start = np.zeros((len(source.states), len(source.at_month_end)))
            start[source.at_month_end, np.arange(len(source.at_month_end))] = 1.0
            before = Before.of(source, source.at_month_end)
        if self.schedule.pauses:
            self._months[name] = live_month_with_pauses(chain, worth, start, before, parts, own, theta, self.pools[e])
        else:
            self._months[name] = live_month(chain, worth, start, before, parts, own, theta)
        return self._months[name]

    def _parts(self, key: tuple, members: list[tuple[int, list[Moment]]], arriving: bool) -> tuple[Any, list[Part]]:
        """Return where the month of each lane of a group is cut, and its parts."""
        cuts = np.array(
            [[self.lanes[i].phase if arriving else 0.0, *(m.at for m in moments), 1.0] for i, moments in members]
        )
        stretch, dues, _ = key
        parts = []
        for n, length in enumerate(np.diff(cuts, axis=1).T):
            due, after = dues[n] if n < len(dues) else (None, stretch)
            parts.append(Part(length, stretch, due, after))
            stretch = after
        return cuts, parts

    def _on_pause(
        self, month: int, key: tuple, members: list[tuple[int, list[Moment]]], now: np.ndarray
    ) -> tuple[np.ndarray, Month]:
        """Return where those on a pause (lanes, rows, places) stand a month later, and what those do who resume."""
        e = self.schedule.epoch(month)
        chain, pools = self.chains[e], self.pools[e]
        _, parts = self._parts(key, members, arriving=False)
        source = source_of(chain, parts)
        was = self.pools[source.epoch]
        own = np.array([self.lanes[i].own for i, _ in members])
        ended = self._resumptions[e].month(was.ending(now), source, parts, own, key[2])
        return pools.wait(now, waiting(chain, source, parts), was) + pools.land(ended.p), ended

    def moments(self, progress: Callable[[float], None] | None = None) -> Moments:
        """Return what every month holds; `progress` is told the share of the months that are done."""
        months, n_blocks = self.model.months, self.n_rows - 1
        counts = np.array([*(block.count for block in self.blocks), 1.0]) if self.tells_variance else np.ones(2)
        result = Moments(months)
        result.net_variance = np.zeros(months)
        result.stock = np.zeros((months + 1, len(STOCKS)))
        result.stock_variance = np.zeros((months + 1, len(STOCKS)))
        result.retained = np.zeros((months, 2))
        kinds = ("new", "reactivation", "expansion", "contraction", "churn")
        result.kind_variance = {kind: np.zeros(months) for kind in kinds}
        result.kind_number_variance = {kind: np.zeros(months) for kind in kinds}
        now = self.opening()
        bases: list[tuple[int, float]] = []  # month-end and MRR of the retention rows, oldest first
        self._count_stock(result, 0, now, self.chains[0], n_blocks, counts)
        # lanes of one sort go together, so that what a month does to them is computed once
        arriving = np.array([i for i, lane in enumerate(self.lanes) if lane.arriving > 0.0])
        established = np.array([i for i, lane in enumerate(self.lanes) if lane.arriving == 0.0])
        for month in range(months):
            e = self.schedule.epoch(month)
            chain, pools, was = self.chains[e], self.pools[e], self.pools[self.schedule.epoch(max(month - 1, 0))]
            if month == self.schedule.starts[e]:
                self._months.clear()  # those of an epoch that is over
                if e and self._resumptions:
                    self._resumptions[e - 1].forget()
            now, bases = self._with_base(now, counts, bases, month, result)
            n_rows = n_blocks + 1
            fresh: dict[Label, np.ndarray] = {}
            sums = [np.zeros((n_rows, 0)), np.zeros((1, 0)), np.zeros((n_rows, 0))]  # amounts, squares, numbers
            counted = np.zeros(len(self.counted))
            for label, p in now.items():
                used = [lanes for lanes in (arriving, established) if len(lanes) and p[lanes].any()]
                target = self._next(label)
                for key, members in (x for lanes in used for x in self._groups(month, label, lanes).items()):
                    lanes = [i for i, _ in members]
                    step = self._month(month, key, members, arriving=False)
                    if target not in fresh:
                        fresh[target] = np.zeros((len(self.lanes), p.shape[1], pools.width))
                    part = p[lanes]
                    if part[..., was.active :].any():
                        places, ended = self._on_pause(month, key, members, part)
                        fresh[target][lanes] += places
                        mine = ended.cells[:, :, :n_rows].sum(axis=1)
                        counted += counts @ ended.counted[:, :n_rows].sum(axis=0)
                        for k, table in enumerate((mine[0], (counts @ mine[1])[None], mine[2])):
                            sums[k] = _add(sums[k], table)
                    part = part[..., : was.active]
                    fresh[target][lanes] += pools.land(part @ step.p)
                    amounts, squares, numbers = step.cells.reshape(
                        3, int(np.prod(step.cells.shape[1:-1])), step.cells.shape[-1]
                    )
                    head = part[:, :n_rows].transpose(1, 0, 2).reshape(n_rows, -1)
                    everybody = counts @ head
                    counted += everybody @ step.counted.reshape(len(everybody), len(counted))
                    sums[0] = _add(sums[0], head @ amounts)
                    sums[1] = _add(sums[1], (everybody @ squares)[None])
                    sums[2] = _add(sums[2], head @ numbers)
            rate = self.arrivals.get(month, 0.0)
            if rate > 0.0:
                self._arrive(month, rate, arriving, fresh, sums, counted, n_rows, len(bases))
            now = fresh
            self._count_month(result, month, sums, counts)
            result.counted.append({what: float(counted[i]) for what, i in self.counted.items() if counted[i] != 0.0})
            self._count_stock(result, month + 1, now, chain, n_blocks, counts)
            now, bases = self._count_retained(result, month, now, chain, n_rows, bases)
            if progress is not None:
                progress((month + 1) / months)
        result.cells = self.cells
        if not self.tells_variance:
            result.forget_variance()
        return result

    def _arrive(self, month, rate, arriving, fresh, sums, counted, n_rows, n_bases):
        label = Label(0, 0)
        e = self.schedule.epoch(month)
        for share, _, events in self._law(e, 0, 0).sign_up():
            for what, amount in events:
                counted[self.counted[what]] += rate * share * amount
        for key, members in self._groups(month, label, arriving).items():
            lanes = [i for i, _ in members]
            weights = rate * np.array([self.lanes[i].arriving for i in lanes])
            step = self._month(month, key, members, arriving=True)
            if Label(1, 0) not in fresh:
                fresh[Label(1, 0)] = np.zeros((len(self.lanes), n_rows + n_bases, self.pools[e].width))
            fresh[Label(1, 0)][lanes, n_rows - 1] += weights[:, None] * self.pools[e].land(step.p[:, 0])
            counted += weights @ step.counted[:, 0]
            for k, one_row in ((0, False), (1, True), (2, False)):
                found = weights @ step.cells[k][:, 0]
                table = np.zeros((1 if one_row else n_rows, len(found)))
                table[-1] = found
                sums[k] = _add(sums[k], table)

    def _with_base(self, now, counts, bases, month, result):
        """Add the row of those who pay now, to see in twelve months what they pay then."""
        if self.model.months < RETENTION or month > self.model.months - RETENTION:
            return now, bases
        e = self.schedule.epoch(month - 1) if month else 0
        chain = self.chains[e]
        mrr = self.pools[e].pad(chain.mrr[chain.at_month_end], 0.0)
        n = len(counts)
        total = 0.0
        extended = {}
        for label, p in now.items():
            everybody = np.matmul(counts, p[:, :n]) * (mrr > 0)
            total += float((everybody @ mrr).sum())
            extended[label] = np.concatenate([p, everybody[:, None]], axis=1)
        return extended, [*bases, (month, total)]

    def _count_retained(self, result, month, now, chain, n_rows, bases):
        """Count what those who paid twelve months ago pay now, and forget them."""
        if not bases or bases[0][0] != month - RETENTION + 1:
            return now, bases
        mrr = self.pools[chain.epoch].pad(chain.mrr[chain.at_month_end], 0.0)
        result.retained[month] = bases[0][1], sum(float((p[:, n_rows] @ mrr).sum()) for p in now.values())
        return {label: np.delete(p, n_rows, axis=1) for label, p in now.items()}, bases[1:]

    def _count_month(self, result: Moments, month: int, sums: list[np.ndarray], counts: np.ndarray) -> None:
        """Turn moments of one customer into those of the sum over all: independent customers, Poisson arrivals."""
        cells = list(self.cells)[: sums[0].shape[1]]
        n_b = counts[:-1, None]
        amount, squares, number = (np.asarray(s) for s in sums)
        mean, numbers = counts @ amount, counts @ number
        # of a cell that a customer either makes or not: E X^2 of its number is E X
        variance = difference(squares[0], (n_b * amount[:-1] ** 2).sum(axis=0))
        number_variance = difference(numbers, (n_b * number[:-1] ** 2).sum(axis=0))
        result.mean.append(dict(zip(cells, mean.tolist(), strict=True)))
        result.number.append(dict(zip(cells, numbers.tolist(), strict=True)))
        result.variance.append(dict(zip(cells, variance.tolist(), strict=True)))
        result.number_variance.append(dict(zip(cells, number_variance.tolist(), strict=True)))
        sign = np.array([1.0 if c.kind in ("new", "reactivation", "expansion") else -1.0 for c in cells])
        net = amount @ sign
        result.net_variance[month] = difference(squares.sum(), (n_b[:, 0] * net[:-1] ** 2).sum())
        for kind in result.kind_variance:
            mine = np.array([c.kind == kind for c in cells], bool)
            of_kind = amount[:-1, mine].sum(axis=1)
            made = number[:-1, mine].sum(axis=1)
            result.kind_variance[kind][month] = difference(squares[0, mine].sum(), (n_b[:, 0] * of_kind**2).sum())
            result.kind_number_variance[kind][month] = difference(numbers[mine].sum(), (n_b[:, 0] * made**2).sum())

    def _count_stock(self, result, place, now, chain, n_blocks, counts):
        """Count the month-end's stock: everybody's sums and their variance."""
        states = [chain.states[i] for i in chain.at_month_end]
        mrr = chain.mrr[chain.at_month_end]
        pools = self.pools[chain.epoch]
        here = np.array([x.here != GONE for x in states])
        trial = here & np.array([x.trial > 0.0 for x in states])
        stocks = [here & ~trial & (mrr > 0), here & ~trial & (mrr == 0), trial, np.zeros(len(mrr)), mrr]
        worth = np.stack([pools.pad(stock, float(i == ON_PAUSE)) for i, stock in enumerate(stocks)], axis=1)
        rows = np.zeros((n_blocks + 1, pools.width))
        for p in now.values():
            rows += p[:, : n_blocks + 1].sum(axis=0)
        one = rows @ worth
        result.stock[place] = counts @ one
        squares = (counts @ rows) @ worth**2
        result.stock_variance[place] = difference(squares, (counts[:-1, None] * one[:-1] ** 2).sum(axis=0))


def difference(squares: Any, of_means: Any) -> Any:
    """Return a variance, E X^2 - (E X)^2 summed over customers; nothing where only rounding is left of it."""
    left = squares - of_means
    return np.where(left > 1e-13 * squares, left, 0.0)


def _add(total: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Add tables of which one may know more cells than the other."""
    if total.shape[1] < more.shape[1]:
        total, more = more.copy(), total
    else:
        total = total.copy()
    total[:, : more.shape[1]] += more
    return total


def opening_groups(model: Model, segment: int, schedule: Schedule) -> Iterator[Block]:
    """Return the opening customers of a segment; those of a file who are alike together."""
    alike: dict[tuple, int] = {}
    for b in model.blocks:
        if b.segment != segment:
            continue
        if b.kind == T.COUNTED:
            yield Block(int(b.count), int(b.plan), None, 0, 0, float(b.tenure_mean), listed=False)
        elif b.kind == T.LISTED:
            law = None
            for row in model.tables.listed[b.first : b.first + b.count]:
                own = 0
                if row.has_own_price:
                    law = law or Law(Rules.of(model, segment), 0, 0.0, 1.0, {})
                    own = int(row.mrr) - law.mrr(law.holding(int(row.plan), int(row.term), int(row.addons)))
                key = (int(row.plan), int(row.term), int(row.addons), own, float(row.tenure))
                alike[key] = alike.get(key, 0) + 1
    for (plan, term, addons, own, tenure), count in alike.items():
        yield Block(count, plan, term, addons, own, tenure, listed=True)
