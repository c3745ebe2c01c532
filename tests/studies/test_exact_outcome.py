"""The exact outcome of play: recorded numbers, sampled episodes, and chains small enough to solve on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.field.engine import Engine, FieldRequest
from app.field.rollout_values import Rule
from app.field.vector_field import VectorField
from app.interventions.patches import AddVector, PatchStack
from app.maze import generator
from app.maze.ascii import from_ascii
from app.maze.game_rules import step
from app.maze.maze import Facing, Maze, Square
from app.maze.moves import MOVE_OF_ACTION, RIGHT, UP
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.studies.exact_outcome import FACINGS, arrival, outcome, outcome_of
from app.studies.rollouts import rollout
from app.studies.sampled_episodes import _played, sample_episodes
from tests import recorded

EPISODES = 4000


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine("cpu")
    yield engine
    engine.close()


def constant(maze: Maze, probs: list[float]) -> tuple[VectorField, VectorField]:
    """Two fields with these probabilities of LEFT DOWN UP RIGHT NOOP at every square."""
    logits = np.full((len(maze.squares), 15), -np.inf, dtype=np.float32)
    for move, probability in enumerate(probs):
        if probability:
            logits[:, int(np.flatnonzero(move == MOVE_OF_ACTION)[0])] = np.log(probability)
    field = VectorField(maze, maze.squares, logits, np.zeros(len(maze.squares), dtype=np.float32))
    return field, field


def test_the_recorded_outcomes(reference_policy: Policy, engine: Engine) -> None:
    found = [outcome(engine.compute, reference_policy, maze, steps=60) for maze in generator.levels(15, [9, 6, 7, 1])]
    originals = [each.original for each in found]
    assert [each.reach for each in originals] == pytest.approx([0.58662, 0, 1, 1], abs=1e-5)
    assert [originals[index].expected_steps for index in (0, 2, 3)] == pytest.approx([38.58, 27.10, 23.17], abs=0.005)
    assert [each.greedy_steps for each in originals] == [
        walk.steps if walk.reached and walk.steps <= 60 else None
        for walk in (rollout(reference_policy, each.maze) for each in found)
    ]


@pytest.mark.parametrize(
    ("seed", "stack"),
    [(9, PatchStack()), (1, PatchStack((AddVector(coefficient=-0.5),)))],
    ids=["plain", "patched"],
)
def test_sampled_episodes_agree(
    reference: Path, reference_policy: Policy, engine: Engine, seed: int, stack: PatchStack
) -> None:
    maze = recorded.level(reference, "easy", seed)
    steps = 60
    found = outcome(engine.compute, reference_policy, maze, stack, steps=steps).patched
    assert 0.05 < found.reach < 0.95, "a level in which both happens"
    arrived, visits = sampled(maze, reference_policy, stack, steps)
    within = arrived[arrived <= steps]
    spread = np.sqrt(found.reach * (1 - found.reach) / EPISODES)
    assert abs(len(within) / EPISODES - found.reach) < 3 * spread
    assert abs(within.mean() - found.expected_steps) < 3 * within.std(ddof=1) / np.sqrt(len(within))
    lengths = np.minimum(arrived, steps)
    assert found.visits.sum() == pytest.approx(lengths.mean(), abs=3 * lengths.std(ddof=1) / np.sqrt(EPISODES))
    means, errors = visits.mean(axis=0), visits.std(axis=0, ddof=1) / np.sqrt(EPISODES)
    # Of a hundred squares a few are further out than 3 standard errors by chance; 4.5 is one chance in a thousand.
    assert (np.abs(means - found.visits) <= 4.5 * errors + 5 / EPISODES).all()


def test_episodes_that_are_sampled_have_the_exact_chance_in_their_interval(
    reference: Path, reference_policy: Policy, engine: Engine
) -> None:
    maze = recorded.level(reference, "easy", 9)
    assert maze.cheese is not None
    stack = PatchStack((AddVector(coefficient=-0.5),))
    exact = outcome(engine.compute, reference_policy, maze, stack, steps=60)
    arguments = (engine.compute, reference_policy, maze, stack, maze.cheese, 400)
    found = sample_episodes(*arguments, steps=60)
    for side, known in ((found.original, exact.original), (found.patched, exact.patched)):
        assert side is not None
        assert side.exact == pytest.approx(known.reach)
        low, high = side.interval
        assert low <= known.reach <= high
        assert side.reached == pytest.approx(400 * known.reach, abs=60)
    assert sample_episodes(*arguments, steps=60) == found
    assert found.original.words().startswith(f"{found.original.reached} of 400 (")
    # A blocked move stays, a turn does not move, and one step reaches the cheese.
    small = from_ascii("#####\n###C#\n###.#\n###M#\n#####", 15)
    field, _ = constant(small, [0.25, 0, 0.5, 0.25, 0])
    assert small.cheese is not None
    played = _played(small, (field, field), small.cheese, 4000, 0, 2)
    assert played.reached / 4000 == pytest.approx(0.25, abs=0.03)
    assert played.mean_steps == 2.0


def sampled(maze: Maze, policy: Policy, stack: PatchStack, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Step of arrival (steps + 1 for none) and visits by square of many episodes, by the game's own rules."""
    states: list[tuple[Square, Facing]] = []
    after: dict[tuple[Square, Facing], list[tuple[Square, Facing] | None]] = {}
    ahead: list[tuple[Square, Facing]] = [(maze.mouse, "left")]
    while ahead:
        state = ahead.pop()
        if state in after:
            continue
        states.append(state)
        here = replace(maze, mouse=state[0], facing=state[1])
        moved = [step(here, move) for move in range(5)]
        after[state] = [None if reached else (there.mouse, there.facing) for there, reached in moved]
        ahead += [each for each in after[state] if each is not None]
    number = {state: index for index, state in enumerate(states)} | {None: len(states)}
    table = np.array([[number[each] for each in after[state]] for state in states])
    fields = [field_of(policy, maze, stack, facing) for facing in FACINGS]
    probs = np.array([fields[FACINGS.index(facing)].probs[fields[0].index(square)] for square, facing in states])
    random = np.random.default_rng(0)
    at = np.zeros(EPISODES, dtype=int)
    arrived = np.full(EPISODES, steps + 1)
    visits = np.zeros((EPISODES, maze.world, maze.world))
    rows = np.array([square for square, _ in states])
    for count in range(1, steps + 1):
        going = np.flatnonzero(at < len(states))
        visits[going, rows[at[going], 0], rows[at[going], 1]] += 1
        drawn = (random.random(len(going))[:, None] > np.cumsum(probs[at[going]], axis=1)).sum(axis=1).clip(max=4)
        at[going] = table[at[going], drawn]
        arrived[going[at[going] == len(states)]] = count
    return arrived, visits


