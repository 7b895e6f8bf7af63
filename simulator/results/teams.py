"""How busy the teams were: utilisation, waiting time, offers dropped for lack of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.accounting.metrics import ratio
from simulator.accounting.spread import spread
from simulator.engines.team_figures import TEAM_FIGURES

DAYS = 30.4375  # in a month
NO_TEAMS = pl.DataFrame(
    schema={
        "month": pl.String,
        "team": pl.String,
        "figure": pl.String,
        **dict.fromkeys(("mean", "p05", "p50", "p95"), pl.Float64),
    }
)


def teams_frame(figures: Sequence[np.ndarray], teams: Sequence[str], labels: Sequence[str]) -> pl.DataFrame:
    """Return month, team, figure, mean, p05, p50, p95 over replications.

    Figures: `utilisation` (person-time of work / person-time there), `requests`, `served`, `dropped` (waited longer
    than the offer allows), `left` (the customer left while waiting), `waiting_days` (mean wait of those served).
    """
    if not figures:
        return NO_TEAMS
    stacked = np.stack(figures)  # (R, M, T, figures)
    by_name = {name: stacked[..., i] for i, name in enumerate(TEAM_FIGURES)}
    values = {
        "utilisation": ratio(by_name["busy"], by_name["capacity"]),
        "requests": by_name["requests"],
        "served": by_name["served"],
        "dropped": by_name["dropped"],
        "left": by_name["left"],
        "waiting_days": ratio(by_name["waited"], by_name["served"]) * DAYS,
    }
    summary = spread(np.stack(list(values.values()), axis=-1))
    m, t, f = (axis.ravel() for axis in np.indices(summary.mean.shape))
    columns = {
        "month": pl.Series(list(labels), dtype=pl.String)[m],
        "team": pl.Series(list(teams), dtype=pl.String)[t],
        "figure": pl.Series(list(values), dtype=pl.String)[f],
    }
    for field in ("mean", "p05", "p50", "p95"):
        columns[field] = pl.Series(getattr(summary, field).ravel(), nan_to_null=True)
    return pl.DataFrame(columns)
