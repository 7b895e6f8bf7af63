"""The single numbers of a compiled model: which there are, which are left out and why, and how one is falsified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from simulator.model.compile import Model

SHIFT = 1.02
NAME = "the name of a draw, not a quantity: another one gives other draws of the same law"
PLACE = "the place of a row, or one of a list of kinds: there is no place 2 % further"
SET = "a set of names, one bit each"
YES_NO = "yes or no"
SIZE = "how many rows there are, how many months"
DATE = "a date that stands in other tables too (arrivals, seasons): the start of a calendar month, not a quantity"
NOTHING = "0, infinite or absent: 2 % more is the same"
WHOLE = "a small whole number, which 2 % does not reach"
COUNTING = "a way of counting, not a quantity of the business"
UNREAD = "nothing in the scenario reads it: with half as much again, or a third less, the books are the same"

NOT_NUMBERS = {
    "scalars": SIZE,
    "clocks": PLACE,
    "policy": COUNTING,
    "term_choice": NAME,
    "epochs.start": DATE,
    "epochs.calendar_month": PLACE,
    "epochs.upgrade": PLACE,
    "epochs.downgrade": PLACE,
    "epochs.from_annual": PLACE,
    "plans.choice": NAME,
    "plans.up": PLACE,
    "plans.down": PLACE,
    "plans.rung": PLACE,
    "plans.sold": PLACE,
    "plans.trial_else": PLACE,
    "plans.mode": PLACE,
    "plans.first_tier": PLACE,
    "plans.n_tiers": SIZE,
    "addons.plans": SET,
    "addons.purpose": NAME,
    "bundles.addons": SET,
    "bundles.plan": PLACE,
    "offers.motion": PLACE,
    "offers.trigger": PLACE,
    "offers.target": PLACE,
    "offers.goal": PLACE,
    "offers.takes_effect": PLACE,
    "offers.team": PLACE,
    "offers.works": NAME,
    "offers.return_to": PLACE,
    "offers.accepts": NAME,
    "offers.clock": NAME,
    "offers.consequence": NAME,
    "offers.segments": SET,
    "offers.plans": SET,
    "offers.terms": SET,
    "offers.has": SET,
    "offers.lacks": SET,
    "offers.rescued": PLACE,
    "offers.phases": SET,
    "offers.nps": SET,
    "migrations.mode": PLACE,
    "migrations.retire_to": PLACE,
    "signals.purpose": NAME,
    "listed.stream": NAME,
    "listed.index": NAME,
    "listed.segment": PLACE,
    "listed.plan": PLACE,
    "listed.term": PLACE,
    "listed.addons": SET,
    "blocks.kind": PLACE,
    "blocks.segment": PLACE,
    "blocks.plan": PLACE,
    "blocks.month": PLACE,
    "blocks.stream": NAME,
    "blocks.first": PLACE,
}
SOMETIMES_A_PLACE = {
    # table.field: (field that says what it is, kinds for which it is a place or a set)
    "offers.when": ("trigger", {"CALENDAR_MONTH": SET, "ON_SIGNAL": PLACE}),
}


class Number(NamedTuple):
    """One number: its table, its row, and the path of its field; `blocks` counts as a table."""

    table: str
    row: tuple[int, ...]
    field: tuple[str, ...]

    @property
    def column(self) -> str:
        """Table and field, without the row."""
        return ".".join((self.table, *self.field))

    def told(self) -> str:
        """Return table, row and field as a reader finds them."""
        return f"{self.table}[{', '.join(map(str, self.row))}].{'.'.join(self.field)}".rstrip(".")


def tables_of(model: Model) -> dict[str, np.ndarray]:
    """Return all tables by name, those of the population among them."""
    return {**model.tables._asdict(), "blocks": model.blocks}


def numbers(model: Model) -> Iterator[Number]:
    """Yield every field of every row of every table."""
    for table, rows in tables_of(model).items():
        for row in np.ndindex(rows.shape):
            for field in _fields(rows.dtype):
                yield Number(table, row, field)


def _fields(dtype: np.dtype) -> Iterator[tuple[str, ...]]:
    if dtype.names is None:
        yield ()
        return
    for name in dtype.names:
        for rest in _fields(dtype[name]):
            yield (name, *rest)


def value(model: Model, number: Number) -> Any:
    """Return the number's value."""
    found = tables_of(model)[number.table]
    for name in number.field:
        found = found[name]
    return found[number.row]


def left_out(model: Model, number: Number) -> str | None:
    """Return why the number cannot be falsified by 2 %, None where it can."""
    from simulator.model import tables as T

    if number.table in NOT_NUMBERS or number.column in NOT_NUMBERS:
        return NOT_NUMBERS.get(number.table, NOT_NUMBERS.get(number.column))
    if number.column in SOMETIMES_A_PLACE:
        by, kinds = SOMETIMES_A_PLACE[number.column]
        kind = int(tables_of(model)[number.table][by][number.row])
        for name, reason in kinds.items():
            if kind == getattr(T, name):
                return reason
    found = value(model, number)
    if found.dtype == np.uint8:
        return YES_NO
    if found == 0 or not np.isfinite(found):
        return NOTHING
    if found.dtype.kind in "iu" and falsified(found, SHIFT) == found:
        return WHOLE
    return None


def falsified(found: Any, shift: float) -> Any:
    """Return the number times `shift`, a whole number rounded."""
    return found.dtype.type(round(int(found) * shift)) if found.dtype.kind in "iu" else found * shift


def with_number(model: Model, number: Number, shift: float) -> Model:
    """Return the model with this one number times `shift`, everything else as it was."""
    rows = tables_of(model)[number.table].copy()
    column = rows
    for name in number.field:
        column = column[name]
    column[number.row] = falsified(column[number.row], shift)
    if number.table == "blocks":
        return replace(model, blocks=rows)
    return replace(model, tables=model.tables._replace(**{number.table: rows}))
