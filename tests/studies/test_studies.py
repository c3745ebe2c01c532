"""The studies: what they find is what the field itself says, one by one."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch

from app.errors import PatchError
from app.field.measures import decision_probabilities, mean_total_variation, path_probability
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import DEFAULT_LAYER, AddVector, Noise, PatchStack, SetValue, Zero
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.routes import decision_square, shortest_path
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.progress import Cancelled, Progress
from app.studies.batched_forward import fields
from app.studies.cheese_channels import find_cheese_channels
from app.studies.patch_effects import patch_effects
from app.studies.retarget import path_probabilities, retarget, retarget_map
from app.studies.saturation import saturation
from app.studies.vector_effects import vector_effects, with_decision

LEVELS = tuple(random_level(15, None, seed, background=None) for seed in range(12))


def patched_field(policy: Policy, maze: Maze, *patches: object) -> object:
    compiled = compile_stack(PatchStack(patches), policy, maze)  # type: ignore[arg-type]
    assert not compiled.problems
    return fields(policy, maze, (compiled,))[1][0]


# --- patch effects --------------------------------------------------------------------------------------------------


def test_each_patchs_own_effect_is_that_of_the_patch_alone(reference_policy: Policy) -> None:
    maze = with_decision(LEVELS)[0]
    stack = PatchStack(
        (Zero(channels=(10,)), AddVector(coefficient=-1.0, enabled=False), Noise(sigma=0.0), Zero(channels=(99,)))
    )
    effects = patch_effects(reference_policy, maze, stack)
    original = fields(reference_policy, maze)[0]
    before = decision_probabilities(original)
    assert before is not None
    for effect, patch in zip(effects[:2], (Zero(channels=(10,)), AddVector(coefficient=-1.0)), strict=True):
        alone = patched_field(reference_policy, maze, patch)
        assert effect.mean_total_variation == pytest.approx(mean_total_variation(original, alone), abs=1e-5)
        after = decision_probabilities(alone)
        assert after is not None
        assert effect.cheese == pytest.approx(after[0] - before[0], abs=1e-5)
        assert effect.top_right == pytest.approx(after[1] - before[1], abs=1e-5)
        assert effect.mean_total_variation
        assert effect.mean_total_variation > 0.01
    assert (effects[2].mean_total_variation, effects[2].cheese) == (0, 0)
    assert (effects[3].mean_total_variation, effects[3].cheese) == (None, None)
    assert "Channel 99" in effects[3].problem
    assert [effect.position for effect in effects] == [0, 1, 2, 3]


def test_without_a_decision_square_there_is_no_change_there(small_policy: Policy) -> None:
    (effect,) = patch_effects(small_policy, random_level(15, 5, 0).with_cheese(None), PatchStack((Zero(),)))
    assert effect.cheese is None
    assert effect.mean_total_variation is not None
    assert patch_effects(small_policy, LEVELS[0], PatchStack()) == ()


# --- channels that mark the cheese ----------------------------------------------------------------------------------


def test_the_channel_that_marks_the_cheese_is_found(reference_policy: Policy) -> None:
    first, second, *_ = ranking = find_cheese_channels(reference_policy, count=40)
    assert (first.channel, first.score, first.levels) == (10, 1.0, 40)
    assert second.score < 0.8
    assert len(ranking) == 32
    assert first.at_cheese > 0.5 > first.elsewhere
    assert [channel.hits for channel in ranking] == sorted((channel.hits for channel in ranking), reverse=True)


@torch.no_grad()
def test_a_channel_without_a_peak_marks_nothing() -> None:
    network = random_network(1, 1)
    conv = network.embedder.block3.conv
    conv.weight[3], conv.bias[3] = 0, 2
    found = find_cheese_channels(policy_of(network, "flat"), layer_name="embedder.block3.maxpool", count=100)
    (flat,) = (channel for channel in found if channel.channel == 3)
    # Its first pixel is as large as any; in some of these levels the cheese is next to that.
    assert (flat.hits, flat.at_cheese, flat.elsewhere) == (0, pytest.approx(2), pytest.approx(2))


@torch.no_grad()
def test_a_channel_made_to_see_the_cheese_is_ranked_first() -> None:
    """A filter for yellow (much red and green, little blue), which in this game is the cheese's alone."""
    network = random_network(1, 2)
    conv = network.embedder.block1.conv
    conv.weight[5], conv.bias[5] = 0, 0
    conv.weight[5, :, 1, 1] = torch.tensor([1.0, 1.0, -2.5])
    found = find_cheese_channels(policy_of(network, "yellow"), layer_name="embedder.block1.maxpool", count=30, seed=1)
    assert found[0].channel == 5


