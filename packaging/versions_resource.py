"""The version resource of the Windows executables: what Explorer shows under Properties, Details."""

from __future__ import annotations

from pathlib import Path

import project

TEXT = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("FileDescription", "{title}"),
      StringStruct("ProductName", "{title}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("ProductVersion", "{version}"),
      StringStruct("OriginalFilename", "{name}.exe"),
    ])]),
    VarFileInfo([VarStruct("Translation", [1033, 1200])]),
  ],
)
"""


def text() -> str:
    """The resource in PyInstaller's notation."""
    version = project.version()
    numbers = tuple([*(int(part) for part in version.split(".")[:3]), 0, 0, 0, 0][:4])
    return TEXT.format(numbers=numbers, title=project.TITLE, name=project.NAME, version=version)


def write(target: Path) -> None:
    """Write it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text(), "utf-8")
