"""The curve under a patch's slider: traced when it is unfolded, followed, dragged, and equal to the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.document import maze_edits
from app.field.requests import FieldRequest
from app.interventions.patches import AddVector, PatchStack, SetValue, Zero
from app.maze import generator
from app.maze.routes import decision_square
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.panels.patches.number_curve import NumberCurve
from widgets.panels.patches.patches_panel import PatchesPanel


def unfolded(desk: Desk) -> NumberCurve:
    panel = desk.put(PatchesPanel, 380, 1000)
    curve = panel.findChild(NumberCurve)
    assert curve is not None
    desk.click(curve.folding.button)
    desk.wait(lambda: curve._curve is not None and curve._curve.complete)
    return curve


@pytest.fixture
def stacked(make_desk: MakeDesk) -> Desk:
    return make_desk(maze=generator.level(15, 6), stack=PatchStack((AddVector(coefficient=0.5),)))


def test_the_curve_at_the_handle_is_the_field_at_the_decision_square(stacked: Desk) -> None:
    curve = unfolded(stacked)
    found = curve._curve
    assert found is not None
    assert len(found.coefficients) == 61
    square = decision_square(stacked.document.state.maze).square
    assert found.square == square
    state = stacked.document.state
    engine = stacked.context.bridge.engine
    assert engine is not None
    for at in (0, 25, 60):
        stack = state.stack.replaced(0, coefficient=float(found.coefficients[at]))
        field = engine.compute(FieldRequest(state.maze, state.policy, stack)).patched
        row = int(np.flatnonzero((state.maze.squares == square).all(axis=1))[0])
        assert found.logits[at] == pytest.approx(field.logits[row], abs=1e-4)


def test_a_drag_on_the_curve_moves_the_slider_and_one_undo_takes_it_back(stacked: Desk) -> None:
    curve = unfolded(stacked)
    before = curve._curve
    canvas = curve.plot._canvas
    place = canvas.getPlotItem().vb.mapViewToScene(canvas.getPlotItem().vb.viewRect().center())
    at = QPoint(round(place.x()), round(place.y()))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QApplication.processEvents()
    assert stacked.patches[0].coefficient == pytest.approx(0, abs=0.05)
    stacked.answered()
    # The handle moved; the curve is the same, and was not traced again.
    assert curve._curve is before
    assert curve.plot._handle_at == stacked.patches[0].coefficient
    stacked.document.undo()
    assert stacked.patches[0].coefficient == 0.5


def test_another_maze_fades_the_curve_until_it_is_traced(stacked: Desk) -> None:
    curve = unfolded(stacked)
    before = curve._curve
    maze_edits.remove_cheese(stacked.document)
    assert curve.plot.stale
    stacked.wait(lambda: curve._curve is not before and not curve.plot.stale)
    assert curve._curve is not None
    assert curve._curve.moves is None
    assert curve.plot.plot is not None
    assert curve.plot.plot.name == "log_probabilities"


def test_a_curve_whose_patch_has_become_another_traces_nothing(stacked: Desk) -> None:
    curve = unfolded(stacked)
    maze_edits.set_stack(stacked.document, "Zero", PatchStack((Zero(channels=(1,)),)))
    # The card is deleted a little later.
    assert curve._key() is None
    curve.follow()


def test_one_curve_is_open_at_a_time(make_desk: MakeDesk) -> None:
    stack = PatchStack((AddVector(), replace(SetValue(channels=(1,), square=(3, 3)), value=2.0)))
    desk = make_desk(maze=generator.level(15, 6), stack=stack)
    panel = desk.put(PatchesPanel, 380, 1400)
    for card in panel.cards.cards:
        card.set_open(True)
    first, second = panel.findChildren(NumberCurve)[:2]
    desk.click(first.folding.button)
    desk.click(second.folding.button)
    assert (first.is_open, second.is_open) == (False, True)
    desk.wait(lambda: second._curve is not None and second._curve.complete)


def test_a_curve_that_arrives_after_its_card_was_deleted_is_let_go(stacked: Desk) -> None:
    panel = stacked.put(PatchesPanel, 380, 1000)
    curve = panel.findChild(NumberCurve)
    assert curve is not None
    stacked.click(curve.folding.button)
    stacked.wait(lambda: stacked.context.curves.busy)
    stacked.click(panel.cards.cards[0].delete)
    # Now, as Qt does when it is idle: before the curve is whole.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(curve)
    stacked.idle()
    assert stacked.reports == []
