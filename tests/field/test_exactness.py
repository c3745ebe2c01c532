"""Every path the engine may choose gives the plain network's numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.field.convolutions import kernels
from app.field.engine import Engine, FieldRequest
from app.field.plan import Plan
from app.field.spans import CONV_STAGES
from app.interventions.patches import KINDS, NO_PATCHES, PatchStack, Zero
from app.maze.maze import Maze
from tests.field.plain import assert_exact
from tests.field.strategies import mazes, plans, random_policy, stacks

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


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


@settings(max_examples=25, **QUIET)
@given(draw=st.data(), plan=plans())
def test_width_1_equals_the_plain_network(draw: st.DataObject, plan: Plan, request: pytest.FixtureRequest) -> None:
    _check_a_session(draw, 1, plan, request.config.getoption("--device"))


@settings(max_examples=4, **QUIET)
@given(draw=st.data(), plan=plans())
def test_width_4_equals_the_plain_network(draw: st.DataObject, plan: Plan, request: pytest.FixtureRequest) -> None:
    _check_a_session(draw, 4, plan, request.config.getoption("--device"))


OPEN = Maze(15, 15, bytes(1 if cell % 7 else 0 for cell in range(225)), (0, 0), (14, 14))
"""Every seventh square is open, corners and edges among them."""


@pytest.mark.parametrize("kernel", kernels())
@pytest.mark.parametrize("until", [*CONV_STAGES, None])
def test_windows_may_end_at_any_stage(until: str | None, kernel: str, device: str) -> None:
    engine = Engine(device, plan=Plan(until, 8, kernel, 2))
    try:
        assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1))))
    finally:
        engine.close()


@pytest.mark.parametrize("layer", [layer.name for layer in random_policy(1).layers])
def test_a_patch_on_any_layer_in_windows_and_in_whole_images(layer: str, device: str) -> None:
    stack = PatchStack((Zero(layer=layer, channels=(0,)), Zero(layer=layer, channels=(0,), squares=((0, 0), (1, 6)))))
    for until in (CONV_STAGES[0], "embedder.block2.res2.resadd", None):
        engine = Engine(device, plan=Plan(until, 16, kernels()[0], 2))
        try:
            assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1), stack)))
        finally:
            engine.close()


def test_patches_on_different_squares_may_be_many(make_engine: type[Engine]) -> None:
    """More sets of squares than there are images without a mouse: the engine then computes whole images."""
    squares = [(int(row), int(col)) for row, col in OPEN.squares]
    patches = [Zero(channels=(number,), squares=tuple(squares[number::7])) for number in range(7)]
    engine = make_engine()
    assert_exact(engine.compute(FieldRequest(OPEN, random_policy(1), PatchStack(tuple(patches)))))


def test_every_kind_of_patch_acts_pixel_by_pixel() -> None:
    """The engine edits windows as it edits whole images, which is right only if no pixel sees another."""
    tried = {"zero", "mean", "resample", "scale", "set", "add", "noise"}
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
