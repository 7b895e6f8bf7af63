"""Failed payments: MRR stays while they are chased; who has not paid by then leaves without the flow."""

from __future__ import annotations

from simulator.accounting.movements import Cause
from simulator.customer.leaving import leave
from simulator.customer.record import ACTIVE, LEAVING
from simulator.customer.settling import count_anew
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
    pays = s.billed > 0 and (s.here == ACTIVE or s.here == LEAVING)
    if not pays or c.clocks[UNPAID_END].due != NEVER:
        return 0.0
    return m.segments[s.epoch, s.segment].failed_payment


@jit
def fail_payment(m, c, out, t):
    """Fail a payment; it is chased for the stated time, and counts as MRR for as long as the policy lets it."""
    s = c.state
    count(out, s, t, PAYMENTS_FAILED)
    s.unpaid_until = t + m.segments[s.epoch, s.segment].failed_within
    c.clocks[UNPAID_END].due = min(s.unpaid_until, t + m.policy[0].unpaid_for)


@jit
def end_chase(m, c, out, t):
    """End the chase: recovered, or the customer is gone; who pays nothing any more has nothing to lose."""
    s = c.state
    if t < s.unpaid_until:  # it counts no more, but is still chased
        c.clocks[UNPAID_END].due = s.unpaid_until
        if s.billed > 0:
            s.uncollected = 1
            count_anew(m, c, out, t, UNPAID)
        return
    occurrence = s.payments
    s.payments += 1
    if s.billed > 0 and uniform(s, RECOVERS, occurrence) >= m.segments[s.epoch, s.segment].failed_recovered:
        count(out, s, t, PAYMENTS_LOST)
        leave(m, c, out, t, UNPAID)
    elif s.uncollected:
        s.uncollected = 0
        count_anew(m, c, out, t, UNPAID)
