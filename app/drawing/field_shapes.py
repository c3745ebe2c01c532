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
from app.drawing.shapes import Circle, Point, Polygon, Shape
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
    shapes: list[Shape] = []
    faintest = FAINTEST[palette.name]
    opacities = faintest + (1 - faintest) * np.clip(strength, 0, 1)
    for (row, col), (up, right), opacity in zip(
        field.squares.tolist(), arrows.tolist(), opacities.tolist(), strict=True
    ):
        if np.isnan(up):
            continue
        edge = palette.open if halo and (row, col) == field.maze.mouse else None
        shapes += arrow((col + 0.5, row + 0.5), (right, up), colour, opacity, thickness, edge)
    return tuple(shapes)


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
    shapes: list[Shape] = []
    faintest = FAINTEST[palette.name]
    opacities = faintest + (1 - faintest) * np.clip(strengths, 0, 1)
    thin = 0.8 * thickness
    for (row, col), square_lengths, square_opacities in zip(
        field.squares.tolist(), lengths.tolist(), opacities.tolist(), strict=True
    ):
        edge = palette.open if halo and (row, col) == field.maze.mouse else None
        drawn = False
        for move, (up, right) in enumerate(MOVE_DELTAS.tolist()):
            length, opacity = square_lengths[move], square_opacities[move]
            if move == NOOP or not abs(length) >= LEAST_MOVE:
                continue
            middle = FROM_CENTRE + abs(length) / 2
            centre = (col + 0.5 + middle * right, row + 0.5 + middle * up)
            shapes += arrow(centre, (length * right, length * up), colour, opacity, thin, edge, least=0)
            drawn = True
        if not drawn and not np.isnan(square_lengths[NOOP]):
            shapes += arrow((col + 0.5, row + 0.5), (0, 0), colour, faintest, thickness, edge)
    return tuple(shapes)


def arrow(
    centre: Point,
    vector: Point,
    colour: str,
    opacity: float = 1.0,
    thickness: float = 1.0,
    halo: str | None = None,
    *,
    least: float = DOT_BELOW,
) -> tuple[Shape, ...]:
    """An arrow centred on a point, or a dot when the vector (right, up) is shorter than `least`."""
    (x, y), (right, up) = centre, vector
    length = hypot(right, up)
    if length < least or length == 0:
        under = (Circle(x, y, 0.07 * thickness + 0.05, fill=halo),) if halo else ()
        return (*under, Circle(x, y, 0.07 * thickness, fill=colour, opacity=opacity))
    head = min(0.32 * thickness**0.5, 0.62 * length)
    half_head = head * 0.58
    half_shaft = min(0.056 * thickness, half_head * 0.5)
    ux, uy = right / length, up / length

    def at(along: float, aside: float) -> Point:
        return x + ux * along - uy * aside, y + uy * along + ux * aside

    tail, neck, tip = -length / 2, length / 2 - head, length / 2
    outline = (
        at(tail, half_shaft),
        at(neck, half_shaft),
        at(neck, half_head),
        at(tip, 0),
        at(neck, -half_head),
        at(neck, -half_shaft),
        at(tail, -half_shaft),
    )
    under_arrow = (Polygon(outline, halo, 0.9, stroke=halo, stroke_width=0.08),) if halo else ()
    return (*under_arrow, Polygon(outline, colour, opacity))
