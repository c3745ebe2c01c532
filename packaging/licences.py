"""Gather the licence texts of everything in a frozen program, by the source of each file.

Python packages bring their texts in their metadata; libraries of the system have theirs in Debian's documentation; for
libraries inside wheels that bring no text, licence_texts/ has one, and NATIVE says which. A file whose owner is unknown
ends the build: nothing is distributed unread.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

import project

TEXTS = project.HERE / "licence_texts"

STAND_INS = sys.platform.startswith("linux")
"""True if this system's builds have the stand-ins of encoders.py in the place of GPL libraries."""

NATIVE: dict[str, tuple[str, str, str | None]] = {
    # The FFmpeg of the PyAV wheel, configured without its GPL parts, and what it is linked to.
    **dict.fromkeys(
        ("avcodec", "avdevice", "avfilter", "avformat", "avutil", "swresample", "swscale"),
        ("FFmpeg", "LGPL-3.0-or-later", "ffmpeg"),
    ),
    "SvtAv1Enc": ("SVT-AV1", "BSD-3-Clause-Clear", "svt-av1"),
    "vpx": ("libvpx", "BSD-3-Clause", "libvpx"),
    "dav1d": ("dav1d", "BSD-2-Clause", "dav1d"),
    "opus": ("Opus", "BSD-3-Clause", "opus"),
    "mp3lame": ("LAME", "LGPL-2.0-or-later", "lame"),
    "opencore": ("opencore-amr", "Apache-2.0", "opencore-amr"),
    "gnutls": ("GnuTLS", "LGPL-2.1-or-later", "gnutls"),
    "nettle": ("Nettle", "LGPL-3.0-or-later", "nettle"),
    "hogweed": ("Nettle", "LGPL-3.0-or-later", "nettle"),
    "gmp": ("GMP", "LGPL-3.0-or-later", "gmp"),
    "unistring": ("libunistring", "LGPL-3.0-or-later", "libunistring"),
    "webp": ("libwebp", "BSD-3-Clause", "libwebp"),
    "sharpyuv": ("libwebp", "BSD-3-Clause", "libwebp"),
    "asound": ("ALSA library", "LGPL-2.1-or-later", "alsa"),
    "drm": ("libdrm", "MIT", "libdrm"),
    "vpl": ("libvpl", "MIT", "libvpl"),
    "xcb": ("libxcb", "MIT", "libxcb"),
    "Xau": ("libXau", "MIT", "libxau"),
}
"""Beginning of a library's name inside av.libs: what it is, its licence, its text."""
if STAND_INS:
    NATIVE |= dict.fromkeys(
        ("x264", "x265"), ("stand-ins for x264 and x265, with nothing in them", "as Mazescope", None)
    )
else:
    NATIVE |= {"x264": ("x264", "GPL-2.0-or-later", "x264"), "x265": ("x265", "GPL-2.0-or-later", "x265")}

WITHOUT_TEXT = {
    "PySide6_Essentials": ("qt6", "LGPL-3.0-only"),
    "shiboken6": ("qt6", "LGPL-3.0-only"),
}
"""Distributions whose wheels bring no licence text."""

ADDITIONAL = {"QtAwesome": "qtawesome-fonts"}
"""Distributions that bring works of others without saying so in their licence text."""

COMMON = ("LGPL-2.1", "LGPL-3", "GPL-2", "GPL-3", "Apache-2.0", "MPL-2.0")
"""Texts that the others refer to."""

README = """\
What is in this program, and under which licence

Mazescope {version} is made of the parts below. Their licence texts are in the folders next to this file; the folder
common/ has the long texts that several of them refer to.

Parts under the LGPL (Qt, FFmpeg and others) are separate shared libraries in the folder _internal: you may replace them
by versions of your own. Their sources are offered by their authors: Qt and PySide at download.qt.io, FFmpeg at
ffmpeg.org, the build of FFmpeg at github.com/PyAV-Org/pyav-ffmpeg, libraries of the system at sources.debian.org.
{encoders}

"""
WITHOUT_GPL = """\
No part is under the GPL alone: x264 and x265, to which the FFmpeg library is linked, are not included; libraries with
their names and nothing in them are in their place, and videos are encoded by libvpx."""
WITH_GPL = """\
x264 and x265, to which the FFmpeg library is linked, are included and are under the GPL (version 2 or later): this
program as a whole is distributed under the terms of the GPL, version 3. Their sources are offered at videolan.org and
x265.org. Mazescope itself encodes videos by libvpx."""


@dataclass
class Part:
    """Something bundled that has one author and one licence."""

    name: str
    licence: str
    texts: list[Path] = field(default_factory=list)


