"""What must hold for any history and any scenario under any policy."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simulator
from simulator.accounting.account import MRR, PAUSED, PRESENT
from simulator.accounting.books import Books, check_identity
from simulator.accounting.metrics import compute
from simulator.accounting.movements import LINE_SIGN, LINES, Cause, lines_where
from simulator.accounting.policy import DEFAULT, KNOBS, Policy
from simulator.accounting.replay import replay
from simulator.accounting.totals import UNIT, Totals
from simulator.customer.tally import OFFER_STAGES
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import compile_model
from tests.accounting.histories import Tale
from tests.accounting.policies import VALUES, drawn_policy, history_of, policies
from tests.accounting.test_metrics import histories
from tests.mechanisms.scenarios import behaviours
from tests.mechanisms.world import same, text

QUICK = settings(max_examples=150, derandomize=True, deadline=None, database=None)
FEW = settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
SEEN: Counter[str] = Counter()


def adds_up(books: Books) -> None:
    """Opening + movements = closing at both grains, for every month and segment; nothing is negative."""
    check_identity(books)
    mrr = books.stock[..., MRR].sum(axis=2)
    for amounts in (books.month_amount, books.event_amount):
        moved = (amounts.sum(axis=2) * LINE_SIGN).sum(axis=2)
        assert (mrr[:-1] + moved == mrr[1:]).all()
        assert (amounts >= 0).all()
    for counts in (books.month_count, books.event_count, books.stock, books.cohort):
        assert (counts >= 0).all()


# histories


@QUICK
@given(histories(), policies())
def test_any_history_adds_up_under_any_policy(tale: Tale, policy: Policy):
    books = tale.books(policy)
    adds_up(books)
    for name in ("stock", "cohort"):  # the policy decides about kinds; month-ends are what the rows say
        assert (getattr(books, name) == getattr(tale.books(), name)).all(), name
    totals = Totals.of(books, policy)
    m = {name: np.round(v * UNIT).astype(np.int64) for name, v in compute(totals).items() if name.endswith("_mrr")}
    parts = sum(m[f"{motion}_mrr"] for motion in ("upsell", "cross_sell", "price", "restoration"))
    unspecified = totals.moved[..., lines_where("expansion", "unspecified")].sum(axis=-1)
    assert (parts + unspecified == m["expansion_mrr"]).all()
    assert (m["net_new_mrr"] == m["closing_mrr"] - m["opening_mrr"]).all()


@QUICK
@given(histories(), policies())
def test_the_grain_of_a_policy_leaves_the_month_grain_table_alone(tale: Tale, policy: Policy):
    by_month, by_event = (tale.books(policy.with_knobs(grain=grain)) for grain in ("month", "event"))
    assert (by_month.month_amount == by_event.month_amount).all()
    assert (by_month.month_count == by_event.month_count).all()
    both = tale.books(policy.with_knobs(grain="event", new_and_churned="both"))
    assert (by_month.event_amount == both.event_amount).all()
    assert (by_month.event_count == both.event_count).all()


@st.composite
def lives(draw) -> Tale:
    """Customers who sign up, pay more and less, pause, go to a free plan, leave and come back, as customers can."""
    tale = Tale(months=8)
    for customer in range(draw(st.integers(1, 4))):
        state, paid = "out", False
        if draw(st.booleans()):
            tale.opens(customer, 100)
            state, paid = "pays", True
        for month in sorted(draw(st.lists(st.integers(0, 7), max_size=6))):
            if state == "out":
                cause = Cause.WIN_BACK if paid else Cause.SIGN_UP
                tale.pays(customer, month, draw(st.sampled_from([50, 80])), cause)
                state, paid = "pays", True
            elif state == "pays":
                step = draw(st.sampled_from(["up", "pause", "free", "leave"]))
                if step == "up":
                    tale.pays(customer, month, draw(st.sampled_from([60, 120])), Cause.SEATS)
                elif step == "pause":
                    tale.pauses(customer, month)
                    state = "paused"
                elif step == "free":
                    tale.frees(customer, month)
                    state = "free"
                else:
                    tale.leaves(customer, month)
                    state = "out"
            elif draw(st.booleans()):
                tale.pays(customer, month, 70, Cause.RESUME if state == "paused" else Cause.PLAN_UPGRADE)
                state = "pays"
            else:
                tale.leaves(customer, month)
                state = "out"
    return tale


def kept(tale: Tale, policy: Policy, opening: bool) -> int:
    """Customers at one end who pay, or do not and have not left by the policy's words; by the rows alone."""
    last: dict[int, tuple] = {}
    for row in tale.rows:
        if not opening or row[1] < 0:
            last[row[0]] = row
    waits = {PAUSED: policy.pause != "churn", PRESENT: policy.to_free == "contraction"}
    return sum(row[6] > 0 or waits.get(row[4], False) for row in last.values())


