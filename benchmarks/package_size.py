"""Size of the package that was built here: unpacked, and both Linux installers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.field.engine import Engine
from benchmarks.measure import Row

ROOT: Final = Path(__file__).resolve().parent.parent
BUNDLE: Final = ROOT / "build" / "package" / "mazescope"
DIST: Final = ROOT / "dist"
LIMITS: Final = {"unpacked": 900, ".deb": 300, ".run": 290}
"""MB of 1,000,000 bytes, with what studies need."""
BEFORE: Final = "753 / 244 / 232"
"""The same in MB as it was with procgen, commit c310395."""


def rows(engine: Engine) -> Iterator[Row]:
    """One line, of what `make package` left."""
    del engine
    sizes = _sizes(BUNDLE, DIST)
    question = f"package: {' / '.join(LIMITS)}, no procgen inside (with it, c310395: {BEFORE} MB)"
    goal = f"<= {' / '.join(map(str, LIMITS.values()))} MB"
    if not sizes:
        yield Row(question, goal, "nothing is built here; `make package` does it", None, {})
        return
    said = " / ".join(f"{sizes[name]:.0f}" if name in sizes else "-" for name in LIMITS)
    inside = [path for path in BUNDLE.rglob("*procgen*") if path.is_dir()] if BUNDLE.is_dir() else []
    complete = sizes.keys() == LIMITS.keys()
    met = not inside and all(size <= LIMITS[name] for name, size in sizes.items())
    said = f"{said} MB" + (f"; procgen is in it: {inside[0].relative_to(BUNDLE)}" if inside else "")
    yield Row(
        question, goal, said, met if complete or not met else None, {f"{name}, MB": sizes[name] for name in sizes}
    )


def _sizes(bundle: Path, dist: Path) -> dict[str, float]:
    """MB by name; from the manifest of a release where the installers themselves are not here."""
    found = {}
    if bundle.is_dir():
        found["unpacked"] = sum(path.lstat().st_size for path in bundle.rglob("*") if not path.is_dir()) / 1e6
    packed = {path.name: path.stat().st_size for path in dist.glob("mazescope[-_]*")}
    manifest = dist / "manifest.json"
    if manifest.is_file():
        packed = {file["name"]: file["bytes"] for file in json.loads(manifest.read_text("utf-8"))["files"]} | packed
    for name, size in packed.items():
        if Path(name).suffix in LIMITS:
            found[Path(name).suffix] = size / 1e6
    return found
