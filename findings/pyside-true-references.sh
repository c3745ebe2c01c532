#!/bin/sh
# PySide6 6.12.0 gives up one reference to True too many at each emit, before Python 3.12
#
# Version: PySide6-Essentials 6.12.0 and 6.11.3, Python 3.11.
# A good guess: emitting a truth value has no side effects.
# Behaviour: every `emit(True)` with a connected slot takes one from the count of references to True (False is right, and so was
# 6.11.3). A program that emits often enough is ended by the interpreter. From Python 3.12 on True is never counted.
# What to do: 6.11.3, or Python 3.12 and later.
#
# Seen, ten emits of True: 6.12.0: about -10 references; 6.11.3: about 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! python3 -c 'import sys; sys.exit(sys.version_info[:2] >= (3, 12))'; then
    echo "From Python 3.12 on references to True are not counted: nothing to compare." >&2
    exit 2
fi
cat > "$folder/check.py" <<'EOF'
import sys

import PySide6
from PySide6.QtCore import QObject, Signal

version, lost = sys.argv[1], int(sys.argv[2])


class Sender(QObject):
    anything = Signal(object)


def ignore(value):
    pass


sender = Sender()
sender.anything.connect(ignore)
held = [True] * 1000  # far more references than are lost here
changes = []
for value in (True, False):
    before = sys.getrefcount(value)
    for _ in range(10):
        sender.anything.emit(value)
    changes.append(sys.getrefcount(value) - before)
print(PySide6.__version__, "ten emits change the references to True by", changes[0], "and to False by", changes[1])
assert PySide6.__version__ == version
assert abs(changes[0] + lost) <= 2
assert abs(changes[1]) <= 2
EOF
for pair in 6.12.0:10 6.11.3:0; do
    version=${pair%:*}
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --no-compile --disable-pip-version-check "PySide6-Essentials==$version"
    "$folder/$version/bin/python" "$folder/check.py" "$version" "${pair#*:}"
done
