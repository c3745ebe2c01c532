"""Rollouts: the game's own episodes, step by step, under the rule that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.field.rollout_values import Rule
from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import AddVector, Noise, PatchStack, Zero
from app.maze.ascii import from_ascii
from app.maze.game_rules import TIMEOUT, play
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.moves import DOWN, LEFT, MOVE_ACTIONS, MOVE_OF_ACTION, MOVES, NOOP, RIGHT, UP
from app.maze.procgen_client import Procgen
from app.maze.render import observation
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.stages import as_input, run
from app.progress import Cancelled
from app.studies.rollouts import rollout, rollouts

LEVEL = random_level(15, 9, 3)


def probabilities(policy: Policy, maze: Maze, stack: PatchStack, start: Maze) -> np.ndarray:
    """The network's words on one maze under a stack taken on the start."""
    compiled = compile_stack(stack, policy, start)
    inputs = as_input(torch.from_numpy(observation(maze)[None]))
    found = run(policy.network, inputs, edit=compiled.edit(np.array([maze.mouse])), edited=compiled.layers)
    return move_probabilities(found.logits.numpy())[0]


def always(move: int) -> Policy:
    """A policy that prefers one move, whatever it sees."""
    network = random_network(1, 0)
    with torch.no_grad():
        network.fc_policy.weight.zero_()
        network.fc_policy.bias.copy_(torch.tensor([3.0 if MOVE_OF_ACTION[a] == move else 0.0 for a in range(15)]))
    return policy_of(network, MOVES[move])


def test_the_likeliest_move_is_made_at_every_step(reference_policy: Policy) -> None:
    stack = PatchStack((AddVector(coefficient=-1.0),))
    for chosen in (PatchStack(), stack):
        found = rollout(reference_policy, LEVEL, chosen)
        assert found.steps
        for maze, move in list(zip(found.mazes, found.moves, strict=False))[:40]:
            assert move == probabilities(reference_policy, maze, chosen, LEVEL).argmax()


def test_an_episode_is_what_the_game_makes_of_its_moves(reference_policy: Policy) -> None:
    for rule in (Rule(), Rule(sampled=True, seed=5)):
        found = rollout(reference_policy, LEVEL, rule=rule)
        walk = play(LEVEL, found.moves)
        assert (found.mazes, found.reached) == (walk.mazes, walk.reached)
        assert walk.ended


@pytest.mark.procgen
def test_procgen_plays_the_same_episode(reference_policy: Policy, procgen: Procgen) -> None:
    maze = procgen.level("easy", 5)
    found = rollout(reference_policy, maze)
    assert found.reached
    theirs = procgen.step(maze, [MOVE_ACTIONS[move][0] for move in found.moves])
    assert theirs.dones[-1]
    assert theirs.rewards[-1] == 10
    assert [after.mouse for after in theirs.mazes] == list(found.squares[1:-1])
    pictures = procgen.observe(found.mazes[:-1])
    assert all(np.array_equal(observation(ours), picture) for ours, picture in zip(found.mazes, pictures, strict=False))


def test_the_facing_follows_the_last_horizontal_move() -> None:
    maze = from_ascii("#####\n#..C#\n#.###\n#M..#\n#####", 15)
    right = rollout(always(RIGHT), maze)
    assert right.mazes[0].facing == "fresh"
    assert all(after.facing == "right" for after in right.mazes[1:])
    up = rollout(always(UP), replace(maze, facing="right"))
    assert all(after.facing == "right" for after in up.mazes), "moves up turn nobody"
    assert all(after.facing == "left" for after in rollout(always(LEFT), maze).mazes[1:])


def test_the_cheese_ends_it() -> None:
    maze = from_ascii("#####\n###C#\n###.#\n###M#\n#####", 15)
    found = rollout(always(UP), maze)
    assert found.reached
    assert found.steps == found.news == 2
    assert found.squares[-1] == maze.cheese
    assert found.mazes[-1].cheese is None
    assert found.summary() == "cheese reached in 2 steps"
    assert found.verdict() == "cheese in 2 steps"
    assert found.at(400) == found.mazes[-1]


def test_the_time_ends_it_and_standing_still_is_said() -> None:
    maze = from_ascii("#####\n###C#\n###.#\n###M#\n#####", 15)
    found = rollout(always(DOWN), maze)
    assert not found.reached
    assert found.steps == TIMEOUT
    assert found.circling == (0, 1)
    assert found.news == 1
    assert found.summary() == "cheese not reached in 500 steps"
    assert found.verdict() == "not reached in 500 steps"
    assert found.circling_note() == "stays in place from step 0"
    alone = rollout(always(NOOP), replace(maze, cheese=None))
    assert alone.summary() == "the maze has no cheese: 500 steps"


def test_a_circling_mouse_does_the_same_for_ever(reference_policy: Policy) -> None:
    seen = 0
    for seed in range(30):
        found = rollout(reference_policy, random_level(25, 19, seed))
        if found.circling is None:
            assert found.reached
            continue
        seen += 1
        start, length = found.circling
        assert not found.reached
        assert found.news == start + length < TIMEOUT
        rest = found.squares[start:]
        assert all(rest[k] == rest[k % length] for k in range(len(rest)))
        assert found.circling_note()
        if seen == 3:
            return
    raise AssertionError("no mouse went in circles")


def test_samples_follow_the_probabilities_and_their_seed() -> None:
    policy = policy_of(random_network(1, 0), "random")
    first = rollout(policy, LEVEL, rule=Rule(True, 1))
    assert rollout(policy, LEVEL, rule=Rule(True, 1)) == first
    assert rollout(policy, LEVEL, rule=Rule(True, 2)).moves != first.moves
    assert first.circling is None
    wanted = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
    choose = Rule(True, 7).chooser()
    counts = np.bincount([choose(wanted) for _ in range(4000)], minlength=5) / 4000
    assert np.abs(counts - wanted).max() < 0.03
    assert choose(np.array([0.0, 0.0, 0.0, 0.0, 1.0 - 1e-12])) == NOOP


def test_original_and_patched_share_their_draws(small_policy: Policy) -> None:
    rule = Rule(True, 3)
    silent = PatchStack((Noise(sigma=1e-9),))
    both = rollouts(small_policy, LEVEL, silent, rule)
    assert both.patched is not both.original
    assert both.patched.moves == both.original.moves
    loud = rollouts(small_policy, LEVEL, PatchStack((Noise(sigma=30.0),)), rule)
    assert loud.patched.moves != both.original.moves


def test_a_stack_that_does_nothing_costs_nothing(small_policy: Policy) -> None:
    idle = PatchStack((Zero(enabled=False),))
    unfit = PatchStack((Zero(channels=(9999,)),))
    for stack in (PatchStack(), idle, unfit):
        both = rollouts(small_policy, LEVEL, stack)
        assert both.patched is both.original


def test_it_ends_when_told(small_policy: Policy) -> None:
    heard: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        heard.append((done, total))
        return done < 10

    with pytest.raises(Cancelled):
        rollouts(small_policy, LEVEL, PatchStack((Zero(),)), Rule(True), progress)
    assert heard == [(done, 1000) for done in range(11)]
