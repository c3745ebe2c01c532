#!/bin/sh
# nn.init makes other weights of a channels-last layer from the same seed, though the layer's own start does not
#
# Version: torch 2.13.0 (CPU build), numpy 2.4.6.
# A good guess: `channels_last` is a matter of speed; a seed and a shape decide the numbers, as they do in Conv2d's own
# `reset_parameters`.
# Behaviour: random fills (`normal_`, `uniform_`, all of `nn.init`) go through memory in its own order. `reset_parameters` fills a
# plain buffer and copies; a network that sets its weights itself (xavier, orthogonal: the usual ways for policies) has no such
# guard: converted first and initialised afterwards it is another network, and `orthogonal_` refuses it altogether.
# What to do: initialise first, convert afterwards.
#
# Seen, an 8 x 8 x 3 x 3 convolution, seed 0, channels-last against plain:
#     reset_parameters   equal
#     xavier_uniform_    not equal; the same numbers in another order
#     orthogonal_        RuntimeError: view size is not compatible with input tensor's size and stride
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import torch


def weights(layout, start):
    layer = torch.nn.Conv2d(8, 8, 3).to(memory_format=layout)
    torch.manual_seed(0)
    if start is None:
        layer.reset_parameters()
    else:
        start(layer.weight)
    return layer.weight.detach()


LAYOUTS = (torch.contiguous_format, torch.channels_last)
assert torch.equal(*(weights(layout, None) for layout in LAYOUTS))
for start in (torch.nn.init.xavier_uniform_, torch.nn.init.normal_):
    plain, last = (weights(layout, start) for layout in LAYOUTS)
    print(start.__name__, "largest difference", float((plain - last).abs().max()))
    assert not torch.equal(plain, last)
plain, last = (weights(layout, torch.nn.init.xavier_uniform_) for layout in LAYOUTS)
assert torch.equal(plain.flatten().sort().values, last.flatten().sort().values)
weights(torch.contiguous_format, torch.nn.init.orthogonal_)
try:
    weights(torch.channels_last, torch.nn.init.orthogonal_)
except RuntimeError as error:
    print("orthogonal_:", str(error).splitlines()[0])
else:
    raise AssertionError("orthogonal_ took it")
EOF
