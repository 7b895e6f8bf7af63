"""Addressed random numbers: a draw is a pure function of its address.

The address is (seed, replication, customer, purpose, occurrence). A customer is a pair of 32-bit words, a purpose a
name hashed to 32 bits, so that turning one mechanism off disturbs no draw of another, and adding a customer or a
segment disturbs nobody.
"""
