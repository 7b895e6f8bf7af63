"""Who enters: the blocks of the population, each a run of customers who enter in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.draws.address import two_words, word
from simulator.model import tables as T
from simulator.model.demand import arrival_factor, arrivals_in_month
from simulator.model.names import Names, bit_mask
from simulator.scenario.customers import Customers
from simulator.scenario.scenario import Scenario

# An arrival's number is month * 2^22 + its place in the month, so that months do not share customers and a busier
# month in a what-if shifts nobody in the next one.
PER_MONTH = 1 << 22


def opening_blocks(scenario: Scenario, names: Names, warnings: list[str]) -> tuple[list[tuple], np.ndarray]:
    """Return the blocks of the opening base and the rows of the customers who are listed in files."""
    keys = scenario.epochs[0].keys
    blocks: list[tuple] = []
    rows: list[tuple] = []
    for s, (segment_name, segment) in enumerate(keys.segments.items()):
        if isinstance(segment.opening, dict):
            for plan, count in segment.opening.items():
                mean = tenure_mean(segment_name, segment, plan, warnings)
                stream = word(f"{segment_name}/opening/{plan}")
                blocks.append((T.COUNTED, s, names.plans.index(plan), 0, stream, 0, count, 0.0, mean))
        elif segment.opening is not None:
            first = len(rows)
            rows += _listed_rows(s, segment_name, scenario.customers[segment_name], names)
            blocks.append((T.LISTED, s, 0, 0, 0, first, len(rows) - first, 0.0, 0.0))
    listed = np.array(rows, T.LISTED_CUSTOMER) if rows else np.zeros(1, T.LISTED_CUSTOMER)
    return blocks, listed


def _listed_rows(s: int, segment_name: str, customers: Customers, names: Names) -> list[tuple]:
    """Return the rows of LISTED_CUSTOMER of one segment's file; an identifier is the customer's address."""
    rows = []
    who = zip(customers.customer_id, customers.plan, customers.term, customers.addons, strict=True)
    what = zip(customers.tenure_months, customers.usage, customers.seats, customers.mrr, strict=True)
    for (customer_id, plan, term, addons), (tenure, usage, seats, mrr) in zip(who, what, strict=True):
        stream, index = two_words(f"{segment_name}/opening/{customer_id}")
        place = (s, names.plans.index(plan), names.terms.index(term), bit_mask(names.addons, addons))
        state = (tenure, np.nan if usage is None else usage, seats or 0)
        rows.append((stream, index, *place, *state, mrr is not None, mrr or 0))
    return rows


def tenure_mean(segment_name: str, segment: Any, plan: str, warnings: list[str]) -> float:
    """Return the mean tenure of counted customers of a plan; not stated: 1 / cancel rate, with a warning."""
    if segment.opening_tenure is not None:
        return float(segment.opening_tenure)
    hazard = segment.cancel[plan]
    if hazard <= 0.0:
        warnings.append(
            f"segments.{segment_name}.opening_tenure is not given and {plan} has no cancel rate to derive it from: "
            f"its opening customers count as signing up now"
        )
        return 0.0
    warnings.append(
        f"segments.{segment_name}.opening_tenure is not given: the opening customers of {plan} get an exponential "
        f"tenure with mean {1.0 / hazard:.1f} months (1 / cancel rate)"
    )
    return 1.0 / hazard


def arrival_blocks(scenario: Scenario, epoch_of_month: list[int], first_prices: Mapping[str, float]) -> list[tuple]:
    """Return one block for each segment and month with sign-ups."""
    blocks = []
    first_keys = scenario.epochs[0].keys
    for s, segment_name in enumerate(first_keys.segments):
        stream = word(f"{segment_name}/arrivals")
        first_factor = first_keys.segments[segment_name].price_factor
        for month in range(scenario.months):
            keys = scenario.epochs[epoch_of_month[month]].keys
            segment = keys.segments[segment_name]
            calendar_month = (scenario.start[1] - 1 + month) % 12 + 1
            rate = arrivals_in_month(keys, segment, month, calendar_month)
            if rate > 0.0:
                rate *= arrival_factor(keys, segment, first_prices, segment.price_factor / first_factor)
                blocks.append((T.ARRIVING, s, 0, month, stream, month * PER_MONTH, 0, rate, 0.0))
    return blocks
