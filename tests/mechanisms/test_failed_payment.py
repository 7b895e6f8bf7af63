"""Failed payments: MRR stays while they are chased; the unrecovered leave without the flow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import SURELY, World, after, offer, smb

DAYS = 30.4375


def failing(recovered: str = "0%", within: str = "14 days", rate: str = SURELY) -> dict:
    return {"failed_payment": {"rate": rate, "recovered": recovered, "within": within}}


def test_mrr_stays_until_the_time_has_passed_then_the_unrecovered_leave():
    world = World(months=3, segments=smb(**failing()), offers={"stay": offer("downsell", "cancel_intent", "lite")})
    (step,) = world.steps
    assert (step.cause, step.before, step.plan) == ("failed_payment", 1_000, None)
    assert step.time == pytest.approx(14 / DAYS, abs=1e-4)
    assert world.lines() == {("churn", "none", "failed_payment"): 1_000}
    assert (world.counted("intents"), world.counted("payments_failed"), world.counted("payments_lost")) == (0, 1, 1)


def test_who_is_recovered_stays_and_may_fail_again():
    world = World(months=3, segments=smb(**failing("100%", "1 month")))
    assert world.told == []
    assert world.counter("payments_failed").tolist() == [1, 1, 1]  # one at a time


def test_the_unrecovered_share_leaves():
    n = 20_000
    world = World(
        months=12, seed=93, ledger=False, segments=smb({"basic": n}, **failing("70%", "0 days", "0.1 per month"))
    )
    right, wrong = Comparisons(), Comparisons()
    for seen, lost in ((right, 0.3), (wrong, 0.33)):
        seen.add("paying", world.stock(), *binomial(n, np.exp(-0.1 * lost * np.arange(13))))
        seen.add("lost", world.counted("payments_lost"), *binomial(world.counted("payments_failed"), np.array(lost)))
    right.check()
    assert_noticed(right, wrong)


def test_payments_fail_at_their_rate_while_none_is_chased():
    """Renewal process: a failure, then `within` without another, so the k-th is at least (k - 1) windows in."""
    n, rate, within = 20_000, 0.3, 0.5
    world = World(
        months=24, seed=94, ledger=False, segments=smb({"basic": n}, **failing("100%", "0.5 months", "0.3 per month"))
    )
    mean, variance = 1 / rate + within, 1 / rate**2
    late = world.counter("payments_failed")[12:]
    right, wrong = Comparisons(), Comparisons()
    for seen, cycle in ((right, mean), (wrong, 1 / rate)):  # the renewal rate is reached within months
        seen.add("failures", late.sum(), n * 12 / cycle, (n * 12 * variance / mean**3) ** 0.5)
    right.check()
    assert_noticed(right, wrong)


def test_who_pays_nothing_fails_no_payment():
    assert World(months=4, segments=smb({"free": 50}, **failing())).counted("payments_failed") == 0
    cut = {"cut": offer("downsell", after(0.5), {"discount": "100%", "for": "2 months", "stays": "100%"})}
    world = World(months=4, segments=smb(**failing("100%", "10 days")), offers=cut)
    assert world.counter("payments_failed").tolist() == [2, 0, 2, 3]


def test_nobody_fails_a_payment_in_a_pause():
    pause = {"pause": offer("downsell", after(0.5), {"pause": "3 months", "resumes": "100%"})}
    world = World(months=5, segments=smb(**failing("100%", "10 days")), offers=pause)
    assert world.counter("payments_failed")[[1, 2]].tolist() == [0, 0]


def test_pending_leavers_payments_fail_too():
    cancellation = {"takes_effect": "term_end", "notice": "4 months"}
    keys = {"cancel": {"basic": "1_000_000_000 per month"}}
    world = World(months=8, segments=smb(**keys, **failing(within="1.5 months")), cancellation=cancellation)
    (step,) = world.steps
    assert (step.cause, step.time) == ("failed_payment", pytest.approx(1.5, abs=1e-4))


def test_neither_frailty_nor_class_acts_on_payments():
    base = {"segments": smb({"basic": 200}, **failing("50%", "14 days", "0.1 per month")), "months": 12}
    plain = World(**base)
    base["segments"]["smb"].update(frailty=2, satisfaction={"mean": 2})
    assert World(**base, retention={"nps": {"detractor": "x9"}}).told == plain.told
