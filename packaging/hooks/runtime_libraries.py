"""Runs before the program on Linux: what it starts, a browser or a file manager, gets the user's own libraries.

PyInstaller's bootloader points LD_LIBRARY_PATH at the bundle. The loader has read it by now, so that this process keeps
the bundle's libraries; procgen's process passes through the bootloader again.
"""

import os

_before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if _before is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = _before
