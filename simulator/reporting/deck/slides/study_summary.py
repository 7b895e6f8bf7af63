"""The summary of a study of options: what is recommended, and how sure the numbers are of it."""

from __future__ import annotations

from typing import Any

from simulator.reporting import numbers
from simulator.reporting.deck import tables
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.slides.comparison import at_end, option_title, options, writer
from simulator.reporting.deck.tables import Grid
from simulator.reporting.deck.telling import named, notes
from simulator.reporting.result_view import known
from simulator.reporting.uncertainty import dominant
from simulator.reporting.words import word

METRICS = ("closing_mrr", "nrr_12m", "paying_customers")


def add(deck: Deck, study: Any) -> None:
    """A sentence as title; the options in a table; what the band comes from."""
    lang = deck.lang
    finding = summary_finding(study, lang)
    page = deck.page(finding, notes(deck, finding, "closing_mrr", "paired", "p_better", file="differences.csv"))
    metrics = [x for x in METRICS if at_end(study, x, options(study)[0]) is not None]
    titles = [
        word("comparison.option", lang),
        *(word(f"metric.{x}", lang) for x in metrics),
        word("deck.p_better", lang),
    ]
    rows = []
    for name in options(study):
        cells = []
        for metric in metrics:
            row = at_end(study, metric, name)
            value, change = (writer(study, metric, lang, signed=signed) for signed in (False, True))
            cells.append("–" if row is None else f"{value(known(row['value']))}\n({change(known(row['difference']))})")
        row = at_end(study, "closing_mrr", name)
        cells.append(numbers.percent(None if row is None else known(row["p_better"]), lang, digits=0))
        rows.append([option_title(study, name, lang), *cells])
    grid = Grid(titles, rows, "l" + "r" * (len(titles) - 1))
    planned = tables.plan(grid, page.body.rows(2, 1)[0], lang)
    top, rest = page.body.below(planned.height, 14.0)
    tables.add(page, top, grid, planned.size)
    page.fitted(rest, _sentences(study, lang))


def summary_finding(study: Any, lang: str) -> str:
    """The recommended option and what it brings, no more than its interval allows; without one, that there is none."""
    name = study.summary.get("recommended")
    month = numbers.month(study.months[-1], lang)
    if name is None:
        best = best_option(study)
        row = at_end(study, "closing_mrr", best)
        key = "deck.none_recommended"
    else:
        best, row = name, at_end(study, "closing_mrr", name)
        low, high = (None, None) if row is None else (known(row["low95"]), known(row["high95"]))
        clear = "up" if low is not None and low > 0 else "down" if high is not None and high < 0 else "unsure"
        key = f"deck.recommended_{clear}"
    if row is None:
        return named(study.title, 90)
    low, high = known(row["low95"]), known(row["high95"])
    texts = numbers.money_together(row["difference"], (low, high), study.currency, lang, signed=True)
    interval = "" if low is None else word("interval.mean95", lang, range=numbers.between(texts[1], texts[2], lang))
    option = named(study.summary["titles"][best], 60)
    return word(key, lang, option=option, month=month, amount=texts[0], interval=interval)


def best_option(study: Any) -> str:
    """The option with the highest mean difference of closing MRR."""

    def difference(name: str) -> float:
        row = at_end(study, "closing_mrr", name)
        return float("-inf") if row is None else known(row["difference"]) or 0.0

    return max(options(study), key=difference)


def _sentences(study: Any, lang: str) -> list[str]:
    """What is compared with what; how sure; where the uncertainty comes from."""
    base = named(study.summary["titles"][study.summary["base"]])
    told = [word("deck.against", lang, base=base, replications=study.replications)]
    name = study.summary.get("recommended") or best_option(study)
    choices = study.table("choices")
    for row in choices.iter_rows(named=True):
        if (row["month"], row["metric"], row["scenario"]) == (study.months[-1], "closing_mrr", name):
            share = (
                numbers.share(row["p_best"], lang) if known(row["p_best"]) is not None else word("format.none", lang)
            )
            cost = numbers.money(known(row["cost_if_wrong"]), study.currency, lang)
            option = named(study.summary["titles"][name])
            told.append(word("deck.p_best", lang, option=option, share=share, cost=cost))
    found = (study.summary.get("uncertainty_of_difference") or {}).get(name)
    if found:
        option = named(study.summary["titles"][name])
        told.append(dominant(found, word("comparison.difference_of", lang, scenario=option), lang))
    return told
