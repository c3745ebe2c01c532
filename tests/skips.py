"""Skips for want of a system package, each with the command that installs it.

With ALL_PACKAGES=1 they fail instead: where everything is meant to be installed, nothing is left out unseen. A run with
a skip of any other kind fails then as well, but for the long tests, and procgen where it has no wheel.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import Final

import numpy as np
import pytest

from widgets.startup.system_packages import SystemNeed, install_command, missing_needs, system_needs

NO_PACKAGE: Final = "for want of a package: "
"""Beginning of the reason of such a skip."""

LONG: Final = "long: runs with FULL=1"
NO_PROCGEN: Final = "needs procgen, which has wheels for Linux on x86-64 with Python 3.11 and 3.12 only"

PROCGEN_LIBRARIES: Final = ("libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0")
"""Libraries that procgen's wheel is linked to besides those it includes."""


def needs_program(name: str) -> str:
    """The path of a program of the list of system packages; skips the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        skip(want(need for need in system_needs() if need.name == name))
    return found


def needs_libraries(*purposes: str) -> None:
    """Skip the test where a library of the list for these purposes is missing, "qt", "x11" or "wayland"."""
    missing = missing_needs(*purposes)
    if missing:
        skip(want(missing))


def needs_procgen_libraries() -> None:
    """Skip the test where procgen does not load."""
    missing = [need for need in missing_needs("qt") if need.name in PROCGEN_LIBRARIES]
    if missing:
        skip(want(missing))


def want(missing: Iterable[SystemNeed]) -> str:
    """The reason of a skip: what is missing, and the command that installs it."""
    missing = tuple(missing)
    names = ", ".join(dict.fromkeys(need.name for need in missing))
    return f"{NO_PACKAGE}{names} ({install_command(missing) or 'no package of this distribution has it'})"


def skip(reason: str, *, whole_module: bool = False) -> None:
    """Skip for a reason of `want`; fail where every package is meant to be installed."""
    if all_packages():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=whole_module)


def all_packages() -> bool:
    """True where everything that tests need is meant to be installed."""
    return os.environ.get("ALL_PACKAGES") == "1"


def left_out(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> list[str]:
    """Of the skipped, "place: reason" of each that runs where everything is installed.

    That is all but the long ones, and procgen's next to a numpy of 2, which it cannot be installed with.
    """
    expected = {LONG} if np.lib.NumpyVersion(np.__version__) < "2.0.0" else {LONG, NO_PROCGEN}
    found = []
    for report in reports:
        assert isinstance(report.longrepr, tuple)
        reason = str(report.longrepr[-1]).removeprefix("Skipped: ")
        if reason not in expected:
            found.append(f"{report.nodeid}: {reason}")
    return found
