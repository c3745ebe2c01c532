"""Page of the document's snapshots: their fields, computed off the GUI thread, next to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.document.snapshot import Snapshot
from app.document.view_mode import Mode
from app.drawing.figure import Figure, figure
from app.drawing.side_by_side import joined
from app.drawing.source_line import aligned_sources, source_line
from app.errors import MazescopeError
from app.field.requests import FieldRequest, FieldResult
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on
from widgets.exporting.view_snapshot import Present
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.field.engine import Engine

Key = tuple[Policy, tuple[Snapshot, ...]]


def fields_of(
    engine: Engine, policy: Policy, snapshots: Sequence[Snapshot], progress: Progress = go_on
) -> tuple[FieldResult, ...]:
    """The field of each snapshot under a policy.

    Raises:
        Cancelled: when `progress` says not to continue.
        MazescopeError: when there is no snapshot.
    """
    if not snapshots:
        raise MazescopeError("There is no snapshot: keep one first (Shift+S).")
    found = []
    for number, kept in enumerate(snapshots):
        if not progress(number, len(snapshots)):
            raise Cancelled
        found.append(engine.compute(FieldRequest(kept.maze, policy, kept.stack)))
    return tuple(found)


def snapshots_figure(shown: Present, results: Sequence[FieldResult]) -> Figure:
    """The snapshots under a common title, each by its name and in the fields that it was looked at in."""
    figures = []
    sources = aligned_sources([source_line(each.request.policy, each.request.stack) for each in results])
    for kept, result, source in zip(shown.snapshots, results, sources, strict=True):
        mode = kept.view_values.get("mode")
        options = replace(
            shown.options,
            title=kept.name,
            source=source if shown.named else "",
            overlays={},
            draw_mouse=True,
        )
        figures.append(figure(result, Mode(mode) if mode in list(Mode) else shown.mode, shown.palette, options))
    drawn = joined(figures, shown.palette, shown.options.title)
    return replace(drawn, background=None) if shown.background == "transparent" else drawn


def snapshots_recipe(shown: Present) -> list[dict[str, Any]]:
    """The recipe of each snapshot, for a file."""
    # Loads torch.
    from app.document.recipe import recipe_of

    policy = shown.results[0].request.policy
    return [
        {**recipe_of(kept.maze, policy, kept.stack), "title": kept.name, "view": kept.view_values.get("mode")}
        for kept in shown.snapshots
    ]


class SnapshotFields(QObject):
    """The snapshots' fields for a preview, computed once.

    Signals:
        came(): they are there.
    """

    came = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._task = Task(context, self)
        self._asked: Key | None = None
        self._found: tuple[FieldResult, ...] | None = None

    def results(self, policy: Policy, snapshots: tuple[Snapshot, ...]) -> tuple[FieldResult, ...] | None:
        """The fields; None while they are computed, which this begins."""
        engine, key = self._context.bridge.engine, (policy, snapshots)
        if key != self._asked and engine is not None and snapshots:
            self._asked, self._found = key, None
            self._task.start(partial(fields_of, engine, policy, snapshots), self._take, self._failed)
        return self._found if key == self._asked else None

    def cancel(self) -> None:
        """Compute no more."""
        self._task.cancel()

    def _take(self, found: tuple[FieldResult, ...]) -> None:
        self._found = found
        self.came.emit()

    def _failed(self, _error: Exception) -> None:
        """Export tells why."""
