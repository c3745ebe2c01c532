"""Checks of a frozen program: its size, no CUDA, no GPL libraries, and every library that a window needs."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import licences
import parts

MEGABYTE = 1_000_000
UNPACKED = 900
"""Megabytes that an unpacked program may take."""
PACKED = 300
"""Megabytes that an installer may take."""

GPL = ("libreadline", "libgdbm", "libqgtk3", "DarkGarden")
STAND_IN = 20_000
"""Bytes that the empty libraries in place of x264 and x265 stay below."""


EVERYWHERE = (
    *("linux-vdso", "ld-linux", "/lib", "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libresolv.so"),
    *("libstdc++.so", "libgcc_s.so", "libxcb.so.1", "libxcb-dri", "libwayland-"),
    *("libGL.so", "libGLX.so", "libGLdispatch.so", "libEGL.so", "libOpenGL.so", "libgbm.so", "libdrm.so"),
)
"""Libraries of the system itself and of its graphics drivers: a bundle with others would not fit to them."""


def files_of(bundle: Path) -> list[Path]:
    """The files of a bundle, links left out: they take no room."""
    return [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()]


def size(bundle: Path) -> float:
    """Megabytes of a bundle's files."""
    return sum(path.stat().st_size for path in files_of(bundle)) / MEGABYTE


def largest_parts(bundle: Path, count: int = 10) -> list[tuple[str, float]]:
    """The largest top folders and files of a bundle's insides, with their megabytes."""
    places = (bundle / "_internal", bundle / "Contents" / "Frameworks")
    inside = next((place for place in places if place.is_dir()), bundle)
    sizes: Counter[str] = Counter()
    for path in files_of(bundle):
        try:
            top = path.relative_to(inside).parts[0]
        except ValueError:
            top = path.relative_to(bundle).parts[0]
        sizes[top] += path.stat().st_size
    return [(name, amount / MEGABYTE) for name, amount in sizes.most_common(count)]


def problems(bundle: Path, log: str) -> list[str]:
    """Every reason not to distribute a bundle, as sentences.

    Args:
        bundle: the frozen program's folder.
        log: what PyInstaller printed while it was made.
    """
    found = []
    names = [path.relative_to(bundle).as_posix() for path in files_of(bundle)]
    cuda = [name for name in names if parts.of_cuda(name)]
    if cuda:
        found.append(
            f"CUDA libraries are inside ({', '.join(cuda[:3])} ...): "
            "install torch from PyTorch's CPU index and build again."
        )
    for name in names:
        path = bundle / name
        if any(word in path.name for word in GPL):
            found.append(f"{name} is under the GPL alone.")
        if licences.STAND_INS and path.name.startswith(("libx264", "libx265")) and path.stat().st_size > STAND_IN:
            found.append(f"{name} is the GPL encoder, not its stand-in.")
    megabytes = size(bundle)
    if megabytes > UNPACKED:
        found.append(f"The program takes {megabytes:.0f} MB unpacked; at most {UNPACKED} were expected.")
    found += missing_by_log(log)
    found += missing_libraries(bundle)
    return found


def missing_by_log(log: str) -> list[str]:
    """Libraries that PyInstaller looked for in vain, but for those of other systems that ctypes only asks for."""
    lines = [line for line in log.splitlines() if "Library not found" in line or "could not resolve" in line]
    return [line.partition("WARNING: ")[2] or line for line in lines]


def missing_libraries(bundle: Path) -> list[str]:
    """Libraries of Qt's window plug-ins that are neither in the bundle nor on every desktop (Linux; elsewhere none)."""
    inside = bundle / "_internal"
    plugins = inside / "PySide6" / "Qt" / "plugins"
    if not plugins.is_dir():
        return []
    found = []
    for plugin in [*plugins.glob("platforms/*.so"), *plugins.glob("xcbglintegrations/*.so")]:
        listing = subprocess.run(
            ["ldd", plugin],
            capture_output=True,
            text=True,
            check=False,
            env={"LD_LIBRARY_PATH": str(inside), "PATH": "/usr/bin:/bin"},
        ).stdout
        for line in listing.splitlines():
            name, _, place = line.strip().partition(" => ")
            if name.startswith(EVERYWHERE) or not place or place.startswith(str(bundle)):
                continue
            found.append(f"Qt's plug-in {plugin.name} needs {name}, which is not in the bundle (Library not found).")
    return found
