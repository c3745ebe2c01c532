"""The menus, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from app.document import maze_edits
from app.document.view_mode import Mode
from app.maze.maze import BACKGROUNDS
from widgets.actions.canvas_tool import Tool
from widgets.services.context import Context
from widgets.style import theme

FILE = (
    "file.new",
    "file.open",
    "file.open_policy",
    "file.open_maze",
    "series.open",
    "recent",
    "",
    "file.save",
    "file.save_as",
    "",
    "file.save_maze",
    "",
    "export",
    "export.copy",
)
EXPORT = (
    "export.picture",
    "export.snapshots",
    "export.numbers",
    "export.movie",
    "",
    "export.open_last",
    "export.show_last",
)
EDIT = ("edit.undo", "edit.redo", "", "maze.copy", "maze.paste", "", "maze.toggle_cheese", "level.restore")
MAZE = (
    "maze.new",
    "tab.duplicate",
    "tab.close",
    "",
    "maze.rotate_left",
    "maze.rotate_right",
    "maze.mirror",
    "maze.flip",
    "",
    "maze.clear",
    "maze.carve",
    "",
    "tab.next",
    "tab.previous",
)
LEVEL = ("level.previous", "level.next", "level.random", "", "background")
VIEW = (
    *(f"view.{mode}" for mode in Mode),
    "",
    "view.zoom_in",
    "view.zoom_out",
    "view.fit",
    "view.fit_world",
    "",
    "compare",
    "snapshots",
    "view.each_move",
    "view.legend",
    "view.playback",
    "docks",
    "appearance",
    "text_size",
    "view.presentation",
)
HELP = ("help.definitions", "help.shortcuts", "help.tour", "view.commands", "", "help.log", "help.about")
ROLLOUT = (
    "playback.play",
    "playback.forward",
    "playback.back",
    "playback.restart",
    "",
    "playback.sampled",
    "",
    "playback.episodes.100",
    "playback.episodes.1000",
)
TRAINING = (
    "series.open",
    "series.shipped",
    "",
    "series.play",
    "series.forward",
    "series.back",
    "series.pin",
    "series.next",
    "series.next_close",
    "",
    "export.training",
    "",
    "series.close",
)
PATCHES = (
    "patches.switch",
    "",
    "patches.subtract",
    "patches.top_right",
    "patches.pin",
    "",
    "patches.subtract_here",
    "patches.top_right_here",
    "patches.pin_here",
    "",
    "patches.find",
    "",
    "sweep.bar",
    "",
    "patches.open",
    "patches.save",
    "",
    "patches.clear",
)
POLICY = ("file.open_policy", "file.default_policy", "", "device", "policy.fast_dragging")


def build_menus(
    bar: QMenuBar, context: Context, tools: Sequence[Tool], submenus: Mapping[str, Callable[[QMenu], object]]
) -> None:
    """Fill a menu bar.

    Args:
        tools: the canvas tools, each of which has an action.
        submenus: what adds the submenus "recent", "compare", "snapshots" and "docks" to a menu.
    """
    special: dict[str, Callable[[QMenu], object]] = {
        "export": lambda menu: _export(menu, context),
        "background": lambda menu: _background(menu, context),
        "appearance": lambda menu: _appearance(menu, context),
        "text_size": lambda menu: _text_size(menu, context),
        "device": lambda menu: _device(menu, context),
        **submenus,
    }
    for title, names in (
        ("&File", (*FILE, "", "file.quit")),
        ("&Edit", EDIT),
        ("&Tools", tuple(f"tool.{tool.id}" for tool in tools)),
        ("&Maze", MAZE),
        ("&Level", LEVEL),
        ("&Policy", POLICY),
        ("P&atches", PATCHES),
        ("&Rollout", ROLLOUT),
        ("T&raining", TRAINING),
        ("&View", VIEW),
        ("&Help", HELP),
    ):
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        for name in names:
            if not name:
                menu.addSeparator()
            elif name in special:
                special[name](menu)
            else:
                menu.addAction(context.actions[name])


def _export(menu: QMenu, context: Context) -> None:
    inner = menu.addMenu("Export")
    inner.setToolTipsVisible(True)
    for name in EXPORT:
        inner.addAction(context.actions[name]) if name else inner.addSeparator()


def _background(menu: QMenu, context: Context) -> None:
    inner = menu.addMenu("Background")
    group = QActionGroup(inner)
    for number in range(BACKGROUNDS):
        action = group.addAction(inner.addAction(f"Background {number}"))
        action.setCheckable(True)
        action.triggered.connect(lambda _=False, number=number: maze_edits.set_background(context.document, number))
    inner.aboutToShow.connect(lambda: group.actions()[context.document.state.maze.background].setChecked(True))


def _appearance(menu: QMenu, context: Context) -> None:
    inner = menu.addMenu("Appearance")
    group = QActionGroup(inner)
    for choice, title in theme.CHOICES.items():
        action = group.addAction(inner.addAction(title))
        action.setCheckable(True)
        action.triggered.connect(lambda _=False, choice=choice: context.set_theme(choice))
    choices = list(theme.CHOICES)
    # It may be chosen elsewhere, such as in the palette of commands.
    inner.aboutToShow.connect(lambda: group.actions()[choices.index(context.theme)].setChecked(True))


def _text_size(menu: QMenu, context: Context) -> None:
    inner = menu.addMenu("Text size")
    group = QActionGroup(inner)
    for scale in theme.TEXT_SCALES:
        action = group.addAction(inner.addAction(f"{scale:.0%}"))
        action.setCheckable(True)
        action.triggered.connect(lambda _=False, scale=scale: context.set_text_scale(scale))

    def tick() -> None:
        chosen = context.settings.get("text_scale", 1.0)
        at = theme.TEXT_SCALES.index(chosen if chosen in theme.TEXT_SCALES else 1.0)
        group.actions()[at].setChecked(True)

    inner.aboutToShow.connect(tick)


def _device(menu: QMenu, context: Context) -> None:
    inner = menu.addMenu("Compute on")
    group = QActionGroup(inner)
    inner.setEnabled(False)

    def fill(_label: str) -> None:
        engine = context.bridge.engine
        inner.clear()
        if engine is None:
            return
        chosen = context.settings.get("device", "auto")
        for key, label in engine.devices():
            action: QAction = group.addAction(inner.addAction(label))
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _=False, key=key: _choose_device(context, key))
        inner.setEnabled(True)

    context.bridge.device_changed.connect(fill)


def _choose_device(context: Context, key: str) -> None:
    context.settings.set("device", key)
    context.bridge.set_device(key)
