"""Invoices: in advance at the start of a cycle, in arrears for usage, credit and charge lines for changes between."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

import simulator
from simulator.accounting.proration import prorate
from simulator.customer.tally import COUNTERS
from simulator.engines import simpy_engine
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import compile_model
from tests.mechanisms.scenarios import company
from tests.mechanisms.world import BASE, SURELY, UNIT, World, after, arriving, merged, offer, smb, text
from tests.property.scenarios import mixed

TERMS = {"terms": {"annual": "12 months"}}
DISCOUNTED = {"plans": {p: {"term_discount": {"annual": "10%"}} for p in ("basic", "plus")}, **TERMS}
ANNUAL = {**DISCOUNTED, "segments": smb(terms={"annual": "100%"})}


def invoiced(world: World) -> dict[int, float]:
    """Currency units by month, where there are any."""
    return _by_month(world, "invoiced")


def credited(world: World) -> dict[int, float]:
    return _by_month(world, "credited")


def _by_month(world: World, counter: str) -> dict[int, float]:
    amounts = world.counter(counter) / UNIT
    return {int(month): float(amounts[month]) for month in np.flatnonzero(amounts)}


def leaving_from(month: str, effect: str, **more) -> World:
    """Everybody wants to leave at the beginning of a month."""
    rate = {"at": month, "set": {"segments.smb.cancel.basic": SURELY}}
    return World(cancellation={"takes_effect": effect}, changes=[rate], months=24, **more)


def test_a_month_is_invoiced_at_each_anniversary():
    world = World(months=5)
    assert invoiced(world) == dict.fromkeys(range(5), 1_000)
    assert credited(world) == {}


def test_a_run_reports_it_beside_mrr():
    tree = merged(BASE, {"months": 5, "offers": {"up": offer("upsell", after(2.25), "plus")}})
    result = simulator.run(simulator.load(text(tree)), replications=2, threads=1)
    amounts = {name: result.metric(f"{name}_revenue")["mean"].to_list() for name in ("invoiced", "credited", "billed")}
    assert amounts == {
        "invoiced": [1_000, 1_000, 2_500, 2_000, 2_000],
        "credited": [0, 0, 750, 0, 0],
        "billed": [1_000, 1_000, 1_750, 2_000, 2_000],
    }
    assert result.metric("closing_mrr")["mean"].to_list() == [1_000, 1_000, 2_000, 2_000, 2_000]


def test_a_longer_term_is_invoiced_at_its_start():
    assert invoiced(World(**ANNUAL)) == {0: 12 * 900, 12: 12 * 900}


def test_a_free_plan_is_not_invoiced():
    assert invoiced(World(segments=smb({"free": 3}))) == {}


def test_an_upgrade_within_a_month_gives_a_credit_and_a_charge():
    world = World(months=5, offers={"up": offer("upsell", after(2.25), "plus")})
    assert invoiced(world) == {0: 1_000, 1: 1_000, 2: 1_000 + 1_500, 3: 2_000, 4: 2_000}
    assert credited(world) == {2: 750}


def test_the_lines_are_those_of_the_proration_function():
    """2.25 months into a year is 9.75 months before its end; the function counts them as any unit of time."""
    begin = datetime(2026, 1, 1)
    lines = prorate(
        12 * 900 * UNIT, 12 * 1_800 * UNIT, begin, begin + timedelta(hours=225), begin + timedelta(hours=1_200)
    )
    world = World(offers={"up": offer("upsell", after(2.25), "plus")}, **ANNUAL)
    assert credited(world) == {2: lines.credit / UNIT}
    assert invoiced(world) == {0: 12 * 900, 2: lines.charge / UNIT, 12: 12 * 1_800}
    assert lines.credit == 9.75 * 900 * UNIT


def test_another_term_begins_a_cycle_that_is_charged_in_full():
    world = World(offers={"year": offer("upsell", after(2.25), {"term": "annual"})}, **DISCOUNTED)
    assert invoiced(world) == {0: 1_000, 1: 1_000, 2: 1_000 + 12 * 900, 14: 12 * 900}
    assert credited(world) == {2: 750}


def test_a_pause_credits_the_rest_of_the_month_and_charges_it_when_it_ends():
    pause = offer("downsell", after(2.25), {"pause": "3 months", "resumes": "100%"})
    world = World(months=8, offers={"pause": pause})
    assert invoiced(world) == {0: 1_000, 1: 1_000, 2: 1_000, 5: 750, 6: 1_000, 7: 1_000}
    assert credited(world) == {2: 750}


def test_a_pause_within_a_year_moves_its_end():
    pause = offer("downsell", after(2.25), {"pause": "3 months", "resumes": "100%"})
    world = World(offers={"pause": pause}, **ANNUAL)
    assert invoiced(world) == {0: 12 * 900, 5: 9.75 * 900, 15: 12 * 900}
    assert credited(world) == {2: 9.75 * 900}


def test_who_leaves_at_the_end_of_a_term_is_credited_nothing():
    world = leaving_from("2026-04", "term_end", **ANNUAL)
    assert invoiced(world) == {0: 12 * 900}
    assert credited(world) == {}
    assert world.stock()[-1] == 0


def test_who_leaves_at_once_is_credited_the_rest():
    world = leaving_from("2026-04", "immediate", **ANNUAL)
    assert invoiced(world) == {0: 12 * 900}
    (left,) = credited(world).values()
    assert left == pytest.approx(9 * 900, rel=1e-5)


def test_a_trial_is_invoiced_from_its_conversion_to_the_anniversary():
    plans = {"basic": {"trial": {"length": "1 month", "converts": "100%", "else": "leaves"}}}
    world = World(months=2, plans=plans, segments=arriving(per_month=1), seed=3)
    in_time = [steps for steps in world.lives if len(steps) > 1]
    assert in_time
    assert sum(invoiced(world).values()) == 1_000 * len(in_time)  # a month's trial ends at the anniversary
    plans["basic"]["trial"]["length"] = "0.25 months"
    world = World(months=1, plans=plans, segments=arriving(per_month=20), seed=3)
    converted = [steps for steps in world.lives if len(steps) > 1]
    assert invoiced(world) == {0: pytest.approx(750 * len(converted), abs=0.001 * len(converted))}


def test_usage_is_invoiced_in_arrears_at_the_tick():
    plans = {"basic": {"usage_price": {"mode": "per_unit", "unit": "2"}}}
    world = World(months=4, plans=plans, segments=smb(usage={"median": 10}))
    assert world.mrr[0] == 1_020
    assert invoiced(world) == {0: 1_000, 1: 1_020, 2: 1_020, 3: 1_020}


def test_a_price_move_within_a_year_is_prorated():
    dearer = [{"at": "2026-03", "set": {"plans.basic.price": 2_000}, "existing": "now"}]
    world = World(changes=dearer, **ANNUAL)
    assert invoiced(world) == {0: 12 * 900, 2: 10 * 1_800, 12: 12 * 1_800}
    assert credited(world) == {2: 10 * 900}


def test_an_opening_customer_has_paid_for_its_cycle_in_progress():
    world = World(segments=smb({"basic": 500}, opening_tenure={"mean": "20 months"}), months=3)
    assert invoiced(world) == dict.fromkeys(range(3), 500_000)
    annual = {**DISCOUNTED, "segments": smb({"basic": 500}, opening_tenure="20 months", terms={"annual": "100%"})}
    world = World(months=12, **annual)
    assert sum(invoiced(world).values()) == 500 * 12 * 900
    assert len(invoiced(world)) == 12


def plain(number: int) -> simulator.Scenario:
    return mixed(number).load()


def behaving(number: int) -> simulator.Scenario:
    """With usage, trials, pauses, failed payments and people."""
    return simulator.load(text(company(number)))


def paid_ahead(s, t: float) -> float:
    """What a customer has been invoiced for the time after t, less what it has used before and not been invoiced."""
    ahead = float(s.in_advance) * (float(s.cycle_start + s.cycles * s.cycle_months) - t) if s.in_advance else 0.0
    return ahead - float(s.metered) * (t - float(s.metered_since))


@pytest.mark.parametrize(("made", "number"), [(f, n) for f in (plain, behaving) for n in range(16)])
def test_what_is_invoiced_less_what_is_credited_is_mrr_over_time(made, number, monkeypatch):
    """MRR integrated over the run, and what is paid ahead at its end less what was at its start, to half a
    ten-thousandth a line."""
    model = compile_model(made(number))
    people: list = []
    ahead: list[float] = []
    resident, enter = simpy_engine.Resident, simpy_engine.enter_customer

    class Watched(resident):
        def __init__(self, company) -> None:
            super().__init__(company)
            people.append(self.record)

    def watched(m, c, out, key0, key1, blocks, b, n, t):
        due = enter(m, c, out, key0, key1, blocks, b, n, t)
        if t == 0.0:
            ahead.append(paid_ahead(people[-1].state, 0.0))
        return due

    monkeypatch.setattr(simpy_engine, "Resident", Watched)
    monkeypatch.setattr(simpy_engine, "enter_customer", watched)
    (run,) = run_simpy(model, 5, range(1), ledger=True)
    months = float(model.months)
    rows = run.ledger
    opening = int(run.books.stock[0, ..., 4].sum())
    over_time = opening * months + float(((rows["after"] - rows["before"]) * (months - rows["time"])).sum())
    counters = run.tallies.counters.sum(axis=(0, 1))
    billed = int(counters[COUNTERS.index("invoiced")] - counters[COUNTERS.index("credited")])
    at_end = sum(paid_ahead(person.state, months) for person in people)
    lines = 2 * len(rows) + len(people) * (model.months + 2)
    assert people
    assert billed == pytest.approx(over_time + at_end - sum(ahead), abs=0.5 * lines, rel=1e-12)
