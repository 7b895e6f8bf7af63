"""Small scenarios, a mechanism or a combination each, with rates high enough to see what they do."""

from __future__ import annotations

HEAD = "language: 1\ncurrency: USD\nstart: 2026-01\n"
PLANS = "plans: {low: {price: 50}, mid: {price: 100}, top: {price: 300}}\n"
BASE = """\
months: 6
plans: {low: {price: 50}, mid: {price: 100}, top: {price: 300}}
segments:
  s:
    opening: {low: 3_000, mid: 2_000, top: 500}
    opening_tenure: {mean: 8 months}
    arrivals: {per_month: 400}
    choose: {low: 60%, mid: 30%, top: 10%}
    cancel: {low: 0.1 per month, mid: 0.08 per month, top: 0.05 per month}
SEGMENT"""
UP = "  up: {motion: upsell, when: {rate: 0.2 per month}, to: next_plan, acceptance: 50%}\n"
PAUSE = "  pause: {motion: downsell, when: cancel_intent, to: {pause: 2 months, resumes: 60%}, acceptance: 60%}\n"
SHORT_PAUSE = (
    "  rest: {motion: downsell, when: {rate: 0.3 per month}, to: {pause: 1 month, resumes: 80%}, acceptance: 50%, "
    "if_accepted: {cancel: 20%}}\n"
)
AT_ONCE = "cancellation: {takes_effect: immediate}\n"


def base(more: str = "", segment: str = "", months: int = 6) -> str:
    """Return the base scenario with further keys, of the segment and at the top."""
    return BASE.replace("SEGMENT", segment).replace("months: 6", f"months: {months}") + more


FREE = """\
months: 8
plans: {free: {price: 0}, lite: {price: 30, sold: rescue}, std: {price: 100}, pro: {price: 300}}
ladder: [free, std, pro]
segments:
  s:
    opening: {free: 3_000, std: 1_500, pro: 500}
    opening_tenure: {mean: 8 months}
    arrivals: {per_month: 400, growth: 3% per month, season: {3: x1.5}}
    choose: {free: 60%, std: 30%, pro: 10%}
    cancel: {free: 0.05 per month, lite: 0.06 per month, std: 0.1 per month, pro: 0.05 per month}
SEGMENT"""
ADDONS = """\
addons: {a: {price: 20, cancel: 0.1 per month}, b: {price: 35, cancel: 0.05 per month, with: [mid, top]}}
offers:
  a: {motion: cross_sell, when: {rate: 0.3 per month}, to: a, acceptance: 50%}
  b: {motion: cross_sell, when: {rate: 0.3 per month}, to: b, acceptance: 30%}
"""
ANNUAL = """\
months: 15
terms: {annual: 12 months, half: 6 months}
plans:
  low: {price: 50, term_discount: {annual: 20%, half: 10%}}
  top: {price: 200, term_discount: {annual: 15%}}
segments:
  s:
    opening: {low: 3_000, top: 1_000}
    opening_tenure: {mean: 12 months}
    arrivals: {per_month: 300}
    choose: {low: 70%, top: 30%}
    terms: {annual: 40%, half: 20%}
    cancel: {low: 0.06 per month, top: 0.04 per month}
SEGMENT"""

