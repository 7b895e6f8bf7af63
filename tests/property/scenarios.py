"""A Hypothesis strategy for small scenarios with everything that a scenario may hold today."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

import simulator as sim

MOTIONS = ("upsell", "cross_sell", "downsell", "win_back")
RATES = ("0% per month", "2% per month", "0.08 per month", "60% per year", "12% per month")
PRICES = ("9.99", "1_000", "333.3333", "29.95", "2_500", "10_000", "0.0001", "49.5")
DURATIONS = ("14 days", "1 month", "2 months", "3.5 months", "1 quarter", "1 year")
SHARES = ("0%", "3%", "25%", "0.5", "100%")
PLANS = ("free", "lite", "basic", "plus", "top")
EFFECTS = ("now", "anniversary", "renewal")


@dataclass
class Drawn:
    """A scenario as a tree of plain values, and the customer files it names."""

    tree: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)

    def load(self) -> sim.Scenario:
        """Load the scenario; a customer file is only needed meanwhile."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.files.items():
                Path(folder, name).write_text(text)
            tree = yaml.safe_load(yaml.safe_dump(self.tree, sort_keys=False))
            for segment in tree["segments"].values():
                if str(segment.get("opening")) in self.files:
                    segment["opening"] = str(Path(folder, segment["opening"]))
            return sim.load(yaml.safe_dump(tree, sort_keys=False))


def scenarios() -> st.SearchStrategy[Drawn]:
    """Scenarios that load; every part is drawn by Hypothesis, which finds a small one that fails."""
    return st.composite(lambda draw: _Catalogue(_Drawing(draw)).scenario())()


def mixed_scenarios() -> st.SearchStrategy[Drawn]:
    """Scenarios that load, drawn whole from one number: all of their parts are mixed well, but none gets smaller."""
    return st.integers(0, 2**32 - 1).map(mixed)


def mixed(number: int) -> Drawn:
    """The mixed scenario of a number."""
    return _Catalogue(_Dice(number)).scenario()


class _Drawing:
    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def one(self, values: list[Any]) -> Any:
        return self.draw(st.sampled_from(values))

    def some(self, values: list[Any], least: int, most: int) -> set[Any]:
        return self.draw(st.sets(st.sampled_from(values), min_size=least, max_size=most))


class _Dice:
    def __init__(self, number: int) -> None:
        self.random = Random(number)

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def one(self, values: list[Any]) -> Any:
        return self.random.choice(values)

    def some(self, values: list[Any], least: int, most: int) -> set[Any]:
        return set(self.random.sample(values, self.random.randint(least, min(most, len(values)))))


