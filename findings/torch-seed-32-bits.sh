#!/bin/sh
# torch's CPU generator keeps 32 bits of its seed, and small random integers are words modulo n
#
# Version: torch 2.13.0 (CPU build), numpy 2.4.6.
# A good guess: `manual_seed` takes 64 bits, so 2^32 + 42 is another stream than 42; `randint` removes the bias of modulo, as
# numpy's does.
# Behaviour: the Mersenne twister is seeded with the low 32 bits (seeds made of a hash, or of level * 2^32 + run, repeat each
# other); `initial_seed()` still tells all 64. And `randint(0, n)` for small n is one word of that twister modulo n, the words
# being those of numpy's `RandomState(seed)` and of C++'s `std::mt19937(seed)`: what a C++ game draws by `word % n`, torch draws.
#
# Seen:
#     manual_seed(42) and manual_seed(2**32 + 42): the same numbers; 43: others
#     randint(0, 9, (10,)), seed 42: 6 5 7 4 0 2 7 5 4 2 = RandomState(42)'s words % 9
#     RandomState(42).randint(0, 9, 10): 6 3 7 4 6 2 6 7 4 3
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import numpy as np
import torch


def integers(seed):
    return torch.randint(0, 9, (1000,), generator=torch.Generator().manual_seed(seed))


assert torch.equal(integers(42), integers(2**32 + 42))
assert torch.equal(integers(42), integers(7 * 2**32 + 42))
assert not torch.equal(integers(42), integers(43))
assert torch.Generator().manual_seed(2**32 + 42).initial_seed() == 2**32 + 42
words = np.frombuffer(np.random.RandomState(42).bytes(4000), "<u4")
print("torch", integers(42)[:10].tolist(), "numpy's words % 9", (words[:10] % 9).tolist())
assert np.array_equal(integers(42).numpy(), words % 9)
assert not np.array_equal(integers(42).numpy(), np.random.RandomState(42).randint(0, 9, 1000))
EOF
