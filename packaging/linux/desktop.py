"""Linux desktop integration: menu entry, icons, file types, AppStream metadata."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import project

HERE = Path(__file__).resolve().parent
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def released() -> str:
    """The day of the newest commit, "2025-01-31"; today where there is no history."""
    command = ["git", "-C", str(project.ROOT), "log", "-1", "--format=%cs"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = ""
    return found or datetime.now(UTC).date().isoformat()


def metainfo() -> str:
    """The AppStream metadata with its version and day."""
    template = (HERE / f"{project.IDENTIFIER}.metainfo.xml").read_text("utf-8")
    return template.replace("@VERSION@", project.version()).replace("@DATE@", released())


def stage(share: Path, icons: Path) -> None:
    """Write everything below a share/ folder, as it is in /usr/share or ~/.local/share.

    Args:
        share: the folder to write to.
        icons: where icons.write_icons put the pictures.
    """
    applications, types = share / "applications", share / "mime" / "packages"
    about, pictures = share / "metainfo", share / "icons" / "hicolor"
    for folder in (applications, types, about):
        folder.mkdir(parents=True)
    shutil.copyfile(HERE / "mazescope.desktop", applications / "mazescope.desktop")
    shutil.copyfile(HERE / "mazescope.xml", types / "mazescope.xml")
    (about / f"{project.IDENTIFIER}.metainfo.xml").write_text(metainfo(), "utf-8")
    for size in ICON_SIZES:
        folder = pictures / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        shutil.copyfile(icons / f"{project.NAME}-{size}.png", folder / f"{project.NAME}.png")
    scalable = pictures / "scalable" / "apps"
    scalable.mkdir(parents=True)
    shutil.copyfile(icons / f"{project.NAME}.svg", scalable / f"{project.NAME}.svg")
