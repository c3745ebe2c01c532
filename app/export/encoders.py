"""Encoder of MP4 files: H.264 where the machine has an encoder that works, otherwise VP9.

Presentation programs and the players of macOS and Windows show H.264 in an MP4, and often no VP9. Which encoders there
are depends on the FFmpeg that PyAV brings: a wheel has x264, a package of this program may have none, and what there is
may refuse to work. So each is tried on a frame before it is trusted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

if TYPE_CHECKING:
    from PIL import Image

_BT709: Final = 1
"""The code of BT.709 for primaries, transfer and matrix in H.264, VP9 and MP4."""


@dataclass(frozen=True)
class Encoder:
    """A way to encode a movie.

    Attributes:
        name: FFmpeg's name of it.
        codec: what it makes, "H.264" or "VP9".
        options: its settings: good quality at a constant factor where it has one.
    """

    name: str
    codec: str
    options: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def plays(self) -> str:
        """Programs that show the movie, in a sentence."""
        if self.codec == "H.264":
            return "H.264: plays in QuickTime, Keynote, PowerPoint, browsers and VLC."
        return "VP9, as there is no H.264 encoder here: plays in browsers and VLC, often not in Keynote or PowerPoint."


VP9: Final = Encoder("libvpx-vp9", "VP9", {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"})

H264: Final = (
    Encoder("libx264", "H.264", {"crf": "18", "preset": "medium"}),
    Encoder("libopenh264", "H.264", {"b": "8M"}),
    Encoder("h264_videotoolbox", "H.264", {"b": "8M", "allow_sw": "1"}),
    Encoder("h264_mf", "H.264", {"b": "8M"}),
)
"""In the order in which they are tried."""


@cache
def encoder_for(width: int, height: int) -> Encoder:
    """The first encoder that makes a movie of this size; both numbers are even."""
    return next((each for each in H264 if works(each, width, height)), VP9)


def works(encoder: Encoder, width: int, height: int) -> bool:
    """True if an encoder is there and two frames that it encodes can be decoded again."""
    grey = np.full((height, width, 3), 128, np.uint8)
    grey[: height // 2] = 32
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "trial.mp4")
            with writer(path, encoder, width, height, Fraction(10), {}) as write:
                for _ in range(2):
                    write(av.VideoFrame.from_ndarray(grey, format="rgb24"))
            with av.open(str(path)) as movie:
                shown = [frame.to_ndarray(format="gray") for frame in movie.decode(video=0)]
    # Drivers and system encoders fail in ways of their own; whatever it is, another encoder is taken.
    except Exception:
        return False
    dark, light = slice(height // 4 + 1), slice(-height // 4, None)
    return len(shown) == 2 and all(
        frame.shape == (height, width) and frame[dark].mean() + 50 < frame[light].mean() for frame in shown
    )


@contextmanager
def writer(
    path: Path, encoder: Encoder, width: int, height: int, rate: Fraction, metadata: dict[str, str]
) -> Iterator[Any]:
    """A function that appends a frame to an MP4, which is whole at the context's end.

    The index precedes the pictures (`faststart`), so that a movie on the web begins at once. Colours are at half
    resolution and by BT.709, and say so: players guess otherwise, and not all alike.

    Raises:
        av.error.FFmpegError: when the encoder is missing or refuses.
    """
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update(metadata)
        stream: Any = container.add_stream(encoder.name, rate=rate, options=dict(encoder.options))
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = width, height
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = int(ColorRange.MPEG)
        count = 0

        def write(frame: av.VideoFrame) -> None:
            nonlocal count
            even = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            even.pts, even.time_base = count, 1 / rate
            count += 1
            container.mux(stream.encode(even))

        yield write
        container.mux(stream.encode(None))


def video_frame(picture: Image.Image, width: int, height: int) -> av.VideoFrame:
    """A picture as a frame of even sides; what is beyond it has the colour of its corner."""
    from PIL import Image

    whole = Image.new("RGB", (width, height), picture.getpixel((0, 0)))
    whole.paste(picture)
    return av.VideoFrame.from_image(whole)
