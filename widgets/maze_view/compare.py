"""Comparing: the maze in front beside another maze, or beside itself under another policy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from app.document import maze_edits
from app.document.comparison import Comparison
from app.document.session_file import COMPARE, policy_to_json
from app.policy.policy import Policy
from widgets.files.file_dialogs import ask_file
from widgets.files.opening import FILTERS
from widgets.maze_view.compared_picture import Companion
from widgets.services.action_registry import Spec
from widgets.services.context import Context

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


class Compare:
    """Starts and ends comparisons."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        self._context, self._window = context, window
        self._waiting: Comparison | None = None
        self._asked = 0
        group = "Compare"
        specs = (
            Spec(
                "compare.maze",
                "Compare with the next tab",
                self.beside_next,
                ("Ctrl+K",),
                "compare-horizontal",
                group,
                "Two mazes beside each other under one stack; with a single maze, a copy of it. Once more ends it.",
                checkable=True,
                words="a/b ab two mazes beside",
            ),
            Spec(
                "compare.policy",
                "Compare with another policy…",
                self.ask_policy,
                (),
                "",
                group,
                "The same maze and stack under two policies.",
                words="a/b ab checkpoint network model beside",
            ),
            Spec(
                "compare.swap",
                "Change places",
                self.swap,
                ("X",),
                "swap-horizontal",
                group,
                "Bring the other to the front.",
            ),
            Spec("compare.stop", "Stop comparing", self.stop, ("Ctrl+Shift+K",), "", group),
        )
        for spec in specs:
            context.actions.add(spec)
        context.bridge.device_changed.connect(self._engine_came)
        context.view.keep(COMPARE, self.to_json, self.restore)
        self._refresh()

    @property
    def comparison(self) -> Comparison | None:
        """What is compared with, also while that waits for the engine."""
        companion = self._window.maze_view.companion
        return companion.comparison if companion is not None else self._waiting

    def with_maze(self, number: int) -> None:
        """Compare with the maze of this id."""
        self._start(Comparison(maze=number))

    def with_policy(self, policy: Policy) -> None:
        """Compare with another policy."""
        self._start(Comparison(policy=policy))

    def to_json(self) -> dict[str, Any] | None:
        """What a session keeps of the comparison."""
        found = self.comparison
        if found is None:
            return None
        return {"maze": found.maze} if found.policy is None else {"policy": policy_to_json(found.policy)}

    def restore(self, found: Any) -> None:
        """Compare as a session did: with `{"maze": id}`, or with `{"policy": Policy}`; with anything else, not at all.

        A session is open before the engine is; the comparison then begins with the engine.
        """
        self.stop()
        maze, policy = (found.get("maze"), found.get("policy")) if isinstance(found, dict) else (None, None)
        wanted: Comparison | None = None
        if isinstance(policy, Policy):
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

    def ask_policy(self) -> None:
        """Let the user choose a checkpoint to compare with."""
        name = ask_file(self._window, "Compare with another policy", self._window.files.folder(), FILTERS["policy"])
        if name:
            self.with_policy_file(Path(name))

    def with_policy_file(self, path: Path) -> None:
        """Compare with the policy of a checkpoint."""

        def load() -> Policy:
            from app.policy.loading import load_policy

            return load_policy(path)

        def failed(error: Exception) -> None:
            self._context.report_exception(error, "file")

        def done(policy: Policy) -> None:
            self._context.succeeded.emit("file")
            self.with_policy(policy)

        self._asked += 1
        number = self._asked
        self._context.run_in_background(load, done, failed, lambda: number == self._asked)

    def swap(self) -> None:
        """Let the two change places."""
        companion = self._window.maze_view.companion
        if companion is not None:
            companion.swap_wanted()

    def stop(self) -> None:
        """Show only the maze in front again."""
        companion = self._window.maze_view.companion
        self._waiting = None
        # A policy that is still being read comes too late.
        self._asked += 1
        self._window.maze_view.compare_with(None)
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
        for name in ("compare.maze", "compare.policy", "compare.swap", "compare.stop"):
            inner.addAction(actions[name])

    def _start(self, comparison: Comparison) -> None:
        self.stop()
        companion = Companion(self._context, comparison, self._window)
        companion.ended.connect(self.stop)
        self._window.maze_view.compare_with(companion)
        self._context.view.kept_changed.emit()
        self._refresh()

    def _engine_came(self, _label: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.other(self._context.document.state) is not None:
            self._start(waiting)
        self._refresh()

    def _refresh(self) -> None:
        actions = self._context.actions
        ready, comparing = self._context.bridge.engine is not None, self._window.maze_view.companion is not None
        actions["compare.maze"].setEnabled(ready)
        found = self.comparison
        actions["compare.maze"].setChecked(found is not None and found.policy is None)
        actions["compare.policy"].setEnabled(ready)
        actions["compare.swap"].setEnabled(comparing)
        actions["compare.stop"].setEnabled(comparing)
