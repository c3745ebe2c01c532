"""Tracer of live curves: one curve at a time in the background, after the arrows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.interventions.patches import PatchStack
from app.maze.maze import Maze, Square
from app.progress import Progress
from widgets.services.background_thread import in_background
from widgets.services.cancellable_task import Task
from widgets.services.jobs import Jobs

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.studies.response.live_curve import LiveCurve


class Curves(QObject):
    """Traces the newest curve that is asked for.

    Signals:
        opened(object): a curve's owner began to ask; any other stops.
    """

    opened = Signal(object)
    _part_came = Signal(int, object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self._task = Task(jobs, self)
        self._tracer: Any = None
        self._number = 0
        self._heard: Callable[[LiveCurve], object] = lambda _: None
        self._part_came.connect(self._take_part)

    @property
    def busy(self) -> bool:
        """True while a curve is on its way."""
        return self._task.busy

    def trace(
        self,
        policy: Policy,
        maze: Maze,
        stack: PatchStack,
        position: int,
        number: str,
        square: Square,
        done: Callable[[LiveCurve | None], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Trace a curve in place of the one under way.

        Args:
            policy: the policy.
            maze: the maze.
            stack: the patches.
            position: of the patch whose number moves.
            number: its field: "coefficient".
            square: where to look in a maze without a decision square.
            done: given the curve with its coarse points, then whole; on the GUI thread.
            failed: given the error, on the GUI thread.
        """
        self._number += 1
        mine = self._number
        self._heard = done

        def job(progress: Progress) -> LiveCurve | None:
            # Several threads ask whether it is wanted; telling progress would send a signal from each of them.
            del progress
            in_background()
            from app.studies.response.live_curve import CurveTracer
            from app.studies.response.origin import MovedNumber

            if self._tracer is None:
                self._tracer = CurveTracer()
            return self._tracer.trace(
                policy,
                maze,
                MovedNumber(stack, position, number),
                square=square,
                wanted=lambda: mine == self._number and not self._jobs.closing,
                partial=lambda curve: self._part_came.emit(mine, curve),
            )

        self._task.start(job, done, failed)

    def cancel(self) -> None:
        """Stop the curve under way."""
        self._number += 1
        self._task.cancel()

    def _take_part(self, number: int, curve: LiveCurve) -> None:
        if number == self._number and self._task.busy:
            self._heard(curve)
