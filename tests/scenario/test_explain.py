"""A scenario read back in sentences: nothing that is written goes unmentioned, in either language."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from simulator.scenario import Scenario, load
from simulator.scenario.explain import LANGUAGES, explain
from simulator.scenario.explain.language import monthly
from simulator.scenario.tree import entries, find, leaves
from simulator.scenario.units import rate

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "data" / "language_example.yaml"
FILES = [EXAMPLE, *sorted((ROOT / "scenarios").glob("*.yaml"))]
NAMED = ("plans", "addons", "bundles", "segments", "offers", "teams")
OWN_PARAGRAPH = ("plans", "addons", "bundles", "offers", "teams", "onboarding", "adoption")
NUMBER = r"[+-]?[0-9][0-9_]*(?:\.[0-9]+)?"
LENGTHS = {"year": 12, "quarter": 3, "week": 7}


def month(lang: str, of_year: int, year: str = "") -> str:
    """A calendar month as a language writes it."""
    return f"{month_name[of_year]} {year}".strip() if lang == "en" else f"{year and year + '年'}{of_year}月"


def digits(value: float) -> str:
    """A number with separators and no idle decimals."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def ways(lang: str, path: tuple, text: str) -> Iterator[list[str]]:
    """For each number of a value: the ways in which it may stand in the sentences."""
    if path[0] in ("language", "ladder"):
        return
    dated = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if dated:
        yield [month(lang, int(dated[2]), dated[1])]
        return
    if path == ("fiscal_year_start",) or (len(path) > 3 and path[2:4] == ("when", "month")):
        yield [month(lang, int(text))]
        return
    if "price_response" in path or path[-1] == "anchoring":
        yield [f"{(1.1 ** float(text) - 1) * 100:+.3g}%"]
        return
    if not re.match(rf"[x×]?{NUMBER}", text):
        return
    for written in re.findall(NUMBER, text):
        value = abs(float(written.replace("_", "")))
        if not value or (text[0] in "x×" and value == 1):
            continue  # nothing, or a factor that changes nothing
        found = [digits(value)]
        if not text.endswith("%"):
            unit = re.search(rf"{re.escape(written)}\s+(year|quarter|week)s?", text)
            found += [digits(value * LENGTHS[unit[1]])] if unit else []
            found += [digits(value * 100)]  # 0.15 for 15%
        if re.search("per (day|week|month|quarter|year)$", text) and not text.startswith("-"):
            found += [digits(round(monthly(rate(text)), 5) * 100)]
        yield found


