"""Stacks made ready: what acts, in which order, on which rows, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.interventions.compiled_stack import CompiledStack, compile_stack
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import (
    DEFAULT_LAYER,
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from app.interventions.tensor_cache import TensorCache
from app.maze.levels import random_level
from app.policy.layers import layer, layers, pixel_of_square
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.stages import run
from tests.interventions.strategies import patches, stacks

MAZE = random_level(15, 11, 3, background=2)
CONV = "embedder.block3.conv"
FLAT = "embedder.relufc"
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def compiled(policy: Policy, *stack: Patch) -> CompiledStack:
    found = compile_stack(PatchStack(stack), policy, MAZE)
    assert not found.problems
    return found


def activation(name: str, count: int, seed: int = 0) -> Tensor:
    return torch.randn(count, *layer(name, 1).shape, generator=torch.Generator().manual_seed(seed))


def squares(count: int) -> np.ndarray:
    return MAZE.squares[:count]


def test_an_empty_stack_acts_nowhere(small_policy: Policy) -> None:
    nothing = compiled(small_policy)
    assert (nothing.layers, nothing.first) == ((), None)


def test_layers_come_in_the_networks_order_whatever_the_stacks(small_policy: Policy) -> None:
    found = compiled(small_policy, Zero(layer="fc_policy"), Zero(layer=CONV), Zero(layer="embedder.block1.conv_out"))
    assert found.layers == ("embedder.block1.conv", CONV, "fc_policy")
    assert found.first == "embedder.block1.conv"


@pytest.mark.parametrize(
    "patch",
    [
        Scale(),
        AddVector(coefficient=0.0),
        Noise(sigma=0.0),
        Offset(value=0.0),
        Zero(channels=()),
        Zero(squares=()),
        Zero(enabled=False),
    ],
)
def test_patches_that_change_nothing_do_not_act(small_policy: Policy, patch: Patch) -> None:
    assert compiled(small_policy, patch).first is None


def test_word_vectors_that_are_zero_do_not_act(small_policy: Policy) -> None:
    bare = MAZE.with_cheese(None)
    assert compile_stack(PatchStack((AddVector(vector="cheese"),)), small_policy, bare).first is None
    assert compile_stack(PatchStack((ProjectOut(vector="cheese"),)), small_policy, bare).first is None
    whole = random_level(15, 15, 0)
    assert compile_stack(PatchStack((AddVector(vector="top-right"),)), small_policy, whole).first is None


def test_only_soloed_patches_act_while_there_are_any(small_policy: Policy) -> None:
    found = compiled(small_policy, Zero(layer=CONV), Zero(layer=FLAT, solo=True), Zero(solo=True, enabled=False))
    assert found.layers == (FLAT,)


def test_every_layer_of_the_network_can_be_patched(small_policy: Policy) -> None:
    inputs = inputs_of((MAZE,))
    for stage in layers(1):
        found = compiled(small_policy, Zero(layer=stage.name, channels=(0,)))
        kept = run(
            small_policy.network, inputs, edit=found.edit(squares(1)), edited=found.layers, keep=(stage.name,)
        ).kept[stage.name]
        assert not kept[:, 0].any()


# --- what each kind does --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [CONV, FLAT])
def test_zero(small_policy: Policy, name: str) -> None:
    before = activation(name, 3)
    after = compiled(small_policy, Zero(layer=name, channels=(1, 4))).edit(squares(3))(name, before)
    expected = before.clone()
    expected[:, [1, 4]] = 0
    assert torch.equal(after, expected)


@pytest.mark.parametrize("name", [CONV, FLAT])
def test_scale_has_a_factor_for_either_sign(small_policy: Policy, name: str) -> None:
    before = activation(name, 2)
    patch = Scale(layer=name, channels=(2,), positive=3.0, negative=-0.5)
    after = compiled(small_policy, patch).edit(squares(2))(name, before)
    expected = before.clone()
    expected[:, 2] = torch.where(before[:, 2] > 0, 3 * before[:, 2], -0.5 * before[:, 2])
    assert torch.equal(after, expected)


def test_set_changes_one_pixel_and_keeps_or_fills_the_rest(small_policy: Policy) -> None:
    before = activation(CONV, 2)
    pixel = {"row": 3, "column": 5, "value": 7.5, "layer": CONV, "channels": (1,)}
    kept = compiled(small_policy, SetValue(**pixel)).edit(squares(2))(CONV, before)  # type: ignore[arg-type]
    expected = before.clone()
    expected[:, 1, 3, 5] = 7.5
    assert torch.equal(kept, expected)
    filled = compiled(small_policy, SetValue(**pixel, fill=-2.0)).edit(squares(2))(CONV, before)  # type: ignore[arg-type]
    expected[:, 1] = -2
    expected[:, 1, 3, 5] = 7.5
    assert torch.equal(filled, expected)


@given(square=st.tuples(st.integers(0, 14), st.integers(0, 14)))
@SOME
def test_set_at_a_maze_square_is_set_at_its_pixel(small_policy: Policy, square: tuple[int, int]) -> None:
    row, column = pixel_of_square(square, 15, layer(CONV, 1).side or 0)
    by_square = compiled(small_policy, SetValue(layer=CONV, square=square)).edit(squares(1))
    by_pixel = compiled(small_policy, SetValue(layer=CONV, row=row, column=column)).edit(squares(1))
    assert torch.equal(by_square(CONV, activation(CONV, 1)), by_pixel(CONV, activation(CONV, 1)))


def test_set_in_a_layer_without_pixels_sets_the_features(small_policy: Policy) -> None:
    before = activation(FLAT, 2)
    after = compiled(small_policy, SetValue(layer=FLAT, channels=(9,), value=2.0)).edit(squares(2))(FLAT, before)
    expected = before.clone()
    expected[:, 9] = 2
    assert torch.equal(after, expected)


@pytest.mark.parametrize("name", [CONV, FLAT])
def test_noise_is_one_seeded_tensor_shared_by_all_squares(small_policy: Policy, name: str) -> None:
    before = activation(name, 3)
    noise = compiled(small_policy, Noise(layer=name, sigma=2.0, seed=4)).edit(squares(3))(name, before) - before
    assert torch.allclose(noise[0], noise[1], atol=1e-5)
    assert torch.allclose(noise[0], noise[2], atol=1e-5)
    assert 1.5 < float(noise[0].std()) < 2.5
    other = compiled(small_policy, Noise(layer=name, sigma=2.0, seed=5)).edit(squares(3))(name, before) - before
    assert not torch.allclose(noise, other)
    part = compiled(small_policy, Noise(layer=name, sigma=2.0, seed=4, channels=(3,))).edit(squares(3))(name, before)
    assert torch.allclose(part[:, 3] - before[:, 3], noise[:, 3], atol=1e-5)
    assert torch.equal(part[:, 4], before[:, 4])


def test_added_vectors_are_scaled_and_kept_to_their_channels(small_policy: Policy) -> None:
    before = activation(DEFAULT_LAYER, 2)
    whole = compiled(small_policy, AddVector(coefficient=1.0)).edit(squares(2))(DEFAULT_LAYER, before) - before
    part = compiled(small_policy, AddVector(coefficient=-2.0, channels=(5,))).edit(squares(2))(DEFAULT_LAYER, before)
    assert torch.allclose(part[:, 5] - before[:, 5], -2 * whole[:, 5], atol=1e-5)
    assert torch.equal(part[:, 6], before[:, 6])


@pytest.mark.parametrize("name", [CONV, FLAT])
def test_an_offset_is_added_to_every_pixel(small_policy: Policy, name: str) -> None:
    before = activation(name, 2)
    after = compiled(small_policy, Offset(layer=name, channels=(3, 1), value=-2.5)).edit(squares(2))(name, before)
    expected = before.clone()
    expected[:, [1, 3]] -= 2.5
    assert torch.equal(after, expected)


@pytest.mark.parametrize("name", [CONV, FLAT])
@pytest.mark.parametrize("channels", [None, (5, 2)])
def test_what_is_projected_out_is_gone(small_policy: Policy, name: str, channels: tuple[int, ...] | None) -> None:
    before = activation(name, 3)
    vector = compiled(small_policy, AddVector(layer=name, channels=channels)).edit(squares(3))(name, before) - before
    found = compiled(small_policy, ProjectOut(layer=name, channels=channels))
    after = found.edit(squares(3))(name, before)
    assert not found.by_pixel
    for row in range(3):
        v = vector[row].flatten().double()
        assert abs(float(after[row].flatten().double() @ v)) < 1e-3 * float(v.norm()) * float(before[row].norm())
        removed = (before[row] - after[row]).flatten().double()
        assert abs(float(removed @ v)) == pytest.approx(float(removed.norm() * v.norm()), rel=1e-3, abs=1e-6)
    again = found.edit(squares(3))(name, after)
    assert torch.allclose(again, after, atol=1e-5)
    kept = [channel for channel in range(layer(name, 1).channels) if channels is not None and channel not in channels]
    assert torch.equal(after[:, kept], before[:, kept])


@pytest.mark.parametrize(
    "patch",
    [
        Zero(layer=CONV),
        Mean(layer=CONV, count=2),
        Resample(layer=CONV),
        Scale(layer=CONV, positive=2.0),
        SetValue(layer=CONV, row=1, column=2),
        SetValue(layer=CONV, row=1, column=2, fill=0.5),
        SetValue(layer=FLAT),
        Offset(layer=CONV),
        AddVector(layer=CONV),
        ProjectOut(layer=CONV),
        Noise(layer=CONV),
    ],
    ids=lambda patch: patch.kind,
)
@pytest.mark.parametrize("channels", [None, (3,)])
def test_no_patch_changes_the_activation_it_is_given(
    small_policy: Policy, patch: Patch, channels: tuple[int, ...] | None
) -> None:
    before = activation(patch.layer, 2)
    after = compiled(small_policy, replace(patch, channels=channels)).edit(squares(2))(patch.layer, before)
    assert torch.equal(before, activation(patch.layer, 2))
    assert not torch.equal(before, after)


# --- how patches compose --------------------------------------------------------------------------------------------


@given(data=st.data())
@SOME
def test_patches_of_a_layer_act_in_the_order_of_the_stack(small_policy: Policy, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([CONV, FLAT, DEFAULT_LAYER]))
    stage = layer(name, 1)
    found = data.draw(st.lists(patches(stage), min_size=1, max_size=4))
    stack = PatchStack(tuple(found))
    before = after = activation(name, 5, data.draw(st.integers(0, 9)))
    for _, patch in stack.active:
        alone = compile_stack(PatchStack((patch,)), small_policy, MAZE)
        after = alone.edit(squares(5))(name, after)
    together = compile_stack(stack, small_policy, MAZE).edit(squares(5))(name, before)
    assert torch.equal(together, after)


def test_order_matters(small_policy: Policy) -> None:
    zero, noise = Zero(layer=CONV), Noise(layer=CONV)
    before = activation(CONV, 1)
    assert compiled(small_policy, zero, noise).edit(squares(1))(CONV, before).any()
    assert not compiled(small_policy, noise, zero).edit(squares(1))(CONV, before).any()


@given(stack=stacks(), seed=st.integers(0, 9))
@SOME
def test_no_square_of_a_batch_sees_another(small_policy: Policy, stack: PatchStack, seed: int) -> None:
    found = compile_stack(stack, small_policy, MAZE)
    assert not found.problems
    for name in found.layers:
        batch = activation(name, 6, seed)
        untouched = batch.clone()
        together = found.edit(squares(6))(name, batch)
        assert torch.equal(batch, untouched)
        for row in range(6):
            alone = found.edit(squares(6)[row : row + 1])(name, batch[row : row + 1])
            assert torch.equal(together[row], alone[0])


@given(stack=stacks())
@SOME
def test_a_square_gives_the_same_in_a_batch_of_one(small_policy: Policy, stack: PatchStack) -> None:
    found = compile_stack(stack, small_policy, MAZE)
    mazes = [MAZE.with_mouse((int(row), int(col))) for row, col in squares(5)]
    together = run(small_policy.network, inputs_of(mazes), edit=found.edit(squares(5)), edited=found.layers)
    alone = run(small_policy.network, inputs_of(mazes[3:4]), edit=found.edit(squares(5)[3:4]), edited=found.layers)
    assert torch.allclose(together.logits[3], alone.logits[0], rtol=1e-4, atol=1e-4)


def test_a_patch_limited_to_squares_acts_on_their_rows_alone(small_policy: Policy) -> None:
    here = (int(squares(4)[2][0]), int(squares(4)[2][1]))
    before = activation(CONV, 4)
    after = compiled(small_policy, Zero(layer=CONV, squares=(here, (0, 0)))).edit(squares(4))(CONV, before)
    assert not after[2].any()
    assert torch.equal(after[[0, 1, 3]], before[[0, 1, 3]])


def test_layers_that_nothing_acts_on_are_given_back_as_they_are(small_policy: Policy) -> None:
    before = activation(FLAT, 2)
    assert compiled(small_policy, Zero(layer=CONV)).edit(squares(2))(FLAT, before) is before


def test_a_batch_of_another_length_is_refused(small_policy: Policy) -> None:
    with pytest.raises(ValueError, match="batch of 3"):
        compiled(small_policy, Zero(layer=CONV)).edit(squares(2))(CONV, activation(CONV, 3))


def test_a_failing_edit_leaves_nothing_behind(small_policy: Policy) -> None:
    inputs = inputs_of((MAZE,))
    before = run(small_policy.network, inputs).logits
    edit = compiled(small_policy, Noise(layer=CONV)).edit(squares(1))

    def failing(name: str, x: Tensor) -> Tensor:
        edit(name, x)
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        run(small_policy.network, inputs, edit=failing, edited=(CONV,))
    assert torch.equal(run(small_policy.network, inputs).logits, before)
    hooks = [module._forward_hooks or module._forward_pre_hooks for module in small_policy.network.modules()]
    assert not any(hooks)


# --- what does not fit ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        (Zero(layer="embedder.block4.conv"), "no layer 'embedder.block4.conv'"),
        (Zero(channels=(32,)), "Channel 32"),
        (Zero(channels=(-1,)), "Channel -1"),
        (Zero(channels=(3, 3)), "named twice"),
        (SetValue(), "by row and column, or by a maze square"),
        (SetValue(row=3), "by row and column, or by a maze square"),
        (SetValue(row=3, column=3, square=(4, 4)), "by row and column, or by a maze square"),
        (SetValue(row=16, column=0), "Pixel 16"),
        (SetValue(square=(15, 0)), "15 x 15 squares"),
        (SetValue(layer=FLAT, row=1, column=1), "no pixels"),
        (SetValue(layer=FLAT, fill=0.0), "no pixels"),
        (AddVector(vector="nowhere.safetensors"), "no vector file"),
    ],
)
def test_a_patch_that_does_not_fit_says_why_and_the_others_act(small_policy: Policy, patch: Patch, words: str) -> None:
    found = compile_stack(PatchStack((Zero(layer=CONV), patch, Noise(layer=FLAT))), small_policy, MAZE)
    (problem,) = found.problems
    assert problem.position == 1
    assert words in problem.reason
    assert problem.reason.count(".") >= 1
    assert problem.reason.endswith(".")
    assert found.layers == (CONV, FLAT)


def test_a_disabled_patch_that_does_not_fit_says_so_too(small_policy: Policy) -> None:
    found = compile_stack(PatchStack((Zero(channels=(99,), enabled=False),)), small_policy, MAZE)
    assert [problem.position for problem in found.problems] == [0]


def test_a_patch_works_again_when_the_policy_has_its_channel(small_policy: Policy) -> None:
    stack = PatchStack((Zero(channels=(55,)),))
    wide = policy_of(random_network(2, 0), "wide")
    assert compile_stack(stack, small_policy, MAZE).first is None
    assert compile_stack(stack, wide, MAZE).first == DEFAULT_LAYER


def test_a_resample_with_an_impossible_cheese_square_says_so(small_policy: Policy) -> None:
    # Outside of the maze as generated, and between four rooms: no level of this size is open there.
    for square in ((14, 14), (3, 3)):
        moved = MAZE.with_walls((square,), wall=False).with_cheese(square)
        found = compile_stack(PatchStack((Resample(same_cheese=True),)), small_policy, moved)
        assert str(square) in found.problems[0].reason


# --- what is computed again -----------------------------------------------------------------------------------------


def test_a_coefficient_does_not_compute_its_vector_again_but_an_edited_maze_does(small_policy: Policy) -> None:
    cache = TensorCache()
    for coefficient in (-1.0, 0.5, 3.0):
        compile_stack(PatchStack((AddVector(coefficient=coefficient),)), small_policy, MAZE, cache=cache)
    assert len(cache) == 1
    assert MAZE.cheese is not None
    moved = MAZE.with_cheese((int(MAZE.squares[5][0]), int(MAZE.squares[5][1])))
    compile_stack(PatchStack((AddVector(),)), small_policy, moved, cache=cache)
    assert len(cache) == 2


def test_vectors_are_taken_on_the_unpatched_network(small_policy: Policy) -> None:
    before = activation(DEFAULT_LAYER, 1)
    alone = compiled(small_policy, AddVector()).edit(squares(1))(DEFAULT_LAYER, before)
    earlier = compiled(small_policy, Zero(layer="embedder.block1.conv"), AddVector()).edit(squares(1))
    assert torch.equal(earlier(DEFAULT_LAYER, before), alone)
