#!/bin/sh
# torch.set_flush_denormal flushes part of a tensor, and numpy's and Python's numbers too
#
# Version: torch 2.13.0 (CPU build), numpy 2.4.6, x86-64.
# A good guess: from then on torch's operations treat denormal numbers as zero, and nothing else does.
# Behaviour: it sets the calling thread's processor flag. torch's helper threads that already run keep theirs, so one
# elementwise operation flushes the share of the calling thread and keeps the others: where in the tensor depends on the
# number of threads. In the calling thread numpy and Python's own floats flush as well.
# What to do: call it before torch first computes, or not at all.
#
# Seen, two threads, 400,000 numbers of 1e-40 times 1:
#     before: 0 zeros; after: 200,000 zeros, all in the first half
#     numpy.float32(1e-40) * numpy.float32(1) = 0.0; sys.float_info.min * 0.5 = 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import sys

import numpy as np
import torch

torch.set_num_threads(2)
small = torch.full((400_000,), 1e-40)
assert not (small * 1 == 0).any()
half = sys.float_info.min * 0.5
assert half > 0
if not torch.set_flush_denormal(True):
    print("This processor cannot flush denormal numbers: nothing to compare.")
    sys.exit()
zeros = small * 1 == 0
flushed_by_numpy = float(np.float32(1e-40) * np.float32(1))
flushed_by_python = sys.float_info.min * float("0.5")
torch.set_flush_denormal(False)
print(int(zeros.sum()), "of", zeros.numel(), "flushed; numpy", flushed_by_numpy, "Python", flushed_by_python)
assert int(zeros.sum()) == 200_000
assert zeros[:200_000].all()
assert flushed_by_numpy == 0
assert flushed_by_python == 0
EOF
