"""What became of each offer: made, accepted, the MRR it moved."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes, titled
from simulator.reporting.figures import offer_funnel
from simulator.reporting.words import word


def add(deck: Deck, result: Any, label: str = "") -> None:
    """A table with a row an offer; nothing where no offer was made."""
    lang = deck.lang
    everybody = result.offers.group_by("offer", "stage").agg(pl.col("mean").fill_null(0.0).sum())
    sums = {(offer, stage): value for offer, stage, value in everybody.iter_rows()}
    names = list(result.offers["offer"].unique(maintain_order=True))
    made = {name: sums.get((name, "made"), 0.0) for name in names}
    names = [name for name in names if made[name]]
    if not names or not offer_funnel.applies(result):
        return
    moved = {name: sums.get((name, "mrr"), 0.0) for name in names}
    names.sort(key=lambda name: (-moved[name], name))
    rows = []
    for name in names:
        accepted = sums.get((name, "accepted"), 0.0)
        rows.append(
            [
                named(name),
                numbers.plain(made[name], lang),
                numbers.plain(accepted, lang),
                numbers.percent(accepted / made[name], lang),
                numbers.money(moved[name], result.currency, lang, signed=True),
            ]
        )
    finding = offer_funnel.finding(result, lang)
    titles = [word(f"deck.offer_{x}", lang) for x in ("name", "made", "accepted", "rate", "mrr")]
    told = notes(deck, finding, "offers", file="offers.csv")
    tables.add_pages(deck, titled(finding, label, lang), Grid(titles, rows, "lrrrr"), told)
