#!/bin/sh
# PySide6's Signal(dict) delivers an empty dictionary when a key is no text
#
# Version: PySide6-Essentials 6.11.3, Python 3.11.
# A good guess: a Python signal carries the Python object, as Signal(object) does; or emitting something else raises.
# Behaviour: Signal(dict) is converted to Qt's map of texts on the way, even from Python to Python. With keys that are numbers
# (channels, seeds) the conversion fails, a line is printed to stderr, and the slot is called with {}. Text keys arrive, in a
# new dictionary sorted by key.
# What to do: Signal(object).
#
# Seen: emit({10: .5}) -> {}; emit({"b": 1, "a": 2}) -> {"a": 2, "b": 1}; Signal(object): the same object
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check PySide6-Essentials==6.11.3
"$folder/venv/bin/python" - <<'EOF'
from PySide6.QtCore import QObject, Signal


class Sender(QObject):
    mapping = Signal(dict)
    anything = Signal(object)


sender, got = Sender(), []
sender.mapping.connect(got.append)
sender.anything.connect(got.append)
numbers, texts = {10: 0.5, 2: 0.25}, {"b": 1, "a": 2}
sender.mapping.emit(numbers)
sender.mapping.emit(texts)
sender.anything.emit(numbers)
print(got)
assert got[0] == {}
assert list(got[1].items()) == [("a", 2), ("b", 1)]
assert got[2] is numbers
EOF
