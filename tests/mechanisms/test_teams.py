"""Teams: people who serve first come, first served; hand-over; places for those who have adopted."""

from __future__ import annotations

import numpy as np
import pytest

import simulator
from simulator.accounting.movements import Cause
from simulator.engines.simpy_engine import run_simpy
from simulator.engines.team_figures import TEAM_FIGURES
from tests.analytic.chain import binomial
from tests.analytic.zscores import Comparisons, assert_noticed
from tests.mechanisms.world import NEVER, SURELY, World, after, offer, same, smb, text

DAYS = 30.4375
FIFTH = {"team": "success", "work": "6.0875 days"}  # 0.2 months


def staffed(people: int = 1, n: int = 3, months: int = 3, **more) -> World:
    """Customers who all ask at 0.5 months."""
    offers = more.pop("offers", {"up": offer("upsell", after(0.5), "plus", needs={**FIFTH, **more.pop("needs", {})})})
    teams = {"success": {"people": people, **more.pop("team", {})}, **more.pop("teams", {})}
    segments = more.pop("segments", smb({"basic": n}))
    return agreed(months=months, teams=teams, segments=segments, offers=offers, **more)


def agreed(*, seed: int = 1, ledger: bool = True, **blocks) -> World:
    """A world that both engines live through alike."""
    world = World(seed=seed, ledger=ledger, **blocks)
    reference = run_simpy(world.model, seed, range(len(world.replications)), ledger=ledger)
    for one, other in zip(world.replications, reference, strict=True):
        same(one, other)
        assert np.array_equal(one.teams, other.teams)
    return world


def figures(world: World, team: str = "success") -> dict[str, float]:
    """What the team did over all months and replications."""
    t = world.model.names.teams.index(team)
    rows = sum(one.teams[:, t] for one in world.replications).sum(axis=0)
    return dict(zip(TEAM_FIGURES, rows.tolist(), strict=True))


def served_at(world: World) -> list[float]:
    return sorted(round(s.time, 9) for s in world.steps)


@pytest.mark.parametrize(
    ("people", "times"), [(1, [0.7, 0.9, 1.1]), (2, [0.7, 0.7, 0.9]), (3, [0.7] * 3), (9, [0.7] * 3)]
)
def test_each_person_serves_one_at_a_time(people, times):
    world = staffed(people)
    assert served_at(world) == times
    told = figures(world)
    assert told["busy"] == pytest.approx(0.6)
    assert told["waited"] == pytest.approx(sum(times) - 3 * 0.7)
    assert (told["capacity"], told["requests"], told["served"]) == (people * 3, 3, 3)
    assert told["dropped"] == told["left"] == 0


def test_first_come_is_first_served():
    """Twelve customers ask at their own dates, closer together than the work takes."""
    asked = {
        "up": offer(
            "upsell",
            {"renewal_within": "3 months"},
            "plus",
            needs={"team": "success", "work": "0.5 months"},
            quiet_for="3 years",
        )
    }
    annual = {"plans": {"basic": {"term_discount": {"annual": "0%"}}}, "terms": {"annual": "12 months"}}
    segments = smb({"basic": 12}, terms={"annual": "100%"}, opening_tenure={"mean": "9 months"})
    queued = staffed(1, months=24, segments=segments, offers=asked, **annual, plan_changes={"upgrade": "now"})
    asked["up"]["needs"]["work"] = "0 months"
    alone = staffed(1, months=24, segments=segments, offers=asked, **annual, plan_changes={"upgrade": "now"})

    def order(world: World) -> list[int]:
        rows = world.rows
        rows = rows[rows["cause"] == Cause.PLAN_UPGRADE]
        return [int(i) for i in rows["index"][np.argsort(rows["time"], kind="stable")]]

    both = [i for i in order(alone) if i in set(order(queued))]
    assert len(both) > 8
    assert order(queued) == both


def test_who_waits_too_long_is_dropped_and_counted():
    world = staffed(needs={"waits": "0.3 months"})
    assert served_at(world) == [0.7, 0.9]
    told = figures(world)
    assert (told["requests"], told["served"], told["dropped"], told["left"]) == (3, 2, 1, 0)
    assert world.offered("up") == 2


def test_a_leaver_leaves_the_queue_but_work_begun_is_finished():
    closing = [{"at": "2026-02", "set": {"segments.smb.cancel.basic": SURELY}}]
    world = staffed(months=4, needs={"work": "1 month"}, changes=closing)
    told = figures(world)
    assert (told["requests"], told["served"], told["left"], told["dropped"]) == (3, 1, 2, 0)
    assert told["busy"] == pytest.approx(1.0)
    assert world.offered("up") == 0


def test_the_audience_is_checked_when_the_work_ends():
    up = offer("upsell", after(0.5), "plus", who={"tenure_below": "1 month"}, needs=FIFTH)
    world = staffed(offers={"up": up})
    assert served_at(world) == [0.7, 0.9]
    assert (world.offered("up"), figures(world)["served"]) == (2, 3)


