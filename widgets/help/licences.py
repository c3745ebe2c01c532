"""Licences of the software in this program, read from what is installed."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.paths import asset

NAMES: Final = {
    "PySide6-Essentials": "Qt and PySide6",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "pyqtgraph": "PyQtGraph",
    "safetensors": "safetensors",
    "psygnal": "psygnal",
    "platformdirs": "platformdirs",
    "filelock": "filelock",
    "Pillow": "Pillow",
    "reportlab": "ReportLab",
    "av": "PyAV, with FFmpeg's libraries",
    "cachetools": "cachetools",
    "pyarrow": "PyArrow",
    "QtAwesome": "QtAwesome, with Material Design Icons",
}
"""Distributions of requirements.txt, and what they are called."""

NOTES: Final = {
    "PySide6-Essentials": "Used under the LGPL: its libraries are separate files, which you may replace by your own.",
    "av": "FFmpeg is used under the LGPL, or the GPL where the build holds parts under it (x264).",
    "QtAwesome": "The icons are Pictogrammers' (Apache 2.0).",
}


SHIPPED: Final = {"procgen": "procgen-mirror"}
"""Texts of assets/licences that belong to a distribution, which may be installed."""


@dataclass(frozen=True)
class Part:
    """A part of the program that others made.

    Attributes:
        name: what it is called.
        version: of the installed one, or "".
        licence: its name.
        note: a sentence more, or "".
        text: the licence's own text where it is available, or "".
    """

    name: str
    version: str
    licence: str
    note: str = ""
    text: str = ""


def parts() -> tuple[Part, ...]:
    """Licences of all that is installed of what the program uses, then of its pictures and its font.

    A packaged program has no metadata of distributions; its builder wrote a list of all that is in it.
    """
    if getattr(sys, "frozen", False):
        place = Path(sys.executable).parent
        for folder in (place / "licences", place.parent / "Resources" / "licences"):
            if listed := packaged_parts(folder):
                return listed
    version = sys.version.split()[0]
    python = Part("Python", version, "Python Software Foundation License", text=_file(_python_licence()))
    found = [python]
    for distribution, name in NAMES.items():
        try:
            metadata = importlib.metadata.metadata(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        licence, text = licence_of(metadata), _texts(distribution)
        found.append(Part(name, metadata["Version"] or "", licence, NOTES.get(distribution, ""), text))
    found.append(Part("Inter (typeface)", "", "SIL Open Font License 1.1", text=_file(asset("fonts", "OFL.txt"))))
    folder = asset("licences")
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        found.append(_shipped(file))
    return tuple(found)


def packaged_parts(folder: Path) -> tuple[Part, ...]:
    """The parts that a package's `README.txt` lists, a line each: name | licence | file or folder of its texts."""
    found = []
    for line in _file(folder / "README.txt").splitlines():
        columns = [column.strip() for column in line.split(" | ")]
        if len(columns) != 3:
            continue
        name, licence, texts = columns
        place = folder / texts
        files = sorted(file for file in place.rglob("*") if file.is_file()) if place.is_dir() else [place]
        text = "\n\n\n".join(filter(None, map(_file, files))) if texts else ""
        found.append(Part(name, "", licence, text=text))
    return tuple(found)


def licence_of(metadata: importlib.metadata.PackageMetadata) -> str:
    """The licence that a distribution's metadata names, in one line."""
    expression = _field(metadata, "License-Expression")
    if expression:
        return expression
    classified = [
        line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or () if line.startswith("License :: ")
    ]
    stated = _field(metadata, "License").strip()
    if stated and "\n" not in stated and len(stated) < 60:
        return stated
    return ", ".join(classified) or (stated.splitlines()[0] if stated else "see its text")


def _field(metadata: importlib.metadata.PackageMetadata, name: str) -> str:
    return str(metadata[name]) if name in metadata else ""


def _shipped(file: Path) -> Part:
    """A text of assets/licences: Markdown says what it is in its heading, and what holds for it in its table."""
    text = _file(file)
    heading = re.match(r"#\s*(.+)", text)
    if heading is not None:
        return Part(heading.group(1).strip(), "", "see its text", text=text)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "see its text")
    return Part(file.stem.replace("-", " "), _version(SHIPPED.get(file.stem, "")), first, text=text)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution) if distribution else ""
    except importlib.metadata.PackageNotFoundError:
        return ""


def _texts(distribution: str) -> str:
    files = importlib.metadata.files(distribution) or ()
    wanted = [file for file in files if re.match(r"(LICEN[CS]E|COPYING|NOTICE|LGPL|GPL)", file.name, re.IGNORECASE)]
    texts = [_file(Path(str(file.locate()))) for file in wanted if file.suffix.lower() not in (".py", ".pyc", ".html")]
    return "\n\n\n".join(text for text in texts if text)


def _python_licence() -> Path:
    places = (Path(sys.base_prefix) / "LICENSE.txt", Path(sysconfig.get_path("stdlib")) / "LICENSE.txt")
    return next((place for place in places if place.is_file()), places[0])


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
