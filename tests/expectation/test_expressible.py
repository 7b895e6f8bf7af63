"""What has no exact expectation is refused by key path, and replaced by what is stated."""

from __future__ import annotations

import numpy as np
import pytest

import simulator
from simulator.engines.compiled import run_compiled
from simulator.expectation.expressible import markov_core, not_markov
from simulator.expectation.result import NotMarkov
from simulator.model.compile import compile_model
from tests.expectation.scenarios import FREE, HEAD, base

OFFERS = "offers:\n  o: {motion: upsell, to: next_plan, acceptance: 30%, REST}\n"
SAVE = "offers:\n  o: {motion: downsell, when: cancel_intent, to: REST, acceptance: 30%}\n"
BACK = "offers:\n  o: {motion: win_back, when: {churned_for: REST}, to: mid, acceptance: 30%}\n"
PAUSE = SAVE.replace("REST", "{pause: 2 months, resumes: 50%}")
METERED = base().replace(
    "low: {price: 50}", "low: {price: 50, included: {usage: 100, seats: 2}, extra_seat: 5, usage_price: 0.1}"
)


def offer(rest: str, **options: str) -> str:
    return base(OFFERS.replace("REST", rest), **options)


CASES = {
    "usage": (
        METERED.replace("    cancel:", "    usage: {median: 90, spread: 0.5}\n    cancel:"),
        "segments.s.usage",
        "not one of finitely many states",
        "its mean at sign-up",
    ),
    "seats": (
        METERED.replace(
            "    cancel:", "    seats: {median: 3, spread: 0, add: 0.1 per month}\n    usage: {median: 5}\n    cancel:"
        ),
        "segments.s.seats",
        "the number of seats has no bound",
        "their mean at sign-up, rounded",
    ),
    "satisfaction": (
        base("retention: {nps: {detractor: x2}}\n", "    satisfaction: {mean: 7, spread: 1}\n"),
        "segments.s.satisfaction",
        "not one of finitely many states",
        "the mean of the factors",
    ),
    "onboarding": (
        base("onboarding:\n  s: {median: 30 days, success: 80%, if_failed: {cancel: 20%}}\n"),
        "onboarding.s",
        "fixed or log-normal",
        "no time",
    ),
    "adoption": (
        base(
            "adoption:\n  s: {median: 30 days}\n"
            + OFFERS.replace("REST", "when: {rate: 1 per month}, who: {phase: adopted}")
        ),
        "adoption.s",
        "fixed or log-normal",
        "no time",
    ),
    "decision": (
        offer("when: {rate: 1 per month}", segment="    decision: 10 days\n"),
        "segments.s.decision",
        "a while after an offer",
        "an answer at once",
    ),
    "chase": (
        base(segment="    failed_payment: {rate: 0.1 per month, within: 14 days}\n"),
        "segments.s.failed_payment.within",
        "begins at a random moment",
        "lost at once",
    ),
    "frailty at a date": (
        base("changes:\n  - {at: 2026-03, set: {segments.s.frailty: 0.5}}\n", "    frailty: 1\n"),
        "segments.s.frailty",
        "several laws",
        "that of the first epoch",
    ),
    "market": (
        base(segment="").replace("per_month: 400", "per_month: 400, market: 900"),
        "segments.s.arrivals.market",
        "sign-ups then depend on each other",
        "no limit",
    ),
    "threshold": (
        METERED.replace("    cancel:", "    usage: {median: 90}\n    cancel:")
        + OFFERS.replace("REST", "when: {usage_above: 80%}"),
        "offers.o.when",
        "not one of finitely many states",
        "not made",
    ),
    "pause of days": (
        base(SAVE.replace("REST", "{pause: 40 days, resumes: 50%}")),
        "offers.o.to.pause",
        "not a whole number of months",
        "the nearest whole number of months",
    ),
    "pause at a date": (
        base(PAUSE.replace("cancel_intent", "{tenure: 2 months}")),
        "offers.o.to",
        "it begins at a date",
        "not made",
    ),
    "pause and prices at the renewal": (
        base(PAUSE + "changes:\n  - {at: 2026-03, set: {plans.mid.price: 150}, existing: at_renewal}\n"),
        "offers.o.to",
        "announced in a pause",
        "not made",
    ),
    "pause and a free plan for a retired one": (
        FREE.replace("SEGMENT", "") + PAUSE + "changes:\n  - {at: 2026-03, retire: std, to: free}\n",
        "offers.o.to",
        "leaves unseen",
        "not made",
    ),
    "back after a pause": (
        base(BACK.replace("REST", "2 months") + PAUSE.replace("offers:\n  o", "  p")),
        "offers.o",
        "begins when somebody leaves",
        "not made",
    ),
    "discount": (
        base(SAVE.replace("REST", "{discount: 20%, for: 2 months, stays: 50%}")),
        "offers.o.to",
        "a fixed time begins when it is accepted",
        "not made",
    ),
    "more seats": (
        base("offers:\n  o: {motion: upsell, when: {rate: 0.1 per month}, to: {seats: 1}, acceptance: 20%}\n"),
        "offers.o.to",
        "the number of seats has no bound",
        "not made",
    ),
    "people": (
        base(
            "teams: {crew: {people: 2}}\n"
            + OFFERS.replace("REST", "when: {rate: 1 per month}, needs: {team: crew, work: 1 day}")
        ),
        "offers.o.needs",
        "depend on each other",
        "an offer that needs nobody",
    ),
    "trial": (
        offer("when: {rate: 1 per month}, trial: {length: 14 days, converts: 50%}"),
        "offers.o.trial",
        "fixed length begins at a random moment",
        "times the share that converts",
    ),
    "fortnight": (offer("when: {every: 14 days}"), "offers.o.when.every", "not in whole months", "as often on average"),
    "quiet": (
        offer("when: {rate: 1 per month}, quiet_for: 2 months"),
        "offers.o.quiet_for",
        "at a random moment",
        "none",
    ),
    "signal": (
        base(OFFERS.replace("REST", "when: {signal: x}"), "    signals: {x: {rate: 0.1 per month, lasts: 14 days}}\n"),
        "segments.s.signals.x.lasts",
        "begins at a random moment",
        "over at once",
    ),
    "back at once": (
        base(BACK.replace("REST", "2 months") + "cancellation: {takes_effect: immediate}\n"),
        "offers.o",
        "begins when somebody leaves",
        "not made",
    ),
    "back after days": (
        base(BACK.replace("REST", "40 days")),
        "offers.o.when.churned_for",
        "whole number of months",
        "the nearest",
    ),
    "back with tenure": (
        base(BACK.replace("REST", "2 months") + "retention: {tenure: [{until: 2 months, factor: x2}]}\n"),
        "offers.o",
        "tenure, on which other things depend",
        "not made",
    ),
    "bill shock": (
        base("retention: {bill_shock: {above: x1.5, factor: x2, for: 2 months}}\n"),
        "retention.bill_shock",
        "three months before",
        "no factor",
    ),
    "notice": (
        base("cancellation: {takes_effect: immediate, notice: 10 days}\n"),
        "cancellation.notice",
        "begins at a random moment",
        "no notice",
    ),
    "notices": (
        base("cancellation: {notice: 10 days}\nchanges:\n  - {at: 2026-03, set: {cancellation.notice: 20 days}}\n"),
        "cancellation.notice",
        "several fractions",
        "that of the first epoch",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_and_replaced(name):
    words, path, why, replacement = CASES[name]
    scenario = simulator.load(HEAD + words)
    with pytest.raises(NotMarkov) as refused:
        simulator.expect(scenario)
    reason = next(r for r in refused.value.reasons if r.key_path == path)
    assert why in reason.why
    assert replacement in reason.replacement
    assert f"{path}: {reason.why}; --approximate replaces it by: {reason.replacement}" in str(refused.value)
    theory = simulator.expect(scenario, approximate=True)
    assert path in [r.key_path for r in theory.replaced]
    assert theory.summary["replaced"][0]["key_path"] in str(refused.value)


@pytest.mark.parametrize(
    ("column", "amount", "replacement"), [("seats", 5, "one each"), ("usage", 90, "none: the segment")]
)
def test_what_a_file_states_of_its_customers_is_refused_where_the_segment_has_no_law(
    column, amount, replacement, tmp_path
):
    file = tmp_path / "people.csv"
    file.write_text(f"customer_id,plan,tenure_months,{column}\none,low,3.5,{amount}\ntwo,low,4.5,\n")
    opening = "{low: 3_000, mid: 2_000, top: 500}\n    opening_tenure: {mean: 8 months}"
    assert opening in METERED
    words = METERED.replace(opening, f'"{file}"')
    with pytest.raises(NotMarkov) as refused:
        simulator.expect(simulator.load(HEAD + words))
    assert [(r.key_path, r.replacement.startswith(replacement)) for r in refused.value.reasons] == [
        (f"segments.s.{column}", True)
    ]
    theory = simulator.expect(simulator.load(HEAD + words), approximate=True)
    assert theory.tables["opening_mrr"][0][0, 0] == pytest.approx(100.0)
    file.write_text("customer_id,plan,tenure_months\none,low,3.5\ntwo,low,4.5\n")
    assert simulator.expect(simulator.load(HEAD + words)).tables["opening_mrr"][0][0, 0] == pytest.approx(100.0)


def test_every_reason_is_told_at_once():
    words = base(
        "retention: {bill_shock: {above: x1.5, factor: x2, for: 2 months}}\n"
        + SAVE.replace("REST", "{discount: 20%, for: 2 months, stays: 50%}")
    )
    with pytest.raises(NotMarkov) as refused:
        simulator.expect(simulator.load(HEAD + words))
    assert {r.key_path for r in refused.value.reasons} == {"offers.o.to", "retention.bill_shock"}


def test_the_core_is_a_model_that_runs_and_leaves_the_other_alone():
    model = compile_model(simulator.load(HEAD + CASES["back at once"][0]))
    before = model.tables.offers.made.copy()
    core = markov_core(model)
    assert (model.tables.offers.made == before).all()
    assert not not_markov(core.model)
    (run,) = run_compiled(core.model, 1, range(1))
    assert not run.tallies.offers.any()
    again = markov_core(core.model)
    assert again.replaced == ()


def test_a_mean_stands_in_for_usage():
    model = markov_core(compile_model(simulator.load(HEAD + CASES["usage"][0]))).model
    usage = model.tables.segments[0, 0].usage
    assert float(usage.centre) == pytest.approx(90 * np.exp(0.125))
    assert float(usage.spread) == 0.0


def test_a_chain_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("simulator.expectation.chain.MOST_STATES", 10)
    with pytest.raises(NotMarkov, match=r"segments\.s: the chain of a segment has more than 10 states"):
        simulator.expect(simulator.load(HEAD + base()))
