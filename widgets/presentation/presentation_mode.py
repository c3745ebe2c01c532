"""Presentation mode: what is hidden, what is enlarged, and how all of it is restored exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QToolBar, QWidget
from shiboken6 import isValid

from widgets.controls.focus_ring import FocusRing
from widgets.maze_view.canvas import MazeCanvas
from widgets.maze_view.maze_view import MazeView, Size
from widgets.presentation.large_pointer import large_pointer
from widgets.presentation.presentation_overlay import PresentationOverlay, keys_pressed
from widgets.presentation.text_scale import ARROWS, Growth, growth
from widgets.presentation.typing_filter import is_typing
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.shell.message_bar import MessageBar


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Parts of the window that a presentation changes, besides its bars, menus and docks, which it hides.

    Attributes:
        window: goes to full screen.
        maze_view: what is presented.
        message_bar: has larger text, and is clear of the keys.
        hidden: what else is hidden.
        enlarged: what has larger text.
        shown: what is shown then alone.
        enlarge: called with the scale of text, and with None at the end, for parts that need more than a larger font.
    """

    window: QMainWindow
    maze_view: MazeView
    message_bar: MessageBar
    hidden: Sequence[QWidget]
    enlarged: Sequence[QWidget]
    enlarge: Callable[[float | None], object]
    shown: Sequence[QWidget] = ()


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

    def __init__(self, context: Context, parts: Parts) -> None:
        super().__init__(parts.window)
        self._context, self._parts, self._window = context, parts, parts.window
        self._before: Before | None = None
        self._growth: Growth | None = None
        self.stage = PresentationOverlay(context, parts.maze_view, parts.window)
        context.actions.add(
            Spec(
                id="view.presentation",
                title="Presentation",
                handler=self.set,
                keys=("F11",),
                icon="presentation",
                group="View",
                tip="Only the maze, larger, with the keys you press shown; Esc ends it.",
                checkable=True,
                words="talk slides fullscreen stage demo record screen",
            )
        )

    @property
    def on(self) -> bool:
        """True while the window is in presentation mode."""
        return self._before is not None

    def set(self, on: bool) -> None:
        """Enter presentation mode, or leave it."""
        if on and self._before is None:
            self._begin()
        elif not on and self._before is not None:
            self._end()
        self._context.actions["view.presentation"].setChecked(self.on)

    def _begin(self) -> None:
        window, view, message_bar = self._window, self._parts.maze_view, self._parts.message_bar
        chrome: list[QWidget] = [window.menuBar(), window.statusBar(), *self._parts.hidden]
        chrome += [*window.findChildren(QToolBar), *window.findChildren(QDockWidget)]
        grown: list[QWidget] = [view.legend, message_bar.label, *self._parts.enlarged]
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
        for part in self._parts.shown:
            part.show()
        window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)
        QGuiApplication.setOverrideCursor(large_pointer(window.devicePixelRatioF()))
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._cover()
        self._context.palette_changed.connect(self._grow_again)
        self.stage.show()
        self.stage.show_keys(("Esc",), "ends the presentation")
        for ring in window.findChildren(FocusRing):
            # It was reached by the keyboard; in presentation mode it has not been used yet.
            ring.hide()
        view.canvas.setFocus()

    def _end(self) -> None:
        window, before = self._window, self._before
        assert before is not None
        self._before = None
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        QGuiApplication.restoreOverrideCursor()
        self.stage.clear()
        self.stage.hide()
        self._context.palette_changed.disconnect(self._grow_again)
        self._growth = None
        self._shrink(before)
        window.setWindowState(before.state)
        if not before.state & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
            window.setGeometry(before.geometry)
        for part in self._parts.shown:
            part.hide()
        for part in before.hidden:
            part.show()
        window.restoreState(before.layout, 1)
        # Some window managers resize a moment later; panels then get their sizes in the window's own size.
        QTimer.singleShot(0, window, lambda: None if self.on else self._settle(before))
        self._give_back_keyboard(before)

    def _settle(self, before: Before) -> None:
        self._window.restoreState(before.layout, 1)
        # Panels that are laid out again let go of the keyboard.
        self._give_back_keyboard(before)

    def _give_back_keyboard(self, before: Before) -> None:
        focus = before.focus
        # It may be gone: the stack of patches can change in presentation mode.
        if focus is None or not isValid(focus) or not focus.isVisible():
            focus = self._parts.maze_view.canvas
        focus.setFocus()

    def leave_for_good(self) -> None:
        """The window closes: put everything back first, so that the remembered layout is not the presentation."""
        self.set(False)

    def _cover(self) -> None:
        self.stage.setGeometry(self._window.rect())
        self.stage.raise_()
        self._see_room()

    def _see_room(self) -> None:
        if self._before is not None and self._wanted_growth() != self._growth:
            self._grow()

    def _wanted_growth(self) -> Growth:
        view = self._parts.maze_view
        rows = 2 if view.companion is not None and len(view.canvases) > 2 else 1
        return growth(self._window, rows)

    def _place(self) -> None:
        self._see_room()
        self.stage.place_keys()

    def _grow(self) -> None:
        """Enlarge all that is to be read, as far as the window has room."""
        assert self._before is not None
        self._growth = wanted = self._wanted_growth()
        for part, font in self._before.fonts:
            part.setFont(font)
            larger = QFont(part.font())
            larger.setPointSizeF(larger.pointSizeF() * wanted.text)
            part.setFont(larger)
        self._parts.enlarge(wanted.text)
        self._parts.maze_view.enlarge(Size(ARROWS, wanted.numbers, wanted.text))
        self.stage.set_growth(wanted.keys)

    def _shrink(self, before: Before) -> None:
        for part, font in before.fonts:
            part.setFont(font)
        self._parts.enlarge(None)
        self._parts.maze_view.enlarge(Size())

    def _grow_again(self, *_: object) -> None:
        """The window's text has another size, perhaps."""
        if self._before is not None:
            self._shrink(self._before)
            self._grow()

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
        moved = kind == QEvent.Type.Resize and isinstance(watched, MazeCanvas)
        if moved or (kind == QEvent.Type.Show and watched is self._parts.message_bar):
            # Once all of them have their places.
            QTimer.singleShot(0, self.stage, self._place)
        if not isinstance(watched, QWidget) or not isinstance(event, QMouseEvent | QKeyEvent):
            return False
        if isinstance(event, QKeyEvent):
            # Each key goes first to the widget that has the keyboard, for the shortcuts, and then to all around it.
            first = kind == QEvent.Type.ShortcutOverride and watched is QApplication.focusWidget()
            shown = first and not event.isAutoRepeat() and watched.window() is window
            if shown and not is_typing(event, watched):
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
