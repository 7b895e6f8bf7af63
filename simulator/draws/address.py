"""Addresses of draws: names become 32-bit words, a seed and a replication become a key."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from simulator.draws.philox import MASK, philox
from simulator.jit import in_python


def word(name: str) -> int:
    """Return the 32-bit word that stands for a name (BLAKE2b, RFC 7693)."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little")


def two_words(name: str) -> tuple[int, int]:
    """Return 64 bits for a name as two words: for customers known by an identifier of their own."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def purpose(name: str) -> np.uint64:
    """Return the word of a purpose of a draw, such as ``"cancel_intent"`` or ``"offer/near_limit/accepts"``."""
    return np.uint64(word("purpose/" + name))


def replication_key(seed: int, replication: int) -> tuple[int, int]:
    """Return the two-word key of one replication.

    The seed (up to 64 bits) keys one Philox block whose counter is the replication: distinct replications of one
    seed differ by construction, and keys of different seeds are as good as independent.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"the seed must be between 0 and 2**64 - 1, not {seed}")
    if not 0 <= replication < 2**32:
        raise ValueError(f"the replication must be between 0 and 2**32 - 1, not {replication}")
    zero = np.uint64(0)
    k0, k1 = np.uint64(seed) & MASK, np.uint64(seed >> 32)
    first, second, _, _ = in_python(philox)(np.uint64(replication), zero, zero, zero, k0, k1)
    return int(first), int(second)
