"""A sequence of figures as a GIF or MP4 file: a rollout, a slider's sweep, the last minute of edits.

What an MP4 holds, H.264 or VP9, is said in `app.export.encoders`.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

from PIL import Image

from app.document.recipe import PROGRAM, Recipe, recipe_text
from app.drawing.figure import Figure
from app.export.encoders import Encoder, encoder_for, video_frame, writer
from app.export.images import picture
from app.progress import Cancelled, Progress, go_on


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
        progress: hears of every frame.

    Raises:
        ValueError: when there is no frame.
        Cancelled: when `progress` says not to continue.
    """
    frames = (frame.quantize(256, dither=Image.Dither.NONE) for frame in _frames(figures, count, scale, progress))
    first = next(frames, None)
    if first is None:
        raise ValueError("A movie needs at least one frame.")
    buffer = io.BytesIO()
    first.save(
        buffer,
        "GIF",
        save_all=True,
        append_images=frames,
        duration=max(20, round(1000 / fps)),
        loop=0,
        comment=recipe_text(recipe).encode(),
    )
    return buffer.getvalue()


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
    done = 0
    for figure in figures:
        if not progress(done, count):
            raise Cancelled
        # A figure that stays for a while is painted once.
        if painted is None or painted[0] is not figure:
            frame = picture(figure, scale)
            size = size or frame.size
            painted = (figure, frame if frame.size == size else _fitted(frame, size, figure.background))
        yield painted[1]
        done += 1
    progress(done, count)


def _fitted(frame: Image.Image, size: tuple[int, int], background: str | None) -> Image.Image:
    """A frame of another size, shrunk if need be and centred on a page of `size`."""
    page = Image.new("RGB", size, background or "#ffffff")
    frame.thumbnail(size)
    page.paste(frame, ((size[0] - frame.width) // 2, (size[1] - frame.height) // 2))
    return page
