"""Check that a window can be opened, made before Qt is loaded: Qt would end the process."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.cli.screen_problem import ScreenProblem
from widgets.startup.system_packages import SystemNeed, distribution, install_command, missing_needs

PATIENCE: Final = 3.0
"""Seconds in which a compositor has to accept a connection."""

_OF_WAY: Final = {"wayland": ("qt", "wayland"), "xcb": ("qt", "x11")}
"""The needs of a way to a screen, as the purposes of the list of system packages; for others Qt's own."""


_ELSEWHERE: Final = "For a window, start Mazescope from a terminal of a desktop, or over `ssh -X`"


def screen_problem() -> ScreenProblem | None:
    """The problem that keeps a window from opening, and what to do for it; None when one can open."""
    if not sys.platform.startswith("linux"):
        return None
    ways = _ways()
    if not ways:
        missing = missing_needs("qt", "x11")
        command = f", after: {install_command(missing)}" if missing else ""
        problem = "Mazescope found no screen: neither DISPLAY nor WAYLAND_DISPLAY is set."
        return ScreenProblem(problem, f"{_ELSEWHERE}{command or '.'}")
    deaf = []
    lacking: list[SystemNeed] = []
    for way in ways:
        missing = missing_needs(*_OF_WAY.get(way, ("qt",)))
        unheard = "" if missing else _unheard(way)
        if not missing and not unheard:
            # Qt tries one after the other, and takes the first that works.
            return None
        lacking += missing
        deaf += [unheard] if unheard else []
    if lacking:
        return libraries_problem(lacking)
    return ScreenProblem(f"Mazescope found no screen: nothing answers at {' nor at '.join(deaf)}.", f"{_ELSEWHERE}.")


def libraries_problem(missing: Sequence[SystemNeed]) -> ScreenProblem:
    """The shared libraries without which Qt opens no window, and what installs them."""
    names = list(dict.fromkeys(need.name for need in missing))
    are = "library {} is" if len(names) == 1 else "libraries {} are"
    where = "" if distribution() else "on Debian or Ubuntu "
    return ScreenProblem(
        f"Qt cannot open a window here: the system {are.format(', '.join(names))} missing.",
        f"For a window, install what is missing: {where}{install_command(missing)}",
    )


def _ways() -> list[str]:
    """The platforms that Qt will try, in its order: those it is told, or else Wayland before X."""
    told = os.environ.get("QT_QPA_PLATFORM", "")
    if told:
        # Each may have arguments, and Wayland has several names: "wayland-egl", "xcb:...".
        names = (part.partition(":")[0].strip() for part in told.split(";"))
        return ["wayland" if name.startswith("wayland") else name for name in names if name]
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return [way for way, there in (("wayland", wayland), ("xcb", os.environ.get("DISPLAY"))) if there]


def _unheard(way: str) -> str:
    """The setting of a screen that does not answer; empty when one does, or no screen is needed."""
    if way == "wayland" and not wayland_answers():
        return f"WAYLAND_DISPLAY={os.environ.get('WAYLAND_DISPLAY') or 'wayland-0'}"
    if way == "xcb" and not x_server_answers():
        return f"DISPLAY={os.environ.get('DISPLAY', '')}"
    return ""


def wayland_answers() -> bool:
    """True if a Wayland compositor accepts a connection from us: at the socket that libwayland would take."""
    if os.environ.get("WAYLAND_SOCKET"):
        # A connection that whoever started us has made already.
        return True
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if not name.startswith("/") and not folder.startswith("/"):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as found:
            found.settimeout(PATIENCE)
            found.connect(str(Path(folder) / name))
    except (OSError, ValueError):
        return False
    return True


def x_server_answers() -> bool:
    """True if the X server of DISPLAY accepts a connection from us."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection) != 0
    xcb.xcb_disconnect(connection)
    return not refused
