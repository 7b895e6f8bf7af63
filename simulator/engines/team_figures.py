"""What can be said of a team's work, month by month: the same table from both engines."""

from __future__ import annotations

import numpy as np

from simulator.jit import number
from simulator.model.compile import Model

TEAM_FIGURES = (
    "capacity",  # person-months there
    "busy",  # person-months of work
    "requests",
    "served",  # services begun
    "dropped",  # requests that waited too long
    "left",  # requests whose customer left the line
    "waited",  # months waited by those served
)
BUSY, REQUESTS, SERVED, DROPPED, LEFT, WAITED = (number(i) for i in range(1, len(TEAM_FIGURES)))


def empty_figures(model: Model) -> np.ndarray:
    """Return float64 [month, team, figure] of work not yet done: the capacity of each month, else 0."""
    figures = np.zeros((model.months, len(model.names.teams), len(TEAM_FIGURES)))
    epochs = np.searchsorted(model.tables.epochs.start, np.arange(model.months), side="right") - 1
    figures[:, :, TEAM_FIGURES.index("capacity")] = model.tables.teams.people[epochs]
    return figures


def places(model: Model) -> np.ndarray:
    """Return how many customers the teams look after in each epoch (int64); none where it changes nothing."""
    matters = (model.tables.epochs.covered != 1.0).any()
    return np.asarray(model.tables.teams.places.sum(axis=1) * matters, np.int64)
