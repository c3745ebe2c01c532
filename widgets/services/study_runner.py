"""Runner of one study at a time in the background: after the arrows, the newest question only, stale at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import MazescopeError
from app.progress import Cancelled, Progress
from widgets.services.background_thread import in_background
from widgets.services.cancellable_task import Task
from widgets.services.context import Context
from widgets.services.topics import Topic
from widgets.services.window_first import window_first

if TYPE_CHECKING:
    from app.studies.study import Plot, Question, Result, Table

PATIENCE: Final = 180
"""Milliseconds without another question before one is measured: a slider's drag asks once, at its end."""

Asks = Callable[[], "Question | None"]
"""Makes the question; None for none. Called on the job's thread: it may load torch and vectors."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A result with all that is shown of it, worked out off the GUI thread.

    Attributes:
        result: the result.
        findings, plots, tables: the result's.
    """

    result: Result
    findings: tuple[str, ...]
    plots: tuple[Plot, ...]
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, result: Result) -> Answer:
        """The answer that a result gives."""
        return cls(result, result.findings, result.plots, result.tables)


class StudyRunner(QObject):
    """Keeps the result of one question after another.

    Attributes:
        answer: the last one, whole or in part; None before the first.
        stale: whether it is not that of the newest question.
        problem: why the newest question has no answer, in a sentence; "" otherwise.

    Signals:
        changed(): any of the attributes did, or `busy`.
        progressed(int, int): parts done, and parts in all.
    """

    changed = Signal()
    progressed = Signal(int, int)
    _part_came = Signal(int, object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._task = Task(context, self)
        self._task.progressed.connect(self.progressed)
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE)
        self._wait.timeout.connect(self._start)
        self._asks: Asks | None = None
        self._number = 0
        self.answer: Answer | None = None
        self.stale = False
        self.problem = ""
        self._part_came.connect(self._take_part)
        context.bridge.result.connect(self._field_came)

    @property
    def result(self) -> Result | None:
        """The answer's result."""
        return None if self.answer is None else self.answer.result

    @property
    def busy(self) -> bool:
        """True while an answer is on its way."""
        return self._asks is not None or self._task.busy

    def ask(self, asks: Asks | None) -> None:
        """Measure the answer of another question, once the arrows are there; None for no question."""
        self._number += 1
        self._task.cancel()
        self._asks = asks
        self.stale = self.answer is not None
        self.problem = ""
        if asks is None:
            self._wait.stop()
        else:
            self._wait.start()
        self.changed.emit()

    def cancel(self) -> None:
        """End what is under way; what was measured stays, and is stale."""
        self.ask(None)

    def _field_came(self, result: object) -> None:
        if self._asks is not None and getattr(result, "complete", False) and not self._wait.isActive():
            self._wait.start()

    def _start(self) -> None:
        if self._asks is None or self._context.bridge.busy:
            # The whole field wakes it.
            return
        asks, self._asks = self._asks, None
        number = self._number
        device = self._context.bridge.device

        def part_came(part: Result) -> None:
            self._part_came.emit(number, Answer.of(part))

        def job(progress: Progress) -> Answer | None:
            in_background()
            question = asks()
            if question is None:
                return None
            from app.field.devices import find_device

            on = find_device(device)[0].key
            return Answer.of(question.run(device=on, progress=progress, partial=part_came))

        self._task.start(job, self._done, self._failed)
        self.changed.emit()

    @window_first
    def _take_part(self, number: int, part: Answer) -> None:
        if number == self._number and self._task.busy:
            self.answer, self.stale = part, False
            self.changed.emit()

    @window_first
    def _done(self, answer: Answer | None) -> None:
        self.answer, self.stale = answer, False
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        self.stale = self.answer is not None
        if isinstance(error, MazescopeError):
            self.problem = str(error)
        else:
            self.problem = f"This could not be measured ({type(error).__name__})."
            self._context.report_exception(error, Topic.STUDY)
        self.changed.emit()
