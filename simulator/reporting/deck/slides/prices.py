"""List prices today and as they will be, plan by plan and add-on by add-on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from simulator.accounting.totals import UNIT
from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import month_after, named, notes, titled
from simulator.reporting.words import word


@dataclass(frozen=True)
class PriceMove:
    """A list price that changes: of a plan or an add-on, at a month of the horizon, for whom among those who hold it.

    Amounts are currency units; `old` is None for what was not sold before. `mode` is the migration's (keep,
    at_renewal, now, after), `after` its delay in months; both are empty for what nobody can hold yet.
    """

    kind: str
    item: str
    index: int
    month: str
    old: float | None
    new: float
    mode: str
    after: float


def price_moves(scenario: Any) -> list[PriceMove]:
    """Every change of a list price in a scenario's timeline, in its order."""
    found = []
    for position, (before, now) in enumerate(pairwise(scenario.epochs), start=1):
        for block, kind in (("plans", "plan"), ("addons", "addon")):
            old_items, new_items = getattr(before.keys, block), getattr(now.keys, block)
            for name, item in new_items.items():
                old = old_items[name].price if name in old_items else None
                if old == item.price:
                    continue
                some = [x for x in scenario.migrations if (x.epoch, x.item_kind, x.item) == (position, kind, name)]
                mode = next((x.mode for x in some if x.retire_to is None), "")
                after = next((x.after for x in some if x.retire_to is None), 0.0)
                month = month_after(scenario.start, now.month_index)
                was = None if old is None else old / UNIT
                found.append(PriceMove(kind, name, now.month_index, month, was, item.price / UNIT, mode, after))
    return found


def add(deck: Deck, today: Any, new: Any, label: str = "") -> None:
    """Today's prices and those at the horizon of `new`; nothing where no price differs.

    `today` and `new` are scenarios; they are the same one for a run.
    """
    lang = deck.lang
    moves = price_moves(new)
    rows: list[list[str]] = []
    strong: list[int] = []
    dates: list[str] = []
    changed = 0
    for block in ("plans", "addons"):
        first, last = getattr(today.epochs[0].keys, block), getattr(new.epochs[-1].keys, block)
        started = getattr(new.epochs[0].keys, block)
        for name in dict.fromkeys((*first, *last)):
            old = first[name].price / UNIT if name in first else None
            now = last[name].price / UNIT if name in last else None
            moved = [x.month for x in moves if x.item == name and x.kind == block.removesuffix("s")]
            if old != now:
                changed += 1
                strong.append(len(rows))
                dates += moved or ([month_after(new.start, 0)] if name in started or name not in first else [])
            rows.append(_row(new.currency, name, old, now, moved[-1] if moved else "", lang))
    if not changed:
        return
    when = numbers.month(min(dates), lang) if dates else word("format.none", lang)
    finding = word("deck.prices_title", lang, changed=changed, items=len(rows), month=when)
    titles = [word(f"deck.price_{x}", lang) for x in ("item", "today", "new", "change", "from")]
    told = notes(deck, finding, "list_price", file="scenario.yaml")
    grid = Grid(titles, rows, "lrrrr", frozenset(strong))
    tables.add_pages(deck, titled(finding, label, lang), grid, told, source=word("deck.per_month", lang))


def _row(code: str, name: str, old: float | None, now: float | None, month: str, lang: str) -> list[str]:
    change = word("deck.not_sold", lang) if now is None else word("deck.is_new", lang) if old is None else ""
    if old is not None and now is not None:
        change = numbers.percent(now / old - 1, lang, signed=True) if old and old != now else ""
        change = word("deck.unchanged", lang) if old == now else change or word("format.none", lang)
    prices = [word("format.none", lang) if x is None else price(x, code, lang) for x in (old, now)]
    return [named(name), *prices, change, numbers.month(month, lang) if month else word("format.none", lang)]


def price(amount: float, code: str, lang: str) -> str:
    """A list price to the coin; what costs nothing is free."""
    return numbers.full_money(amount, code, lang) if amount else word("deck.free", lang)
