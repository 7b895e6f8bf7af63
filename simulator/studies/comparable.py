"""Whether scenarios can be held against each other: the same currency, the same months."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.scenario.scenario import Scenario
from simulator.studies.errors import WrongStudy


class NotComparable(WrongStudy):
    """The scenarios cannot be held against each other; the message lists every reason."""


def check_comparable(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that cannot be held against each other.

    Raises
    ------
    NotComparable
        with every reason.
    """
    base, *others = scenarios
    problems = []
    if not others:
        problems.append(f"a comparison needs a base and at least one other scenario; only {base.name} was given")
    names = [scenario.name for scenario in scenarios]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        problems.append(f"{names.count(name)} scenarios are called {name}; results go by file name, so rename one")
    for other in others:
        if other.currency != base.currency:
            problems.append(
                f"{other.name} is in {other.currency}, {base.name} in {base.currency}: amounts of different "
                f"currencies cannot be compared; write both in one"
            )
        if (other.start, other.months) != (base.start, base.months):
            problems.append(
                f"{other.name} runs {_horizon(other)}, {base.name} {_horizon(base)}: give both the same start "
                f"and months"
            )
    if problems:
        raise NotComparable("\n".join(problems))


def _horizon(scenario: Scenario) -> str:
    return f"{scenario.months} months from {scenario.start[0]:04d}-{scenario.start[1]:02d}"
