"""The rescue funnel: offers made in the cancellation flow, accepted, and who is still there later, by offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from simulator.reporting import findings, fonts, layout, numbers, style
from simulator.reporting.columns import Bar, Column, count, draw_columns
from simulator.reporting.result_view import ResultView, known
from simulator.reporting.words import word

ALL = "\0all"
LATER = ("still_3m", "still_6m", "still_12m", "stayed_after_end", "returned_12m")
COLOURS = {
    "offered": style.BALANCE,
    "accepted": style.KIND_COLOURS["contraction"],
    "stayed_after_end": style.KIND_COLOURS["expansion"],
    "returned_12m": style.KIND_COLOURS["expansion"],
}
"""An accepted rescue is contraction; being back up is expansion."""
MOST_ROWS = 9


def applies(result: ResultView) -> bool:
    """Whether offers were made in the cancellation flow."""
    return any(known(row.get("offered")) for row in (result.summary.get("rescue") or {}).values())


@style.styled
def draw(result: ResultView, lang: str = "en") -> Figure:
    """Draws the funnel of each rescue offer over the horizon, and of all together where there are several."""
    total = result.summary.get("rescue_total") or {}
    key = "rescue.note" if result.replications > 1 else "rescue.note_one"
    counts = {name: count(_of(total, name)[0], lang) for name in ("intents", "lured")}
    slide = layout.slide(result, finding(result, lang), lang, [word(key, lang, **counts)] if total else [])
    rows = _rows(result)
    if not rows:
        layout.no_values(slide.figure, slide.axes(), word("figure.no_data", lang))
        return slide.figure
    if len(rows) == 1:
        _one_offer(slide, *next(iter(rows.items())), total, result, lang)
        return slide.figure
    names = [word("rescue.all", lang) if name == ALL else fonts.showable(name, 26) for name in rows]
    columns = [
        Column(word("rescue.offered", lang), [_count(row, lang) for row in rows.values()]),
        Column(word("rescue.accepted", lang), [_accepted(row, result, lang) for row in rows.values()], 1.0, 1.4),
    ]
    for name in LATER:
        if any(_of(row, name)[0] is not None for row in rows.values()):
            bars = [_share(row, name, result, lang) for row in rows.values()]
            columns.append(Column(word(f"rescue.{name}", lang), bars, 1.0))
    draw_columns(slide, names, columns)
    return slide.figure


def _one_offer(
    slide: layout.Slide, offer: str, row: dict[str, Any], total: Mapping[str, Any], result: ResultView, lang: str
) -> None:
    """The funnel of a single offer: from the wish to leave to the acceptance, and then what is left of it."""
    counts = [("wanted", total, "intents"), ("was_offered", row, "offered"), ("was_accepted", row, "accepted")]
    known_counts = [(key, *_of(source, name)) for key, source, name in counts if _of(source, name)[0] is not None]
    colours = {"was_accepted": COLOURS["accepted"]}
    bars = [
        Bar(mean, count(mean, lang), colours.get(key, COLOURS["offered"]), *_band(result, low, high))
        for key, mean, low, high in known_counts
    ]
    names = [word(f"rescue.{key}", lang) for key, *_ in known_counts]
    later = [name for name in LATER if _of(row, name)[0] is not None]
    draw_columns(slide, names, [Column(word("rescue.times", lang), bars)], end=0.49 if later else layout.RIGHT)
    if later:
        labels = [word(f"rescue.{name}", lang) for name in later]
        title = word("rescue.of_accepted", lang, offer=fonts.showable(offer, 22))
        draw_columns(
            slide, labels, [Column(title, [_share(row, name, result, lang) for name in later], 1.0)], start=0.53
        )


def _rows(result: ResultView) -> dict[str, dict[str, Any]]:
    """Offers in the order of the scenario, those offered most if there are too many, and all of them together."""
    offers = {name: row for name, row in (result.summary.get("rescue") or {}).items() if known(row.get("offered"))}
    largest = sorted(offers, key=lambda name: -offers[name]["offered"])[:MOST_ROWS]
    rows = {name: row for name, row in offers.items() if name in largest}
    total = result.summary.get("rescue_total")
    if total and len(offers) > 1:
        rows[ALL] = total
    return rows


def _of(row: Mapping[str, Any], name: str) -> tuple[float | None, float | None, float | None]:
    """Mean, p05 and p95 of a stage, from a row of one offer or of all."""
    value = row.get(name)
    if isinstance(value, Mapping):
        return known(value.get("mean")), known(value.get("p05")), known(value.get("p95"))
    return known(value), known(row.get(f"{name}_p05")), known(row.get(f"{name}_p95"))


def _count(row: Mapping[str, Any], lang: str) -> Bar:
    made = _of(row, "offered")[0]
    return Bar(made, "" if made is None else count(made, lang), COLOURS["offered"])


def _accepted(row: Mapping[str, Any], result: ResultView, lang: str) -> Bar:
    accepted = count(_of(row, "accepted")[0], lang)
    share, low, high = _of(row, "acceptance")
    if share is None:
        return Bar(None, accepted, COLOURS["accepted"])
    text = word("rescue.share_count", lang, share=numbers.percent(share, lang), count=accepted)
    return Bar(share, text, COLOURS["accepted"], *_band(result, low, high))


def _share(row: Mapping[str, Any], name: str, result: ResultView, lang: str) -> Bar:
    share, low, high = _of(row, name)
    colour = COLOURS.get(name, style.LINE)
    return Bar(share, numbers.percent(share, lang, digits=0), colour, *_band(result, low, high))


def _band(result: ResultView, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return (low, high) if result.replications > 1 else (None, None)


def finding(result: ResultView, lang: str) -> str:
    """What share of the cancel intents was won, and what share of those who accepted is there a year later."""
    total = result.summary.get("rescue_total") or {}
    won = dict(zip(("mean", "p05", "p95"), _of(total, "rescued"), strict=True))
    if won["mean"] is None:
        return word("finding.no_data", lang, metric=word("metric.rescue_accepted", lang))
    if not won["mean"]:
        return word("rescue.nobody", lang)
    share, interval = findings.share_interval(result, won, lang)
    sentence = word("rescue.rescued", lang, share=share, interval=interval)
    for months in (12, 6, 3):
        still = dict(zip(("mean", "p05", "p95"), _of(total, f"still_{months}m"), strict=True))
        if still["mean"] is not None:
            share, interval = findings.share_interval(result, still, lang)
            interval = "" if result.replications == 1 else interval
            return sentence + word("rescue.still", lang, share=share, months=months, interval=interval)
    return sentence
