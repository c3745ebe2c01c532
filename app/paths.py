"""Paths: the files that ship with the application, and the folders of its settings and caches."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "MAZESCOPE_HOME"
"""Name of the variable with the folder for everything the program remembers: for portable use and for tests."""


def bundled(*parts: str) -> Path:
    """The path of a shipped file from the program's root, from source and from a frozen build alike.

    A PyInstaller build unpacks its data below `sys._MEIPASS`; from source, the root is the folder that holds app/.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle is not None else Path(__file__).resolve().parent.parent
    return root.joinpath(*parts)


def asset(*parts: str) -> Path:
    """The path of a shipped file below assets/, `asset("tiles", "tiles.npz")`."""
    return bundled("assets", *parts)


def config_folder() -> Path:
    """The folder of the settings."""
    import platformdirs

    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(platformdirs.user_config_dir("mazescope", appauthor=False))


def cache_folder() -> Path:
    """The folder of results that can be measured or computed again, such as the engine's plans."""
    import platformdirs

    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("mazescope", appauthor=False))


def state_folder() -> Path:
    """The folder of logs, autosaves, and results that could not go elsewhere."""
    import platformdirs

    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(platformdirs.user_state_dir("mazescope", appauthor=False))
