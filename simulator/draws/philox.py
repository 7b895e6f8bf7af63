"""Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw (2011).

"Parallel random numbers: as easy as 1, 2, 3", SC'11, doi:10.1145/2063384.2063405. Words of 32 bits travel in uint64
variables, so that the 32 x 32 -> 64 bit products need no special instruction.
"""

from __future__ import annotations

import numpy as np

from simulator.jit import inlined, numeric_inlined

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
SIX = np.uint64(6)


@numeric_inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Return the block of four 32-bit words for a counter of four words and a key of two (all uint64)."""
    for _ in range(10):
        product_0 = MULTIPLIER_0 * c0
        product_1 = MULTIPLIER_1 * c2
        c0 = (product_1 >> HALF) ^ c1 ^ k0
        c1 = product_1 & MASK
        c2 = (product_0 >> HALF) ^ c3 ^ k1
        c3 = product_0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


@inlined
def unit(high, low):
    """Return a double in the open interval (0, 1) from two 32-bit words.

    52 bits, centred in their cell: with 53 the half would not fit, and the highest value would round to 1.
    """
    return (np.float64(high >> SIX) * 67108864.0 + np.float64(low >> SIX) + 0.5) * (1.0 / 4503599627370496.0)
