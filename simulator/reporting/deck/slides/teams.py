"""How busy the teams are, month by month."""

from __future__ import annotations

from typing import Any

import polars as pl

from simulator.reporting.deck import charts
from simulator.reporting.deck.charts import Chart, Months, Series
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.palette import line_colours
from simulator.reporting.deck.telling import named, notes, titled
from simulator.reporting.figures import team_utilisation
from simulator.reporting.result_view import known
from simulator.reporting.words import word

MOST = 6
"""Lines that are told apart; further teams are in teams.csv."""


def add(deck: Deck, result: Any, label: str = "") -> None:
    """Utilisation as lines; nothing where nobody shares people."""
    lang = deck.lang
    if not team_utilisation.applies(result):
        return
    rows = result.teams.filter(pl.col("figure") == "utilisation")
    finding = team_utilisation.finding(result, lang)
    page = deck.page(titled(finding, label, lang), notes(deck, finding, "utilisation", file="teams.csv"))
    teams = list(rows["team"].unique(maintain_order=True))[:MOST]
    lines = []
    for team, colour in zip(teams, line_colours(deck.look.accents), strict=False):
        found = {row["month"]: known(row["mean"]) for row in rows.filter(pl.col("team") == team).iter_rows(named=True)}
        lines.append(Series(named(team), [found.get(month) for month in result.months], colour))
    months = Months(result.months)
    limits = (0.0, max(1.0, *(x for line in lines for x in line.values if x is not None)))
    form = charts.percent_format(lang, 0)
    chart = Chart("line", months, lines, word("deck.teams_axis", lang), form, limits=limits)
    charts.add(page, page.body, chart, finding)
