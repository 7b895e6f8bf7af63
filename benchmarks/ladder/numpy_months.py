"""The Markov ladder in plain NumPy: all customers take a step a month with the chain's exact probabilities."""

from __future__ import annotations

import numpy as np

from ladder.law import Law


def run(law: Law, seed: int) -> np.ndarray:
    """Return the MRR at each month-end."""
    draw = np.random.default_rng(seed)
    states, price = law.plans + 1, np.array([*law.price, 0])
    up_to = np.cumsum(law.steps, axis=1)[:, :-1]
    state = np.repeat(np.arange(law.plans), law.start)
    moves, mrr = [], []
    for _ in range(law.months):
        then = (draw.random(len(state))[:, None] >= up_to[state]).sum(axis=1)
        moves.append(np.bincount(state * states + then, minlength=states * states))  # the movements, by line
        state = then[then < law.plans]
        mrr.append(np.bincount(state, minlength=states) @ price)
    return np.array(mrr)