class _Catalogue:
    """The names drawn so far, which later draws refer to."""

    def __init__(self, chooser: _Drawing | _Dice) -> None:
        self.chooser = chooser
        self.months = self.number(6, 26)
        self.start = self.number(1, 12)
        self.plans = [p for p in PLANS if p in ("basic", "plus") or self.chance(7)]
        self.sold = [p for p in self.plans if p != "lite"]
        self.terms = {t: length for t, length in (("annual", "12 months"), ("short", "3 months")) if self.chance(8)}
        self.addons = ["care", "disk", "seal"][: self.one((0, 2, 3, 3))]
        self.motion_of = {a: self.one(("cross_sell", "cross_sell", "upsell")) for a in self.addons}
        self.with_ = {a: self.some(self.plans, least=1) if self.chance(3) else list(self.plans) for a in self.addons}
        self.ladder = self.some(self.sold, least=2) if self.chance(3) else None
        self.segments = ["smb", "corp"][: self.number(1, 2)]
        self.bundles: dict[str, dict[str, Any]] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self.files: dict[str, str] = {}
        self.choose: dict[str, dict[str, str]] = {}
        self.once = ["new_plan", "retire"]  # changes that come once

    # small draws

    def one(self, values: Any) -> Any:
        return self.chooser.one(list(values))

    def number(self, least: int, most: int) -> int:
        return self.chooser.number(least, most)

    def chance(self, tenths: int = 5) -> bool:
        return self.number(1, 10) > 10 - tenths

    def some(self, values: Any, least: int = 0) -> list[Any]:
        values = list(values)
        kept = self.chooser.some(values, least, len(values)) if values else set()
        return [v for v in values if v in kept]

    def shares(self, names: list[str]) -> dict[str, str]:
        """Whole shares that make 100 %."""
        left, result = 100, {}
        for name in names[:-1]:
            part = self.number(0, left)
            result[name] = f"{part}%"
            left -= part
        return result | {names[-1]: f"{left}%"}

    def sometimes(self, tree: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Set each key in half of the cases; values that are functions are drawn only then."""
        for key, value in values.items():
            if self.chance():
                tree[key.rstrip("_")] = value() if callable(value) else value
        return tree

    # blocks of the scenario

    def scenario(self) -> Drawn:
        tree: dict[str, Any] = {
            "language": 1,
            "currency": "JPY",
            "start": f"2026-{self.start:02}",
            "months": self.months,
        }
        tree["plans"] = {name: self.plan(name) for name in self.plans}
        if self.ladder:
            tree["ladder"] = self.ladder
        if self.terms:
            tree["terms"] = self.terms
        if self.addons:
            tree["addons"] = {name: self.addon(name) for name in self.addons}
            tree["bundles"] = self.bundles
            for i in range(self.number(0, 3)):
                self.bundle(f"pack{i}")
        tree["segments"] = {name: self.segment(name) for name in self.segments}
        self.sometimes(tree, retention=self.retention, cancellation=self.cancellation, plan_changes=self.plan_changes)
        tree["offers"] = self.offers
        for i in range(self.one((0, 3, 5, 6, 7))):
            self.offer(f"offer{i}")
        tree["changes"] = self.changes()
        return Drawn(tree, self.files)

    def plan(self, name: str) -> dict[str, Any]:
        plan: dict[str, Any] = {"price": "0" if name == "free" else self.one(PRICES)}
        if name == "lite":
            plan["sold"] = "rescue"
        if name == "free":
            self.sometimes(plan, attracts="60%")
        discounts = {term: self.one(("0%", "15%", "33.3%")) for term in self.terms if self.chance(8)}
        return plan | ({"term_discount": discounts} if discounts else {})

    def addon(self, name: str) -> dict[str, Any]:
        addon = {"price": self.one(PRICES), "counts_as": self.motion_of[name]}
        if self.with_[name] != self.plans:
            addon["with"] = self.with_[name]
        return self.sometimes(addon, cancel=lambda: self.one(RATES))

    def bundle(self, name: str) -> None:
        addons = self.some(self.addons, least=1)
        possible = [p for p in self.plans if all(p in self.with_[a] for a in addons)]
        plans = [self.one(possible)] if possible and (len(addons) < 2 or self.chance()) else []
        if possible and len(addons) + len(plans) >= 2:
            self.bundles[name] = {"of": plans + addons, "discount": self.one(("0%", "10%", "17.5%", "100%"))}

    def segment(self, name: str) -> dict[str, Any]:
        segment: dict[str, Any] = {"cancel": {p: self.one(RATES) for p in self.plans}}
        kind = self.one(("counts", "counts", "file", "none"))
        if kind == "counts":
            segment["opening"] = {p: self.number(0, 25) for p in self.plans}
            if "0% per month" in segment["cancel"].values() or self.chance():
                segment["opening_tenure"] = self.one(("0 months", {"mean": "7 months"}, {"mean": "20 months"}))
        elif kind == "file":
            segment["opening"] = f"{name}.csv"
            self.files[f"{name}.csv"] = self.customers(name)
        if kind == "none" or self.chance():
            arrivals: dict[str, Any] = {"per_month": self.number(1, 6)}
            segment["arrivals"] = self.sometimes(
                arrivals,
                growth=lambda: self.one(
                    ("3% per month", "-5% per month", {"rate": "9% per month", "fades": "8 months"})
                ),
                season=lambda: {self.number(1, 12): "x1.7"},
                market=lambda: self.number(5, 60),
            )
            self.choose[name] = segment["choose"] = self.shares(self.sold)
        if self.terms and self.chance(8):
            segment["terms"] = dict(zip(self.terms, ("40%", "35%"), strict=False))
            segment["not_renewed"] = {t: self.one(("30%", {"alpha": 0.7, "beta": 1.2})) for t in self.some(self.terms)}
        return self.sometimes(
            segment,
            price_factor=lambda: self.one(("x0.9", "x1.333")),
            price_response=lambda: {"arrivals": -0.5, "choice": -1.2, "upgrade": -0.8, "cancel": 0.6},
            anchoring=0.3,
            frailty=lambda: self.one((0, 0.6, 1.5)),
            downgrade=lambda: self.one(RATES),
        )

    def customers(self, segment: str) -> str:
        """A customer file: whole and broken months of tenure, terms, add-ons, prices of their own."""
        rows = ["customer_id,segment,plan,term,addons,tenure_months,mrr"]
        for i in range(self.number(1, 12)):
            plan = self.one(self.plans)
            addons = self.some([a for a in self.addons if plan in self.with_[a]])
            term = self.one(["monthly", *self.terms])
            tenure, mrr = self.one(("0", "5", "2.25", "30")), self.one(("", "", "12.34", "0", "800"))
            rows.append(f"{segment}-{i},{segment},{plan},{term},{';'.join(addons)},{tenure},{mrr}")
        return "\n".join(rows) + "\n"

    def retention(self) -> dict[str, Any]:
        tenure = [{"until": "1 month", "factor": "x3"}, {"until": "5 months", "factor": "x1.5"}]
        return self.sometimes({}, attached={1: "x0.85", 2: "x0.5"}, tenure=tenure)

    def cancellation(self) -> dict[str, Any]:
        return self.sometimes(
            {},
            takes_effect="immediate",
            bluff="30%",
            lured="4% per month",
            notice=lambda: self.one(("10 days", "1 month", "100 days")),
        )

    def plan_changes(self) -> dict[str, Any]:
        return {kind: self.one(EFFECTS) for kind in ("upgrade", "downgrade", "from_annual")}

    def offer(self, name: str) -> None:
        motion = self.one(MOTIONS)
        targets = self.targets(motion)
        if not targets:
            return
        to = self.one(targets)
        offer: dict[str, Any] = {"motion": motion, "when": self.when(motion), "to": to}
        who = self.who()
        if who:
            offer["who"] = who
        offer["acceptance"] = self.one(("2%", "25%", "0.6", "100%", {"base": "30%", "framing": "x1.5", "roi": "x2.5"}))
        self.sometimes(
            offer,
            quiet_for=lambda: self.one(DURATIONS),
            if_accepted=lambda: {"cancel": self.one(("3%", "25%"))},
            if_declined=lambda: {"cancel": self.one(("3%", "25%"))},
        )
        is_plan = to == "next_plan" or to in self.plans
        if is_plan or isinstance(to, dict):
            self.sometimes(offer, takes_effect=lambda: self.one(EFFECTS))
        if motion == "downsell" and is_plan:
            back = {"share": "60%", "within": "6 months", "to": self.one(self.sold)}
            self.sometimes(offer, returns=lambda: self.one(("50% within 4 months", back)))
        self.offers[name] = offer

    def targets(self, motion: str) -> list[Any]:
        terms = [{"term": t} for t in ("monthly", *self.terms)] if self.terms else []
        addons = [a for a in self.addons if self.motion_of[a] == motion]
        if motion == "upsell":
            return ["next_plan", *self.sold, *addons, *self.bundles, *terms]
        if motion == "cross_sell":
            return [*addons, *self.bundles]
        return self.sold if motion == "win_back" else [*self.plans, *terms]

    def when(self, motion: str) -> Any:
        if motion == "win_back":
            return {"churned_for": self.one(DURATIONS)}
        if motion == "downsell" and self.chance(8):
            return "cancel_intent"
        kind = self.one(("rate", "every", "tenure", "renewal_within", "month", "on_sign_up"))
        values = {"rate": ("5% per month", "0.5 per month"), "month": (3, [1, 6, 12]), "renewal_within": DURATIONS[:3]}
        return kind if kind == "on_sign_up" else {kind: self.one(values.get(kind, DURATIONS))}

    def who(self) -> dict[str, Any]:
        if self.chance(7):
            return {}
        who = self.sometimes(
            {},
            segments=lambda: self.some(self.segments, least=1),
            plans=lambda: self.some(self.plans, least=1),
            terms=lambda: self.some(["monthly", *self.terms], least=1),
            rescued=lambda: self.one(("yes", "no")),
            tenure_above="2 months",
            tenure_below="9 months",
        )
        if self.addons:
            self.sometimes(who, has=lambda: [self.addons[0]], lacks=lambda: [self.addons[-1]])
            if len(self.addons) == 1 and "has" in who:
                who.pop("lacks", None)
        return who

    # the timeline

    def changes(self) -> list[dict[str, Any]]:
        months = sorted(self.chooser.some(list(range(1, self.months)), 0, 4))
        return [self.change(month) for month in months]

    def change(self, month: int) -> dict[str, Any]:
        change: dict[str, Any] = {"at": self.label(month)}
        kind = self.one(["price", "price", "price", "factor", "behaviour", *self.once])
        if kind in self.once:
            self.once.remove(kind)
        if kind == "retire":
            return change | self.retirement()
        if kind == "new_plan":
            sets: dict[str, Any] = {"plans.late": {"price": self.one(PRICES)}}
            sets |= {f"segments.{s}.cancel.late": "5% per month" for s in self.segments}
            return change | {"set": sets}
        if kind == "price":
            items = [f"plans.{p}.price" for p in self.plans if p != "free"] + [f"addons.{a}.price" for a in self.addons]
            items += [f"plans.{p}.term_discount.{t}" for p in self.plans for t in self.terms]
            item = self.one(items)
            change["set"] = {item: self.one(SHARES[:4]) if "discount" in item else self.one(PRICES)}
        elif kind == "factor":
            change["set"] = {f"segments.{self.one(self.segments)}.price_factor": self.one(("x0.8", "x1.1"))}
        else:
            change["set"] = self.behaviour()
        if kind != "behaviour":
            change["existing"] = self.existing()
        if month + 3 < self.months and self.chance():
            change["until"] = self.label(self.number(month + 1, month + 3))
        return change

    def existing(self) -> Any:
        return self.one(("keep", "at_renewal", "now", {"after": "2 months"}, {"after": "20 days"}))

    def behaviour(self) -> dict[str, Any]:
        segment = self.one(self.segments)
        values: dict[str, Any] = {
            f"segments.{segment}.cancel.basic": self.one(RATES),
            "retention.tenure": [{"until": "4 months", "factor": "x2"}],
            "cancellation.bluff": "50%",
            "plan_changes.upgrade": self.one(EFFECTS),
            f"segments.{segment}.downgrade": self.one(RATES),
        }
        if segment in self.choose:
            values[f"segments.{segment}.arrivals.per_month"] = self.number(0, 6)
        values |= {f"offers.{o}.acceptance": self.one(SHARES) for o in self.offers}
        values |= {f"bundles.{b}.discount": "40%" for b in self.bundles}
        chosen = self.some(values, least=1)
        return {path: values[path] for path in chosen}

    def retirement(self) -> dict[str, Any]:
        """Retire an add-on nobody offers, or a plan that nobody chooses and no offer leads to."""
        needed = {str(offer["to"]) for offer in self.offers.values()} | {"basic", "plus"}
        needed |= {item for name in needed & set(self.bundles) for item in self.bundles[name]["of"]}
        needed |= {p for chosen in self.choose.values() for p, share in chosen.items() if share != "0%"}
        needed |= set(self.ladder or ())
        needed |= {o["returns"]["to"] for o in self.offers.values() if isinstance(o.get("returns"), dict)}
        items = [item for item in (*self.plans, *self.addons) if item not in needed and item != "late"]
        if not items:
            return {"set": {"cancellation.bluff": "20%"}}
        item = self.one(items)
        if item in self.addons or self.chance():
            return {"retire": item, "existing": "keep"}
        retirement = {"retire": item, "to": self.one(("basic", "plus"))}
        return self.sometimes(retirement, existing=lambda: self.one(("now", "at_renewal", {"after": "2 months"})))

    def label(self, month: int) -> str:
        at = self.start - 1 + month
        return f"{2026 + at // 12}-{at % 12 + 1:02}"
