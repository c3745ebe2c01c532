"""The presentation overlay: keys pressed, a ring around the pointer, and its clicks, painted over the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.controls.keycaps import caps_size, paint_caps, split_keys
from widgets.maze_view.decision_numbers import Numbers
from widgets.maze_view.maze_view import MazeView
from widgets.maze_view.overlay_note import Note
from widgets.maze_view.square_readout import Readout
from widgets.presentation.overlay_placement import canvas_room, clearest, mazes_in
from widgets.services.context import Context
from widgets.shell.message_bar import MessageBar

SHOWN_FOR = 1_600
"""Milliseconds that keys stay in sight after they were pressed."""
CLICK_FOR = 420
RING = 26
"""Pixels from the pointer to the ring around it."""
NAMES = {
    Qt.Key.Key_Left: "←",
    Qt.Key.Key_Right: "→",
    Qt.Key.Key_Up: "↑",
    Qt.Key.Key_Down: "↓",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Escape: "Esc",
}
MODIFIER_KEYS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_unknown,
)
BUTTONS = {
    Qt.MouseButton.LeftButton: "",
    Qt.MouseButton.RightButton: "Right button",
    Qt.MouseButton.MiddleButton: "Middle button",
}


def keys_pressed(key: int, modifiers: Qt.KeyboardModifier) -> tuple[str, ...]:
    """The keys as they are called; none while only Shift, Ctrl or Alt is down."""
    if Qt.Key(key) in MODIFIER_KEYS:
        return ()
    held = QKeySequence(modifiers.value).toString(QKeySequence.SequenceFormat.NativeText)
    name = NAMES.get(Qt.Key(key)) or QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return (*split_keys(held.rstrip("+")), name) if name else ()


class PresentationOverlay(QWidget):
    """Overlay on the window that receives no events and hides nothing."""

    def __init__(self, context: Context, maze_view: MazeView, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._view = context, maze_view
        self._growth = 1.9
        self.keys: tuple[str, ...] = ()
        self.note = ""
        self._times = 1
        self._corner: int | None = None
        self._card = QRectF()
        self._pointer: QPointF | None = None
        self._down = False
        self._click: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._keys_go, self._click_goes = (
            self._timer(SHOWN_FOR, self._forget_keys),
            self._timer(CLICK_FOR, self._settle),
        )
        self.hide()

    def _timer(self, milliseconds: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    def show_keys(self, keys: tuple[str, ...], note: str = "") -> None:
        """Show keys as pressed, with a note next to them; the same ones again count."""
        if keys:
            again = keys == self.keys and self._keys_go.isActive()
            self._times = self._times + 1 if again else 1
            self.keys, self.note = keys, note
            if not self._keys_go.isActive():
                self._corner = None
            self._keys_go.start()
            self.place_keys()

    def set_growth(self, growth: float) -> None:
        """Size of the keys, in terms of the window's text."""
        self._growth = growth
        self.place_keys()

    @property
    def keys_place(self) -> QRectF:
        """The rectangle of the keys, in this widget's pixels."""
        return self._card

    def place_keys(self) -> None:
        """Put the keys over the canvases where they cover least of the mazes, and no card; they stay while they can."""
        if not self.keys:
            return
        view = self._view
        room, size = canvas_room(view, self), self._card_size()
        self._corner, place = clearest(size, room, mazes_in(view, self), self._cards(), self._corner)
        self._card = QRectF(place)
        self.update()

    def _card_size(self) -> QSize:
        font, small = self._fonts()
        wide = QFontMetricsF(small).horizontalAdvance(self._said) + 16 if self._said else 0
        size = caps_size(self.keys, font)
        return QSize(round(size.width() + wide + 36), round(size.height() + 20))

    def _cards(self) -> list[QRect]:
        """Words over the canvases."""
        window = self.window()
        kinds: tuple[type[QWidget], ...] = (Readout, Numbers, Note, MessageBar)
        cards = [card for kind in kinds for card in window.findChildren(kind)]
        return [QRect(card.mapTo(window, QPoint()), card.size()) for card in cards if card.isVisible()]

    def show_pointer(self, at: QPointF) -> None:
        """The pointer is here, in this widget's pixels."""
        old, self._pointer = self._pointer, at
        for place in (old, at):
            if place is not None:
                self.update(self._around(place))

    def press(self, at: QPointF, button: Qt.MouseButton) -> None:
        """A button of the mouse went down."""
        self._down, self._click = True, at
        self.show_pointer(at)
        if BUTTONS.get(button):
            self.show_keys((BUTTONS[button],))
        self._click_goes.stop()

    def release(self) -> None:
        """Take note that the button was released."""
        self._down = False
        self._click_goes.start()
        self.update()

    def clear(self) -> None:
        """Show nothing any more."""
        self._keys_go.stop()
        self._click_goes.stop()
        self.keys, self.note, self._pointer, self._click, self._down = (), "", None, None, False

    def _forget_keys(self) -> None:
        self.keys, self.note = (), ""
        self.update()

    def _settle(self) -> None:
        self._click = None
        self.update()

    @staticmethod
    def _around(at: QPointF) -> QRect:
        return QRectF(at.x() - 2 * RING, at.y() - 2 * RING, 4 * RING, 4 * RING).toAlignedRect()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._pointer is not None:
            self._paint_pointer(painter, self._pointer)
        if self.keys:
            self._paint_keys(painter)

    def _paint_pointer(self, painter: QPainter, at: QPointF) -> None:
        accent = QColor(self._context.palette.accent)
        clicked = self._down or self._click is not None
        fill = QColor(accent)
        fill.setAlphaF(0.34 if self._down else 0.12)
        radius = RING * (0.72 if self._down else 1.0)
        painter.setBrush(fill)
        painter.setPen(QPen(accent, 3 if clicked else 1.6))
        painter.drawEllipse(at, radius, radius)
        if self._click is not None and not self._down:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            faint = QColor(accent)
            faint.setAlphaF(0.5)
            painter.setPen(QPen(faint, 3))
            painter.drawEllipse(self._click, RING * 1.5, RING * 1.5)

    def _paint_keys(self, painter: QPainter) -> None:
        palette = self._context.palette
        font, small = self._fonts()
        card = self.keys_place
        back = QColor(palette.panel_raised)
        back.setAlphaF(0.94)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.setBrush(back)
        painter.drawRoundedRect(card, 14, 14)
        inside = card.adjusted(18, 0, -18, 0)
        caps = QRectF(inside.topLeft(), QSizeF(caps_size(self.keys, font).width(), inside.height()))
        paint_caps(painter, caps, self.keys, font, palette)
        painter.setFont(small)
        painter.setPen(QColor(palette.text_muted))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._said)

    @property
    def _said(self) -> str:
        return self.note or (f"× {self._times}" if self._times > 1 else "")

    def _fonts(self) -> tuple[QFont, QFont]:
        """Of the keys, and of what is next to them."""
        font, small = QFont(self.font()), QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * self._growth)
        font.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(small.pointSizeF() * max(1.0, 0.85 * self._growth))
        return font, small
