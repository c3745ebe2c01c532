"""Pushes after the last convolution: exact sums, the recorded movers, and the same under patches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import PatchError
from app.field.engine import Engine, FieldRequest
from app.interventions.compiled_stack import compile_stack
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import AddVector, PatchStack, Scale, Zero
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.moves import MOVE_ACTIONS
from app.policy.policy import Policy
from app.policy.stages import run
from app.studies.exact_push import LAST_PIXELS, Patched, pixel_push, push


def centred(logits: np.ndarray) -> np.ndarray:
    """(n, 5) mean logit of each move less the mean of the five."""
    means = np.stack([logits[:, list(actions)].astype(np.float64).mean(axis=1) for actions in MOVE_ACTIONS], axis=1)
    return means - means.mean(axis=1, keepdims=True)


def observed(policy: Policy, maze: Maze, count: int) -> torch.Tensor:
    return inputs_of([maze.with_mouse((int(row), int(col))) for row, col in maze.squares[:count]])


@given(seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_channels_units_and_pixels_sum_to_the_logits(reference_policy: Policy, seed: int) -> None:
    inputs = observed(reference_policy, random_level(15, None, seed, background=None), 5)
    plain = run(reference_policy.network, inputs, keep=(LAST_PIXELS,))
    last, logits = plain.kept[LAST_PIXELS], plain.logits.numpy()
    found = push(reference_policy.network, last)
    tolerance = 1e-4 + 1e-5 * np.abs(logits).max()
    for parts, biases in ((found.channels, found.biases), (found.units, found.unit_biases)):
        np.testing.assert_allclose(parts.sum(axis=1) + biases, centred(logits), rtol=0, atol=tolerance)
    assert found.remainder() <= tolerance
    pixels = pixel_push(reference_policy.network, last)
    np.testing.assert_allclose(pixels.sum(axis=(2, 3)), found.channels, rtol=0, atol=tolerance)


def test_a_channel_that_is_zeroed_behind_fixed_gates_takes_its_push_with_it(reference_policy: Policy) -> None:
    """The last matrix by itself is linear, so taking a unit away must change the logits by the unit's push."""
    inputs = observed(reference_policy, random_level(15, 7, 3), 3)
    plain = run(reference_policy.network, inputs, keep=(LAST_PIXELS,))
    found = push(reference_policy.network, plain.kept[LAST_PIXELS])
    unit = int(np.abs(found.units).max(axis=(0, 2)).argmax())

    def without(_: str, activation: torch.Tensor) -> torch.Tensor:
        return activation.index_fill(1, torch.tensor([unit]), 0)

    changed = run(reference_policy.network, inputs, edit=without, edited=("embedder.relufc",))
    np.testing.assert_allclose(
        centred(plain.logits.numpy()) - centred(changed.logits.numpy()), found.units[:, unit], rtol=0, atol=1e-4
    )


def test_under_patches_the_sums_are_those_of_the_patched_logits(reference_policy: Policy) -> None:
    maze = random_level(15, 7, 5)
    stack = PatchStack(
        (AddVector(coefficient=-1.0), Scale(layer="embedder.relu3", channels=(12, 3), positive=0.5, negative=2.0))
    )
    engine = Engine("cpu")
    try:
        request = FieldRequest(maze, reference_policy, stack)
        result = engine.compute(request)
        original, patched = engine.last_stage(request)
    finally:
        engine.close()
    compiled = compile_stack(stack, reference_policy, maze)
    found = push(reference_policy.network, patched, Patched(compiled, maze.squares))
    np.testing.assert_allclose(found.logits, centred(result.patched.logits), rtol=0, atol=1e-3)
    np.testing.assert_allclose(
        push(reference_policy.network, original).logits, centred(result.original.logits), atol=1e-3
    )
    assert found.remainder() < 1e-3


def test_patches_behind_are_refused(small_policy: Policy) -> None:
    maze = random_level(15, 5, 0)
    compiled = compile_stack(PatchStack((Zero(layer="embedder.relufc", channels=(1,)),)), small_policy, maze)
    with pytest.raises(PatchError, match=r"embedder\.relufc"):
        Patched(compiled, maze.squares)


def test_many_observations_are_pushed_in_parts(small_policy: Policy) -> None:
    last = torch.randn(131, 32, 8, 8, generator=torch.Generator().manual_seed(0))
    whole = push(small_policy.network, last)
    assert whole.channels.shape == (131, 32, 5)
    assert whole.units.shape == (131, 256, 5)
    np.testing.assert_allclose(whole.channels[128:], push(small_policy.network, last[128:]).channels, atol=1e-5)
    assert push(small_policy.network, last[:0]).channels.shape == (0, 32, 5)


@pytest.fixture
def make_engine(request: pytest.FixtureRequest) -> Callable[[], Engine]:
    def make() -> Engine:
        engine = Engine(request.config.getoption("--device"))
        request.addfinalizer(engine.close)
        return engine

    return make


@pytest.mark.parametrize("layer", ["embedder.block2.res1.resadd", "embedder.block3.res2.resadd", "embedder.fc"])
def test_the_engine_remembers_the_last_stage(
    small_policy: Policy, make_engine: Callable[[], Engine], layer: str
) -> None:
    maze = random_level(15, 7, 8)
    stack = PatchStack((Scale(layer=layer, channels=(1, 2), positive=3.0),))
    for before in (False, True):
        engine = make_engine()
        request = FieldRequest(maze, small_policy, stack)
        if before:
            engine.compute(FieldRequest(maze, small_policy))
            engine.compute(request)
        original, patched = engine.last_stage(request)
        inputs = observed(small_policy, maze, len(maze.squares))
        compiled = compile_stack(stack, small_policy, maze)
        edit = compiled.edit(maze.squares)
        expected = run(small_policy.network, inputs, keep=(LAST_PIXELS,)).kept[LAST_PIXELS]
        changed = run(small_policy.network, inputs, edit=edit, edited=compiled.layers, keep=(LAST_PIXELS,))
        for found, wanted in ((original, expected), (patched, changed.kept[LAST_PIXELS])):
            np.testing.assert_allclose(found.cpu().numpy(), wanted.numpy(), rtol=1e-4, atol=1e-4)


def test_the_last_stage_follows_the_maze(small_policy: Policy, make_engine: Callable[[], Engine]) -> None:
    engine = make_engine()
    for seed in range(4):
        maze = random_level(15, 5, seed)
        original, patched = engine.last_stage(FieldRequest(maze, small_policy))
        assert patched is original
        expected = run(small_policy.network, observed(small_policy, maze, 3), keep=(LAST_PIXELS,)).kept[LAST_PIXELS]
        np.testing.assert_allclose(original[:3].cpu().numpy(), expected.numpy(), rtol=1e-4, atol=1e-4)