def test_layers_without_pixels_mark_nothing(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="no pixels"):
        find_cheese_channels(small_policy, layer_name="embedder.fc")


# --- vectors at the decision square ---------------------------------------------------------------------------------


def test_vector_effects_are_those_of_the_patched_field(reference_policy: Policy) -> None:
    added = [("embedder.block1.res1.resadd_out", -1.0), (DEFAULT_LAYER, 2.0), ("embedder.fc", -1.0)]
    rows = vector_effects(reference_policy, LEVELS, added)
    forks = with_decision(LEVELS)
    assert 2 <= len(forks) < len(LEVELS)
    assert [row.levels for row in rows] == [len(forks)] * 4
    assert [(row.layer, row.coefficient) for row in rows] == [
        (None, 0),
        ("embedder.block1.res1.resadd", -1),
        (DEFAULT_LAYER, 2),
        ("embedder.fc", -1),
    ]
    for index, maze in list(enumerate(forks))[:2]:
        for row in rows:
            patches = () if row.layer is None else (AddVector(layer=row.layer, coefficient=row.coefficient),)
            expected = decision_probabilities(patched_field(reference_policy, maze, *patches))
            assert (row.cheese[index], row.top_right[index]) == pytest.approx(expected, abs=1e-5)
    assert rows[0].median_cheese == np.median(rows[0].cheese)
    assert rows[0].mean_top_right == np.mean(rows[0].top_right)


# --- retargeting ----------------------------------------------------------------------------------------------------


def test_retargeting_is_the_path_probability_of_the_patched_field(reference_policy: Policy) -> None:
    levels = [maze for maze in LEVELS if maze.dim in (5, 7, 9)][:2]
    nothing, set_to, real = retarget(reference_policy, [*levels, levels[0].with_cheese(None)], [10, 3], [5.5])
    assert (nothing.levels, set_to.levels, real.levels) == (2, 2, 2)
    assert [(row.value, row.with_cheese) for row in (nothing, set_to, real)] == [
        (None, False),
        (5.5, False),
        (None, True),
    ]
    for index, maze in enumerate(levels):
        target, bare = maze.cheese, maze.with_cheese(None)
        assert target is not None
        patch = SetValue(channels=(10, 3), square=target, value=5.5)
        for row, (where, patches) in zip(
            (nothing, set_to, real), ((bare, ()), (bare, (patch,)), (maze, ())), strict=True
        ):
            expected = path_probability(patched_field(reference_policy, where, *patches), target)
            assert row.probabilities[index] == pytest.approx(expected, abs=1e-5)


def test_a_map_of_retargeting_has_every_square_that_can_be_reached(reference_policy: Policy) -> None:
    maze = random_level(15, 5, 3).with_walls(((0, 0),), wall=False)
    found = retarget_map(reference_policy, maze, [10], 5.5)
    reachable = {(int(row), int(col)) for row, col in maze.squares} - {(0, 0), maze.mouse}
    assert set(found) == reachable
    target = max(found)
    changed = patched_field(reference_policy, maze, SetValue(channels=(10,), square=target, value=5.5))
    assert found[target][0] == pytest.approx(path_probability(fields(reference_policy, maze)[0], target), abs=1e-5)
    assert found[target][1] == pytest.approx(path_probability(changed, target), abs=1e-5)


