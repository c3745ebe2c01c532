"""Opening and saving files, whatever they hold: policies, mazes, sessions and stacks of patches."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.document import maze_edits, patch_edits
from app.document.document import State
from app.document.first_document import new_state
from app.document.open_file import Found, Mazes, is_session, read_file, read_policy
from app.document.session_file import SUFFIX as SESSION_SUFFIX
from app.document.session_file import save_session
from app.errors import MazescopeError
from app.interventions.patches import PatchStack
from app.interventions.vectors import ActivationVector
from app.io.regular_file import exists
from app.maze import maze_file as maze_files
from app.maze import text_file
from app.maze.maze import Maze
from app.paths import asset
from app.policy.policy import Policy
from widgets.files.file_dialogs import ask_files, ask_name
from widgets.services.context import Context

DEFAULT_POLICY = "default.safetensors"
RECENT_KEPT = 10
OPEN_TITLES = {"any": "Open a session, maze, policy, vector or patches", "policy": "Open policy", "maze": "Open maze"}
FILTERS = {
    "any": "All that opens here (*.pth *.pt *.safetensors *.json *.txt *.pkl *.mazescope);;All files (*)",
    "policy": "Checkpoints (*.pth *.pt *.safetensors *.ckpt);;All files (*)",
    "maze": "Mazes (*.json);;Mazes as text (*.txt);;All files (*)",
    "session": "Sessions (*.mazescope)",
}


class Files(QObject):
    """Reads files off the screen's thread and opens what they hold; whatever is refused leaves all as it was.

    Signals:
        recent_changed(): the list of recent files.
        path_changed(): the session file that "Save" writes to.
        opening(): a file is about to be read, because the user asked for it.
        saving(): the session is about to be saved; whatever is shown in its place ends, so that the work itself is.
        vector_kept(Path): a vector's file was opened; the library has it under this path.
    """

    recent_changed = Signal()
    path_changed = Signal()
    opening = Signal()
    saving = Signal()
    vector_kept = Signal(object)

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._waiting: deque[Callable[[], object]] = deque()
        self._refusals: list[str] = []
        self._in_turn = False
        self.session_path: Path | None = None
        self.leaving: Callable[[Callable[[], object]], object] = lambda go_on: go_on()
        """Asked before another session takes the place of this one: calls its argument when it may."""

    # -- opening

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved lately, newest first."""
        found = self._context.settings.get("recent", [])
        return [Path(path) for path in found if isinstance(path, str)] if isinstance(found, list) else []

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open files by what they hold, one after the other: a session first, since it takes the place of all."""
        files = sorted((path.absolute() for path in paths), key=lambda path: not is_session(path))
        sessions = sum(map(is_session, files))
        if sessions > 1:
            self._context.notice(f"One session is open at a time: of {sessions} files {files[0].name} was opened.")
        self._open_in_turn([files[0], *(path for path in files[1:] if not is_session(path))] if files else [])

    def open_path(self, path: Path) -> None:
        """Open one file as what it holds."""
        path = path.absolute()
        self.opening.emit()
        here = self._context.document.state.policy
        self._read(path, lambda: read_file(path, here), self._take)

    def open_policy(self, path: Path) -> None:
        """Open a checkpoint as the policy."""
        self._read(path, lambda: read_policy(path), self._take_policy)

    def open_default_policy(self, *, undoable: bool = True, remember: bool = False) -> None:
        """Open the policy that ships with the program."""
        path = asset("policies", DEFAULT_POLICY)
        take = self._take_policy if undoable else self._take_first_policy
        self._read(path, lambda: read_policy(path), take, remember=remember)

    def ask_open(self, kind: str = "any") -> None:
        """Let the user choose files to open: "any", "policy" or "maze"."""
        found = ask_files(self._window, OPEN_TITLES[kind], self.folder(), FILTERS[kind])
        if kind == "policy":
            self._open_in_turn([Path(name) for name in found], self.open_policy)
        else:
            self.open_paths([Path(name) for name in found])

    def new_session(self) -> None:
        """Begin anew: one maze, no patches, the policy that is open."""
        self.leaving(self._begin_anew)

    def open_state(self, state: State, path: Path | None, view: Mapping[str, Any] | None = None) -> None:
        """Put a state in place of everything that is open; it belongs to this session file, and cannot be undone."""
        self._context.document.end()
        self._context.document.reset(state)
        if view is not None:
            self._context.view.restore(view)
        self._set_path(path)

    def forget(self, paths: Iterable[Path]) -> None:
        """Take files off the list of recent ones."""
        gone = set(paths)
        kept = [str(path) for path in self.recent if path not in gone]
        if len(kept) != len(self.recent):
            self._context.settings.set("recent", kept)
            self.recent_changed.emit()

    # -- saving

    def save_session(self, path: Path) -> bool:
        """Save everything that is open; says whether it was."""
        try:
            save_session(path, self._context.document.state, self._context.view.to_json())
        except MazescopeError as error:
            self._context.report_exception(error, "save")
            return False
        self._context.succeeded.emit("save")
        self._context.document.mark_saved()
        self._set_path(path)
        self._remember(path)
        self._context.notice(f"Saved {path.name}.")
        return True

    def save(self) -> bool:
        """Save to the session's file; asks for one when it has none."""
        self.saving.emit()
        return self.save_session(self.session_path) if self.session_path is not None else self.ask_save()

    def ask_save(self) -> bool:
        """Let the user choose a file for the session, and save to it."""
        self.saving.emit()
        name = ask_name(self._window, "Save session", self._suggested(SESSION_SUFFIX), FILTERS["session"])
        return bool(name) and self.save_session(_with_suffix(Path(name), SESSION_SUFFIX))

    def ask_save_maze(self) -> None:
        """Let the user choose a file for the maze in front."""
        name = ask_name(self._window, "Save maze", self._suggested(".json"), FILTERS["maze"])
        if name:
            text = Path(name).suffix.lower() == text_file.SUFFIX
            self.save_maze(Path(name) if text else _with_suffix(Path(name), ".json"))

    def save_maze(self, path: Path) -> None:
        """Save the maze in front as a maze file, or as lines of text (`.txt`), which know no background."""
        maze = self._context.document.state.maze
        try:
            if path.suffix.lower() == text_file.SUFFIX:
                text_file.save(path, maze)
            else:
                maze_files.save(path, maze)
        except MazescopeError as error:
            self._context.report_exception(error, "save")
            return
        self._context.succeeded.emit("save")
        self._remember(path)
        self._context.notice(f"Saved {path.name}.")

    # -- inside

    def _read(
        self, path: Path, read: Callable[[], object], take: Callable[[Path, object], None], *, remember: bool = True
    ) -> None:
        in_turn, self._in_turn = self._in_turn, False
        asked = take != self._take_first_policy
        if not in_turn and asked:
            self._refusals = []
        refusals = self._refusals

        def done(found: object) -> None:
            if asked and not refusals:
                self._context.succeeded.emit("file")
            # A drag under way belongs to what is being left.
            self._context.document.end()
            take(path, found)
            if remember:
                self._remember(path)
            if in_turn:
                self._open_next()

        def failed(error: Exception) -> None:
            if isinstance(error, MazescopeError):
                # Of files opened together, each that is refused has its line.
                refusals.append(str(error))
                self._context.report("\n".join(refusals), about="file")
            else:
                self._context.report_exception(error)
            if not exists(path):
                self.forget([path])
            if in_turn:
                self._open_next()

        self._context.run_in_background(read, done, failed)

    def _open_in_turn(self, paths: Iterable[Path], open_one: Callable[[Path], object] | None = None) -> None:
        if not self._waiting:
            self._refusals = []
        self._waiting.extend(partial(open_one or self.open_path, path) for path in paths)
        self._open_next()

    def _open_next(self) -> None:
        if self._waiting:
            self._in_turn = True
            self._waiting.popleft()()

    def _take_policy(self, _path: Path, policy: object) -> None:
        assert isinstance(policy, Policy)
        maze_edits.open_policy(self._context.document, policy)
        self._context.notice(f"Opened the policy {policy.name}.")

    def _take_first_policy(self, path: Path, policy: object) -> None:
        assert isinstance(policy, Policy)
        document = self._context.document
        if document.state.policy is not None:
            return
        if document.history.done or document.history.undone:
            self._take_policy(path, policy)
        else:
            document.reset(replace(document.state, policy=policy))

    def _take(self, path: Path, found: object) -> None:
        document = self._context.document
        if isinstance(found, Maze):
            maze_edits.open_level(document, found, path.stem, tab=True)
        elif isinstance(found, Mazes):
            maze_edits.open_mazes(document, found.named)
        elif isinstance(found, PatchStack):
            patch_edits.open_stack(document, found)
        elif isinstance(found, ActivationVector):
            self._take_vector(found)
        elif isinstance(found, Policy):
            self._take_policy(path, found)
        else:
            self._take_session(path, found)

    def _take_vector(self, vector: ActivationVector) -> None:
        kept = self._context.vectors.keep(vector)
        if kept is not None:
            self.vector_kept.emit(kept)
            self._context.notice(f"Kept in the library: {vector.name}.")

    def _take_session(self, path: Path, found: object) -> None:
        session, found_policies = cast(Found, found)
        # What was opened together with a session goes into it: after the question, or not at all.
        rest, self._waiting = self._waiting, deque()
        later = False

        def go_on() -> None:
            # Without its own policy the session still opens, under the one that is here.
            policy = found_policies.policy or self._context.document.state.policy
            self.open_state(replace(session.state, policy=policy), path, found_policies.view)
            if found_policies.problems:
                self._context.report("\n".join(found_policies.problems), about="file")
            self._waiting.extend(rest)
            if later:
                self._open_next()

        self.leaving(go_on)
        later = True

    def _begin_anew(self) -> None:
        self.open_state(replace(new_state(), policy=self._context.document.state.policy), None, {})

    def _set_path(self, path: Path | None) -> None:
        if path is not None:
            self._context.settings.set("session.folder", str(path.parent))
        if path != self.session_path:
            self.session_path = path
            self.path_changed.emit()

    def _remember(self, path: Path) -> None:
        kept = [str(path), *(str(old) for old in self.recent if old != path)]
        self._context.settings.set("recent", kept[:RECENT_KEPT])
        self.recent_changed.emit()

    def folder(self) -> str:
        """Where dialogs begin: where the last file was."""
        recent = self.recent
        return str(recent[0].parent) if recent else str(Path.home())

    def _suggested(self, suffix: str) -> str:
        if self.session_path is not None and suffix == SESSION_SUFFIX:
            return str(self.session_path)
        folder = self._session_folder if suffix == SESSION_SUFFIX else self.folder()
        return str(Path(folder) / f"{self._context.document.state.tab.title}{suffix}")

    @property
    def _session_folder(self) -> str:
        """Where the last session was opened or saved: not where some checkpoint lies."""
        kept = self._context.settings.get("session.folder")
        return kept if isinstance(kept, str) and os.path.isdir(kept) else str(Path.home())


def _with_suffix(path: Path, suffix: str) -> Path:
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
