#!/bin/sh
# After PySide6, Python reads the source text of every module that is imported, and keeps it
#
# Version: PySide6-Essentials 6.11.3, numpy 2.4.6, Python 3.11.
# A good guess: an import executes a module's compiled bytecode and reads its source only for a traceback; a binding of
# Qt does nothing to the imports of other libraries.
# Behaviour: PySide replaces Python's __import__ with a function that looks for its own name in the source of whatever
# imports something, to find modules that chose other spellings of Qt's names. The lines stay in linecache: nearly every
# module of Python behind PySide is there, those of numpy, pandas or torch too. A program that loads torch behind its
# window keeps tens of megabytes of text that nobody reads, and starts the slower for it.
# What to do: import large libraries before PySide6, or call linecache.clearcache() when they are loaded; a packaged
# program without sources has nothing to read.
#
# Seen:
#   numpy alone: 0 modules' sources kept
#   numpy after PySide6: most of its modules' sources kept, more than 1 MB
#   PySide6 after numpy: 0 of numpy's modules' sources kept
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check PySide6-Essentials==6.11.3 numpy==2.4.6
cat >"$folder/kept.py" <<'EOF'
import importlib
import linecache
import sys

for name in sys.argv[1:]:
    importlib.import_module(name)
files = [getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if name.startswith("numpy")]
files = [file for file in files if file.endswith(".py")]
kept = [file for file in files if file in linecache.cache]
print(len(files), len(kept), sum(linecache.cache[file][0] for file in kept))
EOF
alone=$("$folder/venv/bin/python" "$folder/kept.py" numpy)
behind=$("$folder/venv/bin/python" "$folder/kept.py" PySide6.QtCore numpy)
before=$("$folder/venv/bin/python" "$folder/kept.py" numpy PySide6.QtCore)
echo "numpy's modules, their sources kept, bytes: alone $alone; after PySide6 $behind; before PySide6 $before"
"$folder/venv/bin/python" - "$alone" "$behind" "$before" <<'EOF'
import sys

alone, behind, before = ([int(number) for number in text.split()] for text in sys.argv[1:])
assert alone[1] == 0 and before[1] == 0, (alone, before)
assert behind[1] > 0.6 * behind[0], behind
assert behind[2] > 1_000_000, behind
EOF
