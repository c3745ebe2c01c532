"""Opening and saving files, whatever they hold: policies, mazes, sessions, vectors and stacks of patches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.document import maze_edits, patch_edits
from app.document.document import MOST_MAZES, State
from app.document.entry_wording import opened_notice
from app.document.export_file import OpenedExport
from app.document.first_document import new_state
from app.document.open_file import Content, NamedMaze, OpenedSession, open_policy, read_file
from app.document.outside import vectors_outside, without_files
from app.document.session_file import SUFFIX as SESSION_SUFFIX
from app.document.session_file import save_session
from app.errors import MazescopeError
from app.interventions.patches import PatchStack
from app.interventions.vectors import ActivationVector
from app.io.regular_file import Stamp, file_stamp
from app.maze import maze_file as maze_files
from app.maze import text_file
from app.paths import asset, home_folder
from app.policy.policy import Policy
from widgets.files.file_dialogs import ask_files, ask_name
from widgets.files.file_filters import FILTERS, OPEN_TITLES, with_suffix
from widgets.files.outside_question import agreed_stack, agreed_stacks, denied_paths, trust, trusted
from widgets.files.overwrite_question import OverwriteQuestion, reason_to_ask
from widgets.services.context import Context
from widgets.services.topics import Topic

DEFAULT_POLICY = "default.safetensors"
RECENT_KEPT = 10


class Files(QObject):
    """Opens what files hold, read by the queue of files, and saves; a file that is refused changes nothing.

    Signals:
        recent_changed(): the list of recent files.
        path_changed(): the session file that "Save" writes to.
        saving(): the session is about to be saved; whatever is shown in its place ends, so that the work itself is.
        vector_kept(Path): a vector's file was opened; the library has it under this path.
        series_wanted(list[Path]): a folder, or several files, are to be opened as a series of checkpoints.
    """

    recent_changed = Signal()
    path_changed = Signal()
    saving = Signal()
    vector_kept = Signal(object)
    series_wanted = Signal(object)

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.session_path: Path | None = None
        # The writing of each file as it was opened or saved here: one that differs now was changed by another program.
        self._stamps: dict[Path, Stamp | None] = {}
        self.leaving: Callable[[Callable[[], object]], object] = lambda go_on: go_on()
        """Asked before another session takes the place of this one: calls its argument when it may."""
        context.files.opened.connect(self._remember)
        context.files.missing.connect(self.forget)

    # -- opening

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved lately, newest first."""
        found = self._context.settings.get("recent", [])
        return [Path(path) for path in found if isinstance(path, str)] if isinstance(found, list) else []

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open files by what they hold: a session first, since it takes the place of all. A folder is a series."""
        found = list(paths)
        trust(self._context.settings, found)
        folders = [path for path in found if path.is_dir()]
        for folder in folders:
            self.series_wanted.emit([folder.absolute()])
        files = [path for path in found if path not in folders]
        document = self._context.document
        if files or not folders:
            folders = [path.parent for path in self.recent]

            def read(path: Path) -> Content:
                self._stamps[path] = file_stamp(path)
                return read_file(path, document.state.policy, folders)

            self._context.files.open(files, read, self._take)

    def open_path(self, path: Path) -> None:
        """Open one file by what it holds."""
        self.open_paths([path])

    def open_policy(self, path: Path) -> None:
        """Open a checkpoint as the policy."""
        self.open_policies([path])

    def open_policies(self, paths: Iterable[Path]) -> None:
        """Open checkpoints as the policy, one after the other; each can be undone."""

        def take(found: list[tuple[Path, Policy]]) -> None:
            for _, policy in found:
                self._take_policy(policy)

        files = list(paths)
        trust(self._context.settings, files)
        self._context.files.open(files, open_policy, take)

    def open_default_policy(self) -> None:
        """Open the policy that ships with the program."""
        self.open_policy(asset("policies", DEFAULT_POLICY))

    def open_first_policy(self) -> None:
        """At the start: the policy that ships, unless a file brings one; nothing to undo where nothing was done yet."""
        path = asset("policies", DEFAULT_POLICY)
        self._context.run_in_background(lambda: open_policy(path), self._take_first_policy)

    def open_first_policy_last(self) -> None:
        """At the start with files that bring a policy: the one that ships, once they are read, if none of them did."""
        self._context.busy_changed.connect(self._open_policy_at_last)

    def _open_policy_at_last(self, busy: bool) -> None:
        if not busy:
            self._context.busy_changed.disconnect(self._open_policy_at_last)
            if self._context.document.state.policy is None:
                self.open_first_policy()

    def ask_open(self, kind: str = "any") -> None:
        """Let the user choose files to open: "any", "policy" or "maze"."""
        found = ask_files(self._window, OPEN_TITLES[kind], self.folder(), FILTERS[kind])
        open_them = self.open_policies if kind == "policy" else self.open_paths
        open_them([Path(name) for name in found])

    def ask_series(self, open_them: Callable[[list[Path]], None]) -> None:
        """Let the user choose the checkpoints of a run: several, or one for all that its folder holds."""
        title = "Open series: one checkpoint for all of its folder, or several"
        found = [Path(name) for name in ask_files(self._window, title, self.folder(), FILTERS["policy"])]
        if found:
            open_them(found if len(found) > 1 else [found[0].parent])

    def new_session(self) -> None:
        """Start over: one maze, no patches, the policy that is open."""
        self.leaving(self._start_over)

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
            self._context.report_exception(error, Topic.SAVE)
            return False
        self._context.succeeded.emit(Topic.SAVE)
        self._stamps[path] = file_stamp(path)
        self._context.document.mark_saved()
        self._set_path(path)
        self._remember([path])
        trust(self._context.settings, [path])
        self._context.notice(f"Saved {path.name}.")
        return True

    def save(self) -> bool:
        """Save to the session's file; asks for one when it has none."""
        self.saving.emit()
        path = self.session_path
        if path is None:
            return self.ask_save()
        return self._replacing(path, self._stamps.get(path), self.save_session, self.ask_save)

    def ask_save(self) -> bool:
        """Let the user choose a file for the session, and save to it."""
        self.saving.emit()
        name = ask_name(self._window, "Save session", self._suggested(SESSION_SUFFIX), FILTERS["session"])
        if not name:
            return False
        return self._replacing(with_suffix(Path(name), SESSION_SUFFIX), None, self.save_session, self.ask_save)

    def ask_save_maze(self) -> bool:
        """Let the user choose a file for the maze in front; says whether it was saved."""
        name = ask_name(self._window, "Save maze", self._suggested(".json"), FILTERS["maze"])
        if not name:
            return False
        text = Path(name).suffix.lower() == text_file.SUFFIX
        path = Path(name) if text else with_suffix(Path(name), ".json")
        return self._replacing(path, None, self.save_maze, self.ask_save_maze)

    def _replacing(
        self, path: Path, known: Stamp | None, save: Callable[[Path], bool], elsewhere: Callable[[], bool]
    ) -> bool:
        """Save, and ask first where another program has changed the file, or it is read-only; says whether it was.

        Args:
            known: its writing as it was opened or saved here; None for a file just chosen.
            elsewhere: saves under another name, when the user prefers that.
        """
        reason = reason_to_ask(path, known)
        answer = OverwriteQuestion.answer(self._window, reason) if reason else "replace"
        return elsewhere() if answer == "elsewhere" else answer == "replace" and save(path)

    def save_maze(self, path: Path) -> bool:
        """Save the maze in front as a maze file, or as lines of text (`.txt`), which know no background."""
        maze = self._context.document.state.maze
        try:
            if path.suffix.lower() == text_file.SUFFIX:
                text_file.save(path, maze)
            else:
                maze_files.save(path, maze)
        except MazescopeError as error:
            self._context.report_exception(error, Topic.SAVE)
            return False
        self._context.succeeded.emit(Topic.SAVE)
        self._remember([path])
        trust(self._context.settings, [path])
        self._context.notice(f"Saved {path.name}.")
        return True

    # -- inside

    def _take(self, found: list[tuple[Path, Content]]) -> None:
        sessions = [(path, content) for path, content in found if isinstance(content, OpenedSession)]
        # A drag under way belongs to what is being left.
        self._context.document.end()

        def take_rest() -> None:
            # All at once: each tab on its own would be shown in front for a moment.
            self._take_mazes([maze for _, content in found if isinstance(content, tuple) for maze in content])
            for path, content in found:
                self._take_one(path, content)

        if not sessions:
            take_rest()
            return
        path, session = sessions[0]
        if len(sessions) > 1:
            self._context.notice(f"One session is open at a time: of {len(sessions)} files {path.name} was opened.")

        def go_on(opened: OpenedSession) -> None:
            self._open_session(path, opened)
            # What was opened together with a session goes into it: after the question, or not at all.
            take_rest()

        self._look_outside(path, session, lambda opened: self.leaving(lambda: go_on(opened)))

    def _look_outside(self, path: Path, opened: OpenedSession, go_on: Callable[[OpenedSession], object]) -> None:
        """Look at what a session names outside its folder, as far as the user agrees, and go on with the outcome."""
        context, state = self._context, opened.session.state
        policies = [str(named) for named in opened.policies.outside]
        known = trusted(context.settings)
        stacks = (state.stack, *(each.stack for each in state.snapshots))
        vectors = [named for stack in stacks for named in vectors_outside(stack, path.parent, known)]
        denied = denied_paths(context, self._window, path, [*policies, *vectors])
        snapshots = tuple(replace(each, stack=without_files(each.stack, denied)) for each in state.snapshots)
        state = replace(state, stack=without_files(state.stack, denied), snapshots=snapshots)
        session = replace(opened.session, state=state)
        if denied.issuperset(policies):
            go_on(OpenedSession(session, opened.policies))
            return
        here = context.document.state.policy

        def look() -> OpenedSession:
            # Loads torch.
            from app.document.policy_lookup import find_policies

            return OpenedSession(session, find_policies(session, here, lambda named: str(named) not in denied))

        context.run_in_background(look, go_on)

    def _take_one(self, path: Path, content: Content) -> None:
        document = self._context.document
        if isinstance(content, OpenedExport):
            self._take_export(path, content)
        elif isinstance(content, PatchStack):
            patch_edits.open_stack(document, agreed_stack(self._context, self._window, path, content))
        elif isinstance(content, ActivationVector):
            self._take_vector(content)
        elif isinstance(content, Policy):
            self._take_policy(content)

    def _take_mazes(self, mazes: list[NamedMaze]) -> None:
        document = self._context.document
        room = MOST_MAZES - len(document.state.mazes)
        if len(mazes) > room:
            self._context.report(
                f"{len(mazes)} mazes were to be opened, and {len(document.state.mazes)} are open; "
                f"expected at most {MOST_MAZES} in all.",
                about=Topic.FILE,
            )
        elif len(mazes) == 1:
            maze_edits.open_level(document, mazes[0].maze, mazes[0].name, tab=True)
        elif mazes:
            maze_edits.open_mazes(document, [(each.name, each.maze) for each in mazes])

    def _take_export(self, path: Path, opened: OpenedExport) -> None:
        export = opened.export
        kept = export.snapshots
        stacks = agreed_stacks(self._context, self._window, path, [export.stack, *(each.stack for each in kept)])
        snapshots = tuple(replace(each, stack=stack) for each, stack in zip(kept, stacks[1:], strict=True))
        export = replace(export, stack=stacks[0], snapshots=snapshots)
        try:
            maze_edits.open_export(self._context.document, export, opened.policy)
        except MazescopeError as error:
            self._context.report_exception(error, Topic.FILE)
            return
        self._context.policy_check.want(opened.policy)
        view = opened.view(self._context.document.state.active)
        self._context.view.restore_part(view, view)
        more = f", and its {len(kept)} snapshots (S flips through them)" if kept else ""
        self._context.notice(f"Opened the maze and the patches of {export.name}{more}.")
        if opened.problem:
            self._context.report(opened.problem, about=Topic.FILE)

    def _take_policy(self, policy: Policy) -> None:
        self._context.document.end()
        self._context.notice(opened_notice(policy, self._context.document.state.policy))
        maze_edits.open_policy(self._context.document, policy)
        self._context.policy_check.want(policy)

    def _take_first_policy(self, policy: Policy) -> None:
        document = self._context.document
        if document.state.policy is not None:
            return
        if document.history.done or document.history.undone:
            self._take_policy(policy)
        else:
            document.end()
            document.reset(replace(document.state, policy=policy))

    def _take_vector(self, vector: ActivationVector) -> None:
        kept = self._context.vectors.keep(vector)
        if kept is not None:
            self.vector_kept.emit(kept)
            self._context.notice(f"Kept in the library: {vector.name}.")

    def _open_session(self, path: Path, opened: OpenedSession) -> None:
        policies = opened.policies
        # Without its own policy the session still opens, under the one that is here.
        policy = policies.policy or self._context.document.state.policy
        self.open_state(replace(opened.session.state, policy=policy), path, policies.view)
        self._context.policy_check.want(policies.policy)
        if policies.problems:
            self._context.report("\n".join(policies.problems), about=Topic.FILE)

    def _start_over(self) -> None:
        self.open_state(replace(new_state(), policy=self._context.document.state.policy), None, {})

    def _set_path(self, path: Path | None) -> None:
        if path is not None:
            self._stamps.setdefault(path, file_stamp(path))
            self._context.settings.set("session.folder", str(path.parent))
        if path != self.session_path:
            self.session_path = path
            self.path_changed.emit()

    def _remember(self, paths: Iterable[Path]) -> None:
        """Put files on top of the list of recent ones; what ships with the program has its own action."""
        new = [path for path in paths if not path.is_relative_to(asset("policies"))]
        if new:
            kept = [*reversed(new), *(old for old in self.recent if old not in new)]
            self._context.settings.set("recent", [str(path) for path in kept[:RECENT_KEPT]])
            self.recent_changed.emit()

    def folder(self) -> str:
        """The folder where dialogs begin: that of the last file."""
        recent = self.recent
        return str(recent[0].parent) if recent else str(home_folder())

    def _suggested(self, suffix: str) -> str:
        if self.session_path is not None and suffix == SESSION_SUFFIX:
            return str(self.session_path)
        folder = self._session_folder if suffix == SESSION_SUFFIX else self.folder()
        return str(Path(folder) / f"{self._context.document.state.tab.title}{suffix}")

    @property
    def _session_folder(self) -> str:
        """The folder where the last session was opened or saved: not that of some checkpoint."""
        kept = self._context.settings.get("session.folder")
        return kept if isinstance(kept, str) and os.path.isdir(kept) else str(home_folder())
