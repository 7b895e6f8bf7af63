"""Scenario texts for tests: a good one that uses most of the language, and ways to break it.

`# HERE` at the end of a line marks where a problem must be told, so that a case names its line by showing it.
"""

from __future__ import annotations

from simulator.scenario import Problem, Scenario, ScenarioError, load

HERE = "# HERE"

GOOD = """\
language: 1
title: A good scenario
currency: JPY
start: 2026-04
months: 24
fiscal_year_start: 4
plans:
  free: {price: 0, included: {usage: 100}, attracts: 60%}
  lite: {price: 3_000, sold: rescue}
  basic:
    price: 10_000
    term_discount: {annual: 15%}
    trial: {length: 14 days, converts: 45%, else: free}
  premium: {price: 30_000, term_discount: {annual: 15%}}
ladder: [free, basic, premium]
terms: {annual: 12 months}
addons:
  support: {price: 2_000, with: [basic, premium], cancel: 1% per month}
  storage: {price: 4_000, with: [basic, premium]}
bundles:
  suite: {of: [support, storage], discount: 15%}
segments:
  smb:
    opening: {free: 200, basic: 60}
    opening_tenure: {mean: 18 months}
    arrivals: {per_month: 80, growth: 1% per month, season: {3: x1.5}}
    choose: {free: 70%, basic: 25%, premium: 5%}
    terms: {annual: 30%}
    usage: {median: 300, spread: 0.8}
    signals: {surge: {rate: 3% per month, lasts: 14 days}}
    cancel:
      free: 3% per month
      lite: 4% per month
      basic: 3.5% per month
      premium: 2% per month
    frailty: 0.6
    not_renewed: {annual: 12%}
cancellation: {takes_effect: term_end, bluff: 10%}
onboarding:
  smb: {median: 30 days, success: 85%}
offers:
  near_limit: {motion: upsell, when: {usage_above: 80%}, to: next_plan, acceptance: 30%, quiet_for: 3 months}
  review:
    motion: upsell
    when: {every: 3 months}
    who: {plans: [basic]}
    to: premium
    acceptance: {base: 8%, framing: x1.5}
    needs: {team: success, work: 0.5 days, waits: 1 month}
  suite_start: {motion: cross_sell, when: {tenure: 1 month}, to: suite, acceptance: 18%}
  rescue: {motion: downsell, when: cancel_intent, to: lite, acceptance: 25%, returns: 20% within 12 months}
teams:
  success: {people: 4}
changes:
  - {at: 2026-10, set: {plans.premium.price: 36_000}, existing: keep}
"""


def edited(*edits: tuple[str, str], text: str = GOOD) -> str:
    """The text with parts replaced, each of which must be there once."""
    for old, new in edits:
        if text.count(old) != 1:
            raise AssertionError(f"{old!r} is there {text.count(old)} times")
        text = text.replace(old, new)
    return text


def added(block: str) -> str:
    """The good text with lines at its end; the timeline, where they have one, replaces the one that is there."""
    text = GOOD[: GOOD.index("changes:")] if "changes:" in block else GOOD
    return text + block


def offer(keys: str) -> str:
    """The good text with one more offer."""
    return edited(("teams:\n", f"  extra: {{{keys}}}  {HERE}\nteams:\n"))


def change(keys: str) -> str:
    """The good text with another timeline of one entry."""
    return added(f"changes:\n  - {{{keys}}}  {HERE}\n")


def marked(text: str) -> tuple[int, ...]:
    """Numbers of the lines that are marked."""
    return tuple(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(HERE))


def without_marks(text: str) -> str:
    """The text as a team would have written it."""
    return text.replace(f"  {HERE}", "").replace(f" {HERE}", "")


def problems(source) -> tuple[Problem, ...]:
    """What is wrong with a scenario; nothing where it can be used."""
    try:
        load(source)
    except ScenarioError as error:
        return error.problems
    return ()


def loaded(text: str) -> Scenario:
    """The scenario of a text."""
    return load(text)
