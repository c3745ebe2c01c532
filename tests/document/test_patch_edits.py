"""Edits of the stack: each is one undo, and a channel's switch returns the stack to what it was."""

from __future__ import annotations

import pytest

from app.document import patch_edits
from app.document.document import Document, OpenMaze, State
from app.interventions.patches import NO_PATCHES, AddVector, Noise, PatchStack, SetValue, Zero
from app.interventions.patches_file import stack_from_json, stack_to_json
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
    patch_edits.open_stack(document, stack)
    patch_edits.switch_stack(document)
    assert document.state.stack.active == ()
    # Meanwhile they are moved, changed and copied.
    patch_edits.move_patch(document, 2, 0)
    patch_edits.change_patch(document, 0, "Set coefficient", coefficient=3.0)
    patch_edits.switch_stack(document)
    assert document.state.stack.patches == (AddVector(solo=True, coefficient=3.0), *stack.patches[:2])
    assert [entry.verb for entry in document.history.done][1::3] == ["Switch all patches off", "Switch patches on"]
    for _ in range(4):
        document.undo()
    assert document.state.stack == stack


def test_the_whole_stack_comes_back_from_a_file_as_it_was(document: Document) -> None:
    stack = PatchStack((Zero(channels=(2,)), Noise(enabled=False)))
    patch_edits.open_stack(document, stack)
    patch_edits.switch_stack(document)
    patch_edits.open_stack(document, stack_from_json(stack_to_json(document.state.stack)))
    assert document.state.stack.active == ()
    patch_edits.switch_stack(document)
    assert document.state.stack == stack


def test_a_stack_whose_patches_were_switched_off_one_by_one_comes_on_whole(document: Document) -> None:
    patch_edits.open_stack(document, PatchStack((Zero(channels=(2,)), Noise())))
    patch_edits.switch_stack(document)
    for position in (0, 1):
        patch_edits.enable_patch(document, position, True)
    patch_edits.enable_patch(document, 1, False)
    patch_edits.switch_stack(document)
    patch_edits.switch_stack(document)
    assert [patch.enabled for patch in document.state.stack.patches] == [True, False], "only those on before are on"
    for position in (0, 1):
        patch_edits.enable_patch(document, position, False)
    patch_edits.switch_stack(document)
    assert all(patch.enabled for patch in document.state.stack.patches)


def test_a_channel_is_switched_off_and_on_in_one_zero_patch(document: Document) -> None:
    patch_edits.toggle_channel(document, LAYER, 10)
    patch_edits.toggle_channel(document, LAYER, 3)
    assert document.state.stack == PatchStack((Zero(channels=(3, 10)),))
    assert patch_edits.switched_off(document.state.stack, DEFAULT_LAYER) == {3, 10}
    patch_edits.toggle_channel(document, LAYER, 10)
    assert document.state.stack == PatchStack((Zero(channels=(3,)),))
    patch_edits.toggle_channel(document, LAYER, 3)
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
    patch_edits.open_stack(document, PatchStack((Zero(), there, muted, Zero(channels=(2, 5)))))
    patch_edits.toggle_channel(document, LAYER, 2)
    assert document.state.stack.patches == (
        Zero(channels=tuple(c for c in range(32) if c != 2)),
        there,
        muted,
        Zero(channels=(5,)),
    )


def test_a_disabled_zero_patch_is_not_the_switch(document: Document) -> None:
    patch_edits.open_stack(document, PatchStack((Zero(channels=(2,), enabled=False),)))
    patch_edits.toggle_channel(document, LAYER, 2)
    assert document.state.stack.patches == (Zero(channels=(2,), enabled=False), Zero(channels=(2,)))


def test_several_channels_are_one_undo(document: Document) -> None:
    patch_edits.toggle_channels(document, LAYER, (7, 4))
    patch_edits.toggle_channels(document, LAYER, (4, 9))
    assert document.state.stack == PatchStack((Zero(channels=(4, 7, 9)),))
    patch_edits.toggle_channels(document, LAYER, (4, 9))
    assert document.state.stack == PatchStack((Zero(channels=(7,)),))
    document.undo()
    document.undo()
    assert document.state.stack == PatchStack((Zero(channels=(4, 7)),))


def test_a_slider_drag_is_one_undo_and_another_field_is_another(document: Document) -> None:
    patch_edits.add_patch(document, SetValue(square=(6, 6)))
    for value in (1.5, 2.0, 2.5):
        patch_edits.change_patch(document, 0, "Set value", merge=True, value=value)
    for fill in (0.5, 0.25):
        patch_edits.change_patch(document, 0, "Set fill", merge=True, fill=fill)
    assert [entry.verb for entry in document.history.done] == ["Add set-value patch", "Set value", "Set fill"]
    document.undo()
    assert document.state.stack.patches[0] == SetValue(square=(6, 6), value=2.5)


def test_order_copies_and_solo(document: Document) -> None:
    patch_edits.add_patch(document, Zero())
    patch_edits.add_patch(document, Noise())
    patch_edits.add_patch(document, AddVector(), 0)
    patch_edits.move_patch(document, 0, 99)
    assert [patch.kind for patch in document.state.stack.patches] == ["zero", "noise", "add"]
    patch_edits.duplicate_patch(document, 1)
    patch_edits.solo_patch(document, 3, True)
    patch_edits.enable_patch(document, 0, False)
    assert document.state.stack.active == ((3, AddVector(solo=True)),)
    patch_edits.delete_patch(document, 3)
    assert [patch.kind for patch in document.state.stack.patches] == ["zero", "noise", "noise"]
    patch_edits.clear_stack(document)
    document.undo()
    assert len(document.state.stack.patches) == 3


def test_the_pin_moves_in_one_undo_and_stays_in_the_world(document: Document) -> None:
    patch_edits.add_patch(document, SetValue(row=1, column=2, value=5.5))
    document.begin("Move pin")
    for square in ((6, 7), (7, 7), (99, 99)):
        patch_edits.move_pin(document, 0, square)
    document.end()
    assert document.state.stack.patches[0] == SetValue(square=(7, 7), value=5.5)
    document.undo()
    assert document.state.stack.patches[0] == SetValue(row=1, column=2, value=5.5)
