"""The open mazes as tabs; hidden while there is only one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QTabBar, QToolButton, QWidget

from app.document import maze_edits
from app.document.document import OpenMaze, State
from widgets.services.clipboard import copy_maze
from widgets.services.context import Context

EDITED = "Edited: differs from the level as it was generated, or the maze as it was opened (Ctrl+Shift+R restores it)"
"""Meaning of the pencil on a tab. It says nothing of what is saved: the window's title does."""

ICON_HEIGHT = 1.0
"""Side of the pencil in heights of a line of text."""

MANY = 8
"""Tabs that come and go at once, of which the bar is hidden meanwhile."""

MOST_BUTTONS = 20
"""Tabs that have a button to close each; of more only the one in front has it, and a middle click closes any."""

CLOSE = 0.8
"""Side of the closing cross, as a part of that."""


class MazeTabs(QTabBar):
    """Reflects the document's mazes: click to show, drag to reorder, double click to rename, a button to close.

    A pencil is on the tabs of mazes that differ from their level.

    Signals:
        compare_wanted(int): the maze of this id shall be next to the one in front.
    """

    compare_wanted = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setAccessibleName("Open mazes")
        self.setDocumentMode(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self._looks: dict[int, tuple[object, ...]] = {}
        self.currentChanged.connect(self._chosen)
        self.tabMoved.connect(self._moved)
        self.tabBarDoubleClicked.connect(self._rename)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        context.document.changed.connect(self._document_changed)
        context.palette_changed.connect(self._rebuild)
        self._rebuild()

    def step(self, by: int) -> None:
        """Show the next (1) or previous (-1) maze, round and round."""
        mazes = self._context.document.state.mazes
        if len(mazes) > 1:
            self._end_drag()
            maze_edits.show_maze(self._context.document, mazes[(self.currentIndex() + by) % len(mazes)].id)

    def close_current(self) -> None:
        """Close the maze in front; the last one stays."""
        self._end_drag()
        maze_edits.close_maze(self._context.document, self._context.document.state.active)

    def _end_drag(self) -> None:
        """A drag under way belongs to the maze that is being left; going through several tabs still is one undo."""
        if self._context.document.history.dragging:
            self._context.document.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.count():
            # The pencils and crosses are as large as the text.
            self._rebuild()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.MiddleButton and self.tabAt(event.position().toPoint()) >= 0:
            self._close(self._id(self.tabAt(event.position().toPoint())))

    def _document_changed(self, old: State, new: State) -> None:
        if old.active != new.active or old.mazes is not new.mazes:
            self._update()

    def _rebuild(self, *_: object) -> None:
        """Show every tab again, in the colours and the size of text of now."""
        self._looks.clear()
        side = round(self.fontMetrics().height() * ICON_HEIGHT)
        self.setIconSize(QSize(side, side))
        self._update()

    def _update(self) -> None:
        """Show what has changed: tabs that are as they were are not touched."""
        state = self._context.document.state
        shown = [self._id(at) for at in range(self.count())]
        wanted = [tab.id for tab in state.mazes]
        same = _alike(shown, wanted)
        tail = _alike(shown[same:][::-1], wanted[same:][::-1])
        gone, added = len(shown) - tail - same, len(wanted) - tail - same
        keyboard = self.hasFocus()
        with QSignalBlocker(self):
            if gone + added and max(len(shown), len(wanted)) > MANY:
                # In sight, every tab that is opened, closed or named places all others again.
                self.hide()
            for at in reversed(range(same, same + gone)):
                self._looks.pop(shown[at], None)
                self.removeTab(at)
            for at in range(same, same + added):
                self.insertTab(at, "")
                self.setTabData(at, wanted[at])
            for at, tab in enumerate(state.mazes):
                look = _look(tab)
                if self._looks.get(tab.id) != look:
                    self._looks[tab.id] = look
                    self._dress(at, tab)
                if tab.id == state.active:
                    self.setCurrentIndex(at)
            self._place_buttons()
        self.setVisible(len(state.mazes) > 1)
        if keyboard and self.isVisible():
            self.setFocus()

    def _dress(self, at: int, tab: OpenMaze) -> None:
        edited = tab.maze != tab.generated
        pencil = self._context.icon("pencil-outline", self._context.palette.text_muted)
        self.setTabText(at, tab.title.replace("&", "&&"))
        if edited or not self.tabIcon(at).isNull():
            self.setTabIcon(at, pencil if edited else QIcon())
        self.setAccessibleTabName(at, f"{tab.title}, edited" if edited else tab.title)
        about = f"{tab.title}: {tab.maze.world_name} world, {tab.maze.dim} × {tab.maze.dim}"
        self.setTabToolTip(at, f"{about}\n{EDITED}" if edited else about)
        if self._has_button(at):
            self._add_button(at, tab.id, tab.title)

    def _place_buttons(self) -> None:
        """A button to close on every tab, or of very many on the one in front alone: each button costs all others."""
        state = self._context.document.state
        few = len(state.mazes) <= MOST_BUTTONS
        for at, tab in enumerate(state.mazes):
            wanted = few or tab.id == state.active
            if wanted and not self._has_button(at):
                self._add_button(at, tab.id, tab.title)
            elif not wanted and self._has_button(at):
                button = self.tabButton(at, QTabBar.ButtonPosition.RightSide)
                self.setTabButton(at, QTabBar.ButtonPosition.RightSide, None)
                button.deleteLater()

    def _has_button(self, at: int) -> bool:
        return self.tabButton(at, QTabBar.ButtonPosition.RightSide) is not None

    def _add_button(self, at: int, number: int, title: str) -> None:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIcon(self._context.icon("close", self._context.palette.text_muted))
        button.setIconSize(self.iconSize() * CLOSE)
        button.setToolTip(f"Close {title}")
        button.setAccessibleName(f"Close {title}")
        button.clicked.connect(lambda: self._close(number))
        old = self.tabButton(at, QTabBar.ButtonPosition.RightSide)
        self.setTabButton(at, QTabBar.ButtonPosition.RightSide, button)
        if old is not None:
            # It may be the one whose click brought us here.
            old.deleteLater()

    def _id(self, at: int) -> int:
        return int(self.tabData(at))

    def _chosen(self, at: int) -> None:
        if at >= 0 and self._id(at) != self._context.document.state.active:
            maze_edits.show_maze(self._context.document, self._id(at))

    def _moved(self, _from: int, to: int) -> None:
        maze_edits.move_maze(self._context.document, self._id(to), to)

    def _close(self, number: int) -> None:
        maze_edits.close_maze(self._context.document, number)

    def _rename(self, at: int) -> None:
        if at < 0:
            return
        number, title = self._id(at), self._context.document.state.mazes[at].title
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename maze")
        dialog.setLabelText("Title")
        dialog.setTextValue(title)
        for field in dialog.findChildren(QLineEdit):
            field.setAccessibleName("Title")
        dialog.textValueSelected.connect(
            lambda text: maze_edits.rename_maze(self._context.document, number, text.strip())
        )
        dialog.open()

    def _menu(self, place: QPoint) -> None:
        at = self.tabAt(place)
        if at < 0:
            return
        document, number = self._context.document, self._id(at)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename…", lambda: self._rename(at))
        menu.addAction("Duplicate", lambda: maze_edits.duplicate_maze(document, number))
        menu.addAction("Copy as text", lambda: self._copy(number))
        tab = next(tab for tab in document.state.mazes if tab.id == number)
        back = menu.addAction("Back to the level as generated", lambda: maze_edits.back_to_level(document, number))
        back.setEnabled(tab.maze != tab.generated)
        beside = menu.addAction("Compare with this one", lambda: self.compare_wanted.emit(number))
        beside.setEnabled(number != document.state.active and self._context.bridge.engine is not None)
        menu.addSeparator()
        menu.addAction("Close", lambda: maze_edits.close_maze(document, number))
        others = menu.addAction("Close the others", lambda: maze_edits.close_others(document, number))
        others.setEnabled(self.count() > 1)
        menu.popup(self.mapToGlobal(place))

    def _copy(self, number: int) -> None:
        copy_maze(next(tab.maze for tab in self._context.document.state.mazes if tab.id == number))
        self._context.notice("Copied the maze; as text, too.")


def _look(tab: OpenMaze) -> tuple[object, ...]:
    """The look of a tab."""
    return (tab.title, tab.maze != tab.generated, tab.maze.world, tab.maze.dim)


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """Number of items that two lists begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
