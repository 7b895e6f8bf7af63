"""Whether the keys of an epoch fit together: what one key alone cannot tell."""

from __future__ import annotations

import math
from collections.abc import Iterator

from simulator.scenario.errors import did_you_mean, listed
from simulator.scenario.keys import Keys
from simulator.scenario.keys.offers import NEXT_PLAN, Offer
from simulator.scenario.keys.segments import Segment
from simulator.scenario.kinds import Names
from simulator.scenario.tree import Path
from simulator.scenario.units import MONEY_LIMIT, MONEY_SCALE, Growth

MAX_ITEMS = 62
"""Plans, and add-ons: what a customer holds is kept as one bit each of a signed 64-bit number."""

MAX_CUSTOMERS = 4_000_000
"""Customers of one segment that may sign up in one month: the room of a month in their numbers."""

MAX_OPENING = 1_000_000_000
"""Customers of one segment that may be there at the start: their number is a word of 32 bits."""

MAX_OPENING_MRR = 2**56
"""Opening MRR at list prices, in ten-thousandths: sums of what becomes of it stay far inside int64."""

SUM_TOLERANCE = 1e-9

Finding = tuple[Path, str]

TARGETS: dict[str, tuple[str, ...]] = {
    "upsell": ("next_plan", "plan", "addon", "bundle", "term", "seats"),
    "cross_sell": ("addon", "bundle"),
    "downsell": ("plan", "term", "pause", "discount", "split"),
    "win_back": ("plan",),
    "care": (),
}
"""Kinds of target that each motion may have."""

_WORDS = {
    "next_plan": "next_plan",
    "plan": "a plan",
    "addon": "an add-on",
    "bundle": "a bundle",
    "term": "{term: NAME}",
    "seats": "{seats: +n}",
    "pause": "a pause",
    "discount": "a discount",
    "split": "a split",
}


