"""The game's own moves: what procgen does with a maze and a move, without procgen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from app.errors import MazeError
from app.maze.maze import Facing, Maze
from app.maze.moves import LEFT, MOVE_DELTAS, MOVES, RIGHT

TIMEOUT: Final = 500
"""Steps after which an episode ends without cheese."""

REWARD: Final = 10.0
"""Reward for the cheese."""


@dataclass(frozen=True)
class Walk:
    """Some moves made in a maze.

    Attributes:
        mazes: the maze before the first move and after each; at the end of one that reached the cheese, the mouse is on
            its square and the cheese is gone.
        reached: whether the mouse reached the cheese.
        ended: whether the episode ended, by cheese or time-out; moves after that were not made.
    """

    mazes: tuple[Maze, ...]
    reached: bool
    ended: bool


def step(maze: Maze, move: int) -> tuple[Maze, bool]:
    """The maze after one move, and whether the mouse reached the cheese.

    A move into a wall or out of the world leaves the mouse where it is. A move left or right, blocked or not, turns the
    mouse that way. The reached cheese is gone.

    Args:
        move: LEFT DOWN UP RIGHT NOOP, an index into `app.maze.moves.MOVES`.

    Raises:
        MazeError: for a move that does not exist.
    """
    if not 0 <= move < len(MOVES):
        raise MazeError(f"Move {move} was found; expected 0 to {len(MOVES) - 1} ({' '.join(MOVES)}).")
    facing: Facing = maze.facing
    if move == LEFT:
        facing = "left"
    elif move == RIGHT:
        facing = "right"
    row, col = MOVE_DELTAS[move]
    square = (maze.mouse[0] + int(row), maze.mouse[1] + int(col))
    if not maze.is_open(square):
        square = maze.mouse
    if square == maze.cheese:
        return replace(maze, mouse=square, cheese=None, facing=facing), True
    if square == maze.mouse and facing == maze.facing:
        return maze, False
    return replace(maze, mouse=square, facing=facing), False


def play(maze: Maze, moves: Iterable[int]) -> Walk:
    """Make moves until they, the path to the cheese or the time are over.

    Raises:
        MazeError: for a move that does not exist.
    """
    mazes = [maze]
    for move in moves:
        after, reached = step(mazes[-1], move)
        mazes.append(after)
        if reached or len(mazes) > TIMEOUT:
            return Walk(tuple(mazes), reached, True)
    return Walk(tuple(mazes), False, False)