@QUICK
@given(lives(), policies())
def test_customers_gained_and_lost_make_the_customers(tale: Tale, policy: Policy):
    """By event: new + coming back − churned is the change of the customers who have not left."""
    policy = policy.with_knobs(reactivation_is="own kind", free_to_paid="new")
    counts = tale.books(policy).event_count.sum(axis=(0, 1, 2))
    came = sum(counts[lines_where(kind)].sum() for kind in ("new", "reactivation"))
    left = counts[lines_where("churn")].sum()
    if policy.grain == "event" and policy.new_and_churned == "new only":
        return  # a customer who is only new has never been lost
    assert kept(tale, policy, True) + came - left == kept(tale, policy, False)


@QUICK
@given(lives())
def test_kinds_of_coming_back_hold_the_same_amounts(tale: Tale):
    """Own kind, expansion and new are names for one amount; so are churn and contraction of what becomes free."""

    def signed(policy: Policy) -> np.ndarray:
        return (tale.books(policy).event_amount.sum(axis=2) * LINE_SIGN).sum(axis=(1, 2))

    gains = [i for i, sign in enumerate(LINE_SIGN) if sign > 0]
    for knobs in ({"reactivation_is": "expansion"}, {"reactivation_gap": {"shortest": 8}}, {"pause": "churn"}):
        policy = DEFAULT.with_knobs(**knobs)
        assert (signed(policy) == signed(DEFAULT)).all()
        assert tale.books(policy).event_amount[..., gains].sum() == tale.books().event_amount[..., gains].sum()


# scenarios


def both_engines(tree: dict) -> tuple[Replication, Replication]:
    model = compile_model(simulator.load(text(tree)))
    (fast,) = run_compiled(model, 7, range(1), ledger=True)
    (slow,) = run_simpy(model, 7, range(1), ledger=True)
    return fast, slow


def moves(one: Replication) -> list[tuple]:
    """Who went from plan to plan, and when."""
    rows = one.ledger[one.ledger["plan_from"] != one.ledger["plan_to"]]
    return sorted(map(tuple, rows[["stream", "index", "time", "plan_from", "plan_to"]].tolist()))


@FEW
@given(behaviours(), st.integers(0, 2**32 - 1))
def test_engines_agree_and_books_add_up_and_nobody_behaves_otherwise_under_any_policy(tree, number):
    plain, _ = both_engines(tree)
    tree["accounting"] = drawn_policy(number)
    fast, slow = both_engines(tree)
    same(fast, slow)
    adds_up(fast.books)
    assert (fast.tallies.counters == plain.tallies.counters).all()
    assert (fast.tallies.moves == plain.tallies.moves).all()
    stages = [i for i, stage in enumerate(OFFER_STAGES) if stage != "mrr"]  # that one is of the MRR that counts
    assert (fast.tallies.offers[..., stages] == plain.tallies.offers[..., stages]).all()
    assert moves(fast) == moves(plain)
    for row in fast.ledger:
        if row["line"] >= 0:
            SEEN["/".join(LINES[row["line"]])] += 1
    for knob, value in tree["accounting"].items():
        SEEN[f"{knob}: {value}"] += 1


def test_the_drawn_policies_and_their_lines_have_occurred():
    """Runs after the one above, in the same process."""
    if not SEEN:
        pytest.skip("the scenarios have not been run in this process")
    wanted = {f"{knob}: {value}" for knob, values in VALUES.items() for value in values}
    wanted |= {"new/none/win_back", "expansion/restoration/win_back", "expansion/upsell/free_conversion"}
    wanted |= {"churn/none/pause", "reactivation/none/resume", "reactivation/none/payment_recovered"}
    assert {name for name in wanted if not SEEN[name]} == set()


@FEW
@given(behaviours(), st.integers(0, 2**32 - 1))
def test_a_run_under_a_policy_of_kinds_is_the_replay_of_its_ledger(tree, number):
    """The knobs of kinds, and a pause that is churn, need nothing but the history."""
    plain, _ = both_engines(tree)
    tree["accounting"] = {**drawn_policy(number, acting_on=("kind",)), "pause": ("contraction", "churn")[number % 2]}
    scenario = simulator.load(text(tree))
    model = compile_model(scenario)
    (mine,) = run_compiled(model, 7, range(1))
    history = history_of(plain.ledger, model.names.plans.index("free"))
    told = replay(history, model.months, len(model.names.segments), len(model.names.plans), scenario.policy)
    for name in ("month_amount", "month_count", "event_amount", "event_count"):
        assert (getattr(mine.books, name) == getattr(told, name)).all(), name


def test_the_replay_under_another_policy_is_noticed():
    """Against the test above: the books of one scenario are not those of the same history under other knobs."""
    tale = Tale(months=4).opens(1, 100).frees(1, 0).pays(1, 3, 50, Cause.PLAN_UPGRADE)
    others = ({"to_free": "contraction"}, {"reactivation_is": "expansion"}, {"reactivation_gap": {"longest": 2}})
    tables = {tale.books(DEFAULT.with_knobs(**knobs)).month_amount.tobytes() for knobs in ({}, *others)}
    assert len(tables) == 4


def test_every_knob_is_drawn():
    assert set(drawn_policy(1)) == set(KNOBS)
