"""Choice of Qt plug-ins before PyInstaller looks for the libraries they need: an unused plug-in adds none."""

from __future__ import annotations

from pathlib import PurePath

import parts

Collected = tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]


def without_unused(collected: Collected) -> Collected:
    """The files that a hook of PySide6 found, less those that the program leaves out."""
    hidden, binaries, datas = collected
    return hidden, _wanted(binaries), _wanted(datas)


def _wanted(files: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(source, folder) for source, folder in files if not parts.left_out(f"{folder}/{PurePath(source).name}")]
