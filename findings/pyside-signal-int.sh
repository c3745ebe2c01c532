#!/bin/sh
# PySide6's Signal(int) turns what it cannot carry into another number, and emit() raises nothing
#
# Version: PySide6-Essentials 6.11.3, numpy 2.4.6, Python 3.11.
# A good guess: emit(None) or emit("3") on a Signal(int) is a TypeError; a seed of 2^31 is an OverflowError or arrives.
# Behaviour: None and texts arrive as 0, with a line on stderr; a numpy float32 arrives as -1, with a RuntimeWarning; 2^31 arrives
# as -2^31, with an OverflowError already pending, so that the slot fails at the first thing that looks for one, whatever it
# does. A numpy int64 that fits arrives as int.
# What to do: Signal(object) for seeds, counts of observations and anything that may be None.
#
# Seen: emit(2**31 - 1) -> 2147483647; emit(2**31) -> -2147483648; emit(None) -> 0; emit("3") -> 0; emit(float32(.1)) -> -1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check PySide6-Essentials==6.11.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import warnings

import numpy as np
from PySide6.QtCore import QObject, Signal

warnings.simplefilter("ignore")


class Sender(QObject):
    number = Signal(int)


sender, got = Sender(), []
sender.number.connect(lambda number: got.append(number))
expected = [
    (2**31 - 1, [2**31 - 1]),
    (2**31, [-(2**31)]),
    (None, [0]),
    ("3", [0]),
    (np.float32(0.1), [-1]),
    (np.int64(5), [5]),
]
for value, arrives in expected:
    got.clear()
    sender.number.emit(value)
    print(repr(value), "->", got)
    assert got == arrives
EOF
