"""Customers who share people live the same lives in both engines, however the compiled one is cut into slices."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import simulator as sim
from simulator.accounting.books import check_identity
from simulator.engines import firm_run
from simulator.engines.compiled import run_compiled
from simulator.engines.output import Replication
from simulator.engines.simpy_engine import run_simpy
from simulator.engines.team_figures import TEAM_FIGURES
from simulator.jit import is_cached
from simulator.model.compile import Model, compile_model
from simulator.studies.run import entry_point
from tests.engines.ledgers import compiled, with_simpy
from tests.engines.test_same_ledger import assert_same
from tests.mechanisms.scenarios import companies, company
from tests.mechanisms.test_engines_agree import books_add_up
from tests.mechanisms.world import SURELY, merged, text

ROOT = Path(__file__).parents[2]
MANY = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # no smaller one to look for
    suppress_health_check=list(HealthCheck),
)
SEEN: Counter[str] = Counter()
SHIPPED = [ROOT / "scenarios" / f"{name}.yaml" for name in ("b2b_team", "b2b_team_fast_onboarding")]
# Whatever can coincide does: requests, ends of work and of patience, hiring, leaving. People work half a month.
HALF = {"team": "success", "work": "0.5 months"}
TIES = {
    "language": 1,
    "currency": "JPY",
    "start": "2026-01",
    "months": 8,
    "plans": {"basic": {"price": 10}, "plus": {"price": 20}},
    "segments": {
        name: {
            "opening": {"plus": 0, "basic": n},
            "opening_tenure": "0 months",
            "cancel": {"basic": "0 per month", "plus": "0 per month"},
        }
        for name, n in (("smb", 7), ("corp", 5))
    },
    "cancellation": {"takes_effect": "immediate"},
    "retention": {"covered": "x0"},
    "teams": {"success": {"people": 2, "accounts": 1}, "sales": {"people": 1, "handoff": "x0.5"}},
    "offers": {
        "call": {
            "motion": "care",
            "when": {"every": "1.5 months"},
            "acceptance": "50%",
            "needs": {**HALF, "waits": "0.5 months"},
        },
        "up": {
            "motion": "upsell",
            "when": {"every": "1 month"},
            "to": "plus",
            "acceptance": "60%",
            "needs": {"team": "sales", "work": "0.5 months", "waits": "1 month"},
            "if_declined": {"cancel": "40%"},
        },
        "back": {
            "motion": "win_back",
            "when": {"churned_for": "1 month"},
            "to": "basic",
            "acceptance": "50%",
            "needs": HALF,
        },
    },
    "changes": [
        {"at": "2026-03", "set": {"teams.success.people": 5, "teams.sales.people": 2}},
        {"at": "2026-05", "set": {"teams.success.people": 1, "segments.smb.cancel.basic": SURELY}},
        {"at": "2026-06", "set": {"segments.smb.cancel.basic": "1 per month"}},
    ],
}


def assert_same_company(one: Replication, other: Replication) -> None:
    assert_same(one, other)
    assert one.teams is not None
    assert other.teams is not None
    same = one.teams.tobytes() == other.teams.tobytes()
    assert same, "teams"


def remember(one: Replication) -> None:
    assert one.teams is not None
    SEEN.update(dict(zip(TEAM_FIGURES, one.teams.sum(axis=(0, 1)).tolist(), strict=True)))


@MANY
@given(companies())
def test_engines_agree_on_whoever_shares_people(tree):
    model = compile_model(sim.load(text(tree)))
    one = compiled(model, 7)
    assert_same_company(one, with_simpy(model, 7))
    books_add_up(model, one)
    remember(one)


def test_the_generated_companies_use_everything():
    """Runs after the one above, in the same process: every figure of the teams has occurred."""
    if not SEEN:
        pytest.skip("the generated companies have not been run in this process")
    assert {name for name in TEAM_FIGURES if SEEN[name] == 0} == set()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_engines_agree_on_shipped_scenarios_with_teams(path: Path):
    model = compile_model(sim.load(path))
    assert model.shares_people
    for one, other in zip(
        run_compiled(model, 3, range(2), ledger=True), run_simpy(model, 3, range(2), ledger=True), strict=True
    ):
        assert_same_company(one, other)


def test_engines_agree_on_the_whole_language():
    """The example of the language with everything in it, at a quarter of its customers and months."""
    smaller = f"""\
