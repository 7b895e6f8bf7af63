"""Decisions asked: derived from what an option changes and when; a draft, since no program knows who decides."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.assumptions import with_minus
from simulator.reporting.deck.slides.prices import price, price_moves
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import month_after, named, notes
from simulator.reporting.words import word

MOST = 8
"""Points of a slide; further differences are on the slides of assumptions."""


def add(deck: Deck, study: Any, option: str, scenario: Any) -> None:
    """A table of points with their dates and blanks for who decides."""
    lang = deck.lang
    title = named(study.summary["titles"][option])
    moves = [] if scenario is None else price_moves(scenario)
    start = numbers.month(study.months[0], lang)
    blank = word("deck.to_be_filled", lang)
    earliest = min((x.month for x in moves), default=None)
    by = numbers.month(earliest, lang) if earliest else start
    rows = [[word("deck.decide_option", lang, option=title), by, blank]]
    for move in moves:
        key = "deck.decide_price" if move.old is not None else "deck.decide_new"
        old, new = (price(x or 0.0, study.currency, lang) for x in (move.old, move.new))
        text = word(key, lang, item=named(move.item), old=old, new=new)
        month = numbers.month(move.month, lang)
        if move.mode:
            text += word(f"deck.decide_{move.mode}", lang, after=f"{move.after:g}")
        rows.append([text, month, blank])
    for line in study.summary["differs"].get(option, []):
        if line["key"] in ("title", "changes"):
            continue
        key = "add" if line["before"] is None else "drop" if line["after"] is None else "change"
        introduced = _offer(scenario, line["key"], lang) if key == "add" else ""
        if introduced:
            rows.append([introduced, start, blank])
            continue
        values = {
            "name": named(line["key"], 50),
            "old": named(line["before"] or "", 50),
            "new": named(line["after"] or "", 90),
        }
        rows.append([word(f"deck.decide_{key}", lang, **values), start, blank])
    if scenario is not None and not moves:
        for epoch in scenario.epochs[1:]:
            month = numbers.month(month_after(scenario.start, epoch.month_index), lang)
            rows.append([word("deck.decide_schedule", lang, month=month), month, blank])
    more = len(rows) - MOST
    rows = rows[:MOST]
    finding = word("deck.decisions_title", lang, count=len(rows))
    titles = [word(f"deck.decision_{x}", lang) for x in ("what", "by", "who")]
    told = notes(deck, word("deck.decisions_draft", lang), file="summary.json, scenario.yaml")
    intro = word("deck.decisions_draft", lang)
    if more > 0:
        intro += word("deck.decisions_more", lang, count=more)
    tables.add_pages(deck, finding, Grid(titles, rows, "lll"), told, intro=intro)


def _offer(scenario: Any, key: str, lang: str) -> str:
    """The sentence of an offer that is there from the start; empty for every other key."""
    block, _, name = key.partition(".")
    if scenario is None or block != "offers" or name not in scenario.epochs[0].keys.offers:
        return ""
    from simulator.scenario.explain import LANGUAGES
    from simulator.scenario.explain.offers import offer

    told = offer(LANGUAGES[lang](), name, scenario.epochs[0].keys.offers[name])
    return word("deck.decide_offer", lang, offer=with_minus(told, lang))
