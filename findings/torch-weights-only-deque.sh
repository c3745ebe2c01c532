#!/bin/sh
# torch.load(weights_only=True) refuses a deque, though deque is among its safe globals
#
# Version: torch 2.13.0 (CPU build).
# A good guess: `safe_globals([collections.deque])` allows what a trainer keeps next to the weights (the last returns).
# Behaviour: the name is allowed and the empty deque made; its items are then appended, and the restricted unpickler
# extends nothing but lists: "Can only extend lists". An empty deque loads. Counter and OrderedDict load with their items.
# What to do: read such a file's pickle by its opcodes (as Mazescope does), or save `list(returns)`.
#
# Seen:
#     deque([])      loads
#     deque([1, 2])  UnpicklingError: Can only extend lists, but got <class 'collections.deque'>
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import collections
import io
import pickle

import torch

for items in ([], [1, 2]):
    file = io.BytesIO()
    torch.save({"weights": torch.zeros(2), "returns": collections.deque(items)}, file)
    file.seek(0)
    with torch.serialization.safe_globals([collections.deque]):
        try:
            said = repr(torch.load(file, weights_only=True)["returns"])
        except pickle.UnpicklingError as error:
            said = next(line for line in str(error).splitlines() if "extend" in line)
    print(items, said)
    assert ("Can only extend lists" in said) == bool(items)
EOF