def test_an_offer_that_needs_a_person_is_considered_while_it_waits():
    offers = {"up": offer("upsell", after(0.5), "plus", needs=FIFTH), "care": offer("cross_sell", after(0.6), "care")}
    world = staffed(1, 1, offers=offers, addons={"care": {"price": 10}})
    assert world.offered("care", "busy") == 1
    assert [s.cause for s in world.steps] == ["plan_upgrade"]


def test_decision_time_follows_the_work():
    assert served_at(staffed(segments=smb({"basic": 3}, decision="1 month"))) == [1.7, 1.9, 2.1]


def test_offers_without_needs_wait_for_nobody():
    offers = {
        "busy": offer("care", after(0.5), needs={**FIFTH, "work": "2 months"}),
        "tech": offer("upsell", after(0.4), "plus"),
    }
    assert served_at(staffed(1, 5, offers=offers)) == [0.4] * 5


def test_people_may_join_and_leave():
    more = [{"at": "2026-02", "until": "2026-03", "set": {"teams.success.people": 2}}]
    world = staffed(1, 6, changes=more)
    assert served_at(world) == [0.7, 0.9, 1.1, 1.2, 1.3, 1.4]
    assert world.replications[0].teams[:, 0, 0].tolist() == [1, 2, 1]


def test_all_who_are_hired_begin_at_once():
    """Five ask, one works; three more come while four wait."""
    hired = [{"at": "2026-02", "set": {"teams.success.people": 4}}]
    world = staffed(1, 5, needs={"work": "0.75 months"}, changes=hired)
    assert served_at(world) == [1.25, 1.75, 1.75, 1.75, 2.0]


def test_who_is_to_be_won_back_waits_in_line_too():
    """All leave at the start of February and are called two months later; one person takes half a month each."""
    closing = [
        {"at": "2026-02", "set": {"segments.smb.cancel.basic": SURELY}},
        {"at": "2026-03", "set": {"segments.smb.cancel.basic": NEVER}},
    ]
    back = offer("win_back", {"churned_for": "2 months"}, "basic", needs={"team": "success", "work": "0.5 months"})
    world = staffed(1, 3, 7, offers={"back": back}, changes=closing)
    won = sorted(round(step.time, 3) for step in world.steps if step.cause == "win_back")
    assert won == [3.5, 4.0, 4.5]
    assert figures(world)["left"] == 0


def passed_on(factor: str, second: str, n: int = 1_500) -> World:
    """Met by success at 0.2 months, offered an upgrade by the second team at 0.5 (nobody waits)."""
    offers = {
        "hello": offer("care", after(0.2), needs={"team": "success", "work": "0 days"}),
        "up": offer("upsell", after(0.5), "plus", acceptance="50%", needs={"team": second, "work": "0 days"}),
    }
    teams = {"sales": {"people": 1, "handoff": factor}}
    return staffed(1, n, offers=offers, teams=teams, team={"handoff": "x0.9"}, ledger=False, seed=101)


def test_a_customer_who_passes_between_teams_is_harder_to_win():
    right, wrong = Comparisons(), Comparisons()
    for second, share in (("sales", 0.3), ("success", 0.5)):
        accepted = passed_on("x0.6", second).offered("up", "accepted")
        right.add(second, accepted, *binomial(1_500, np.array(share)))
        wrong.add(second, accepted, *binomial(1_500, np.array(0.4)))
    right.check()
    assert_noticed(right, wrong)


def test_the_first_team_a_customer_meets_takes_nothing_over():
    up = offer("upsell", after(0.5), "plus", needs={"team": "sales", "work": "0 days"})
    world = staffed(1, 50, offers={"up": up}, teams={"sales": {"people": 1, "handoff": "x0"}})
    assert world.offered("up", "accepted") == 50


# coverage


def covered(people: int, accounts: int, n: int = 6, **more) -> World:
    """Whoever is not looked after leaves in February."""
    closing = [{"at": "2026-02", "set": {"segments.smb.cancel.basic": SURELY}}]
    return staffed(
        people,
        n,
        offers={},
        team={"accounts": accounts},
        changes=more.pop("changes", closing),
        retention={"covered": "x0"},
        **more,
    )


@pytest.mark.parametrize(("people", "accounts", "stay"), [(1, 2, 2), (2, 2, 4), (3, 5, 6), (1, 0, 0)])
def test_a_person_looks_after_so_many_customers(people, accounts, stay):
    world = covered(people, accounts)
    assert world.stock().tolist() == [6, 6, stay, stay]


def test_whoever_adopted_first_holds_a_place():
    """Opening customers in their order, then who adopts first."""
    world = covered(1, 2)
    left = {int(row["index"]) for row in world.events("voluntary")}
    assert left == {2, 3, 4, 5}


