"""Slider and spin box bound to one number."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QValidator
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLabel, QSizePolicy, QSlider, QSpinBox, QWidget

from app.document.patch_edits import RANGE
from app.drawing.palette import Palette
from app.number_format import plain, short
from widgets.controls.field_keys import FieldKeys
from widgets.controls.key_overrides import PAGES, OwnKeys, SliderKeys
from widgets.controls.panel_parts import column, row
from widgets.controls.wheel_guard import WheelWhenFocused
from widgets.services.context import Context

UNIT: Final = 1000
"""Steps of a slider per 1."""

FINE: Final = 10
"""The factor by which Shift makes the hand finer."""


class NumberSlider(SliderKeys, WheelWhenFocused, QSlider):
    """A slider that jumps to the pointer and fills from 0; with Shift it moves ten times finer.

    Signals:
        finished(): the handle was let go.
    """

    finished = Signal()
    own_keys = PAGES

    def __init__(self, palette: Palette, low: float, high: float) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._colours = palette
        self._grabbed: tuple[float, int] | None = None
        self.setRange(round(low * UNIT), round(high * UNIT))
        self.setSingleStep(UNIT // 10)
        self.setPageStep(UNIT)
        self.by_click()

    def set_colours(self, palette: Palette) -> None:
        """Take other colours."""
        self._colours = palette
        self.update()

    def _radius(self) -> float:
        return max(6.0, QFontMetrics(self.font()).height() * 0.36)

    def _x(self, value: float) -> float:
        margin = self._radius() + 1
        part = (value - self.minimum()) / max(1, self.maximum() - self.minimum())
        return margin + part * (self.width() - 2 * margin)

    def _value_at(self, x: float) -> int:
        margin = self._radius() + 1
        part = (x - margin) / max(1.0, self.width() - 2 * margin)
        value = self.minimum() + part * (self.maximum() - self.minimum())
        # A tenth is what a hand can mean; Shift, or the field, reaches between.
        return round(value / (UNIT / 10)) * (UNIT // 10)

    def handle_x(self) -> int:
        """The handle's place now, in pixels from the left."""
        return round(self._x(self.value()))

    def sizeHint(self) -> QSize:
        return QSize(8 * QFontMetrics(self.font()).height(), round(2 * self._radius()) + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * QFontMetrics(self.font()).height(), round(2 * self._radius()) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, on, middle = self._colours, self.isEnabled(), self.height() / 2
        left, right, here = self._x(self.minimum()), self._x(self.maximum()), self._x(self.value())
        zero = self._x(min(max(0, self.minimum()), self.maximum()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, 4), 2, 2)
        painter.drawRect(QRectF(zero - 1, middle - 6, 2, 12))
        painter.setBrush(QColor(colours.accent if on else colours.text_muted))
        painter.drawRoundedRect(QRectF(min(zero, here), middle - 2, abs(here - zero), 4), 2, 2)
        painter.setPen(QPen(QColor(colours.accent if on else colours.border), 2))
        painter.setBrush(QColor(colours.focus if self.hasFocus() and on else colours.panel_raised))
        radius = self._radius()
        painter.drawEllipse(QRectF(here - radius, middle - radius, 2 * radius, 2 * radius))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        if abs(x - self._x(self.value())) > self._radius() + 2:
            self.setValue(self._value_at(x))
        self._grabbed = (x, self.value())
        self.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            return
        x = event.position().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            per_pixel = (self.maximum() - self.minimum()) / max(1.0, self._x(self.maximum()) - self._x(self.minimum()))
            start, value = self._grabbed
            self.setValue(round(value + (x - start) * per_pixel / FINE))
        else:
            self.setValue(self._value_at(x))
            # Shift pressed later continues from here.
            self._grabbed = (x, self.value())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._grabbed is not None:
            self._grabbed = None
            self.setSliderDown(False)
            self.finished.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}.get(
            Qt.Key(event.key())
        )
        if step is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.setValue(self.value() + step * self.singleStep() // FINE)
        else:
            super().keyPressEvent(event)


class _Entry(OwnKeys, FieldKeys, WheelWhenFocused):
    """Base of fields for numbers; named before the Qt class."""

    own_keys = PAGES

    def is_taken(self) -> bool:
        """True if the text is that of the value."""
        return bool(self.text() == self.textFromValue(self.value()))  # type: ignore[attr-defined]

    def drop_typed(self) -> None:
        """Show the number again."""
        self.lineEdit().setText(self.textFromValue(self.value()))  # type: ignore[attr-defined]


class ExactNumber(_Entry, QDoubleSpinBox):
    """A field for a number: three decimals at most, none that are zero; with Shift the arrow keys step finer.

    Anything can be typed: Qt would leave out what does not fit, so that 99 became 9 and 0,25 became 2.

    Signals:
        corrected(str): why what was typed is not what the field shows now, in a sentence.
    """

    corrected = Signal(str)

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.setDecimals(3)
        self.setRange(low, high)
        self.setSingleStep(0.1)
        # Typing "12" is one change, not first 1 and then 12.
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.by_click()

    def textFromValue(self, value: float) -> str:
        """The number without trailing zeros."""
        return plain(value)

    def valueFromText(self, text: str) -> float:
        """A number typed with either kind of minus sign and decimal mark."""
        typed = _number(text)
        return self.value() if typed is None else round(typed, self.decimals())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept a text that can stay as it is; any other may still be typed, and `fixup` corrects it at the end."""
        typed = _number(text)
        fits = typed is not None and self.minimum() <= typed <= self.maximum()
        return (QValidator.State.Acceptable if fits else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """The nearest number that is allowed; the one before where none was typed."""
        typed = _number(text)
        if typed is None:
            self.corrected.emit(_no_number(text, short(self.value())))
            return self.textFromValue(self.value())
        nearest = min(max(typed, self.minimum()), self.maximum())
        self.corrected.emit(_beyond(text, short(self.minimum()), short(self.maximum()), short(nearest)))
        return self.textFromValue(nearest)

    def stepBy(self, steps: int) -> None:
        """Step, ten times finer with Shift."""
        fine = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self.setValue(self.value() + steps * self.singleStep() / (FINE if fine else 1))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("−10.000") + metrics.height(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class WholeNumber(_Entry, QSpinBox):
    """A field for a whole number, such as a seed. Anything can be typed, as in `ExactNumber`.

    Signals:
        corrected(str): why what was typed is not what the field shows now, in a sentence.
    """

    corrected = Signal(str)

    def __init__(self, name: str, tip: str, low: int, high: int) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.by_click()
        # Qt's own policy for such fields never lets them be narrower than their largest number.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def valueFromText(self, text: str) -> int:
        """A whole number."""
        typed = _whole_or_part(text)
        return self.value() if typed is None else round(typed)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept a text that can stay as it is; any other may still be typed, and `fixup` corrects it at the end."""
        typed = _whole_or_part(text)
        fits = typed is not None and typed == round(typed) and self.minimum() <= typed <= self.maximum()
        return (QValidator.State.Acceptable if fits else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        """The nearest number that is allowed; the one before where none was typed."""
        typed = _whole_or_part(text)
        if typed is None:
            self.corrected.emit(_no_number(text, str(self.value())))
            return str(self.value())
        nearest = round(min(max(typed, self.minimum()), self.maximum()))
        if not self.minimum() <= typed <= self.maximum():
            self.corrected.emit(_beyond(text, str(self.minimum()), str(self.maximum()), str(nearest)))
        else:
            self.corrected.emit(f"{text.strip()} is not a whole number; set to {nearest}.")
        return str(nearest)

    def _width(self, digits: int) -> int:
        metrics = QFontMetrics(self.font())
        return metrics.horizontalAdvance("0" * digits) + metrics.height()

    def sizeHint(self) -> QSize:
        return QSize(self._width(len(str(self.maximum()))), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(min(5, len(str(self.maximum())))), super().sizeHint().height())


class Number(QWidget):
    """A named number: field and slider, always equal.

    Signals:
        changed(float): by the user; many while a slider is dragged.
        finished(): a drag or an entry is over.
    """

    changed = Signal(float)
    finished = Signal()

    def __init__(self, context: Context, name: str, tip: str, low: float = RANGE[0], high: float = RANGE[1]) -> None:
        super().__init__()
        self._limits = (low, high)
        self._value = 0.0
        self.slider = NumberSlider(context.palette, low, high)
        self.field = ExactNumber(low, high)
        self.slider.setAccessibleName(f"{name}, slider")
        self.field.setAccessibleName(name)
        hint = "Hold Shift for finer steps"
        self.slider.setToolTip(f"{tip}. Drag, or use the arrow keys. {hint}")
        self.field.setToolTip(f"{tip}. Type a number and press Enter. {hint}")
        self.label = QLabel(name)
        self.label.setBuddy(self.field)
        layout = column(self, 0, 2)
        layout.addLayout(row(self.label, None, self.field))
        layout.addWidget(self.slider)
        self.slider.valueChanged.connect(lambda steps: self._by_hand(steps / UNIT))
        self.slider.finished.connect(self.finished)
        self.field.valueChanged.connect(self._by_hand)
        self.field.corrected.connect(context.notice)
        self.field.editingFinished.connect(self.finished)
        context.palette_changed.connect(self.slider.set_colours)

    @property
    def value(self) -> float:
        """The number now."""
        return self._value

    def show_value(self, value: float) -> None:
        """Show a number; emits no signal. One from a file may be beyond the slider's ends: the field shows it."""
        self._value = value
        low, high = self._limits
        for part in (self.slider, self.field):
            part.blockSignals(True)
        self.field.setRange(min(low, value), max(high, value))
        self.field.setValue(value)
        # The slider stays at its end for what is beyond; a whole number of Qt holds only so much.
        self.slider.setValue(round(min(max(value, low), high) * UNIT))
        for part in (self.slider, self.field):
            part.blockSignals(False)

    def _by_hand(self, value: float) -> None:
        if value != self._value:
            self.show_value(value)
            self.changed.emit(value)


def _number(text: str) -> float | None:
    """A finite number as people type one; None for anything else."""
    try:
        found = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _whole_or_part(text: str) -> float | None:
    # Whether the comma of "5,000" sets apart thousands or a fraction is not for a program to guess.
    return None if "," in text else _number(text)


def _no_number(text: str, kept: str) -> str:
    return f'"{text.strip()}" is not a number; kept {kept}.' if text.strip() else f"No number was typed; kept {kept}."


def _beyond(text: str, low: str, high: str, nearest: str) -> str:
    return f"{text.strip()} is outside {low} to {high}; set to {nearest}."
