"""Exports: real files, read back."""

from __future__ import annotations

import base64
import io
import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from app.document.recipe import Recipe, recipe_of, recipe_text
from app.drawing.colour import rgb
from app.drawing.figure import Figure, FigureOptions, figure, visible_box
from app.drawing.palette import DARK, LIGHT, Palette
from app.drawing.shapes import Circle, Discs, Polygon, Polygons, Polyline, Rect, Rects, Segments, Text
from app.export.images import pdf_bytes, picture, pixels_per_cell, png_bytes, svg_bytes
from app.export.movies import frame_times, gif_bytes, mp4_bytes
from app.export.numbers import csv_bytes, npz_bytes
from app.export.raster import paint
from app.field.measures import total_variation
from app.field.requests import FieldResult
from app.interventions.patches_file import stack_from_json
from app.maze.maze import WALL
from app.maze.maze_file import from_json
from app.maze.moves import DOWN, LEFT, RIGHT, UP
from app.progress import Cancelled
from tests.pictures import ONE_PATCH, field_of, forked_level, level, random_field, result_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result() -> FieldResult:
    maze = forked_level()
    return result_of(random_field(maze, 0), random_field(maze, 1))


@pytest.fixture(scope="module")
def recipe(result: FieldResult) -> Recipe:
    shown = result.request
    return recipe_of(shown.maze, shown.policy, shown.stack, seed=7, region=5, view="side_by_side")


def check_recipe(text: str, result: FieldResult) -> None:
    """The text in a file's metadata is enough to make the file's subject again."""
    found = json.loads(text)
    assert found["program"].startswith("Mazescope ")
    assert (found["seed"], found["region"], found["view"]) == (7, 5, "side_by_side")
    assert found["policy"]["weights_sha256"] == result.request.policy.weights_hash
    assert from_json(found["maze"]) == result.request.maze
    assert stack_from_json({"patches": found["patches"]}) == ONE_PATCH


def pixels(image: Image.Image) -> np.ndarray:
    """(rows, columns, 3), row 0 at the bottom."""
    return np.asarray(image.convert("RGB"))[::-1]


def walls_of(drawn: Figure, palette: Palette) -> Rects:
    """The walls of the first maze: the first wall-coloured shape is its frame."""
    return [shape for shape in drawn.shapes if isinstance(shape, Rects) and shape.fill == palette.wall][1]


@pytest.mark.parametrize("title", ["two\nlines", "a\x01b", "half a pair \ud800", "x" * 100_000])
def test_titles_from_files_spoil_no_picture(result: FieldResult, title: str) -> None:
    drawn = figure(result, "original", LIGHT, FigureOptions(title=title, note=title))
    with Image.open(io.BytesIO(png_bytes(drawn, {}))) as found:
        assert found.size == picture(drawn).size
    ET.fromstring(svg_bytes(drawn, {}))
    assert pdf_bytes(drawn, {}).startswith(b"%PDF")


# PNG


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_every_wall_is_crisp_to_its_last_pixel(palette: Palette, scale: float) -> None:
    maze = forked_level()
    drawn = figure(result_of(random_field(maze, 0)), "original", palette, FigureOptions(title="t", note="n"))
    image = pixels(picture(drawn, scale))
    cell = pixels_per_cell(drawn, scale)
    left, bottom, columns, rows = visible_box(maze)
    walls = walls_of(drawn, palette)
    x0 = min(x for x, *_ in walls.boxes) * cell
    y0 = min(y for _, y, *_ in walls.boxes) * cell
    assert x0 == int(x0)
    assert y0 == int(y0)
    for row in range(rows):
        for col in range(columns):
            part = image[int(y0) + row * cell :, int(x0) + col * cell :][:cell, :cell]
            is_wall = (part == rgb(palette.wall)).all(axis=2)
            # No blended column or row, and nothing of a neighbour's arrow or mark: a wall's block is wall alone.
            if maze.grid[bottom + row, left + col] == WALL:
                assert is_wall.all()
            else:
                assert not is_wall[[0, -1], :].any()
                assert not is_wall[:, [0, -1]].any()


