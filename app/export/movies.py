"""A sequence of figures as a GIF or MP4 file: a rollout, a slider's sweep, the last minute of edits.

What an MP4 holds, H.264 or VP9, is said in `app.export.encoders`.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

from PIL import Image

from app.document.recipe import PROGRAM, Recipe, recipe_text
from app.drawing.figure import Figure
from app.export.encoders import Encoder, encoder_for, video_frame, writer
from app.export.images import picture, pixels_per_cell
from app.export.movie_colours import COLOURS, MovieColours
from app.export.raster import Repainter
from app.progress import Cancelled, Progress, go_on

LONGEST_STILL: Final = 600
"""Seconds that one frame of a GIF shows at most; the format ends at 655.35."""


def gif_bytes(
    figures: Iterable[Figure],
    count: int,
    recipe: Recipe,
    *,
    fps: float = 5,
    scale: float = 1.0,
    progress: Progress = go_on,
) -> bytes:
    """An endlessly repeating GIF; its recipe is the file's comment.

    Args:
        figures: the frames, made one at a time; all are brought to the first one's size.
        count: how many there are.
        fps: frames per second, up to 50 (a GIF counts hundredths of a second).
        scale: 1 for the usual size.
        progress: is called for every frame.

    Raises:
        ValueError: when there is no frame.
        Cancelled: when `progress` says not to continue.
    """
    stills = list(_stills(_frames(figures, count, scale, progress), frame_times(count, fps)))
    if not stills:
        raise ValueError("A movie needs at least one frame.")
    first, *others = (still for still, _ in stills)
    buffer = io.BytesIO()
    first.save(
        buffer,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[milliseconds for _, milliseconds in stills],
        loop=0,
        comment=recipe_text(recipe).encode(),
    )
    return buffer.getvalue()


def frame_times(count: int, fps: float) -> list[int]:
    """Milliseconds that each frame of a GIF shows, in whole hundredths of a second that add up to count / fps.

    Each frame of its own, rounded, would make 26 frames a second play as 25 or 33.
    """
    ends = [round(100 * number / fps) for number in range(count + 1)]
    return [10 * (end - start) for start, end in pairwise(ends)]


def _stills(frames: Iterable[Image.Image], times: list[int]) -> Iterator[tuple[Image.Image, int]]:
    """The pictures, with 256 colours each, and durations: a frame that stays is one still, or several when long."""
    start = number = 0
    held: Image.Image | None = None
    parity = 0
    colours = MovieColours()

    def still(end: int) -> tuple[Image.Image, int]:
        assert held is not None
        # Pillow joins equal frames to one, whose time the format could not hold: every other one differs by a shade.
        shown = _shaded(held).quantize(COLOURS, dither=Image.Dither.NONE) if parity else colours.still(held)
        return shown, sum(times[start:end])

    for frame in frames:
        full = held is frame and sum(times[start : number + 1]) > 1000 * LONGEST_STILL
        if held is not None and (frame is not held or full):
            yield still(number)
            start, parity = number, (1 - parity if full else 0)
        held = frame
        number += 1
    if held is not None:
        yield still(number)


def _shaded(frame: Image.Image) -> Image.Image:
    """The frame with its first pixel a shade lighter or darker: seen by no one."""
    red, green, blue = frame.getpixel((0, 0))[:3]  # type: ignore[index]
    copy = frame.copy()
    copy.putpixel((0, 0), (red, green, blue + 1 if blue < 128 else blue - 1))
    return copy


def mp4_bytes(
    figures: Iterable[Figure],
    count: int,
    recipe: Recipe,
    *,
    fps: float = 5,
    scale: float = 1.0,
    progress: Progress = go_on,
    encoder: Encoder | None = None,
) -> bytes:
    """An MP4; its recipe is the file's comment. Arguments and errors are those of `gif_bytes`.

    Args:
        encoder: what to encode with; None takes `encoder_for` the movie's size.
    """
    frames = _frames(figures, count, scale, progress)
    first = next(frames, None)
    if first is None:
        raise ValueError("A movie needs at least one frame.")
    width, height = even_size(*first.size)
    encoder = encoder or encoder_for(width, height)
    rate = Fraction(fps).limit_denominator(1000)
    metadata = {"comment": recipe_text(recipe), "encoder": PROGRAM}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "movie.mp4")
        with writer(path, encoder, width, height, rate, metadata) as write:
            for frame in chain((first,), frames):
                write(video_frame(frame, width, height))
        return path.read_bytes()


def even_size(width: int, height: int) -> tuple[int, int]:
    """The size of a movie of pictures of a size: colours at half resolution need even sides."""
    return width + width % 2, height + height % 2


def _frames(figures: Iterable[Figure], count: int, scale: float, progress: Progress) -> Iterator[Image.Image]:
    painted: tuple[Figure, Image.Image] | None = None
    size: tuple[int, int] | None = None
    painter = Repainter()
    done = 0
    for figure in figures:
        if not progress(done, count):
            raise Cancelled
        # A figure that stays for a while is painted once.
        if painted is None or painted[0] is not figure:
            frame = _picture(figure, scale, painter)
            size = size or frame.size
            painted = (figure, frame if frame.size == size else _fitted(frame, size, figure.background))
        yield painted[1]
        done += 1
    progress(done, count)


def _picture(figure: Figure, scale: float, painter: Repainter) -> Image.Image:
    if figure.background is None:
        return picture(figure, scale)
    per_cell = pixels_per_cell(figure, scale)
    return painter.paint(figure.shapes, figure.width, figure.height, per_cell, figure.background)


def _fitted(frame: Image.Image, size: tuple[int, int], background: str | None) -> Image.Image:
    """A frame of another size, shrunk if need be and centred on a page of `size`."""
    page = Image.new("RGB", size, background or "#ffffff")
    frame.thumbnail(size)
    page.paste(frame, ((size[0] - frame.width) // 2, (size[1] - frame.height) // 2))
    return page
