"""Small scenarios that studies can be asked about."""

from __future__ import annotations

BASE = """\
language: 1
title: A small shop
currency: USD
start: 2026-01
months: 6
plans: {lite: {price: 10, sold: rescue}, basic: {price: 20}, plus: {price: 50}}
segments:
  smb:
    opening: {basic: 60, plus: 20}
    opening_tenure: 5 months
    arrivals: {per_month: 6}
    choose: {basic: 80%, plus: 20%}
    cancel: {lite: 3% per month, basic: 6% per month, plus: 4% per month}
offers:
  rise: {motion: upsell, when: {rate: 5% per month}, who: {plans: [basic]}, to: plus, acceptance: 20%}
  rescue: {motion: downsell, when: cancel_intent, who: {plans: [basic, plus]}, to: lite, acceptance: 20%}
"""
WHAT_IF = BASE.replace("title: A small shop", "title: A better rescue").replace(
    "to: lite, acceptance: 20%", "to: lite, acceptance: 40%"
)
"""The same with another acceptance of the rescue offer."""
