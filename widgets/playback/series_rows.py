"""Rows of a series, measured in the background: lanes over its axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.progress import Progress
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.policy.series import Series
    from app.studies.study import Plot
    from app.studies.training import TrainingResult

LEVELS: Final = 40
"""Levels on which the lanes are measured: the first ones of a world."""


class SeriesRows(QObject):
    """Measures a series, its last checkpoint first, and keeps what it has.

    Signals:
        changed(): there are rows of another checkpoint, or it began or ended.
    """

    changed = Signal()
    _partial = Signal(int, object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._series: Series | None = None
        self._quick: TrainingResult | None = None
        self._played: TrainingResult | None = None
        self._number = 0
        self._task = Task(context, self)
        self._task.progressed.connect(self._tell)
        self._task.busy_changed.connect(self._tell)
        # Rows arrive on the thread that measures; this brings them here.
        self._partial.connect(self._take)

    @property
    def result(self) -> TrainingResult | None:
        """The rows of as many checkpoints as there are; without play while those with it are fewer."""
        if self._played is None or (self._quick is not None and len(self._played.points) < len(self._quick.points)):
            return self._quick
        return self._played

    @property
    def measuring(self) -> bool:
        """True while rows are being computed."""
        return self._task.busy

    def plot(self, lane: str) -> Plot | None:
        """A lane as numbers; None before anything of it is measured."""
        result = self._of(lane)
        return None if result is None else next(each for each in result.plots if each.name == lane)

    def note(self, lane: str) -> str:
        """The lane's note, after how far it is."""
        result, plot = self._of(lane), self.plot(lane)
        note = "" if plot is None else plot.note
        count, done = 0 if self._series is None else len(self._series), 0 if result is None else len(result.points)
        return f"Measuring {done} of {count} checkpoints. {note}" if self.measuring and done < count else note

    def start(self, series: Series, world: int) -> None:
        """Measure a series on the first levels of the world of this side."""
        self.clear()
        self._series, number = series, self._number

        def measure(progress: Progress) -> TrainingResult:
            from app.maze.generator import levels
            from app.maze.maze import WORLDS
            from app.studies.level_set import LevelSet, NamedLevel
            from app.studies.training import TrainingQuestion

            name = next(each for each, side in WORLDS.items() if side == world)
            mazes = levels(world, range(LEVELS))
            named = tuple(NamedLevel(maze, f"{name} {seed}", seed) for seed, maze in enumerate(mazes))
            levels_asked, found = LevelSet(named, name, f"0:{LEVELS}"), None
            # Play takes nearly all of the time: the other lanes come first.
            for play in (False, True):
                question = TrainingQuestion(series, levels_asked, play=play)
                found = question.run(progress=progress, partial=lambda rows: self._partial.emit(number, rows))
            assert found is not None
            return found

        self._task.start(measure, lambda found: self._take(number, found))

    def clear(self) -> None:
        """Stop, and forget all rows."""
        self._task.cancel()
        self._number += 1
        self._series = self._quick = self._played = None

    def _of(self, lane: str) -> TrainingResult | None:
        return self._played if lane == "solved" else self.result

    def _take(self, number: int, found: TrainingResult) -> None:
        if number == self._number:
            if found.question.play:
                self._played = found
            else:
                self._quick = found
            self.changed.emit()

    def _tell(self, *_: object) -> None:
        self.changed.emit()
