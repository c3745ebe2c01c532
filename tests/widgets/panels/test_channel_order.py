"""The order of the channels: by change, cheese score, push and effect; measured once, stopped, remembered."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.document import maze_edits, patch_edits
from app.field import channels
from app.interventions.patches import Zero
from app.maze import generator
from app.studies.channel_choice import channel_choice
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.panels.channels import ChannelsPanel

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_sorting_puts_the_changed_channel_first(desk: Desk) -> None:
    patch_edits.add_patch(desk.document, Zero(channels=(17,)))
    panel = desk.put(ChannelsPanel)
    panel.grid.go_to(17)
    desk.choose(panel.controls.order_choice, "change")
    assert panel.grid.shown is not None
    assert panel.grid.shown.order[0] == 17
    assert panel.grid.current == 17
    desk.choose(panel.controls.order_choice, "energy")
    seen = desk.context.bridge.latest_activations
    assert seen is not None
    assert panel.grid.shown.order[0] == int(np.argmax(channels.rms(seen.original)))
    desk.click(panel.grid.viewport(), panel.grid.switch_rect(17).center())
    assert desk.patches == ()


def test_sorting_by_cheese_score_measures_once_and_can_be_stopped(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.choose(panel.controls.order_choice, "cheese")
    assert panel.progress.isVisible()
    desk.click(panel.progress.cancel)
    assert not panel.progress.isVisible()
    desk.choose(panel.controls.order_choice, "index")
    desk.choose(panel.controls.order_choice, "cheese")
    policy = desk.document.state.policy
    assert policy is not None
    desk.wait(lambda: panel.grid.shown is not None and bool(panel.grid.shown.scores))
    assert panel.grid.shown is not None
    assert not panel.progress.isVisible()
    scores = [float(text.rstrip("%")) for text in panel.grid.shown.scores]
    assert [scores[channel] for channel in panel.grid.shown.order] == sorted(scores, reverse=True)


@pytest.mark.parametrize("order", ["push", "effect"])
def test_channels_are_sorted_by_what_they_do_to_the_choice(make_desk: MakeDesk, order: str) -> None:
    desk = make_desk(maze=generator.level(15, 6))
    panel = desk.put(ChannelsPanel)
    desk.choose(panel.controls.order_choice, order)
    desk.wait(lambda: panel.grid.shown is not None and bool(panel.grid.shown.scores))
    state = desk.document.state
    measured = channel_choice(state.policy, state.maze, desk.context.view.layer)
    assert measured is not None
    values = getattr(measured, order)
    assert list(panel.grid.shown.order) == list(channels.ranked(values, len(values)))
    assert panel.grid.shown.scores[3] == f"{values[3]:.2f}"
    maze_edits.remove_cheese(desk.document)
    desk.answered()
    desk.wait(lambda: not panel.grid.shown.scores)
    assert list(panel.grid.shown.order) == list(range(32)), "without a decision square they are in their own order"


def test_a_measurement_that_was_stopped_does_not_begin_anew_with_the_next_edit(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.choose(panel.controls.order_choice, "cheese")
    desk.click(panel.progress.cancel)
    maze_edits.remove_cheese(desk.document)
    desk.answered()
    assert not panel.progress.isVisible()
    assert panel.grid.shown is not None
    assert not panel.grid.shown.scores
    desk.choose(panel.controls.order_choice, "index")
    desk.choose(panel.controls.order_choice, "cheese")
    desk.wait(lambda: panel.grid.shown is not None and bool(panel.grid.shown.scores))


@pytest.mark.parametrize("order", ["cheese", "energy"])
def test_the_order_is_remembered(desk: Desk, order: str) -> None:
    desk.choose(desk.put(ChannelsPanel).controls.order_choice, order)
    panel = desk.put(ChannelsPanel)
    assert panel.controls.order_choice.currentData() == panel.controls.order == order
    desk.wait(lambda: panel.grid.shown is not None and bool(panel.grid.shown.scores))
