"""X servers to test in, and pictures to compare."""

from __future__ import annotations

import io
import shutil
import sys

import numpy as np
import project
from PIL import Image

SIZE = "1400x950x24"
TOLERANCE = 24
"""Levels of 255 by which a colour may differ before a pixel counts: the rounding of two builds of one library."""

SHARE = 0.005
"""Share of pixels that may differ: the milliseconds of the status bar are another number each time."""

COLOURS = 20
"""Colours that any picture with arrows surely has."""


class PictureError(Exception):
    """Two pictures that should be the same are not; or one shows nothing."""


def from_source() -> list[str]:
    """The command that starts the program from this checkout, by the Python that runs this."""
    return [sys.executable, str(project.ROOT / "main.py")]


def missing() -> str:
    """The program that is needed for a real window and is not here; empty when there is one."""
    return next((name for name in ("xvfb-run", "Xvfb", "xauth") if shutil.which(name) is None), "")


def inside_x(command: list[str], temporary: str = "") -> list[str]:
    """The command, run in an X server of its own.

    Args:
        command: with its arguments.
        temporary: TMPDIR for the command alone: xvfb-run does not start its server where that has a space.
    """
    server = ["xvfb-run", "--auto-servernum", "--server-args", f"-screen 0 {SIZE}"]
    return [*server, "env", *([f"TMPDIR={temporary}"] if temporary else []), *command]


def compare(first: bytes, second: bytes, what: str) -> float:
    """The share of differing pixels of two PNG files.

    Raises:
        PictureError: when it is more than SHARE, the sizes differ, or the first shows next to nothing.
    """
    ours, theirs = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=np.int16) for data in (first, second))
    if ours.shape != theirs.shape:
        raise PictureError(
            f"{what} is {ours.shape[1]} x {ours.shape[0]} pixels, expected {theirs.shape[1]} x {theirs.shape[0]}"
        )
    if len(np.unique(ours.reshape(-1, 3), axis=0)) < COLOURS:
        raise PictureError(f"{what} shows next to nothing")
    share = float((np.abs(ours - theirs).max(axis=2) > TOLERANCE).mean())
    if share > SHARE:
        raise PictureError(f"{share:.2%} of the pixels of {what} differ, at most {SHARE:.2%} were expected")
    return share
