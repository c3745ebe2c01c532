"""The main window: makes its parts, gives each what it needs, and lays them out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRegularExpression, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon
from PySide6.QtWidgets import QMainWindow, QToolBar, QToolButton, QVBoxLayout, QWidget

from app.errors import shown
from app.maze.maze import Square
from widgets.actions import window_actions
from widgets.actions.fast_dragging import register_fast_dragging
from widgets.actions.maze_actions import register_maze
from widgets.actions.menus import build_menus
from widgets.controls.error_dialog import ErrorDialog
from widgets.controls.tab_order import ReadingOrder
from widgets.controls.wrapping_row import WrappingRow
from widgets.exporting.exports import Exports
from widgets.features import Features
from widgets.files.drop_overlay import DropSign, copy_dropped, files_of
from widgets.files.opening import Files
from widgets.files.recent_menu import RecentMenu
from widgets.help.tour import Parts as TourParts
from widgets.maze_view.compare import Compare
from widgets.maze_view.gain_choice import GainChoice
from widgets.maze_view.maze_view import MazeView
from widgets.maze_view.shown_layer import SquareLayers
from widgets.maze_view.square_menu import show_square_menu
from widgets.maze_view.tools import TOOLS
from widgets.maze_view.under_choice import UnderChoice
from widgets.panels.channels.channels_panel import ChannelsPanel
from widgets.panels.history_panel import HistoryPanel
from widgets.panels.inspector.inspector_panel import InspectorPanel
from widgets.panels.patches.patches_panel import PatchesPanel
from widgets.panels.policy_panel import PolicyPanel
from widgets.panels.vectors.vectors_panel import VectorsPanel
from widgets.playback.playback import Playback
from widgets.playback.space_key import SpaceKeeper
from widgets.playback.sweep_bar import SweepBar
from widgets.playback.sweep_player import SweepPlayer
from widgets.playback.training_series import TrainingSeries
from widgets.presentation.overlay_placement import message_room
from widgets.presentation.presentation_mode import Parts as PresentationParts
from widgets.services.context import Context
from widgets.services.crash_log import CrashLog
from widgets.services.level_requests import Levels
from widgets.services.log_file import log_error
from widgets.services.topics import Topic
from widgets.services.vector_file_watcher import VectorWatch
from widgets.session.crash_safety import Safety
from widgets.session.unsaved_changes import unsaved_work
from widgets.shell.docks import Docks, Panel
from widgets.shell.layout_memory import LayoutMemory, first_size
from widgets.shell.level_bar import LevelBar
from widgets.shell.maze_tabs import MazeTabs
from widgets.shell.message_bar import MessageBar
from widgets.shell.message_place import MessagePlace
from widgets.shell.source_caption import SourceLine, window_title
from widgets.shell.status_bar import Status
from widgets.shell.view_switch import ViewSwitch
from widgets.studies.explain_panel import ExplainPanel
from widgets.style import theme

ICON_HEIGHT = 1.35
"""Side of an icon in heights of a line of text."""


class MainWindow(ReadingOrder, QMainWindow):
    """A maze in the middle, its level above, tools at the left, panels at the right, numbers below."""

    @theme.dressed_at_the_end()
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
        self._build_parts()
        self._build_centre()
        self._build_tools()
        self._build_docks()
        self._build_features()
        self._connect()
        self._show_title()
        self._dress_bars()
        self._restore_layout()
        self.maze_view.canvas.setFocus()

    @property
    def keyboard_home(self) -> QWidget | None:
        """The first maze in sight; each view has another. While the window is built there is none."""
        return self.maze_view.canvas if hasattr(self, "maze_view") else None

    # -- building

    def _build_parts(self) -> None:
        """The parts, and the actions that they show: those come before the part."""
        context = self.context
        self.files = Files(context, self)
        self.levels = Levels(context, self)
        context.actions.attach(self)
        window_actions.register_undo(context)
        window_actions.register_tools(context, TOOLS)
        window_actions.register_views(context)
        window_actions.register_levels(context, self.levels)
        self.level_bar = LevelBar(context, self.levels)
        self.maze_view = MazeView(context)
        self.source_line = SourceLine(context)
        self.message_bar = MessageBar(context)
        self.view_switch = ViewSwitch(context)
        self.gain = GainChoice(context)
        # Each view shows or hides it; in a presentation, where views change too, its place is hidden.
        self._gain_place = WrappingRow(self.gain)
        self.square_layers = SquareLayers(context, self.maze_view.picture)
        self.under_choice = UnderChoice(context, self.square_layers)
        self.tabs = MazeTabs(context)
        window_actions.register_files(context, self.files, self.close)
        window_actions.register_zoom(context, self.maze_view, self._show_legend)
        register_maze(context, self.tabs, self)
        register_fast_dragging(context)
        self.compare = Compare(context, self.maze_view, self.files, self)
        self.tabs.compare_wanted.connect(self.compare.with_maze)
        self.playback = Playback(context, self.maze_view)
        self.training = TrainingSeries(context, self.compare, self.files)
        self.sweep_bar = SweepBar(context, SweepPlayer(context, self))
        self.exports = Exports(context, self.maze_view, self.playback.shown, self.training.series, self)
        self.vector_watch = VectorWatch(context)
        self.status = Status(context, TOOLS)

    def _build_centre(self) -> None:
        self._page = centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        over = WrappingRow(self.view_switch, WrappingRow(self._gain_place, self.under_choice, space=8), space=8)
        over.setContentsMargins(10, 7, 10, 4)
        column.addWidget(over)
        column.addWidget(self.source_line)
        column.addWidget(self.maze_view, 1)
        column.addWidget(self.training.bar)
        column.addWidget(self.sweep_bar)
        column.addWidget(self.playback.bar)
        MessagePlace(self.message_bar, self.maze_view, [self.maze_view.stage], self._message_room)
        self.maze_view.legend.setVisible(self.context.settings.flag("legend", True))
        self.setCentralWidget(centre)
        self.setStatusBar(self.status)
        self.drop_sign = DropSign(self.context, self)

    def _build_tools(self) -> None:
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.level_bar)
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

    def _build_docks(self) -> None:
        context = self.context
        self.patches_panel, self.vectors_panel = PatchesPanel(context), VectorsPanel(context)
        self.explain_panel = ExplainPanel(context)
        panels = (
            Panel(
                name="patches",
                title="Patches",
                widget=self.patches_panel,
                words="stack coefficient ablation ablate zero mean resample scale steering effect interventions slider",
                place=0,
                high_place=0,
                share=480,
            ),
            Panel(
                name="policy",
                title="Policy",
                widget=PolicyPanel(context),
                words="checkpoint network model weights layers",
                place=0,
                high_place=0,
            ),
            Panel(
                name="channels",
                title="Channels",
                widget=ChannelsPanel(context),
                words="activations features neurons layer ablate ablation zero",
                place=1,
                high_place=1,
                share=365,
            ),
            Panel(
                name="inspector",
                title="Inspector",
                widget=InspectorPanel(context),
                words="probabilities logits value square numbers",
                place=1,
                high_place=2,
                share=300,
            ),
            Panel(
                name="vectors",
                title="Vectors",
                widget=self.vectors_panel,
                words="activation addition steering steer probe directions cosine library",
                place=1,
                high_place=1,
            ),
            Panel(
                name="explain",
                title="Explain",
                widget=self.explain_panel,
                words="why study curve gates push outcome response which stage bends",
                place=0,
                high_place=1,
            ),
            Panel(
                name="history",
                title="History",
                widget=HistoryPanel(context),
                words="undo list",
                place=1,
                high_place=2,
            ),
        )
        self.docks = Docks(self, context, panels)
        self.docks.register()

    def _build_features(self) -> None:
        """Make the parts around and over the others, and the menus, which show the actions of all."""
        context, bar = self.context, self.playback.bar
        self.features = Features(
            context,
            self.files,
            PresentationParts(
                window=self,
                maze_view=self.maze_view,
                message_bar=self.message_bar,
                # The outcome of a rollout is part of what is shown; the buttons are not.
                hidden=(self.view_switch, self._gain_place, *self.under_choice.controls, bar.controls),
                enlarged=(self.tabs, self.source_line, self.maze_view.outcome, *bar.labels),
                enlarge=self._enlarge,
                shown=(self.source_line,),
            ),
            TourParts(
                window=self,
                maze_view=self.maze_view,
                docks=self.docks,
                tool_bar=self.tool_bar,
                view_switch=self.view_switch,
            ),
        )
        SpaceKeeper(self)
        submenus = {
            "recent": lambda menu: RecentMenu.add_to(menu, self.files, context),
            "compare": self.compare.add_to,
            "snapshots": self.features.snapshots.add_to,
            "docks": self.docks.add_to,
        }
        build_menus(self.menuBar(), context, TOOLS, submenus)

    def _enlarge(self, scale: float | None) -> None:
        """Larger text of a presentation, for what needs more than a larger font."""
        self.playback.bar.set_stage_scale(scale)
        self.docks.enlarge("explain", scale)

    def _connect(self) -> None:
        context = self.context
        self.vector_watch.changed.connect(self._vectors_changed)
        self.maze_view.menu_wanted.connect(self._show_menu)
        context.reported.connect(self._report)
        context.offered.connect(self.message_bar.offer)
        context.succeeded.connect(self.message_bar.forget)
        context.document.changed.connect(self._show_title)
        context.document.history_changed.connect(self._show_title)
        self.files.path_changed.connect(self._show_title)
        self.files.vector_kept.connect(self._show_vector)
        context.palette_changed.connect(self._dress_bars)

    def _restore_layout(self) -> None:
        """Window and panels as they were at the last start, and within this screen."""
        context = self.context
        self.resize(first_size(self.screen().availableGeometry().size()))
        arranged = bool(context.settings.get("layout"))
        self.layout_memory = LayoutMemory(context, self, self.docks)
        # A presentation is nothing to come back to.
        self.layout_memory.paused = lambda: self.features.presentation.on
        # Once the window and its text have their sizes.
        if not arranged:
            QTimer.singleShot(0, self, self.docks.share_out)
        QTimer.singleShot(0, self, self.docks.settle)
        QTimer.singleShot(0, self, self.docks.lift_floating)
        context.palette_changed.connect(self._settle_soon)

    def _settle_soon(self, *_: object) -> None:
        """Once the text has its new size, the panels fit it."""
        QTimer.singleShot(0, self, self.docks.settle)

    def keep_safe(self, state_folder: Path, crash_log: CrashLog | None = None) -> Safety:
        """Autosave into a folder from now on, and tell of the last crash.

        Args:
            crash_log: this run's own, which knows of earlier crashes.
        """
        features = self.features
        safety = Safety(self.context, self.files, features.sessions, self.message_bar, self, state_folder, crash_log)
        # The tour's mazes and patches are not the user's work.
        features.tour.begins.connect(safety.hold)
        features.tour.ended.connect(safety.go_on)
        return safety

    def _dress_bars(self, *_: object) -> None:
        """Icons as large as the text wants them, and names for the buttons Qt puts on a bar that is too short."""
        side = round(self.fontMetrics().height() * ICON_HEIGHT)
        for bar in (self.level_bar, self.tool_bar):
            bar.setIconSize(QSize(side, side))
            for button in bar.findChildren(QToolButton):
                button.setIconSize(QSize(side, side))
        for button in self.findChildren(QToolButton, QRegularExpression("^qt_(tool|menu)bar_ext_button$")):
            button.setAccessibleName("More")
            button.setToolTip("More")
            # A pixmap: Qt asks for one without any size. As wide as Qt makes the button, whatever the size of text.
            button.setIcon(QIcon(self.context.icon("chevron-double-right").pixmap(16, 16)))
            button.setIconSize(QSize(12, 12))

    # -- reactions

    def _show_menu(self, square: Square, place: QPoint) -> None:
        show_square_menu(self.context, square, place, self)

    def _show_legend(self, shown: bool) -> None:
        self.maze_view.legend.setVisible(shown)
        self.context.settings.set("legend", shown)

    def _show_title(self, *_: object) -> None:
        document = self.context.document
        path = self.files.session_path
        name = shown(path.stem) if path is not None else document.state.tab.title
        self.setWindowTitle(window_title(name, document.state))
        self.setWindowModified(unsaved_work(document, path is not None))

    def _show_vector(self, path: Path) -> None:
        self.vectors_panel.show_file(path)
        if not self.features.presentation.on:
            self.docks.bring("vectors")

    def _vectors_changed(self) -> None:
        self.playback.outdate()
        self.context.bridge.refresh()
        if self.maze_view.companion is not None:
            self.maze_view.companion.bridge.refresh()

    def _message_room(self) -> QRect:
        return message_room(self.maze_view, self._page, self.message_bar)

    def _report(self, kind: str, sentence: str, details: str, about: str) -> None:
        if kind == "error":
            log_error(sentence, details)
        if details:
            ErrorDialog.show_for(self, sentence, details, defect=about != Topic.FILES)
        else:
            self.message_bar.say(kind, sentence, about=about)

    # -- Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = files_of(event)
        if paths:
            copy_dropped(event)
            self.drop_sign.show_over(self._page.geometry(), len(paths))

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_sign.hide()
        copy_dropped(event)
        self.files.open_paths(files_of(event))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.layout_memory.close()
        self.compare.stop()
        self.context.close()
        super().closeEvent(event)
