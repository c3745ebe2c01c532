"""Every path the engine may choose gives the plain network's numbers."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.field.convolutions import kernels
from app.field.devices import Device
from app.field.engine import Engine, FieldRequest
from app.field.execution_plan import Plan
from app.field.gpu import GpuEvaluator
from app.field.receptive_fields import CONV_STAGES
from app.field.square_order import order_of_squares
from app.interventions.patches import KINDS, NO_PATCHES, PatchStack, Zero
from app.maze.maze import Maze
from tests.field.plain import assert_exact, one_thread, plain_outputs
from tests.field.strategies import mazes, plans, random_policy, stacks

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
MORE = 20 if os.environ.get("FULL") == "1" else 1


def _edited(draw: st.DataObject, maze: Maze) -> Maze:
    cell = draw.draw(st.integers(0, maze.world**2 - 1), label="toggled cell")
    square = (cell // maze.world, cell % maze.world)
    return maze.with_walls((square,), wall=not maze.is_wall(square))


def _check_a_session(draw: st.DataObject, width: int, plan: Plan, device: str) -> None:
    """A stack, another stack on the same maze, a wall edit, a mouse drag: each answered from what was kept before."""
    policy = random_policy(width)
    maze = draw.draw(mazes(), label="maze")
    engine = Engine(device, plan=plan)
    try:
        stack = draw.draw(stacks(maze, width), label="stack")
        assert_exact(engine.compute(FieldRequest(maze, policy, stack)))
        other = draw.draw(stacks(maze, width), label="other stack")
        # Two patches of one layer are what a slider gives: nothing before that layer is computed again.
        moved = PatchStack(tuple(replace(patch, layer=stack.patches[0].layer) for patch in stack.patches))
        for changed in (other, moved):
            assert_exact(engine.compute(FieldRequest(maze, policy, changed)))
        edited = _edited(draw, maze)
        assert_exact(engine.compute(FieldRequest(edited, policy, other)))
        mouse = tuple(int(part) for part in draw.draw(st.sampled_from(list(edited.squares)), label="mouse"))
        assert_exact(engine.compute(FieldRequest(edited.with_mouse(mouse), policy, other)))
    finally:
        engine.close()


@settings(max_examples=8 * MORE, **QUIET)
@given(draw=st.data(), plan=plans())
def test_width_1_equals_the_plain_network(draw: st.DataObject, plan: Plan, request: pytest.FixtureRequest) -> None:
    _check_a_session(draw, 1, plan, request.config.getoption("--device"))


@settings(max_examples=2 * MORE, **QUIET)
@given(draw=st.data(), plan=plans())
def test_width_4_equals_the_plain_network(draw: st.DataObject, plan: Plan, request: pytest.FixtureRequest) -> None:
    _check_a_session(draw, 4, plan, request.config.getoption("--device"))


OPEN = Maze(15, 15, bytes(1 if cell % 16 else 0 for cell in range(225)), (0, 0), (14, 14))
"""Every sixteenth square is open, corners and edges among them."""


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("until", [*CONV_STAGES, None])
def test_windows_may_end_at_any_stage(until: str | None, kernel: str, device: str) -> None:
    engine = Engine(device, plan=Plan(until, 8, kernel, 2))
    try:
        assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1))))
    finally:
        engine.close()


@pytest.mark.parametrize("number", range(len(random_policy(1).layers)))
def test_a_patch_on_any_layer(number: int, device: str) -> None:
    layer = random_policy(1).layers[number].name
    stack = PatchStack((Zero(layer=layer, channels=(0,)), Zero(layer=layer, channels=(0,), squares=((0, 0), (1, 1)))))
    until = (CONV_STAGES[0], "embedder.block2.res2.resadd", None)[number % 3]
    engine = Engine(device, plan=Plan(until, 16, kernels()[0], 2))
    try:
        assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1), stack)))
    finally:
        engine.close()


def test_whole_images_in_one_batch_as_on_a_graphics_processor() -> None:
    """The path of CUDA and MPS devices, on the processor: everything but the recorded graphs."""
    evaluator = GpuEvaluator(Device("cpu", "CPU"))
    policy = random_policy(1)
    for maze in (OPEN, OPEN.with_walls(((3, 3),), wall=False)):
        for layer in ("embedder.block2.res1.resadd", "embedder.block2.res1.conv2", "embedder.fc"):
            stack = PatchStack((Zero(layer=layer), Zero(layer="embedder.block3.conv", squares=((0, 0),))))
            request = FieldRequest(maze, policy, PatchStack(stack.patches[: 1 + (maze is OPEN)]))
            with one_thread():
                (answer,) = evaluator.job(request).answers(order_of_squares(maze), lambda: None)
            for outputs, patched in ((answer.original, False), (answer.patched, True)):
                logits, value = plain_outputs(request, maze.squares[answer.rows], patched)
                np.testing.assert_allclose(outputs[0], logits, rtol=0, atol=1e-4)
                np.testing.assert_allclose(outputs[1], value, rtol=0, atol=1e-4)
    evaluator.close()


def test_patches_on_different_squares_may_be_many(make_engine: type[Engine]) -> None:
    """More sets of squares than there are images without a mouse: the engine then computes whole images."""
    squares = [(int(row), int(col)) for row, col in OPEN.squares]
    patches = [Zero(channels=(number,), squares=tuple(squares[number::6])) for number in range(6)]
    engine = make_engine()
    assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1), PatchStack(tuple(patches)))))


def test_every_kind_of_patch_acts_pixel_by_pixel() -> None:
    """The engine edits windows as it edits whole images, which is right only if no pixel sees another; a projection,
    where one does, is told to it and is computed on whole images."""
    tried = {"zero", "mean", "resample", "scale", "set", "offset", "add", "project", "noise"}
    assert set(KINDS) == tried, "a new kind of patch: add it to the strategies, which prove the engine right for it"


def test_an_empty_stack_is_the_original_itself(make_engine: type[Engine]) -> None:
    result = make_engine().compute(FieldRequest(OPEN, random_policy(1), NO_PATCHES))
    assert result.patched is result.original


def test_a_patch_of_coefficient_zero_is_the_original_itself(make_engine: type[Engine]) -> None:
    stack = PatchStack((Zero(enabled=False),))
    result = make_engine().compute(FieldRequest(OPEN, random_policy(1), stack))
    assert result.patched is result.original


def test_infinite_and_huge_activations_do_not_spread(make_engine: type[Engine]) -> None:
    """A pooling pads with minus infinity: none of it may reach the outputs, even at the edges."""
    result = make_engine(Plan(None, 8, kernels()[0], 1)).compute(FieldRequest(OPEN, random_policy(1)))
    assert torch.isfinite(torch.from_numpy(result.original.logits)).all()
