"""Mean and resample ablations: what takes the place of activations."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from app.errors import PatchError
from app.interventions.ablations import (
    _all_source_seeds,
    _source_seeds,
    channel_seed,
    mean_activation,
    random_mazes,
    resample_source,
)
from app.interventions.compiled_stack import compile_stack
from app.interventions.layer_activations import activations, activations_of_inputs, inputs_of
from app.interventions.patches import DEFAULT_LAYER, Mean, PatchStack, Resample
from app.interventions.tensor_cache import TensorCache
from app.maze.levels import random_level
from app.policy.layers import layers
from app.policy.policy import Policy
from app.policy.stages import run

MAZE = random_level(15, 9, 1, background=4)


def test_activations_are_those_of_a_whole_run(small_policy: Policy) -> None:
    names = [stage.name for stage in layers(1)]
    inputs = inputs_of(random_mazes(15, 3, 0))
    whole = run(small_policy.network, inputs, keep=names).kept
    for name in names:
        assert torch.equal(activations_of_inputs(small_policy.network, inputs, (name,))[name], whole[name])
    both = activations_of_inputs(small_policy.network, inputs, (names[30], names[3] + "_out"))
    assert set(both) == {names[3], names[30]}


def test_activations_of_many_batches_are_those_of_each_maze(small_policy: Policy) -> None:
    mazes = [*random_mazes(15, 70, 0), *random_mazes(25, 3, 0)]
    found = activations(small_policy.network, mazes, (DEFAULT_LAYER,))[DEFAULT_LAYER]
    assert found.shape == (73, 32, 16, 16)
    for index in (0, 69, 72):
        alone = activations(small_policy.network, (mazes[index],), (DEFAULT_LAYER,))[DEFAULT_LAYER][0]
        assert torch.allclose(found[index], alone, atol=1e-5)


def test_random_mazes_are_seeded_and_of_the_wanted_size() -> None:
    assert random_mazes(15, 5, 3) == random_mazes(15, 5, 3) != random_mazes(15, 5, 4)
    assert {maze.dim for maze in random_mazes(15, 40, 0)} == {3, 5, 7, 9, 11, 13, 15}
    assert {maze.dim for maze in random_mazes(25, 10, 0, 7)} == {7}
    assert len({maze.mouse for maze in random_mazes(25, 20, 0, 25)}) > 10
    assert len({maze.background for maze in random_mazes(15, 60, 0)}) == 9


@pytest.mark.parametrize(("size", "dim"), [("same", 9), ("any", None)])
def test_the_mean_is_that_of_the_random_observations(small_policy: Policy, size: str, dim: int | None) -> None:
    patch = Mean(count=70, seed=6, size=size)  # type: ignore[arg-type]
    found = mean_activation(patch, small_policy, MAZE, TensorCache())
    each = activations(small_policy.network, random_mazes(15, 70, 6, dim), (DEFAULT_LAYER,))[DEFAULT_LAYER]
    assert torch.allclose(found, each.mean(0), atol=1e-5)


def test_a_mean_patch_puts_the_mean_into_its_channels_at_every_square(small_policy: Policy) -> None:
    patch = Mean(count=4, channels=(2, 7))
    stack = compile_stack(PatchStack((patch,)), small_policy, MAZE)
    before = torch.randn(3, 32, 16, 16)
    after = stack.edit(MAZE.squares[:3])(DEFAULT_LAYER, before)
    mean = mean_activation(patch, small_policy, MAZE)
    for row in range(3):
        assert torch.equal(after[row, [2, 7]], mean[[2, 7]])
    assert torch.equal(after[:, 3], before[:, 3])


def test_a_mean_is_not_computed_again_for_an_edited_maze(small_policy: Policy) -> None:
    cache = TensorCache()
    first = mean_activation(Mean(count=3), small_policy, MAZE, cache)
    assert mean_activation(Mean(count=3), small_policy, MAZE.with_cheese(None), cache) is first
    assert mean_activation(Mean(count=3, seed=1), small_policy, MAZE, cache) is not first


def test_resampling_takes_one_source_for_all_channels_and_squares(small_policy: Policy) -> None:
    patch = Resample(source_seed=5)
    source = resample_source(patch, MAZE)
    stack = compile_stack(PatchStack((patch,)), small_policy, MAZE)
    after = stack.edit(MAZE.squares[:2])(DEFAULT_LAYER, torch.randn(2, 32, 16, 16))
    expected = activations(small_policy.network, (source,), (DEFAULT_LAYER,))[DEFAULT_LAYER][0]
    assert torch.equal(after[0], expected)
    assert torch.equal(after[1], expected)


def test_resampling_by_channel_takes_a_source_for_each(small_policy: Policy) -> None:
    patch = Resample(source_seed=5, channels=(3, 20), per_channel=True)
    before = torch.randn(2, 32, 16, 16)
    after = compile_stack(PatchStack((patch,)), small_policy, MAZE).edit(MAZE.squares[:2])(DEFAULT_LAYER, before)
    whole = compile_stack(PatchStack((replace(patch, channels=None),)), small_policy, MAZE)
    everywhere = whole.edit(MAZE.squares[:2])(DEFAULT_LAYER, before)
    sources = [resample_source(replace(patch, source_seed=channel_seed(5, channel)), MAZE) for channel in (3, 20)]
    assert sources[0] != sources[1]
    for channel, source in zip((3, 20), sources, strict=True):
        expected = activations(small_policy.network, (source,), (DEFAULT_LAYER,))[DEFAULT_LAYER][0, channel]
        assert torch.allclose(after[0, channel], expected, atol=1e-5)
        assert torch.allclose(everywhere[1, channel], expected, atol=1e-5), "the other channels play no part"
    assert torch.equal(after[:, 4], before[:, 4])
    same = Resample(source_seed=5, channels=(3,), per_channel=True, same_cheese=True)
    assert resample_source(replace(same, source_seed=channel_seed(5, 3)), MAZE).cheese == MAZE.cheese


def test_sources_are_other_levels_of_the_size_with_the_cheese_as_asked() -> None:
    for seed in range(40):
        other = resample_source(Resample(source_seed=seed), MAZE)
        same = resample_source(Resample(source_seed=seed, same_cheese=True), MAZE)
        assert other.cheese != MAZE.cheese
        assert same.cheese == MAZE.cheese
        assert {other.dim, same.dim} == {9}
        assert other.walls != MAZE.walls
    sources = {resample_source(Resample(source_seed=seed), MAZE) for seed in range(40)}
    assert len(sources) == 40


def test_every_square_where_levels_can_have_cheese_has_a_source() -> None:
    open_somewhere = {
        (int(row), int(col)) for seed in range(60) for row, col in random_level(15, 7, seed).with_cheese(None).squares
    }
    template = random_level(15, 7, 0).with_cheese(None)
    for square in [(row, col) for row in range(15) for col in range(15) if (row, col) != template.mouse]:
        maze = template.with_walls((square,), wall=False).with_cheese(square)
        if square in open_somewhere:
            assert resample_source(Resample(same_cheese=True), maze).cheese == square
        else:
            with pytest.raises(PatchError, match="can have its cheese"):
                resample_source(Resample(same_cheese=True), maze)


def test_a_maze_without_cheese_is_resampled_from_one_without() -> None:
    bare = MAZE.with_cheese(None)
    assert resample_source(Resample(same_cheese=True), bare).cheese is None
    assert resample_source(Resample(same_cheese=False), bare).cheese is not None


def test_the_cache_forgets_the_oldest_beyond_its_limit() -> None:
    cache = TensorCache(limit=3 * 400)
    computed = []

    def tensor(key: int) -> torch.Tensor:
        return cache.get(key, lambda: computed.append(key) or torch.full((100,), float(key)))

    for key in (0, 1, 2, 0, 3):
        assert tensor(key)[0] == key
    tensor(0)
    assert computed == [0, 1, 2, 3]
    tensor(1)
    assert computed == [0, 1, 2, 3, 1]
    assert len(cache) == 3
    assert np.isclose(float(tensor(3)[0]), 3)


def test_few_levels_are_tried_before_all_and_are_the_first_of_them() -> None:
    for world, dim, first in product((15, 25), (3, 9, 15), range(5)):
        assert tuple(_source_seeds(world, dim, first)) == _all_source_seeds(world, dim, first)
