"""Which statements a scenario makes, section by section, in whatever language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from simulator.scenario.explain.assumptions import assumptions
from simulator.scenario.explain.changes import changes
from simulator.scenario.explain.language import Language, monthly, yearly
from simulator.scenario.explain.offers import offer
from simulator.scenario.keys import Keys
from simulator.scenario.keys.plans import Addon, Bundle, Plan
from simulator.scenario.keys.segments import BetaMix, Segment
from simulator.scenario.kinds import MONTHLY
from simulator.scenario.scenario import Scenario

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
        offers = [offer(self.language, name, one) for name, one in self.keys.offers.items()]
        blocks += self._section(say("offers"), offers or [say("no_offers")])
        over_time = list(changes(self.scenario, self.language))
        if over_time:
            blocks += self._section(say("changes"), over_time)
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
        for name, plan in self.keys.plans.items():
            yield self.language.paragraph(self._plan(name, plan))
        if len(self.keys.ladder) > 1:
            yield self.language.say("ladder", steps=" → ".join(self.keys.ladder))
        if not self.keys.terms:
            yield self.language.say("no_terms")

    def _plan(self, name: str, plan: Plan) -> Iterator[str]:
        language = self.language
        yield (
            language.say("plan", name=name, price=self._money(plan.price))
            if plan.price
            else language.say("plan_free", name=name)
        )
        if plan.sold != "everyone":
            yield language.say("rescue" if plan.sold == "rescue" else "closed")
        if plan.attracts:
            yield language.say("attracts", share=language.share(plan.attracts))
        for term, discount in plan.term_discount.items():
            yield language.say(
                "term_discount",
                share=language.share(discount),
                term=term,
                length=language.months(self.keys.terms[term]),
                price=self._money(round(plan.price * (1 - discount))),
            )

    def _addons(self) -> Iterator[str]:
        for name, addon in self.keys.addons.items():
            yield self.language.paragraph(self._addon(name, addon))
        for name, bundle in self.keys.bundles.items():
            yield self._bundle(name, bundle)

    def _addon(self, name: str, addon: Addon) -> Iterator[str]:
        language = self.language
        yield language.say(
            "addon",
            name=name,
            price=self._money(addon.price),
            plans=language.together(addon.with_),
            motion=language.say(addon.counts_as),
        )
        if addon.cancel:
            yield language.say("addon_cancel", **self._chance(addon.cancel))
        else:
            yield language.say("addon_kept")
        if addon.sold == "nobody":
            yield language.say("closed")

    def _bundle(self, name: str, bundle: Bundle) -> str:
        full = sum((self.keys.plans.get(item) or self.keys.addons[item]).price for item in bundle.of)
        return self.language.say(
            "bundle",
            name=name,
            items=self.language.together(bundle.of),
            share=self.language.share(bundle.discount),
            price=self._money(round(full * (1 - bundle.discount))),
            full=self._money(full),
        )

    def _segment(self, name: str, segment: Segment) -> Iterator[str]:
        language = self.language
        yield from self._opening(name, segment)
        yield from self._arrivals(segment)
        if segment.price_factor != 1.0:
            yield language.say("price_factor", factor=language.factor(segment.price_factor))
        rates = [
            language.say("cancel_rate", plan=plan, **self._chance(rate))
            for plan, rate in segment.cancel.items()
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
            yield language.say("downgrade", **self._chance(segment.downgrade))
        for response in ("arrivals", "choice", "upgrade", "cancel"):
            elasticity = getattr(segment.price_response, response)
            if elasticity:
                yield language.say(f"elastic_{response}", step=language.step(_TEN_PERCENT**elasticity))
        if segment.anchoring:
            yield language.say("anchoring", step=language.step(_TEN_PERCENT**segment.anchoring))

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
        if arrivals.growth is not None and arrivals.growth.fades is not None:
            growth = language.say(
                "growth_fades",
                share=language.share(arrivals.growth.rate),
                fades=language.duration(arrivals.growth.fades),
            )
        elif arrivals.growth is not None:
            growth = language.say("growth", share=language.share(arrivals.growth.rate))
        yield language.say("arrivals", count=language.number(arrivals.per_month), growth=growth)
        if arrivals.season:
            factors = [
                f"{language.month_of_year(m)} {language.factor(f)}"
                for m, f in sorted(arrivals.season.items())
            ]
            yield language.say("season", factors=language.together(factors))
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
            yield language.say("lured", month=self._chance(cancellation.lured)["month"])
        attached = [
            language.say("attached_by_1" if n == 1 else "attached_by", factor=language.factor(f), count=n)
            for n, f in sorted(self.keys.retention.attached.items())
        ]
        if attached:
            yield language.say("attached", factors=language.together(attached))
        for step in self.keys.retention.tenure:
            yield language.say(
                "tenure_factor", factor=language.factor(step.factor), until=language.duration(step.until)
            )

    def _chance(self, hazard: float) -> dict[str, str]:
        """Monthly and yearly probability of a hazard, for a phrase."""
        return {
            "month": self.language.share(round(monthly(hazard), 5)),
            "year": self.language.rough(yearly(hazard)),
        }

    def _money(self, amount: int) -> str:
        return self.language.money(amount, self.keys.currency)
