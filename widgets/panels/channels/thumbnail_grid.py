"""All channels of a layer in one scrolling, custom-painted widget."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from app.drawing.palette import LIGHT, Palette
from widgets.controls.channel_painter import Pixel, paint_switch
from widgets.controls.key_overrides import DIGITS, PAGES, OwnKeys
from widgets.panels.channels.grid_geometry import Geometry
from widgets.panels.channels.layer_activations_view import Shown
from widgets.panels.channels.thumbnail_cells import CellPainter
from widgets.style.theme import number_font


class ChannelGrid(OwnKeys, QAbstractScrollArea):
    """Pictures (or bars, for a layer without pixels) of any number of channels, of which only visible ones are painted.

    A click or Enter enlarges; a click on the corner button, or with Ctrl or Shift, or Space switches. Arrows move,
    digits go to a channel. Bars have nothing to enlarge: there every click switches.

    Signals:
        toggled(tuple): these channels shall be switched off, or on again.
        enlarged(int): this channel shall be shown large.
        pixel_hovered(object): the activation pixel (row, column) under the pointer, row 0 on top, or None.
        menu_wanted(int, object, QPoint): a context menu for a channel and a pixel or None, at a place on the screen.
    """

    toggled = Signal(object)
    enlarged = Signal(int)
    pixel_hovered = Signal(object)
    menu_wanted = Signal(int, object, QPoint)
    own_keys = DIGITS | PAGES | {Qt.Key.Key_Space}

    def __init__(self, palette: Palette = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._shown: Shown | None = None
        self._cells: CellPainter | None = None
        self._size = 1.0
        self._current = 0
        self._pointer: int | None = None
        self._pressed: int | None = None
        self._anchor: int | None = None
        self._pixel: Pixel | None = None
        self._typed = ""
        self._typing = QTimer(self, singleShot=True, interval=900)
        self._typing.timeout.connect(self._forget_typed)
        self._geometry = Geometry(0, 1, 8, 8, 4, 8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Channels")

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_channels(self, shown: Shown | None) -> None:
        """Show other numbers, another order or other marks; the place scrolled to stays where it can."""
        other_layer = shown is None or self._shown is None or shown.layer != self._shown.layer
        current = self.current
        self._shown = shown
        if shown is not None and current is not None and not other_layer:
            # The keys stay on their channel when it moves to another place.
            places = np.flatnonzero(shown.order == current)
            # Another policy's layer of that name may have fewer channels.
            self._current = int(places[0]) if len(places) else 0
        if other_layer:
            self._current, self._anchor = 0, None
            self.verticalScrollBar().setValue(0)
        self._cells = None if shown is None else CellPainter(shown, self._palette)
        self._lay_out()
        self._describe()

    @property
    def shown(self) -> Shown | None:
        """The channels shown now."""
        return self._shown

    @property
    def current(self) -> int | None:
        """The channel that keys act on."""
        if self._shown is None or not len(self._shown.order):
            return None
        return int(self._shown.order[min(self._current, len(self._shown.order) - 1)])

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self._cells = None if self._shown is None else CellPainter(self._shown, palette)
        self._lay_out()

    def set_thumbnail_size(self, size: float) -> None:
        """Scale the pictures: 1 is the usual size."""
        self._size = size
        self._lay_out()

    def set_marked_pixel(self, pixel: Pixel | None) -> None:
        """Ring this activation pixel in every picture."""
        if pixel != self._pixel:
            self._pixel = pixel
            self.viewport().update()

    def picture_rect(self, channel: int) -> QRect:
        """The rectangle of a channel's picture (or bar) in the viewport now."""
        assert self._shown is not None
        place = int(np.flatnonzero(self._shown.order == channel)[0])
        rect = self._geometry.square(place) if self._shown.side else self._geometry.cell(place)
        return rect.translated(0, -self.verticalScrollBar().value())

    def switch_rect(self, channel: int) -> QRect:
        """The rectangle of the corner button that switches a channel, in the viewport now."""
        return self._button(self.picture_rect(channel))

    def go_to(self, channel: int) -> None:
        """Make a channel the current one and scroll to it; a number no channel has does nothing."""
        if self._shown is not None:
            places = np.flatnonzero(self._shown.order == channel)
            if len(places):
                self._move_to(int(places[0]))

    # --- layout -----------------------------------------------------------------------------------------------------

    def _unit(self) -> int:
        return QFontMetrics(self.font()).height()

    def _lay_out(self) -> None:
        count = 0 if self._shown is None else len(self._shown.order)
        width, unit = self.viewport().width(), self._unit()
        if self._shown is not None and not self._shown.side:
            self._geometry = Geometry.bars(count, width, int(14 * unit * self._size), int(unit * 1.25), 3)
        else:
            smallest = int(3.5 * max(unit, 14) * self._size)
            self._geometry = Geometry.pictures(count, width, smallest, unit + 1, max(4, unit // 3))
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(12, (self._geometry.cell_height + self._geometry.gap) // 2))
        bar.setRange(0, max(0, self._geometry.height - self.viewport().height()))
        if self._cells is not None:
            self._cells.set_picture(self._geometry.picture, self.devicePixelRatioF())
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def sizeHint(self) -> QSize:
        unit = self._unit()
        return QSize(18 * unit, 16 * unit)

    def minimumSizeHint(self) -> QSize:
        unit = self._unit()
        return QSize(8 * unit, 5 * unit)

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._palette.panel))
        if self._shown is None or self._cells is None:
            return
        top = self.verticalScrollBar().value()
        painter.setFont(number_font(self.font(), 0.86))
        for place in self._geometry.visible(top + event.rect().top(), top + event.rect().bottom()):
            cell = self._geometry.cell(place).translated(0, -top)
            channel = int(self._shown.order[place])
            if self._shown.side:
                square = QRect(cell.x(), cell.y(), self._geometry.picture, self._geometry.picture)
                self._cells.picture(painter, square, channel, self._unit(), self._pixel)
                if place == self._pointer or (place == self._current and self.hasFocus()):
                    off = self._shown.mark(channel).off
                    paint_switch(painter, self._button(square), self._palette, off=off)
            else:
                self._cells.bar(painter, cell, channel)
            if place == self._current and self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(self._palette.focus), 2))
                painter.drawRoundedRect(QRectF(cell).adjusted(-2, -2, 2, 2), 3, 3)

    def _button(self, square: QRect) -> QRect:
        side = max(16, min(int(self._unit() * 1.25), square.width() // 2))
        return QRect(square.right() - side - 1, square.y() + 2, side, side)

    # --- pointer ----------------------------------------------------------------------------------------------------

    def _place_at(self, point: QPoint) -> int | None:
        if self._shown is None:
            return None
        return self._geometry.place_at(point.x(), point.y() + self.verticalScrollBar().value())

    def _pixel_at(self, point: QPoint, place: int | None) -> Pixel | None:
        if place is None or self._shown is None or not self._shown.side:
            return None
        square = self._geometry.square(place).translated(0, -self.verticalScrollBar().value())
        if not square.contains(point):
            return None
        unit = square.width() / self._shown.side
        return int((point.y() - square.y()) / unit), int((point.x() - square.x()) / unit)

    def _on_button(self, point: QPoint, place: int) -> bool:
        if self._shown is None or not self._shown.side:
            return False
        square = self._geometry.square(place).translated(0, -self.verticalScrollBar().value())
        return self._button(square).contains(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        place = self._place_at(point)
        self._point_at(place)
        self.pixel_hovered.emit(self._pixel_at(point, place))
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        self.pixel_hovered.emit(None)
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place_at(event.pos())
            if place is None or self._shown is None:
                QToolTip.hideText()
            else:
                channel = int(self._shown.order[place])
                text = self._shown.sentence(channel, self._pixel_at(event.pos(), place))
                enlarge = "Click or Enter: enlarge. Corner" if self._shown.side else "Click"
                text += f"\n{enlarge} or Space: switch off and on. Right-click: more."
                QToolTip.showText(event.globalPos(), text, self)
            return True
        if event.type() == QEvent.Type.Leave:
            self.leaveEvent(event)
        return bool(super().viewportEvent(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint())
        self._pressed = place if event.button() == Qt.MouseButton.LeftButton else None
        if place is not None:
            self._current = place
            self._describe()
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two clicks in a row on a switch are two switches, not something else.
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        place, pressed = self._place_at(point), self._pressed
        self._pressed = None
        if event.button() != Qt.MouseButton.LeftButton or place is None or place != pressed or self._shown is None:
            return
        modifiers = event.modifiers()
        whole_range = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        chosen = whole_range or bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if chosen or self._on_button(point, place) or not self._shown.side:
            self._toggle(place, whole_range)
        else:
            self.enlarged.emit(int(self._shown.order[place]))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._shown is None or self.current is None:
            return
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            middle = self.picture_rect(self.current).center()
            self.menu_wanted.emit(self.current, None, self.viewport().mapToGlobal(middle))
            return
        place = self._place_at(event.pos())
        if place is not None:
            channel = int(self._shown.order[place])
            self.menu_wanted.emit(channel, self._pixel_at(event.pos(), place), event.globalPos())

    def _point_at(self, place: int | None) -> None:
        if place != self._pointer:
            self._pointer = place
            self.viewport().update()

    def _toggle(self, place: int, whole_range: bool) -> None:
        assert self._shown is not None
        start = self._anchor if whole_range and self._anchor is not None else place
        self._anchor = place
        first, last = sorted((start, place))
        self.toggled.emit(tuple(int(channel) for channel in self._shown.order[first : last + 1]))

    # --- keys -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        channel = self.current
        if channel is None or self._shown is None:
            super().keyPressEvent(event)
            return
        key, columns = event.key(), self._geometry.columns
        page = columns * max(1, self.viewport().height() // (self._geometry.cell_height + self._geometry.gap))
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -self._geometry.count,
            Qt.Key.Key_End: self._geometry.count,
        }
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if not plain:
            super().keyPressEvent(event)
        elif key in moves:
            target = self._current + moves[Qt.Key(key)]
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not 0 <= target < self._geometry.count:
                return
            self._move_to(target)
        elif key == Qt.Key.Key_Space:
            self._toggle(self._current, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._shown.side:
            self.enlarged.emit(channel)
        elif event.text().isdecimal():
            self._typed += event.text()
            self._typing.start()
            self.go_to(int(self._typed))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _forget_typed(self) -> None:
        self._typed = ""

    def _move_to(self, place: int) -> None:
        self._current = max(0, min(place, self._geometry.count - 1))
        bar, cell = self.verticalScrollBar(), self._geometry.cell(self._current)
        if cell.top() - self._geometry.gap < bar.value():
            bar.setValue(cell.top() - self._geometry.gap)
        elif cell.bottom() + self._geometry.gap > bar.value() + self.viewport().height():
            bar.setValue(cell.bottom() + self._geometry.gap - self.viewport().height())
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        channel = self.current
        words = "" if self._shown is None or channel is None else self._shown.sentence(channel)
        self.setAccessibleDescription(words)
