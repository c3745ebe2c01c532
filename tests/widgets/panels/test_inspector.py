"""One square: its numbers are the field's, its picture is the network's."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.interventions.patches import AddVector
from app.maze.render import observations
from app.number_format import fixed
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.panels.inspector import InspectorPanel


def test_it_shows_the_mouse_then_what_is_pinned_then_what_is_hovered(desk: Desk) -> None:
    panel = desk.put(InspectorPanel)
    maze = desk.document.state.maze
    row, col = maze.mouse
    assert panel.title.text() == f"({row}, {col})"
    assert panel.which.text() == "mouse"
    desk.context.view.inspect((row, col + 1))
    assert (panel.title.text(), panel.which.text()) == (f"({row}, {col + 1})", "pinned")
    desk.context.view.set_hover((row, col + 2))
    assert (panel.title.text(), panel.which.text()) == (f"({row}, {col + 2})", "hovered")
    desk.context.view.set_hover((0, 0))
    assert panel.title.text() == f"({row}, {col + 1})"
    assert maze.cheese is not None
    desk.context.view.set_hover(maze.cheese)
    assert panel.title.text() == f"({row}, {col + 1})"


def test_the_pin_follows_and_lets_go(desk: Desk) -> None:
    panel = desk.put(InspectorPanel)
    row, col = desk.document.state.maze.mouse
    desk.context.view.set_hover((row, col + 1))
    desk.click(panel.pin)
    assert desk.context.view.inspected == (row, col + 1)
    assert panel.pin.isChecked()
    desk.context.view.set_hover(None)
    desk.click(panel.pin)
    assert desk.context.view.inspected is None
    assert not panel.pin.isChecked()


def test_numbers_are_the_fields_before_and_after(desk: Desk) -> None:
    panel = desk.put(InspectorPanel)
    latest = desk.context.bridge.latest
    assert latest is not None
    at = latest.original.index(panel.square)
    assert at is not None
    assert fixed(float(latest.original.probs[at][2]), 3) in panel.probabilities.accessibleDescription()
    assert "to" not in panel.value.text()
    assert panel.value.text() == fixed(float(latest.original.value[at]))
    assert " to " not in panel.logits.accessibleDescription()
    patch_edits.add_patch(desk.document, AddVector(coefficient=-3.0))
    desk.answered()
    latest = desk.context.bridge.latest
    assert latest is not None
    before, after = float(latest.original.logits[at][5]), float(latest.patched.logits[at][5])
    assert f"5 UP {fixed(before)} to {fixed(after)}" in panel.logits.accessibleDescription()
    assert panel.value.text() == f"{fixed(float(latest.original.value[at]))} → {fixed(float(latest.patched.value[at]))}"
    assert panel.arrow.text().count("(") == 2


def test_the_picture_is_the_observation_byte_for_byte(desk: Desk) -> None:
    panel = desk.put(InspectorPanel)
    row, col = desk.document.state.maze.mouse
    desk.context.view.set_hover((row, col + 1))
    expected = observations(desk.document.state.maze, [(row, col + 1)])[0]
    image = panel.picture.image
    found = np.array([[image.pixelColor(x, y).getRgb()[:3] for x in range(64)] for y in range(64)], np.uint8)
    assert np.array_equal(found, expected)
    maze_edits.set_background(desk.document, 4)
    assert not np.array_equal(expected, observations(desk.document.state.maze, [(row, col + 1)])[0])
    assert panel.picture.image != image


def test_numbers_are_copied_as_a_table(desk: Desk) -> None:
    panel = desk.put(InspectorPanel)
    desk.click(panel.copy)
    text = QApplication.clipboard().text()
    assert len(text.splitlines()) == 1 + 5 + 3 + 15
    latest = desk.context.bridge.latest
    assert latest is not None
    at = latest.original.index(panel.square)
    assert at is not None
    assert f"p(UP)\t{latest.original.probs[at][2]:.6g}" in text


def test_without_a_policy_it_says_what_to_do(make_desk: MakeDesk) -> None:
    panel = make_desk(policy=None).put(InspectorPanel)
    assert not panel.title.isVisible()
