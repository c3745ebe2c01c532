"""Exporting what is seen: files of every kind, and the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.document.recent_states import Timeline
from app.errors import MazescopeError
from widgets.exporting.page_options import remembered
from widgets.exporting.view_snapshot import Present, present
from widgets.services.action_registry import Spec
from widgets.services.context import Context

if TYPE_CHECKING:
    from widgets.exporting.export_dialog import ExportDialog
    from widgets.main_window import MainWindow

GROUP = "Export"
PICTURE = "save figure image png svg pdf plot screenshot"
NUMBERS = "save data csv npz logits probabilities values table"
COPY_SCALE = 2.0


class Exports:
    """The window's exports.

    Attributes:
        timeline: the states of the last minute of work.
        dialog: the export dialog while it is open.
    """

    def __init__(self, context: Context, window: MainWindow) -> None:
        self._context, self._window = context, window
        self.timeline = Timeline(context.document)
        self.dialog: ExportDialog | None = None
        for spec in (
            Spec(
                "export.picture",
                "Export picture…",
                self._opener("picture"),
                ("Ctrl+E",),
                "image-outline",
                GROUP,
                words=PICTURE,
            ),
            Spec("export.numbers", "Export numbers…", self._opener("numbers"), (), "table", GROUP, words=NUMBERS),
            Spec(
                "export.movie",
                "Export movie…",
                self._opener("rollout"),
                ("Ctrl+Shift+E",),
                "movie-open-outline",
                GROUP,
                "A movie of the rollout, of a slider's sweep, or of the last minute of edits.",
                words="video animation gif mp4 record sweep coefficient",
            ),
            Spec(
                "export.copy",
                "Copy figure",
                self.copy,
                ("Ctrl+Shift+C",),
                "content-copy",
                GROUP,
                "Put the view on the clipboard, as a picture and as SVG.",
                words="clipboard image picture screenshot png",
            ),
        ):
            context.actions.add(spec)

    def open(self, what: str) -> ExportDialog:
        """Show the dialog, on what is to be exported: a key of `jobs.WHAT`."""
        from widgets.exporting.export_dialog import ExportDialog

        if self.dialog is None:
            self.dialog = ExportDialog(self._window, self.timeline, what)
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
            shown = present(self._window, choice=remembered(self._context.settings))
        except MazescopeError as error:
            self._context.report(str(error), about="export")
            return

        def failed(error: Exception) -> None:
            self._context.report_exception(error, "export")

        self._context.run_in_background(lambda: _pictures(shown), self._put_on_clipboard, failed)

    def close(self) -> None:
        """Listen no more."""
        self.timeline.close()

    def _opener(self, what: str) -> Any:
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
        self._context.succeeded.emit("export")
        self._context.notice("Copied the figure.")


def _pictures(shown: Present) -> tuple[bytes, bytes]:
    """The view as PNG and as SVG, each with its recipe."""
    from widgets.exporting.export_jobs import picture_bytes

    return picture_bytes("png", shown, COPY_SCALE), picture_bytes("svg", shown, COPY_SCALE)
