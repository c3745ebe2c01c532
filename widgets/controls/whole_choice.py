"""Combo box whose choice is read whole, however narrow it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from widgets.controls.panel_parts import Choice


class WholeChoice(Choice):
    """A choice of titles for values, with as many lines as the one that is chosen takes."""

    def __init__(self, name: str, tip: str, titles: dict[str, str], chosen: Callable[[str], object]) -> None:
        super().__init__(name, tip, titles, chosen)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)
        self.currentTextChanged.connect(self.updateGeometry)

    def heightForWidth(self, width: int) -> int:
        hint = self.sizeHint()
        lines = self._place_of_lines(self._text_rect(QRect(0, 0, width, hint.height())))
        return hint.height() - self.fontMetrics().height() + lines.height()

    def _text_rect(self, whole: QRect) -> QRect:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.rect = whole
        part = QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)

    def _place_of_lines(self, room: QRect) -> QRect:
        wrapped = Qt.TextFlag.TextWordWrap
        place = self.fontMetrics().boundingRect(QRect(0, 0, room.width() - 2, 1000), wrapped, self.currentText())
        place.moveTo(room.x(), room.center().y() - place.height() // 2 + 1)
        return place

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        painter.setClipRect(event.rect())
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        place = self._place_of_lines(self._text_rect(self.rect()))
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.drawText(place, Qt.TextFlag.TextWordWrap, self.currentText())