@pytest.mark.parametrize(("move", "step"), [(LEFT, (0, -1)), (RIGHT, (0, 1)), (UP, (1, 0)), (DOWN, (-1, 0))])
def test_painted_arrows_point_along_their_moves(move: int, step: tuple[int, int]) -> None:
    maze = level()
    field = field_of(maze, lambda _: tuple(float(index == move) for index in range(5)))
    drawn = figure(result_of(field), "original", LIGHT, FigureOptions(show_legend=False, show_numbers=False))
    image, cell = pixels(picture(drawn)), pixels_per_cell(drawn)
    left, bottom, *_ = visible_box(maze)
    walls = walls_of(drawn, LIGHT)
    x0, y0 = (min(box[axis] for box in walls.boxes) for axis in (0, 1))
    for row, col in maze.squares.tolist():
        y, x = int((y0 + row - bottom) * cell), int((x0 + col - left) * cell)
        at = np.argwhere((image[y : y + cell, x : x + cell] == rgb(LIGHT.original)).all(axis=2))
        assert len(at) > 0.08 * cell**2
        middle = (at.min(axis=0) + at.max(axis=0)) / 2
        # The head is wider than the shaft, so the arrow's weight is towards its tip.
        lean = (at.mean(axis=0) - middle) / cell
        assert lean @ step > 0.03
        assert abs(lean @ step[::-1]) < 0.02


def test_a_png_carries_its_recipe_and_scale(result: FieldResult, recipe: Recipe) -> None:
    drawn = figure(result, "side_by_side", LIGHT)
    one, three = (Image.open(io.BytesIO(png_bytes(drawn, recipe, scale))) for scale in (1, 3))
    check_recipe(one.text["Mazescope"], result)
    assert (three.width, three.height) == (3 * one.width, 3 * one.height)
    assert one.size == (drawn.width * pixels_per_cell(drawn), drawn.height * pixels_per_cell(drawn))


def test_a_huge_scale_is_held_to_what_fits_into_memory() -> None:
    drawn = figure(result_of(random_field(level(0, 25, 25), 0)), "side_by_side", LIGHT)
    cell = pixels_per_cell(drawn, 1000)
    assert cell % 4 == 0
    assert drawn.width * drawn.height * cell**2 <= 100_000_000


def test_opacity_blends_with_what_lies_below() -> None:
    shapes = (
        Rect(0, 0, 4, 4, "#ffffff"),
        Polygon(((0, 0), (2, 0), (2, 2), (0, 2)), "#ff0000", 0.5),
        Rect(2, 2, 2, 2, "#0000ff", 0.25),
        Circle(3, 1, 0.5, fill="#000000", opacity=0.5),
        Polyline(((0.5, 3), (1.5, 3)), "#00ff00", 0.5),
        Segments(((2.25, 0, 2.25, 0.5), (3.75, 0, 3.75, 0.5)), "#ff0000", 0.25, 0.5),
    )
    image = pixels(paint(shapes, 4, 4, 20, "#888888"))
    for (x, y), expected in (
        ((20, 20), (255, 128, 128)),
        ((60, 60), (191, 191, 255)),
        ((60, 20), (128, 128, 128)),
        ((20, 60), (0, 255, 0)),
        ((20, 70), (255, 255, 255)),
        ((45, 5), (255, 128, 128)),
        ((75, 5), (255, 128, 128)),
    ):
        assert np.abs(image[y, x].astype(int) - expected).max() <= 1, (x, y)


# SVG and PDF


def test_an_svg_holds_the_same_shapes(result: FieldResult, recipe: Recipe) -> None:
    drawn = figure(result, "side_by_side", LIGHT, FigureOptions(title='<Maze> & "mouse"'))
    root = ET.fromstring(svg_bytes(drawn, recipe))
    check_recipe(root.find(f"{SVG}metadata")[0].text or "", result)  # type: ignore[index]
    kinds = {
        "polygon": Polygon,
        "polyline": Polyline,
        "circle": Circle,
        "path": (Rect, Rects, Segments),
        "text": Text,
    }
    for tag, kind in kinds.items():
        assert len(root.findall(f"{SVG}{tag}")) == sum(isinstance(shape, kind) for shape in drawn.shapes), tag
    # The arrows of a field are in a group, each an element of its own.
    arrows = sum(len(shape.opacities) for shape in drawn.shapes if isinstance(shape, Polygons | Discs))
    assert len(root.findall(f"{SVG}g/*")) == arrows > len(result.original.squares)
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert said == [shape.text for shape in drawn.shapes if isinstance(shape, Text)]
    assert '<Maze> & "mouse"' in said