class Owners:
    """Tells which part a file belongs to."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._by_file: dict[str, Distribution] = {}
        self._parts: dict[int, Part] = {}
        for distribution in distributions(path=[str(site)]):
            for file in distribution.files or []:
                self._by_file[os.path.normpath(site / file)] = distribution

    def part(self, source: Path) -> Part | None:
        """The part that a file of this machine belongs to; None for Mazescope's own.

        Raises:
            LookupError: when nobody knows.
        """
        if project.ROOT in source.parents and self._site not in source.parents:
            return None
        distribution = self._by_file.get(os.path.normpath(source))
        if distribution is not None:
            library = _of_library(source)
            if library is None and id(distribution) not in self._parts:
                self._parts[id(distribution)] = _of_distribution(distribution)
            return library or self._parts[id(distribution)]
        base = Path(sys.base_prefix).resolve()
        if base in source.resolve().parents and "site-packages" not in source.parts:
            text = next(base.glob("lib/python3*/LICENSE.txt"), base / "LICENSE.txt")
            return Part(f"Python {sys.version.split()[0]}", "PSF-2.0", [text])
        return _of_debian(source)


def _of_library(source: Path) -> Part | None:
    """The part that a library inside a wheel's own folder of libraries is; None for other files."""
    if source.parent.name not in ("av.libs", ".dylibs"):
        return None
    stem = source.name.removeprefix("lib")
    for beginning in sorted(NATIVE, key=len, reverse=True):
        if stem.startswith(beginning):
            name, licence, text = NATIVE[beginning]
            return Part(name, licence, [TEXTS / f"{text}.txt"] if text else [])
    raise LookupError(f"{source.name} of {source.parent.name} is in no row of NATIVE in packaging/licences.py")


def _of_distribution(distribution: Distribution) -> Part:
    name = distribution.metadata["Name"]
    texts = [
        Path(distribution.locate_file(file))
        for file in distribution.files or []
        if ".dist-info" in file.parts[0]
        and ("licenses" in file.parts or file.name.upper().startswith(("LICEN", "COPYING", "NOTICE")))
        and not file.name.endswith((".py", ".pyc"))
    ]
    licence = distribution.metadata.get("License-Expression") or _classified(distribution) or "see its text"
    if name in WITHOUT_TEXT:
        text, licence = WITHOUT_TEXT[name]
        texts.append(TEXTS / f"{text}.txt")
    if name in ADDITIONAL:
        texts.append(TEXTS / f"{ADDITIONAL[name]}.txt")
    if not texts:
        raise LookupError(f"{name} brings no licence text; name one in WITHOUT_TEXT of packaging/licences.py")
    return Part(f"{name} {distribution.version}", licence, texts)


def _classified(distribution: Distribution) -> str:
    found = [line for line in distribution.metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(line.rpartition(" :: ")[2] for line in found)


def _of_debian(source: Path) -> Part:
    """The Debian package that a library of the system is in."""
    for path in dict.fromkeys((str(source), str(source.resolve()), str(source).removeprefix("/usr"))):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            package = found.stdout.splitlines()[0].partition(": ")[0].partition(":")[0]
            text = Path("/usr/share/doc", package, "copyright")
            if text.exists():
                return Part(f"{package} (Debian)", "see its text", [text])
    raise LookupError(f"the package of {source} is not known, and so not the licence it is under")


def collect(origins: dict[str, str], site: Path, target: Path) -> list[Part]:
    """Write the licence texts of a bundle.

    Args:
        origins: each bundled file or module, and the file of this machine that it was made of.
        site: the site-packages folder of the environment that was frozen.
        target: folder to write; what was there before is removed.

    Returns:
        The parts, by name.

    Raises:
        SystemExit: when files of unknown owners are bundled.
    """
    owners, parts, unknown = Owners(site), {}, []
    for source in sorted(set(origins.values())):
        if source in ("-", ""):
            continue
        try:
            part = owners.part(Path(source))
        except LookupError as error:
            unknown.append(str(error))
            continue
        if part is not None:
            parts[part.name] = part
    if unknown:
        raise SystemExit("The licence of every bundled file must be known; " + "; ".join(dict.fromkeys(unknown)) + ".")
    tool = next((d for d in distributions(path=[str(site)]) if d.metadata["Name"].lower() == "pyinstaller"), None)
    if tool is not None:
        # Its bootloader is the executable itself.
        part = _of_distribution(tool)
        parts[part.name] = Part(
            f"{part.name} (bootloader)", "GPL-2.0-or-later with its bootloader exception", part.texts
        )
    found = sorted(parts.values(), key=lambda part: part.name.lower())
    _write(found, target)
    return found


def _write(parts: Iterable[Part], target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    common = target / "common"
    common.mkdir(parents=True)
    for name in COMMON:
        shutil.copy(TEXTS / f"{name}.txt", common)
    shutil.copytree(project.ROOT / "assets" / "licences", target / "pictures")
    shutil.copy(project.ROOT / "assets" / "fonts" / "OFL.txt", target / "pictures" / "Inter.txt")
    rows = ["Inter (typeface) | OFL-1.1 | pictures/Inter.txt", "procgen's pictures | see their table | pictures/"]
    for part in parts:
        folder = target / part.name.split(" ")[0].replace("/", "-")
        for index, text in enumerate(part.texts):
            folder.mkdir(exist_ok=True)
            # Deep folders of a wheel are flattened; same names are told apart by a number.
            name = text.name if not (folder / text.name).exists() else f"{index}-{text.name}"
            shutil.copyfile(text, folder / name)
        rows.append(f"{part.name} | {part.licence} | {folder.name + '/' if part.texts else ''}")
    text = (
        README.format(version=project.version(), encoders=WITHOUT_GPL if STAND_INS else WITH_GPL)
        + "\n".join(rows)
        + "\n"
    )
    (target / "README.txt").write_text(text, "utf-8")


def read_origins() -> dict[str, str]:
    """The list that the spec wrote: each bundled file or module, and its origin."""
    return json.loads((project.BUILD / "origins.json").read_text("utf-8"))
