"""Choose the mazes that ship with the program, by measurement: `python -m training.choose_samples`.

The first is the one the program opens on. Each is the best of many evaluation levels by the number its sentence tells.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.document.samples import Sample, save_samples
from app.errors import MazescopeError
from app.field.measures import mean_total_variation, path_probability
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import AddVector, PatchStack, SetValue, Zero
from app.maze.levels import Level
from app.maze.maze import Maze
from app.maze.routes import decision_square, shortest_path
from app.paths import asset
from app.policy.layers import DEFAULT_LAYER
from app.policy.loading import load_policy
from app.policy.policy import Policy
from app.policy.policy_info import default_policy_path
from app.studies.batched_forward import fields
from app.studies.cheese_channels import find_cheese_channels
from app.studies.retarget import retarget
from app.studies.vector_effects import vector_effects
from training.batched_rollouts import walk_all
from training.evaluation_levels import evaluation_levels, in_region

SUBTRACT = PatchStack((AddVector(vector="cheese", coefficient=-1.0),))
ADD = PatchStack((AddVector(vector="cheese", coefficient=1.0),))
VALUES = (2.3, 5.5, 10.0, 20.0)

SMALLEST = 11
"""Mazes below this side have too few squares to show much."""

FIELDS = 24
"""Number of the best levels for which a whole field is computed."""


def choose(policy: Policy, levels: Sequence[Level]) -> list[Sample]:
    """The samples, the one to open on first. Every level is used once at most.

    Raises:
        MazescopeError: when no level shows what a sample is to show.
    """
    large = [level for level in levels if level.maze.dim >= SMALLEST]
    chosen: list[Sample] = []
    used: set[Maze] = set()
    for find in (_two_ways, _passed_by, _led_elsewhere, _blinded, _solved):
        sample, level = find(policy, [level for level in large if level.maze not in used])
        used.add(level.maze)
        chosen.append(sample)
    return chosen


def _two_ways(policy: Policy, levels: Sequence[Level]) -> tuple[Sample, Level]:
    """The cheese vector's subtraction sends the mouse to the top-right, and changes the field the most."""
    forks = [level for level in _with_decision(levels) if _reaches(policy, level.maze)]
    before, after = vector_effects(policy, [level.maze for level in forks], [(DEFAULT_LAYER, -1.0)])
    rows = [
        row
        for row in range(len(forks))
        if before.cheese[row] >= 0.95 and after.cheese[row] <= 0.05 and after.top_right[row] >= 0.9
    ]
    rows = sorted(rows, key=lambda row: before.cheese[row] - after.cheese[row], reverse=True)[:FIELDS]
    changes = {row: _change(policy, forks[row].maze, SUBTRACT) for row in rows}
    row = _best(changes, "the cheese vector turns the mouse away")
    return (
        Sample(
            "two-ways",
            "Two ways",
            f"At the decision square the mouse goes for the cheese with P = {before.cheese[row]:.2f}; with the cheese "
            f"vector subtracted it turns to the top-right corner instead, P = {after.top_right[row]:.2f}.",
            forks[row].maze,
            SUBTRACT,
        ),
        forks[row],
    )


def _passed_by(policy: Policy, levels: Sequence[Level]) -> tuple[Sample, Level]:
    """The cheese is where it never did in training, and adding the cheese vector brings the mouse to it the most."""
    forks = [level for level in _with_decision(levels) if not in_region(level.maze, policy.metadata["region"])]
    before, after = vector_effects(policy, [level.maze for level in forks], [(DEFAULT_LAYER, 1.0)])
    gains = {row: after.cheese[row] - before.cheese[row] for row in range(len(forks)) if before.top_right[row] > 0.5}
    row = _best(gains, "the mouse passes the cheese by")
    return (
        Sample(
            "passed-by",
            "Passed by",
            "The cheese is outside the corner where it was in training, and the mouse prefers the corner: P(cheese) "
            f"is {before.cheese[row]:.2f} and P(top-right) {before.top_right[row]:.2f}; adding the cheese vector takes "
            f"P(cheese) to {after.cheese[row]:.2f}.",
            forks[row].maze,
            ADD,
        ),
        forks[row],
    )


