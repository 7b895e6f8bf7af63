"""A scenario that has been read and checked: what every other room starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from simulator.accounting.policy import Policy
from simulator.scenario.customers import Customers
from simulator.scenario.epochs import Epoch, Migration
from simulator.scenario.kinds import MONTHLY
from simulator.scenario.tree import Mapping
from simulator.scenario.uncertainty import Correlation, Range
from simulator.scenario.writing import write


@dataclass(frozen=True)
class Scenario:
    """Values in force from epoch to epoch, and what each change asks of existing customers.

    One with ranges stands for a family of certain ones, of which `simulator.scenario.ranges` draws.

    Two scenarios are equal when a run of both must give the same result, whatever files they come from.
    `tree` is the resolved text: `extends` merged, short forms as written.
    """

    title: str
    currency: str
    start: tuple[int, int]
    months: int
    fiscal_year_start: int
    epochs: tuple[Epoch, ...]
    migrations: tuple[Migration, ...]
    customers: dict[str, Customers] = field(hash=False)
    """Opening customers read from files, by segment."""
    path: Path | None = field(compare=False)
    name: str = field(compare=False)
    tree: Mapping = field(compare=False, repr=False)
    ranges: tuple[Range, ...] = ()
    """Numbers that are uncertain, in file order. `epochs` have them at their likely values; draw before running."""
    correlations: tuple[Correlation, ...] = ()

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Keys of the ranges, each once."""
        return tuple(dict.fromkeys(one.path for one in self.ranges))

    @property
    def plan_names(self) -> tuple[str, ...]:
        """Plans of all epochs, in file order; later ones after those of the start."""
        return self._union("plans")

    @property
    def addon_names(self) -> tuple[str, ...]:
        """Add-ons of all epochs, in file order."""
        return self._union("addons")

    @property
    def bundle_names(self) -> tuple[str, ...]:
        """Bundles of all epochs, in file order."""
        return self._union("bundles")

    @property
    def offer_names(self) -> tuple[str, ...]:
        """Offers of all epochs, in file order."""
        return self._union("offers")

    @property
    def segment_names(self) -> tuple[str, ...]:
        """Segments, in file order."""
        return self._union("segments")

    @property
    def term_names(self) -> tuple[str, ...]:
        """Terms: monthly, then the longer ones in file order."""
        return (MONTHLY, *self.epochs[0].keys.terms)

    @property
    def policy(self) -> Policy:
        """How changes of customers become MRR movements."""
        return self.epochs[0].keys.accounting.policy()

    def resolved_yaml(self) -> str:
        """YAML text that loads as an equal scenario by itself, without the files it was made from.

        Customer files are named by their full path and stay where they are.
        """
        return write(self.tree)

    def _union(self, block: str) -> tuple[str, ...]:
        names = chain.from_iterable(getattr(epoch.keys, block) for epoch in self.epochs)
        return tuple(dict.fromkeys(names))
