"""A coach mark: the window dims but for one part, and a card next to it explains that part."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.services.context import Context

ROOM = 6
"""Pixels between the part and the light around it."""
GAP = 12
"""Pixels between the light and the card."""
EDGE = 12
"""Pixels between the card and the window's edge."""


class Dots(QWidget):
    """Progress of the tour as dots."""

    def __init__(self, context: Context, count: int) -> None:
        super().__init__()
        self._context, self._count, self._at = context, count, 0
        self.setFixedSize(16 * count, 12)

    def show_step(self, at: int) -> None:
        """Light another dot."""
        self._at = at
        self.setAccessibleName(f"Step {at + 1} of {self._count}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(self._count):
            palette = self._context.palette
            painter.setBrush(QColor(palette.accent if number == self._at else palette.border))
            painter.drawEllipse(QRectF(16 * number + 2, 2, 8, 8))


class Card(QFrame):
    """Title, a few sentences, and the way on."""

    def __init__(self, context: Context, parent: QWidget, count: int) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.title, self.text = QLabel(), QLabel()
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self.title.setFont(font)
        self.text.setWordWrap(True)
        self.dots = Dots(context, count)
        self.skip, self.back, self.next = QPushButton("Skip"), QPushButton("Back"), QPushButton("Next")
        self.skip.setProperty("flat", True)
        self.next.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.dots)
        row.addStretch(1)
        for button in (self.skip, self.back, self.next):
            button.setAutoDefault(True)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(2)
        column.addLayout(row)
        self.setFixedWidth(round(self.fontMetrics().averageCharWidth() * 50))


class CoachMark(QWidget):
    """Overlay on the whole window; the part it points at stays usable, and Esc ends it.

    Signals:
        left(): the user wants to see no more.
        moved(int): one step on (1) or back (-1).
    """

    left = Signal()
    moved = Signal(int)

    def __init__(self, context: Context, window: QWidget, steps: int) -> None:
        super().__init__(window)
        self._context, self._window, self._steps = context, window, steps
        self._targets: Callable[[], list[list[QWidget]]] = list
        self._lights: list[QRect] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card = Card(context, self, steps)
        self.setFocusProxy(self.card.next)
        self.card.skip.clicked.connect(self.left)
        self.card.back.clicked.connect(lambda: self.moved.emit(-1))
        self.card.next.clicked.connect(lambda: self.moved.emit(1))
        # Panels settle after they were shown, so the light follows a moment later as well.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(60)
        self._settle.timeout.connect(self.place)
        window.installEventFilter(self)
        context.palette_changed.connect(self.update)

    def point(self, at: int, title: str, text: str, targets: Callable[[], list[list[QWidget]]]) -> None:
        """Show step `at`; a light falls on each group of widgets that `targets` gives."""
        self._targets = targets
        self.card.title.setText(title)
        self.card.text.setText(text)
        self.card.dots.show_step(at)
        self.card.back.setVisible(at > 0)
        last = at == self._steps - 1
        self.card.skip.setVisible(not last)
        self.card.next.setText("Done" if last else "Next")
        self.setAccessibleName(f"Tour, step {at + 1} of {self._steps}: {title}")
        self.setAccessibleDescription(text)
        self.show()
        self.raise_()
        self.place()
        self._settle.start()
        self.card.next.setFocus()

    def place(self) -> None:
        """Cover the window as it is now, the lights on its parts, the card next to them."""
        self.setGeometry(self._window.rect())
        targets, before = self._targets(), self._lights
        self._lights = [light for group in targets if not (light := self._around(group)).isNull()]
        # What is lit can be used: clicks there fall through to it.
        mask = QRegion(self.rect())
        for light in self._lights:
            mask = mask.subtracted(QRegion(light.adjusted(3, 3, -3, -3)))
        self._place_card()
        self.setMask(mask | QRegion(self.card.geometry()))
        self.update()
        if self._lights != before:
            # A part uncovered by the shade keeps it until it is painted again, and Qt does not ask for that.
            for part in (part for group in targets for part in group):
                for inner in (part, *part.findChildren(QWidget)):
                    inner.update()

    def _around(self, widgets: list[QWidget]) -> QRect:
        light = QRect()
        for widget in widgets:
            if widget.isVisible() and widget.window() is self._window:
                place = widget.mapTo(self._window, widget.rect().topLeft())
                light = light.united(QRect(place, widget.size()))
        return light if light.isNull() else light.adjusted(-ROOM, -ROOM, ROOM, ROOM).intersected(self.rect())

    def _place_card(self) -> None:
        """Next to a light where there is room, covering none; else in the corner of the last one."""
        card, whole = self.card, self.rect()
        card.adjustSize()
        width, height = card.width(), card.height()
        if not self._lights:
            card.move((whole.width() - width) // 2, (whole.height() - height) // 2)
            return
        inside = whole.adjusted(EDGE - 1, EDGE - 1, 1 - EDGE, 1 - EDGE)
        for light in self._lights:
            x = min(max(light.center().x() - width // 2, EDGE), whole.width() - width - EDGE)
            y = min(max(light.center().y() - height // 2, EDGE), whole.height() - height - EDGE)
            for place in (
                QPoint(light.right() + GAP, y),
                QPoint(x, light.bottom() + GAP),
                QPoint(light.left() - GAP - width, y),
                QPoint(x, light.top() - GAP - height),
            ):
                spot = QRect(place, card.size())
                if inside.contains(spot) and not any(spot.intersects(other) for other in self._lights):
                    card.move(place)
                    return
        corner = self._lights[-1].bottomRight() - QPoint(width + GAP, height + GAP)
        card.move(max(corner.x(), EDGE), max(corner.y(), EDGE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._context.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self._lit(1)
        veil = QPainterPath()
        veil.addRect(QRectF(self.rect()))
        shade = QColor("#000000")
        shade.setAlphaF(0.55 if palette.name == "dark" else 0.38)
        painter.fillPath(veil.subtracted(self._lit(0)), shade)
        painter.strokePath(lit, QPen(QColor(palette.accent), 2.5))

    def _lit(self, inset: float) -> QPainterPath:
        """The lights as one outline: where two meet, no edge of either runs through the other."""
        whole = QPainterPath()
        for light in self._lights:
            part = QPainterPath()
            part.addRoundedRect(QRectF(light).adjusted(inset, inset, -inset, -inset), 10, 10)
            whole = whole.united(part)
        return whole.simplified()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moved.emit(1)
        elif event.key() == Qt.Key.Key_Left:
            self.moved.emit(-1)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the window's size; Esc that nothing else wanted ends it."""
        if watched is self._window and self.isVisible():
            if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
                self._settle.start()
            elif (
                isinstance(event, QKeyEvent)
                and event.type() == QEvent.Type.KeyPress
                and event.key() == Qt.Key.Key_Escape
            ):
                self.left.emit()
                return True
        return False
