"""A Hypothesis strategy for small scenarios that mix everything customers do by themselves (they share no people)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]
RATES = ("0 per month", "2% per month", "0.08 per month", "12% per month", "60% per year")
DURATIONS = ("14 days", "1 month", "2 months", "2.25 months", "45 days", "1 quarter")
SHARES = ("0%", "20%", "0.5", "85%", "100%")
PRICES = ("0.0001", "9.99", "29.95", "333.3333", "1_000", "2_500", "10_000")
PLANS = ("free", "lite", "basic", "plus", "metered")
PAID = ("basic", "plus", "metered")
ADDONS = ("care", "disk", "seal")
EFFECTS = ("now", "anniversary", "renewal")
PHASES = ("onboarding", "onboarded", "adopted")
NPS = ("promoter", "passive", "detractor")


def behaviours() -> st.SearchStrategy[Tree]:
    """Scenarios that load, each drawn whole from one number, so that all of its parts are mixed well."""
    return st.integers(0, 2**32 - 1).map(lambda number: _Dice(number).scenario())


def companies() -> st.SearchStrategy[Tree]:
    """The same scenarios with teams: offers that need people, coverage, staff that changes."""
    return st.integers(0, 2**32 - 1).map(company)


def company(number: int) -> Tree:
    """The scenario with teams of a number."""
    dice = _Dice(number)
    return dice.with_teams(dice.scenario())


class _Dice:
    """One scenario."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self.months = self.random.randint(8, 24)
        self.start = self.random.randint(1, 12)
        self.segments = ["smb", "corp"][: self.random.randint(1, 2)]

    # small draws

    def one(self, values: Iterable[Any]) -> Any:
        return self.random.choice(list(values))

    def chance(self, p: float = 0.5) -> bool:
        return self.random.random() < p

    def some(self, values: Iterable[Any], least: int = 1) -> list[Any]:
        values = list(values)
        kept = set(self.random.sample(values, self.random.randint(least, len(values))))
        return [v for v in values if v in kept]

    def maybe(self, tree: Tree, p: float = 0.5, **values: Any) -> Tree:
        """Set each key with probability p; functions are called only then."""
        for key, value in values.items():
            if self.chance(p):
                tree[key.rstrip("_")] = value() if callable(value) else value
        return tree

    def number(self, low: float, high: float, digits: int = 2) -> float:
        return round(self.random.uniform(low, high), digits)

    # the scenario

    def scenario(self) -> Tree:
        tree: Tree = {"language": 1, "currency": "JPY", "start": f"2026-{self.start:02}", "months": self.months}
        tree["plans"] = {name: self.plan(name) for name in PLANS}
        tree["ladder"] = ["free", "basic", "plus"]
        tree["terms"] = {"annual": "12 months", "short": "3 months"}
        tree["addons"] = {name: self.addon() for name in ADDONS}
        tree["addons"]["seal"]["counts_as"] = "upsell"
        tree["bundles"] = {"suite": {"of": ["care", "disk"], "discount": "17.5%"}}
        tree["segments"] = {name: self.segment(name) for name in self.segments}
        tree["retention"] = self.retention()
        tree["cancellation"] = self.maybe(
            {}, takes_effect="immediate", bluff="30%", lured="6% per month", notice=lambda: self.one(DURATIONS)
        )
        phases = {name: {segment: self.phase() for segment in self.segments} for name in ("onboarding", "adoption")}
        tree |= {name: phase for name, phase in phases.items() if self.chance(0.7)}
        tree["plan_changes"] = {kind: self.one(EFFECTS) for kind in ("upgrade", "downgrade", "from_annual")}
        makers = (self.upsell, self.cross_sell, self.downsell, self.flow, self.win_back, self.care)
        offers = [self.one(makers)() for _ in range(self.random.randint(4, 10))]
        tree["offers"] = {f"offer{i}": offer for i, offer in enumerate(offers)}
        tree["changes"] = self.changes(tree)
        return tree

    def plan(self, name: str) -> Tree:
        plan: Tree = {"price": 0 if name == "free" else self.one(PRICES)}
        if name == "lite":
            plan["sold"] = "rescue"
        if name in ("basic", "plus"):
            plan["term_discount"] = {"annual": self.one(("0%", "15%")), "short": "5%"}
            self.maybe(
                plan,
                0.4,
                trial=lambda: {
                    "length": "14 days",
                    "converts": self.one(SHARES),
                    "else": self.one(("leaves", "free", "lite")),
                },
            )
        plan["included"] = {
            "usage": self.one((50, 200)),
            "seats": self.one((1, 3)),
            "at_limit": self.one(("trigger", "block")),
        }
        self.maybe(plan, 0.6, extra_seat=lambda: self.one(PRICES[:4]))
        if name == "metered" or self.chance(0.3):
            plan["usage_price"] = self.usage_price()
            self.maybe(plan, 0.4, minimum="5", maximum="100_000")
        return plan

    def usage_price(self) -> Tree:
        mode = self.one(("per_unit", "package", "graduated", "volume", "stairstep"))
        if mode == "per_unit":
            return {"mode": mode, "unit": self.one(("0.5", "3.3333"))}
        if mode == "package":
            return {"mode": mode, "size": self.one((7, 100)), "unit": 15}
        tiers: list[Tree] = [{"up_to": 60, "unit": 0}, {"up_to": 250, "unit": "0.75", "flat": 9}, {"unit": "0.5"}]
        if mode == "stairstep":
            tiers = [{"up_to": 60, "flat": 10}, {"flat": 99}]
        return {"mode": mode, "tiers": tiers}

    def addon(self) -> Tree:
        addon: Tree = {"price": self.one(PRICES), "with": self.some(PLANS, 3)}
        addon["with"] = list(dict.fromkeys(["basic", *addon["with"]]))
        return self.maybe(addon, 0.5, cancel=lambda: self.one(RATES), per_seat=True)

    def segment(self, name: str) -> Tree:
        segment: Tree = {"cancel": {p: self.one(RATES) for p in PLANS}}
        segment["opening"] = {p: self.random.randint(0, 14) for p in PLANS}
        segment["opening_tenure"] = self.one(("0 months", {"mean": "7 months"}))
        usual = name == self.segments[0]  # offers may refer to these, so that one segment has them all
        self.maybe(
            segment,
            1.0 if usual else 0.5,
            usage=self.usage,
            seats=lambda: {"median": 3, "spread": 0.6, "add": self.one(RATES), "remove": self.one(RATES)},
            satisfaction=lambda: {
                "mean": self.number(6, 9),
                "spread": self.one((0, 1.2)),
                "reversion": "20%",
                "volatility": self.one((0, 0.6)),
            },
            signals=lambda: {"surge": {"rate": self.one(RATES[1:]), "lasts": self.one(DURATIONS)}},
        )
        if usual or self.chance(0.7):
            segment["arrivals"] = {"per_month": self.random.randint(1, 6), "market": 90}
            segment["choose"] = {"free": "30%", "basic": "40%", "plus": "20%", "metered": "10%"}
        return self.maybe(
            segment,
            0.6,
            terms={"annual": "30%", "short": "20%"},
            not_renewed=lambda: {
                t: self.one(("30%", {"alpha": 0.7, "beta": 1.2})) for t in self.some(("annual", "short"))
            },
            price_factor="x1.333",
            price_response={"arrivals": -0.5, "choice": -1.2, "upgrade": -0.8, "cancel": 0.6},
            frailty=lambda: self.one((0, 0.6)),
            downgrade=lambda: self.one(RATES),
            shock=lambda: self.maybe(
                {"rate": self.one(RATES[1:]), "downgrade": "40%", "cancel": "20%"}, recovers="50% within 4 months"
            ),
            decision=self.decision,
            failed_payment=lambda: {"rate": self.one(RATES[1:]), "recovered": "60%", "within": self.one(DURATIONS)},
        )

    def usage(self) -> Tree:
        growth = self.one(("3% per month", "-5% per month", {"rate": "9% per month", "fades": "8 months"}))
        usage = {"median": 90, "spread": self.one((0, 0.8)), "growth": growth}
        return self.maybe(usage, volatility=0.3, season={self.random.randint(1, 12): "x1.7"})

    def decision(self) -> Any:
        spread = {"median": "20 days", "spread": 0.6, "per_price_step": 0.5}
        return self.one(("0 days", "10 days", spread, {"mean": "1 month", "spread": 0.4}))

    def retention(self) -> Tree:
        return self.maybe(
            {},
            0.6,
            attached={1: "x0.85", 2: "x0.5"},
            nps={"promoter": "x0.6", "detractor": "x1.8"},
            tenure=[{"until": "1 month", "factor": "x3"}, {"until": "5 months", "factor": "x1.5"}],
            bill_shock={"above": "x1.2", "factor": "x3", "for": "2 months"},
            causal=lambda: self.one(("0%", "50%", "100%")),
        )

    def phase(self) -> Tree:
        phase: Tree = {"median": self.one(DURATIONS), "spread": self.one((0, 0.5)), "success": self.one(("60%", "85%"))}
        return self.maybe(phase, if_done=self.consequence, if_failed=self.consequence)

    def consequence(self) -> Tree:
        satisfaction = self.one((-0.8, 0.5))
        return self.maybe(
            {"satisfaction": satisfaction}, cancel="4%", unless_adopted={"satisfaction": -0.5, "cancel": "5%"}
        )

    # teams

    def with_teams(self, tree: Tree) -> Tree:
        tree["teams"] = {
            name: self.maybe(
                {"people": self.random.randint(1, 3)}, accounts=lambda: self.random.randint(1, 12), handoff="x0.8"
            )
            for name in ("success", "sales")
        }
        offers = [offer for offer in tree["offers"].values() if offer["when"] != "cancel_intent"]
        for offer in offers:
            self.maybe(offer, 0.7, needs=self.needs)
        asked = {"motion": "care", "when": {"every": "1 month"}, "acceptance": "40%"}
        tree["offers"]["asked"] = asked | {"needs": self.needs()}
        tree["retention"]["covered"] = self.one(("x0.2", "x0.6", "x1.5"))
        for month in sorted(self.random.sample(range(1, self.months), 2)):
            months = self.start - 1 + month
            hired = {f"teams.{self.one(tree['teams'])}.people": self.random.randint(1, 6)}
            tree.setdefault("changes", []).append({"at": f"{2026 + months // 12}-{months % 12 + 1:02}", "set": hired})
        return tree

    def needs(self) -> Tree:
        work = self.one(("0 days", "0.25 months", "1 month", "3 days", {"mean": "6 days"}))
        waits = lambda: self.one(("0 days", "0.25 months", "9 days", "2 months"))  # noqa: E731
        return self.maybe({"team": self.one(("success", "sales")), "work": work}, 0.7, waits=waits)

    # offers

    def offer(self, motion: str, when: Any, to: Any, **more: Any) -> Tree:
        nps = {"base": "50%", "nps": {"promoter": "x1.4", "detractor": "x0.3"}, "framing": "x1.5"}
        offer: Tree = {"motion": motion, "when": when, "acceptance": self.one(("20%", "60%", "100%", nps)), **more}
        if to is not None:
            offer["to"] = to
        who = self.who() if self.chance(0.4) else {}
        if who:
            offer["who"] = who
        return self.maybe(
            offer,
            0.4,
            quiet_for=lambda: self.one(DURATIONS),
            if_accepted=self.consequence,
            if_declined=self.consequence,
        )

    def when(self) -> Any:
        kinds: dict[str, Callable[[], Any]] = {
            "usage_above": lambda: "70%",
            "usage_below": lambda: "60%",
            "seats_above": lambda: "100%",
            "signal": lambda: "surge",
            "satisfaction_above": lambda: 8,
            "satisfaction_below": lambda: 7,
            "every": lambda: self.one(DURATIONS),
            "tenure": lambda: self.one(DURATIONS),
            "rate": lambda: self.one(("0.3 per month", "5% per month")),
            "renewal_within": lambda: self.one(DURATIONS[:4]),
            "month": lambda: self.some(range(1, 13)),
            "on_sign_up": lambda: None,
            "onboarding_failed": lambda: None,
        }
        kind = self.one(kinds)
        value = kinds[kind]()
        return kind if value is None else {kind: value}

    def who(self) -> Tree:
        return self.maybe(
            {},
            0.3,
            segments=lambda: self.some(self.segments),
            plans=lambda: self.some(PLANS),
            terms=lambda: self.some(("monthly", "annual", "short")),
            phase=lambda: self.some(PHASES),
            nps=lambda: self.some(NPS),
            has=["care"],
            lacks=["disk"],
            rescued=lambda: self.one(("yes", "no")),
            tenure_above="2 months",
            tenure_below="9 months",
        )

    def upsell(self) -> Tree:
        to = self.one(
            ("next_plan", "next_plan", "plus", "metered", "seal", "suite", {"term": "annual"}, {"seats": "+2"})
        )
        offer = self.offer("upsell", self.when(), to)
        if to in ("next_plan", "plus", "metered"):
            self.maybe(
                offer,
                0.5,
                trial=lambda: {"length": "20 days", "converts": self.one(SHARES)},
                takes_effect=lambda: self.one(EFFECTS),
            )
        return offer

    def cross_sell(self) -> Tree:
        return self.offer("cross_sell", self.when(), self.one(("care", "disk", "suite")))

    def cheaper(self) -> Any:
        return self.one(
            (
                "lite",
                "lite",
                "basic",
                {"term": "monthly"},
                {"discount": "30%", "for": self.one(DURATIONS), "stays": "40%"},
                {"pause": self.one(DURATIONS), "resumes": "60%"},
                {"split": {"plan": "basic", "count": 2}},
            )
        )

    def downsell(self) -> Tree:
        return self.returning(self.offer("downsell", self.when(), self.cheaper()))

    def flow(self) -> Tree:
        if self.chance(0.15):
            return self.offer("care", "cancel_intent", None)
        return self.returning(self.offer("downsell", "cancel_intent", self.cheaper()))

    def returning(self, offer: Tree) -> Tree:
        if isinstance(offer["to"], str):
            back = {"share": "60%", "within": "4 months", "to": "plus"}
            self.maybe(offer, returns=lambda: self.one(("50% within 4 months", back)))
        if isinstance(offer["to"], str) or "term" in offer["to"]:
            self.maybe(offer, 0.3, takes_effect=lambda: self.one(EFFECTS))
        return offer

    def win_back(self) -> Tree:
        return self.offer("win_back", {"churned_for": self.one(DURATIONS)}, self.one(("basic", "plus", "metered")))

    def care(self) -> Tree:
        return self.offer("care", self.when(), None)

    # the timeline

    def changes(self, tree: Tree) -> list[Tree]:
        months = sorted(self.random.sample(range(1, self.months), self.random.randint(0, 3)))
        return [self.change(month, tree) for month in months]

    def change(self, month: int, tree: Tree) -> Tree:
        segment = self.one(self.segments)
        change: Tree = {"at": self.label(month)}
        if self.chance(0.6):
            change["set"] = {f"plans.{self.one(PAID)}.price": self.one(PRICES)}
            change["existing"] = self.one(("keep", "at_renewal", "now", {"after": "2 months"}))
        else:
            values: Tree = {
                f"segments.{segment}.cancel.basic": self.one(RATES),
                "retention.bill_shock": {"above": "x1.1", "factor": "x2", "for": "1 month"},
                "cancellation.bluff": "50%",
                f"segments.{segment}.satisfaction": {"mean": 7, "reversion": "30%", "volatility": 0.2},
                f"segments.{segment}.downgrade": self.one(RATES),
                f"segments.{segment}.decision": "15 days",
            }
            values |= {f"offers.{o}.acceptance": self.one(SHARES) for o in tree["offers"]}
            change["set"] = {path: values[path] for path in self.some(values)[:4]}
        if month + 3 < self.months and self.chance():
            change["until"] = self.label(self.random.randint(month + 1, month + 3))
        return change

    def label(self, month: int) -> str:
        at = self.start - 1 + month
        return f"{2026 + at // 12}-{at % 12 + 1:02}"
