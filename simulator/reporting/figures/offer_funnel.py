"""Offers: how often each was made, how often accepted, and the MRR that it brought."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from simulator.reporting import findings, fonts, layout, numbers, style
from simulator.reporting.columns import Bar, Column, count, draw_columns
from simulator.reporting.result_view import ResultView, known
from simulator.reporting.words import word

COLOURS = {
    "upsell": style.KIND_COLOURS["expansion"],
    "cross_sell": style.KIND_COLOURS["expansion"],
    "downsell": style.KIND_COLOURS["contraction"],
    "win_back": style.KIND_COLOURS["reactivation"],
    "care": style.BALANCE,
}
"""The colour of the kind of movement that an accepted offer leads to."""
MOST_ROWS = 10


def applies(result: ResultView) -> bool:
    """Whether any offer was made."""
    return bool(_made(result))


def _made(result: ResultView) -> dict[str, dict[str, Any]]:
    """The offers that were made, in the order of the scenario."""
    offers = result.summary.get("offers") or {}
    return {name: row for name, row in offers.items() if known(row["made"]["mean"])}


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the offers of all segments over the horizon, the one that brings most MRR first."""
    offers = _made(result)
    order = sorted(offers, key=lambda name: (-(known(offers[name]["mrr"]["mean"]) or 0.0), name))
    shown = order
    if len(order) > MOST_ROWS:
        largest = sorted(order, key=lambda name: -abs(known(offers[name]["mrr"]["mean"]) or 0.0))[:MOST_ROWS]
        shown = [name for name in order if name in largest]
    notes = [word("offers.note" if result.replications > 1 else "offers.note_one", lang)]
    if any(offers[name]["motion"] == "downsell" for name in shown):
        notes.append(word("offers.rescues", lang))
    if len(order) > len(shown):
        notes.append(word("offers.left_out", lang, count=len(order) - len(shown)))
    slide = layout.slide(result, finding(result, lang), lang, notes if shown else [])
    if not shown:
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    rows = [offers[name] for name in shown]
    draw_columns(
        slide,
        [fonts.showable(name, 28) for name in shown],
        [
            Column(word("offers.made", lang), [_count(row, lang) for row in rows]),
            Column(word("offers.accepted", lang), [_share(row, result, lang) for row in rows], 1.0),
            Column(word("offers.mrr", lang), [_money(row, result, lang) for row in rows], weight=1.3),
        ],
    )
    return slide.figure


def _band(row: dict[str, Any], name: str, result: ResultView) -> tuple[float | None, float | None]:
    if result.replications == 1:
        return None, None
    return known(row[name]["p05"]), known(row[name]["p95"])


def _count(row: dict[str, Any], lang: str) -> Bar:
    made = known(row["made"]["mean"])
    return Bar(made, count(made, lang), style.BALANCE)


def _share(row: dict[str, Any], result: ResultView, lang: str) -> Bar:
    share, accepted = known(row["acceptance"]["mean"]), count(known(row["accepted"]["mean"]), lang)
    text = word("rescue.share_count", lang, share=numbers.percent(share, lang), count=accepted)
    return Bar(share, text, COLOURS.get(row["motion"], style.BALANCE), *_band(row, "acceptance", result))


def _money(row: dict[str, Any], result: ResultView, lang: str) -> Bar:
    amount = known(row["mrr"]["mean"])
    text = numbers.money(amount, result.currency, lang, signed=True)
    return Bar(amount, text, COLOURS.get(row["motion"], style.BALANCE), *_band(row, "mrr", result))


def finding(result: ResultView, lang: str) -> str:
    """The offer that brings most MRR, and what share of it is accepted; or that none brings any."""
    offers = _made(result)
    if not offers:
        first, last = (numbers.month(result.months[i], lang) for i in (0, -1))
        return word("offers.none_made", lang, first=first, last=last)
    best = max(offers, key=lambda name: known(offers[name]["mrr"]["mean"]) or 0.0)
    row = offers[best]
    mrr = {end: known(row["mrr"][end]) for end in ("mean", "p05", "p95")}
    if not mrr["mean"] or mrr["mean"] < 0:
        sums = {
            name: sum(known(one[name]["mean"]) or 0.0 for one in offers.values())
            for name in ("made", "accepted", "mrr")
        }
        counts = {name: count(sums[name], lang) for name in ("made", "accepted")}
        return word("offers.none_gains", lang, amount=numbers.money(sums["mrr"], result.currency, lang), **counts)
    ends = (mrr["p05"], mrr["p95"]) if result.replications > 1 else (None, None)
    cell = findings.Cell("", mrr["mean"], ends[0], None, ends[1])
    amount, interval = findings.money_interval(result, cell, lang)
    values = {"offer": fonts.showable(best, 40), "amount": amount, "interval": interval}
    if ends[0] is not None and ends[0] <= 0:
        return word("offers.unsure", lang, **values)
    share = numbers.percent(known(row["acceptance"]["mean"]), lang)
    return word("offers.most", lang, **values) + word("offers.acceptance", lang, share=share)
