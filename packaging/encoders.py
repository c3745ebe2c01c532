"""Take the GPL video encoders out of the frozen program.

The PyAV wheel's FFmpeg is an LGPL build, but its libavcodec links to x264 and x265, whose licence is the GPL. Mazescope
encodes with libvpx alone and never calls them, so in the bundle their place is taken by libraries of a few thousand
bytes that have the same names and symbols and nothing in them: x264 refuses to open, x265 offers no interface. FFmpeg
then reports both encoders as unavailable. Needs `as` and `ld`, which are in binutils; elsewhere see README.md.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from stand_ins import empty_library

ENCODERS = ("libx264", "libx265")
_SYMBOL = re.compile(r"^\S*\s+(\w) (x26[45]_\w+)$", re.MULTILINE)


def replace_encoders(libraries: Path) -> list[str]:
    """Put empty libraries in the place of x264 and x265.

    Args:
        libraries: the folder of the PyAV wheel's shared libraries inside the bundle (av.libs).

    Returns:
        The names of the libraries that were replaced.
    """
    used = {name for _, name in _symbols(next(libraries.glob("libavcodec*.so*")), "--undefined-only")}
    replaced = []
    for encoder in ENCODERS:
        for library in libraries.glob(f"{encoder}-*.so*"):
            offered = _symbols(library, "--defined-only")
            empty_library(library, [(kind, name) for kind, name in offered if name in used])
            replaced.append(library.name)
    return replaced


def _symbols(library: Path, which: str) -> list[tuple[str, str]]:
    """Kind ("T" for a function) and name of a library's x264 and x265 symbols."""
    listing = subprocess.run(["nm", "-D", which, library], check=True, capture_output=True, text=True).stdout
    return _SYMBOL.findall(listing)
