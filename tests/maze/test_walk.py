"""Our rules of play against procgen's own steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.ascii import from_ascii
from app.maze.game_rules import REWARD, TIMEOUT, play, step
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.moves import DOWN, LEFT, MOVE_OF_ACTION, NOOP, RIGHT, UP
from app.maze.procgen_client import Procgen
from tests.maze.strategies import mazes


def _seen(maze: Maze) -> tuple[tuple[int, int], bool]:
    """A mouse as procgen knows it: its square and whether it is mirrored."""
    return maze.mouse, maze.facing == "right"


@pytest.mark.procgen
@settings(max_examples=60, deadline=None)
@given(maze=mazes(), actions=st.lists(st.integers(0, 14), max_size=40))
def test_every_step_is_procgens(procgen: Procgen, maze: Maze, actions: list[int]) -> None:
    theirs = procgen.step(maze, actions)
    ours = play(maze, MOVE_OF_ACTION[actions].tolist() if actions else [])
    assert len(ours.mazes) - 1 == len(theirs.rewards)
    assert (REWARD in theirs.rewards) == ours.reached
    assert (True in theirs.dones) == ours.ended
    alive = ours.mazes[1:-1] if ours.ended else ours.mazes[1:]
    assert [_seen(one) for one in alive] == [_seen(one) for one in theirs.mazes]
    assert all(one.walls == maze.walls and one.background == maze.background for one in theirs.mazes)


@pytest.mark.procgen
@pytest.mark.parametrize("world", [15, 25])
def test_long_random_walks_are_procgens(procgen: Procgen, world: int) -> None:
    random = np.random.default_rng(world)
    for seed in range(3):
        maze = random_level(world, None, seed, background=None)
        actions = random.integers(0, 15, size=TIMEOUT + 20).tolist()
        theirs = procgen.step(maze, actions)
        ours = play(maze, MOVE_OF_ACTION[actions].tolist())
        assert ours.ended
        assert len(ours.mazes) - 1 == len(theirs.rewards)
        assert ours.reached == (theirs.rewards[-1] == REWARD)
        assert [_seen(one) for one in ours.mazes[1:-1]] == [_seen(one) for one in theirs.mazes]


@pytest.mark.procgen
def test_the_episode_times_out_where_procgens_does(procgen: Procgen) -> None:
    maze = random_level(15, 15, 1)
    theirs = procgen.step(maze, [4] * (TIMEOUT + 5))
    assert len(theirs.rewards) == TIMEOUT
    assert theirs.dones == [False] * (TIMEOUT - 1) + [True]
    ours = play(maze, [NOOP] * (TIMEOUT + 5))
    assert (len(ours.mazes), ours.reached, ours.ended) == (TIMEOUT + 1, False, True)


def test_a_blocked_move_turns_the_mouse_all_the_same() -> None:
    maze = from_ascii("...\n.#.\nM#C")
    assert step(maze, RIGHT) == (maze.with_facing("right"), False)
    assert step(maze.with_facing("right"), LEFT) == (maze.with_facing("left"), False)
    assert step(maze, DOWN) == (maze, False)
    assert step(maze, NOOP)[0] is maze


def test_up_and_down_do_not_turn_the_mouse() -> None:
    maze = from_ascii("...\n.#.\nM#C").with_facing("right")
    assert step(maze, UP)[0] == maze.with_mouse((7, 6))


def test_the_edge_of_the_world_is_a_wall() -> None:
    maze = Maze(15, 15, bytes(225), (0, 14), None)
    assert step(maze, DOWN)[0].mouse == step(maze, RIGHT)[0].mouse == (0, 14)


def test_the_cheese_is_eaten_and_ends_the_walk() -> None:
    maze = from_ascii("...\n...\nM.C")
    walk = play(maze, [RIGHT, RIGHT, UP])
    assert (walk.reached, walk.ended, len(walk.mazes)) == (True, True, 3)
    assert walk.mazes[-1].mouse == maze.cheese
    assert walk.mazes[-1].cheese is None


@pytest.mark.parametrize("move", [-1, 5])
def test_a_move_that_does_not_exist_is_refused(move: int) -> None:
    with pytest.raises(MazeError, match="LEFT DOWN UP RIGHT NOOP"):
        step(random_level(15, 3, 0), move)
