"""Recovery after a crash: unsaved work is offered again."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.document.autosave import Recovered
from app.document.document import State
from app.document.first_document import new_state
from app.document.session_file import Session, load_session
from app.errors import SessionError
from app.io.regular_file import is_file
from widgets.controls.tab_order import ReadingOrder
from widgets.files.opening import Files
from widgets.services.context import Context
from widgets.services.topics import Topic
from widgets.session.autosaver import Autosaver

if TYPE_CHECKING:
    from app.document.policy_lookup import Policies


class RecoveryDialog(ReadingOrder, QDialog):
    """Recover, open what was saved, or begin again. Closed without an answer, it asks again at the next start.

    Args:
        found: what crashed runs left, newest first.
        answered: called with "recover", "saved" or "new", and the one of `found` that it is about.
    """

    def __init__(
        self, window: QWidget, found: tuple[Recovered, ...], answered: Callable[[str, Recovered], object]
    ) -> None:
        super().__init__(window)
        self._found, self._answered = found, answered
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Recover unsaved work")
        title = QLabel("Mazescope ended unexpectedly; your work is still here.")
        title.setProperty("heading", True)
        note = QLabel("Nothing is thrown away: what you do not recover now is kept as a session file for a month.")
        note.setWordWrap(True)
        note.setProperty("muted", True)
        self.list = QListWidget()
        self.list.setAccessibleName("Unsaved work")
        for one in found:
            QListWidgetItem(f"{title_of(one)}\n{facts_of(one)}", self.list)
        self.list.setSpacing(2)
        row_height = self.list.sizeHintForRow(0) + 4
        self.list.setFixedHeight(min(len(found), 4) * row_height + 8)
        self.list.setMinimumWidth(460)
        self.recover, self.saved, self.new = QPushButton("Recover"), QPushButton("Open saved"), QPushButton("New")
        self.recover.setToolTip("Open it with its unsaved changes")
        self.saved.setToolTip("Open the session file as it was last saved")
        self.new.setToolTip("Start over")
        self.recover.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button, answer in ((self.new, "new"), (self.saved, "saved"), (self.recover, "recover")):
            button.clicked.connect(lambda _=False, answer=answer: self._answer(answer))
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(12)
        for widget in (title, self.list, note):
            column.addWidget(widget)
        column.addLayout(row)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.currentRowChanged.connect(self._chosen)
        self.list.itemDoubleClicked.connect(lambda _: self._answer("recover"))
        self.list.setCurrentRow(0)
        self.recover.setFocus()

    def _chosen(self, row: int) -> None:
        path = self._found[row].path
        self.saved.setEnabled(path is not None and is_file(path))

    def _answer(self, answer: str) -> None:
        one = self._found[self.list.currentRow()]
        self.accept()
        self._answered(answer, one)


def title_of(one: Recovered) -> str:
    """The name it had."""
    return one.path.name if one.path is not None else f"{one.session.state.tab.title}, never saved"


def facts_of(one: Recovered) -> str:
    """The time when it was kept, and what is in it."""
    when = datetime.datetime.fromtimestamp(one.time).strftime("%d %b %Y, %H:%M")
    state = one.session.state
    mazes, patches = len(state.mazes), len(state.stack.patches)
    parts = [when, f"{mazes} maze{'s' * (mazes != 1)}", f"{patches} patch{'es' * (patches != 1)}"]
    if one.session.policy is not None:
        parts.append(f"policy {one.session.policy.name}")
    return "  ·  ".join(parts)


class Recovery(QObject):
    """Offers what was left behind, and does what the user answers."""

    def __init__(self, context: Context, files: Files, autosaver: Autosaver, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._files, self._autosaver, self._window = context, files, autosaver, window
        self.dialog: RecoveryDialog | None = None

    def offer(self, found: tuple[Recovered, ...]) -> None:
        """Ask about what was left behind; nothing to ask when there is none."""
        if found:
            self.dialog = RecoveryDialog(self._window, found, self.answer)
            self.dialog.destroyed.connect(self._forget)
            self.dialog.open()

    def _forget(self, *_: object) -> None:
        self.dialog = None

    def answer(self, answer: str, one: Recovered) -> None:
        """Do as the user chose: "recover", "saved" or "new"."""
        if answer == "recover":
            self._files.leaving(lambda: self._recover(one))
            return
        try:
            kept = one.put_aside()
        except OSError as error:
            self._context.report(f"The unsaved work was not moved: {error.strerror or error}.", about=Topic.FILE)
        else:
            self._context.notice(f"The unsaved changes are kept in {kept}.")
        if answer == "saved" and one.path is not None:
            self._files.open_path(one.path)
        else:
            self._files.new_session()

    def _recover(self, one: Recovered) -> None:
        here = self._context.document.state.policy

        def read() -> tuple[State | None, Policies]:
            # Loads torch.
            from app.document.policy_lookup import find_policies

            saved: Session | None = None
            if one.path is not None and is_file(one.path):
                try:
                    saved = load_session(one.path)
                except SessionError:
                    saved = None
            return None if saved is None else saved.state, find_policies(one.session, here)

        def take(found: tuple[State | None, Policies]) -> None:
            saved, policies = found
            policy = policies.policy or self._context.document.state.policy
            path: Path | None = one.path
            before = saved if saved is not None else new_state()
            # Undo leads back to what was saved: recovering is a change like any other.
            self._files.open_state(replace(before, policy=policy), path)
            self._context.document.do("Recover unsaved work", lambda _: replace(one.session.state, policy=policy))
            # The view is that of the unsaved work: its mazes, and what was compared with what.
            self._context.view.restore(policies.view)
            self._autosaver.take_over(one)
            if policies.problems:
                self._context.report("\n".join(policies.problems), about=Topic.FILE)

        self._context.run_in_background(read, take)
