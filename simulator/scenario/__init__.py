"""What a pricing team writes: keys, units, loading, overlays, errors. No behaviour."""

from simulator.scenario.customers import Customers
from simulator.scenario.epochs import Epoch, Migration
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.keys import Keys
from simulator.scenario.load import load
from simulator.scenario.scenario import Scenario

__all__ = ["Customers", "Epoch", "Keys", "Migration", "Problem", "Scenario", "ScenarioError", "load"]
