"""A sequence of figures as a GIF or MP4 file: a rollout, a slider's sweep, the last minute of edits.

MP4 files hold VP9, encoded by libvpx (BSD licence), which browsers, VLC and current media players show. The PyAV wheel
carries x264 and x265 as well; they are GPL and so are not used.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from PIL import Image

from app.export.images import picture
from app.export.recipe import PROGRAM, Recipe, recipe_text
from app.figure import Figure
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
        Cancelled: when `progress` says not to go on.
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
) -> bytes:
    """An MP4; its recipe is the file's comment. Arguments and errors are those of `gif_bytes`."""
    buffer = io.BytesIO()
    rate = Fraction(fps).limit_denominator(1000)
    with av.open(buffer, "w", format="mp4") as container:
        container.metadata["comment"] = recipe_text(recipe)
        container.metadata["encoder"] = PROGRAM
        stream = None
        for frame in _frames(figures, count, scale, progress):
            if stream is None:
                # Good quality at a constant rate factor; colours at half resolution is what every player can show.
                stream = container.add_stream("libvpx-vp9", rate=rate)
                stream.options = {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"}
                stream.pix_fmt = "yuv420p"
                stream.width, stream.height = frame.width + frame.width % 2, frame.height + frame.height % 2
            whole = Image.new("RGB", (stream.width, stream.height), frame.getpixel((0, 0)))
            whole.paste(frame)
            container.mux(stream.encode(av.VideoFrame.from_image(whole)))
        if stream is None:
            raise ValueError("A movie needs at least one frame.")
        container.mux(stream.encode(None))
    return buffer.getvalue()


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


def _fitted(frame: Image.Image, size: tuple[int, int], background: str) -> Image.Image:
    """A frame of another size, shrunk if need be and centred on a page of `size`."""
    page = Image.new("RGB", size, background)
    frame.thumbnail(size)
    page.paste(frame, ((size[0] - frame.width) // 2, (size[1] - frame.height) // 2))
    return page
