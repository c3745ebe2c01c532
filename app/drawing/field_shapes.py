"""Shapes of a vector field: an arrow on every open square.

How to read an arrow: it points along the sum over the moves of probability times step. Its length is that sum's: `FULL`
of a cell for a move that is certain. Its opacity is the probability of the likeliest move, so a policy torn between two
directions shows as a short, pale arrow. Where the sum is too short for an arrow (`DOT_BELOW`), a dot is in the
square's centre: the policy pulls nowhere, or in opposite directions alike.

A difference arrow is patched minus original. Two certain, opposite moves differ by 2, so its scale is half the
other; its opacity is the total variation between the two distributions, and squares where that is below `SAME_BELOW`
stay empty. A gain multiplies length and opacity and divides `SAME_BELOW`.

With an arrow for each move, each begins near the square's centre and is as long as the move is probable, `FULL_MOVE`
of a cell for a move that is certain; a difference arrow points outwards where the move has become more probable and
inwards where less.
"""

from __future__ import annotations

from math import hypot
from typing import Final, Literal

import numpy as np

from app.drawing.arrow_look import PLAIN, ArrowLook
from app.drawing.palette import Palette
from app.drawing.shapes import Circle, Discs, Point, Polygon, Polygons, Shape
from app.field.vector_field import VectorField
from app.maze.moves import MOVE_DELTAS, NOOP

FULL: Final = 0.84
"""Length, in cells, of the arrow of a certain move."""

FULL_DIFFERENCE: Final = FULL / 2
"""Length, in cells, of a difference arrow of length 1."""

FULL_MOVE: Final = FULL / 2
"""Length, in cells, of the arrow of a move that is certain, where each move has one."""

FROM_CENTRE: Final = 0.05
"""Distance, in cells, from the square's centre to the tail of the arrow of a single move."""

LEAST_MOVE: Final = 0.06
"""Length, in cells, of the shortest arrow of a single move; shorter ones are left out."""

DOT_BELOW: Final = 0.1
"""Arrows shorter than this (in cells) are dots."""

DOT_RADIUS: Final = 0.07
"""Radius of a dot, in cells."""

SAME_BELOW: Final = 0.03
"""Total variation below which a square counts as unchanged in the picture."""

FAINTEST: Final = {"light": 0.3, "dark": 0.5}
"""Opacity at probability 0, by palette: even an unsure arrow can be seen, and on dark it fades sooner."""


def field_shapes(
    field: VectorField,
    palette: Palette,
    role: Literal["original", "patched"] = "original",
    *,
    thickness: float = 1.0,
    halo: bool = True,
    look: ArrowLook = PLAIN,
) -> tuple[Shape, ...]:
    """The field's arrows, on the world's coordinates; squares not computed yet have none.

    Args:
        role: whose hue they have.
        thickness: of shaft and head, 1 for a window or page, more for a presentation.
        halo: whether the arrow on the mouse's square gets an outline that sets it off from the mouse.
        look: one arrow a square, or one for each move.
    """
    colour = palette.original if role == "original" else palette.patched
    if look.each_move:
        return _move_arrows(field, field.probs * FULL_MOVE, field.probs, colour, palette, thickness, halo)
    certainty = np.delete(field.probs, NOOP, axis=1).max(axis=1)
    return _arrows(field, field.arrows * FULL, certainty, colour, palette, thickness, halo)


def difference_shapes(
    original: VectorField,
    patched: VectorField,
    palette: Palette,
    *,
    thickness: float = 1.0,
    halo: bool = True,
    look: ArrowLook = PLAIN,
) -> tuple[Shape, ...]:
    """Arrows of patched minus original, on the world's coordinates; unchanged squares have none.

    Arguments are those of `field_shapes`.

    Raises:
        ValueError: when the two fields are not over the same squares.
    """
    if not np.array_equal(original.squares, patched.squares):
        raise ValueError("The two fields belong to different mazes.")
    if original is patched:
        return ()
    change = 0.5 * np.abs(patched.probs - original.probs).sum(axis=1) * look.gain
    if look.each_move:
        each = np.clip((patched.probs - original.probs) * look.gain, -1, 1)
        each[~(change >= SAME_BELOW)] = np.nan
        return _move_arrows(original, each * FULL_MOVE, np.abs(each), palette.difference, palette, thickness, halo)
    arrows = (patched.arrows - original.arrows) * FULL_DIFFERENCE
    if look.gain != 1:
        arrows *= look.gain
        arrows *= (FULL / np.maximum(np.hypot(*arrows.T), FULL))[:, None]
    arrows[~(change >= SAME_BELOW)] = np.nan
    return _arrows(original, arrows, change, palette.difference, palette, thickness, halo)


def _arrows(
    field: VectorField,
    arrows: np.ndarray,
    strength: np.ndarray,
    colour: str,
    palette: Palette,
    thickness: float,
    halo: bool,
) -> tuple[Shape, ...]:
    """One arrow a square, of (N, 2) steps up and rightwards; NaN for none."""
    there = ~np.isnan(arrows[:, 0])
    squares, vectors = field.squares[there, ::-1], arrows[there, ::-1]
    opacities = _opacities(strength[there], palette)
    under: list[Shape] = []
    for at in _mouse_in(squares, field, halo):
        under += _halo(_point(squares[at] + 0.5), _point(vectors[at]), palette.open, thickness)
    long = np.hypot(*vectors.T) >= DOT_BELOW
    pointed = _pointed(squares[long] + 0.5, vectors[long], colour, opacities[long], thickness)
    return (*under, *pointed, *_dots(squares[~long], colour, opacities[~long], thickness))


