"""Picture of one level with its arrows, over the window next to the list whose row is under the pointer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

from app.document.view_mode import Mode
from app.maze.levels import SeededLevel
from app.number_format import fixed
from widgets.controls.panel_parts import Elided, column, muted
from widgets.services.context import Context
from widgets.style.theme import enlarge

LINES: Final = 17
"""Lines of text that the picture is high."""

PATIENCE: Final = 60
"""Milliseconds that the pointer rests on a row before its level is computed."""

GAP: Final = 12
"""Pixels between the list and the picture."""


class LevelPreview(QFrame):
    """A thumbnail of a level under the window's patches. It takes no mouse and no keyboard.

    Args:
        context: the services.
        host: the list or page that it is about; the picture is in its window, next to it.
    """

    def __init__(self, context: Context, host: QWidget) -> None:
        super().__init__(host)
        self._context, self._host = context, host
        self._level: SeededLevel | None = None
        self._points = 0.0
        self.setObjectName("preview")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Level under the pointer")
        self.caption, self.note = Elided(), muted()
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        layout = column(self, 8, 4)
        for part in (self.caption, self.picture, self.note):
            layout.addWidget(part)
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE)
        self._soon.timeout.connect(self._want)
        context.level_pictures.arrived.connect(self._picture_came)
        context.level_pictures.outdated.connect(self._refresh)
        host.installEventFilter(self)
        self.hide()

    @property
    def level(self) -> SeededLevel | None:
        """The level that is shown, or about to be."""
        return self._level

    @property
    def side(self) -> int:
        """Side of the picture, in pixels of the layout."""
        return LINES * QFontMetrics(self.font()).height()

    def show_level(self, level: SeededLevel | None, caption: str = "") -> None:
        """Show a level as soon as its field is there; None for none."""
        self._level = level
        if level is None:
            self._soon.stop()
            self._context.level_pictures.want("preview", (), self._pixels)
            self.hide()
            return
        self.caption.setText(caption or level.name)
        points = self._host.font().pointSizeF()
        if points != self._points:
            # The host's text may be another than the window's: on stage it is larger.
            self._points = points
            usual = QApplication.font().pointSizeF()
            enlarge(self, None if points == usual else points / usual)
        image, fresh = self._context.level_pictures.picture(level, self._pixels)
        if image is None or not fresh:
            self._soon.start()
        if image is not None:
            self._refresh()
        else:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The picture goes with its host, which may be hidden under a pointer at rest."""
        if event.type() == QEvent.Type.Hide and watched is self._host and self._level is not None:
            self.show_level(None)
        return super().eventFilter(watched, event)

    @property
    def _pixels(self) -> int:
        return round(self.side * self._host.devicePixelRatioF())

    def _want(self) -> None:
        if self._level is not None and self._host.isVisible():
            self._context.level_pictures.want("preview", (self._level,), self._pixels)

    def _picture_came(self, level: SeededLevel) -> None:
        if level == self._level:
            self._refresh()

    def _refresh(self) -> None:
        level = self._level
        if level is None or not self._host.isVisible():
            return
        pictures = self._context.level_pictures
        image, fresh = pictures.picture(level, self._pixels)
        if image is None:
            return
        image = image.copy()
        image.setDevicePixelRatio(self._host.devicePixelRatioF())
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.picture.setFixedSize(self.side, self.side)
        self.note.setText(self._shown_field(level) if fresh else "Computing…")
        self._place()

    def _shown_field(self, level: SeededLevel) -> str:
        field = self._context.level_pictures.field(level)
        if field is None:
            return ""
        from app.drawing.figure import decision_numbers
        from app.drawing.small_field import shown_mode
        from app.maze.routes import decision_square

        role = shown_mode(field, self._context.view.mode)
        words = {Mode.ORIGINAL: "Original", Mode.PATCHED: "Patched", Mode.DIFFERENCE: "Difference"}[role]
        chances = decision_numbers(field, decision_square(field.request.maze))
        if not chances:
            return f"{words}; no decision square"
        both = [fixed(chance) for chance in (chances[0].before, chances[0].after) if chance is not None]
        return f"{words}; P(cheese) {' → '.join(both)}"

    def _place(self) -> None:
        window = self._host.window()
        self.adjustSize()
        left = self._host.mapTo(window, QPoint(0, 0)).x()
        right = left + self._host.width()
        # Left of the list, else right of it: the list stays in sight.
        inside = left - GAP - self.width() >= 0 or right + GAP + self.width() <= window.width()
        # A panel that floats has no room next to its list: there the picture is next to the panel, outside its window.
        kind = Qt.WindowType.Widget if inside else Qt.WindowType.ToolTip
        if self.parentWidget() is not window or self.windowType() != kind:
            self.setParent(window, kind)
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        room = window.rect() if inside else window.screen().availableGeometry()
        if not inside:
            left, right = window.frameGeometry().left(), window.frameGeometry().right() + 1
        pointer = window.mapFromGlobal(self.cursor().pos()) if inside else self.cursor().pos()
        x = left - GAP - self.width() if left - GAP - self.width() >= room.left() else right + GAP

        def place() -> None:
            frame = self.frameGeometry()
            y = min(max(room.top(), pointer.y() - frame.height() // 2), room.bottom() + 1 - frame.height())
            self.move(min(x, room.right() + 1 - frame.width()), max(room.top(), y))

        place()
        self.raise_()
        self.show()
        # As a window it may have a frame, which is known once it is shown.
        place()
