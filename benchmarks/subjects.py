"""Subjects of the benchmarks: mazes, policies, and the plain way that the engine replaces."""

from __future__ import annotations

from functools import cache
from itertools import count

import numpy as np
import torch

from app.field.engine import FieldRequest
from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import AddVector, PatchStack
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.render import observations
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.stages import as_input, run

HARD, EASY = 25, 15


@cache
def policy(width: int) -> Policy:
    """A network of this width with seeded random weights: as fast as a trained one."""
    return policy_of(random_network(width, seed=0), f"random, width {width}")


@cache
def level(world: int, dim: int) -> Maze:
    """A perfect maze of this side, the same in every run."""
    return random_level(world, dim, seed=0, background=0)


_edits = count()


def edited(maze: Maze) -> Maze:
    """The maze after another wall edit than ever before in this run: as many open squares, nothing to reuse."""
    number = next(_edits)
    inner = range(maze.margin, maze.margin + maze.dim)
    cells = [(row, col) for row in inner for col in inner if (row, col) not in (maze.mouse, maze.cheese)]
    walls = [square for square in cells if maze.is_wall(square)]
    opened = [square for square in cells if not maze.is_wall(square)]
    first = maze.with_walls((walls[number % len(walls)],), wall=False)
    return first.with_walls((opened[(number // len(walls) + 7 * number) % len(opened)],), wall=True)


def slider(number: int) -> PatchStack:
    """The cheese vector at the default layer under another coefficient than ever before in this run."""
    del number
    return PatchStack((AddVector(coefficient=-1 - next(_edits) / 1000),))


def plain(request: FieldRequest) -> np.ndarray:
    """(N, 5) probabilities the straightforward way: one contiguous float32 batch of all squares through the network.

    With a stack, the network is run with it; without, without. As in the engine's question, the observations and the
    softmax are part of it.
    """
    with torch.no_grad():
        squares = request.maze.squares
        inputs = as_input(torch.from_numpy(observations(request.maze, squares)))
        if not request.stack.patches:
            return move_probabilities(request.policy.network(inputs)[0].numpy())
        compiled = compile_stack(request.stack, request.policy, request.maze)
        edit = compiled.edit(squares)
        result = run(request.policy.network, inputs, edit=edit, edited=compiled.layers)
        return move_probabilities(result.logits.numpy())
