"""Bill shock: a bill far above the usual raises the risk of leaving for a while."""

from __future__ import annotations

from simulator.jit import jit
from simulator.model.layout import BILL_SHOCK_END


@jit
def watch_bill(m, c, t):
    """Compare this month's bill with the mean of the three before it, from the fourth on."""
    s = c.state
    epoch = m.epochs[s.epoch]
    bill = s.billed
    if s.bills >= 3:
        usual = (s.bill_1 + s.bill_2 + s.bill_3) / 3.0
        if usual > 0.0 and bill > epoch.bill_shock_above * usual:
            c.clocks[BILL_SHOCK_END].due = t + epoch.bill_shock_for
            s.shocked = 1
    s.bill_1, s.bill_2, s.bill_3 = s.bill_2, s.bill_3, bill
    s.bills += 1
