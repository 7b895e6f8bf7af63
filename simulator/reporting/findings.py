"""The finding of each figure as a sentence, written from the numbers and claiming no more than they show.

A change of direction is claimed only where the 5-95 % interval lies on one side; a single replication
has no interval and the sentence says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.reporting import fonts, numbers, waterfall
from simulator.reporting.negative_churn import NegativeChurn, negative_churn
from simulator.reporting.result_view import Cell, ResultView, is_observed, last_known, series
from simulator.reporting.words import word

FEW_REPLICATIONS = 20
"""With fewer, the 5 % quantile is little more than the smallest value: the sentence gives their number."""

SHORTEST_TO_TURN = 3
"""The first three-month mean: before it nothing can turn, and what is negative there did not turn then."""


def finding(result: ResultView, name: str, lang: str) -> str:
    """The finding of the figure called `name`."""
    return FINDINGS[name](result, lang)


def movements(result: ResultView, lang: str) -> str:
    """In how many months gains exceed losses, and net new MRR of the last month."""
    net = series(result, "net_new_mrr")
    last = last_known(net)
    if last is None or last.mean is None:
        return word("finding.no_data", lang, metric=word("metric.net_new_mrr", lang))
    if not waterfall.any_movement(result):
        first, end = result.months[0], result.months[-1]
        return word("finding.movements_none", lang, first=numbers.month(first, lang), last=numbers.month(end, lang))
    count = sum(1 for cell in net if cell.mean is not None and cell.mean > 0)
    months = sum(1 for cell in net if cell.mean is not None)
    key = "all" if count == months else "some" if count else "no_gain"
    mean = "_mean" if result.replications > 1 else ""
    amount, interval = money_interval(result, last, lang, signed=True)
    return word(
        f"finding.movements_{key}{mean}",
        lang,
        count=count,
        months=months,
        amount=amount,
        month=numbers.month(last.month, lang),
        interval=interval,
    )


def closing_mrr(result: ResultView, lang: str) -> str:
    """Closing MRR of the last month, held against the opening of the first."""
    last = last_known(series(result, "closing_mrr"))
    if last is None or last.mean is None:
        return word("finding.no_data", lang, metric=word("metric.closing_mrr", lang))
    amount, interval = money_interval(result, last, lang)
    opening = series(result, "opening_mrr")[0]
    return word(
        f"finding.closing_{_direction(opening, last)}",
        lang,
        amount=amount,
        interval=interval,
        month=numbers.month(last.month, lang),
        opening=numbers.money(opening.mean, result.currency, lang),
    )


def bridge(result: ResultView, lang: str) -> str:
    """From where to where MRR goes, and which kinds add and take most; the figures are the bridge's."""
    steps = waterfall.waterfall(result, lang)
    if steps is None:
        return word("finding.no_data", lang, metric=word("metric.closing_mrr", lang))
    opening, closing = series(result, "opening_mrr")[0], series(result, "closing_mrr")[-1]
    interval = ""
    if closing.p05 is not None and closing.p95 is not None and closing.p05 < closing.p95:
        ends = (steps.written(closing.p05, signed=False), steps.written(closing.p95, signed=False))
        interval = band(result, numbers.between(*ends, lang), lang)
    elif result.replications == 1:
        interval = alone(result, lang)
    sentence = word(
        f"finding.bridge_{_direction(opening, closing)}",
        lang,
        interval=interval,
        opening=steps.written(steps.opening * steps.unit, signed=False),
        closing=steps.written(steps.closing * steps.unit, signed=False),
    )
    gain = max((group for group in steps.groups if group.units > 0), key=lambda g: g.units, default=None)
    loss = min((group for group in steps.groups if group.units < 0), key=lambda g: g.units, default=None)
    tail = "_".join(part for part, group in (("gain", gain), ("loss", loss)) if group)
    if not tail:
        return sentence
    values = {}
    for part, group in (("gain", gain), ("loss", loss)):
        if group:
            values[part] = word(f"kind_in_sentence.{group.kind}", lang)
            values[f"{part}_amount"] = steps.written(abs(group.units) * steps.unit, signed=False)
    return sentence + word(f"finding.bridge_{tail}", lang, **values)


def net_churn(result: ResultView, lang: str) -> str:
    """Whether, when and how often net MRR churn turns negative for good; otherwise where it stays."""
    cells = series(result, "net_mrr_churn_rate")
    last = last_known(cells)
    if last is None:
        return word("finding.no_data", lang, metric=word("metric.net_mrr_churn_rate", lang))
    negative = negative_churn(result)
    if negative is None:
        return _rate_sentence("churn_value", result, last, lang)
    if negative_throughout(result):
        return _rate_sentence("churn_negative", result, last, lang)
    if negative.month is not None:
        return _negative_sentence(result, negative, lang)
    if negative.share == 0:
        return _rate_sentence(_above_zero(result, cells), result, last, lang)
    return _rate_sentence("churn_value", result, last, lang)


def negative_throughout(result: ResultView) -> bool:
    """Whether net MRR churn lies below zero with its whole interval in every month that has a rate."""
    known = [cell for cell in series(result, "net_mrr_churn_rate") if cell.mean is not None]
    highest = [cell.mean if result.replications == 1 else cell.p95 for cell in known]
    return bool(known) and all(value is not None and value < 0 for value in highest)


