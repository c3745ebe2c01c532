"""Patches against results recorded with an independent implementation, on the reference checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import word_vector
from app.interventions.patches import DEFAULT_LAYER, AddVector, Patch, PatchStack, SetValue, Zero
from app.maze.transforms import carve_path_to_corner
from app.policy.policy import Policy
from app.studies.batched_forward import Question, answers
from tests.recorded import LEVELS, arrays, level

PATCHES: dict[str, Patch] = {
    "cheese_vector_-1": AddVector(vector="cheese", coefficient=-1.0),
    "cheese_vector_+1": AddVector(vector="cheese", coefficient=1.0),
    "top_right_vector_+1": AddVector(vector="top-right", coefficient=1.0),
    "zero_ch10": Zero(channels=(10,)),
    "set_ch10_r4_c11_5.5": SetValue(channels=(10,), row=4, column=11, value=5.5),
}
QUICK = {("hard", 0): 8, ("hard", 2): 8, ("hard", 13): 24, ("easy", 1): 4, ("easy", 2): 4, ("easy", 9): 4}
"""Of large levels every n-th square is enough for every day."""


def _check(reference: Path, policy: Policy, world: str, seed: int, every: int) -> None:
    maze = level(reference, world, seed)
    found = {name: array[::every] for name, array in _of(reference, world, seed).items() if array.ndim == 2}
    stacks = tuple(compile_stack(PatchStack((patch,)), policy, maze) for patch in PATCHES.values())
    assert not any(stack.problems for stack in stacks)
    squares = maze.squares[::every]
    assert np.array_equal(squares, _of(reference, world, seed)["squares"][::every])
    (answer,) = answers(policy, [Question(maze, squares, stacks)])
    for name, passes in zip(("logits", *PATCHES), (answer.original, *answer.patched), strict=True):
        assert np.abs(passes.probs - move_probabilities(found[name])).max() < 1e-5, name


def _of(reference: Path, world: str, seed: int) -> dict[str, np.ndarray]:
    head = f"{world}/{seed}/"
    return {key.removeprefix(head): value for key, value in arrays(reference).items() if key.startswith(head)}


@pytest.mark.parametrize(("world", "seed"), LEVELS)
def test_patches_give_the_recorded_probabilities(
    reference: Path, reference_policy: Policy, world: str, seed: int
) -> None:
    _check(reference, reference_policy, world, seed, QUICK.get((world, seed), 1))


@pytest.mark.full
@pytest.mark.parametrize(("world", "seed"), QUICK)
def test_patches_give_the_recorded_probabilities_at_every_square(
    reference: Path, reference_policy: Policy, world: str, seed: int
) -> None:
    _check(reference, reference_policy, world, seed, 1)


@pytest.mark.parametrize(("world", "seed"), LEVELS)
def test_the_words_vectors_are_the_recorded_ones(
    reference: Path, reference_policy: Policy, world: str, seed: int
) -> None:
    maze, found = level(reference, world, seed), _of(reference, world, seed)
    assert np.array_equal(carve_path_to_corner(maze).grid, found["top_right_grid"])
    vector = word_vector("cheese", reference_policy, maze, DEFAULT_LAYER).numpy()
    assert np.abs(vector - found["cheese_vector"]).max() < 1e-5
