"""The slider over the steps of a rollout."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from widgets.controls.key_overrides import PAGES, SliderKeys
from widgets.controls.wheel_guard import WheelWhenFocused


class Scrub(SliderKeys, WheelWhenFocused, QSlider):
    """A slider whose handle comes to the pointer at once."""

    own_keys = PAGES

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 0)
        self.setPageStep(5)
        self.setMinimumWidth(110)
        self.by_click()
        self.setAccessibleName("Step of the rollout")
        self.setToolTip("Drag through the steps of the rollout; 0 is the maze as it is")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def x_of(self, value: int) -> int:
        """Where the handle's middle is at a value, in pixels from the left."""
        left, span, half = self._way()
        return left + half + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, span)

    def _follow(self, event: QMouseEvent) -> None:
        left, span, half = self._way()
        at = round(event.position().x()) - left - half
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, span))

    def _way(self) -> tuple[int, int, int]:
        """Left end of the groove, pixels that the handle may go, half the handle's width."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, style = QStyle.ComplexControl.CC_Slider, self.style()
        groove = style.subControlRect(control, option, QStyle.SubControl.SC_SliderGroove, self)
        handle = style.subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        return groove.left(), groove.width() - handle.width(), handle.width() // 2
