"""Passes of many mazes and stacks at once, against plain runs of the whole network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from app.errors import PatchError
from app.interventions.compiled_stack import CompiledStack, compile_stack
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import PatchStack, Scale, Zero
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.policy.policy import Policy
from app.policy.stages import run
from app.progress import Cancelled
from app.studies import batched_forward
from app.studies.batched_forward import Question, answers, fields
from app.studies.patch_effects import patch_effects
from app.studies.rollouts import rollouts
from tests.field.strategies import random_policy
from tests.interventions.strategies import stacks


def plain(policy: Policy, maze: Maze, squares: np.ndarray, stack: CompiledStack) -> np.ndarray:
    """(n, 16) logits and value, each pass run whole and alone."""
    rows = []
    for row, col in squares:
        found = run(
            policy.network,
            inputs_of((maze.with_mouse((int(row), int(col))),)),
            edit=stack.edit(np.array([[row, col]])),
            edited=stack.layers,
        )
        rows.append(torch.cat([found.logits[0], found.value]).numpy())
    return np.array(rows)


@given(first=stacks(3), second=stacks(3), third=stacks(2), seed=st.integers(0, 500))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shared_batches_and_resumed_runs_change_nothing(
    small_policy: Policy, first: PatchStack, second: PatchStack, third: PatchStack, seed: int
) -> None:
    levels = [random_level(15, None, seed), random_level(15, None, seed + 1), random_level(25, None, seed)]
    compiled = [
        [compile_stack(stack, small_policy, maze) for stack in pair]
        for maze, pair in zip(levels, ((first, second), (third, first), (PatchStack(), third)), strict=True)
    ]
    questions = [
        Question(maze, maze.squares[:count], tuple(pair))
        for maze, count, pair in zip(levels, (2, 0, 3), compiled, strict=True)
    ]
    found = answers(small_policy, questions)
    nothing = compile_stack(PatchStack(), small_policy, levels[0])
    for question, answer in zip(questions, found, strict=True):
        for stack, passes in zip((nothing, *question.stacks), (answer.original, *answer.patched), strict=True):
            expected = plain(small_policy, question.maze, question.squares, stack).reshape(-1, 16)
            assert passes.logits.shape == (len(question.squares), 15)
            assert np.allclose(passes.logits, expected[:, :15], rtol=1e-4, atol=1e-3)
            assert np.allclose(passes.value, expected[:, 15], rtol=1e-4, atol=1e-3)


def test_a_field_of_many_batches_is_whole_and_in_order(small_policy: Policy) -> None:
    maze = random_level(15, 15, 0)
    assert len(maze.squares) > 64
    heard = []
    original, patched = fields(small_policy, maze, (), lambda *at: heard.append(at) or True)
    assert patched == []
    assert heard == [
        *((start, len(maze.squares)) for start in range(0, len(maze.squares), 64)),
        (len(maze.squares),) * 2,
    ]
    assert original.complete
    nothing = compile_stack(PatchStack(), small_policy, maze)
    for row in (0, 63, 64, len(maze.squares) - 1):
        expected = plain(small_policy, maze, maze.squares[row : row + 1], nothing)[0]
        assert np.allclose(original.logits[row], expected[:15], rtol=1e-4, atol=1e-3)
        assert original.value[row] == pytest.approx(expected[15], rel=1e-3, abs=1e-3)


def test_no_questions_and_no_squares_have_empty_answers(small_policy: Policy) -> None:
    maze = random_level(15, 3, 0)
    assert answers(small_policy, []) == []
    stack = compile_stack(PatchStack(), small_policy, maze)
    (answer,) = answers(small_policy, [Question(maze, np.empty((0, 2), dtype=np.int64), (stack,))])
    assert answer.original.logits.shape == (0, 15)
    assert len(answer.patched) == 1


def test_work_is_cancelled_between_batches(small_policy: Policy) -> None:
    with pytest.raises(Cancelled):
        fields(small_policy, random_level(15, 15, 0), (), lambda done, _: done < 64)


def test_outputs_beyond_float32_are_refused_not_taken_for_moves(small_policy: Policy) -> None:
    maze, stack = random_level(15, 5, 0), PatchStack((Zero(channels=(1,)), Scale(positive=3e38, negative=3e38)))
    with pytest.raises(PatchError, match="float32"):
        fields(small_policy, maze, [compile_stack(stack, small_policy, maze)])
    with pytest.raises(PatchError, match="float32"):
        rollouts(small_policy, maze, stack)
    fine, beyond = patch_effects(small_policy, maze, stack)
    assert not fine.problem
    assert fine.mean_total_variation is not None
    assert "float32" in beyond.problem
    assert beyond.mean_total_variation is None


@pytest.mark.parametrize("width", [1, 4])
def test_a_wide_networks_batches_take_no_more_memory(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    largest: list[int] = []
    run = batched_forward.run

    def watched(network: nn.Module, inputs: torch.Tensor, **options: Any) -> Any:
        largest.append(len(inputs) * width)
        return run(network, inputs, **options)

    monkeypatch.setattr(batched_forward, "run", watched)
    maze = random_level(15, 11, 0)
    policy = random_policy(width)
    found, _ = batched_forward.fields(policy, maze)
    assert max(largest) == 64
    assert len(found.logits) == len(maze.squares)
