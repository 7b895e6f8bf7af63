"""How one customer behaves: scalar functions on a customer's record, one mechanism a file.

Every function takes the model's tables `m`, a customer `c`, mostly the output `out` and the time `t` in months. Both
engines call the same compiled functions, so both give the same events.
"""
