"""Retargeting: setting the channels that mark the cheese, to lead the policy to another square."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import PatchError
from app.field.measures import chances_towards, geometric_mean
from app.interventions.compiled_stack import CompiledStack, compile_stack
from app.interventions.patches import PatchStack, SetValue
from app.maze.maze import Maze, Square
from app.maze.routes import moves_towards, shortest_path
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on
from app.studies.batched_forward import Passes, Question, answers
from app.studies.retarget_map import Setting, retarget_maps

LEVELS = 8
"""Levels whose paths share a batch."""


@dataclass(frozen=True)
class PathProbabilities:
    """Path probabilities to one target per level.

    Attributes:
        value: what the channels were set to at the target; None where nothing was set.
        with_cheese: whether the cheese itself was at the target.
        probabilities: by level.
    """

    value: float | None
    with_cheese: bool
    probabilities: tuple[float, ...]

    @property
    def levels(self) -> int:
        """Number of levels: the n of the mean."""
        return len(self.probabilities)

    @property
    def mean(self) -> float:
        """Mean path probability."""
        return float(np.mean(self.probabilities))


def path_probabilities(
    policy: Policy, maze: Maze, target: Square, stacks: Sequence[CompiledStack] = ()
) -> tuple[float, list[float]] | None:
    """The path probability to a target of the unpatched network, and under each stack; None when there is no way.

    Only the squares of the path are computed. See `app.field.measures.path_probability`.
    """
    squares = path_squares(maze, target)
    if not len(squares):
        return None
    (answer,) = answers(policy, [Question(maze, squares, tuple(stacks))])
    return _path_probability(answer.original, maze, squares, target), [
        _path_probability(each, maze, squares, target) for each in answer.patched
    ]


def path_squares(maze: Maze, target: Square) -> np.ndarray:
    """(n, 2) int64: the shortest path from the mouse, less the target and the cheese, where no policy decides.

    Empty when there is no way, or the mouse is there already.
    """
    path = shortest_path(maze, maze.mouse, target) or ()
    return np.array([square for square in path[:-1] if square != maze.cheese], dtype=np.int64).reshape(-1, 2)


def _path_probability(result: Passes, maze: Maze, squares: np.ndarray, target: Square) -> float:
    return geometric_mean(chances_towards(result.probs, squares, moves_towards(maze, target)))


def retarget(
    policy: Policy,
    mazes: Sequence[Maze],
    channels: Sequence[int],
    values: Sequence[float],
    *,
    layer_name: str = DEFAULT_LAYER,
    progress: Progress = go_on,
) -> tuple[PathProbabilities, ...]:
    """Path probability to where the cheese was, once it is removed: with nothing set, with each value set, and with the
    real cheese, in this order.

    The channels' activation pixel of the target becomes the value, the rest is kept.

    Args:
        policy: the policy.
        mazes: levels with cheese; those without, or whose cheese cannot be reached, are left out.
        channels: the channels that are set.
        values: what to.
        layer_name: where.
        progress: told how many levels are done.

    Raises:
        PatchError: when the policy has no such layer or channel.
        Cancelled: when `progress` says not to continue.
    """
    rows: list[list[float]] = [[] for _ in range(len(values) + 2)]
    levels = [(maze, maze.cheese) for maze in mazes if maze.cheese is not None and len(path_squares(maze, maze.cheese))]
    for batch in batches(levels, LEVELS, progress):
        squares = [path_squares(maze, target) for maze, target in batch]
        bare = [
            Question(
                maze.with_cheese(None),
                path,
                tuple(_retargeting(policy, maze, layer_name, channels, target, value) for value in values),
            )
            for (maze, target), path in zip(batch, squares, strict=True)
        ]
        real = [Question(maze, path) for (maze, _), path in zip(batch, squares, strict=True)]
        found = zip(batch, squares, answers(policy, bare), answers(policy, real), strict=True)
        for (maze, target), path, without, cheese in found:
            for row, result in zip(rows, (without.original, *without.patched, cheese.original), strict=True):
                row.append(_path_probability(result, maze, path, target))
    heads = [(None, False), *((float(value), False) for value in values), (None, True)]
    return tuple(PathProbabilities(value, cheese, tuple(row)) for (value, cheese), row in zip(heads, rows, strict=True))


def retarget_map(
    policy: Policy,
    maze: Maze,
    channels: Sequence[int],
    value: float,
    *,
    layer_name: str = DEFAULT_LAYER,
    progress: Progress = go_on,
) -> dict[Square, tuple[float, float]]:
    """(before, after) path probability to every open square of a maze but the start, the channels set there in turn.

    The maze is taken as it is, its cheese included; squares that cannot be reached are left out. See
    `app.studies.retarget_map`, which has more to say of them.

    Raises as `retarget` does.
    """
    found = retarget_maps(
        policy, maze, [Setting(tuple(channels), float(value))], layer_name=layer_name, progress=progress
    )
    return {
        (int(row), int(col)): (float(before), float(after))
        for (row, col), before, after in zip(found.targets, found.base, found.patched[0], strict=True)
    }


def _retargeting(
    policy: Policy, maze: Maze, layer_name: str, channels: Sequence[int], target: Square, value: float
) -> CompiledStack:
    patch = SetValue(layer=layer_name, channels=tuple(channels), square=target, value=float(value))
    compiled = compile_stack(PatchStack((patch,)), policy, maze)
    if compiled.problems:
        raise PatchError(compiled.problems[0].reason)
    return compiled
