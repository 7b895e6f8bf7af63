"""The keys of the language: one model a block, one file a noun."""

from simulator.scenario.keys.catalogue import STRUCTURAL, Keys, ScenarioFile

__all__ = ["STRUCTURAL", "Keys", "ScenarioFile"]
