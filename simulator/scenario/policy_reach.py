"""Which knobs of an accounting policy can change what a scenario's run reports, and which find nothing to act on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulator.accounting.policy import DAYS_A_MONTH, KNOBS, Policy
from simulator.scenario.keys import Keys
from simulator.scenario.scenario import Scenario


def knobs_that_matter(scenario: Scenario) -> tuple[str, ...]:
    """Return the knobs, in the order of the table, of which another value could change the run's figures.

    Knobs are taken one by one, the others as the scenario's policy has them. Of what is uncertain (may customers from
    a file have prices of 0?) it is assumed that it happens.
    """
    policy, epochs = scenario.policy, [epoch.keys for epoch in scenario.epochs]

    def some(there: Callable[[Keys], bool]) -> bool:
        return any(there(keys) for keys in epochs)

    free = some(_has_free_plan) or bool(scenario.customers)
    unpaid = some(lambda keys: any(s.failed_payment is not None for s in keys.segments.values()))
    pauses = some(lambda keys: _targets(keys, "pause"))
    returns = (
        some(lambda keys: any(offer.motion == "win_back" for offer in keys.offers.values()))
        or (free and policy.to_free == "churn")
        or (pauses and policy.pause == "churn")
        or some(lambda keys: _recovers_late(keys, policy))
    )
    matters = {
        "grain": True,
        "entity": False,  # a simulated customer has one subscription; a split is several plans of one
        "free_to_paid": free,
        "reactivation_gap": returns,
        "reactivation_is": returns,
        "to_free": free,
        "cancel_recognised": some(_leaves_later),
        "new_and_churned": policy.grain == "event",
        "discounts": some(lambda keys: _targets(keys, "discount") or bool(keys.bundles)),
        "metered": some(lambda keys: any(plan.usage_price is not None for plan in keys.plans.values())),
        "pause": pauses,
        "unpaid_counts": unpaid,
        "net_churn_counts_reactivation": returns and policy.reactivation_is == "own kind",
    }
    return tuple(knob for knob in KNOBS if matters[knob])


def _has_free_plan(keys: Keys) -> bool:
    return any(plan.price == 0 for plan in keys.plans.values())


def _targets(keys: Keys, kind: str) -> bool:
    return any(offer.to is not None and offer.to.kind == kind for offer in keys.offers.values())


def _leaves_later(keys: Keys) -> bool:
    return keys.cancellation.takes_effect == "term_end" or keys.cancellation.notice > 0


def _recovers_late(keys: Keys, policy: Policy) -> bool:
    payments: Iterable = (segment.failed_payment for segment in keys.segments.values())
    return any(
        failed is not None and failed.recovered > 0 and failed.within * DAYS_A_MONTH > policy.unpaid_counts
        for failed in payments
    )