def test_svg_coordinates_are_upside_down_and_in_place() -> None:
    shapes = (
        Polygon(((1, 1), (2, 1), (2, 3)), "#123456", 0.5, stroke="#654321", stroke_width=0.25),
        Rects(((0, 0, 2, 1), (3, 3, 1, 1)), "#abcdef"),
        Segments(((0, 0, 1, 1), (0.5, 0, 1, 0.5)), "#222222", 0.25, 0.5),
        Circle(2, 1, 0.5, stroke="#111111", stroke_width=0.125),
    )
    root = ET.fromstring(svg_bytes(Figure(shapes, 4, 4, "#ffffff"), {}))
    assert root.get("viewBox") == "0 0 128 128"
    polygon, circle = (root.find(f"{SVG}{tag}") for tag in ("polygon", "circle"))
    path, lines = root.findall(f"{SVG}path")
    assert polygon.get("points") == "32,96 64,96 64,32"  # type: ignore[union-attr]
    assert (polygon.get("opacity"), polygon.get("stroke-width")) == ("0.5", "8")  # type: ignore[union-attr]
    assert path.get("d") == "M0 96h64v32h-64zM96 0h32v32h-32z"
    assert lines.get("d") == "M0 128L32 96M16 128L32 112"
    assert (lines.get("fill"), lines.get("stroke-width"), lines.get("opacity")) == ("none", "8", "0.5")
    assert (circle.get("cx"), circle.get("cy"), circle.get("r")) == ("64", "96", "16")  # type: ignore[union-attr]
    assert circle.get("fill") == "none"  # type: ignore[union-attr]


def page_of(pdf: bytes) -> str:
    """The drawing operators of a PDF's only page."""
    streams = re.findall(rb"/ASCII85Decode /FlateDecode.*?stream\s*(.*?)~>\s*endstream", pdf, re.S)
    found = (zlib.decompress(base64.a85decode(stream)) for stream in streams)
    return next(text for text in found if b" re" in text and b"BT" in text).decode("latin-1")


def test_a_pdf_holds_the_same_shapes_and_the_typeface(result: FieldResult, recipe: Recipe) -> None:
    drawn = figure(result, "side_by_side", LIGHT)
    content = pdf_bytes(drawn, recipe)
    assert content.startswith(b"%PDF-")
    assert content == pdf_bytes(drawn, recipe)
    assert b"Inter" in content
    assert b"/FontFile2" in content  # TrueType outlines, embedded
    subject = re.search(rb"/Subject \((.*?[^\\])\)\s*/", content, re.S)
    assert subject is not None
    check_recipe(re.sub(r"\\(.)", r"\1", re.sub(r"\\\r?\n", "", subject[1].decode("latin-1"))), result)
    page = page_of(content)
    boxes = sum(len(s.boxes) if isinstance(s, Rects) else 1 for s in drawn.shapes if isinstance(s, Rect | Rects))
    assert len(re.findall(r" re\b", page)) == boxes + 1  # and the page's ground
    assert len(re.findall(r"^BT ", page, re.M)) == sum(isinstance(shape, Text) for shape in drawn.shapes)
    assert "(Difference) Tj" in page
    colour = " ".join(f"{value / 255:.6f}".lstrip("0").rstrip("0") for value in rgb(LIGHT.patched))
    assert f"{colour} rg" in page


# Numbers


def test_an_npz_holds_the_arrays_and_no_others(result: FieldResult, recipe: Recipe) -> None:
    maze, names = result.request.maze, {"squares", "logits", "probs", "arrows", "value", "grid", "dim", "recipe"}
    names |= {"decision", "p_cheese", "p_top_right"}
    with np.load(io.BytesIO(npz_bytes(result, recipe, patched=False))) as plain:
        assert set(plain.files) == names
        assert np.array_equal(plain["grid"], maze.grid)
        assert np.array_equal(plain["squares"], maze.squares)
        assert plain["dim"] == maze.dim
        assert np.array_equal(plain["logits"], result.original.logits)
        assert np.allclose(plain["arrows"], result.original.arrows)
        check_recipe(str(plain["recipe"]), result)
    with np.load(io.BytesIO(npz_bytes(result, recipe, patched=True))) as both:
        patched = {"logits", "probs", "arrows", "value", "p_cheese", "p_top_right"}
        assert set(both.files) == names | {f"patched_{name}" for name in patched}
        assert np.array_equal(both["patched_probs"], result.patched.probs)
        assert np.array_equal(both["patched_value"], result.patched.value)


def test_a_csv_is_a_table_after_its_recipe(result: FieldResult, recipe: Recipe) -> None:
    text = csv_bytes(result, recipe, patched=True).decode()
    first, _ = text.split("\n", 1)
    check_recipe(first.removeprefix("# "), result)
    table = np.genfromtxt(io.StringIO(text), delimiter=",", names=True, comments="#", skip_header=1)
    assert np.array_equal(np.stack([table["row"], table["col"]], axis=1), result.request.maze.squares)
    assert np.allclose(table["p_up"], result.original.probs[:, UP], atol=1e-8)
    assert np.allclose(table["patched_d_col"], result.patched.arrows[:, 1], atol=1e-7)
    assert np.allclose(table["total_variation"], total_variation(result.original, result.patched), atol=1e-8)
    assert "patched" not in csv_bytes(result, {}, patched=False).decode()


