#!/bin/sh
# Slices of a tensor in a safetensors file are not numpy's
#
# Version: safetensors 0.8.0 with numpy 2.4.6.
# A good guess: `get_slice(name)[...]` reads what the same index of the loaded array gives.
# Behaviour: a negative index counts from the end, but a negative start of a slice is an OverflowError; a slice that goes
# past the end is refused instead of cut (numpy reads what there is); a list of rows, which would read single channels of
# a large layer, is "not implemented". Steps work.
# What to do: clamp and normalise the bounds first (`slice.indices`), and read rows one at a time.
#
# Seen, for a 4 x 6 tensor:
#     [-1], [1:3], [::2], [..., 1]  as numpy
#     [-2:]      OverflowError: can't convert negative int to unsigned
#     [0:100]    SafetensorError: ... index 99 out of bounds for tensor dimension #0 of size 4
#     [[0, 2]]   SafetensorError: Non empty lists are not implemented
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import tempfile
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

values = np.arange(24).reshape(4, 6)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a.safetensors"
    save_file({"a": values}, path)
    with safe_open(path, "numpy") as file:
        part = file.get_slice("a")
        for index in (-1, slice(1, 3), slice(None, None, 2), (..., 1)):
            assert np.array_equal(part[index], values[index]), index
        for index, error in ((slice(-2, None), OverflowError), (slice(0, 100), SafetensorError), ([0, 2], SafetensorError)):
            assert values[index].size
            try:
                part[index]
            except error as found:
                print(index, type(found).__name__, found)
            else:
                raise AssertionError(f"{index} was read")
EOF
