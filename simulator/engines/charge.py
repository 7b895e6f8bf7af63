"""Price a usage block by itself, with the function that prices customers' usage in a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import numpy as np
from pydantic import ValidationError

from simulator.customer.charging import usage_charge
from simulator.customer.pricing import round_half_up
from simulator.jit import entry_point
from simulator.model import tables as T
from simulator.model.charges import usage_price_row
from simulator.model.compile import Model
from simulator.scenario import units
from simulator.scenario.keys.plans import UsagePrice

UNIT = Decimal(10_000)


@entry_point
def _charge(plans, tiers, used):
    plan = plans[0]
    charged = usage_charge(plan, tiers, used)
    return round_half_up(min(max(charged, plan.minimum), plan.maximum))


def charge(usage_price: Mapping[str, Any], usage: float | int | str | Decimal) -> Decimal:
    """Return what a used amount costs, in currency units with four decimals, rounded half up.

    Parameters
    ----------
    usage_price
        the block as in a scenario: `mode` (per_unit, package, graduated, volume, stairstep), `unit`, `size`, `tiers`
        of `up_to`, `unit`, `flat`; and, beside it, `minimum` and `maximum`. Money as numbers or texts.
    usage
        the used amount, not negative.

    A quantity at a bound belongs to the lower tier. The first tier's flat fee is charged at zero usage too; further
    graduated tiers once the quantity has passed the bound below them. A started package counts whole. Volume prices
    charge the whole quantity at its tier, so a larger quantity can cost less.

    Raises
    ------
    ValueError
        for a block that is no usage price (a last tier with a bound, tiers out of order, keys of another mode, ...)
        or a negative usage; the message says what is allowed.

    >>> charge({"mode": "graduated", "tiers": [{"up_to": 10, "unit": 5}, {"unit": "3.5", "flat": 20}]}, 12)
    Decimal('77.0000')
    """
    try:
        amount = Decimal(str(usage))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"usage must be a number of at least 0, not {usage}")
    block = {key: value for key, value in usage_price.items() if key not in ("minimum", "maximum")}
    try:
        price = UsagePrice.model_validate(_texts(block))
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'usage price'}: {e['msg']}" for e in error.errors())
        raise ValueError(said) from None
    tiers: list[tuple] = []
    row = np.zeros(1, T.PLAN).view(np.recarray)
    plan = row[0]
    plan.mode, plan.unit, plan.package, plan.first_tier, plan.n_tiers = usage_price_row(price, tiers)
    plan.minimum = _money(usage_price.get("minimum"), 0.0)
    plan.maximum = _money(usage_price.get("maximum"), np.inf)
    if plan.minimum > plan.maximum:
        raise ValueError(f"minimum {usage_price['minimum']} is above maximum {usage_price['maximum']}")
    table = np.array(tiers or [(np.inf, 0.0, 0.0)], T.TIER).view(np.recarray)
    cents = int(_charge(row, table, float(amount)))
    return (Decimal(cents) / UNIT).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def list_bill(model: Model, plan: int, used: float) -> float:
    """Return what a plan costs a month with a used amount at the prices of the model's last epoch, in currency units.

    The list price of the plan with the seats that are in it, paid by the month, within the plan's bounds.
    """
    rows = model.tables.plans[-1, plan : plan + 1].copy()
    minimum, maximum = float(rows[0].minimum), float(rows[0].maximum)
    rows[0].minimum, rows[0].maximum = 0.0, np.inf
    total = float(rows[0].price) + float(_charge(rows, model.tables.tiers, used))
    return min(max(total, minimum), maximum) / float(UNIT)


def _texts(value: Any) -> Any:
    """Return the block as a scenario file gives it: every scalar a text."""
    if isinstance(value, Mapping):
        return {key: _texts(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_texts(inner) for inner in value]
    return str(value)


def _money(value: Any, otherwise: float) -> float:
    return otherwise if value is None else float(units.money(str(value)))
