"""What a pricing team writes: keys, units, loading, overlays, errors. No behaviour."""

from simulator.scenario.customers import Customers
from simulator.scenario.epochs import Epoch, Migration
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.keys import Keys
from simulator.scenario.load import load
from simulator.scenario.scenario import Scenario
from simulator.scenario.study import Case, Option, Study, load_study
from simulator.scenario.uncertainty import Correlation, Range

__all__ = [
    "Case",
    "Correlation",
    "Customers",
    "Epoch",
    "Keys",
    "Migration",
    "Option",
    "Problem",
    "Range",
    "Scenario",
    "ScenarioError",
    "Study",
    "load",
    "load_study",
]
