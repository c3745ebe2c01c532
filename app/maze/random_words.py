"""Seeds, and the random words that procgen draws from one for a level: 32-bit Mersenne twisters."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.errors import MazeError

LARGEST_SEED: Final = 2**31 - 1
"""procgen keeps seeds as signed 32-bit numbers; every other seed of the program has the same bounds: 0 to this."""

SEEDS: Final = LARGEST_SEED + 1
"""procgen's levels are numbered 0 to SEEDS - 1."""

_SIZE: Final = 624
_MIDDLE: Final = 397
_MULTIPLIER: Final = np.uint32(1812433253)
_TWIST: Final = np.uint32(0x9908B0DF)

FIRST_WORDS: Final = _SIZE - _MIDDLE
"""Number of a generator's first words that depend only on its freshly seeded state: the most of `first_words`."""

FEW: Final = 64
"""Seeds up to this many are quicker one by one than together: a step for all of them costs as much as one for one."""

_threads = threading.local()


def check_seed(seed: int) -> int:
    """The seed itself.

    Raises:
        MazeError: unless it is a whole number from 0 to 2^31 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < SEEDS:
        raise MazeError(f"Seed {seed} was found; a seed is a whole number from 0 to {SEEDS - 1}.")
    return int(seed)


def words(seed: int, count: int) -> np.ndarray:
    """(count,) uint32: the first words of the generator of a seed.

    Args:
        seed: any integer; it counts modulo 2^32, as procgen casts its signed level seeds.
        count: how many, from 0.
    """
    # Making a RandomState costs fifty times as much as seeding one, and seeding and drawing must not be interrupted
    # by another thread: one generator a thread. Its integer seeding is `init_genrand`, unlike that of newer generators.
    try:
        generator = _threads.generator
    except AttributeError:
        generator = _threads.generator = np.random.RandomState(0)
    generator.seed(seed & 0xFFFFFFFF)
    return np.frombuffer(generator.bytes(4 * count), dtype="<u4")


def first_words(seeds: Sequence[int] | np.ndarray, count: int) -> np.ndarray:
    """(N, count) uint32: the first words of the generators of many seeds at once, about 1 us a seed for three of them.

    Args:
        seeds: N integers of 64 bits, each modulo 2^32.
        count: how many of each, 0 to `FIRST_WORDS`.

    Raises:
        ValueError: for more words than `FIRST_WORDS`.
    """
    if not 0 <= count <= FIRST_WORDS:
        raise ValueError(f"{count} words were asked for; expected 0 to {FIRST_WORDS}.")
    word = np.asarray(seeds, dtype=np.int64).astype(np.uint32)
    if len(word) <= FEW:
        each = [words(seed, count) for seed in word.tolist()]
        return np.array(each, dtype=np.uint32).reshape(len(word), count)
    # After Matsumoto and Nishimura (1998), mt19937ar.c: a word of the first round is made of those 0, 1 and 397 on.
    near, far = np.empty((2, count + 1, len(word)), dtype=np.uint32)
    for index in range(_MIDDLE + count):
        if index <= count:
            near[index] = word
        if index >= _MIDDLE:
            far[index - _MIDDLE] = word
        word = (word ^ (word >> np.uint32(30))) * _MULTIPLIER + np.uint32(index + 1)
    if count == 0:
        return np.empty((len(word), 0), dtype=np.uint32)
    mixed = (near[:-1] & np.uint32(0x80000000)) | (near[1:] & np.uint32(0x7FFFFFFF))
    drawn = far[:-1] ^ (mixed >> np.uint32(1)) ^ ((mixed & np.uint32(1)) * _TWIST)
    drawn ^= drawn >> np.uint32(11)
    drawn ^= (drawn << np.uint32(7)) & np.uint32(0x9D2C5680)
    drawn ^= (drawn << np.uint32(15)) & np.uint32(0xEFC60000)
    drawn ^= drawn >> np.uint32(18)
    return np.ascontiguousarray(drawn.T)