def forecast_check(result: ResultView, lang: str) -> str:
    """Whether a checked run is compatible with the theory, by the test of all comparisons, and how far off it is."""
    check = result.summary["check"]
    worst = check["worst"]
    where = word(f"metric.{worst['metric']}", lang)
    if worst["segment"] != "all":
        where = word("finding.forecast_segment", lang, metric=where, segment=fonts.showable(worst["segment"], 24))
    values = {
        "metric": where,
        "month": numbers.month(worst["month"], lang),
        "p": numbers.p_value(check["p_value"], lang),
    }
    if worst["z"] is None:
        return word("finding.forecast_impossible", lang, metric=values["metric"], month=values["month"])
    key = "finding.forecast_agrees" if check["agrees"] else "finding.forecast_differs"
    written = numbers.plain(abs(worst["z"]), lang, digits=1)
    return word(key, lang, z=written, band=numbers.plain(check["band"], lang, digits=1), **values)


FINDINGS: dict[str, Callable[[ResultView, str], str]] = {
    "movements": movements,
    "closing_mrr": closing_mrr,
    "bridge": bridge,
    "net_churn": net_churn,
}


def money_interval(result: ResultView, cell: Cell, lang: str, *, signed: bool = False) -> tuple[str, str]:
    """The mean of a money cell and its interval in brackets, in one scale."""
    mean = cell.mean if cell.mean is not None else 0.0
    texts = numbers.money_together(mean, (cell.p05, cell.p95), result.currency, lang, signed=signed)
    return texts[0], interval(result, cell, texts[1], texts[2], lang)


def percent_interval(result: ResultView, cell: Cell, lang: str) -> tuple[str, str]:
    """The mean of a rate and its interval in brackets, with the same decimals."""
    mean = cell.mean if cell.mean is not None else 0.0
    texts = numbers.percent_together(mean, (cell.p05, cell.p95), lang)
    return texts[0], interval(result, cell, texts[1], texts[2], lang)


def share_interval(result: ResultView, row: Mapping[str, float | None], lang: str) -> tuple[str, str]:
    """A share of the summary (mean, p05, p95) and its interval in brackets; of one replication without ends."""
    banded = result.replications > 1
    cell = Cell("", row["mean"], row["p05"] if banded else None, None, row["p95"] if banded else None)
    return percent_interval(result, cell, lang)


def interval(result: ResultView, cell: Cell, low: str, high: str, lang: str) -> str:
    """The interval of a cell in brackets; empty where all replications agree; of one, that it is one."""
    if result.replications == 1:
        return alone(result, lang)
    if not cell.has_band or cell.p05 == cell.p95:
        return ""
    return band(result, numbers.between(low, high, lang), lang)


def alone(result: ResultView, lang: str) -> str:
    """What stands in the place of an interval where there is one replication; nothing of what did happen."""
    return "" if is_observed(result) else word("interval.one_replication", lang)


def band(result: ResultView, text: str, lang: str) -> str:
    """An interval in brackets, with the number of replications where they are few."""
    if result.replications < FEW_REPLICATIONS:
        return word("interval.band_few", lang, range=text, replications=result.replications)
    return word("interval.band", lang, range=text)


def month_interval(result: ResultView, negative: NegativeChurn, lang: str) -> str:
    """The 5-95 % interval of the month of negative churn in brackets; of one month, that it is the same."""
    if result.replications == 1:
        return alone(result, lang)
    if negative.p05 is None or negative.p95 is None:
        return ""
    low, high = numbers.month(negative.p05, lang), numbers.month(negative.p95, lang)
    text = word("interval.same_month", lang) if low == high else word("format.from_to_signed", lang, low=low, high=high)
    return band(result, text, lang)


def _direction(opening: Cell, closing: Cell) -> str:
    """'up' or 'down' where the whole interval says so, 'unsure' where it does not, else 'same'."""
    if opening.mean is None or closing.mean is None:
        return "same"
    highest = opening.p95 if opening.p95 is not None else opening.mean
    lowest = opening.p05 if opening.p05 is not None else opening.mean
    if (closing.p05 if closing.p05 is not None else closing.mean) > highest:
        return "up"
    if (closing.p95 if closing.p95 is not None else closing.mean) < lowest:
        return "down"
    return "unsure" if closing.has_band and closing.p05 != closing.p95 else "same"


def _negative_sentence(result: ResultView, negative: NegativeChurn, lang: str) -> str:
    month = numbers.month(negative.month, lang)
    values = {"month": month, "interval": month_interval(result, negative, lang)}
    if negative.share < negative.MOST:
        return word("finding.negative_turns_part", lang, share=numbers.share(negative.share, lang), **values)
    if negative.share < 1:
        return word("finding.negative_turns_most", lang, share=numbers.share(negative.share, lang), **values)
    if negative.month in result.months[:SHORTEST_TO_TURN]:
        return word("finding.negative_from", lang, **values)
    return word("finding.negative_turns", lang, **values)


def _above_zero(result: ResultView, cells: list[Cell]) -> str:
    known = [cell for cell in cells if cell.mean is not None]
    if all(cell.mean is not None and cell.mean > 0 for cell in known):
        if result.replications == 1 or all(cell.p05 is not None and cell.p05 > 0 for cell in known):
            return "churn_above_zero"
        return "churn_above_zero_mean"
    if len(cells) < SHORTEST_TO_TURN:
        return "churn_value"
    return "churn_not_lasting" if result.replications > 1 else "churn_not_lasting_one"


def _rate_sentence(key: str, result: ResultView, cell: Cell, lang: str) -> str:
    rate, text = percent_interval(result, cell, lang)
    return word(f"finding.{key}", lang, rate=rate, month=numbers.month(cell.month, lang), interval=text)
