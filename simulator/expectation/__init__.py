"""What the theory says: the exact expectation of what a run estimates, and closed forms; no random number anywhere."""
