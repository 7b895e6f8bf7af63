"""What an outcome does to a customer: satisfaction moves, and a share leaves at once without the flow."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.record import GONE, LEAVING
from simulator.customer.satisfaction import move_satisfaction
from simulator.draws.distributions import uniform
from simulator.jit import inlined, number
from simulator.model.tables import ADOPTED

VOLUNTARY = number(Cause.VOLUNTARY)


@inlined
def bear(m, c, out, t, consequence, purpose, occurrence):
    """Let the customer bear a consequence; what is stated for early ones comes on top before adoption."""
    s = c.state
    early = s.phase != ADOPTED
    move_satisfaction(s, consequence.satisfaction + (consequence.early_satisfaction if early else 0.0))
    leaves = consequence.cancel
    if early:
        leaves += (1.0 - leaves) * consequence.early_cancel
    if leaves > 0.0 and s.here != GONE and s.here != LEAVING and uniform(s, purpose, occurrence) < leaves:
        leave(m, c, out, t, VOLUNTARY)
