"""The icon in the formats of the installers, made from assets/icons/mazescope.svg."""

from __future__ import annotations

import io
from pathlib import Path

import project
from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
SOURCE = project.ROOT / "assets" / "icons" / "mazescope.svg"


def picture(size: int) -> Image.Image:
    """The icon on a transparent square of `size` pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(data.data())).convert("RGBA")


def write_icons(target: Path) -> None:
    """Write mazescope-SIZE.png, mazescope.ico and mazescope.icns into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    pictures = {size: picture(size) for size in SIZES}
    for size, image in pictures.items():
        image.save(target / f"{project.NAME}-{size}.png")
    small = [size for size in SIZES if size <= 256]
    largest = pictures[256]
    others = [pictures[size] for size in small[:-1]]
    largest.save(target / f"{project.NAME}.ico", sizes=[(size, size) for size in small], append_images=others)
    pictures[512].save(target / f"{project.NAME}.icns", append_images=[pictures[256], pictures[128], pictures[64]])
    (target / f"{project.NAME}.svg").write_bytes(SOURCE.read_bytes())


if __name__ == "__main__":
    write_icons(project.BUILD / "prepared" / "icons")
