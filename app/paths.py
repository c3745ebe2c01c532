"""Where the files that ship with the application lie."""

from __future__ import annotations

import sys
from pathlib import Path


def asset(*parts: str) -> Path:
    """The path of a shipped file, `asset("tiles", "tiles.npz")`, from source and from a frozen build alike.

    A PyInstaller build unpacks its data below `sys._MEIPASS`; from source, assets/ lies beside app/.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle is not None else Path(__file__).resolve().parent.parent
    return root.joinpath("assets", *parts)
