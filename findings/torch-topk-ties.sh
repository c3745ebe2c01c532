#!/bin/sh
# torch.topk(1) and torch.argmax name different places of the same largest value
#
# Version: torch 2.13.0 (CPU build).
# A good guess: both give the first; a list of the "top channels" begins with the argmax.
# Behaviour: `argmax` and `max` give the first of equal values, `topk` whichever its partial sort leaves in front. Equal values
# are common here: channels that are all zero after a ReLU, probabilities of repeated actions, counts.
# What to do: `sort(descending=True, stable=True)` and take the first k.
#
# Seen:
#     [3, 1, 3, 2, 3]: argmax 0, topk(1) 2, stable sort 0 2 4
#     sixteen zeros:   argmax 0, topk(1) 10
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import torch

for values, expected in ((torch.tensor([3.0, 1, 3, 2, 3]), [0, 2, 4]), (torch.zeros(16), [0, 1, 2])):
    first, top = values.argmax().item(), values.topk(1).indices.item()
    print(values.tolist(), "argmax", first, "topk(1)", top)
    assert first == values.max(0).indices.item() == 0
    assert top != 0
    assert values.sort(descending=True, stable=True).indices[:3].tolist() == expected
EOF
