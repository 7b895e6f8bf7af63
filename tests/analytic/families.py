"""Scenarios that have an exact expectation, one mechanism each, with rates high enough to see 2 % of any number.

Each is held against `simulator.expect` (test_expect.py) and, with single numbers of its compiled tables falsified,
must be seen to be wrong (tests/mutation). `wrong` are changes of the text, (old, new), by 2 %, of the weakest by 3 % to
8 %, that the same comparison must notice with any seed: the stated power, and what the customers were counted for.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

import simulator
from simulator.accounting.metrics import METRICS
from simulator.accounting.totals import Totals
from simulator.engines.compiled import run_compiled
from simulator.expectation.result import Expectation
from simulator.model.compile import Model
from simulator.studies.check import CHECKED, has_enough
from tests.analytic.zscores import Comparisons

CUSTOMERS = Path(__file__).with_name("listed.csv")
HEADER = "language: 1\ncurrency: USD\nstart: 2026-01\n"


class Family(NamedTuple):
    """A scenario's text without its header, and small changes that must be noticed."""

    text: str
    wrong: tuple[tuple[str, str], ...]

    def changed(self, old: str, new: str) -> str:
        """Return the text with one change."""
        assert self.text.count(old) == 1, f"{old!r} must stand once in the scenario"
        return self.text.replace(old, new)