SCENARIOS: dict[str, str] = {
    "leaving at once": base(AT_ONCE),
    "leaving at the end of the term": base(),
    "notice of 10 days": base("cancellation: {notice: 10 days}\n"),
    "notice of a month and a half": base("cancellation: {notice: 1.5 months}\n"),
    "bluff and lured": base(
        "cancellation: {bluff: 30%, lured: 0.1 per month}\noffers:\n"
        "  save: {motion: downsell, when: cancel_intent, to: low, acceptance: 40%, returns: 30% within 6 months}\n"
    ),
    "upgrades": base(AT_ONCE + "offers:\n" + UP),
    "upgrades at the anniversary": base("plan_changes: {upgrade: anniversary}\noffers:\n" + UP),
    "downgrades": base(segment="    downgrade: 0.1 per month\n"),
    "downgrades at once": base(AT_ONCE + "plan_changes: {downgrade: now}\n", "    downgrade: 0.1 per month\n"),
    "rescue and return": base(
        AT_ONCE + "offers:\n  save: {motion: downsell, when: cancel_intent, who: {plans: [top]}, to: low, "
        "acceptance: 60%, returns: {share: 40%, within: 4 months, to: mid}}\n" + UP
    ),
    "a ladder of rescues": base(
        "offers:\n  one: {motion: downsell, when: cancel_intent, to: mid, acceptance: 30%}\n"
        "  two: {motion: downsell, when: cancel_intent, who: {rescued: no}, to: low, acceptance: 50%}\n"
    ),
    "a split": base(
        "offers:\n  split: {motion: downsell, when: cancel_intent, to: {split: {plan: low, count: 2}}, "
        "acceptance: 50%}\n"
    ),
    "add-ons": base(ADDONS),
    "add-ons with upgrades and attachment": base(
        "retention: {attached: {1: x0.6, 2: x0.3}}\n" + ADDONS + UP, "    downgrade: 0.05 per month\n"
    ),
    "a bundle": base(
        "bundles: {both: {of: [a, b], discount: 20%}, whole: {of: [mid, a], discount: 10%}}\n"
        + ADDONS
        + "  c: {motion: cross_sell, when: {rate: 0.3 per month}, to: both, acceptance: 50%}\n"
    ),
    "free users": FREE.replace("SEGMENT", "    downgrade: 0.05 per month\n")
    + "offers:\n"
    + UP
    + "  save: {motion: downsell, when: cancel_intent, who: {plans: [std, pro]}, to: lite, acceptance: 40%, "
    "returns: 30% within 6 months}\n",
    "free users who may leave at once": FREE.replace("SEGMENT", "    downgrade: 0.3 per month\n")
    + AT_ONCE
    + "plan_changes: {downgrade: now}\noffers:\n"
    + UP.replace("0.2", "1.5"),
    "offers by date": base(
        "offers:\n"
        "  every: {motion: upsell, when: {every: 2 months}, to: next_plan, acceptance: 20%}\n"
        "  tenure: {motion: upsell, when: {tenure: 3 months}, to: top, acceptance: 30%}\n"
        "  season: {motion: upsell, when: {month: [2, 4]}, to: next_plan, acceptance: 25%, takes_effect: anniversary}\n"
        "  start: {motion: upsell, when: on_sign_up, to: next_plan, acceptance: 20%}\n"
    ),
    "tenure in days": base(
        AT_ONCE + "retention: {tenure: [{until: 20 days, factor: x4}, {until: 2 months, factor: x2}]}\noffers:\n"
        "  tenure: {motion: upsell, when: {tenure: 14 days}, to: top, acceptance: 50%}\n"
        "  new: {motion: upsell, when: {rate: 1 per month}, who: {tenure_below: 45 days, tenure_above: 10 days}, "
        "to: next_plan, acceptance: 50%}\n"
    ),
    "tenure with terms": base("retention: {tenure: [{until: 3 months, factor: x2.5}]}\noffers:\n" + UP),
    "consequences": base(
        AT_ONCE + "offers:\n  push: {motion: upsell, when: {rate: 0.3 per month}, to: next_plan, acceptance: 30%, "
        "if_accepted: {cancel: 10%}, if_declined: {cancel: 20%}}\n"
        "  save: {motion: downsell, when: cancel_intent, to: low, acceptance: 40%, if_declined: {cancel: 50%}}\n"
    ),
    "shocks": base(
        segment="    shock: {rate: 0.2 per month, downgrade: 50%, cancel: 20%, recovers: 50% within 3 months}\n"
    ),
    "failed payments": base(segment="    failed_payment: {rate: 0.2 per month, recovered: 60%, within: 0 days}\n"),
    "a signal": base(
        "offers:\n  s: {motion: upsell, when: {signal: surge}, to: next_plan, acceptance: 30%}\n",
        "    signals: {surge: {rate: 0.3 per month, lasts: 0 days}}\n",
    ),
    "selection": base("retention: {causal: 40%, attached: {1: x0.5}}\n" + ADDONS + UP),
    "frailty": base(segment="    frailty: 1.0\n", months=9),
    "frailty and tenure": base("retention: {tenure: [{until: 2 months, factor: x2}]}\n", "    frailty: 0.7\n"),
    "trials at sign-up": base()
    .replace("low: {price: 50}", "low: {price: 50, trial: {length: 14 days, converts: 40%, else: leaves}}")
    .replace("mid: {price: 100}", "mid: {price: 100, trial: {length: 1 month, converts: 50%, else: low}}"),
    "prices for everybody": base(
        "changes:\n  - {at: 2026-04, set: {plans.mid.price: 150}, existing: now}\noffers:\n" + UP,
        "    price_response: {arrivals: -0.5, choice: -1.2, upgrade: -0.8, cancel: 0.8}\n",
    ),
    "prices that holders keep": base(
        "changes:\n  - {at: 2026-03, set: {plans.mid.price: 150, addons.a.price: 30}, existing: keep}\n" + ADDONS + UP
    ),
    "prices at the renewal": base(
        "changes:\n  - {at: 2026-03, set: {plans.mid.price: 150, addons.a.price: 30}, existing: at_renewal}\n" + ADDONS,
        "    price_response: {cancel: 1.5}\n",
    ),
    "prices after a while": base(
        "changes:\n  - {at: 2026-03, set: {plans.mid.price: 150}, existing: {after: 40 days}}\noffers:\n" + UP,
        "    price_response: {cancel: 1.5}\n",
    ),
    "a plan retired": base("changes:\n  - {at: 2026-04, retire: mid, to: top, existing: at_renewal}\n"),
    "a plan retired now": base("changes:\n  - {at: 2026-03, retire: low, to: mid}\n"),
    "terms": ANNUAL.replace("SEGMENT", ""),
    "terms that decide": ANNUAL.replace("SEGMENT", "    not_renewed: {annual: 30%, half: 40%}\n")
    + "offers:\n  save: {motion: downsell, when: cancel_intent, who: {plans: [top]}, to: low, acceptance: 40%}\n"
    "  soon: {motion: upsell, when: {renewal_within: 2 months}, to: top, acceptance: 30%}\n",
    "a propensity of one's own": ANNUAL.replace(
        "SEGMENT", "    not_renewed: {half: {alpha: 0.7, beta: 1.2}, annual: 20%}\n"
    ).replace("months: 15", "months: 20"),
    "frailty in terms": ANNUAL.replace(
        "SEGMENT", "    frailty: 0.8\n    not_renewed: {annual: 30%}\n    downgrade: 0.05 per month\n"
    ),
    "back after leaving": base(
        "offers:\n  back: {motion: win_back, when: {churned_for: 1 month}, to: mid, acceptance: 40%}\n"
        "  again: {motion: win_back, when: {churned_for: 3 months}, who: {plans: [top]}, to: top, acceptance: 50%}\n",
        months=9,
    ),
    "everybody signs up now": base(
        "offers:\n  every: {motion: upsell, when: {every: 2 months}, to: next_plan, acceptance: 20%}\n"
    ).replace("{mean: 8 months}", "0 months"),
    "two segments": base(
        "  t:\n    opening: {low: 1_000}\n    opening_tenure: {mean: 5 months}\n    price_factor: x0.8\n"
        "    cancel: {low: 0.2 per month, mid: 0.1 per month, top: 0.1 per month}\n" + AT_ONCE + "offers:\n" + UP
    ),
    "pauses": base("offers:\n" + PAUSE + SHORT_PAUSE + UP, "    downgrade: 0.1 per month\n"),
    "pauses and leaving at once": base(AT_ONCE + ADDONS + PAUSE + SHORT_PAUSE),
    "pauses while prices move": base(
        "changes:\n  - {at: 2026-03, set: {plans.mid.price: 150}, existing: now}\n"
        "  - {at: 2026-04, set: {plans.low.price: 80, offers.pause.to: {pause: 3 months, resumes: 30%}}, "
        "existing: {after: 40 days}}\nplan_changes: {upgrade: anniversary}\noffers:\n" + PAUSE + SHORT_PAUSE + UP,
        "    price_response: {cancel: 1.5}\n",
    ),
    "pauses of free users": FREE.replace("SEGMENT", "    downgrade: 0.3 per month\n")
    + "plan_changes: {downgrade: now}\noffers:\n"
    + UP.replace("0.2", "1.5")
    + PAUSE
    + SHORT_PAUSE,
    "pauses in terms that decide": ANNUAL.replace("SEGMENT", "    not_renewed: {annual: 30%, half: 40%}\n")
    + "offers:\n"
    + PAUSE.replace("cancel_intent,", "cancel_intent, who: {terms: [monthly]},").replace("2 months", "3 months")
    + SHORT_PAUSE.replace("1 month,", "3 months,"),
    "pauses of refused renewals": ANNUAL.replace("12 months, half: 6 months", "6 months, half: 3 months")
    .replace("months: 15", "months: 10")
    .replace("SEGMENT", "    not_renewed: {annual: {alpha: 0.7, beta: 1.2}, half: 50%}\n    downgrade: 0.1 per month\n")
    + "changes:\n  - {at: 2026-04, set: {plans.low.price: 80}, existing: now}\noffers:\n"
    + PAUSE,
    "constant usage and seats": base()
    .replace(
        "low: {price: 50}",
        "low: {price: 50, included: {seats: 2}, extra_seat: 10, "
        "usage_price: {mode: graduated, tiers: [{up_to: 100, unit: 0}, {unit: 0.1, flat: 3}]}, maximum: 85}",
    )
    .replace("    cancel:", "    usage: {median: 300, spread: 0}\n    seats: {median: 4, spread: 0}\n    cancel:"),
}


def text(name: str) -> str:
    """Return a scenario's text."""
    return HEAD + SCENARIOS[name]
