"""Whether a window can be opened at all, found out before Qt is asked: Qt would end the process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import socket
import sys
from pathlib import Path
from typing import Final

INSTEAD = "Without a window, `python main.py field --help` says how to compute vector fields into files."
PATIENCE: Final = 3.0
"""Seconds in which a compositor has to accept a connection."""

_EXPECTED_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-render.so.0",
    "libxcb-shape.so.0",
    "libxcb-shm.so.0",
    "libxcb-sync.so.1",
    "libxcb-util.so.1",
    "libxcb-xfixes.so.0",
    "libxcb-xkb.so.1",
    "libxcb.so.1",
    "libxkbcommon-x11.so.0",
    "libxkbcommon.so.0",
    "libX11-xcb.so.1",
    "libX11.so.6",
)
"""What Qt's xcb plug-in is linked to besides Qt itself and what every desktop has."""

_EVERYWHERE = ("libEGL.so.1", "libGL.so.1", "libfontconfig.so.1", "libdbus-1.so.3", "libglib-2.0.so.0")
"""What Qt itself is linked to, on every platform of it."""

_OF_WAY = {
    "wayland": ("libwayland-client.so.0", "libwayland-cursor.so.0", "libxkbcommon.so.0"),
    "xcb": _EXPECTED_LIBRARIES,
}
"""What the plug-in of a way to a screen is linked to besides."""

PACKAGES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libxcb.so.1": "libxcb1",
}


def screen_problem() -> str | None:
    """A sentence on why no window can be opened, naming what to do instead; None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    ways = _ways()
    if not ways:
        return f"Mazescope found no screen (neither DISPLAY nor WAYLAND_DISPLAY is set). {INSTEAD}"
    deaf = []
    lacking: list[str] = []
    for way in ways:
        missing = missing_libraries(_EVERYWHERE + _OF_WAY.get(way, ()))
        unheard = "" if missing else _unheard(way)
        if not missing and not unheard:
            # Qt tries one after the other, and takes the first that works.
            return None
        lacking += missing
        deaf += [unheard] if unheard else []
    if lacking:
        names = list(dict.fromkeys(lacking))
        packages = " ".join(dict.fromkeys(_package(name) for name in names))
        return (
            f"Qt cannot open a window here: the system libraries {', '.join(names)} are missing "
            f"(on Debian or Ubuntu: sudo apt install {packages}). {INSTEAD}"
        )
    return f"Mazescope found no screen: nothing answers at {' nor at '.join(deaf)}. {INSTEAD}"


def _ways() -> list[str]:
    """The platforms that Qt will try, in its order: those it is told, or else Wayland before X."""
    told = os.environ.get("QT_QPA_PLATFORM", "")
    if told:
        # Each may have arguments, and Wayland comes in flavours: "wayland-egl", "xcb:...".
        names = (part.partition(":")[0].strip() for part in told.split(";"))
        return ["wayland" if name.startswith("wayland") else name for name in names if name]
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return [way for way, there in (("wayland", wayland), ("xcb", os.environ.get("DISPLAY"))) if there]


def _unheard(way: str) -> str:
    """Where nothing answers, as it is set; empty when something does, or no screen is needed."""
    if way == "wayland" and not wayland_answers():
        return f"WAYLAND_DISPLAY={os.environ.get('WAYLAND_DISPLAY') or 'wayland-0'}"
    if way == "xcb" and not x_server_answers():
        return f"DISPLAY={os.environ.get('DISPLAY', '')}"
    return ""


def wayland_answers() -> bool:
    """Whether a Wayland compositor accepts a connection from us: at the socket that libwayland would take."""
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
    """Whether the X server of DISPLAY accepts a connection from us."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection) != 0
    xcb.xcb_disconnect(connection)
    return not refused


def missing_libraries(names: tuple[str, ...]) -> list[str]:
    """Those of the shared libraries that the system's loader does not find."""
    missing = []
    for name in names:
        if _beside_qt(name):
            continue
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def _beside_qt(name: str) -> bool:
    """Whether PySide6 brings the library along."""
    found = importlib.util.find_spec("PySide6")
    return found is not None and found.origin is not None and (Path(found.origin).parent / "Qt" / "lib" / name).exists()


def _package(name: str) -> str:
    if name in PACKAGES:
        return PACKAGES[name]
    stem, _, version = name.partition(".so.")
    return f"{stem}{version}" if not stem[-1].isdigit() else f"{stem}-{version}"