def _move_arrows(
    field: VectorField,
    lengths: np.ndarray,
    strengths: np.ndarray,
    colour: str,
    palette: Palette,
    thickness: float,
    halo: bool,
) -> tuple[Shape, ...]:
    """An arrow for each move from near the square's centre, of (N, 5) lengths; negative ones point at the centre."""
    there = ~np.isnan(lengths[:, NOOP])
    squares, lengths, thin = field.squares[there, ::-1], lengths[there], 0.8 * thickness
    steps = np.delete(MOVE_DELTAS, NOOP, axis=0)[:, ::-1]
    each = np.delete(lengths, NOOP, axis=1)
    opacities = np.delete(_opacities(strengths[there], palette), NOOP, axis=1)
    long = np.abs(each) >= LEAST_MOVE
    middles = squares[:, None] + 0.5 + (FROM_CENTRE + np.abs(each) / 2)[..., None] * steps
    vectors = each[..., None] * steps
    still = ~long.any(axis=1)
    under: list[Shape] = []
    for at in _mouse_in(squares, field, halo):
        for centre, vector in zip(middles[at][long[at]], vectors[at][long[at]], strict=True):
            under += _halo(_point(centre), _point(vector), palette.open, thin, least=0)
        if still[at]:
            under += _halo(_point(squares[at] + 0.5), (0, 0), palette.open, thickness)
    pointed = _pointed(middles[long], vectors[long], colour, opacities[long], thin)
    faintest = np.full(int(still.sum()), FAINTEST[palette.name])
    return (*under, *pointed, *_dots(squares[still], colour, faintest, thickness))


def _opacities(strength: np.ndarray, palette: Palette) -> np.ndarray:
    faintest = FAINTEST[palette.name]
    opacities: np.ndarray = faintest + (1 - faintest) * np.clip(strength, 0, 1)
    return opacities


def _mouse_in(squares: np.ndarray, field: VectorField, halo: bool) -> list[int]:
    """The place of the mouse's square among these (column, row), when it is to have a halo: none, or one."""
    row, col = field.maze.mouse
    return np.flatnonzero((squares == (col, row)).all(axis=1)).tolist() if halo else []


def _pointed(
    centres: np.ndarray, vectors: np.ndarray, colour: str, opacities: np.ndarray, thickness: float
) -> tuple[Shape, ...]:
    return (Polygons(_outlines(centres, vectors, thickness), colour, opacities),) if len(centres) else ()


def _dots(squares: np.ndarray, colour: str, opacities: np.ndarray, thickness: float) -> tuple[Shape, ...]:
    return (Discs(squares + 0.5, DOT_RADIUS * thickness, colour, opacities),) if len(squares) else ()


def arrow(centre: Point, vector: Point, colour: str, opacity: float = 1.0, thickness: float = 1.0) -> tuple[Shape, ...]:
    """An arrow centred on a point, or a dot when the vector (right, up) is shorter than `DOT_BELOW`."""
    if hypot(*vector) < DOT_BELOW:
        return (Circle(*centre, DOT_RADIUS * thickness, fill=colour, opacity=opacity),)
    return (Polygon(_outline(centre, vector, thickness), colour, opacity),)


def _halo(
    centre: Point, vector: Point, colour: str, thickness: float, *, least: float = DOT_BELOW
) -> tuple[Shape, ...]:
    """The shape that sets an arrow, or a dot, off from the floor under it."""
    length = hypot(*vector)
    if length < least or length == 0:
        return (Circle(*centre, DOT_RADIUS * thickness + 0.05, fill=colour),)
    return (Polygon(_outline(centre, vector, thickness), colour, 0.9, stroke=colour, stroke_width=0.08),)


def _outline(centre: Point, vector: Point, thickness: float) -> tuple[Point, ...]:
    return tuple(_point(point) for point in _outlines(np.array([centre]), np.array([vector]), thickness)[0])


def _outlines(centres: np.ndarray, vectors: np.ndarray, thickness: float) -> np.ndarray:
    """(N, 7, 2): the corners of arrows, of (N, 2) centres and (N, 2) vectors that are longer than nothing."""
    length = np.hypot(*vectors.T)
    head = np.minimum(0.32 * thickness**0.5, 0.62 * length)
    half_head = head * 0.58
    half_shaft = np.minimum(0.056 * thickness, half_head * 0.5)
    tail, neck, tip, middle = -length / 2, length / 2 - head, length / 2, np.zeros(len(length))
    along = np.stack([tail, neck, neck, tip, neck, neck, tail], axis=1)[..., None]
    aside = np.stack([half_shaft, half_shaft, half_head, middle, -half_head, -half_shaft, -half_shaft], axis=1)
    forward = (vectors / length[:, None])[:, None]
    leftward = np.stack([-forward[..., 1], forward[..., 0]], axis=-1)
    outlines: np.ndarray = centres[:, None] + along * forward + aside[..., None] * leftward
    return outlines


def _point(pair: np.ndarray) -> Point:
    return float(pair[0]), float(pair[1])
