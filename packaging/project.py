"""Paths, names and the version that every script of this folder uses."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "package"
DIST = ROOT / "dist"
BUNDLE = BUILD / ("Mazescope.app" if sys.platform == "darwin" else "mazescope")
"""The frozen program, as it is before an installer takes it."""

NAME = "mazescope"
TITLE = "Mazescope"
SUMMARY = "See what a maze-solving policy wants at every square"
IDENTIFIER = "org.mazescope.mazescope"


def version() -> str:
    """The version, from its one source, app/__init__.py."""
    found = re.search(r'^__version__ = "([^"]+)"$', (ROOT / "app" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit('app/__init__.py was expected to hold a line `__version__ = "..."`; none was found.')
    return found.group(1)


def machine() -> str:
    """The machine in file names: "x86_64", "arm64"."""
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())


def stem() -> str:
    """The beginning of a release's file names: "mazescope-0.1.0-linux-x86_64"."""
    system = {"linux": "linux", "win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    return f"{NAME}-{version()}-{system}-{machine()}"


def program(bundle: Path = BUNDLE) -> Path:
    """The file that starts the frozen program and can print: on Windows, the one for the commands without a window."""
    if sys.platform == "darwin":
        return bundle / "Contents" / "MacOS" / NAME
    return bundle / (f"{NAME}-cli.exe" if sys.platform == "win32" else NAME)
