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
    from simulator.billing.account import account, accounts
    from simulator.billing.errors import BillingError
    from simulator.engines.charge import charge
    from simulator.expectation.expect import expect
    from simulator.expectation.result import Expectation, NotMarkov
    from simulator.results.folder import read
    from simulator.results.result import Result
    from simulator.scenario.errors import ScenarioError
    from simulator.scenario.load import Scenario, load
    from simulator.studies.attribution import attribute
    from simulator.studies.compare import Comparison, compare
    from simulator.studies.optimise import optimise
    from simulator.studies.run import run
    from simulator.studies.sobol import sobol
    from simulator.studies.solve import solve
    from simulator.studies.sweep import sweep
    from simulator.studies.tornado import tornado

# Names are imported when first used: `plansim --help` must not wait for a compiler.
_PUBLIC = {
    "BillingError": "simulator.billing.errors",
    "Comparison": "simulator.studies.compare",
    "Expectation": "simulator.expectation.result",
    "NotMarkov": "simulator.expectation.result",
    "Result": "simulator.results.result",
    "Scenario": "simulator.scenario.load",
    "ScenarioError": "simulator.scenario.errors",
    "account": "simulator.billing.account",
    "accounts": "simulator.billing.account",
    "attribute": "simulator.studies.attribution",
    "charge": "simulator.engines.charge",
    "expect": "simulator.expectation.expect",
    "compare": "simulator.studies.compare",
    "load": "simulator.scenario.load",
    "read": "simulator.results.folder",
    "optimise": "simulator.studies.optimise",
    "run": "simulator.studies.run",
    "sobol": "simulator.studies.sobol",
    "solve": "simulator.studies.solve",
    "sweep": "simulator.studies.sweep",
    "tornado": "simulator.studies.tornado",
}

__all__ = [
    "BillingError",
    "Comparison",
    "Expectation",
    "NotMarkov",
    "Result",
    "Scenario",
    "ScenarioError",
    "account",
    "accounts",
    "attribute",
    "charge",
    "compare",
    "expect",
    "load",
    "optimise",
    "read",
    "run",
    "sobol",
    "solve",
    "sweep",
    "tornado",
]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_PUBLIC[name]), name)
