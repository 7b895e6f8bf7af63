"""The scenario that `plansim new` writes: small, commented, and it runs."""

TEMPLATE = """\
# A subscription business in one file. Change the numbers to yours, then:
#
#   plansim check THIS.yaml      what is wrong in it
#   plansim explain THIS.yaml    what it says, in sentences
#   plansim run THIS.yaml        what would come of it
#
# All rates here are assumptions of this template. Rates are written "4% per month" (a probability) or
# "0.04 per month" (a hazard); shares "15%"; durations "14 days", "2 months", "1 year"; factors "x0.85".

language: 1
title: My first scenario
currency: JPY
start: 2026-04                # first month
months: 24
fiscal_year_start: 4

plans:
  standard: {price: 10_000, term_discount: {annual: 15%}}
  premium:  {price: 30_000, term_discount: {annual: 15%}}
terms: {annual: 12 months}    # monthly is always there

addons:
  support: {price: 2_000, cancel: 1% per month}

segments:
  smb:
    opening: {standard: 400, premium: 100}      # customers you have; or the name of a file of real ones
    opening_tenure: {mean: 18 months}           # how long they have been customers
    arrivals: {per_month: 25, growth: 1% per month}
    choose: {standard: 80%, premium: 20%}       # plan chosen at sign-up
    terms: {annual: 30%}                        # share signing up for a year
    cancel: {standard: 3% per month, premium: 2% per month}
    not_renewed: {annual: 12%}                  # share that does not renew the year
    downgrade: 0.5% per month
    price_response: {choice: -1.0, upgrade: -0.8, cancel: 0.6}   # elasticities: what a price 1 % higher changes, in %

offers:
  review:                                       # every quarter, to customers of the standard plan
    motion: upsell
    when: {every: 3 months}
    who: {plans: [standard]}
    to: premium
    acceptance: 5%
  support_at_start:
    motion: cross_sell
    when: {tenure: 1 month}
    to: support
    acceptance: 15%

# What if? Write a second file that says only what differs, and run that:
#
#   extends: THIS.yaml
#   title: Premium +20 %, existing customers keep their price
#   changes:
#     - {at: 2026-10, set: {plans.premium.price: 36_000}, existing: keep}
"""
