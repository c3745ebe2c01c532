"""System packages: what of `packaging/linux/system-packages.txt` is missing here, and the command that installs it.

Standard library only: it runs before anything is installed, and before Qt is asked for.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.paths import bundled

DISTRIBUTIONS: Final = {"debian": "Debian or Ubuntu", "fedora": "Fedora", "arch": "Arch"}
"""The columns of the list, and what to call them."""

_INSTALL: Final = {
    "debian": "apt-get install --no-install-recommends",
    "fedora": "dnf install",
    "arch": "pacman -S --needed",
}


@dataclass(frozen=True)
class SystemNeed:
    """One shared library, program or Python module, and the packages that have it.

    Attributes:
        purpose: what it is for: "python", "qt", "x11", "wayland", "test" or "package".
        name: "libGL.so.1", "import:ensurepip", or a program's name.
        packages: a package's name by distribution, "debian", "fedora" or "arch"; without those that have none.
    """

    purpose: str
    name: str
    packages: Mapping[str, str]

    @property
    def met(self) -> bool:
        """True if it is here."""
        kind, _, module = self.name.partition("import:")
        if module and not kind:
            return importlib.util.find_spec(module) is not None
        if ".so." not in self.name:
            return shutil.which(self.name) is not None
        if _next_to_qt(self.name):
            return True
        try:
            ctypes.CDLL(self.name)
        except OSError:
            return False
        return True


@cache
def system_needs() -> tuple[SystemNeed, ...]:
    """The whole list, in its order."""
    text = bundled("packaging", "linux", "system-packages.txt").read_text("utf-8")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(
        SystemNeed(
            purpose,
            name,
            {
                distribution: package.format(python=version)
                for distribution, package in zip(DISTRIBUTIONS, packages, strict=True)
                if package != "-"
            },
        )
        for purpose, name, *packages in rows
    )


def missing_needs(*purposes: str) -> tuple[SystemNeed, ...]:
    """The lines of the list for these purposes that are missing here; none on systems other than Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(need for need in system_needs() if need.purpose in purposes and not need.met)


def distribution(os_release: Mapping[str, str] | None = None) -> str | None:
    """The column of the list that is this system's, or None for a distribution that is not on it.

    Args:
        os_release: the values of /etc/os-release; None reads them.
    """
    if os_release is None:
        try:
            os_release = platform.freedesktop_os_release()
        except OSError:
            return None
    names = [os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split(), os_release.get("ID", "")]
    return next((name for name in names if name in _INSTALL), None)


def packages(needs: Iterable[SystemNeed], system: str) -> list[str]:
    """The packages of a distribution that have these, each once; none for what has none there."""
    return list(dict.fromkeys(need.packages[system] for need in needs if system in need.packages))


def install_command(needs: Iterable[SystemNeed]) -> str:
    """The command that installs these here, `sudo apt-get install ...`; with Debian's names on an unknown system.

    Empty where no package has any of them.
    """
    system = distribution() or "debian"
    names = packages(needs, system)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return f"{'' if root else 'sudo '}{_INSTALL[system]} {' '.join(names)}" if names else ""


def _next_to_qt(library: str) -> bool:
    """True if PySide6 brings the library along."""
    found = importlib.util.find_spec("PySide6")
    return (
        found is not None and found.origin is not None and (Path(found.origin).parent / "Qt" / "lib" / library).exists()
    )
