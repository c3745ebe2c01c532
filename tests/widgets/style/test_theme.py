"""The look of the whole application, changed while widgets are there."""

from __future__ import annotations

import gc

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.drawing.palette import DARK, LIGHT
from widgets.style import theme


class Watch(QWidget):
    """Notes whether Python may collect garbage whenever the style of the widget changes."""

    def __init__(self) -> None:
        super().__init__()
        self.collecting: list[bool] = []

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self.collecting.append(gc.isenabled())


def test_nothing_is_collected_while_qt_goes_through_all_widgets(qtbot: QtBot, qapp: QApplication) -> None:
    gc.enable()
    theme.apply(qapp, LIGHT)
    watch = Watch()
    qtbot.addWidget(watch)
    watch.show()
    watch.collecting.clear()
    for palette in (DARK, LIGHT):
        theme.apply(qapp, palette)
    with theme.dressed_at_the_end():
        pass
    assert len(watch.collecting) >= 6
    assert not any(watch.collecting)
    assert gc.isenabled()


def test_widgets_dressed_at_the_end_look_like_those_dressed_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, DARK)

    def made() -> QWidget:
        page, inner = QWidget(), QLabel("Vector field")
        column = QVBoxLayout(page)
        column.addWidget(inner)
        qtbot.addWidget(page)
        return page

    at_once = made()
    with theme.dressed_at_the_end():
        at_the_end = made()
    pictures = []
    for page in (at_once, at_the_end):
        page.resize(200, 60)
        page.show()
        qtbot.waitExposed(page)
        pictures.append(page.grab().toImage())
    assert pictures[0] == pictures[1]
    theme.apply(qapp, LIGHT)
