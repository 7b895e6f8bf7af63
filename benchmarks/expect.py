"""Seconds that the exact expectation takes, on the scenario of five plans, three add-ons and four segments.

python benchmarks/expect.py             # monthly terms; frailty; annual terms
python benchmarks/expect.py --small     # what CI runs: 18 months, fails on errors, never on speed
"""

from __future__ import annotations

import argparse
import time

import simulator as sim

CATALOGUE = """\
currency: USD
start: 2026-01
months: MONTHS
TERMSplans:
  free: {price: 0}
  lite: {price: 30, sold: rescue}
  std: {price: 100DISCOUNT}
  pro: {price: 300DISCOUNT}
  ent: {price: 900DISCOUNT}
ladder: [free, std, pro, ent]
addons:
  support: {price: 20, cancel: 3% per month, with: [std, pro, ent]}
  storage: {price: 40, cancel: 2% per month, with: [std, pro, ent]}
  security: {price: 70, cancel: 1% per month, with: [std, pro, ent]}
cancellation: {takes_effect: term_end, bluff: 10%, lured: 1% per month}
retention: {attached: {1: x0.8, 2: x0.6}}
offers:
  up: {motion: upsell, when: {rate: 10% per month}, to: next_plan, acceptance: 30%}
  save:
    {motion: downsell, when: cancel_intent, who: {plans: [std, pro]}, to: lite, acceptance: 40%,
     returns: 30% within 12 months}
  support: {motion: cross_sell, when: {rate: 20% per month}, to: support, acceptance: 30%}
  storage: {motion: cross_sell, when: {rate: 20% per month}, to: storage, acceptance: 20%}
  security: {motion: cross_sell, when: {rate: 20% per month}, to: security, acceptance: 20%}
changes:
  - {at: 2027-01, set: {plans.pro.price: 330}, existing: now}
segments:
"""
SEGMENT = """\
  NAME:
    opening: {free: 2_000, std: 1_000, pro: 500, ent: 100}
    opening_tenure: {mean: 12 months}
    arrivals: {per_month: 200, growth: 1% per month}
    choose: {free: 50%, std: 40%, pro: 10%}
    cancel: {free: 5% per month, lite: 4% per month, std: 6% per month, pro: 3% per month, ent: RATE per month}
    downgrade: 2% per month
MORE"""


def scenario(months: int, annual: bool, frailty: bool) -> sim.Scenario:
    """Return the scenario with or without annual terms and frailty; four segments that differ in one rate."""
    terms, discount = ("terms: {annual: 12 months}\n", ", term_discount: {annual: 15%}") if annual else ("", "")
    more = "    terms: {annual: 40%}\n    not_renewed: {annual: 15%}\n" if annual else ""
    more += "    frailty: 0.5\n" if frailty else ""
    text = CATALOGUE.replace("MONTHS", str(months)).replace("TERMS", terms).replace("DISCOUNT", discount)
    for i in range(4):
        text += SEGMENT.replace("NAME", "abcd"[i]).replace("RATE", f"{1 + i}%").replace("MORE", more)
    return sim.load(text)


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--small", action="store_true", help="18 months, and no frailty")
    small = options.parse_args().small
    months = 18 if small else 60
    for annual in (False, True):
        for frailty in (False,) if small or annual else (False, True):
            loaded = scenario(months, annual, frailty)
            sim.expect(loaded)  # imports
            wall, used = time.perf_counter(), time.process_time()
            sim.expect(loaded)
            wall, used = time.perf_counter() - wall, time.process_time() - used
            what = f"{months} months, {'annual and ' if annual else ''}monthly terms{', frailty' if frailty else ''}"
            print(f"{what}: {wall:.2f} s ({used:.2f} s of processor)")


if __name__ == "__main__":
    main()
