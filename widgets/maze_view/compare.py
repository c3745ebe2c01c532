"""Comparing the maze in front with another maze, or with itself under another policy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from app.document import maze_edits
from app.document.comparison import Comparison
from app.document.open_file import open_policy
from app.document.session_file import COMPARE, policy_to_json
from app.interventions.channel_text import channels_text
from app.policy.policy import Policy
from widgets.files.file_dialogs import ask_file
from widgets.files.file_filters import FILTERS
from widgets.files.opening import Files
from widgets.maze_view.compared_picture import Companion
from widgets.maze_view.maze_view import MazeView
from widgets.services.action_registry import Spec
from widgets.services.context import Context


class Compare:
    """Starts and ends comparisons.

    Args:
        parent: the window over which a file is asked for.
    """

    def __init__(self, context: Context, maze_view: MazeView, files: Files, parent: QWidget) -> None:
        self._context, self._view, self._files, self._parent = context, maze_view, files, parent
        self._waiting: Comparison | None = None
        self._asked = 0

        def ready() -> bool:
            return context.bridge.engine is not None

        def comparing() -> bool:
            return maze_view.companion is not None

        for spec in (
            Spec(
                id="compare.maze",
                title="Compare with the next tab",
                handler=self.beside_next,
                keys=("Ctrl+K",),
                icon="compare-horizontal",
                group="Compare",
                tip="Two mazes next to each other under one stack; a single maze is copied first; again ends it.",
                checkable=True,
                words="a/b ab two mazes side by side",
                enabled_when=ready,
            ),
            Spec(
                id="compare.policy",
                title="Compare with another policy…",
                handler=self.ask_policy,
                group="Compare",
                tip="The same maze and stack under two policies.",
                words="a/b ab checkpoint network model",
                enabled_when=ready,
            ),
            Spec(
                id="compare.cheese",
                title="Compare with and without cheese",
                handler=self.cheese,
                keys=("W",),
                icon="cheese-off",
                group="Compare",
                tip="The maze in front with its cheese and without, next to each other; again ends it.",
                checkable=True,
                words="remove cheese side by side effect vector",
                enabled_when=ready,
            ),
            Spec(
                id="compare.swap",
                title="Swap sides",
                handler=self.swap,
                keys=("X",),
                icon="swap-horizontal",
                group="Compare",
                tip="Bring the other to the front.",
                words="change places exchange",
                enabled_when=comparing,
            ),
            Spec(
                id="compare.stop",
                title="Stop comparing",
                handler=self.stop,
                keys=("Ctrl+Shift+K",),
                group="Compare",
                enabled_when=comparing,
            ),
        ):
            context.actions.add(spec)
        context.bridge.device_changed.connect(self._engine_came)
        context.view.keep(COMPARE, self.to_json, self.restore)
        self._refresh()

    @property
    def comparison(self) -> Comparison | None:
        """The other side of the comparison, also while that waits for the engine."""
        companion = self._view.companion
        return companion.comparison if companion is not None else self._waiting

    def with_maze(self, number: int) -> None:
        """Compare with the maze of this id."""
        self._start(Comparison(maze=number))

    def with_policy(self, policy: Policy) -> None:
        """Compare with another policy; tells which channels of the one stack were chosen for the policy in front."""
        self._start(Comparison(policy=policy))
        state = self._context.document.state
        named = sorted({channel for patch in state.stack.patches for channel in patch.channels or ()})
        if named and state.policy is not None and state.policy != policy:
            self._context.notice(
                f"One stack for both: its channels {channels_text(tuple(named))} were chosen for {state.policy.name}; "
                f"in {policy.name} the same numbers may do something else."
            )

    def to_json(self) -> dict[str, Any] | None:
        """The comparison as a session keeps it."""
        found = self.comparison
        if found is None:
            return None
        if found.cheese:
            return {"cheese": True}
        return {"maze": found.maze} if found.policy is None else {"policy": policy_to_json(found.policy)}

    def restore(self, found: Any) -> None:
        """Compare as a session did: with `{"maze": id}`, with `{"policy": Policy}`, or with `{"cheese": True}`.

        With anything else, not at all.

        A session is open before the engine is; the comparison then begins with the engine.
        """
        self.stop()
        maze, policy = (found.get("maze"), found.get("policy")) if isinstance(found, dict) else (None, None)
        wanted: Comparison | None = None
        if isinstance(found, dict) and found.get("cheese") is True:
            wanted = Comparison(cheese=True)
        elif isinstance(policy, Policy):
            wanted = Comparison(policy=policy)
        elif type(maze) is int:
            wanted = Comparison(maze=maze)
        if wanted is None or wanted.other(self._context.document.state) is None:
            return
        if self._context.bridge.engine is None:
            self._waiting = wanted
        else:
            self._start(wanted)

    def beside_next(self, on: bool) -> None:
        """Compare with the next tab, or show only the maze in front again; a comparison of policies gives way."""
        if on:
            self.with_next()
        else:
            self.stop()
        self._refresh()

    def with_next(self) -> None:
        """Compare with the next tab; a single maze is copied first."""
        document = self._context.document
        document.end()
        first = document.state.active
        if len(document.state.mazes) == 1:
            maze_edits.duplicate_maze(document)
            self.with_maze(first)
            return
        ids = [tab.id for tab in document.state.mazes]
        self.with_maze(ids[(ids.index(first) + 1) % len(ids)])

    def cheese(self, on: bool) -> None:
        """Compare the maze in front with itself without cheese, or show only the maze in front again."""
        wanted = Comparison(cheese=True)
        if not on:
            self.stop()
        elif wanted.other(self._context.document.state) is None:
            self._context.notice("There is no open square for the cheese.")
        else:
            self._start(wanted)
        self._refresh()

    def ask_policy(self) -> None:
        """Let the user choose a checkpoint to compare with."""
        name = ask_file(self._parent, "Compare with another policy", self._files.folder(), FILTERS["policy"])
        if name:
            self.with_policy_file(Path(name))

    def with_policy_file(self, path: Path) -> None:
        """Compare with the policy of a checkpoint."""
        self._asked += 1
        number = self._asked
        self._context.files.open_one(path, open_policy, self.with_policy, lambda: number == self._asked)

    def swap(self) -> None:
        """Swap the two sides."""
        companion = self._view.companion
        if companion is not None:
            companion.swap_wanted()

    def stop(self) -> None:
        """Show only the maze in front again."""
        companion = self._view.companion
        self._waiting = None
        # A policy that is still being read is too late.
        self._asked += 1
        self._view.compare_with(None)
        if companion is not None:
            companion.close()
            companion.deleteLater()
            self._context.view.kept_changed.emit()
        self._refresh()

    def add_to(self, menu: QMenu) -> None:
        """Add everything to a menu; the mazes to compare with are listed when it opens."""
        actions = self._context.actions
        inner = menu.addMenu("Compare")
        mazes = inner.addMenu("With the maze")

        def fill() -> None:
            mazes.clear()
            state = self._context.document.state
            for tab in state.mazes:
                if tab.id != state.active:
                    mazes.addAction(tab.title, partial(self.with_maze, tab.id))
            mazes.setEnabled(not mazes.isEmpty() and self._context.bridge.engine is not None)

        inner.aboutToShow.connect(fill)
        for name in ("compare.maze", "compare.policy", "compare.cheese", "compare.swap", "compare.stop"):
            inner.addAction(actions[name])

    def _start(self, comparison: Comparison) -> None:
        self.stop()
        companion = Companion(self._context, comparison, self._parent)
        companion.ended.connect(self.stop)
        self._view.compare_with(companion)
        self._context.view.kept_changed.emit()
        self._refresh()

    def _engine_came(self, _label: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.other(self._context.document.state) is not None:
            self._start(waiting)
        self._refresh()

    def _refresh(self) -> None:
        found = self.comparison
        actions = self._context.actions
        actions["compare.maze"].setChecked(found is not None and found.maze is not None)
        actions["compare.cheese"].setChecked(found is not None and found.cheese)
        self._context.actions.refresh()
