"""The slider over a time axis: the steps of a rollout or of training, the values of a sweep."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from widgets.controls.key_overrides import PAGES, SliderKeys
from widgets.controls.wheel_guard import WheelWhenFocused

FINE = 10_000
"""Parts of the way of a handle whose values have places of their own."""


class Scrub(SliderKeys, WheelWhenFocused, QSlider):
    """A slider whose handle jumps to the pointer; its values may be at places of their own, as on a log axis.

    Args:
        name: for screen readers, "Step of the rollout".
        tip: what dragging does.
    """

    own_keys = PAGES

    def __init__(
        self,
        name: str = "Step of the rollout",
        tip: str = "Drag through the steps of the rollout; 0 is the start",
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._places: tuple[float, ...] = ()
        self.setRange(0, 0)
        self.setPageStep(5)
        self.setMinimumWidth(50)
        self.by_click()
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def set_places(self, places: Sequence[float]) -> None:
        """Let the values 0, 1, 2, ... be at these places, ascending, on an axis from the first to the last of them."""
        first, last = places[0], places[-1]
        self._places = tuple((place - first) / (last - first) if last > first else 0.0 for place in places)
        self.setRange(0, len(places) - 1)
        self.update()

    def initStyleOption(self, option: QStyleOptionSlider) -> None:
        super().initStyleOption(option)
        if self._places:
            # The style draws the handle in proportion: at the value's place instead.
            option.minimum, option.maximum = 0, FINE
            at = round(FINE * self._places[min(self.sliderPosition(), len(self._places) - 1)])
            option.sliderPosition = option.sliderValue = at

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
        """The middle of the handle at a value, in pixels from the left."""
        left, span, half = self._way()
        if self._places:
            return left + half + round(self._places[value] * span)
        return left + half + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, span)

    def value_at(self, x: float) -> int:
        """The value whose place is nearest to this many pixels from the left."""
        left, span, half = self._way()
        at = round(x) - left - half
        if not self._places:
            return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, span)
        return min(range(len(self._places)), key=lambda value: abs(self._places[value] * span - at))

    def _follow(self, event: QMouseEvent) -> None:
        self.setValue(self.value_at(event.position().x()))

    def _way(self) -> tuple[int, int, int]:
        """Left end of the groove, pixels that the handle may go, half the handle's width."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, style = QStyle.ComplexControl.CC_Slider, self.style()
        groove = style.subControlRect(control, option, QStyle.SubControl.SC_SliderGroove, self)
        handle = style.subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        return groove.left(), groove.width() - handle.width(), handle.width() // 2
