"""Mutation check: every single number of the compiled tables, 2 % off, one at a time, must be noticed.

    python -m tests.mutation.mutate            all families
    python -m tests.mutation.mutate rescue     those whose name contains the word

A number is falsified, the falsified model simulated, and the run held against the exact expectation of the right one;
it is noticed if any comparison is beyond the family's threshold. What is left out is listed with its reason.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from simulator.accounting.totals import Totals
from simulator.expectation.expect import expect
from simulator.expectation.result import Expectation
from simulator.model.compile import Model, compile_model
from tests.analytic.families import FAMILIES, held_against, load, simulated
from tests.mutation.numbers import SHIFT, UNREAD, Number, left_out, numbers, value, with_number

SEED = 404
REPLICATIONS = 3
"""Of the full check: so many times the customers of the families, for the numbers that weigh least."""
MORE = 1.5
"""Factor by which a number that nobody reads may change, up or down, without the books changing."""
PARTS = ("moved", "movers", "stock", "retained")


@dataclass
class Outcome:
    """What became of the numbers of one family."""

    caught: list[tuple[Number, float]] = field(default_factory=list)  # with the largest |z|
    missed: list[tuple[Number, float]] = field(default_factory=list)
    left_out: list[tuple[Number, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Subject:
    """A family ready to be falsified: its right model, its expectation, and the books of the right model."""

    name: str
    model: Model
    expected: Expectation
    replications: int
    few: Model  # the right model with few customers, and its books
    few_right: Totals

    @classmethod
    def of(cls, name: str, replications: int = 1) -> Subject:
        """Compile, expect and simulate; the right model must not be noticed.

        Raises
        ------
        AssertionError
            if the right model is beyond the threshold: then nothing is shown by a falsified one.
        """
        scenario = load(FAMILIES[name].text)
        model = compile_model(scenario)
        expected = expect(scenario)
        held_against(simulated(model, SEED, replications), expected).check()
        few = with_few_customers(model)
        return cls(name, model, expected, replications, few, simulated(few, SEED))

    def largest(self, number: Number) -> tuple[float, float]:
        """Return the largest |z| of the falsified model and the threshold."""
        wrong = simulated(with_number(self.model, number, SHIFT), SEED, self.replications)
        seen = held_against(wrong, self.expected)
        return abs(seen.worst.z), seen.threshold

    def reads(self, number: Number) -> bool:
        """Whether the books depend on the number at all."""
        for shift in (MORE, 1.0 / MORE):
            wrong = simulated(with_number(self.few, number, shift), SEED)
            if any((getattr(wrong, part) != getattr(self.few_right, part)).any() for part in PARTS):
                return True
        return False


def with_few_customers(model: Model) -> Model:
    """Return the model with a fortieth of its customers: enough for any number that is read to show."""
    blocks = model.blocks.copy()
    blocks.count = (blocks.count + 39) // 40
    blocks.rate /= 40
    return replace(model, blocks=blocks)


def falsify(subject: Subject, chosen: Iterable[Number] | None = None) -> Outcome:
    """Falsify the numbers of a family (or the chosen ones) one at a time."""
    outcome = Outcome()
    for number in numbers(subject.model) if chosen is None else chosen:
        reason = left_out(subject.model, number)
        if reason is not None:
            outcome.left_out.append((number, reason))
            continue
        if not subject.reads(number):
            outcome.left_out.append((number, UNREAD))
            continue
        z, threshold = subject.largest(number)
        (outcome.caught if z > threshold else outcome.missed).append((number, z))
    return outcome


def report(outcomes: dict[str, Outcome], models: dict[str, Model]) -> str:
    """Return what was caught, missed and left out, as text."""
    lines = []
    for name, outcome in outcomes.items():
        tried = len(outcome.caught) + len(outcome.missed)
        weakest = min((z for _, z in outcome.caught), default=float("nan"))
        lines.append(f"{name}: {len(outcome.caught)} of {tried} noticed, weakest |z| {weakest:.1f}")
        for number, z in outcome.missed:
            lines.append(f"  MISSED {number.told()} = {value(models[name], number):g}: largest |z| {z:.1f}")
    caught = sum(len(outcome.caught) for outcome in outcomes.values())
    missed = sum(len(outcome.missed) for outcome in outcomes.values())
    lines.append(f"\n{caught} of {caught + missed} numbers noticed ({caught / max(caught + missed, 1):.1%})")
    lines.append("\nleft out, by reason:")
    reasons: dict[str, Counter[str]] = {}
    for outcome in outcomes.values():
        for number, reason in outcome.left_out:
            reasons.setdefault(reason, Counter())[number.column] += 1
    for reason, columns in sorted(reasons.items(), key=lambda item: -sum(item[1].values())):
        lines.append(f"- {reason}: {sum(columns.values())} numbers")
        lines.append("    " + ", ".join(f"{column} ({count})" for column, count in sorted(columns.items())))
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Falsify all families whose name contains one of the words; return 1 if any number went unnoticed."""
    outcomes, models = {}, {}
    for name in FAMILIES:
        if words and not any(word in name for word in words):
            continue
        subject = Subject.of(name, REPLICATIONS)
        outcomes[name], models[name] = falsify(subject), subject.model
        print(report({name: outcomes[name]}, models).split("\n\n")[0], flush=True)
    print("\n" + report(outcomes, models).split("\n\n", 1)[1])
    return int(any(outcome.missed for outcome in outcomes.values()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
