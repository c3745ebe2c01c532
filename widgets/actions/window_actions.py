"""The window's own actions: undo, tools, views, levels, files and zoom. Panels and features add theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtGui import QActionGroup

from app.document import maze_edits
from app.document.entry_wording import entry_title
from app.document.view_mode import Mode
from widgets.actions.canvas_tool import Tool
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.level_requests import Levels

TOOL = "tool"
"""The setting that keeps the selected tool."""

POLICY = "checkpoint network model weights agent load default"

VIEWS = {
    Mode.ORIGINAL: ("arrow-right-thin", "The policy without patches.", "before unpatched baseline field"),
    Mode.PATCHED: (
        "arrow-right-bold",
        "The policy under the stack of patches.",
        "after intervention ablated steered effect field",
    ),
    Mode.DIFFERENCE: ("delta", "Patched minus original.", "delta change effect before after field"),
    Mode.SIDE_BY_SIDE: (
        "view-column-outline",
        "All three, with linked zoom.",
        "compare all three before after field",
    ),
}
"""Icon, tip and search words of each view."""


class FileActions(Protocol):
    """Opening and saving, as the File menu asks for it."""

    def ask_open(self, kind: str = "any") -> None: ...
    def open_default_policy(self) -> None: ...
    def save(self) -> bool: ...
    def ask_save(self) -> bool: ...
    def ask_save_maze(self) -> bool: ...


class Zoomable(Protocol):
    """The maze view, as the View menu asks for it."""

    def zoom(self, factor: float) -> None: ...
    def fit(self, *, whole_world: bool = False) -> None: ...


def register_undo(context: Context) -> None:
    """Undo and redo, each with the name of the change that it takes back or repeats."""
    document = context.document

    def undo_title() -> str:
        done = document.history.done
        return f"Undo {_lower(entry_title(done[-1]))}" if done else "Undo"

    def redo_title() -> str:
        undone = document.history.undone
        return f"Redo {_lower(entry_title(undone[0]))}" if undone else "Redo"

    context.actions.add(
        Spec(
            id="edit.undo",
            title="Undo",
            title_now=undo_title,
            handler=document.undo,
            keys=("Ctrl+Z",),
            icon="undo",
            group="Edit",
            tip="Undo the last change.",
            enabled_when=lambda: bool(document.history.done) or document.history.dragging,
        )
    )
    context.actions.add(
        Spec(
            id="edit.redo",
            title="Redo",
            title_now=redo_title,
            handler=document.redo,
            keys=("Ctrl+Shift+Z", "Ctrl+Y"),
            icon="redo",
            group="Edit",
            tip="Redo the last undone change.",
            enabled_when=lambda: bool(document.history.undone),
        )
    )


def register_tools(context: Context, tools: Sequence[Tool]) -> None:
    """One action for each canvas tool; the one in hand is checked, and remembered for the next start."""
    view, settings = context.view, context.settings
    ids = [tool.id for tool in tools]
    if settings.get(TOOL) in ids:
        view.set_tool(str(settings.get(TOOL)))
    specs = [
        Spec(
            id=f"tool.{tool.id}",
            title=tool.title,
            handler=lambda _on, tool=tool: view.set_tool(tool.id),
            keys=(tool.key,),
            icon=tool.icon,
            group="Tools",
            tip=f"{tool.title}: {tool.status}",
            checkable=True,
            words=tool.words,
        )
        for tool in tools
    ]
    check = _add_choice(context, specs, f"tool.{view.tool}")
    view.tool_changed.connect(lambda tool: check(f"tool.{tool}"))
    view.tool_changed.connect(lambda tool: settings.set(TOOL, tool))


def register_views(context: Context) -> None:
    """One action for each view mode; the one shown is checked."""
    view = context.view
    specs = []
    for number, mode in enumerate(Mode, start=1):
        icon, tip, words = VIEWS[mode]
        specs.append(
            Spec(
                id=f"view.{mode}",
                title=mode.label,
                handler=lambda _on, mode=mode: view.set_mode(mode),
                keys=(str(number),),
                icon=icon,
                group="View",
                tip=tip,
                checkable=True,
                words=words,
            )
        )
    check = _add_choice(context, specs, f"view.{view.mode}")
    view.mode_changed.connect(lambda mode: check(f"view.{mode}"))
    each_move = context.actions.add(
        Spec(
            id="view.each_move",
            title="Arrow for each move",
            handler=lambda on: view.set_arrows(replace(view.arrows, each_move=on)),
            icon="arrow-all",
            group="View",
            tip="Four arrows a square, each as long as its move is probable, instead of their sum.",
            checkable=True,
            words="components action four probabilities net",
        ),
        checked=view.arrows.each_move,
    )
    view.arrows_changed.connect(lambda look: each_move.setChecked(look.each_move))


def register_levels(context: Context, levels: Levels) -> None:
    """Actions of the level bar."""
    document = context.document
    for spec in (
        Spec(
            id="level.previous",
            title="Previous level",
            handler=lambda: levels.step(-1),
            keys=("Ctrl+Left", "PgUp"),
            icon="chevron-left",
            group="Level",
            words="seed back",
        ),
        Spec(
            id="level.next",
            title="Next level",
            handler=lambda: levels.step(1),
            keys=("Ctrl+Right", "PgDown"),
            icon="chevron-right",
            group="Level",
            words="seed forward",
        ),
        Spec(
            id="level.random",
            title="Random level",
            handler=levels.shuffle,
            keys=("Ctrl+R",),
            icon="dice-5-outline",
            group="Level",
            tip="Open a random seed's level.",
            words="seed new dice shuffle procgen maze",
        ),
        Spec(
            id="level.restore",
            title="Back to the level as generated",
            handler=lambda: maze_edits.back_to_level(document),
            keys=("Ctrl+Shift+R",),
            icon="restore",
            group="Level",
            tip="Undo every edit of this maze at once.",
            words="revert reset original undo all",
            enabled_when=lambda: document.state.tab.maze != document.state.tab.generated,
        ),
    ):
        context.actions.add(spec)


def register_files(context: Context, files: FileActions, quit_program: Callable[[], object]) -> None:
    """Opening, saving and leaving."""
    for spec in (
        Spec(
            id="file.open",
            title="Open…",
            handler=files.ask_open,
            keys=("Ctrl+O",),
            icon="folder-open-outline",
            group="File",
            tip="Open any file.",
        ),
        Spec(
            id="file.open_policy",
            title="Open policy…",
            handler=lambda: files.ask_open("policy"),
            keys=("Ctrl+Shift+O",),
            icon="brain",
            group="File",
            words=POLICY,
        ),
        Spec(
            id="file.open_maze",
            title="Open maze…",
            handler=lambda: files.ask_open("maze"),
            icon="grid",
            group="File",
        ),
        Spec(
            id="file.default_policy",
            title="Shipped policy",
            handler=files.open_default_policy,
            group="File",
            tip="Open the shipped policy.",
            words=POLICY,
        ),
        Spec(
            id="file.save",
            title="Save session",
            handler=files.save,
            keys=("Ctrl+S",),
            icon="content-save-outline",
            group="File",
        ),
        Spec(
            id="file.save_as",
            title="Save session as…",
            handler=files.ask_save,
            keys=("Ctrl+Shift+S",),
            group="File",
        ),
        Spec(
            id="file.save_maze",
            title="Save maze…",
            handler=files.ask_save_maze,
            group="File",
            tip="Save the maze in front as a file.",
            words="export ascii text json",
        ),
        Spec(id="file.quit", title="Quit", handler=quit_program, keys=("Ctrl+Q",), group="File"),
    ):
        context.actions.add(spec)


def register_zoom(context: Context, view: Zoomable, show_legend: Callable[[bool], object]) -> None:
    """Register choices of the part of the world in sight, and of the legend."""
    for spec in (
        Spec(
            id="view.zoom_in",
            title="Zoom in",
            handler=lambda: view.zoom(1.25),
            keys=("Ctrl++", "Ctrl+="),
            icon="magnify-plus-outline",
            group="View",
        ),
        Spec(
            id="view.zoom_out",
            title="Zoom out",
            handler=lambda: view.zoom(0.8),
            keys=("Ctrl+-",),
            icon="magnify-minus-outline",
            group="View",
        ),
        Spec(
            id="view.fit",
            title="Fit the maze",
            handler=lambda: view.fit(),
            keys=("Ctrl+0",),
            icon="fit-to-screen-outline",
            group="View",
        ),
        Spec(
            id="view.fit_world",
            title="Fit the world",
            handler=lambda: view.fit(whole_world=True),
            keys=("Ctrl+9",),
            group="View",
        ),
    ):
        context.actions.add(spec)
    context.actions.add(
        Spec(
            id="view.legend",
            title="Legend",
            handler=show_legend,
            keys=("L",),
            group="View",
            tip="How to read the arrows.",
            checkable=True,
        ),
        checked=context.settings.flag("legend", True),
    )


def _add_choice(context: Context, specs: Sequence[Spec], checked: str) -> Callable[[str], None]:
    """Register actions of which one is always checked; a second click on it leaves it so. Returns what checks one."""
    group = QActionGroup(context.actions)
    for spec in specs:
        group.addAction(context.actions.add(spec, checked=spec.id == checked))
    return lambda name: context.actions[name].setChecked(True)


def _lower(verb: str) -> str:
    return verb[:1].lower() + verb[1:]
