"""Adding a retargeting pin: a value set on a square for the channels that mark the cheese."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.document import patch_edits
from app.document.view_mode import Mode
from app.interventions.patches import SetValue
from app.maze.maze import Maze, Square
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.measured_retargeting import measured_retargeting
from widgets.services.context import Context

PIN_VALUE: Final = 5.5
"""The value of a new pin: the one that moved the mouse best in the published measurements of this intervention."""


def pin_square(maze: Maze) -> Square:
    """The square of a new pin: the open one nearest to the maze's top-right corner."""
    row, col = max(maze.squares.tolist(), key=lambda square: square[0] + square[1])
    return row, col


def shown_layer(context: Context) -> str:
    """The layer whose channels are shown, or the default where that has no pixels."""
    policy, name = context.document.state.policy, context.view.layer
    if policy is None or layer(name, policy.width).side is None:
        return DEFAULT_LAYER
    return name


def pin_layer(context: Context) -> str:
    """The layer a new pin acts on: where it was measured to work for this policy, or the default."""
    policy = context.document.state.policy
    measured = None if policy is None else measured_retargeting(policy)
    return DEFAULT_LAYER if measured is None else measured.layer


def add_pin(
    context: Context,
    channels: tuple[int, ...],
    layer_name: str,
    square: Square | None = None,
    value: float = PIN_VALUE,
) -> None:
    """Add a set-value patch with a pin, on a square or where a new pin is."""
    at = pin_square(context.document.state.maze) if square is None else square
    patch_edits.add_patch(context.document, SetValue(layer=layer_name, channels=channels, square=at, value=value))


def add_cheese_pin(context: Context, square: Callable[[], Square] | None = None, layer_name: str = "") -> None:
    """Add a pin that leads the policy: the setting that was measured to, or the channels that mark the cheese.

    Args:
        context: the window's.
        square: asked for the pin's square once the channels are known; left out, it is where a new pin is.
        layer_name: another layer; its channels that mark the cheese are found first where they are not known.
    """
    policy = context.document.state.policy
    if policy is None:
        return
    if square is None and context.view.mode is Mode.ORIGINAL:
        # Where the pin will be seen.
        context.view.set_mode(Mode.PATCHED)
    measured = measured_retargeting(policy)
    if measured is not None and layer_name in ("", measured.layer):
        add_pin(context, (measured.channel,), measured.layer, square() if square else None, measured.value)
        return
    name = layer_name or DEFAULT_LAYER
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
