"""Titles and filters of the dialogs that ask for files, and the suffixes of names."""

from __future__ import annotations

from pathlib import Path

OPEN_TITLES = {
    "any": "Open a session, maze, policy, vector, patches or export",
    "policy": "Open policy",
    "maze": "Open maze",
}
FILTERS = {
    "any": "All supported files (*.pth *.pt *.ckpt *.safetensors *.json *.txt *.npy *.pkl *.mazescope"
    " *.png *.svg *.pdf *.gif *.mp4 *.csv *.npz);;All files (*)",
    "policy": "Checkpoints (*.pth *.pt *.safetensors *.ckpt);;All files (*)",
    "maze": "Mazes (*.json);;Mazes as text (*.txt);;All files (*)",
    "session": "Sessions (*.mazescope)",
}


def with_suffix(path: Path, suffix: str) -> Path:
    """The path with this suffix behind its name, unless it has it."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
