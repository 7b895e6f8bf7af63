"""Which mechanisms a scenario leaves out: what its numbers must not be read as saying."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.scenario.keys import Keys
from simulator.scenario.keys.offers import Offer
from simulator.scenario.keys.segments import Segment
from simulator.scenario.scenario import Scenario


def left_out(scenario: Scenario) -> tuple[str, ...]:
    """The names of the mechanisms that no epoch of the scenario uses, in the order in which they are told."""
    epochs = [epoch.keys for epoch in scenario.epochs]
    names = [name for name, used in MECHANISMS.items() if not any(used(keys) for keys in epochs)]
    if "economics" not in scenario.tree.entries:
        names.append("economics")
    if not scenario.ranges:
        names.append("ranges")
    return tuple(names)


def _segments(says: Callable[[Segment], object]) -> Callable[[Keys], bool]:
    return lambda keys: any(bool(says(segment)) for segment in keys.segments.values())


def _offers(of: Callable[[Offer], object]) -> Callable[[Keys], bool]:
    return lambda keys: any(bool(of(offer)) for offer in keys.offers.values())


def _responds(segment: Segment) -> bool:
    response = segment.price_response
    return any((response.arrivals, response.choice, response.upgrade, response.cancel))


def _trials(keys: Keys) -> Iterator[object]:
    yield from (plan.trial for plan in keys.plans.values())
    yield from (offer.trial for offer in keys.offers.values())


MECHANISMS: dict[str, Callable[[Keys], bool]] = {
    "arrivals": _segments(lambda segment: segment.arrivals is not None and segment.arrivals.per_month),
    "price_response": _segments(_responds),
    "terms": lambda keys: bool(keys.terms),
    "trials": lambda keys: any(trial is not None for trial in _trials(keys)),
    "usage": _segments(lambda segment: segment.usage),
    "seats": _segments(lambda segment: segment.seats),
    "upsell": _offers(lambda offer: offer.motion == "upsell"),
    "addons": lambda keys: bool(keys.addons),
    "rescue": _offers(lambda offer: offer.motion == "downsell" and offer.when.cancel_intent),
    "win_back": _offers(lambda offer: offer.motion == "win_back"),
    "satisfaction": _segments(lambda segment: segment.satisfaction),
    "phases": lambda keys: bool(keys.onboarding or keys.adoption),
    "teams": lambda keys: bool(keys.teams),
    "decision": _segments(lambda segment: segment.decision),
    "shock": _segments(lambda segment: segment.shock),
    "failed_payment": _segments(lambda segment: segment.failed_payment),
}
"""Whether the keys of an epoch use a mechanism."""
