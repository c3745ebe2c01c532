"""The page of an export: transparent ones, the document's title, its fonts, and edges without seams."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.drawing.colour import rgb
from app.drawing.figure import Figure, FigureOptions, figure
from app.drawing.palette import DARK, LIGHT, Palette
from app.drawing.shapes import Rects
from app.export.images import pdf_bytes, picture, png_bytes, svg_bytes
from tests.pictures import forked_level, random_field, result_of
from tests.skips import needs_program


def drawn_on(palette: Palette, background: str | None, title: str = "") -> Figure:
    maze = forked_level()
    result = result_of(random_field(maze, 0), random_field(maze, 1))
    drawn = figure(result, "side_by_side", palette, FigureOptions(title=title))
    return Figure(drawn.shapes, drawn.width, drawn.height, background, drawn.unit)


@pytest.mark.parametrize("page", ["#ffffff", "#000000", "#2f6f4f"])
def test_a_transparent_png_looks_on_any_page_as_if_made_for_it(page: str) -> None:
    content = png_bytes(drawn_on(LIGHT, None), {})
    with Image.open(io.BytesIO(content)) as found:
        assert found.mode == "RGBA"
        assert found.getpixel((0, 0))[3] == 0  # type: ignore[index]
        laid = Image.new("RGBA", found.size, page)
        laid.alpha_composite(found)
    expected = np.asarray(picture(drawn_on(LIGHT, page)), dtype=int)
    assert np.abs(np.asarray(laid.convert("RGB"), dtype=int) - expected).max() <= 3


def test_a_transparent_svg_and_pdf_paint_no_ground() -> None:
    bare, filled = drawn_on(LIGHT, None), drawn_on(LIGHT, "#fedcba")
    assert b"#fedcba" in svg_bytes(filled, {})
    assert b"<rect" not in svg_bytes(bare, {})
    assert len(pdf_bytes(bare, {})) < len(pdf_bytes(filled, {}))


@pytest.fixture
def pages(tmp_path: Path) -> Callable[..., np.ndarray]:
    """Draws a PDF's page as poppler, which many viewers use, does: (rows, columns, channels)."""

    def draw(content: bytes, dpi: int, *options: str) -> np.ndarray:
        tool = needs_program("pdftocairo" if options else "pdftoppm")
        (tmp_path / "page.pdf").write_bytes(content)
        command = [tool, "-r", str(dpi), "-png", "-singlefile", *options, "page.pdf", "page"]
        subprocess.run(command, cwd=tmp_path, check=True)
        with Image.open(tmp_path / "page.png") as found:
            return np.asarray(found).copy()

    return draw


def test_a_transparent_pdf_is_seen_through(pages: Callable[..., np.ndarray]) -> None:
    assert pages(pdf_bytes(drawn_on(LIGHT, None), {}), 50, "-transp")[0, 0, 3] == 0
    assert pages(pdf_bytes(drawn_on(LIGHT, "#ffffff"), {}), 50, "-transp")[0, 0, 3] == 255


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("dpi", [100, 150, 211])
def test_no_seam_shows_where_walls_meet_the_frame(pages: Callable[..., np.ndarray], palette: Palette, dpi: int) -> None:
    drawn = drawn_on(palette, palette.window)
    seen = pages(pdf_bytes(drawn, {}), dpi)[..., :3]
    cell = dpi / 72 * 16 / drawn.unit
    frame = next(shape for shape in drawn.shapes if isinstance(shape, Rects) and shape.fill == palette.wall)
    left, bottom = frame.boxes[0][:2]
    width, height = frame.boxes[0][2], frame.boxes[1][1] + frame.boxes[1][3] - bottom
    # Everything from inside the frame's outer edge to the middle of the outermost walls is one colour.
    deep = 0.6 * cell
    x0, x1 = left * cell + 1, (left + width) * cell - 1
    y0, y1 = seen.shape[0] - (bottom + height) * cell + 1, seen.shape[0] - bottom * cell - 1
    sides = {
        "left": seen[int(y0 + 2) : int(y1 - 2), int(x0 + 1) : int(x0 + deep)],
        "right": seen[int(y0 + 2) : int(y1 - 2), int(x1 - deep) : int(x1 - 1)],
        "top": seen[int(y0 + 1) : int(y0 + deep), int(x0 + 2) : int(x1 - 2)],
        "bottom": seen[int(y1 - deep) : int(y1 - 1), int(x0 + 2) : int(x1 - 2)],
    }
    for name, part in sides.items():
        assert (part == rgb(palette.wall)).all(), name


def test_every_font_of_a_pdf_is_embedded(tmp_path: Path) -> None:
    content = pdf_bytes(drawn_on(LIGHT, "#ffffff", "A title"), {})
    assert b"Helvetica" not in content
    assert set(re.findall(rb"/BaseFont /\w+\+(\S+)", content)) == {b"Inter-Regular", b"Inter-SemiBold"}
    tool = needs_program("pdffonts")
    (tmp_path / "page.pdf").write_bytes(content)
    table = subprocess.run([tool, tmp_path / "page.pdf"], check=True, capture_output=True, text=True).stdout
    fonts = table.splitlines()[2:]
    assert len(fonts) == 2
    assert all(re.search(r" yes (yes|no) (yes|no) ", line) for line in fonts)


def test_a_pdf_is_called_what_its_figure_is_called() -> None:
    assert b"/Title (Two ways)" in pdf_bytes(drawn_on(LIGHT, None), {}, "Two ways")
    assert b"/Title (Vector field of a maze-solving policy)" in pdf_bytes(drawn_on(LIGHT, None), {})
