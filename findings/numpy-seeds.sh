#!/bin/sh
# One seed, three generators: RandomState(n) is C++'s, RandomState([n]) is Python's, MT19937(n) is neither
#
# Version: numpy 2.4.6, Python 3.11.
# A good guess: all are Mersenne twisters seeded with 42, so their words are the same; or each library has its own.
# Behaviour: `RandomState(42)` and its `seed(42)` set the twister as C++'s `std::mt19937(42)` does (so `.bytes` gives a C++
# game's words); in brackets, `RandomState([42])`, it is Python's `random.seed(42)`; `MT19937(42)`, what numpy advises, goes
# through SeedSequence. `randint` of the first is not `word % n`, and `.bytes` throws away the rest of a word it has begun.
# What to do: `np.frombuffer(RandomState(seed).bytes(4 * n), "<u4")` where another program's levels are to be made again.
#
# Seen, first words: RandomState(42) 1608637542; RandomState([42]) and random.seed(42) 2746317213; MT19937(42) 2327846034
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import random

import numpy as np


def words(generator):
    return np.frombuffer(generator.bytes(16), "<u4").tolist()


def standard(seed, count=4):
    # std::mt19937's words: init_genrand of Matsumoto and Nishimura, 2002, and the twist, which numpy does the same.
    key = [seed]
    for index in range(1, 624):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + index) & 0xFFFFFFFF)
    twister = np.random.MT19937()
    twister.state = {"bit_generator": "MT19937", "state": {"key": np.array(key, np.uint32), "pos": 624}}
    return twister.random_raw(count).tolist()


random.seed(42)
python = [random.getrandbits(32) for _ in range(4)]
print("RandomState(42)", words(np.random.RandomState(42)), "MT19937(42)", np.random.MT19937(42).random_raw(4).tolist())
print("RandomState([42])", words(np.random.RandomState([42])), "Python", python)
assert words(np.random.RandomState(42)) == standard(42)
assert words(np.random.RandomState([42])) == python
assert np.random.MT19937(42).random_raw(4).tolist() not in (standard(42), python)
assert np.random.RandomState(42).randint(0, 9, 4).tolist() != [word % 9 for word in standard(42)]
whole = np.random.RandomState(42).bytes(12)
parts = np.random.RandomState(42)
assert parts.bytes(6) == whole[:6]
assert parts.bytes(4) == whole[8:12]
EOF