def _led_elsewhere(policy: Policy, levels: Sequence[Level]) -> tuple[Sample, Level]:
    """Without any cheese, one channel set to a value at one square leads the mouse there the most."""
    channel = _cheese_channel(policy, levels)
    nothing, *settings, _ = retarget(policy, [level.maze for level in levels], [channel], VALUES)
    best = max(settings, key=lambda setting: setting.mean)
    gains = {
        row: best.probabilities[row] - nothing.probabilities[row]
        for row in range(len(levels))
        if best.probabilities[row] > 0.8
    }
    row = _best(gains, "setting a channel leads the mouse")
    target = levels[row].maze.cheese
    assert target is not None
    assert best.value is not None
    stack = PatchStack((SetValue(channels=(channel,), square=target, value=best.value),))
    return (
        Sample(
            "led-elsewhere",
            "Led elsewhere",
            f"There is no cheese; setting channel {channel} to {best.value:g} at one square leads the mouse there: its "
            f"path probability rises from {nothing.probabilities[row]:.2f} to {best.probabilities[row]:.2f}.",
            levels[row].maze.with_cheese(None),
            stack,
        ),
        levels[row],
    )


def _blinded(policy: Policy, levels: Sequence[Level]) -> tuple[Sample, Level]:
    """Switching off the one channel that marks the cheese best costs the mouse its way the most."""
    channel = _cheese_channel(policy, levels)
    stack = PatchStack((Zero(channels=(channel,)),))
    losses: dict[int, float] = {}
    told: dict[int, tuple[float, float]] = {}
    for row, level in enumerate(levels[: 2 * FIELDS]):
        maze = level.maze
        assert maze.cheese is not None
        original, (patched,) = fields(policy, maze, [compile_stack(stack, policy, maze)])
        before, after = path_probability(original, maze.cheese), path_probability(patched, maze.cheese)
        if before is not None and after is not None and before > 0.9:
            losses[row], told[row] = before - after, (before, after)
    row = _best(losses, "switching a channel off matters")
    return (
        Sample(
            "blinded",
            "Blinded",
            f"Channel {channel} marks the cheese; with this one channel switched off the path probability to the "
            f"cheese falls from {told[row][0]:.2f} to {told[row][1]:.2f}.",
            levels[row].maze,
            stack,
        ),
        levels[row],
    )


def _solved(policy: Policy, levels: Sequence[Level]) -> tuple[Sample, Level]:
    """The longest way of those the policy is surest of."""
    surest: dict[int, float] = {}
    told: dict[int, float] = {}
    longest = sorted(range(len(levels)), key=lambda row: -_length(levels[row].maze))
    for row in longest[:FIELDS]:
        maze = levels[row].maze
        assert maze.cheese is not None
        original, _ = fields(policy, maze)
        probability = path_probability(original, maze.cheese)
        if probability is not None and probability > 0.95:
            surest[row], told[row] = float(_length(maze)), probability
    row = _best(surest, "the mouse is sure of a long way")
    return (
        Sample(
            "solved",
            "Solved",
            f"A path of {_length(levels[row].maze)} steps, and the mouse is sure of each: its path probability to the "
            f"cheese is {told[row]:.2f}.",
            levels[row].maze,
        ),
        levels[row],
    )


def _with_decision(levels: Sequence[Level]) -> list[Level]:
    return [level for level in levels if decision_square(level.maze).square is not None]


def _cheese_channel(policy: Policy, levels: Sequence[Level]) -> int:
    return find_cheese_channels(policy, mazes=[level.maze for level in levels])[0].channel


def _change(policy: Policy, maze: Maze, stack: PatchStack) -> float:
    original, (patched,) = fields(policy, maze, [compile_stack(stack, policy, maze)])
    return mean_total_variation(original, patched)


def _reaches(policy: Policy, maze: Maze) -> bool:
    return bool(walk_all(policy.network, [maze], [2 * _length(maze) + 20]).reached[0])


def _length(maze: Maze) -> int:
    assert maze.cheese is not None
    path = shortest_path(maze, maze.mouse, maze.cheese)
    assert path is not None
    return len(path) - 1


def _best(scores: dict[int, float], what: str) -> int:
    """The row of the largest score.

    Raises:
        MazescopeError: when there is none.
    """
    if not scores:
        raise MazescopeError(f"No level was found in which {what}; expected at least one. Look through more levels.")
    return max(scores, key=lambda row: scores[row])


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.choose_samples", description=__doc__)
    parser.add_argument("--policy", type=Path, default=default_policy_path())
    parser.add_argument("--levels", type=int, default=300, help="evaluation levels to look through")
    parser.add_argument("--out", type=Path, default=asset("samples"))
    options = parser.parse_args(arguments)
    try:
        policy = load_policy(options.policy)
        levels = evaluation_levels(policy.metadata["world"], options.levels)
        samples = choose(policy, levels)
        save_samples(options.out, samples, policy.weights_hash)
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    for sample in samples:
        print(f"{sample.title}: {sample.sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
