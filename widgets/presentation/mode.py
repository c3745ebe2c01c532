"""Going on stage and coming back: what is hidden, what grows, and how all of it returns exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QToolBar, QWidget
from shiboken6 import isValid

from widgets.actions import Spec
from widgets.context import Context
from widgets.maze_view.view import Size
from widgets.presentation.pointer import large_pointer
from widgets.presentation.stage import Stage, keys_pressed

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

THICKER = 1.55
LARGER = 1.6
LARGER_TEXT = 1.25


@dataclass
class Before:
    """The window as it was."""

    layout: QByteArray
    geometry: QRect
    state: Qt.WindowState
    hidden: list[QWidget]
    fonts: list[tuple[QWidget, QFont]]
    focus: QWidget | None


class Presentation(QObject):
    """F11 begins, F11 or Esc ends."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._before: Before | None = None
        self.stage = Stage(context, window)
        context.actions.add(
            Spec(
                "view.presentation",
                "Presentation",
                self.set,
                ("F11",),
                "presentation",
                "View",
                "Only the maze, larger, with the keys you press shown; Esc ends it.",
                checkable=True,
            )
        )

    @property
    def on(self) -> bool:
        """Whether the window is on stage."""
        return self._before is not None

    def set(self, on: bool) -> None:
        """Go on stage, or come back."""
        if on and self._before is None:
            self._begin()
        elif not on and self._before is not None:
            self._end()
        self._context.actions["view.presentation"].setChecked(self.on)

    def _begin(self) -> None:
        window, view = self._window, self._window.maze_view
        chrome: list[QWidget] = [window.menuBar(), window.statusBar()]
        chrome += [*window.findChildren(QToolBar), *window.findChildren(QDockWidget)]
        # What came of a rollout is part of what is shown; the buttons are not.
        bar = window.playback.bar
        chrome += [window.view_switch, bar.controls]
        grown: list[QWidget] = [view.legend, *bar.verdicts.labels, *bar.others.labels]
        self._before = Before(
            window.saveState(1),
            window.geometry(),
            window.windowState(),
            [part for part in chrome if not part.isHidden()],
            [(part, part.font()) for part in grown],
            window.focusWidget(),
        )
        for part in self._before.hidden:
            part.hide()
        for part, font in self._before.fonts:
            larger = QFont(font)
            larger.setPointSizeF(font.pointSizeF() * LARGER_TEXT)
            part.setFont(larger)
        view.enlarge(Size(THICKER, LARGER, LARGER_TEXT))
        window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)
        QGuiApplication.setOverrideCursor(large_pointer(window.devicePixelRatioF()))
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._cover()
        self.stage.show()
        self.stage.show_keys(("Esc",), "ends the presentation")
        view.canvas.setFocus()

    def _end(self) -> None:
        window, view, before = self._window, self._window.maze_view, self._before
        assert before is not None
        self._before = None
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        QGuiApplication.restoreOverrideCursor()
        self.stage.clear()
        self.stage.hide()
        view.enlarge(Size())
        for part, font in before.fonts:
            part.setFont(font)
        window.setWindowState(before.state)
        if not before.state & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
            window.setGeometry(before.geometry)
        for part in before.hidden:
            part.show()
        window.restoreState(before.layout, 1)
        # Some window managers resize a moment later; panels then get their sizes in the window's own size.
        QTimer.singleShot(0, window, lambda: None if self.on else window.restoreState(before.layout, 1))
        # It may be gone: the stack of patches can change on stage.
        if before.focus is not None and isValid(before.focus):
            before.focus.setFocus()

    def leave_for_good(self) -> None:
        """The window closes: put everything back first, so that what is remembered is not the stage."""
        self.set(False)

    def _cover(self) -> None:
        self.stage.setGeometry(self._window.rect())
        self.stage.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows keys and clicks; Esc that nothing else wanted ends the presentation."""
        kind = event.type()
        window = self._window
        if watched is window:
            if kind == QEvent.Type.Resize:
                self._cover()
            elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self.set(False)
                return True
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QMouseEvent | QKeyEvent):
            return False
        if isinstance(event, QKeyEvent):
            # Each key comes first to the widget that has the keyboard, for the shortcuts, and then to all around it.
            first = kind == QEvent.Type.ShortcutOverride and watched is QApplication.focusWidget()
            if first and not event.isAutoRepeat() and watched.window() is window:
                self.stage.show_keys(keys_pressed(event.key(), event.modifiers()))
            return False
        if watched.window() is window:
            at = self.stage.mapFromGlobal(event.globalPosition())
            if kind == QEvent.Type.MouseMove:
                self.stage.show_pointer(at)
            elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self.stage.press(at, event.button())
            elif kind == QEvent.Type.MouseButtonRelease:
                self.stage.release()
        return False
