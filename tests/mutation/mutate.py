"""Mutation check: every single number of the compiled tables, 2 % off, one at a time, must be noticed.

    python -m tests.mutation.mutate            all families
    python -m tests.mutation.mutate rescue     those whose name contains the word

A number is falsified, the falsified model simulated, and the run held against the exact expectation of the right one;
it is noticed if any comparison is beyond the family's threshold. What is left out is listed with its reason. One
replication is tried first; only what it does not notice is simulated with more. A run takes all processors. The last
line says how many were noticed; the exit code is 1 if any was not, 2 if no family has the word in its name.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from simulator.accounting.totals import Totals
from simulator.expectation.expect import expect
from simulator.expectation.result import Expectation
from simulator.model.compile import Model, compile_model
from simulator.model.tables import COUNTED
from tests.analytic.families import FAMILIES, held_against, load, simulated
from tests.mutation.numbers import NOTHING, SHIFT, UNREAD, WHOLE, Number, left_out, numbers, value, with_number

SEED = 404
REPLICATIONS = (1, 3)
"""Of the full check: three times the customers of the families for the numbers that one time does not notice."""
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
    replications: tuple[int, ...]  # how many are tried, one after the other, until the number is noticed
    few: Model  # the right model with few customers, and its books
    few_right: Totals

    @classmethod
    def of(cls, name: str, replications: tuple[int, ...] = (1,)) -> Subject:
        """Compile, expect and simulate; the right model must not be noticed.

        Raises
        ------
        AssertionError
            if the right model is beyond the threshold: then nothing is shown by a falsified one.
        """
        scenario = load(FAMILIES[name].text)
        model = compile_model(scenario)
        expected = expect(scenario)
        for n in replications:
            held_against(simulated(model, SEED, n), expected).check()
        few = with_few_customers(model)
        return cls(name, model, expected, replications, few, simulated(few, SEED))

    def largest(self, number: Number) -> tuple[float, float]:
        """Return the largest |z| of the falsified model and the threshold, with as few replications as notice it."""
        wrong = with_number(self.model, number, SHIFT)
        for n in self.replications:
            seen = held_against(simulated(wrong, SEED, n), self.expected)
            if abs(seen.worst.z) > seen.threshold:
                break
        return abs(seen.worst.z), seen.threshold

    def reads(self, number: Number) -> bool:
        """Whether the books depend on the number at all."""
        for shift in (MORE, 1.0 / MORE):
            wrong = simulated(with_number(self.few, number, shift), SEED)
            if any((getattr(wrong, part) != getattr(self.few_right, part)).any() for part in PARTS):
                return True
        return False


def with_few_customers(model: Model) -> Model:
    """Return the model with a fortieth of its customers, of a file all: enough for any number that is read to show."""
    blocks = model.blocks.copy()
    blocks.count = np.where(blocks.kind == COUNTED, (blocks.count + 39) // 40, blocks.count)
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
    """Return what was left out, caught and missed, as text; the last line counts the numbers of all families."""
    told = [left_out_of(outcomes), *(family(name, outcome, models[name]) for name, outcome in outcomes.items())]
    noticed = [len(outcome.caught) for outcome in outcomes.values()]
    tried = sum(noticed) + sum(len(outcome.missed) for outcome in outcomes.values())
    told.append(f"{sum(noticed)} of {tried} numbers noticed ({sum(noticed) / max(tried, 1):.1%})")
    return "\n".join(told)


def family(name: str, outcome: Outcome, model: Model) -> str:
    """Return how many numbers of a family were noticed, and which were not."""
    tried = len(outcome.caught) + len(outcome.missed)
    weakest = min((z for _, z in outcome.caught), default=float("nan"))
    lines = [f"{name}: {len(outcome.caught)} of {tried} noticed, weakest |z| {weakest:.1f}"]
    lines += [f"  MISSED {n.told()} = {value(model, n):g}: largest |z| {z:.1f}" for n, z in outcome.missed]
    return "\n".join(lines)


def left_out_of(outcomes: dict[str, Outcome]) -> str:
    """Return what was left out, by reason, and the quantities that none of these families shows."""
    reasons: dict[str, Counter[str]] = {}
    for outcome in outcomes.values():
        for number, reason in outcome.left_out:
            reasons.setdefault(reason, Counter())[number.column] += 1
    lines = ["left out, by reason:"]
    for reason, columns in sorted(reasons.items(), key=lambda item: -sum(item[1].values())):
        lines.append(f"- {reason}: {sum(columns.values())} numbers")
        lines.append("    " + ", ".join(f"{column} ({count})" for column, count in sorted(columns.items())))
    tried = {n.column for outcome in outcomes.values() for n, _ in (*outcome.caught, *outcome.missed)}
    nowhere = {column for reason in (UNREAD, NOTHING, WHOLE) for column in reasons.get(reason, ())} - tried
    lines.append(f"quantities that are 0, absent or unread in all of these scenarios: {', '.join(sorted(nowhere))}")
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Falsify all families whose name contains one of the words; return 1 if any number went unnoticed."""
    chosen = [name for name in FAMILIES if not words or any(word in name for word in words)]
    if not chosen:
        print(f"no family has {' or '.join(words)} in its name; there are: {', '.join(FAMILIES)}", file=sys.stderr)
        return 2
    outcomes, models = {}, {}
    for name in chosen:
        subject = Subject.of(name, REPLICATIONS)
        outcomes[name], models[name] = falsify(subject), subject.model
        print(family(name, outcomes[name], models[name]), file=sys.stderr, flush=True)  # as it goes
    print(report(outcomes, models))
    return int(any(outcome.missed for outcome in outcomes.values()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
