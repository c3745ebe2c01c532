"""The window's actions, registered in one place; panels add their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup

from app.document import maze_edits
from widgets.maze_view.tools import TOOL_BY_ID, TOOLS
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.view_state import MODE_TITLES, MODES

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


TOOL = "tool"
"""The setting that keeps the tool in hand."""

TOOL_WORDS = {
    "wall": "draw paint pencil erase",
    "fill": "bucket",
    "cheese": "goal reward target move",
    "mouse": "agent player start move",
    "pin": "pin steer retargeting set value channels intervention",
    "select": "pointer inspect arrow",
    "pan": "hand scroll move view",
}
"""What else the tools are looked for by."""

POLICY = "checkpoint network model weights agent load default"

MODE_WORDS = {
    "original": "before unpatched baseline field",
    "patched": "after intervention ablated steered effect field",
    "difference": "delta change effect before after field",
    "side_by_side": "compare all three before after field",
}
"""What else the views are looked for by."""


def register_early(context: Context) -> None:
    """Actions that the tool bars show; they are there before the window's parts are."""
    actions, document, view = context.actions, context.document, context.view
    actions.add(
        Spec("edit.undo", "Undo", document.undo, ("Ctrl+Z",), "undo", "Edit", "Take back the last change."),
        enabled=False,
    )
    actions.add(
        Spec("edit.redo", "Redo", document.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Edit", "Do it again."),
        enabled=False,
    )
    # One of each is always chosen: a second click on it leaves it so.
    tools, modes = QActionGroup(actions), QActionGroup(actions)
    _remember_tool(context)
    for tool in TOOLS:
        action = actions.add(
            Spec(
                f"tool.{tool.id}",
                tool.title,
                lambda _on, tool=tool: view.set_tool(tool.id),
                (tool.key,),
                tool.icon,
                "Tools",
                f"{tool.title}: {tool.status}",
                checkable=True,
                words=TOOL_WORDS.get(tool.id, ""),
            ),
            checked=view.tool == tool.id,
        )
        tools.addAction(action)
    icons = ("arrow-right-thin", "arrow-right-bold", "delta", "view-column-outline")
    tips = (
        "The policy as it is.",
        "The policy under the stack of patches.",
        "Patched minus original.",
        "All three, with linked zoom.",
    )
    for number, (mode, icon, tip) in enumerate(zip(MODES, icons, tips, strict=True), start=1):
        action = actions.add(
            Spec(
                f"view.{mode}",
                MODE_TITLES[mode],
                lambda _on, mode=mode: view.set_mode(mode),
                (str(number),),
                icon,
                "View",
                tip,
                checkable=True,
                words=MODE_WORDS[mode],
            ),
            checked=view.mode == mode,
        )
        modes.addAction(action)


def _remember_tool(context: Context) -> None:
    """The tool in hand is a habit of the person, not a part of a session: it comes back at the next start."""
    kept = context.settings.get(TOOL)
    if isinstance(kept, str) and kept in TOOL_BY_ID:
        context.view.set_tool(kept)
    context.view.tool_changed.connect(lambda tool: context.settings.set(TOOL, tool))


def register_levels(context: Context, window: MainWindow) -> None:
    """Actions of the level bar."""
    actions, levels = context.actions, window.levels
    group = "Level"
    actions.add(
        Spec(
            "level.previous",
            "Previous level",
            lambda: levels.step(-1),
            ("Ctrl+Left", "PgUp"),
            "chevron-left",
            group,
            words="seed back",
        )
    )
    actions.add(
        Spec(
            "level.next",
            "Next level",
            lambda: levels.step(1),
            ("Ctrl+Right", "PgDown"),
            "chevron-right",
            group,
            words="seed forward",
        )
    )
    actions.add(
        Spec(
            "level.random",
            "Random level",
            levels.shuffle,
            ("Ctrl+R",),
            "dice-5-outline",
            group,
            "Open a random seed's level.",
            words="seed new dice shuffle procgen maze",
        )
    )
    actions.add(
        Spec(
            "level.restore",
            "Back to the level as generated",
            lambda: maze_edits.back_to_level(context.document),
            ("Ctrl+Shift+R",),
            "restore",
            group,
            "Take back every edit of this maze at once.",
            words="revert reset original undo all",
        ),
        enabled=False,
    )


def register_window(context: Context, window: MainWindow) -> None:
    """Everything in the menus that is left."""
    actions, files, document = context.actions, window.files, context.document
    specs = (
        Spec("file.open", "Open…", files.ask_open, ("Ctrl+O",), "folder-open-outline", "File", "Open any file."),
        Spec(
            "file.open_policy",
            "Open policy…",
            lambda: files.ask_open("policy"),
            ("Ctrl+Shift+O",),
            "brain",
            "File",
            words=POLICY,
        ),
        Spec("file.open_maze", "Open maze…", lambda: files.ask_open("maze"), (), "grid", "File"),
        Spec(
            "file.default_policy",
            "Shipped policy",
            files.open_default_policy,
            (),
            "",
            "File",
            "Open the shipped policy.",
            words=POLICY,
        ),
        Spec("file.save", "Save session", files.save, ("Ctrl+S",), "content-save-outline", "File"),
        Spec("file.save_as", "Save session as…", files.ask_save, ("Ctrl+Shift+S",), "", "File"),
        Spec(
            "file.save_maze",
            "Save maze…",
            files.ask_save_maze,
            (),
            "",
            "File",
            "Save the maze in front as a file.",
            words="export ascii text json",
        ),
        Spec("file.quit", "Quit", window.close, ("Ctrl+Q",), "", "File"),
        Spec(
            "maze.toggle_cheese",
            "Remove cheese",
            window.toggle_cheese,
            ("Del",),
            "cheese-off",
            "Maze",
            words="delete goal reward",
        ),
        Spec(
            "view.zoom_in",
            "Zoom in",
            lambda: window.maze_view.zoom(1.25),
            ("Ctrl++", "Ctrl+="),
            "magnify-plus-outline",
            "View",
        ),
        Spec(
            "view.zoom_out",
            "Zoom out",
            lambda: window.maze_view.zoom(0.8),
            ("Ctrl+-",),
            "magnify-minus-outline",
            "View",
        ),
        Spec("view.fit", "Fit the maze", lambda: window.maze_view.fit(), ("Ctrl+0",), "fit-to-screen-outline", "View"),
        Spec(
            "view.fit_world", "Fit the world", lambda: window.maze_view.fit(whole_world=True), ("Ctrl+9",), "", "View"
        ),
        Spec(
            "view.legend", "Legend", window.show_legend, ("L",), "", "View", "How to read the arrows.", checkable=True
        ),
    )
    for spec in specs:
        actions.add(spec)
    actions["view.legend"].setChecked(context.settings.flag("legend", True))

    def history() -> None:
        done, undone = document.history.done, document.history.undone
        dragging = document.history.dragging
        actions["edit.undo"].setEnabled(bool(done) or dragging)
        actions["edit.redo"].setEnabled(bool(undone))
        actions.describe("edit.undo", f"Undo {_lower(done[-1].verb)}" if done else "Undo")
        actions.describe("edit.redo", f"Redo {_lower(undone[0].verb)}" if undone else "Redo")
        tab = document.state.tab
        actions["level.restore"].setEnabled(tab.maze != tab.generated)
        removed = tab.maze.cheese is None
        actions.describe("maze.toggle_cheese", "Put back cheese" if removed else "Remove cheese")

    document.history_changed.connect(history)
    history()
    context.view.mode_changed.connect(lambda mode: _check(context, "view", mode, MODES))
    context.view.tool_changed.connect(lambda tool: _check(context, "tool", tool, [tool.id for tool in TOOLS]))


def _check(context: Context, group: str, chosen: str, names: object) -> None:
    for name in names:  # type: ignore[attr-defined]
        context.actions[f"{group}.{name}"].setChecked(name == chosen)


def _lower(verb: str) -> str:
    return verb[:1].lower() + verb[1:]