def test_a_place_that_falls_free_goes_to_the_longest_waiting():
    """Two places; customers fail to pay one after the other, so the places pass on in order."""
    world = covered(
        1,
        2,
        5,
        months=12,
        segments=smb({"basic": 5}, failed_payment={"rate": "0.3 per month", "recovered": "0%", "within": "0 days"}),
        changes=[{"at": "2026-07", "set": {"segments.smb.cancel.basic": SURELY}}],
        seed=102,
    )
    gone = {int(row["index"]): float(row["time"]) for row in world.events("failed_payment") if row["time"] < 6}
    assert 0 < len(gone) < 4
    still = [i for i in range(5) if i not in gone]
    refused = sorted(int(row["index"]) for row in world.events("voluntary"))
    assert refused == still[2:]


def test_only_who_has_adopted_is_looked_after():
    slow = {"smb": {"median": "3 months"}}
    segments = {"smb": {"opening": None, "arrivals": {"per_month": 40}, "choose": {"basic": "100%"}}}
    closing = [{"at": "2026-02", "set": {"segments.smb.cancel.basic": SURELY}}]
    for phases, stay in (({}, True), ({"adoption": slow}, False), ({"onboarding": slow}, False)):
        world = agreed(
            months=3,
            segments=segments,
            changes=closing,
            retention={"covered": "x0"},
            teams={"success": {"people": 90, "accounts": 9}},
            **phases,
        )
        assert bool(world.stock()[-1] > 0) is stay


def test_coverage_multiplies_the_cancel_intent():
    def leaving(covered: str, rate: str) -> list:
        return World(
            months=30,
            segments=smb({"basic": 40}, cancel={"basic": rate}),
            teams={"success": {"people": 4, "accounts": 10}},
            retention={"covered": covered},
        ).steps

    times = [[s.time for s in leaving(*case)] for case in (("x0.5", "0.1 per month"), ("x1", "0.05 per month"))]
    assert times[0] == pytest.approx(times[1], abs=1e-9)
    assert len(times[0]) > 20


def test_places_grow_with_people():
    hired = [
        {"at": "2026-02", "set": {"teams.success.people": 2}},
        {"at": "2026-03", "set": {"segments.smb.cancel.basic": SURELY}},
    ]
    assert covered(1, 2, months=5, changes=hired).stock().tolist() == [6, 6, 6, 4, 4, 4]


# engines


@pytest.mark.parametrize("engine", ["compiled", "simpy", "auto"])
def test_either_engine_simulates_customers_who_share_people(engine):
    tree = staffed().tree
    result = simulator.run(simulator.load(text(tree)), replications=1, engine=engine)
    assert result.summary["engine"] == ("simpy" if engine == "simpy" else "compiled")
    assert result.teams.filter(figure="served")["mean"].sum() == 3


def test_an_idle_team_is_not_reported_by_either_engine():
    tree = World(months=2).tree
    tree["teams"] = {"success": {"people": 1, "accounts": 3}}
    for engine in ("compiled", "simpy"):
        assert simulator.run(simulator.load(text(tree)), replications=1, engine=engine).teams.is_empty()
    tree["retention"] = {"covered": "x0.8"}
    for engine in ("compiled", "simpy"):
        assert not simulator.run(simulator.load(text(tree)), replications=1, engine=engine).teams.is_empty()


def test_the_same_seed_gives_the_same_result():
    def queue(seed: int) -> World:
        offers = {
            "up": offer(
                "upsell",
                {"rate": "0.3 per month"},
                "plus",
                acceptance="20%",
                needs={"team": "success", "work": {"mean": "3 days"}, "waits": "5 days"},
            )
        }
        return staffed(
            1, 60, 12, offers=offers, seed=seed, segments=smb({"basic": 60}, cancel={"basic": "3% per month"})
        )

    one, again, other = queue(1), queue(1), queue(2)
    same(one.replications[0], again.replications[0])
    assert (one.replications[0].teams == again.replications[0].teams).all()
    assert (one.replications[0].teams != other.replications[0].teams).any()
    assert one.lines() != other.lines()


def test_every_request_is_served_dropped_left_or_still_waits():
    """Nobody asks in the last three months, so that nobody waits at the end."""
    offers = {
        "up": offer(
            "care",
            {"rate": "0.6 per month"},
            needs={"team": "success", "work": {"mean": "1.2 days"}, "waits": "20 days"},
        )
    }
    world = staffed(
        1,
        0,
        12,
        offers=offers,
        replications=2,
        segments=smb({"basic": 150}, cancel={"basic": "15% per month"}),
        changes=[{"at": "2026-10", "set": {"offers.up.when": {"rate": NEVER}}}],
    )
    told = figures(world)
    assert told["requests"] == told["served"] + told["dropped"] + told["left"]
    assert min(told["served"], told["dropped"], told["left"]) > 0
    assert world.offered("up") <= told["served"]
    assert told["busy"] < told["capacity"]
