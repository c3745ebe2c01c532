"""Take the GPL video encoders out of the frozen program.

The PyAV wheel's FFmpeg is an LGPL build, but its libavcodec links to x264 and x265, whose licence is the GPL. Mazescope
encodes with libvpx alone and never calls them, so in the bundle their place is taken by libraries of a few thousand
bytes that have the same names and symbols and nothing in them: x264 refuses to open, x265 offers no interface. FFmpeg
then reports both encoders as unavailable. Needs `as` and `ld`, which are in binutils; elsewhere see README.md.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import project

ENCODERS = ("libx264", "libx265")
_SYMBOL = re.compile(r"^\S*\s+(\w) (x26[45]_\w+)$", re.MULTILINE)
_RETURN_ZERO = {"x86_64": ("xorl %eax, %eax", "ret"), "arm64": ("mov x0, #0", "ret")}


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
            _empty_library(library, [(kind, name) for kind, name in offered if name in used])
            replaced.append(library.name)
    return replaced


def _symbols(library: Path, which: str) -> list[tuple[str, str]]:
    """Kind ("T" for a function) and name of a library's x264 and x265 symbols."""
    listing = subprocess.run(["nm", "-D", which, library], check=True, capture_output=True, text=True).stdout
    return _SYMBOL.findall(listing)


def _empty_library(library: Path, symbols: list[tuple[str, str]]) -> None:
    """Overwrite a library by one whose functions return 0 and whose data is zeros."""
    code = []
    for kind, symbol in symbols:
        function = kind == "T"
        code += [".text" if function else ".data", f".globl {symbol}"]
        code += [f".type {symbol}, {'@function' if function else '@object'}", f"{symbol}:"]
        code += _RETURN_ZERO[project.machine()] if function else [".zero 64"]
    code += ['.section .note.GNU-stack,"",%progbits']
    with tempfile.TemporaryDirectory() as folder:
        source, compiled = Path(folder, "empty.s"), Path(folder, "empty.o")
        source.write_text("\n".join(code) + "\n")
        subprocess.run(["as", "-o", compiled, source], check=True)
        library.unlink()
        subprocess.run(["ld", "-shared", "-s", "-soname", library.name, "-o", library, compiled], check=True)