FAMILIES = {
    "cancel at once": Family(
        """
months: 6
plans: {basic: {price: 10}, pro: {price: 25}}
segments:
  small: {opening: {basic: 400_000}, opening_tenure: 9 months, cancel: {basic: 0.25 per month, pro: 0 per month}}
  large: {opening: {pro: 400_000}, opening_tenure: 9 months, cancel: {basic: 0 per month, pro: 0.2 per month}}
cancellation: {takes_effect: immediate}
""",
        (("basic: 0.25", "basic: 0.255"), ("pro: 0.2", "pro: 0.204")),
    ),
    "cancel at the anniversary, with notice": Family(
        """
months: 6
plans: {pro: {price: 25}}
segments: {all_of_them: {opening: {pro: 900_000}, opening_tenure: 9 months, cancel: {pro: 0.5 per month}}}
cancellation: {takes_effect: term_end, notice: 25 days}
""",
        (("pro: 0.5", "pro: 0.51"), ("notice: 25 days", "notice: 25.5 days")),
    ),
    "ladder": Family(
        """
months: 6
plans: {low: {price: 10}, middle: {price: 40}, high: {price: 160}}
segments:
  risers: {opening: {low: 500_000}, opening_tenure: 9 months,
           cancel: {low: 0 per month, middle: 0.3 per month, high: 0 per month}}
  fallers: {opening: {high: 500_000}, opening_tenure: 9 months,
            cancel: {low: 0.5 per month, middle: 0 per month, high: 0 per month}, downgrade: 0.6 per month}
offers:
  up: {motion: upsell, when: {rate: 0.5 per month}, who: {segments: [risers]}, to: next_plan, acceptance: 80%}
""",
        (("downgrade: 0.6", "downgrade: 0.612"), ("acceptance: 80%", "acceptance: 81.6%")),
    ),
    "upsell now and downgrade now": Family(
        """
months: 6
plans: {low: {price: 10}, high: {price: 160}}
plan_changes: {downgrade: now}
segments:
  risers: {opening: {low: 600_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0.3 per month}}
  fallers: {opening: {high: 500_000}, opening_tenure: 9 months, cancel: {low: 0.4 per month, high: 0 per month},
            downgrade: 0.4 per month}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {rate: 0.6 per month}, who: {plans: [low], segments: [risers]}, to: high, acceptance: 80%}
""",
        (("rate: 0.6", "rate: 0.612"), ("downgrade: 0.4", "downgrade: 0.408")),
    ),
    "arrivals and choice": Family(
        """
months: 5
plans: {low: {price: 25}, high: {price: 100}}
segments:
  payers:
    arrivals: {per_month: 250_000, growth: 3% per month, season: {3: x1.3, 5: x0.8}}
    choose: {low: 70%, high: 30%}
    cancel: {low: 0 per month, high: 0 per month}
""",
        (("per_month: 250_000", "per_month: 255_000"), ("low: 70%, high: 30%", "low: 69.4%, high: 30.6%")),
    ),
    "a free plan": Family(
        """
months: 5
plans: {free: {price: 0, attracts: 60%}, high: {price: 100}}
ladder: [free, high]
segments:
  comers: {arrivals: {per_month: 260_000}, choose: {free: 60%, high: 40%},
           cancel: {free: 0 per month, high: 0 per month}}
  leavers: {opening: {free: 400_000}, opening_tenure: 9 months, cancel: {free: 0.3 per month, high: 0 per month}}
  buyers: {opening: {free: 500_000}, opening_tenure: 9 months, cancel: {free: 0 per month, high: 0 per month}}
cancellation: {takes_effect: immediate}
offers:
  pay: {motion: upsell, when: {rate: 0.5 per month}, who: {segments: [buyers], plans: [free]}, to: high,
        acceptance: 80%}
""",
        (("free: 0.3", "free: 0.306"), ("acceptance: 80%", "acceptance: 81.6%"),
         ("free: 60%, high: 40%", "free: 59.2%, high: 40.8%")),
    ),
    "prices and arrivals": Family(
        """
months: 6
plans: {pro: {price: 80}}
segments:
  comers: {arrivals: {per_month: 130_000}, choose: {pro: 100%}, price_response: {arrivals: -1},
           cancel: {pro: 0 per month}}
changes:
  - {at: 2026-04, set: {plans.pro.price: 45}, existing: keep}
""",
        (("arrivals: -1}", "arrivals: -1.02}"), ("price: 45", "price: 45.9")),
    ),
    "prices and choice": Family(
        """
months: 6
plans: {free: {price: 0}, high: {price: 100}}
segments:
  choosers: {arrivals: {per_month: 330_000}, choose: {free: 40%, high: 60%}, price_response: {choice: -1},
             cancel: {free: 0 per month, high: 0 per month}}
changes:
  - {at: 2026-04, set: {plans.high.price: 150}, existing: keep}
""",
        (("free: 40%, high: 60%", "free: 39.2%, high: 60.8%"), ("choice: -1", "choice: -1.08")),
    ),
    "prices and upgrades": Family(
        """
months: 6
plans: {low: {price: 100}, high: {price: 200}}
segments:
  risers: {opening: {low: 900_000}, opening_tenure: 9 months, price_response: {upgrade: -1},
           cancel: {low: 0 per month, high: 0 per month}}
offers:
  up: {motion: upsell, when: {rate: 0.7 per month}, to: high, acceptance: 20%}
changes:
  - {at: 2026-04, set: {plans.high.price: 125}, existing: keep}
""",
        (("upgrade: -1", "upgrade: -1.02"), ("rate: 0.7", "rate: 0.714")),
    ),
    "price rise and leaving": Family(
        """
months: 5
plans: {pro: {price: 25}}
segments:
  holders: {opening: {pro: 600_000}, opening_tenure: 9 months, price_response: {cancel: 1.5},
            cancel: {pro: 0.2 per month}}
cancellation: {takes_effect: immediate}
changes:
  - {at: 2026-03, set: {plans.pro.price: 60}, existing: now}
""",
        (("{cancel: 1.5}", "{cancel: 1.53}"), ("plans.pro.price: 60", "plans.pro.price: 61.2")),
    ),
    "price rise at renewal and later": Family(
        """
months: 6
plans: {low: {price: 10}, high: {price: 60}}
segments:
  small: {opening: {low: 500_000}, opening_tenure: 9 months, cancel: {low: 0.25 per month, high: 0 per month},
          price_response: {cancel: 1.5}}
  large: {opening: {high: 700_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0.25 per month},
          price_response: {cancel: 1.5}}
cancellation: {takes_effect: immediate}
changes:
  - {at: 2026-04, set: {plans.low.price: 18}, existing: at_renewal}
  - {at: 2026-04, set: {plans.high.price: 120}, existing: {after: 1.5 months}}
""",
        (("price: 18", "price: 18.36"), ("price: 120", "price: 122.4"), ("1.5 months", "1.53 months")),
    ),
    "a plan is retired": Family(
        """
months: 6
plans: {old: {price: 10}, new: {price: 20}}
segments:
  all_of_them:
    opening: {old: 900_000}
    opening_tenure: 9 months
    price_response: {cancel: 1}
    cancel: {old: 0.1 per month, new: 0.5 per month}
cancellation: {takes_effect: immediate}
changes:
  - {at: 2026-04, retire: old, to: new}
""",
        (("old: 0.1", "old: 0.102"), ("new: 0.5", "new: 0.51")),
    ),
    "rates that change": Family(
        """
months: 6
plans: {pro: {price: 1}, top: {price: 100}}
segments:
  leavers: {opening: {pro: 600_000}, opening_tenure: 9 months, cancel: {pro: 0.25 per month, top: 0 per month}}
  risers: {opening: {pro: 600_000}, opening_tenure: 9 months, cancel: {pro: 0 per month, top: 0 per month}}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {rate: 0.8 per month}, who: {plans: [pro], segments: [risers]}, to: top, acceptance: 25%}
changes:
  - {at: 2026-04, set: {segments.leavers.cancel.pro: 0.7 per month, offers.up.acceptance: 90%}}
""",
        (("cancel.pro: 0.7", "cancel.pro: 0.714"), ("acceptance: 90%", "acceptance: 91.8%")),
    ),
    "frailty": Family(
        """
months: 6
plans: {pro: {price: 25}}
segments:
  fresh: {opening: {pro: 800_000}, opening_tenure: 0 months, cancel: {pro: 0.4 per month}, frailty: 1.2}
  old: {opening: {pro: 1_400_000}, opening_tenure: 2 months, cancel: {pro: 0.6 per month}, frailty: 0.8}
cancellation: {takes_effect: immediate}
""",
        (("pro: 0.4", "pro: 0.408"), ("frailty: 1.2", "frailty: 1.224"),
         ("opening_tenure: 2 m", "opening_tenure: 2.1 m")),
    ),
    "tenure": Family(
        """
months: 4
plans: {pro: {price: 25}}
segments:
  young: {opening: {pro: 900_000}, opening_tenure: 0 months, cancel: {pro: 0.1 per month}}
retention: {tenure: [{until: 1 month, factor: x12}, {until: 3 months, factor: x4}]}
cancellation: {takes_effect: immediate}
""",
        (("factor: x12", "factor: x12.24"), ("factor: x4", "factor: x4.12"), ("until: 1 month", "until: 1.02 months")),
    ),
    "tenure of the opening base": Family(
        """
months: 5
plans: {pro: {price: 25}}
segments:
  all_of_them: {opening: {pro: 900_000}, opening_tenure: 3 months, cancel: {pro: 0.1 per month}}
retention: {tenure: [{until: 3 months, factor: x8}]}
cancellation: {takes_effect: immediate}
""",
        (("factor: x8", "factor: x8.16"), ("opening_tenure: 3 months", "opening_tenure: 3.06 months")),
    ),
    "add-ons": Family(
        """
months: 5
plans: {pro: {price: 1}}
addons:
  help: {price: 10, cancel: 1.5 per month}
  disk: {price: 16, cancel: 0.8 per month, counts_as: upsell}
segments:
  one: {opening: {pro: 1_300_000}, opening_tenure: 9 months, cancel: {pro: 1 per month}}
  two: {opening: {pro: 600_000}, opening_tenure: 9 months, cancel: {pro: 0 per month}}
retention: {attached: {1: x0.4}}
cancellation: {takes_effect: immediate}
offers:
  first: {motion: cross_sell, when: {rate: 2 per month}, who: {segments: [one]}, to: help, acceptance: 90%}
  other: {motion: upsell, when: {rate: 1 per month}, who: {segments: [two]}, to: disk, acceptance: 80%}
""",
        (("1: x0.4", "1: x0.412"), ("cancel: 0.8", "cancel: 0.816"), ("rate: 1 per", "rate: 1.02 per")),
    ),
    "bundles": Family(
        """
months: 5
plans: {pro: {price: 1}}
addons: {help: {price: 10}, disk: {price: 16}}
bundles: {both: {of: [help, disk], discount: 40%}}
segments:
  stayers: {opening: {pro: 500_000}, opening_tenure: 9 months, cancel: {pro: 0 per month}}
  leavers: {opening: {pro: 900_000}, opening_tenure: 9 months, cancel: {pro: 1 per month}}
retention: {attached: {1: x1, 2: x0.4}}
cancellation: {takes_effect: immediate}
offers:
  suite: {motion: cross_sell, when: {rate: 0.8 per month}, who: {segments: [stayers]}, to: both, acceptance: 90%}
  rush: {motion: cross_sell, when: {rate: 1.5 per month}, who: {segments: [leavers]}, to: both, acceptance: 95%}
""",
        (("2: x0.4", "2: x0.408"), ("acceptance: 90%", "acceptance: 91.8%"), ("discount: 40%", "discount: 40.8%")),
    ),
    "selection": Family(
        """
months: 6
plans: {low: {price: 10}, high: {price: 25}}
addons: {help: {price: 10}}
segments:
  risers: {opening: {low: 800_000}, opening_tenure: 9 months, cancel: {low: 0.7 per month, high: 0.25 per month}}
  adders: {opening: {high: 900_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0.6 per month}}
retention: {attached: {1: x0.4}, causal: 60%}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {rate: 1 per month}, who: {segments: [risers]}, to: next_plan, acceptance: 90%}
  add: {motion: cross_sell, when: {rate: 1 per month}, who: {segments: [adders]}, to: help, acceptance: 90%}
""",
        (("causal: 60%", "causal: 61.2%"), ("low: 0.7", "low: 0.714")),
    ),
    "rescue": Family(
        """
months: 6
plans: {lite: {price: 40, sold: rescue}, pro: {price: 100}}
segments:
  rescued: {opening: {pro: 1_200_000}, opening_tenure: 9 months, cancel: {lite: 0.9 per month, pro: 0.9 per month}}
  bluffers: {opening: {pro: 500_000}, opening_tenure: 9 months, cancel: {lite: 0 per month, pro: 0.7 per month}}
cancellation: {takes_effect: immediate, bluff: 60%, lured: 1 per month}
offers:
  down: {motion: downsell, when: cancel_intent, who: {plans: [pro], segments: [rescued]}, to: lite, acceptance: 80%,
         returns: 90% within 4 months}
""",
        (("bluff: 60%", "bluff: 61.2%"), ("lured: 1 per", "lured: 1.03 per"), ("acceptance: 80%", "acceptance: 81.6%"),
         ("returns: 90%", "returns: 91.8%")),
    ),
    "rescue and leaving at the term's end": Family(
        """
months: 6
plans: {lite: {price: 40, sold: rescue}, pro: {price: 110}, top: {price: 120}}
ladder: [pro, top]
segments:
  rescued: {opening: {top: 1_300_000}, opening_tenure: 9 months,
            cancel: {lite: 0.6 per month, pro: 0.6 per month, top: 0.6 per month}}
  splitters: {opening: {top: 500_000}, opening_tenure: 9 months,
              cancel: {lite: 0 per month, pro: 0.6 per month, top: 0.6 per month}}
cancellation: {bluff: 50%}
offers:
  down: {motion: downsell, when: cancel_intent, who: {plans: [top], segments: [rescued]}, to: lite, acceptance: 80%,
         returns: {share: 90%, within: 3 months, to: pro}}
  halves: {motion: downsell, when: cancel_intent, who: {plans: [top], segments: [splitters]},
           to: {split: {plan: pro, count: 2}}, acceptance: 80%}
""",
        (("bluff: 50%", "bluff: 51%"), ("count: 2}}, acceptance: 80%", "count: 2}}, acceptance: 81.6%"),
         ("share: 90%", "share: 91.8%")),
    ),
    "win-back": Family(
        """
months: 7
plans: {pro: {price: 25}, top: {price: 60}}
segments:
  all_of_them: {opening: {top: 900_000}, opening_tenure: 9 months,
                cancel: {pro: 0.9 per month, top: 0.9 per month}}
offers:
  back: {motion: win_back, when: {churned_for: 2 months}, to: pro, acceptance: 80%}
""",
        (("acceptance: 80%", "acceptance: 81.6%"), ("pro: 0.9", "pro: 0.918")),
    ),
    "annual terms": Family(
        """
months: 15
plans: {pro: {price: 25, term_discount: {annual: 20%}}}
terms: {annual: 12 months}
segments:
  yearly: {opening: {pro: 500_000}, opening_tenure: 9 months, terms: {annual: 100%}, cancel: {pro: 0.06 per month},
           not_renewed: {annual: 55%}}
  mixed: {opening: {pro: 700_000}, opening_tenure: 9 months, terms: {annual: 60%}, cancel: {pro: 0.2 per month},
          not_renewed: {annual: 60%}}
""",
        (("terms: {annual: 60%}", "terms: {annual: 61.2%}"),
         ("not_renewed: {annual: 60%}", "not_renewed: {annual: 61.2%}"),
         ("not_renewed: {annual: 55%}", "not_renewed: {annual: 56.1%}")),
    ),
    "beta-mixed renewals": Family(
        """
months: 20
plans: {pro: {price: 25, term_discount: {quarter: 20%}}}
terms: {quarter: 3 months}
segments:
  all_of_them: {opening: {pro: 900_000}, opening_tenure: 1 month, terms: {quarter: 100%},
                cancel: {pro: 0.05 per month}, not_renewed: {quarter: {alpha: 0.7, beta: 1.2}}}
""",
        (("alpha: 0.7", "alpha: 0.714"), ("beta: 1.2", "beta: 1.224")),
    ),
    "trials": Family(
        """
months: 7
plans:
  low: {price: 80}
  pro: {price: 25, trial: {length: 1 month, converts: 75%, else: leaves}}
  top: {price: 100, trial: {length: 2.5 months, converts: 30%, else: low}}
segments:
  leaving: {arrivals: {per_month: 180_000}, choose: {pro: 100%},
            cancel: {low: 0 per month, pro: 0 per month, top: 0 per month}}
  staying: {arrivals: {per_month: 230_000}, choose: {top: 100%},
            cancel: {low: 0.5 per month, pro: 0 per month, top: 0 per month}}
cancellation: {takes_effect: immediate}
""",
        (("converts: 75%", "converts: 76.5%"), ("converts: 30%", "converts: 30.9%")),
    ),
    "dated offers": Family(
        """
months: 6
plans: {low: {price: 10}, middle: {price: 40}, high: {price: 160}}
addons: {help: {price: 40}}
segments:
  starters: {arrivals: {per_month: 100_000}, choose: {low: 100%},
             cancel: {low: 0 per month, middle: 0 per month, high: 0 per month}}
  early: {opening: {low: 250_000}, opening_tenure: 0 months,
          cancel: {low: 0 per month, middle: 0.4 per month, high: 0 per month}}
  often: {opening: {middle: 500_000}, opening_tenure: 0.4 months,
          cancel: {low: 0 per month, middle: 0 per month, high: 0 per month}}
  spring: {opening: {low: 250_000}, opening_tenure: 9 months,
           cancel: {low: 0 per month, middle: 0 per month, high: 0 per month}}
cancellation: {takes_effect: immediate}
offers:
  start: {motion: cross_sell, when: on_sign_up, who: {segments: [starters]}, to: help, acceptance: 70%}
  step: {motion: upsell, when: {tenure: 1.5 months}, who: {segments: [early]}, to: middle, acceptance: 80%}
  turn: {motion: upsell, when: {every: 2 months}, who: {segments: [often], plans: [middle]}, to: high, acceptance: 60%}
  bloom: {motion: cross_sell, when: {month: [2, 4]}, who: {segments: [spring], lacks: [help]}, to: help,
          acceptance: 70%}
""",
        (("to: middle, acceptance: 80%", "to: middle, acceptance: 81.6%"),
         ("to: high, acceptance: 60%", "to: high, acceptance: 61.2%"),
         ("          acceptance: 70%", "          acceptance: 71.4%")),
    ),
    "signals": Family(
        """
months: 6
plans: {low: {price: 10}, high: {price: 160}}
segments:
  all_of_them: {opening: {low: 900_000}, opening_tenure: 9 months, cancel: {low: 0.2 per month, high: 0.2 per month},
                signals: {surge: {rate: 0.5 per month, lasts: 0 days}}}
cancellation: {takes_effect: immediate}
offers:
  up: {motion: upsell, when: {signal: surge}, to: high, acceptance: 70%}
""",
        (("rate: 0.5", "rate: 0.51"), ("acceptance: 70%", "acceptance: 71.4%")),
    ),
    "shocks": Family(
        """
months: 5
plans: {low: {price: 24}, high: {price: 80}}
segments:
  all_of_them: {opening: {high: 1_600_000}, opening_tenure: 9 months,
                cancel: {low: 0 per month, high: 0 per month},
                shock: {rate: 0.8 per month, downgrade: 75%, cancel: 15%, recovers: 90% within 4 months}}
cancellation: {takes_effect: immediate}
""",
        (("rate: 0.8", "rate: 0.816"), ("downgrade: 75%", "downgrade: 76.5%"), ("cancel: 15%", "cancel: 15.3%"),
         ("recovers: 90%", "recovers: 91.8%")),
    ),
    "failed payments": Family(
        """
months: 6
plans: {pro: {price: 25}}
segments:
  all_of_them: {opening: {pro: 900_000}, opening_tenure: 9 months, cancel: {pro: 0.2 per month},
                failed_payment: {rate: 0.5 per month, recovered: 60%, within: 0 days}}
cancellation: {takes_effect: immediate}
""",
        (("rate: 0.5", "rate: 0.51"), ("recovered: 60%", "recovered: 61.2%")),
    ),
    "seats and usage that stay": Family(
        """
months: 6
plans:
  team: {price: 10, extra_seat: 4, included: {seats: 3}}
  metered:
    price: 5
    usage_price: {mode: graduated, tiers: [{up_to: 100, unit: 0.05, flat: 2}, {up_to: 500, unit: 0.02}, {unit: 0.01}]}
  volume: {price: 5, usage_price: {mode: volume, tiers: [{up_to: 500, unit: 0.05}, {unit: 0.01, flat: 4}]}}
  steps: {price: 5, usage_price: {mode: stairstep, tiers: [{up_to: 500, flat: 8}, {flat: 9}]}}
  packs: {price: 5, usage_price: {mode: package, size: 100, unit: 3}}
  units: {price: 5, usage_price: {mode: per_unit, unit: 0.04}}
  least: {price: 5, usage_price: {mode: per_unit, unit: 0.04}, minimum: 60}
  most: {price: 5, usage_price: {mode: per_unit, unit: 0.04}, maximum: 12}
  limited: {price: 5, usage_price: {mode: per_unit, unit: 0.04}, included: {usage: 300, at_limit: block}}
ladder: []
addons: {help: {price: 3, per_seat: yes, cancel: 1.5 per month}}
segments:
  teams: {opening: {team: 1_000_000}, opening_tenure: 9 months, price_factor: x1.1, seats: {median: 8.4},
          cancel: {team: 0.3 per month, metered: 0 per month, volume: 0 per month, steps: 0 per month,
                   packs: 0 per month, units: 0 per month, least: 0 per month, most: 0 per month, limited: 0 per month}}
  users: {opening: {metered: 2_000, volume: 2_000, steps: 2_000, packs: 2_000, units: 2_000, least: 2_000, most: 2_000,
                    limited: 2_000}, opening_tenure: 9 months, usage: {median: 505},
          cancel: {team: 0 per month, metered: 0 per month, volume: 0 per month, steps: 0 per month,
                   packs: 0 per month, units: 0 per month, least: 0 per month, most: 0 per month, limited: 0 per month}}
cancellation: {takes_effect: immediate}
offers:
  help: {motion: cross_sell, when: {rate: 2 per month}, who: {plans: [team]}, to: help, acceptance: 80%}
""",
        (("team: 0.3", "team: 0.306"), ("price_factor: x1.1", "price_factor: x1.122")),
    ),
    "offers by tenure and before renewals": Family(
        """
months: 6
plans: {low: {price: 10, term_discount: {quarter: 10%}}, high: {price: 40}}
terms: {quarter: 3 months}
addons: {help: {price: 6}}
segments:
  young: {opening: {low: 500_000}, opening_tenure: 0 months, cancel: {low: 0 per month, high: 0.3 per month}}
  fresh: {opening: {low: 400_000}, opening_tenure: 0 months, cancel: {low: 0 per month, high: 0 per month},
          terms: {quarter: 100%}, not_renewed: {quarter: 30%}}
  renewing: {opening: {low: 500_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0 per month},
             terms: {quarter: 100%}, not_renewed: {quarter: 80%}}
cancellation: {takes_effect: immediate}
offers:
  window: {motion: upsell, when: {rate: 0.8 per month}, to: high, acceptance: 80%,
           who: {segments: [young], plans: [low], tenure_above: 1.5 months, tenure_below: 3.5 months}}
  before: {motion: cross_sell, when: {renewal_within: 1 month}, who: {segments: [fresh], lacks: [help]}, to: help,
           acceptance: 60%}
""",
        (("tenure_above: 1.5 months", "tenure_above: 1.53 months"),
         ("tenure_below: 3.5 months", "tenure_below: 3.57 months"),
         ("acceptance: 60%", "acceptance: 61.2%"), ("quarter: 30%}", "quarter: 30.6%}")),
    ),
    "what asking does": Family(
        """
months: 5
plans: {low: {price: 10}, high: {price: 40}}
segments:
  all_of_them: {opening: {low: 900_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0 per month}}
cancellation: {takes_effect: immediate}
offers:
  push: {motion: upsell, when: {rate: 0.8 per month}, who: {plans: [low]}, to: high, acceptance: 40%,
         if_accepted: {cancel: 60%}, if_declined: {cancel: 70%}}
""",
        (("if_accepted: {cancel: 60%}", "if_accepted: {cancel: 61.2%}"),
         ("if_declined: {cancel: 70%}", "if_declined: {cancel: 71.4%}")),
    ),
    "customers of a file": Family(  # nothing is random: any difference is noticed
        """
months: 6
plans: {team: {price: 60, term_discount: {quarter: 10%}}, pro: {price: 25, term_discount: {quarter: 20%}}}
terms: {quarter: 3 months}
addons: {disk: {price: 3}}
segments:
  known: {opening: CUSTOMERS, cancel: {team: 0 per month, pro: 0 per month}}
changes:
  - {at: 2026-03, set: {plans.team.price: 70, plans.pro.price: 30}, existing: at_renewal}
""".replace("CUSTOMERS", f'"{CUSTOMERS}"'),
        (("team: {price: 60", "team: {price: 61.2"), ("disk: {price: 3", "disk: {price: 3.06"),
         ("quarter: 10%", "quarter: 10.2%"), ("team.price: 70", "team.price: 71.4")),
    ),
    "pauses": Family(
        """
months: 7
plans: {low: {price: 40}, high: {price: 100}}
segments:
  savers: {opening: {high: 700_000}, opening_tenure: 9 months, cancel: {low: 0.8 per month, high: 0.8 per month}}
  comers: {arrivals: {per_month: 400_000}, choose: {low: 45%, high: 55%},
           cancel: {low: 1.5 per month, high: 0.4 per month}, downgrade: 0.9 per month}
cancellation: {takes_effect: immediate}
offers:
  pause: {motion: downsell, when: cancel_intent, who: {segments: [savers]}, to: {pause: 2 months, resumes: 60%},
          acceptance: 80%}
  rest: {motion: downsell, when: cancel_intent, who: {segments: [comers]}, to: {pause: 1 month, resumes: 70%},
         acceptance: 70%}
""",
        (("resumes: 60%", "resumes: 61.2%"), ("acceptance: 80%", "acceptance: 81.6%"),
         ("resumes: 70%", "resumes: 71.4%"), ("pause: 2 months", "pause: 3 months")),
    ),
    "pauses and leaving at the term's end": Family(
        """
months: 7
plans: {low: {price: 40}, high: {price: 100}}
segments:
  leavers: {opening: {high: 700_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0.9 per month}}
  fallers: {opening: {high: 700_000}, opening_tenure: 9 months, cancel: {low: 0 per month, high: 0 per month},
            downgrade: 0.9 per month}
cancellation: {takes_effect: term_end, bluff: 50%}
offers:
  pause: {motion: downsell, when: cancel_intent, to: {pause: 3 months, resumes: 75%}, acceptance: 70%}
  rest: {motion: downsell, when: {rate: 0.9 per month}, who: {segments: [fallers]}, to: {pause: 1 month, resumes: 60%},
         acceptance: 90%}
""",
        (("resumes: 75%", "resumes: 76.5%"), ("acceptance: 70%", "acceptance: 71.4%"),
         ("resumes: 60%", "resumes: 61.2%"), ("pause: 3 months", "pause: 2 months"),
         ("downgrade: 0.9", "downgrade: 0.945")),
    ),
}  # fmt: skip


def load(text: str) -> simulator.Scenario:
    """Load a family's text."""
    return simulator.load(HEADER + text)


def simulated(model: Model, seed: int, replications: int = 1) -> Totals:
    """Return the totals of a compiled model's replications."""
    return Totals.stack([Totals.of(one.books) for one in run_compiled(model, seed, range(replications))])


def held_against(totals: Totals, expected: Expectation) -> Comparisons:
    """Compare every amount and count of the run with its expectation, by month and group, where enough happens."""
    n = len(totals.moved)
    seen = Comparisons()
    for name in ("opening_mrr", *CHECKED):  # the first opening is certain
        if name not in expected.tables:
            continue
        mean, sd = expected.tables[name]
        observed = METRICS[name](totals).sum(axis=0)
        enough = has_enough(name, expected, n) & np.isfinite(mean) & np.isfinite(sd)
        for m, g in np.argwhere(enough | (sd == 0.0)):
            seen.add(f"{name}[{m}, {g}]", observed[m, g], n * mean[m, g], np.sqrt(n) * sd[m, g])
    return seen
