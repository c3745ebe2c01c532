"""Adding a retargeting pin: a value set on a square for the channels that mark the cheese."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.document import patch_edits
from app.interventions.patches import SetValue
from app.maze.maze import Maze, Square
from app.policy.layers import DEFAULT_LAYER, layer
from widgets.services.context import Context

PIN_VALUE: Final = 5.5
"""The value of a new pin: the one that moved the mouse best in the published measurements of this intervention."""


def pin_square(maze: Maze) -> Square:
    """The square of a new pin: the open one nearest to the maze's top-right corner."""
    row, col = max(maze.squares.tolist(), key=lambda square: square[0] + square[1])
    return row, col


def pin_layer(context: Context) -> str:
    """The layer a new pin acts on: the one whose channels are shown, or the default where that has no pixels."""
    policy, name = context.document.state.policy, context.view.layer
    if policy is None or layer(name, policy.width).side is None:
        return DEFAULT_LAYER
    return name


def add_pin(context: Context, channels: tuple[int, ...], layer_name: str, square: Square | None = None) -> None:
    """Add a set-value patch with a pin, on a square or where a new pin is."""
    at = pin_square(context.document.state.maze) if square is None else square
    patch_edits.add_patch(context.document, SetValue(layer=layer_name, channels=channels, square=at, value=PIN_VALUE))


def add_cheese_pin(context: Context, square: Callable[[], Square] | None = None) -> None:
    """Add a pin for the channels that mark the cheese, found first where they are not known.

    Args:
        context: the window's.
        square: asked for the pin's square once the channels are known; left out, it is where a new pin is.
    """
    name = pin_layer(context)
    with_cheese_channels(context, name, lambda channels: add_pin(context, channels, name, square() if square else None))


def with_cheese_channels(context: Context, layer_name: str, use: Callable[[tuple[int, ...]], object]) -> None:
    """Call `use(channels)` with the channels that mark the cheese: at once if they are known, or once measured."""
    cheese, state = context.cheese, context.document.state
    if state.policy is None:
        return
    policy, world = state.policy, state.maze.world

    def measured() -> None:
        now = context.document.state
        # By now another policy may be open, whose channels are others.
        if now.policy == policy and now.maze.world == world:
            use(cheese.defaults(policy, layer_name, world))

    cheese.want(policy, layer_name, world, measured)
