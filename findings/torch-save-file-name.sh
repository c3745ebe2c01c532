#!/bin/sh
# torch.save writes other bytes of the same values under another file name
#
# Version: torch 2.13.0 (CPU build).
# A good guess: a checkpoint's SHA-256 tells whether two files hold the same.
# Behaviour: each record of the archive is named after the file: a.pt has a/data.pkl, b.pt has b/data.pkl. A copy keeps its
# hash; the same values saved once more under another name never have the same. Into a buffer the name is always "archive".
# What to do: hash the tensors, or save into a buffer and write that.
#
# Seen: a.pt twice: the same bytes; b.pt: others; two buffers: the same.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import torch

values = {"weight": torch.ones(4)}


def digest(path):
    torch.save(values, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def buffer():
    made = io.BytesIO()
    torch.save(values, made)
    return made.getvalue()


with tempfile.TemporaryDirectory() as folder:
    a, b = Path(folder) / "a.pt", Path(folder) / "b.pt"
    print("a.pt", digest(a), digest(a), "b.pt", digest(b))
    assert digest(a) == digest(a)
    assert digest(a) != digest(b)
    with zipfile.ZipFile(b) as archive:
        assert "b/data.pkl" in archive.namelist()
assert buffer() == buffer()
EOF
