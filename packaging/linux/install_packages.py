"""Installs the system packages that are missing, as root with apt; else prints the one command that does.

    python packaging/linux/install_packages.py run|test|package|python

Exits with 0 either way, since the rest runs without them; with 1 where an installation failed, or where Python cannot
make the virtual environment that everything runs in.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from widgets.startup.system_packages import (
    SystemNeed,
    distribution,
    install_command,
    missing_needs,
    packages,
)

PURPOSES = {
    "python": ("python",),
    "run": ("python", "qt", "x11", "wayland"),
    "test": ("python", "qt", "x11", "wayland", "test"),
    "package": ("python", "qt", "x11", "wayland", "test", "package"),
}
"""For what the packages may be needed, and the lines of the list that count for it."""

MOST_NAMED = 4
"""Missing things that are named; the command names the packages of all."""

# An apt that reaches no server is not waited for.
APT = ("apt-get", "-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")


def main() -> int:
    """The command line."""
    task = sys.argv[1] if len(sys.argv) == 2 else ""
    if task not in PURPOSES:
        print(f"Expected one of {', '.join(PURPOSES)}.", file=sys.stderr)
        return 2
    missing = missing_needs(*PURPOSES[task])
    if not missing:
        return 0
    names = packages(missing, "debian")
    if distribution() == "debian" and os.geteuid() == 0 and shutil.which("apt-get") and names:
        print(f"Installing the system packages {' '.join(names)} ...", flush=True)
        if install(names):
            return 0
        print("They could not be installed; what can run without them goes on.", file=sys.stderr)
        return 1
    print(sentence(missing), file=sys.stderr)
    return 1 if task == "python" else 0


def install(names: list[str]) -> bool:
    """Install Debian packages; whether all of them are installed now."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*APT, "update"], check=False, env=quiet)
    command = [*APT, "install", "-y", "--no-install-recommends", *names]
    return subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode == 0


def sentence(missing: tuple[SystemNeed, ...]) -> str:
    """The missing packages, and the one command that installs them."""
    names = [need.name for need in missing]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    said = f"Not on this system: {', '.join(names[:MOST_NAMED])}{more}. What needs them is left out."
    if any(need.purpose == "python" for need in missing):
        said = f"Python {sys.version.split()[0]} of this system cannot make virtual environments."
    command = install_command(missing)
    return f"{said} To install what is missing: {command}" if command else said


if __name__ == "__main__":
    sys.exit(main())
