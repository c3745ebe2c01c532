"""The names of fields are on the line of what is in the field, in every panel, page and dialog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFormLayout,
    QLabel,
    QLayoutItem,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from tests.widgets.conftest import Hand, MakeHand, Shared
from tests.widgets.dialogs import DIALOGS
from tests.widgets.panels.test_fitting import EVERYTHING, opened
from widgets.controls.collapsible import Folding
from widgets.controls.panel_parts import FieldLabel
from widgets.studies.explain_panel import PAGES

ROLE = QFormLayout.ItemRole
Pair = tuple[QLabel, QWidget]


@pytest.fixture(scope="module", params=[1.0, 2.0])
def shared(make_shared: MakeHand, request: pytest.FixtureRequest) -> Iterator[Shared]:
    hand = make_shared(engine=False)
    hand.context.set_text_scale(request.param)
    hand.window.resize(1366, 728)
    hand.wait(lambda: not hand.context.busy)
    yield Shared(hand)
    hand.context.set_text_scale(1.0)


def pairs(root: QWidget) -> list[Pair]:
    """Every name of a field in sight, and the first control that it names; not those that are above their field."""
    found: list[Pair] = []
    for form in root.findChildren(QFormLayout):
        for at in range(form.rowCount()):
            name, field = form.itemAt(at, ROLE.LabelRole), form.itemAt(at, ROLE.FieldRole)
            control = _first(field)
            if name is not None and isinstance(name.widget(), QLabel) and control is not None:
                found.append((name.widget(), control))
    named = {label for label, _ in found}
    found += [(each, each.buddy()) for each in root.findChildren(QLabel) if each.buddy() and each not in named]
    return [
        (label, control)
        for label, control in found
        if label.text() and label.isVisibleTo(root) and control.isVisibleTo(root) and _in_one_row(label, control)
    ]


def _in_one_row(label: QLabel, control: QWidget) -> bool:
    window = label.window()
    return (
        control.window() is window and control.mapTo(window, QPoint(0, 0)).x() > label.mapTo(window, QPoint(0, 0)).x()
    )


def _first(item: QLayoutItem | None) -> QWidget | None:
    """The control of a row that is furthest left."""
    if item is None or item.widget() is not None:
        return None if item is None else item.widget()
    layout = item.layout()
    inner = () if layout is None else (_first(layout.itemAt(at)) for at in range(layout.count()))
    return next((each for each in inner if each is not None), None)


def over_its_field(label: QLabel) -> bool:
    """True if a name is on a line of its own, and its field below it begins where it does."""
    control = label.buddy()
    place, field = (part.mapTo(label.window(), QPoint(0, 0)) for part in (label, control))
    return place.y() + label.height() <= field.y() + 1 and place.x() == field.x()


def line_of(widget: QWidget) -> int:
    """The baseline of a one-line widget's text, in pixels of its window."""
    metrics, box = QFontMetrics(widget.font()), widget.rect()
    if isinstance(widget, QLabel):
        box = widget.contentsRect()
        if widget.alignment() & Qt.AlignmentFlag.AlignTop:
            box = QRect(box.x(), box.y(), box.width(), metrics.height())
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        box = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget)
    top = box.y() + (box.height() - metrics.height()) / 2
    return round(widget.mapTo(widget.window(), QPoint(0, 0)).y() + top + metrics.ascent())


def askew(root: QWidget) -> list[str]:
    """The names that are more than a pixel off the line of their field."""
    QApplication.processEvents()
    return [
        f"{label.text()}: {line_of(label)}, {control.accessibleName() or type(control).__name__}: {line_of(control)}"
        for label, control in pairs(root)
        if abs(line_of(label) - line_of(control)) > 1
    ]


@pytest.mark.parametrize("name", DIALOGS)
def test_in_dialogs(shared_hand: Hand, name: str) -> None:
    dialog = DIALOGS[name](shared_hand)
    shared_hand.qtbot.waitExposed(dialog)
    QTest.qWait(10)
    for size in (dialog.size(), dialog.minimumSizeHint().expandedTo(dialog.minimumSize())):
        dialog.resize(size)
        assert not askew(dialog)
    dialog.close()


def test_in_the_cards_of_patches_and_the_forms_of_vectors(shared_hand: Hand) -> None:
    shared_hand.document.do("All", lambda state: replace(state, stack=EVERYTHING))
    docks, seen = shared_hand.window.docks, 0
    for name, dock in docks.docks.items():
        docks.bring(name)
        opened(dock.widget())
        for part in dock.widget().findChildren(Folding):
            part.set_open(True)
        QTest.qWait(10)
        assert not askew(dock.widget()), name
        seen += len(pairs(dock.widget()))
    assert seen > 20


@pytest.mark.parametrize("name", PAGES)
def test_in_the_pages_of_explain(shared_hand: Hand, name: str) -> None:
    window = shared_hand.window
    window.docks.bring("explain")
    panel = window.docks.docks["explain"].widget()
    panel.question.choose(name)
    panel.show_page(name)
    for part in panel.findChildren(Folding):
        part.set_open(True)
    QTest.qWait(10)
    assert not askew(panel)
    shown = [label for label in panel.findChildren(FieldLabel) if label.isVisibleTo(panel)]
    assert pairs(panel) or all(map(over_its_field, shown)), "in a narrow panel names are over their fields"
    # What it measures by now is not needed.
    window.docks.bring("patches")
    panel.pages[name].runner.cancel()
    shared_hand.wait(lambda: not shared_hand.context.busy)
