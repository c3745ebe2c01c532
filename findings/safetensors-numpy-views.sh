#!/bin/sh
# safetensors.numpy.save writes the wrong numbers of a transposed array, and says nothing
#
# Version: safetensors 0.8.0 with numpy 2.4.6.
# A good guess: as `safetensors.torch.save` does, it refuses an array that is not contiguous, or copies it.
# Behaviour: it writes the memory behind the array, row by row of the array it is a view of, under the view's shape. A
# vector cut out of activations with `.T`, `transpose` or `asfortranarray` comes back scrambled, of the right shape.
# What to do: `np.ascontiguousarray` before saving.
#
# Seen:
#     saved   [[0, 3], [1, 4], [2, 5]]
#     loaded  [[0, 1], [2, 3], [4, 5]]
#     torch   ValueError: You are trying to save a non contiguous tensor
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import numpy as np
from safetensors.numpy import load, save

values = np.arange(6, dtype=np.float32).reshape(2, 3)
for view in (values.T, np.asfortranarray(values)):
    found = load(save({"vector": view}))["vector"]
    print("saved", view.tolist(), "loaded", found.tolist())
    assert found.shape == view.shape
    assert not np.array_equal(found, view)
    # The memory in its own order, whatever the view's.
    assert np.array_equal(found.ravel(), view.ravel(order="K"))
assert np.array_equal(load(save({"vector": np.ascontiguousarray(values.T)}))["vector"], values.T)
EOF