extends: {ROOT / "tests" / "data" / "language_example.yaml"}
months: 18
segments: {{smb: {{opening: {{free: 400, standard: 150, premium: 50}}, arrivals: {{per_month: 20}}}}}}
teams: {{success: {{people: 1}}}}
"""
    model = compile_model(sim.load(smaller))
    assert model.shares_people
    one = compiled(model, 5)
    assert_same_company(one, with_simpy(model, 5))
    books_add_up(model, one)


def ties(**over) -> Model:
    return compile_model(sim.load(text(merged(TIES, over))))


@pytest.mark.parametrize("seed", range(8))
def test_engines_agree_where_everything_happens_at_once(seed):
    model = ties()
    one = compiled(model, seed)
    assert_same_company(one, with_simpy(model, seed))
    assert (one.ledger["time"] * 2 % 1 == 0).mean() > 0.6


def test_of_one_moment_customers_go_by_their_address_not_by_their_place_in_the_file():
    """The same ledger from both orders of the segments, of which one alone is that of the addresses."""
    turned = dict(reversed(TIES["segments"].items()))
    for run in (compiled, with_simpy):
        mine = run(ties(), 2)
        others = run(compile_model(sim.load(text({**TIES, "segments": turned}))), 2)
        others.ledger["segment"] = 1 - others.ledger["segment"]
        for column in ("stream", "index", "time", "before", "after", "segment", "cause"):
            keys = ("time", "index", "stream")
            told = [rows[np.lexsort([rows[key] for key in keys])][column] for rows in (mine.ledger, others.ledger)]
            same = told[0].tobytes() == told[1].tobytes()
            assert same, column
        assert (mine.teams == others.teams).all()


def test_work_ends_before_patience_and_patience_before_new_requests():
    """Two work; of four who asked at once two are served at once, two when the work ends, just before they give up."""
    offers = {"call": {"when": {"every": None, "tenure": "0.5 months"}}, "up": None, "back": None}
    segments = {"corp": None, "smb": {"opening": {"basic": 6}}}
    one = compiled(ties(offers=offers, segments=segments, changes=None, months=3), 1)
    told = dict(zip(TEAM_FIGURES, one.teams[:, 0].sum(axis=0).tolist(), strict=True))
    assert (told["requests"], told["served"], told["dropped"]) == (6, 4, 2)
    assert told["waited"] == 2 * 0.5
    assert told["busy"] == 4 * 0.5


def test_what_a_run_compiles_is_known_by_its_name():
    apart, together = sim.load(ROOT / "scenarios" / "quickstart.yaml"), sim.load(text(TIES))
    for scenario, engine in ((apart, "auto"), (together, "compiled"), (together, "simpy")):
        sim.run(scenario, replications=1, engine=engine)
        assert is_cached(entry_point(scenario, engine))
    assert not is_cached("simulate_nothing")


@pytest.fixture(scope="module")
def crowd() -> tuple[Model, Replication]:
    model = compile_model(sim.load(text(company(5))))
    return model, compiled(model, 9)


@pytest.mark.parametrize(("slice_", "room", "rows"), [(1, 1, 64), (7, 3, 1 << 16), (50_000, 1, 128)])
def test_slices_and_room_change_nothing(crowd, monkeypatch, slice_, room, rows):
    model, alone = crowd
    monkeypatch.setattr(firm_run, "SLICE", slice_)
    monkeypatch.setattr(firm_run, "LEAST_ROOM", room)
    monkeypatch.setattr(firm_run, "LEDGER_ROOM", rows)
    assert_same_company(compiled(model, 9), alone)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(crowd, threads):
    model, alone = crowd
    for number, one in enumerate(run_compiled(model, 9, range(4), threads=threads, ledger=True)):
        assert one.number == number
        check_identity(one.books)
        if number == 0:
            assert_same_company(one, alone)
        else:
            (again,) = run_compiled(model, 9, range(number, number + 1), ledger=True)
            assert_same_company(one, again)


def test_a_ledger_row_too_many_is_refused(crowd, monkeypatch):
    monkeypatch.setattr(firm_run, "LEDGER_ROOM", 0)
    with pytest.raises(MemoryError, match="ledger rows, more than there is room for"):
        compiled(ties(), 1)


def test_another_order_of_one_moment_would_be_noticed(monkeypatch):
    from simulator.engines import simpy_engine

    monkeypatch.setattr(simpy_engine, "WORK_END", 1 << 70)  # after new requests
    model = ties()
    with pytest.raises(AssertionError):
        assert_same_company(compiled(model, 1), with_simpy(model, 1))


def test_progress_is_told_within_a_replication(crowd, monkeypatch):
    monkeypatch.setattr(firm_run, "SLICE", 20)
    told: list[float] = []
    model, _ = crowd
    firm_run.live_firm(model, 1, 0, False, lambda: False, told.append)
    assert told == sorted(told)
    assert 0.0 <= told[0] < 0.2
    assert 0.8 < told[-1] <= 1.0
    assert len(told) > 20


def test_a_replication_stops_when_told_to(crowd, monkeypatch):
    monkeypatch.setattr(firm_run, "SLICE", 20)
    told: list[float] = []
    with pytest.raises(firm_run.Stopped):
        firm_run.live_firm(crowd[0], 1, 0, False, lambda: len(told) > 3, told.append)
    assert len(told) == 4


PLAIN = """
import hashlib
import sys
import simulator as sim
from simulator.engines.compiled import run_compiled
from simulator.model.compile import compile_model

(one,) = run_compiled(compile_model(sim.load(sys.argv[1])), 3, range(1), ledger=True)
order = one.ledger[["stream", "index", "time"]].argsort(kind="stable")
columns = b"".join(one.ledger[name][order].tobytes() for name in one.ledger.dtype.names)
print(one.events, hashlib.sha256(columns + one.teams.tobytes()).hexdigest())
"""


def test_plain_python_gives_the_same(tmp_path):
    (tmp_path / "ties.yaml").write_text(text(TIES))
    told = [
        subprocess.run(
            [sys.executable, "-c", PLAIN, str(tmp_path / "ties.yaml")],
            env={**os.environ, "NUMBA_DISABLE_JIT": plain},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for plain in ("0", "1")
    ]
    assert told[0] == told[1]
    assert int(told[0].split()[0]) > 100
