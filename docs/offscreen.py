"""Qt's offscreen platform with the screen of a desk: on its own, of 800 x 800 pixels, the window would be cramped."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path


def large_screen(width: int, height: int) -> None:
    """Let Qt, which is not loaded yet, start offscreen on a screen of this many pixels."""
    screen = {"name": "desk", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96}
    path = Path(tempfile.mkdtemp(prefix="mazescope-screen-")) / "screens.json"
    path.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={path}"
