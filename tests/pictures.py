"""Results to draw: real mazes, and fields whose probabilities a test chooses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.field.requests import FieldRequest, FieldResult
from app.field.vector_field import VectorField
from app.interventions.patches import NO_PATCHES, PatchProblem, PatchStack, Zero
from app.maze.levels import random_level
from app.maze.maze import Maze, Square
from app.maze.moves import MOVE_ACTIONS
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of

ONE_PATCH = PatchStack((Zero(channels=(10,)),))


def level(seed: int = 3, dim: int = 9, world: int = 15) -> Maze:
    """A maze of our own generator."""
    return random_level(world, dim, seed)


def forked_level() -> Maze:
    """A maze with a decision square, the cheese off the path to the top-right square."""
    maze = level()
    return maze.with_cheese((maze.margin + maze.dim - 1, maze.margin))


def policy() -> Policy:
    """A small random network as a policy."""
    return policy_of(random_network(1, 0), "random 0")


def field_of(maze: Maze, probabilities: Callable[[Square], tuple[float, ...]]) -> VectorField:
    """The field whose probabilities of LEFT, DOWN, UP, RIGHT, NOOP at each square are given."""
    logits = np.full((len(maze.squares), 15), -1e9, dtype=np.float32)
    for index, (row, col) in enumerate(maze.squares.tolist()):
        for move, probability in enumerate(probabilities((row, col))):
            if probability > 0:
                logits[index, MOVE_ACTIONS[move][0]] = np.log(probability)
    return VectorField(maze, maze.squares, logits, np.zeros(len(logits), dtype=np.float32))


def random_field(maze: Maze, seed: int) -> VectorField:
    """A field of random logits."""
    random = np.random.default_rng(seed)
    logits = (2 * random.standard_normal((len(maze.squares), 15))).astype(np.float32)
    return VectorField(maze, maze.squares, logits, random.standard_normal(len(logits)).astype(np.float32))


def result_of(
    original: VectorField,
    patched: VectorField | None = None,
    stack: PatchStack | None = None,
    problems: tuple[PatchProblem, ...] = (),
) -> FieldResult:
    """A result as the engine gives it; without a patched field the stack is empty."""
    if stack is None:
        stack = NO_PATCHES if patched is None else ONE_PATCH
    patched = original if patched is None else patched
    complete = original.complete and patched.complete
    return FieldResult(FieldRequest(original.maze, policy(), stack), original, patched, complete, 1.0, "CPU", problems)
