"""What a solution must reach: `nrr_12m@2028-03 >= 110%`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from simulator.scenario.scenario import Scenario
from simulator.studies.errors import WrongStudy
from simulator.studies.point import Point, read_point

_PATTERN = re.compile(r"(?P<point>.*?)\s*(?P<sense>>=|<=)\s*(?P<value>\S+)")


@dataclass(frozen=True)
class Target:
    """A point of the result, and the bound that its mean must keep."""

    point: Point
    at_least: bool
    value: float
    text: str

    def surplus(self, means: np.ndarray) -> np.ndarray:
        """Return by how much means keep the bound; below 0 where they do not."""
        return (means - self.value) if self.at_least else (self.value - means)


def read_target(text: str, scenario: Scenario) -> Target:
    """Read `METRIC[@YYYY-MM][/SEGMENT] >= VALUE`, or `<=`; a value may be in per cent.

    Raises
    ------
    WrongStudy
        saying what is wrong and how a target is written.
    """
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise WrongStudy(f"{text!r} is no target; write e.g. 'nrr_12m@2028-03 >= 110%', with >= or <=")
    written = found["value"].replace("_", "").replace(",", "")
    try:
        value = float(written.removesuffix("%")) / (100.0 if written.endswith("%") else 1.0)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise WrongStudy(f"{text!r}: {found['value']!r} is no number; write e.g. 110%, 1.1 or 30_000_000")
    return Target(read_point(found["point"], scenario), found["sense"] == ">=", value, text.strip())
