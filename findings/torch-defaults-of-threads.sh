#!/bin/sh
# Of torch's defaults, the number type reaches other threads and the device does not
#
# Version: torch 2.13.0 (CPU build).
# A good guess: `set_default_dtype` and `set_default_device` are siblings and reach as far as each other.
# Behaviour: the default number type and `use_deterministic_algorithms` are the process's. The default device, set for good
# or by `with torch.device(...)`, is the calling thread's, like gradients, `inference_mode` and `autocast`: a network that
# is built in a background thread "on the meta device" takes real memory and draws random numbers, and one that is run in
# a pool's thread inside `inference_mode()` records gradients.
# What to do: name the device where tensors are made, and enter the modes in the thread that computes.
#
# Seen:                       calling thread   another thread
#     set_default_dtype       float64          float64
#     set_default_device      meta             cpu
#     with torch.device       meta             cpu
#     with inference_mode     True             False
#     with autocast           True             False
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import threading

import torch


def here_and_there(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    print(work(), found[0])
    return work(), found[0]


def device():
    return torch.zeros(1).device.type


torch.set_default_dtype(torch.float64)
assert here_and_there(torch.get_default_dtype) == (torch.float64, torch.float64)
torch.use_deterministic_algorithms(True)
assert here_and_there(torch.are_deterministic_algorithms_enabled) == (True, True)
torch.set_default_device("meta")
assert here_and_there(device) == ("meta", "cpu")
torch.set_default_device(None)
with torch.device("meta"):
    assert here_and_there(device) == ("meta", "cpu")
with torch.inference_mode():
    assert here_and_there(torch.is_inference_mode_enabled) == (True, False)
with torch.no_grad():
    assert here_and_there(torch.is_grad_enabled) == (False, True)
with torch.autocast("cpu"):
    assert here_and_there(lambda: torch.is_autocast_enabled("cpu")) == (True, False)
EOF