def check(keys: Keys, names: Names, formerly_sold: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Everything that does not fit, with its path. `keys` may lack what could not be read; `names` has it."""
    yield from _names(names)
    yield from _ladder(keys)
    yield from _plans(keys, names)
    yield from _bundles(keys, names)
    for name, segment in keys.segments.items():
        yield from _segment(keys, name, segment, formerly_sold)
    for name, offer in keys.offers.items():
        yield from _offer(keys, name, offer, formerly_sold)
        yield from _never(names, name, offer)


def _names(names: Names) -> Iterator[Finding]:
    for block, known in (("plans", names.plans), ("segments", names.segments)):
        if not known:
            yield (block,), "is empty; name at least one"
    for block, known in (("plans", names.plans), ("addons", names.addons)):
        if len(known) > MAX_ITEMS:
            yield (block,), f"has {len(known)} entries; at most {MAX_ITEMS} are possible"
    taken: dict[str, str] = {NEXT_PLAN: "the target `next_plan`", "leaves": "the end of a trial"}
    for block, noun, known in (
        ("plans", "a plan", names.plans),
        ("addons", "an add-on", names.addons),
        ("bundles", "a bundle", names.bundles),
    ):
        for name in known:
            if name in taken:
                yield (block, name), f"is the name of {taken[name]} too; offers could not tell them apart"
            taken.setdefault(name, noun)
    if "all" in names.segments:
        yield (
            ("segments", "all"),
            "is taken: `all` stands for all segments in every table; choose another name",
        )
    for block, known in (
        ("plans", names.plans),
        ("addons", names.addons),
        ("bundles", names.bundles),
        ("segments", names.segments),
        ("terms", names.terms),
        ("offers", names.offers),
    ):
        for name in known:
            if not name.strip() or not name.isprintable():
                yield (block, name), "a name must have visible characters on one line"
            elif ";" in name and block == "addons":
                yield (block, name), "must not have a `;`, which separates add-ons in customer files"


def _ladder(keys: Keys) -> Iterator[Finding]:
    for position, plan in enumerate(keys.ladder):
        if plan in keys.ladder[:position]:
            yield ("ladder", position), f"`{plan}` stands on the ladder twice"
        elif plan in keys.plans and keys.plans[plan].sold != "everyone":
            sold = keys.plans[plan].sold
            yield ("ladder", position), f"`{plan}` is sold to {_audience(sold)}, so nobody can step onto it"


def _audience(sold: str) -> str:
    return "those who would leave only (`sold: rescue`)" if sold == "rescue" else "nobody (retired, or `sold: nobody`)"


def _plans(keys: Keys, names: Names) -> Iterator[Finding]:
    largest = max((segment.price_factor for segment in keys.segments.values()), default=1.0)
    for name, plan in keys.plans.items():
        if plan.price * largest > MONEY_LIMIT * MONEY_SCALE:
            yield (
                ("plans", name, "price"),
                f"times price_factor is beyond the largest amount, {MONEY_LIMIT:_}",
            )
        if plan.trial and plan.trial.otherwise != "leaves" and plan.trial.otherwise not in names.plans:
            hint = did_you_mean(plan.trial.otherwise, ("leaves", *names.plans))
            yield ("plans", name, "trial", "else"), f"there is no plan `{plan.trial.otherwise}`{hint}"
        if plan.minimum is not None and plan.maximum is not None and plan.minimum > plan.maximum:
            yield ("plans", name, "minimum"), "is above `maximum`"
    for name, addon in keys.addons.items():
        if addon.price * largest > MONEY_LIMIT * MONEY_SCALE:
            yield (
                ("addons", name, "price"),
                f"times price_factor is beyond the largest amount, {MONEY_LIMIT:_}",
            )


def _bundles(keys: Keys, names: Names) -> Iterator[Finding]:
    for name, bundle in keys.bundles.items():
        path: Path = ("bundles", name, "of")
        unknown = [item for item in bundle.of if item not in (*names.plans, *names.addons)]
        for item in unknown:
            hint = did_you_mean(item, (*names.plans, *names.addons))
            yield path, f"there is no plan or add-on `{item}`{hint}"
        if unknown:
            continue
        plans = [item for item in bundle.of if item in names.plans]
        if len(bundle.of) < 2:
            yield path, "a bundle has at least two items"
        if len(set(bundle.of)) < len(bundle.of):
            yield path, "names an item twice"
        if len(plans) > 1:
            yield (
                path,
                f"has the plans {listed(plans)}; a customer holds one plan, so at most one can be in it",
            )
        possible = set(plans or names.plans)
        for item in bundle.of:
            if item in keys.addons:
                possible &= set(keys.addons[item].with_)
        all_read = len(keys.plans) == len(names.plans)
        if not possible and len(plans) <= 1 and all_read:
            yield (
                path,
                "no plan allows all of its items, so nobody could ever hold it; see `with` of the add-ons",
            )


def _segment(keys: Keys, name: str, segment: Segment, formerly_sold: frozenset[str]) -> Iterator[Finding]:
    path: Path = ("segments", name)
    opening = segment.opening if isinstance(segment.opening, dict) else {}
    if segment.opening is None and segment.arrivals is None:
        yield path, "has no customers; write `opening`, `arrivals` or both"
    if sum(opening.values()) >= MAX_OPENING:
        yield (
            (*path, "opening"),
            f"has {sum(opening.values()):_} customers; a segment starts with fewer than {MAX_OPENING:_}",
        )
    opening_mrr = sum(number * keys.plans[plan].price for plan, number in opening.items() if plan in keys.plans)
    if opening_mrr >= MAX_OPENING_MRR:
        yield (
            (*path, "opening"),
            f"starts with an MRR of {opening_mrr // MONEY_SCALE:_}; a segment has less than "
            f"{MAX_OPENING_MRR // MONEY_SCALE:_}: use a larger currency unit",
        )
    if isinstance(segment.opening, str) and segment.opening_tenure is not None:
        yield (
            (*path, "opening_tenure"),
            "is for customers given as counts; those of a file keep their own tenure",
        )
    yield from _choice(keys, path, segment)
    for plan_name, plan in keys.plans.items():
        held = plan.sold != "nobody" or opening.get(plan_name, 0) > 0 or plan_name in formerly_sold
        if held and plan_name not in segment.cancel:
            yield (
                (*path, "cancel", plan_name),
                f"is required: every plan needs a cancel rate, e.g. {plan_name}: 3% per month",
            )
    if segment.opening_tenure is None:
        for plan_name, count in opening.items():
            if count and segment.cancel.get(plan_name) == 0.0:
                yield (
                    (*path, "opening_tenure"),
                    f"is required: the default, 1 / cancel rate, has no value for `{plan_name}`, whose rate is 0",
                )
    if sum(segment.terms.values()) > 1.0 + SUM_TOLERANCE:
        yield (
            (*path, "terms"),
            f"sums to {_percent(sum(segment.terms.values()))}; shares of longer terms are at most 100%",
        )
    yield from _arrivals(keys, path, segment)


def _choice(keys: Keys, path: Path, segment: Segment) -> Iterator[Finding]:
    if segment.arrivals is not None and not segment.choose:
        yield (
            (*path, "choose"),
            "is required with arrivals: the plan chosen at sign-up, e.g. {free: 70%, standard: 30%}",
        )
    sold = {plan: keys.plans[plan].sold for plan in segment.choose if plan in keys.plans}
    for plan, part in segment.choose.items():
        # a plan that is closed may stay named: its sign-ups go to the others, or stay away as `attracts` says
        if part > 0 and sold.get(plan) == "rescue":
            yield (
                (*path, "choose", plan),
                f"`{plan}` is sold to {_audience('rescue')}; give its {_percent(part)} to other plans",
            )
    chosen = [plan for plan, part in segment.choose.items() if part > 0]
    if chosen and all(sold.get(plan) == "nobody" for plan in chosen):
        yield (*path, "choose"), f"names only what is sold to nobody: {listed(chosen)}"
    total = sum(segment.choose.values())
    if segment.choose and abs(total - 1.0) > SUM_TOLERANCE:
        yield (*path, "choose"), f"sums to {_percent(total)}; the shares of the plans make 100%"


def _arrivals(keys: Keys, path: Path, segment: Segment) -> Iterator[Finding]:
    if segment.arrivals is None:
        return
    arrivals, (_, first) = segment.arrivals, keys.start
    for month, grown in enumerate((arrivals.growth or Growth(0.0)).factors(keys.months)):
        season = arrivals.season.get((first - 1 + month) % 12 + 1, 1.0)
        expected = arrivals.per_month * grown * season if arrivals.per_month and season else 0.0
        if not math.isfinite(expected) or expected >= MAX_CUSTOMERS:
            yield (
                (*path, "arrivals"),
                f"reaches {expected:.3g} sign-ups in month {month + 1} of the horizon; "
                f"a segment has fewer than {MAX_CUSTOMERS:_} a month",
            )
            return


def _offer(keys: Keys, name: str, offer: Offer, formerly_sold: frozenset[str]) -> Iterator[Finding]:
    path: Path = ("offers", name)
    trigger = offer.when.kind
    if trigger == "cancel_intent" and offer.motion not in ("downsell", "care"):
        yield (
            (*path, "when"),
            f"an offer in the cancel flow is of motion downsell or care, not {offer.motion}",
        )
    if (trigger == "churned_for") != (offer.motion == "win_back"):
        yield (*path, "when"), "motion win_back and the trigger churned_for belong together"
    who = offer.who
    both = sorted(set(who.has or ()) & set(who.lacks or ()))
    if both:
        yield (*path, "who"), f"wants {listed(both)} both held and lacking, so it fits nobody"
    if who.tenure_above is not None and who.tenure_below is not None and who.tenure_above >= who.tenure_below:
        yield (*path, "who"), "tenure_above is not below tenure_below, so it fits nobody"
    yield from _target(keys, path, offer, formerly_sold)


def _never(names: Names, name: str, offer: Offer) -> Iterator[Finding]:
    """What can never be, because nothing in the scenario says what it looks at."""
    path: Path = ("offers", name)
    looks_at, _, _ = offer.when.kind.partition("_")
    unrated = "no segment has satisfaction, so this never happens; write e.g. satisfaction: {mean: 7.4} in a segment"
    if looks_at == "satisfaction" and not names.rated:
        yield (*path, "when"), unrated
    if offer.who.nps is not None and not names.rated:
        yield (*path, "who", "nps"), unrated
    if looks_at in ("usage", "seats") and not names.including.get(looks_at):
        example = f"included: {{{looks_at}: {'1_000' if looks_at == 'usage' else 3}}}"
        yield (*path, "when"), f"no plan includes {looks_at}, so this never happens; write e.g. {example} in a plan"
    if offer.needs is not None and offer.when.kind == "cancel_intent":
        yield (
            (*path, "needs"),
            "cannot be in the cancel flow, which never waits for people; leave it out, or choose another trigger",
        )


def _target(keys: Keys, path: Path, offer: Offer, formerly_sold: frozenset[str]) -> Iterator[Finding]:
    allowed = TARGETS[offer.motion]
    if offer.to is None:
        if allowed:
            yield (*path, "to"), f"is required for motion {offer.motion}: {_one_of(allowed)}"
        return
    to = (*path, "to")
    kind, name = offer.to.kind, offer.to.name
    if kind not in allowed:
        wanted = f"takes {_one_of(allowed)}" if allowed else "has no target, only consequences"
        yield to, f"is {_WORDS[kind]}, but motion {offer.motion} {wanted}"
        return
    if kind == "plan" and name in keys.plans:
        sold = keys.plans[name].sold
        closed_now = sold == "nobody" and name not in formerly_sold  # an offer of what is retired just ends
        if closed_now or (sold == "rescue" and offer.motion != "downsell"):
            yield to, f"`{name}` is sold to {_audience(sold)}"
    if kind == "addon" and name in keys.addons:
        addon = keys.addons[name]
        if addon.sold == "nobody" and name not in formerly_sold:
            yield to, f"`{name}` is sold to {_audience(addon.sold)}"
        elif offer.motion != addon.counts_as:
            yield (
                to,
                f"`{name}` counts as {addon.counts_as}; write motion: {addon.counts_as}, or change counts_as",
            )
    if kind == "bundle" and name in keys.bundles:
        closed = [
            item
            for item in keys.bundles[name].of
            if item not in formerly_sold
            and (
                (item in keys.plans and keys.plans[item].sold == "nobody")
                or (item in keys.addons and keys.addons[item].sold == "nobody")
            )
        ]
        if closed:
            yield to, f"`{name}` has {listed(closed)}, sold to nobody"
    if kind == "next_plan" and len(keys.ladder) < 2:
        yield to, "there is no step: the ladder has fewer than two plans"
    if offer.returns is not None and not (offer.motion == "downsell" and kind == "plan"):
        yield (*path, "returns"), "is for a downsell to a plan: only a rescued customer can return"
    if offer.trial is not None and not (offer.motion == "upsell" and kind in ("next_plan", "plan")):
        yield (*path, "trial"), "is for an upsell to a plan: only an upgrade is tried before it is paid"
    if offer.takes_effect is not None and kind not in ("next_plan", "plan", "term"):
        yield (*path, "takes_effect"), f"is for plan changes; {_WORDS[kind]} is taken at once"


def _one_of(kinds: tuple[str, ...]) -> str:
    words = [_WORDS[kind] for kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _percent(part: float) -> str:
    return f"{round(part * 100, 6):g}%"
