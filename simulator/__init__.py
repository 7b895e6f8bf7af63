"""plansim: simulate subscription pricing, plan changes and offers; account MRR movements.

    import simulator as sim

    result = sim.run(sim.load("scenarios/quickstart.yaml"), replications=200, seed=7)
    result.metric("closing_mrr")
    result.figure("movements").savefig("movements.svg")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engines.charge import charge
    from simulator.expectation.expect import expect
    from simulator.expectation.result import Expectation, NotMarkov
    from simulator.results.folder import read
    from simulator.results.result import Result
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import Scenario, load
    from simulator.studies.run import run

# Names are imported when first used: `plansim --help` must not wait for a compiler.
_PUBLIC = {
    "Expectation": "simulator.expectation.result",
    "NotMarkov": "simulator.expectation.result",
    "Result": "simulator.results.result",
    "Scenario": "simulator.scenario.load",
    "ScenarioError": "simulator.scenario.errors",
    "charge": "simulator.engines.charge",
    "expect": "simulator.expectation.expect",
    "load": "simulator.scenario.load",
    "read": "simulator.results.folder",
    "run": "simulator.studies.run",
}

__all__ = [
    "Expectation",
    "NotMarkov",
    "Result",
    "Scenario",
    "ScenarioError",
    "charge",
    "expect",
    "load",
    "read",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_PUBLIC[name]), name)
