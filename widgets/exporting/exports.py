"""The export actions: the dialog, and the figure on the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.document.recent_states import Timeline
from app.errors import MazescopeError
from widgets.exporting.last_export import LastExport
from widgets.exporting.page_options import remembered
from widgets.exporting.view_snapshot import Present, Snapshots
from widgets.maze_view.maze_view import MazeView
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.shown_rollout import ShownRollout
from widgets.services.topics import Topic

if TYPE_CHECKING:
    from app.policy.series import Series
    from widgets.exporting.export_dialog import ExportDialog

GROUP = "Export"
PICTURE = "save figure image png svg pdf plot screenshot"
NUMBERS = "save data csv npz logits probabilities values table"
COPY_SCALE = 2.0


class Exports:
    """The window's exports.

    Args:
        shown_rollout: which step of which rollouts is shown now.
        series: the series of checkpoints that is open, or None.
        parent: the window over which the dialog opens.

    Attributes:
        snapshots: the view now, as values.
        timeline: the states of the last minute of work.
        last: the file exported last.
        dialog: the export dialog while it is open.
    """

    def __init__(
        self,
        context: Context,
        maze_view: MazeView,
        shown_rollout: Callable[[], ShownRollout],
        series: Callable[[], Series | None],
        parent: QWidget,
    ) -> None:
        self._context, self._parent = context, parent
        self.snapshots = Snapshots(context, maze_view, shown_rollout, series)
        self.timeline = Timeline(context.document)
        self.dialog: ExportDialog | None = None
        self.last = LastExport(context)
        for spec in (
            Spec(
                id="export.picture",
                title="Export picture…",
                handler=self._opener("picture"),
                keys=("Ctrl+E",),
                icon="image-outline",
                group=GROUP,
                words=PICTURE,
            ),
            Spec(
                id="export.numbers",
                title="Export numbers…",
                handler=self._opener("numbers"),
                icon="table",
                group=GROUP,
                words=NUMBERS,
            ),
            Spec(
                id="export.movie",
                title="Export movie…",
                handler=self._opener("rollout"),
                keys=("Ctrl+Shift+E",),
                icon="movie-open-outline",
                group=GROUP,
                tip="A movie of the rollout, of a slider's sweep, or of the last minute of edits.",
                words="video animation gif mp4 record sweep coefficient",
            ),
            Spec(
                id="export.training",
                title="Export movie of the training…",
                handler=self._opener("training"),
                icon="movie-open-outline",
                group=GROUP,
                tip="The mazes in front under each checkpoint of the series that is open.",
                words="video animation gif mp4 learning checkpoints series",
                enabled_when=lambda: series() is not None,
            ),
            Spec(
                id="export.snapshots",
                title="Export snapshots…",
                handler=self._opener("snapshots"),
                icon="camera-burst",
                group=GROUP,
                tip="All snapshots next to each other, in one picture.",
                words=f"{PICTURE} a/b ab before after",
                enabled_when=lambda: bool(context.document.state.snapshots),
            ),
            Spec(
                id="export.copy",
                title="Copy figure",
                handler=self.copy,
                keys=("Ctrl+Shift+C",),
                icon="content-copy",
                group=GROUP,
                tip="Put the view on the clipboard, as a picture and as SVG.",
                words="clipboard image picture screenshot png",
            ),
        ):
            context.actions.add(spec)

    def open(self, what: str) -> ExportDialog:
        """Show the dialog, on what is to be exported: a key of `export_jobs.WHAT`."""
        from widgets.exporting.export_dialog import ExportDialog

        if self.dialog is None:
            self.dialog = ExportDialog(self._context, self.snapshots, self.timeline, self.last, what, self._parent)
            self.dialog.destroyed.connect(self._forget)
        else:
            self.dialog.show_what(what)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def copy(self) -> None:
        """Put the view on the clipboard."""
        try:
            shown = self.snapshots.take(choice=remembered(self._context.settings))
        except MazescopeError as error:
            self._context.report(str(error), about=Topic.EXPORT)
            return

        def failed(error: Exception) -> None:
            self._context.report_exception(error, Topic.EXPORT)

        self._context.run_in_background(lambda: _pictures(shown), self._put_on_clipboard, failed)

    def close(self) -> None:
        """Listen no more."""
        self.timeline.close()

    def _opener(self, what: str) -> Callable[[], object]:
        return lambda: self.open(what)

    def _forget(self, *_: object) -> None:
        self.dialog = None

    def _put_on_clipboard(self, made: tuple[bytes, bytes]) -> None:
        png, svg = made
        data = QMimeData()
        data.setImageData(QImage.fromData(png))
        data.setData("image/png", QByteArray(png))
        data.setData("image/svg+xml", QByteArray(svg))
        QApplication.clipboard().setMimeData(data)
        self._context.succeeded.emit(Topic.EXPORT)
        self._context.notice("Copied the figure.")


def _pictures(shown: Present) -> tuple[bytes, bytes]:
    """The view as PNG and as SVG, each with its recipe."""
    from widgets.exporting.export_jobs import picture_bytes

    return picture_bytes("png", shown, COPY_SCALE), picture_bytes("svg", shown, COPY_SCALE)
