"""Who moves the clock: a process per customer in SimPy, or compiled code on all cores. Same events from both."""
