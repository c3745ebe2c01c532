"""Layers under the arrows that take more than a field: path probabilities, visits, and pushes of a channel."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.field.square_layers import LayerKind, SquareLayer, path_layer, push_layer, visits_layer
from app.field.thread_fields import ThreadFields
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import PatchStack, SetValue
from app.maze.game_rules import TIMEOUT
from app.maze.maze import Square
from app.studies.exact_outcome import outcome, reach_of
from app.studies.exact_push import Patched, push
from app.studies.retarget_map import RetargetMap, Setting


@dataclass(frozen=True, eq=False)
class Sides:
    """A layer without and with the stack; the same one twice when nothing acts."""

    original: SquareLayer
    patched: SquareLayer


def slow_layer(
    kind: LayerKind, result: FieldResult, last: tuple[Tensor, Tensor] | None = None, channel: int = 0, move: int = 0
) -> Sides:
    """Compute one on the calling thread, on that thread alone.

    Args:
        kind: `PATH`, `VISITS` or `PUSH`.
        result: the complete field that is shown.
        last: for `PUSH`, what `Engine.last_stage` gives for the same request.
        channel, move: for `PUSH`, which channel of relu3 and which move.

    Raises:
        MazescopeError: for a channel that relu3 does not have, or patches that the push has no sum for.
        ValueError: for another kind, or a push without its activations.
    """
    request = result.request
    maze, policy, acts = request.maze, request.policy, result.patched is not result.original
    if kind is LayerKind.PATH:
        original = path_layer(result.original)
        return Sides(original, path_layer(result.patched) if acts else original)
    if kind is LayerKind.VISITS:
        found = outcome(ThreadFields(policy.width).compute, policy, maze, request.stack)
        original = visits_layer(maze, found.original.visits, TIMEOUT)
        return Sides(original, visits_layer(maze, found.patched.visits, TIMEOUT) if acts else original)
    if kind is not LayerKind.PUSH or last is None:
        raise ValueError(f"The layer {kind} was asked for; expected one that takes more than a field.")
    count = last[0].shape[1]
    if not 0 <= channel < count:
        raise MazescopeError(f"Channel {channel} was asked for; relu3 of this policy has channels 0 to {count - 1}.")
    network = policy.network
    original = push_layer(maze, push(network, last[0].cpu()).channels, channel, move)
    if not acts:
        return Sides(original, original)
    patched = Patched(compile_stack(request.stack, policy, maze), maze.squares)
    return Sides(original, push_layer(maze, push(network, last[1].cpu(), patched).channels, channel, move))


def pin_of(stack: PatchStack) -> tuple[str, Setting] | None:
    """The layer and the setting of the stack's first pin: a set-value patch on a maze square that is switched on."""
    for _, patch in stack.active:
        if isinstance(patch, SetValue) and patch.square is not None and patch.channels:
            return patch.layer, Setting(patch.channels, patch.value)
    return None


def retarget_layer(found: RetargetMap) -> Sides:
    """Path probability to every square, with nothing set and with the first setting there; NaN where it is to come."""
    title = "Path probability to a square"
    sides = []
    for values, what in ((found.base, "nothing set"), (found.patched[0], "the pin there")):
        layer = SquareLayer(
            LayerKind.RETARGET, f"{title}, {what}", "", found.maze, found.targets, values, low=0, high=1
        )
        sides.append(layer)
    return Sides(*sides)


def pin_words(result: FieldResult) -> str:
    """Arrival of play under the stack at the first pin, in a sentence; empty without a pin on an open square."""
    request = result.request
    squares = [
        patch.square for _, patch in request.stack.active if isinstance(patch, SetValue) and patch.square is not None
    ]
    if not squares or not request.maze.is_open(squares[0]):
        return ""
    found, greedy = reach_of(
        ThreadFields(request.policy.width).compute, request.policy, request.maze, request.stack, squares[0]
    )
    row, col = squares[0]
    likeliest = "greedy play never gets there" if greedy is None else f"greedy play in {greedy} steps"
    return f"Pin ({row}, {col}) reached with chance {found.reach:.2f} within {TIMEOUT} steps; {likeliest}"


def route_of(found: RetargetMap, square: Square, setting: int | None = 0) -> tuple[list[Square], Square | None]:
    """A target's way, from the mouse to the target, and its weakest square; no squares where there is no way."""
    at = found.index(square)
    if at is None:
        return [], None
    route = found.routes[at]
    weakest = route.weakest(setting)
    squares = [(int(row), int(col)) for row, col in route.squares]
    return [*squares, square], None if weakest is None else weakest[0]


def route_words(found: RetargetMap, square: Square, setting: int | None = 0) -> str:
    """A target's facts: its length, and the square where a right move is least likely."""
    at = found.index(square)
    if at is None:
        return ""
    weakest = found.routes[at].weakest(setting)
    if weakest is None:
        return ""
    (row, col), chance = weakest
    return f"{found.steps[at]} steps, weakest at ({row}, {col}): {chance:.2f}"
