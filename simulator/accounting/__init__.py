"""MRR movement accounting: movements, policy, books, metrics. It knows nothing of simulation."""
