"""The movie of a wall being painted in two trees: each picture at its time, on its side, with its pointer."""

from __future__ import annotations

import av
import numpy as np
from PIL import Image

from app.maze import generator
from benchmarks.painted_level import SEED, painted, strokes
from benchmarks.painting_movie import EDGE, FPS, GAP, HOLD, LEAD, TOP, Take, frames, picture_at
from benchmarks.subjects import HARD

SIDE = 200
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def plain(colour: tuple[int, int, int]) -> av.VideoFrame:
    return av.VideoFrame.from_image(Image.new("RGB", (SIDE, SIDE), colour))


def take(*pictures: tuple[float, tuple[int, int, int]]) -> Take:
    events = [(0.0, (50, 50)), (0.5, (120, 90))]
    return Take([(at, plain(colour)) for at, colour in pictures], events, [0.1, 0.6])


def test_a_picture_is_shown_from_its_time_to_the_next() -> None:
    shown = take((-0.2, RED), (0.4, GREEN), (0.9, BLUE))
    colours = [picture_at(shown, time).getpixel((0, 0)) for time in (-1, 0.39, 0.4, 0.89, 5)]
    assert colours == [RED, RED, GREEN, GREEN, BLUE]


def test_the_older_tree_is_left_and_pointers_are_where_walls_are_painted() -> None:
    movie = frames(take((0.0, RED)), take((0.0, GREEN)), 1.0, 2)
    assert len(movie) == round((LEAD + 1 + HOLD) * FPS)
    left, right = EDGE, EDGE + SIDE + GAP
    first, last = np.asarray(movie[0]), np.asarray(movie[-1])
    for page, painted_at in ((first, None), (last, (120, 90))):
        for start, colour in ((left, RED), (right, GREEN)):
            canvas = page[TOP : TOP + SIDE, start : start + SIDE]
            covered = np.argwhere((canvas != colour).any(-1))
            if painted_at is None:
                assert not len(covered)
            else:
                assert np.abs(covered.min(0)[::-1] - painted_at).max() <= 2


def test_captions_count_along() -> None:
    movie = frames(take((0.0, RED)), take((0.0, RED)), 1.0, 2)
    captions = [frame.crop((0, 0, frame.width, TOP)).tobytes() for frame in movie]
    # Answers and events: 0 0, 0 1, 1 1, 1 2, 2 2.
    assert len(set(captions)) == 5


def test_every_inner_wall_is_taken_away_and_put_back() -> None:
    maze = generator.level(HARD, SEED)
    squares = strokes(maze)
    mazes = list(painted(maze, squares))
    inner = range(1, maze.world - 1)
    assert not any(mazes[len(squares) - 1].is_wall((row, col)) for row in inner for col in inner)
    assert mazes[-1] == maze
    assert len(set(squares)) == len(squares)
