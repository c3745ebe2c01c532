"""Two recordings of a wall being painted, next to each other: with pointers, and counters that count along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import av
from PIL import Image, ImageDraw

from app.drawing.fonts import pillow_font
from app.drawing.palette import LIGHT

FPS: Final = 30
LEAD, HOLD = 0.4, 1.5
"""Seconds before the first event, and after the last, when the counters have stopped."""

EDGE, GAP = 20, 40
"""Pixels around both canvases, and between them."""

TOP, FOOT = 104, 48
"""Pixels of the captions above the canvases and of the line below them."""

POINTER: Final = ((0, 0), (0, 34), (9, 26), (15, 41), (22, 38), (16, 24), (28, 24))
"""Corners of the pointer in pixels, its tip first."""


@dataclass(frozen=True)
class Take:
    """Recording of one tree; all times in seconds since the first event.

    Attributes:
        pictures: its canvas, by time.
        events: when a wall was painted, and where, in the canvas's pixels.
        answers: when an answer was shown.
    """

    pictures: Sequence[tuple[float, av.VideoFrame]]
    events: Sequence[tuple[float, tuple[int, int]]]
    answers: Sequence[float]


def frames(before: Take, now: Take, seconds: float, due: int) -> list[Image.Image]:
    """The movie's frames at `FPS`.

    Args:
        before, now: the older tree's and this one's.
        seconds: how long was painted.
        due: how many events there were to take in that time.
    """
    times = [number / FPS - LEAD for number in range(round((LEAD + seconds + HOLD) * FPS))]
    return [_frame((("Before", before), ("Now", now)), time, due) for time in times]


def _frame(takes: Sequence[tuple[str, Take]], time: float, due: int) -> Image.Image:
    side = takes[0][1].pictures[0][1].height
    page = Image.new("RGB", (2 * EDGE + GAP + 2 * side, TOP + side + FOOT), LIGHT.window)
    draw = ImageDraw.Draw(page)
    for number, (title, take) in enumerate(takes):
        left = EDGE + number * (side + GAP)
        page.paste(picture_at(take, time), (left, TOP))
        draw.text((left, 34), title, LIGHT.text, pillow_font("semibold", 34), anchor="lm")
        answers = bisect_right(take.answers, time)
        events = bisect_right(take.events, time, key=lambda event: event[0])
        colour = LIGHT.original if title == "Now" else LIGHT.text
        draw.text((left + side, 34), f"{answers} answers shown", colour, pillow_font("semibold", 34), anchor="rm")
        taken = f"painted {events} of {due} squares"
        draw.text((left + side, 78), taken, LIGHT.text_muted, pillow_font("regular", 22), anchor="rm")
        if events:
            x, y = take.events[events - 1][1]
            _point(page, left + x, TOP + y)
    words = "The same 25 x 25 maze and policy on the same two cores; 60 walls are painted a second, for 8 seconds"
    foot = (page.width / 2, TOP + side + FOOT / 2)
    draw.text(foot, words, LIGHT.text_muted, pillow_font("regular", 20), anchor="mm")
    return page


def picture_at(take: Take, time: float) -> Image.Image:
    """The canvas on the screen at a time: the last picture until then, or the first."""
    number = bisect_right(take.pictures, time, key=lambda picture: picture[0])
    return take.pictures[max(number - 1, 0)][1].to_image()


def _point(page: Image.Image, x: int, y: int) -> None:
    """A pointer at a place, drawn large and made smaller, so that its edges are smooth."""
    width, height, fine = 34, 48, 4
    sprite = Image.new("RGBA", (width * fine, height * fine))
    corners = [((across + 2) * fine, (down + 2) * fine) for across, down in POINTER]
    ImageDraw.Draw(sprite).polygon(corners, fill=LIGHT.text, outline="#ffffff", width=2 * fine)
    small = sprite.resize((width, height), Image.Resampling.LANCZOS)
    page.paste(small, (x - 2, y - 2), small)
