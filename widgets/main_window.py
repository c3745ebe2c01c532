"""The window: puts its parts together. What each part does is in its own file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QToolBar, QToolButton, QVBoxLayout, QWidget

from app.document import maze_edits
from app.document.document import State
from app.maze.maze import Square
from widgets.actions.maze_actions import register_maze
from widgets.actions.menus import build_menus
from widgets.actions.window_actions import register_early, register_levels, register_window
from widgets.controls.error_dialog import ErrorDialog
from widgets.controls.tab_order import ReadingOrder
from widgets.exporting import Exports
from widgets.features import Around
from widgets.files.drop_overlay import DropSign
from widgets.files.opening import Files
from widgets.maze_view.compare import Compare
from widgets.maze_view.maze_view import MazeView
from widgets.maze_view.tools import TOOLS
from widgets.playback import Playback
from widgets.presentation.overlay_placement import canvas_room
from widgets.services.context import Context
from widgets.services.level_requests import Levels
from widgets.services.log_file import log_error
from widgets.services.vector_file_watcher import VectorWatch
from widgets.session.unsaved_changes import unsaved_work
from widgets.shell.docks import Docks
from widgets.shell.layout_memory import LayoutMemory
from widgets.shell.level_bar import LevelBar
from widgets.shell.maze_tabs import MazeTabs
from widgets.shell.message_bar import MessageBar
from widgets.shell.status_bar import Status
from widgets.shell.view_switch import ViewSwitch

ICON_HEIGHT = 1.35
"""Side of an icon in heights of a line of text."""


class MainWindow(ReadingOrder, QMainWindow):
    """A maze in the middle, its level above, tools at the left, panels at the right, numbers below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("main")
        self.setAcceptDrops(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AnimatedDocks
        )
        self._last_cheese: Square | None = context.document.state.maze.cheese
        self.files = Files(context, self)
        self.levels = Levels(context, self)
        context.actions.attach(self)
        register_early(context)
        register_levels(context, self)
        self.level_bar = LevelBar(context, self.levels)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.level_bar)
        self.maze_view = MazeView(context)
        self.message_bar = MessageBar(context)
        self.view_switch = ViewSwitch(context)
        self.tabs = MazeTabs(context)
        self._build_centre()
        self.drop_sign = DropSign(context, self)
        register_window(context, self)
        register_maze(context, self)
        self.compare = Compare(context, self)
        self._build_tools()
        self.docks = Docks(self, context)
        self.status = Status(context)
        self.setStatusBar(self.status)
        self.around = Around(context, self)
        self.playback = Playback(context, self)
        self.exports = Exports(context, self)
        self.vector_watch = VectorWatch(context)
        self.vector_watch.changed.connect(self._vectors_changed)
        build_menus(self, context)
        self.maze_view.legend.setVisible(context.settings.flag("legend", True))
        self.maze_view.menu_wanted.connect(self._show_menu)
        context.reported.connect(self._report)
        context.succeeded.connect(self.message_bar.forget)
        context.document.changed.connect(self._document_changed)
        context.document.history_changed.connect(self._show_title)
        self.files.path_changed.connect(self._show_title)
        self.files.vector_kept.connect(self._show_vector)
        self._show_title()
        self._dress_bars()
        context.palette_changed.connect(lambda _: self._dress_bars())
        room = self.screen().availableGeometry()
        self.resize(min(1480, room.width() - 40), min(980, room.height() - 60))
        arranged = bool(context.settings.get("layout"))
        self.layout_memory = LayoutMemory(context, self, self.docks)
        # The stage is nothing to come back to.
        self.layout_memory.paused = lambda: self.around.presentation.on
        # Once the window and its text have their sizes.
        if not arranged:
            QTimer.singleShot(0, self, self.docks.share_out)
        QTimer.singleShot(0, self, self.docks.settle)
        QTimer.singleShot(0, self, self.docks.lift_floating)
        context.palette_changed.connect(lambda _: QTimer.singleShot(0, self, self.docks.settle))
        self.keyboard_home = self.maze_view.canvas
        self.keyboard_home.setFocus()

    # -- what users do here

    def toggle_cheese(self) -> None:
        """Take the cheese away, or put it back where it last was (or on the nearest square it can be on)."""
        document = self.context.document
        maze = document.state.maze
        if maze.cheese is not None:
            maze_edits.remove_cheese(document)
            return
        places = [(int(row), int(col)) for row, col in maze.squares if (int(row), int(col)) != maze.mouse]
        wanted = self._last_cheese or document.state.tab.generated.cheese or maze.top_right
        if places:
            nearest = min(places, key=lambda at: abs(at[0] - wanted[0]) + abs(at[1] - wanted[1]))
            maze_edits.move_cheese(document, nearest)
        else:
            self.context.notice("There is no open square for the cheese.")

    def show_legend(self, shown: bool) -> None:
        """Show or hide the legend, and remember it."""
        self.maze_view.legend.setVisible(shown)
        self.context.settings.set("legend", shown)

    # -- building

    def _build_centre(self) -> None:
        self._page = centre = QWidget()
        self.centre = column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        over = QHBoxLayout()
        over.setContentsMargins(10, 7, 10, 4)
        over.addStretch(1)
        over.addWidget(self.view_switch)
        over.addStretch(1)
        column.addLayout(over)
        column.addWidget(self.maze_view, 1)
        self.message_bar.lie_over(self.maze_view, self.maze_view.legend, lambda: canvas_room(self.maze_view, centre))
        self.setCentralWidget(centre)

    def _build_tools(self) -> None:
        actions = self.context.actions
        bar = QToolBar("Tools")
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        bar.setOrientation(Qt.Orientation.Vertical)
        for name in (*(f"tool.{tool.id}" for tool in TOOLS), "", "maze.toggle_cheese", "", "edit.undo", "edit.redo"):
            if not name:
                bar.addSeparator()
                continue
            bar.addAction(actions[name])
            button = bar.widgetForAction(actions[name])
            assert isinstance(button, QToolButton)
            button.setAccessibleName(actions.spec(name).title)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self.tool_bar = bar

    def _dress_bars(self) -> None:
        """Icons as large as the text wants them, and names for the buttons Qt puts on a bar that is too short."""
        side = round(self.fontMetrics().height() * ICON_HEIGHT)
        for bar in (self.level_bar, self.tool_bar):
            bar.setIconSize(QSize(side, side))
            for button in bar.findChildren(QToolButton):
                button.setIconSize(QSize(side, side))
            for button in bar.findChildren(QToolButton, "qt_toolbar_ext_button"):
                button.setAccessibleName("More")
                button.setToolTip("More")
                # A pixmap: Qt asks this button's icon for one without any size.
                button.setIcon(QIcon(self.context.icon("chevron-double-right").pixmap(16, 16)))
                # As wide as Qt makes it, whatever the size of text.
                button.setIconSize(QSize(12, 12))

    def _show_menu(self, square: Square, place: QPoint) -> None:
        document, view = self.context.document, self.context.view
        maze = document.state.maze
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        thing = square in (maze.mouse, maze.cheese)
        if maze.is_open(square) and square != maze.cheese:
            menu.addAction("Inspect this square", lambda: view.inspect(None if square == maze.mouse else square))
            menu.addSeparator()
        if not thing:
            if maze.is_open(square):
                menu.addAction("Put the cheese here", lambda: maze_edits.move_cheese(document, square))
                menu.addAction("Put the mouse here", lambda: maze_edits.move_mouse(document, square))
            title = "Open this square" if maze.is_wall(square) else "Wall this square"
            menu.addAction(title, lambda: maze_edits.paint_walls(document, (square,), not maze.is_wall(square)))
            menu.addSeparator()
        menu.addAction(self.context.actions["maze.toggle_cheese"])
        menu.addAction(self.context.actions["level.restore"])
        menu.popup(place)

    # -- what happens behind

    def _document_changed(self, old: State, new: State) -> None:
        if new.maze.cheese is not None:
            self._last_cheese = new.maze.cheese
        del old
        self._show_title()

    def _show_title(self) -> None:
        document = self.context.document
        path = self.files.session_path
        name = path.stem if path is not None else document.state.tab.title
        self.setWindowTitle(f"{name}[*] — Mazescope")
        self.setWindowModified(unsaved_work(document, path is not None))

    def _show_vector(self, path: Path) -> None:
        self.docks.vectors.show_file(path)
        if not self.around.presentation.on:
            self.docks.bring("vectors")

    def _vectors_changed(self) -> None:
        self.playback.player.outdate()
        self.playback.beside.outdate()
        self.context.bridge.refresh()
        if self.maze_view.companion is not None:
            self.maze_view.companion.bridge.refresh()

    def _report(self, kind: str, sentence: str, details: str, about: str) -> None:
        if kind == "error":
            log_error(sentence, details)
        if details:
            ErrorDialog.show_for(self, sentence, details)
        else:
            self.message_bar.say(kind, sentence, about=about)

    # -- Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = _files_of(event)
        if paths:
            _copy(event)
            self.drop_sign.show_over(self._page.geometry(), len(paths))

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_sign.hide()
        _copy(event)
        self.files.open_paths(_files_of(event))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.layout_memory.close()
        self.compare.stop()
        self.context.close()
        super().closeEvent(event)


def _copy(event: QDropEvent) -> None:
    """Take what is dropped as a copy: where the other program believes it moved, it may delete the file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def _files_of(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
