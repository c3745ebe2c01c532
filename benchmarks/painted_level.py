"""Subject of the recording: a hard 25x25 level, its squares in turn, and a policy of width 4 whose arrows point.

A random network says nearly the same on every square: its field is dots. So its last layer is fitted to the moves
towards the cheese, in the mazes that there are while the level is painted; it costs as much to run as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import torch

from app.maze import generator
from app.maze.ascii import to_ascii
from app.maze.maze import Maze, Square
from app.maze.moves import DOWN, LEFT, MOVE_ACTIONS, RIGHT, UP
from app.maze.render import observations
from app.maze.routes import moves_towards
from app.policy.network import Network, random_network
from app.policy.stages import as_input
from benchmarks.subjects import HARD

SEED: Final = 353
"""Of a hard level of 25 x 25 squares with its cheese in the middle."""

EVERY: Final = 4
"""Of the mazes while it is painted, each fourth one is fitted to."""

SQUARES: Final = 8
"""Of each such maze, picked at random."""

SHARPNESS: Final = 5.0
"""A fitted logit is about 0 for a move that leads away, and this for one that leads to the cheese."""

UNUSED: Final = -4.0
"""The logit of the eleven actions that are not fitted."""

RIDGE: Final = 0.1
CHUNK: Final = 32


def strokes(maze: Maze) -> list[Square]:
    """The inner walls of a maze, row by row, there and back: the way a pointer goes."""
    inner = range(1, maze.world - 1)
    return [(row, col) for row in inner for col in inner[:: 1 if row % 2 else -1] if maze.is_wall((row, col))]


def painted(maze: Maze, squares: Sequence[Square]) -> Iterator[Maze]:
    """The mazes after each event, until all walls are taken away and put back."""
    for square in (*squares, *squares):
        maze = maze.with_walls((square,), wall=not maze.is_wall(square))
        yield maze


def write(folder: Path) -> None:
    """Put the level, its squares in turn, and the policy's weights into a folder, for any tree to read."""
    maze = generator.level(HARD, SEED)
    squares = strokes(maze)
    network = pointing(random_network(4, seed=0), list(islice(painted(maze, squares), 0, None, EVERY)))
    Path(folder, "maze.txt").write_text(to_ascii(maze), encoding="utf-8")
    Path(folder, "squares.json").write_text(json.dumps(squares), encoding="utf-8")
    torch.save(network.state_dict(), Path(folder, "policy.pt"))


@torch.no_grad()
def pointing(network: Network, mazes: Sequence[Maze]) -> Network:
    """The network, its last layer fitted (ridge regression) to moves towards the cheese on squares of these mazes."""
    random = np.random.default_rng(0)
    seen, towards = [], []
    for maze in mazes:
        assert maze.cheese is not None
        squares = random.choice(maze.squares, min(SQUARES, len(maze.squares)), replace=False)
        seen.append(observations(maze, squares))
        towards.append(moves_towards(maze, maze.cheese)[tuple(squares.T)][:, [LEFT, DOWN, UP, RIGHT]])
    inputs = torch.from_numpy(np.concatenate(seen))
    hidden = torch.cat([network.embedder(as_input(chunk)) for chunk in inputs.split(CHUNK)]).double()
    moves = torch.from_numpy(np.concatenate(towards)).double()
    middle, usual = hidden.mean(0), moves.mean(0)
    centred = hidden - middle
    square = centred.T @ centred + RIDGE * torch.eye(hidden.shape[1], dtype=hidden.dtype)
    weights = SHARPNESS * torch.linalg.solve(square, centred.T @ (moves - usual)).T
    network.fc_policy.weight.zero_()
    network.fc_policy.bias.fill_(UNUSED)
    # Of the actions of a sideways move the one in the middle is no diagonal.
    actions = [MOVE_ACTIONS[move][len(MOVE_ACTIONS[move]) // 2] for move in (LEFT, DOWN, UP, RIGHT)]
    network.fc_policy.weight[actions] = weights.float()
    network.fc_policy.bias[actions] = (SHARPNESS * usual - weights @ middle).float()
    return network
