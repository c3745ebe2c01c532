"""Paths: the files that ship with the application, and the folders of its settings and caches."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import cache
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
    return Path(home) if home else _placed(lambda: platformdirs.user_config_dir("mazescope", appauthor=False))


def cache_folder() -> Path:
    """The folder of results that can be measured or computed again, such as the engine's plans."""
    import platformdirs

    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / "cache" if home else _placed(lambda: platformdirs.user_cache_dir("mazescope", appauthor=False))


def state_folder() -> Path:
    """The folder of logs, autosaves, and results that could not go elsewhere."""
    import platformdirs

    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else _placed(lambda: platformdirs.user_state_dir("mazescope", appauthor=False))


def home_folder() -> Path:
    """The user's home folder, or the current one where the system knows of none."""
    with contextlib.suppress(RuntimeError, KeyError):
        found = Path.home()
        if found.is_absolute():
            return found
    return Path.cwd()


def place_problem() -> str:
    """One sentence where choices cannot be kept, or only until the system is started again; "" where all is well.

    It tells of unsaved work too where that can be kept no more than the choices.
    """
    folder = config_folder()
    if not _writable(folder):
        lost = "nothing is remembered for the next start"
        if not _writable(state_folder()):
            lost += ", and unsaved work is lost if the program is killed"
        return f"The folder {folder} cannot be written to, so {lost}."
    if not os.environ.get(HOME_VARIABLE) and folder == _temporary_home():
        return (
            f"No home folder is known, so settings and autosaves are kept in {folder}; set HOME to keep them elsewhere."
        )
    return ""


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError):
        return False
    return os.access(folder, os.W_OK)


def _placed(find: Callable[[], str]) -> Path:
    """A folder as the system has it; a temporary one for a user without a home folder."""
    try:
        found = Path(find())
    except (RuntimeError, KeyError, OSError):
        return _temporary_home()
    return found if found.is_absolute() else _temporary_home()


@cache
def _temporary_home() -> Path:
    """A folder of this user's alone among the temporary files, the same at the next start where that can be."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir()) / f"mazescope-{user}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o077
        return folder if private or os.name == "nt" else Path(tempfile.mkdtemp(prefix="mazescope-"))
    except OSError:
        # Nothing can be kept anywhere; what is tried there fails, and the program runs without.
        return Path(os.path.abspath(os.sep)) / "no folder for mazescope"
