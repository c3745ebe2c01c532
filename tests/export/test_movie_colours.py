"""Frames of a movie share colours and what they begin with; what they look like stays."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from app.drawing.shapes import Circle, Rect, Shape
from app.export.movie_colours import FAR, MovieColours
from app.export.raster import Repainter, paint


def shades(number: int) -> Image.Image:
    """A picture of more than 256 colours, all of few hues, and a square of them somewhere else in each."""
    across = np.linspace(0, 255, 320)
    rows = [np.stack([across, 255 - across, np.full(320, shade)], axis=1) for shade in (200, 220, 240)]
    picture = Image.fromarray(np.repeat(np.stack(rows), 20, axis=0).astype(np.uint8), "RGB")
    ImageDraw.Draw(picture).rectangle((20 * number, 10, 20 * number + 15, 25), fill="#204080")
    return picture


def errors(picture: Image.Image, still: Image.Image) -> np.ndarray:
    """The distance of each pixel's colour from what is shown."""
    pair = (np.asarray(each.convert("RGB"), dtype=np.int32) for each in (picture, still))
    return np.sqrt(((next(pair) - next(pair)) ** 2).sum(axis=2))


def test_frames_of_the_same_hues_share_their_colours_and_keep_their_look() -> None:
    colours, frames = MovieColours(), [shades(number) for number in range(3)]
    stills = [colours.still(frame) for frame in frames]
    assert len({still.palette.tobytes() for still in stills if still.palette}) == 1
    for frame, still in zip(frames, stills, strict=True):
        own = errors(frame, frame.quantize(256, dither=Image.Dither.NONE))
        assert errors(frame, still).mean() <= 1.5 * own.mean() + 0.1
        assert errors(frame, still).max() < FAR


def test_a_frame_with_another_hue_has_it() -> None:
    colours, red = MovieColours(), shades(1)
    ImageDraw.Draw(red).rectangle((100, 30, 104, 34), fill="#ff0000")
    first, second, third = (colours.still(frame) for frame in (shades(0), red, shades(0)))
    assert second.convert("RGB").getpixel((102, 32)) == (255, 0, 0)
    assert errors(shades(0), first).max() < FAR
    assert errors(shades(0), third).max() < FAR


def test_what_frames_begin_with_is_painted_once_and_they_look_the_same() -> None:
    floor: list[Shape] = [Rect(0, 0, 4, 4, "#eeeeee"), Circle(1, 1, 0.5, fill="#ff8800", opacity=0.5)]
    lists = [
        (*floor, Circle(2, 2, 0.3, fill="#0000ff")),
        (*floor, Circle(2, 3, 0.3, fill="#0000ff")),
        (*floor, Circle(3, 3, 0.3, fill="#0000ff", opacity=0.4), floor[1]),
        (floor[0], Circle(3, 3, 0.3, fill="#0000ff")),
        tuple(floor),
        (),
        (*floor, Circle(2, 2, 0.3, fill="#0000ff")),
    ]
    painter = Repainter()
    for shapes in lists:
        found, expected = painter.paint(shapes, 4, 4, 20, "#ffffff"), paint(shapes, 4, 4, 20, "#ffffff")
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    larger = painter.paint(lists[0], 4, 4, 30, "#ffffff")
    np.testing.assert_array_equal(np.asarray(larger), np.asarray(paint(lists[0], 4, 4, 30, "#ffffff")))
