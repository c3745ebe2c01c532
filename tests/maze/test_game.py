"""Episode after episode: the rules as values, and the same games played by procgen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.game import Game, LevelStream, act, level_streams, new_game
from app.maze.game_rules import REWARD, TIMEOUT, step
from app.maze.generator import level
from app.maze.maze import WORLDS
from app.maze.moves import ACTIONS, MOVE_OF_ACTION, RIGHT
from app.maze.procgen_check import compare_levels, compare_play
from app.maze.procgen_client import Procgen
from app.maze.routes import best_moves
from tests.maze.strategies import mazes

STREAM = LevelStream(generator=5)
STAY = 4


def _next_to_the_cheese() -> tuple[Game, int]:
    """A game one action before its cheese, and that action."""
    game = new_game(15, STREAM)
    maze = game.maze
    assert maze.cheese is not None
    (move,) = best_moves(maze, maze.mouse, maze.cheese)
    action = int(np.flatnonzero(move == MOVE_OF_ACTION)[0])
    while not step(game.maze, move)[1]:
        game = act(game, action).game
        move = best_moves(game.maze, game.maze.mouse, maze.cheese)[0]
        action = int(np.flatnonzero(move == MOVE_OF_ACTION)[0])
    return game, action


@settings(max_examples=100, deadline=None)
@given(maze=mazes(), action=st.integers(0, ACTIONS - 1), clock=st.integers(0, TIMEOUT - 1))
def test_an_action_moves_or_ends(maze: object, action: int, clock: int) -> None:
    game = Game(maze, STREAM, 3, clock)  # type: ignore[arg-type]
    after, reached = step(game.maze, int(MOVE_OF_ACTION[action]))
    turn = act(game, action)
    assert turn.reward == (REWARD if reached else 0)
    assert turn.first == (reached or clock == TIMEOUT - 1)
    if turn.first:
        assert turn.game == Game(level(game.maze.world, STREAM.seed(4)), STREAM, 4, 0)
    else:
        assert turn.game == replace(game, maze=after, clock=clock + 1)


@pytest.mark.parametrize("clock", [7, TIMEOUT - 1])
def test_the_cheese_counts_on_the_last_step_too(clock: int) -> None:
    game, action = _next_to_the_cheese()
    turn = act(replace(game, clock=clock), action)
    assert (turn.reward, turn.first, turn.game.clock, turn.game.episode) == (REWARD, True, 0, 1)
    assert turn.game.maze == level(15, STREAM.seed(1))


def test_time_out_ends_without_reward_and_the_mouse_faces_as_at_first() -> None:
    game = new_game(15, LevelStream(generator=0, low=0, count=1))
    for _ in range(TIMEOUT - 1):
        turn = act(game, 7)
        assert not turn.first
        game = turn.game
    assert game.maze.facing == "right"
    turn = act(game, STAY)
    assert (turn.reward, turn.first) == (0, True)
    # With one level the next is the same, as it was at first.
    assert turn.game.maze == level(15, 0)
    assert (turn.game.clock, turn.game.level_seed) == (0, 0)


def test_a_finished_level_loses_its_edits() -> None:
    game, action = _next_to_the_cheese()
    edited = replace(game, maze=game.maze.with_background(8), stream=LevelStream(0, 7, 1))
    assert act(edited, action).game.maze == level(15, 7)


@pytest.mark.parametrize("action", [-1, ACTIONS])
def test_an_action_that_does_not_exist_is_refused(action: int) -> None:
    with pytest.raises(MazeError, match="0 to 14"):
        act(new_game(25, STREAM), action)


@settings(max_examples=100, deadline=None)
@given(
    rand_seed=st.integers(0, 2**31 - 1),
    num_levels=st.integers(1, 2**31 - 1),
    start=st.integers(0, 2**31 - 1),
    number=st.integers(0, 5),
)
def test_streams_keep_to_their_range(rand_seed: int, num_levels: int, start: int, number: int) -> None:
    for stream in level_streams(rand_seed, 3, num_levels, start):
        seed = stream.seed(number)
        # Beyond 2^31 - 1 procgen's seeds wrap around.
        assert (seed - start) % 2**32 < num_levels
        assert -(2**31) <= seed < 2**31
    assert level_streams(rand_seed, 3) == level_streams(rand_seed, 3, 0, start)
    assert level_streams(rand_seed, 2) == level_streams(rand_seed, 3)[:2]


@pytest.mark.procgen
@pytest.mark.parametrize("world_name", WORLDS)
@pytest.mark.parametrize(("num_levels", "start_level"), [(0, 9), (3, 50), (1, 42), (5, 2**31 - 3)])
def test_the_order_of_levels_is_procgens(procgen: Procgen, world_name: str, num_levels: int, start_level: int) -> None:
    actions = np.full((2 * TIMEOUT, 2), STAY)
    played = procgen.play(world_name, 11, actions, num_levels=num_levels, start_level=start_level)
    streams = level_streams(11, 2, num_levels, start_level)
    assert np.flatnonzero(played.firsts.all(axis=1)).tolist() == [0, TIMEOUT, 2 * TIMEOUT]
    for episode in range(3):
        assert played.level_seeds[episode * TIMEOUT].tolist() == [stream.seed(episode) for stream in streams]


@pytest.mark.procgen
@pytest.mark.parametrize("world_name", WORLDS)
def test_random_play_is_procgens(procgen: Procgen, world_name: str) -> None:
    found = compare_play(procgen, world_name, 20, environments=4, steps=TIMEOUT + 20)
    assert (found.count, found.different) == (4 * (TIMEOUT + 20), ())


@pytest.mark.procgen
def test_differences_are_counted_and_named(procgen: Procgen, monkeypatch: pytest.MonkeyPatch) -> None:
    # The levels of other seeds, but for one.
    def shifted(world: int, seeds: range) -> list[object]:
        return [level(world, seed if seed == 2 else seed + 1) for seed in seeds]

    monkeypatch.setattr("app.maze.procgen_check.levels", shifted)
    found, pictures = compare_levels(procgen, "easy", range(4))
    assert (found.count, found.different) == (4, ("easy 0", "easy 1", "easy 3"))
    # Pictures of a maze are procgen's whichever level that is.
    assert pictures.different == ()
    streams = level_streams(4, 1)
    monkeypatch.setattr("app.maze.procgen_check.level_streams", lambda *_: streams)
    played = compare_play(procgen, "easy", 3, environments=1, steps=2)
    assert played.different == tuple(f"easy play 3, environment 0, step {number}" for number in range(3))


@pytest.mark.full
@pytest.mark.procgen
@pytest.mark.parametrize("world_name", WORLDS)
def test_long_random_play_is_procgens(procgen: Procgen, world_name: str) -> None:
    for seed in range(100, 108):
        assert compare_play(procgen, world_name, seed, environments=4, steps=1200).different == ()


def test_a_blocked_move_turns_and_takes_time() -> None:
    game = replace(new_game(15, STREAM), maze=level(15, 0).with_walls(((6, 7),), wall=True))
    turn = act(game, 6)
    assert (turn.game.maze.mouse, turn.game.maze.facing, turn.game.clock) == ((6, 6), "right", 1)
    assert int(MOVE_OF_ACTION[6]) == RIGHT