def test_paths_that_cross_the_cheese_are_measured_as_on_the_field(reference_policy: Policy) -> None:
    bare = random_level(15, 5, 3).with_cheese(None)
    path = shortest_path(bare, bare.mouse, bare.top_right)
    assert path is not None
    maze = bare.with_cheese(path[2])
    whole = fields(reference_policy, maze)[0]
    found = path_probabilities(reference_policy, maze, maze.top_right)
    assert found is not None
    assert found[0] == pytest.approx(path_probability(whole, maze.top_right), abs=1e-5)


def test_channels_the_policy_lacks_are_refused(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="Channel 55"):
        retarget(small_policy, LEVELS, [55], [1.0])
    with pytest.raises(PatchError, match="no layer"):
        vector_effects(small_policy, LEVELS, [("block7", 1.0)])


# --- saturation -----------------------------------------------------------------------------------------------------


def test_there_is_no_saturation_without_a_nonlinearity(small_policy: Policy) -> None:
    """Up to where the network is linear, the move is proportional to the coefficient, its reverse a mirror image."""
    (row,) = saturation(
        small_policy, LEVELS[:6], later=["embedder.block2.res2.relu1"], layer_name="embedder.block2.res1.resadd"
    )
    assert row.levels == len(with_decision(LEVELS[:6]))
    (itself,) = saturation(small_policy, LEVELS[:6], later=["embedder.fc"], layer_name="embedder.flatten")
    assert itself.ratios == pytest.approx({-2.0: 2, -0.5: 0.5, 1.0: 1, 2.0: 2}, rel=1e-3)
    assert itself.cosine == pytest.approx(1, abs=1e-4)
    assert row.cosine < 1 - 1e-4


def test_saturation_without_decision_squares_has_nothing_to_say(small_policy: Policy) -> None:
    assert saturation(small_policy, [LEVELS[0].with_cheese(None)]) == ()
    with pytest.raises(PatchError, match="does not come after"):
        saturation(small_policy, LEVELS, later=["embedder.block1.conv"])


STUDIES: dict[str, Callable[[Policy, Progress], object]] = {
    "channels": lambda policy, stop: find_cheese_channels(policy, progress=stop),
    "patches": lambda policy, stop: patch_effects(policy, LEVELS[0], PatchStack((Zero(),)), progress=stop),
    "vectors": lambda policy, stop: vector_effects(policy, LEVELS, [(DEFAULT_LAYER, 1)], progress=stop),
    "retarget": lambda policy, stop: retarget(policy, LEVELS, [0], [1], progress=stop),
    "map": lambda policy, stop: retarget_map(policy, LEVELS[0], [0], 1, progress=stop),
    "saturation": lambda policy, stop: saturation(policy, LEVELS, progress=stop),
}


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_can_be_cancelled(small_policy: Policy, study: str) -> None:
    with pytest.raises(Cancelled):
        STUDIES[study](small_policy, lambda done, total: done > total)


def test_levels_with_a_decision_are_those_that_have_the_square() -> None:
    assert with_decision(LEVELS) == tuple(maze for maze in LEVELS if decision_square(maze).square)


def test_a_dead_layer_has_no_ratios_rather_than_no_numbers(small_policy: Policy) -> None:
    network = copy.deepcopy(small_policy.network)
    with torch.no_grad():
        network.embedder.fc.weight.zero_()
    row, dead = saturation(policy_of(network, "dead"), LEVELS[:6], later=["embedder.relu3", "fc_policy"])
    assert row.levels > 0
    assert np.isfinite([*row.ratios.values(), row.cosine]).all()
    assert (dead.ratios, dead.cosine, dead.levels) == ({}, None, 0)