def unmentioned(scenario: Scenario, lang: str, told: str) -> list[str]:
    """Names and numbers of the file that the sentences leave out; an item's own in the paragraph on the item."""
    missing = [
        f"{block} {name}"
        for block in NAMED
        for name in entries(find(scenario.tree, (block,)))
        if not re.search(rf"(?<!\w){re.escape(name)}", told)
    ]
    signals = (entries(find(scenario.tree, ("segments", one, "signals"))) for one in scenario.segment_names)
    missing += [f"signal {name}" for names in signals for name in names if name not in told]
    for path, leaf in leaves(scenario.tree):
        where = told
        if path[0] in OWN_PARAGRAPH:
            where = "\n".join(line for line in told.splitlines() if re.match(rf"- {re.escape(str(path[1]))}\W", line))
        if "season" in path and month(lang, int(path[-1])) not in told:
            missing.append(f"month of {path}")
        for candidates in ways(lang, path, leaf.text or ""):
            if not any(re.search(rf"(?<![0-9.,]){re.escape(one)}(?![0-9]|[.,][0-9])", where) for one in candidates):
                missing.append(f"{'.'.join(map(str, path))}: {leaf.text}")
    return missing


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_name_and_number_is_mentioned(path, lang):
    scenario = load(path)
    told = explain(scenario, lang)
    assert unmentioned(scenario, lang, told) == []
    assert not re.search(r"[{}]|None|True|False|  |。。|\.\.", told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sentence_left_out_is_noticed(lang):
    scenario = load(EXAMPLE)
    lines = explain(scenario, lang).splitlines()
    offer = next(line for line in lines if line.startswith("- near_limit"))
    without_quiet = offer.rpartition("3")[0]
    told = "\n".join(line if line != offer else without_quiet for line in lines)
    assert unmentioned(scenario, lang, told) == ["offers.near_limit.quiet_for: 3 months"]
    told = "\n".join(line for line in lines if not line.startswith("- success"))
    assert "teams.success.people: 4" in unmentioned(scenario, lang, told)


def test_the_languages_have_the_same_phrases_with_the_same_gaps():
    def gaps(phrases: dict[str, str]) -> dict[str, set[str]]:
        return {key: {gap for _, gap, _, _ in Formatter().parse(text) if gap} for key, text in phrases.items()}

    english, japanese = (gaps(language.PHRASES) for language in LANGUAGES.values())
    assert english == japanese


SMALL = """\
currency: JPY
start: 2026-04
months: 12
plans:
  small: {price: 0, usage_price: {mode: package, size: 500, unit: 700}, maximum: 90_000}
  basic:
    price: 1_000
    usage_price: 2
    included: {usage: 50, seats: 1, at_limit: block}
    trial: {length: 1 month, else: small, converts: 40%}
  steps: {price: 3_000, usage_price: {mode: stairstep, tiers: [{up_to: 10, flat: 100}, {flat: 250}]}}
  whole: {price: 4_000, usage_price: {mode: volume, tiers: [{up_to: 20, unit: 6, flat: 30}, {unit: 5}]}}
ladder: [basic, whole]
terms: {annual: 12 months}
plan_changes: {upgrade: renewal, downgrade: now, from_annual: anniversary}
addons:
  desk: {price: 300, per_seat: true, counts_as: upsell}
segments:
  firm:
    opening: {basic: 10}
    usage: {mean: 70, spread: 8, growth: {rate: -3% per month, fades: 24 months}}
    seats: {mean: 5, spread: 2, add: 4% per month}
    satisfaction: {mean: 7}
    signals: {opens_app: {rate: 0.2 per month, lasts: 2 days}}
    shock: {rate: 2% per month}
    decision: {mean: 9 days, spread: 3, per_price_step: 1}
    cancel: {small: 1% per month, basic: 2% per month, steps: 1% per month, whole: 1% per month}
onboarding:
  firm: {mean: 21 days, spread: 5, if_done: {satisfaction: -0.3, unless_adopted: {satisfaction: 0.1}}}
adoption:
  firm: {mean: 45 days, spread: 6, success: 77%, if_failed: {cancel: 8%}}
offers:
"""
OFFER = "  extra: {{motion: {motion}, when: {when}{to}, acceptance: 20%{more}}}\n"
TRIGGERS = (
    "{usage_above: 81%}", "{usage_below: 13%}", "{seats_above: 110%}", "{signal: opens_app}",
    "{satisfaction_above: 8.2}", "{satisfaction_below: 5.1}", "{every: 7 weeks}", "{tenure: 17 days}",
    "{rate: 3% per month}", "{renewal_within: 19 days}", "{month: [2, 9]}", "on_sign_up",
    "onboarding_failed", "cancel_intent",
)  # fmt: skip
TARGETS = (
    ("upsell", "next_plan"), ("upsell", "whole"), ("upsell", "desk"), ("upsell", "{seats: +1}"),
    ("upsell", "{seats: +6}"), ("downsell", "{split: {plan: basic, count: 3}}"), ("downsell", "basic"),
    ("downsell", "{pause: 4 months, resumes: 51%}"), ("downsell", "{discount: 35%, for: 5 months, stays: 26%}"),
    ("upsell", "{term: annual}"),
)  # fmt: skip
WHO = (
    "{phase: [onboarding, onboarded], nps: [promoter, detractor], has: desk, rescued: no}",
    "{tenure_above: 11 days, tenure_below: 40 months, lacks: desk, segments: firm, plans: [basic, whole]}",
)


def written(tmp_path: Path, offer: str) -> Scenario:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL + offer, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("when", TRIGGERS)
def test_every_trigger_is_told(when, lang, tmp_path):
    more = ", if_declined: {cancel: 9%, unless_adopted: {satisfaction: -0.7}}, if_accepted: {satisfaction: 1}"
    scenario = written(tmp_path, OFFER.format(motion="care", when=when, to="", more=more))
    assert unmentioned(scenario, lang, explain(scenario, lang)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("motion", "to"), TARGETS)
@pytest.mark.parametrize("who", WHO)
def test_every_target_and_audience_is_told(motion, to, who, lang, tmp_path):
    scenario = written(
        tmp_path, OFFER.format(motion=motion, when="{every: 6 months}", to=f", to: {to}, who: {who}", more="")
    )
    assert unmentioned(scenario, lang, explain(scenario, lang)) == []


def test_what_changes_is_told_in_the_words_of_the_start(tmp_path):
    changes = (
        "changes:\n  - {at: 2026-08, set: {offers.extra.acceptance: 33%, offers.extra.when: {tenure: 5 months}}}\n"
    )
    offer = OFFER.format(motion="upsell", when="{every: 6 months}", to=", to: next_plan", more="")
    told = explain(written(tmp_path, offer + changes))
    assert "the offer extra: acceptance goes from 20% to 33%." in told
    assert told.count("5 months after sign-up") == 1
