"""Libraries with nothing in them, in the place of those that the program's other libraries name but never use.

Each takes a few thousand bytes. Needs `as` and `ld`, which are in binutils.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import project

_RETURN_ZERO = {"x86_64": ("xorl %eax, %eax", "ret"), "arm64": ("mov x0, #0", "ret")}

NAMED_BUT_UNUSED = ("pyarrow/libarrow_substrait.so*",)
"""Below the program's insides: every library of pyarrow is linked to Substrait's, and none but the module of that name
calls it. Without the file, `import pyarrow` fails."""


def replace_unused(inside: Path) -> list[str]:
    """Put empty libraries in the place of what is named but unused; the names of those that were replaced."""
    replaced = []
    for pattern in NAMED_BUT_UNUSED:
        for library in inside.glob(pattern):
            if not library.is_symlink():
                empty_library(library, [])
                replaced.append(library.name)
    return replaced


def empty_library(library: Path, symbols: Sequence[tuple[str, str]]) -> None:
    """Overwrite a library by one whose functions return 0 and whose data is zeros.

    Args:
        library: the file; its name becomes the name under which others ask for it.
        symbols: kind ("T" for a function) and name of each symbol that it offers.
    """
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
