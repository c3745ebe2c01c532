"""Edits of the stack: each is one undo, and a channel's switch returns the stack to what it was."""

from __future__ import annotations

import pytest

from app import stack_edits
from app.document import Document, OpenMaze, State
from app.interventions.json_format import stack_from_json, stack_to_json
from app.interventions.patches import NO_PATCHES, AddVector, Noise, PatchStack, SetValue, Zero
from app.maze.maze import Maze
from app.policy.layers import DEFAULT_LAYER, layer

LAYER = layer(DEFAULT_LAYER, 1)


@pytest.fixture
def document() -> Document:
    walls = bytearray([1] * 225)
    for row in range(6, 9):
        for col in range(6, 9):
            walls[row * 15 + col] = 0
    maze = Maze(15, 3, bytes(walls), (6, 6), (8, 8))
    return Document(State((OpenMaze(1, "Small", maze, maze),), 1))


def test_the_whole_stack_is_switched_off_and_comes_back_as_it_was(document: Document) -> None:
    stack = PatchStack((Zero(channels=(2,)), Noise(enabled=False), AddVector(solo=True)))
    stack_edits.open_stack(document, stack)
    stack_edits.switch_stack(document)
    assert document.state.stack.active == ()
    # Meanwhile they are moved, changed and copied.
    stack_edits.move_patch(document, 2, 0)
    stack_edits.change_patch(document, 0, "Set coefficient", coefficient=3.0)
    stack_edits.switch_stack(document)
    assert document.state.stack.patches == (AddVector(solo=True, coefficient=3.0), *stack.patches[:2])
    assert [entry.verb for entry in document.history.done][1::3] == ["Switch all patches off", "Switch patches on"]
    for _ in range(4):
        document.undo()
    assert document.state.stack == stack


def test_the_whole_stack_comes_back_from_a_file_as_it_was(document: Document) -> None:
    stack = PatchStack((Zero(channels=(2,)), Noise(enabled=False)))
    stack_edits.open_stack(document, stack)
    stack_edits.switch_stack(document)
    stack_edits.open_stack(document, stack_from_json(stack_to_json(document.state.stack)))
    assert document.state.stack.active == ()
    stack_edits.switch_stack(document)
    assert document.state.stack == stack


def test_a_stack_whose_patches_were_switched_off_one_by_one_comes_on_whole(document: Document) -> None:
    stack_edits.open_stack(document, PatchStack((Zero(channels=(2,)), Noise())))
    stack_edits.switch_stack(document)
    for position in (0, 1):
        stack_edits.enable_patch(document, position, True)
    stack_edits.enable_patch(document, 1, False)
    stack_edits.switch_stack(document)
    stack_edits.switch_stack(document)
    assert [patch.enabled for patch in document.state.stack.patches] == [True, False], "only what was on, comes on"
    for position in (0, 1):
        stack_edits.enable_patch(document, position, False)
    stack_edits.switch_stack(document)
    assert all(patch.enabled for patch in document.state.stack.patches)


def test_a_channel_is_switched_off_and_on_in_one_zero_patch(document: Document) -> None:
    stack_edits.toggle_channel(document, LAYER, 10)
    stack_edits.toggle_channel(document, LAYER, 3)
    assert document.state.stack == PatchStack((Zero(channels=(3, 10)),))
    assert stack_edits.switched_off(document.state.stack, DEFAULT_LAYER) == {3, 10}
    stack_edits.toggle_channel(document, LAYER, 10)
    assert document.state.stack == PatchStack((Zero(channels=(3,)),))
    stack_edits.toggle_channel(document, LAYER, 3)
    assert document.state.stack == NO_PATCHES
    assert [entry.verb for entry in document.history.done] == [
        "Switch off channel 10",
        "Switch off channel 3",
        "Switch on channel 10",
        "Switch on channel 3",
    ]


def test_switching_on_finds_every_zero_patch_of_the_layer(document: Document) -> None:
    there = Zero(channels=(1,), squares=((6, 6),))
    muted = Zero(channels=(2,), enabled=False)
    stack_edits.open_stack(document, PatchStack((Zero(), there, muted, Zero(channels=(2, 5)))))
    stack_edits.toggle_channel(document, LAYER, 2)
    assert document.state.stack.patches == (
        Zero(channels=tuple(c for c in range(32) if c != 2)),
        there,
        muted,
        Zero(channels=(5,)),
    )


def test_a_disabled_zero_patch_is_not_the_switch(document: Document) -> None:
    stack_edits.open_stack(document, PatchStack((Zero(channels=(2,), enabled=False),)))
    stack_edits.toggle_channel(document, LAYER, 2)
    assert document.state.stack.patches == (Zero(channels=(2,), enabled=False), Zero(channels=(2,)))


def test_several_channels_are_one_undo(document: Document) -> None:
    stack_edits.toggle_channels(document, LAYER, (7, 4))
    stack_edits.toggle_channels(document, LAYER, (4, 9))
    assert document.state.stack == PatchStack((Zero(channels=(4, 7, 9)),))
    stack_edits.toggle_channels(document, LAYER, (4, 9))
    assert document.state.stack == PatchStack((Zero(channels=(7,)),))
    document.undo()
    document.undo()
    assert document.state.stack == PatchStack((Zero(channels=(4, 7)),))


def test_a_slider_drag_is_one_undo_and_another_field_is_another(document: Document) -> None:
    stack_edits.add_patch(document, SetValue(square=(6, 6)))
    for value in (1.5, 2.0, 2.5):
        stack_edits.change_patch(document, 0, "Set value", merge=True, value=value)
    for fill in (0.5, 0.25):
        stack_edits.change_patch(document, 0, "Set fill", merge=True, fill=fill)
    assert [entry.verb for entry in document.history.done] == ["Add set-value patch", "Set value", "Set fill"]
    document.undo()
    assert document.state.stack.patches[0] == SetValue(square=(6, 6), value=2.5)


def test_order_copies_and_solo(document: Document) -> None:
    stack_edits.add_patch(document, Zero())
    stack_edits.add_patch(document, Noise())
    stack_edits.add_patch(document, AddVector(), 0)
    stack_edits.move_patch(document, 0, 99)
    assert [patch.kind for patch in document.state.stack.patches] == ["zero", "noise", "add"]
    stack_edits.duplicate_patch(document, 1)
    stack_edits.solo_patch(document, 3, True)
    stack_edits.enable_patch(document, 0, False)
    assert document.state.stack.active == ((3, AddVector(solo=True)),)
    stack_edits.delete_patch(document, 3)
    assert [patch.kind for patch in document.state.stack.patches] == ["zero", "noise", "noise"]
    stack_edits.clear_stack(document)
    document.undo()
    assert len(document.state.stack.patches) == 3


def test_the_pin_moves_in_one_undo_and_stays_in_the_world(document: Document) -> None:
    stack_edits.add_patch(document, SetValue(row=1, column=2, value=5.5))
    document.begin("Move pin")
    for square in ((6, 7), (7, 7), (99, 99)):
        stack_edits.move_pin(document, 0, square)
    document.end()
    assert document.state.stack.patches[0] == SetValue(square=(7, 7), value=5.5)
    document.undo()
    assert document.state.stack.patches[0] == SetValue(row=1, column=2, value=5.5)
