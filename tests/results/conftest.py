"""A small company, run once: two segments, one of them real customers, with every kind of offer that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import simulator as sim

SCENARIO = """\
language: 1
title: A small company
currency: USD
start: 2026-11
months: 16
plans:
  free: {price: 0}
  lite: {price: 9.99, sold: rescue}
  standard: {price: 29.95, term_discount: {annual: 10%}}
  premium: {price: 80, term_discount: {annual: 10%}}
ladder: [free, standard, premium]
terms: {annual: 12 months}
addons:
  care: {price: 5.55, with: [standard, premium], cancel: 3% per month}
segments:
  smb:
    opening: {free: 60, standard: 50, premium: 20}
    opening_tenure: {mean: 9 months}
    arrivals: {per_month: 8}
    choose: {free: 40%, standard: 40%, premium: 20%}
    terms: {annual: 20%}
    cancel: {free: 3% per month, lite: 6% per month, standard: 7% per month, premium: 4% per month}
    not_renewed: {annual: 20%}
    downgrade: 1% per month
    price_response: {cancel: 0.4}
  corp:
    opening: corp.csv
    cancel: {free: 3% per month, lite: 5% per month, standard: 5% per month, premium: 3% per month}
    not_renewed: {annual: 20%}
    price_response: {cancel: 0.4}
cancellation: {bluff: 10%, lured: 0.5% per month}
offers:
  grow: {motion: upsell, when: {rate: 6% per month}, who: {plans: [free, standard]}, to: next_plan, acceptance: 30%}
  add_care: {motion: cross_sell, when: {tenure: 1 month}, who: {plans: [standard, premium]}, to: care, acceptance: 40%}
  stay: {motion: downsell, when: cancel_intent, who: {plans: [standard, premium]}, to: lite, acceptance: 40%,
         returns: 40% within 12 months}
  back: {motion: win_back, when: {churned_for: 2 months}, who: {plans: [lite, standard, premium]}, to: standard,
         acceptance: 15%}
changes:
  - {at: 2027-06, set: {plans.standard.price: 32.5}, existing: now}
"""
PLANS, TERMS, ADDONS = ("standard", "premium"), ("annual", "monthly", "monthly"), ("care", "", "", "", "")
CUSTOMERS = "customer_id,plan,term,addons,tenure_months\n" + "".join(
    f"C-{i:03},{PLANS[i % 2]},{TERMS[i % 3]},{ADDONS[i % 5]},{i % 30}\n" for i in range(40)
)
SEED, REPLICATIONS = 7, 5


@dataclass(frozen=True)
class Company:
    """A run and the folder it was saved to, without pictures."""

    scenario: Path
    result: sim.Result
    folder: Path


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    place = tmp_path_factory.mktemp("company")
    scenario = place / "company.yaml"
    scenario.write_text(SCENARIO)
    (place / "corp.csv").write_text(CUSTOMERS)
    result = sim.run(sim.load(scenario), seed=SEED, replications=REPLICATIONS, ledger=True)
    return Company(scenario, result, result.save(place / "result", figures=False))