# Movies


def frames(count: int = 4) -> Iterator[Figure]:
    """The mouse's arrow turns from frame to frame."""
    maze = level(3, 5)
    for number in range(count):
        field = field_of(maze, lambda _: tuple(float(index == number % 4) for index in range(5)))  # noqa: B023
        yield figure(result_of(field), "original", LIGHT)


def test_a_gif_moves_and_carries_its_recipe(result: FieldResult, recipe: Recipe) -> None:
    with Image.open(io.BytesIO(gif_bytes(frames(), 4, recipe, fps=10))) as movie:
        assert movie.n_frames == 4
        check_recipe(movie.info["comment"].decode(), result)
        assert movie.info["duration"] == 100
        assert movie.info["loop"] == 0
        for number, drawn in enumerate(frames()):
            movie.seek(number)
            assert np.abs(pixels(movie).astype(int) - pixels(picture(drawn))).mean() < 1


def test_an_mp4_moves_and_carries_its_recipe(result: FieldResult, recipe: Recipe) -> None:
    with av.open(io.BytesIO(mp4_bytes(frames(), 4, recipe, fps=10))) as movie:
        stream = movie.streams.video[0]
        assert stream.average_rate == 10
        assert (stream.width % 2, stream.height % 2) == (0, 0)
        check_recipe(movie.metadata["comment"], result)
        shown = [frame.to_image() for frame in movie.decode(stream)]
    assert len(shown) == 4
    for image, drawn in zip(shown, frames(), strict=True):
        expected = picture(drawn)
        assert np.abs(np.asarray(image.crop((0, 0, *expected.size)), dtype=int) - np.asarray(expected)).mean() < 6


Movie = Callable[..., bytes]


@pytest.mark.parametrize("movie", [gif_bytes, mp4_bytes])
def test_a_movie_tells_its_progress_and_can_be_cancelled(movie: Movie) -> None:
    told = []
    movie(frames(3), 3, {}, progress=lambda done, count: told.append((done, count)) or True)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    with pytest.raises(Cancelled):
        movie(frames(3), 3, {}, progress=lambda done, _: done < 1)
    with pytest.raises(ValueError, match="at least one frame"):
        movie(iter(()), 0, {})


@pytest.mark.parametrize("movie", [gif_bytes, mp4_bytes])
def test_frames_of_another_size_are_brought_to_the_first(movie: Movie) -> None:
    first, second = frames(2)
    content = movie([first, replace(second, width=2 * second.width, height=1.5 * second.height)], 2, {})
    with av.open(io.BytesIO(content)) as opened:
        assert len({(frame.width, frame.height) for frame in opened.decode(video=0)}) == 1


def test_a_recipe_is_one_line_of_ascii(result: FieldResult) -> None:
    text = recipe_text(recipe_of(result.request.maze, result.request.policy, result.request.stack, name="Käse\n"))
    assert text.isascii()
    assert "\n" not in text
    assert json.loads(text)["name"] == "Käse\n"


@pytest.mark.parametrize(("count", "fps"), [(26, 26), (33, 33), (7, 30), (10, 3), (5, 50)])
def test_a_gif_plays_as_long_as_its_recipe_says(count: int, fps: float) -> None:
    times = frame_times(count, fps)
    assert sum(times) == 10 * round(100 * count / fps)
    assert max(times) - min(times) <= 10
    figures = [Figure((Circle(1 + number / 10, 1, 0.4, "#3a70ee"),), 4, 2, "#ffffff") for number in range(count)]
    with Image.open(io.BytesIO(gif_bytes(figures, count, {}, fps=fps))) as movie:
        shown = []
        for number in range(movie.n_frames):
            movie.seek(number)
            shown.append(movie.info["duration"])
    assert shown == times


def test_a_gif_that_stands_still_for_longer_than_a_frame_can_is_split() -> None:
    still = Figure((Circle(1, 1, 0.4, "#3a70ee"),), 4, 2, "#ffffff")
    with Image.open(io.BytesIO(gif_bytes([still] * 1400, 1400, {}, fps=1))) as movie:
        total = 0
        for number in range(movie.n_frames):
            movie.seek(number)
            total += movie.info["duration"]
        assert movie.n_frames == 3
    assert total == 1_400_000