def field_of(policy: Policy, maze: Maze, stack: PatchStack, facing: Facing) -> VectorField:
    engine = Engine("cpu")
    try:
        return engine.compute(FieldRequest(maze.with_facing(facing), policy, stack, maze)).patched
    finally:
        engine.close()


def test_a_rollout_asks_the_same_network(reference_policy: Policy, reference: Path, engine: Engine) -> None:
    """Greedy play under a stack is the rollout's: vectors are taken at the start, whichever way the mouse faces."""
    maze = recorded.level(reference, "easy", 9)
    for coefficient in (-1.0, 0.5):
        stack = PatchStack((AddVector(coefficient=coefficient),))
        walk = rollout(reference_policy, maze, stack, Rule())
        found = outcome(engine.compute, reference_policy, maze, stack)
        assert found.patched.greedy_steps == (walk.steps if walk.reached else None)


CORRIDOR = from_ascii("#####\n#####\n#M.C#\n#####\n#####", 15)


def test_a_corridor_walked_by_a_coin() -> None:
    fields = constant(CORRIDOR, [0.5, 0, 0, 0.5, 0])
    found = outcome_of(CORRIDOR, fields, 4)
    # Right right; left right right and right left right right are the ways in up to four steps, and staying in place.
    assert found.reach == pytest.approx(1 / 4 + 1 / 8 + 1 / 8)
    assert found.expected_steps == pytest.approx((2 / 4 + 3 / 8 + 4 / 8) / found.reach)
    assert found.visits.sum() == pytest.approx(2 / 4 + 3 / 8 + 4 / 8 + 4 * (1 - found.reach))
    assert outcome_of(CORRIDOR, fields, 1).reach == 0
    assert outcome_of(CORRIDOR, fields, 1).expected_steps is None
    assert outcome_of(CORRIDOR, fields, 2).reach == pytest.approx(1 / 4), "the last step counts"


def test_ties_of_greedy_play_go_left() -> None:
    assert outcome_of(CORRIDOR, constant(CORRIDOR, [0.5, 0, 0, 0.5, 0])).greedy_steps is None
    assert outcome_of(CORRIDOR, constant(CORRIDOR, [0.4, 0, 0, 0.6, 0])).greedy_steps == 2


def test_the_facing_decides_which_field_is_asked() -> None:
    """Un-mirrored mice go right; mirrored ones stay in place, so that only the first step is made."""
    right, nothing = constant(CORRIDOR, [0, 0, 0, 1, 0])[0], constant(CORRIDOR, [0, 0, 0, 0, 1])[0]
    assert outcome_of(CORRIDOR, (right, nothing)).reach == 0
    assert outcome_of(CORRIDOR, (right, right)).reach == 1
    turned = CORRIDOR.with_facing("right")
    assert outcome_of(turned, (right, nothing)).visits.sum() == 500
    up = constant(CORRIDOR, [0, 0, 1, 0, 0])[0]
    assert outcome_of(CORRIDOR, (up, right)).reach == 0, "a move up turns nobody"


