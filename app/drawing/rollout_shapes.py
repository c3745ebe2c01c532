"""Shapes of a rollout at one of its steps: the trail so far, and the mouse in the hue of its network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.drawing.maze_shapes import mouse_shapes
from app.drawing.palette import Palette
from app.drawing.shapes import Circle, Point, Polyline, Rect, Shape, moved
from app.field.rollout_values import Rollout, Rollouts

ROLES: Final = {
    "original": ("original",),
    "patched": ("patched",),
    "difference": ("original", "patched"),
}
"""The mice over each maze where every network has a maze of its own."""

_ASIDE: Final = 0.14
_WIDTH: Final = 0.15
_CASING: Final = 0.07


def rollout_overlays(
    rollouts: Rollouts, step: int, palette: Palette, *, side_by_side: bool, mice: bool = True
) -> dict[str, tuple[Shape, ...]]:
    """The shapes by role over each maze after this many steps; see `app.drawing.figure.FigureOptions.overlays`.

    Args:
        step: of both mice; one whose episode is over stays where it ended.
        side_by_side: whether each network has a maze of its own; otherwise both mice are in every maze.
        mice: whether the mice are there; without them there are only trails, as of a walk over another maze.
    """
    drawn = {}
    for role, own in ROLES.items():
        shown = own if side_by_side else ROLES["difference"]
        if rollouts.patched is rollouts.original and "original" in shown:
            shown = ROLES["original"]
        drawn[role] = _over(rollouts, step, shown, palette, mice)
    return drawn


def _over(rollouts: Rollouts, step: int, shown: tuple[str, ...], palette: Palette, mice: bool) -> tuple[Shape, ...]:
    episodes: dict[str, Rollout] = {role: getattr(rollouts, role) for role in shown}
    both = len(episodes) > 1
    shapes: list[Shape] = []
    for episode in episodes.values():
        if mice and episode.reached and step >= episode.steps:
            # The cheese that was reached is gone.
            row, col = episode.squares[-1]
            shapes.append(Rect(col, row, 1, 1, palette.open))
    for number, (role, episode) in enumerate(episodes.items()):
        aside = (_ASIDE if number else -_ASIDE) if both else 0.0
        shapes += trail(episode, step, getattr(palette, role), palette, aside)
    if not mice:
        return tuple(shapes)
    together = both and len({episode.at(step).mouse for episode in episodes.values()}) == 1
    for number, (role, episode) in enumerate(episodes.items()):
        maze = episode.at(step)
        hues = replace(palette, mouse=getattr(palette, role))
        mouse = mouse_shapes(maze.mouse, hues, left=maze.facing != "right")
        if together:
            # Two mice on one square share it: the second is drawn in front of the first and lower.
            by = 0.1 if number == 0 else -0.1
            mouse = tuple(moved(shape, by, by) for shape in mouse)
        shapes += mouse
    return tuple(shapes)


def trail(episode: Rollout, step: int, colour: str, palette: Palette, aside: float = 0.0) -> list[Shape]:
    """The way so far, over a lighter casing that lifts it off the arrows, with a dot where it began.

    Args:
        aside: moves the line by so much of a cell to the right and up, so that two trails show side by side.
    """
    squares = episode.squares[: step + 1]
    points: list[Point] = []
    for row, col in squares:
        point = (col + 0.5 + aside, row + 0.5 + aside)
        if not points or point != points[-1]:
            points.append(point)
    found: list[Shape] = [Circle(*points[0], 0.17, fill=palette.open), Circle(*points[0], 0.12, fill=colour)]
    if len(points) > 1:
        line = tuple(points)
        found = [
            Polyline(line, palette.open, _WIDTH + 2 * _CASING),
            Polyline(line, colour, _WIDTH),
            *found,
        ]
    return found
