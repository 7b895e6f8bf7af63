"""The generator gives the published known answers, and its addresses are distinct."""

import numpy as np
import pytest

from simulator.draws.address import purpose, replication_key, two_words, word
from simulator.draws.philox import philox, unit

ONES = 0xFFFFFFFF
# Known-answer tests of Random123 1.14 (kat_vectors): philox 4x32, 10 rounds. Counter, key, result.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_published_known_answers(counter, key, expected):
    assert philox(*(np.uint64(w) for w in counter + key)) == expected


def test_the_known_answer_of_the_c_plus_plus_standard():
    # std::philox4x32 ([rand.predef]): the 10000th number of the engine with its default seed, four to a block
    zero = np.uint64(0)
    assert philox(np.uint64(9999 // 4), zero, zero, zero, np.uint64(20111115), zero)[9999 % 4] == 1955073260


def test_the_same_answers_in_plain_python():
    counter, key, expected = KNOWN[2]
    assert philox.py_func(*(np.uint64(w) for w in counter + key)) == expected


def test_units_lie_strictly_between_0_and_1_and_reach_both_ends():
    lowest, highest = unit.py_func(np.uint64(0), np.uint64(0)), unit.py_func(np.uint64(ONES), np.uint64(ONES))
    assert lowest == 2.0**-53
    assert highest == 1.0 - 2.0**-53


def test_words_of_names_are_fixed_for_ever():
    # changing them would change every result of every user: a deliberate act, never an accident
    assert (word("smb/arrivals"), two_words("smb/opening/C-1")) == (2695282156, (4253793513, 1103201262))
    assert int(purpose("cancel_intent/clock")) == 4030632480


def test_replication_keys_are_distinct():
    keys = {replication_key(seed, r) for seed in range(20) for r in range(500)}
    assert len(keys) == 20 * 500


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match=r"the seed must be between 0 and 2\*\*64 - 1, not"):
        replication_key(seed, 0)


def test_a_replication_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"the replication must be between 0 and 2\*\*32 - 1, not 4294967296"):
        replication_key(0, 2**32)
