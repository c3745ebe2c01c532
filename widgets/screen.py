"""Whether a window can be opened at all, found out before Qt is asked: Qt would end the process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

INSTEAD = "Without a window, `python main.py field --help` says how to compute vector fields into files."
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

PACKAGES = {
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


def has_screen(environment: dict[str, str] | None = None) -> bool:
    """Whether there is a display to open a window on; a chosen Qt platform counts as one."""
    if sys.platform in ("win32", "darwin"):
        return True
    found = os.environ if environment is None else environment
    return any(found.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def screen_problem() -> str | None:
    """A sentence on why no window can be opened, naming what to do instead; None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    if not has_screen():
        return f"Mazescope found no screen (neither DISPLAY nor WAYLAND_DISPLAY is set). {INSTEAD}"
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    wayland_alone = not platform and not os.environ.get("DISPLAY")
    by_x = platform.startswith("xcb")
    wanted = _EVERYWHERE if (platform and not by_x) or wayland_alone else _EVERYWHERE + _EXPECTED_LIBRARIES
    missing = missing_libraries(wanted)
    if missing:
        packages = " ".join(dict.fromkeys(_package(name) for name in missing))
        return (
            f"Qt cannot open a window here: the system libraries {', '.join(missing)} are missing "
            f"(on Debian or Ubuntu: sudo apt install {packages}). {INSTEAD}"
        )
    if (by_x or not (platform or os.environ.get("WAYLAND_DISPLAY"))) and not x_server_answers():
        return f"Mazescope found no screen: nothing answers at DISPLAY={os.environ.get('DISPLAY', '')}. {INSTEAD}"
    return None


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
