#!/bin/sh
# The same tensors with the same metadata make other safetensors bytes each time
#
# Version: safetensors 0.8.0 with numpy 2.4.6.
# A good guess: a file that was written twice from the same values has the same SHA-256.
# Behaviour: the metadata's keys are written in the order of a hash table with a seed of its own for each call, within one
# process too. Without metadata, or with one key, the bytes are the same. Tensors are always in the same order.
# What to do: parse the header, sort its keys and write it again, before a file's hash is compared or published.
#
# Seen:
#     50 saves with six keys: 50 different files (47 to 50); with one key: 1; without: 1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import json

import numpy as np
from safetensors.numpy import save

tensors = {"b": np.ones(3, np.float32), "a": np.zeros(2, np.float32)}
six = {f"key {number}": str(number) for number in range(6)}
files = {save(tensors, six) for _ in range(50)}
print(len(files), "different files of 50 with six keys of metadata")
assert len(files) > 20
read = [json.loads(file[8 : 8 + int.from_bytes(file[:8], "little")]) for file in files]
assert all(each == read[0] for each in read), "they differ in order alone"
assert len({save(tensors, {"world": "easy"}) for _ in range(50)}) == 1
assert len({save(tensors) for _ in range(50)}) == 1
EOF
