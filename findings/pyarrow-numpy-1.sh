#!/bin/sh
# pyarrow 26.0.1 installs next to numpy 1.26, and pip finds nothing wrong; `import pyarrow` then fails
#
# Version: pyarrow 26.0.1, numpy 1.26.4, Python 3.11; pyarrow 25.0.1 for comparison.
# A good guess: numpy is optional for pyarrow, so without a requirement in its metadata any numpy will do, or is left alone.
# Behaviour: the whole of pyarrow refuses to load next to a numpy below 2, also for what needs no numpy. Its metadata says
# nothing of it, so `pip install` and `pip check` are content: an environment with numpy 1 breaks at the next upgrade.
# What to do: pin pyarrow below 26 where numpy is below 2, and import it once in the test of an environment.
#
# Seen: "No broken requirements found.", then ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/pip" --quiet --disable-pip-version-check "$@"; }
tried() { "$folder/venv/bin/python" -c "import pyarrow; print(pyarrow.array([1, 2]).sum())" 2>&1 | tail -1; }
pip install --no-compile numpy==1.26.4 pyarrow==25.0.1
before=$(tried)
pip install --no-compile pyarrow==26.0.1
pip check
after=$(tried)
echo "25.0.1: $before; 26.0.1: $after"
test "$before" = 3
case "$after" in ImportError*NumPy\ 2.0*) ;; *) exit 1 ;; esac