def test_a_maze_without_cheese_has_no_chance_to_reach_it() -> None:
    maze = CORRIDOR.with_cheese(None)
    found = outcome_of(maze, constant(maze, [0, 0, 0, 1, 0]), 10)
    assert (found.reach, found.expected_steps, found.greedy_steps) == (None, None, None)
    assert found.visits.sum() == pytest.approx(10)


def test_the_corner_is_reached_only_before_the_cheese() -> None:
    assert CORRIDOR.is_wall(CORRIDOR.top_right)
    assert outcome_of(CORRIDOR, constant(CORRIDOR, [0, 0, 0, 1, 0])).reach_corner is None
    open_corner = CORRIDOR.with_walls((CORRIDOR.top_right,), wall=False)
    found = outcome_of(open_corner, constant(open_corner, [0, 0, 0, 1, 0]))
    assert (found.reach, found.reach_corner) == (1, 0)
    moved = open_corner.with_cheese(open_corner.top_right)
    fields = constant(moved, [0, 0, 0, 1, 0])
    assert outcome_of(moved, fields).reach_corner == outcome_of(moved, fields).reach


def test_play_is_walked_by_the_rules_of_the_game() -> None:
    """Both fields are random at each square, and the cheese and the corner can be met in either order."""
    maze = generator.level(15, 5, 5).with_facing("right")
    assert maze.cheese is not None
    random, steps = np.random.default_rng(0), 120
    logits = random.normal(size=(2, len(maze.squares), 15)).astype(np.float32)
    values = np.zeros(len(maze.squares), dtype=np.float32)
    fields = (VectorField(maze, maze.squares, logits[0], values), VectorField(maze, maze.squares, logits[1], values))
    found = outcome_of(maze, fields, steps)
    reach, mean, visits = walked(maze, fields, steps, None)
    assert (found.reach, found.expected_steps) == pytest.approx((reach, mean))
    assert found.visits == pytest.approx(visits)
    corner, mean, _ = walked(maze, fields, steps, maze.top_right)
    assert (found.reach_corner, found.expected_steps_to_corner) == pytest.approx((corner, mean))
    assert min(reach, corner) > 0.01, "both are met"


def walked(
    maze: Maze, fields: tuple[VectorField, VectorField], steps: int, target: Square | None
) -> tuple[float, float, np.ndarray]:
    """Chance to reach a target (None: the cheese), mean steps and visits: every move of every state, step by step."""
    start: Facing = "right" if maze.facing == "right" else "left"
    here, by_step, visits = {(maze.mouse, start): 1.0}, np.zeros(steps), np.zeros((maze.world, maze.world))
    for number in range(steps):
        ahead: dict[tuple[Square, Facing], float] = {}
        for (square, facing), chance in here.items():
            visits[square] += chance
            field = fields[FACINGS.index(facing)]
            for move, probability in enumerate(field.probs[field.index(square)].tolist()):
                there, at_cheese = step(replace(maze, mouse=square, facing=facing), move)
                if at_cheese or there.mouse == target:
                    by_step[number] += chance * probability if at_cheese == (target is None) else 0
                else:
                    state = (there.mouse, there.facing)
                    ahead[state] = ahead.get(state, 0.0) + chance * probability
        here = ahead
    return by_step.sum(), by_step @ np.arange(1, steps + 1) / by_step.sum(), visits


def test_arrival_at_the_start_takes_no_step() -> None:
    found = arrival(CORRIDOR, constant(CORRIDOR, [0, 0, 0, 1, 0]), CORRIDOR.mouse)
    assert (found.reach, found.expected_steps) == (1, 0)


def test_what_makes_no_question_is_refused() -> None:
    fields = constant(CORRIDOR, [0, 0, 0, 1, 0])
    with pytest.raises(ValueError, match="at least 1"):
        outcome_of(CORRIDOR, fields, 0)
    with pytest.raises(ValueError, match="complete"):
        outcome_of(CORRIDOR.with_cheese(None), fields)


def test_nothing_patched_is_nothing_computed_twice(engine: Engine) -> None:
    network = random_network(1, 0)
    with torch.no_grad():
        network.fc_policy.weight.zero_()
        network.fc_policy.bias.copy_(torch.tensor([{UP: 2.0, RIGHT: 2.0}.get(int(m), 0.0) for m in MOVE_OF_ACTION]))
    maze = from_ascii("#####\n###C#\n###.#\n#M..#\n#####", 15)
    found = outcome(engine.compute, policy_of(network, "up and right"), maze)
    assert found.original.reach == pytest.approx(1, abs=1e-9)
    assert found.patched is found.original
    reached = found.original.visits > 0
    assert {(int(row), int(col)) for row, col in np.argwhere(reached)} == {tuple(map(int, s)) for s in maze.squares}
