"""Failed payments: MRR stays while they are chased; who has not paid by then leaves without the flow."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.record import ACTIVE, LEAVING
from simulator.customer.tally import PAYMENTS_FAILED, PAYMENTS_LOST, count
from simulator.draws.address import purpose
from simulator.draws.distributions import uniform
from simulator.jit import jit, number
from simulator.model.layout import UNPAID_END
from simulator.model.tables import NEVER

UNPAID = number(Cause.FAILED_PAYMENT)
RECOVERS = purpose("failed_payment/recovers")


@jit
def failed_payment_hazard(m, c):
    """Return the hazard of a failing payment: of whoever pays and owes nothing yet, pending leavers too."""
    s = c.state
    pays = c.account.mrr > 0 and (s.here == ACTIVE or s.here == LEAVING)
    if not pays or c.clocks[UNPAID_END].due != NEVER:
        return 0.0
    return m.segments[s.epoch, s.segment].failed_payment


@jit
def fail_payment(m, c, out, t):
    """Fail a payment; it is chased for the stated time."""
    s = c.state
    count(out, s, t, PAYMENTS_FAILED)
    c.clocks[UNPAID_END].due = t + m.segments[s.epoch, s.segment].failed_within


@jit
def end_chase(m, c, out, t):
    """End the chase: recovered, or the customer is gone; who pays nothing any more has nothing to lose."""
    s = c.state
    occurrence = s.payments
    s.payments += 1
    if c.account.mrr > 0 and uniform(s, RECOVERS, occurrence) >= m.segments[s.epoch, s.segment].failed_recovered:
        count(out, s, t, PAYMENTS_LOST)
        leave(m, c, out, t, UNPAID)
