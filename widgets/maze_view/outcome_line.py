"""Exact outcome of play in one line under the maze: the chance to reach the cheese, and in how many steps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.document.document import State
from app.errors import MazescopeError
from app.field.requests import FieldRequest
from app.maze.game_rules import TIMEOUT
from app.number_format import fixed
from app.progress import Progress
from widgets.controls.panel_parts import Shortening
from widgets.services.background_thread import in_background
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.exact_outcome import Outcome, Outcomes

PATIENCE: Final = 200
"""Milliseconds after the arrows until the outcome is computed: a drag asks once, at its end."""


class OutcomeLine(Shortening):
    """P(reach the cheese) within the game's 500 steps of sampled play, exact, before and after the patches.

    It is computed after the arrows, and faded as soon as it is not of what is shown.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__()
        self.setParent(parent)
        self._context = context
        self._task = Task(context, self)
        self._of: FieldRequest | None = None
        self.outcomes: Outcomes | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("muted", True)
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE)
        self._wait.timeout.connect(self._start)
        context.bridge.result.connect(self._ask)
        context.bridge.cleared.connect(self._clear)
        context.document.changed.connect(self._document_changed)

    @property
    def stale(self) -> bool:
        """True if the line is not of what is shown."""
        return not self.isEnabled()

    def minimumSizeHint(self) -> QSize:
        # In a low window with large text the line gives way.
        return QSize(super().minimumSizeHint().width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.height() >= self.fontMetrics().height():
            super().paintEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._wait.stop()

    def _document_changed(self, old: State, new: State) -> None:
        if (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self._task.cancel()
            self.setEnabled(False)

    def _ask(self, *_: object) -> None:
        answer = self._context.bridge.answer
        if answer is None or not self.isVisible():
            return
        if answer.request == self._of:
            # Undone: what is shown is right again.
            self.setEnabled(True)
        elif not self._task.busy:
            self._wait.start()

    def _start(self) -> None:
        answer = self._context.bridge.answer
        if answer is None:
            return
        request = answer.request
        self._task.start(partial(_measured, request), partial(self._take, request), partial(self._fail, request))

    def _take(self, request: FieldRequest, outcomes: Outcomes) -> None:
        self._of, self.outcomes = request, outcomes
        self.set_texts(*outcome_texts(outcomes))
        self.setToolTip(
            f"Sampled play is a Markov chain: its chance to have reached the cheese within {TIMEOUT} steps is computed "
            "exactly, without sampling. Steps: the mean of those that reach it"
        )
        self.setEnabled(True)
        self._ask()

    def _fail(self, request: FieldRequest, error: Exception) -> None:
        self._of, self.outcomes = request, None
        self.set_texts(str(error) if isinstance(error, MazescopeError) else "The outcome could not be computed.")
        self.setEnabled(True)

    def _clear(self) -> None:
        self._task.cancel()
        self._of = self.outcomes = None
        self.set_texts("")


def _measured(request: FieldRequest, progress: Progress) -> Outcomes:
    in_background()
    from app.field.thread_fields import ThreadFields
    from app.field.windowed_forward import Stopped
    from app.studies.exact_outcome import outcome

    def check() -> None:
        if not progress(0, 1):
            raise Stopped

    fields = ThreadFields(request.policy.width, check)
    return outcome(fields.compute, request.policy, request.maze, request.stack)


def outcome_texts(found: Outcomes) -> tuple[str, ...]:
    """The outcome in a line, and shorter ones that say the same."""
    before, after = found.original, found.patched if found.patched is not found.original else None
    if before.reach is None:
        return ("There is no cheese, so there is nothing to reach.",)
    chance = _both(fixed(before.reach), None if after is None else fixed(after.reach or 0.0))
    long, short = _steps(before, after)
    start = f"Sampled play reaches the cheese within {before.steps} steps with chance {chance}"
    return (f"{start}{long} (exact)", f"Reaches the cheese: {chance}{short} (exact)")


def _both(before: str, after: str | None) -> str:
    return before if after is None else f"{before} → {after}"


def _steps(before: Outcome, after: Outcome | None) -> tuple[str, str]:
    """The steps that it takes, and the same shorter; of which side, where only one of them reaches the cheese."""
    sides = [(before, "without the patches"), *([] if after is None else [(after, "with the patches")])]
    # Of a chance that is shown as 0.00, steps would say more than there is to say.
    known = [(side, name) for side, name in sides if side.expected_steps is not None and (side.reach or 0.0) >= 0.005]
    if not known:
        return "", ""
    steps = " → ".join(f"{side.expected_steps:.1f}" for side, _ in known)
    only = f" {known[0][1]}" if len(known) < len(sides) else ""
    return f", in {steps} steps on average{only}", f", in {steps} steps{only}"
