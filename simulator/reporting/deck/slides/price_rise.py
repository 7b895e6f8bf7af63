"""Who is hit by a price rise: how many customers hold the plan at its date, what they pay, and what the run adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from simulator.accounting.totals import UNIT
from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.prices import PriceMove, price, price_moves
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes, titled
from simulator.reporting.words import word

MOST = 20
"""Customers of the list of those who pay most."""


def add(deck: Deck, result: Any, scenario: Any, label: str = "") -> None:
    """A table by plan and segment, and the largest customers where a file names them; nothing without a price rise."""
    lang = deck.lang
    rises = [x for x in price_moves(scenario) if x.old is not None and x.new > x.old and x.old > 0]
    if not rises or result.runs.is_empty():
        return
    rows: list[list[str]] = []
    hit = exempt = 0.0
    for move in rises:
        if move.kind == "addon":
            name = word("deck.addon_holders", lang)
            rows.append(
                [named(move.item), name, _when(move, lang), *[word("format.none", lang)] * 2, _step(move, result, lang)]
            )
            continue
        for segment, customers, mrr in holders(result, move):
            hit += customers if move.mode != "keep" else 0.0
            exempt += customers if move.mode == "keep" else 0.0
            rows.append(
                [
                    named(move.item, 30),
                    named(segment, 30),
                    _when(move, lang),
                    numbers.plain(customers, lang),
                    numbers.money(mrr, result.currency, lang),
                    _step(move, result, lang),
                ]
            )
    added = _added(result)
    finding = _finding(result, hit, exempt, added, lang)
    titles = [word(f"deck.hit_{x}", lang) for x in ("plan", "segment", "existing", "customers", "mrr", "step")]
    told = notes(deck, finding, "hit", file="runs.parquet, scenario.yaml")
    intro = word("deck.hit_intro", lang)
    known = any(len(x) for x in scenario.customers.values())
    if not known:
        intro += word("deck.hit_no_names", lang)
    grid = Grid(titles, rows, "lllrrr")
    tables.add_pages(deck, titled(finding, label, lang), grid, told, intro=intro)
    if known:
        _largest(deck, result, scenario, rises, label)


def holders(result: Any, move: PriceMove) -> list[tuple[str, float, float]]:
    """Segment, paying customers and their MRR, means over replications, at the month-end before the change."""
    stock = result.runs.filter(
        (pl.col("table") == "stock") & (pl.col("month") == move.index - 1) & (pl.col("plan") == move.item)
    )
    sums = stock.group_by("segment", "reason", maintain_order=True).agg(pl.col("amount").sum(), pl.col("count").sum())
    found: dict[str, list[float]] = {}
    for segment, reason, amount, count in sums.iter_rows():
        pair = found.setdefault(segment, [0.0, 0.0])
        if reason == "paying":
            pair[0] = count / result.replications
        elif reason == "mrr":
            pair[1] = amount / UNIT / result.replications
    return [(segment, customers, mrr) for segment, (customers, mrr) in sorted(found.items()) if customers or mrr]


def _added(result: Any) -> float:
    """MRR that price moves of existing customers added over the horizon, mean over replications."""
    rows = result.movements.filter((pl.col("kind") == "expansion") & (pl.col("reason") == "price_change"))
    return float(rows["mean"].fill_null(0.0).sum())


def _finding(result: Any, hit: float, exempt: float, added: float, lang: str) -> str:
    if not hit:
        return word("deck.hit_title_none", lang, exempt=numbers.plain(exempt, lang))
    amount = numbers.money(added, result.currency, lang)
    return word("deck.hit_title", lang, hit=numbers.plain(hit, lang), amount=amount)


def _when(move: PriceMove, lang: str) -> str:
    """From when on, and what holds for those who have the item."""
    return word(
        f"deck.existing_{move.mode or 'none'}", lang, month=numbers.month(move.month, lang), after=f"{move.after:g}"
    )


def _step(move: PriceMove, result: Any, lang: str) -> str:
    old, new = (price(x or 0.0, result.currency, lang) for x in (move.old, move.new))
    return word("deck.from_to_price", lang, old=old, new=new)


def _largest(deck: Deck, result: Any, scenario: Any, rises: Sequence[PriceMove], label: str) -> None:
    """The opening customers of the file who hold a plan that gets dearer: how many at which price, and the largest."""
    lang = deck.lang
    keys = scenario.epochs[0].keys
    step = {x.item: x for x in rises if x.kind == "plan"}
    found = []
    for segment, customers in scenario.customers.items():
        for i in range(len(customers)):
            move = step.get(customers.plan[i])
            if move is not None:
                paid = customers.mrr[i]
                listed = keys.plans[move.item].price * keys.segments[segment].price_factor
                found.append((customers.customer_id[i], segment, move, (listed if paid is None else paid) / UNIT))
    if not found:
        return
    found.sort(key=lambda x: (-x[3], x[0]))
    rows = [
        [
            named(name),
            named(segment, 30),
            named(move.item, 30),
            numbers.full_money(paid, result.currency, lang),
            _when(move, lang),
        ]
        for name, segment, move, paid in found[:MOST]
    ]
    share = sum(x[3] for x in found[:MOST]) / (sum(x[3] for x in found) or 1.0)
    finding = word(
        "deck.largest_title",
        lang,
        count=min(MOST, len(found)),
        of=numbers.plain(len(found), lang),
        share=numbers.percent(share, lang, digits=0),
    )
    titles = [word(f"deck.hit_{x}", lang) for x in ("customer", "segment", "plan", "paid", "existing")]
    told = notes(deck, finding, "hit_file", file="scenario.yaml")
    tables.add_pages(
        deck, titled(finding, label, lang), Grid(titles, rows, "lllrl"), told, intro=_distribution(found, result, lang)
    )


def _distribution(found: Sequence[Any], result: Any, lang: str) -> str:
    """Quartiles of what they pay today."""
    paid = sorted(x[3] for x in found)
    low, middle, high = (paid[int(q * (len(paid) - 1))] for q in (0.25, 0.5, 0.75))
    written = [numbers.full_money(x, result.currency, lang) for x in (low, middle, high)]
    return word("deck.distribution", lang, low=written[0], middle=written[1], high=written[2])
