"""A policy: how changes of customers become MRR movements. It is data; presets are named sets of values.

Knobs are of three sorts. Some say which *kind* a movement has (`replay` and the engines apply them), some with which
*amount* a customer counts (whoever hands changes to the account applies them: a run from its prices, billing from its
columns), and one is about a metric.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple, TypeVar

DAYS_A_MONTH = 30.4375
UNTIL_ENDED = "until ended"

Amount = TypeVar("Amount")


class Gap(NamedTuple):
    """Shortest and longest absence, in calendar months, that counts as coming back; longer or shorter ones are new.

    Who leaves in April and pays again in June was away for two months, on whatever days.
    """

    shortest: float = 0.0
    longest: float = math.inf

    def __str__(self) -> str:
        if self == ANY_GAP:
            return "any"
        if math.isinf(self.longest):
            return f"{self.shortest:g} month{'s' * (self.shortest != 1)} or more"
        return f"{self.shortest:g} to {self.longest:g} month{'s' * (self.longest != 1)}"


ANY_GAP = Gap()


class Knob(NamedTuple):
    """What a policy can be set to say: its values in words (none: a quantity), and what it acts on."""

    values: tuple[str, ...]
    acts_on: Literal["kind", "amount", "metric"]
    meaning: str


KNOBS: dict[str, Knob] = {
    "grain": Knob(("month", "event"), "kind", "one movement a month, or one for each change"),
    "entity": Knob(("customer", "subscription"), "kind", "whose MRR is compared; a simulated customer has one"),
    "free_to_paid": Knob(("new", "expansion"), "kind", "a free customer's first payment"),
    "reactivation_gap": Knob((), "kind", "absence that counts as coming back; outside: new"),
    "reactivation_is": Knob(("own kind", "expansion"), "kind", "kind of coming back"),
    "to_free": Knob(("churn", "contraction"), "kind", "moving to a free plan"),
    "cancel_recognised": Knob(("effective", "requested"), "amount", "when churn is booked"),
    "new_and_churned": Knob(("both", "neither", "new only"), "kind", "in and out within a month, at event grain"),
    "discounts": Knob(("all", "lasting", "none"), "amount", "discounts that lower MRR"),
    "metered": Knob(("billed", "excluded", "mean of 3 months"), "amount", "usage in MRR"),
    "pause": Knob(("contraction", "churn", "keeps MRR"), "amount", "a pause"),
    "unpaid_counts": Knob((), "amount", "how long unpaid MRR counts: until ended, or days"),
    "net_churn_counts_reactivation": Knob(("no", "yes"), "metric", "whether coming back lowers net churn"),
}


class PolicyError(ValueError):
    """A policy that cannot be: an unknown preset, knob or value."""


@dataclass(frozen=True)
class Policy:
    """One value for each knob; `name` is the preset that it started from.

    Raises
    ------
    PolicyError
        for a value that a knob does not have; the message names the nearest one and lists them.
    """

    grain: str = "month"
    entity: str = "customer"
    free_to_paid: str = "new"
    reactivation_gap: Gap = ANY_GAP
    reactivation_is: str = "own kind"
    to_free: str = "churn"
    cancel_recognised: str = "effective"
    new_and_churned: str = "neither"
    discounts: str = "all"
    metered: str = "billed"
    pause: str = "contraction"
    unpaid_counts: float = math.inf  # days; infinite: until ended
    net_churn_counts_reactivation: bool = False
    name: str = "default"

    def __post_init__(self) -> None:
        for knob, value in self.knobs().items():
            object.__setattr__(self, knob, _read(knob, value))

    @staticmethod
    def preset(name: str) -> Policy:
        """Return the named set of values.

        Raises
        ------
        PolicyError
            if there is none of that name.
        """
        if name not in PRESETS:
            raise PolicyError(_unknown("accounting policy", name, PRESETS))
        return PRESETS[name]

    @staticmethod
    def of(values: Mapping[str, Any]) -> Policy:
        """Return the policy of a mapping: `preset` (default: default), and knobs that differ from it."""
        knobs = dict(values)
        preset = knobs.pop("preset", "default")
        return Policy.preset(str(preset)).with_knobs(**knobs)

    def with_knobs(self, **knobs: Any) -> Policy:
        """Return the policy with other values, as a team writes them.

        `reactivation_gap` is `any`, a Gap, or a mapping with `shortest` and `longest` in months; `unpaid_counts` is
        `until ended`, or days (`30`, `30 days`); `net_churn_counts_reactivation` yes or no.

        Raises
        ------
        PolicyError
            for an unknown knob or value.
        """
        for knob in knobs:
            if knob not in KNOBS:
                raise PolicyError(_unknown("knob of an accounting policy", knob, KNOBS))
        return replace(self, **knobs)

    def knobs(self) -> dict[str, Any]:
        """Return the value of every knob, in the order of the table."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name in KNOBS}

    def in_words(self) -> dict[str, str]:
        """Return the value of every knob as a team writes it."""
        return {knob: in_words(value) for knob, value in self.knobs().items()}

    def differences(self, other: Policy | None = None) -> dict[str, str]:
        """Return the knobs, in words, whose value is another than in `other` (default: the default policy)."""
        theirs = (DEFAULT if other is None else other).in_words()
        return {knob: value for knob, value in self.in_words().items() if value != theirs[knob]}

    def summary(self) -> dict[str, Any]:
        """Return what summary.json says: the preset, what was set beside it, and every knob."""
        return {"preset": self.name, "set": self.differences(PRESETS[self.name]), "knobs": self.in_words()}

    @property
    def counts_temporary_discounts(self) -> bool:
        """Whether a discount that ends lowers MRR meanwhile."""
        return self.discounts == "all"

    @property
    def counts_lasting_discounts(self) -> bool:
        """Whether a discount without an end lowers MRR."""
        return self.discounts != "none"


