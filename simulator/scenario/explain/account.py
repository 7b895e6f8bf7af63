"""Which statements a scenario makes, section by section, in whatever language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from simulator.scenario.explain.accounting import accounting
from simulator.scenario.explain.assumptions import assumptions
from simulator.scenario.explain.behaviour import behaviour
from simulator.scenario.explain.catalogue import addon, bundle, plan
from simulator.scenario.explain.changes import changes
from simulator.scenario.explain.language import Language
from simulator.scenario.explain.offers import nps, offer
from simulator.scenario.explain.success import economics, phases, teams
from simulator.scenario.explain.uncertain import uncertain
from simulator.scenario.keys import Keys
from simulator.scenario.keys.segments import BetaMix, Segment
from simulator.scenario.kinds import MONTHLY
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import find

_TEN_PERCENT = 1.1


class Account:
    """One scenario in one language, as Markdown."""

    def __init__(self, scenario: Scenario, language: Language) -> None:
        self.scenario, self.language = scenario, language
        self.keys: Keys = scenario.epochs[0].keys

    def text(self) -> str:
        """The whole account."""
        say = self.language.say
        blocks = [f"# {self.scenario.title}", self._frame()]
        blocks += self._section(say("plans"), self._plans())
        if self.keys.addons:
            blocks += self._section(say("addons"), self._addons())
        for name, segment in self.keys.segments.items():
            blocks += self._section(say("segment", name=name), self._segment(name, segment))
        blocks += self._section(say("leaving"), self._leaving())
        for title, statements in (
            ("success", phases(self.language, self.keys)),
            ("teams", teams(self.language, self.keys)),
        ):
            told = list(statements)
            if told:
                blocks += self._section(say(title), told)
        offers = [offer(self.language, name, one) for name, one in self.keys.offers.items()]
        blocks += self._section(say("offers"), offers or [say("no_offers")])
        if self._written("economics"):
            blocks += self._section(say("economics"), economics(self.language, self.keys))
        if self._written("accounting"):
            blocks += self._section(say("accounting"), accounting(self.language, self.scenario))
        over_time = list(changes(self.scenario, self.language))
        if over_time:
            blocks += self._section(say("changes"), over_time)
        if self.scenario.ranges:
            blocks += self._section(say("uncertain"), uncertain(self.language, self.scenario))
        blocks += self._section(say("assumptions"), assumptions(self.scenario, self.language))
        return "\n\n".join(blocks) + "\n"

    def _section(self, title: str, statements: Iterable[str]) -> list[str]:
        return [f"## {title}", "\n".join(f"- {statement}" for statement in statements)]

    def _frame(self) -> str:
        language, keys = self.language, self.keys
        last = keys.start[0] * 12 + keys.start[1] - 1 + keys.months - 1
        return language.say(
            "frame",
            first=language.month(keys.start),
            last=language.month((last // 12, last % 12 + 1)),
            months=keys.months,
            currency=keys.currency,
            fiscal=language.month_of_year(keys.fiscal_year_start),
        )

    def _plans(self) -> Iterator[str]:
        language, keys = self.language, self.keys
        for name in keys.plans:
            yield plan(language, keys, name)
        if len(keys.ladder) > 1:
            yield language.say("ladder", steps=" → ".join(keys.ladder))
        if self._written("plan_changes"):
            times = keys.plan_changes.model_dump()
            yield language.say(
                "plan_changes", **{change: language.say(f"timing_{time}") for change, time in times.items()}
            )
        if not keys.terms:
            yield language.say("no_terms")

    def _addons(self) -> Iterator[str]:
        for name in self.keys.addons:
            yield addon(self.language, self.keys, name)
        for name in self.keys.bundles:
            yield bundle(self.language, self.keys, name)

    def _segment(self, name: str, segment: Segment) -> Iterator[str]:
        language = self.language
        yield from self._opening(name, segment)
        yield from self._arrivals(segment)
        if segment.price_factor != 1.0:
            yield language.say("price_factor", factor=language.factor(segment.price_factor))
        rates = [
            language.say("cancel_rate", plan=plan, **language.chance(rate)) for plan, rate in segment.cancel.items()
        ]
        yield language.say("cancel", rates=language.together(rates))
        if segment.frailty:
            yield language.say("frailty", value=language.number(segment.frailty))
        for term, share in segment.not_renewed.items():
            if isinstance(share, BetaMix):
                yield language.say(
                    "not_renewed_mix",
                    term=term,
                    alpha=language.number(share.alpha),
                    beta=language.number(share.beta),
                    share=language.rough(share.mean),
                )
            else:
                yield language.say("not_renewed", term=term, share=language.share(share))
        if segment.downgrade:
            yield language.say("downgrade", **language.chance(segment.downgrade))
        for response in ("arrivals", "choice", "upgrade", "cancel"):
            elasticity = getattr(segment.price_response, response)
            if elasticity:
                yield language.say(f"elastic_{response}", step=language.step(_TEN_PERCENT**elasticity))
        if segment.anchoring:
            yield language.say("anchoring", step=language.step(_TEN_PERCENT**segment.anchoring))
        yield from behaviour(language, segment)

    def _opening(self, name: str, segment: Segment) -> Iterator[str]:
        language = self.language
        if isinstance(segment.opening, dict):
            counts = [f"{plan} {count:,}" for plan, count in segment.opening.items() if count]
            if not counts:
                return
            total = f"{sum(segment.opening.values()):,}"
            yield language.say("opening", total=total, counts=language.together(counts))
            if segment.opening_tenure == 0:
                yield language.say("tenure_none")
            elif segment.opening_tenure is not None:
                yield language.say("tenure", mean=language.duration(segment.opening_tenure))
        elif segment.opening is not None:
            total = f"{len(self.scenario.customers[name]):,}"
            yield language.say("opening_file", total=total, file=Path(segment.opening).name)

    def _arrivals(self, segment: Segment) -> Iterator[str]:
        language, arrivals = self.language, segment.arrivals
        if arrivals is None or not arrivals.per_month:
            yield language.say("no_arrivals")
            return
        growth = ""
        if arrivals.growth is not None and arrivals.growth.rate:
            phrase = "growth" if arrivals.growth.rate > 0 else "growth_down"
            growth = language.say(phrase, pace=language.growth(arrivals.growth))
        yield language.say("arrivals", count=language.number(arrivals.per_month), growth=growth)
        if arrivals.season:
            yield language.say("season", factors=language.seasons(arrivals.season))
        if arrivals.market is not None:
            yield language.say("market", count=f"{arrivals.market:,}")
        shares = [f"{plan} {language.share(share)}" for plan, share in segment.choose.items() if share]
        yield language.say("choose", shares=language.together(shares))
        terms = [
            language.say("term_share", share=language.share(share), term=term)
            for term, share in segment.terms.items()
            if share and term != MONTHLY
        ]
        if terms:
            yield language.say("terms", shares=language.together(terms))

    def _leaving(self) -> Iterator[str]:
        language, cancellation = self.language, self.keys.cancellation
        yield language.say(cancellation.takes_effect)
        if cancellation.notice:
            yield language.say("notice", notice=language.duration(cancellation.notice))
        if cancellation.bluff:
            yield language.say("bluff", share=language.share(cancellation.bluff))
        if cancellation.lured:
            yield language.say("lured", month=language.chance(cancellation.lured)["month"])
        attached = [
            language.say("attached_by_1" if n == 1 else "attached_by", factor=language.factor(f), count=n)
            for n, f in sorted(self.keys.retention.attached.items())
        ]
        if attached:
            yield language.say("attached", factors=language.together(attached))
        yield from self._retention()

    def _retention(self) -> Iterator[str]:
        language, retention = self.language, self.keys.retention
        if retention.nps is not None:
            yield language.say("nps_factors", factors=nps(language, retention.nps))
        for step in retention.tenure:
            yield language.say(
                "tenure_factor", factor=language.factor(step.factor), until=language.duration(step.until)
            )
        if retention.bill_shock is not None:
            yield language.say(
                "bill_shock",
                above=language.factor(retention.bill_shock.above),
                factor=language.factor(retention.bill_shock.factor),
                time=language.duration(retention.bill_shock.for_),
            )
        if retention.covered != 1.0:
            yield language.say("covered", factor=language.factor(retention.covered))
        if self._written("retention", "causal"):
            yield language.say("causal", share=language.share(retention.causal))

    def _written(self, *path: str) -> bool:
        return find(self.scenario.tree, path) is not None