def accounted_amount(policy: Policy, mrr: Amount, lasting_discount: Amount, temporary_discount: Amount) -> Amount:
    """Return the MRR that counts, of an amount before discounts: numbers, arrays or expressions of columns."""
    amount: Any = mrr
    if policy.counts_lasting_discounts:
        amount = amount - lasting_discount
    if policy.counts_temporary_discounts:
        amount = amount - temporary_discount
    return amount


def in_words(value: Any) -> str:
    """Return a knob's value as a team writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return UNTIL_ENDED if math.isinf(value) else f"{value:g} days"
    return str(value)


def _read(knob: str, value: Any) -> Any:
    if knob == "reactivation_gap":
        return _gap(value)
    if knob == "unpaid_counts":
        return _unpaid(value)
    if knob == "net_churn_counts_reactivation" and isinstance(value, bool):
        return value
    values = KNOBS[knob].values
    if value not in values:
        raise PolicyError(_unknown(f"value of {knob}", str(value), values))
    return value == "yes" if knob == "net_churn_counts_reactivation" else value


def _gap(value: Any) -> Gap:
    if value == "any":
        return ANY_GAP
    if isinstance(value, Mapping):
        for key in value:
            if key not in Gap._fields:
                raise PolicyError(_unknown("part of reactivation_gap", str(key), Gap._fields))
        value = [value.get(key) for key in Gap._fields]
    if not isinstance(value, tuple | list) or len(value) != len(Gap._fields):
        raise PolicyError(f"reactivation_gap is `any`, or shortest and longest in months, not `{value}`")
    shortest, longest = value
    gap = Gap(
        0.0 if shortest is None else _quantity("reactivation_gap", shortest, "months"),
        math.inf if longest is None else _quantity("reactivation_gap", longest, "months"),
    )
    for months in gap:
        if math.isfinite(months) and months != int(months):
            raise PolicyError(f"reactivation_gap: an absence is counted in calendar months; {months:g} is not whole")
    if gap.shortest > gap.longest:
        raise PolicyError(f"reactivation_gap: shortest ({gap.shortest:g}) is above longest ({gap.longest:g})")
    return gap


def _unpaid(value: Any) -> float:
    return math.inf if value == UNTIL_ENDED else _quantity("unpaid_counts", value, "days")


def _quantity(knob: str, value: Any, unit: str) -> float:
    """Read a number that is not negative: 3, `3`, `3 months`, `1 month`."""
    text = str(value).strip()
    for name in (unit, unit.removesuffix("s")):
        text = text.removesuffix(name)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number >= 0.0 or isinstance(value, bool):
        instead = f"`{UNTIL_ENDED}`, or {unit}, e.g. 30 days" if unit == "days" else f"{unit}, e.g. 3 months"
        raise PolicyError(f"{knob}: `{value}` is not allowed; write {instead}")
    return number


def _unknown(what: str, given: str, known: Any) -> str:
    near = get_close_matches(given.lower(), list(known), n=1, cutoff=0.6)
    guess = f"; did you mean `{near[0]}`?" if near else ""
    return f"there is no {what} `{given}`{guess}; write one of {', '.join(known)}"


DEFAULT = Policy()
"""What plansim counts by: one movement a customer and month; what a customer pays is its MRR."""

CHARTMOGUL = Policy(
    name="chartmogul",
    grain="event",
    to_free="contraction",
    new_and_churned="both",
    pause="keeps MRR",
    net_churn_counts_reactivation=True,
)
"""ChartMogul. Each change is a movement.

A pause has no rule of its own: by the billing system behind it, MRR stays or the subscription ends and starts anew;
read here: it stays, as for most of them. Who goes to a free plan is active or cancelled by a setting; read here:
active, which is how it is set at first. No longest absence for a reactivation is documented: any.
"""

STRIPE = Policy(
    name="stripe",
    grain="event",
    cancel_recognised="requested",
    new_and_churned="both",
    discounts="lasting",
    metered="excluded",
    pause="keeps MRR",
)
"""Stripe Billing. Metered prices do not count, and churn is booked when the cancellation is asked for.

Which discounts lower MRR is a setting; read here: those without an end. What a cancellation that is taken back becomes
is not documented; read here: a reactivation, since churn was booked.
"""

BAREMETRICS = Policy(
    name="baremetrics",
    grain="event",
    new_and_churned="both",
    metered="excluded",
    pause="churn",
    unpaid_counts=30.0,
)
"""Baremetrics. Unpaid MRR counts for 30 days, a pause is churn, and who comes and goes within a month counts as both.

Whether somebody who pays after those days is reactivated is not documented; read here: yes, since churn was booked.
"""

PROFITWELL = Policy(name="profitwell")
"""ProfitWell (Paddle). Month over month; who comes and goes within a month is left out, usage counts as billed, MRR
counts to the end of the term, and a subscription on hold is a downgrade to 0.

That going to a free plan is churn is not documented; read here as in the default.
"""

CHARGEBEE = Policy(
    name="chargebee",
    free_to_paid="expansion",
    reactivation_is="expansion",
    to_free="contraction",
    net_churn_counts_reactivation=True,
)
"""Chargebee (RevenueStory). Expansion holds upgrades, free to paid, what comes back, and pauses that end.

Its glossary has reactivation MRR as a figure of its own; read here: part of expansion, as its metric adds it up. So net
churn, which is said to count reactivation, has no more to take off.
"""

PRESETS: dict[str, Policy] = {
    policy.name: policy for policy in (DEFAULT, CHARTMOGUL, STRIPE, BAREMETRICS, PROFITWELL, CHARGEBEE)
}


def knobs_that_differ() -> Iterator[str]:
    """Yield the knobs on which the presets do not agree."""
    for knob in KNOBS:
        if len({in_words(asdict(policy)[knob]) for policy in PRESETS.values()}) > 1:
            yield knob
