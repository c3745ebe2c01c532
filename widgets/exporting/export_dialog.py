"""Export dialog: the view, its numbers or a movie, written to a file."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.document.recent_states import Timeline
from app.drawing.figure import Figure
from app.errors import MazescopeError
from app.export.movie_frames import Sweep
from app.io.regular_file import is_file
from app.paths import home_folder
from app.progress import Progress
from widgets.controls.field_form import ScrolledForm, dense_form
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, muted, row, set_flag
from widgets.controls.tab_order import ReadingOrder
from widgets.exporting.codec_hint import Plays
from widgets.exporting.export_jobs import FORMATS, MOVIES, WHAT, Choices, export, first_frame
from widgets.exporting.file_names import ask_export_name, free_path, stem
from widgets.exporting.last_export import LastExport
from widgets.exporting.page_options import BACKGROUNDS, OF_MOVIES, PageChoice, remember, remembered
from widgets.exporting.preview import Preview
from widgets.exporting.snapshot_page import SnapshotFields, snapshots_figure
from widgets.exporting.sweep_options import SweepFields
from widgets.exporting.view_snapshot import Present, Snapshots
from widgets.services.cancellable_task import Task
from widgets.services.context import Context
from widgets.services.topics import Topic
from widgets.shell.docks import FRAME

SCALES = {"0.5": "½ ×", "1": "1 ×", "2": "2 ×", "3": "3 ×", "4": "4 ×", "6": "6 ×"}
USUAL_FPS = 10
USUAL_SCALE = {"picture": "2", "movie": "1"}


class ExportDialog(ReadingOrder, QDialog):
    """Dialog of an export: contents, options and file; then progress, until the file is there or the user cancels."""

    def __init__(
        self,
        context: Context,
        snapshots: Snapshots,
        timeline: Timeline,
        last: LastExport,
        what: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context, self._snapshots, self._timeline, self._last = context, snapshots, timeline, last
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self.what = Choice("What to export", "Contents of the file", {}, lambda _: self._show_what())
        self.format = Choice("Format", "Kind of file", {}, lambda _: self._show_format())
        self.scale = Choice("Size", "Pixels, as a multiple of the usual size", SCALES, lambda _: self._show_format())
        self.pixels = muted()
        self.fps = WholeNumber("Frames a second", "Frames a second of the movie", 1, 30)
        self.plays = Plays(self._context)
        self.background = Choice(
            "Background",
            "White has dark text, whatever the window's colours; transparent keeps the window's, "
            "for a page as light or as dark",
            {},
            lambda _: self._show_pixels(),
        )
        self.preview, self._fields = Preview(context), SnapshotFields(context, self)
        self._fields.came.connect(self._show_pixels)
        self.legend, self.numbers, self.names = QCheckBox("Legend"), QCheckBox("Numbers"), QCheckBox("Names")
        self.names.setToolTip("Names of the policy and of the patches that act, under the title")
        self.legend.setToolTip("How to read the arrows and marks")
        self.numbers.setToolTip("P(cheese) and P(top-right) at the decision square")
        self.title = QLineEdit()
        self.title.setPlaceholderText("None")
        self.title.setAccessibleName("Title")
        self.title.setToolTip("A line over the mazes; none when empty")
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.browse = QPushButton("Browse…")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.go, self.close_button = QPushButton("Export"), QPushButton("Close", autoDefault=False)
        self.go.setDefault(True)
        self._proposed = ""
        self._task = Task(self._context, self, about=Topic.EXPORT)
        self._lay_out()
        self._corrections: dict[QSpinBox | QDoubleSpinBox, str] = {}
        for number in (self.fps, *self.sweep.numbers):
            number.corrected.connect(partial(self._correct, number))
            number.lineEdit().textEdited.connect(partial(self._correct, number, ""))
        self.browse.clicked.connect(self._browse)
        self.go.clicked.connect(self._export)
        self.close_button.clicked.connect(self._cancel_or_close)
        self.path.textChanged.connect(lambda _: self._show_state())
        self.title.textChanged.connect(self._show_pixels)
        for box in (self.legend, self.numbers, self.names):
            box.toggled.connect(self._show_pixels)
        self._task.progressed.connect(self._show_progress)
        self._task.busy_changed.connect(lambda _: self._show_state())
        self._context.document.changed.connect(self._show_state)
        self._context.bridge.result.connect(self._show_pixels)
        self._context.view.mode_changed.connect(self._show_pixels)
        self.show_what(what)

    # -- what users do

    def show_what(self, what: str) -> None:
        """Choose what to export; a movie of the training is offered while a series is open."""
        self.what.clear()
        for value, title in WHAT.items():
            if value != "training" or self._snapshots.series() is not None:
                self.what.addItem(title, value)
        self.what.choose(what)
        self._show_what()

    def choices(self) -> Choices:
        """The options chosen."""
        what = self.what.currentData()
        sweep: Sweep | None = self.sweep.sweep if what == "sweep" else None
        return Choices(what, self.format.currentData(), float(self.scale.currentData()), self.fps.value(), sweep)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def done(self, result: int) -> None:
        """Close, and end the work under way."""
        self._task.cancel()
        self._fields.cancel()
        self.plays.close()
        # The document is no object of Qt's, which would let go of what is destroyed by itself.
        self._context.document.changed.disconnect(self._show_state)
        self.sweep.close()
        super().done(result)

    # -- inside

    @property
    def _is_movie(self) -> bool:
        return self.what.currentData() in MOVIES

    def _lay_out(self) -> None:
        form = dense_form()
        self._size = row(self.scale, self.pixels, None)
        form.addRow("Export", self.what)
        form.addRow("Format", self.format)
        form.addRow("", self.plays.label)
        form.addRow("Size", self._size)
        self._rate = row(self.fps, muted("frames a second"), None)
        form.addRow("Speed", self._rate)
        self.sweep = SweepFields(self._context, form)
        form.addRow("Background", self.background)
        self._shown = row(self.legend, self.numbers, self.names, None, space=16)
        form.addRow("Show", self._shown)
        form.addRow("Title", self.title)
        form.addRow("File", row(self.path, self.browse))
        form.finish()
        self._form = form
        column = QVBoxLayout(self)
        # A sweep's many rows fit a low screen.
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        page = row(self.preview, ScrolledForm(form), space=18)
        page.setStretch(0, 1)
        column.addLayout(page, 1)
        column.addWidget(self.said)
        column.addWidget(self.bar)
        column.addLayout(row(None, self.close_button, self.go))
        self.setMinimumWidth(30 * self.fontMetrics().height())

    def _fit(self) -> None:
        """Be as high as all rows need: Qt makes a dialog two thirds of the screen high at most, and cuts lines off."""
        layout = self.layout()
        assert layout is not None, "events come after it is laid out"
        needed = max(layout.totalHeightForWidth(self.width()), layout.totalSizeHint().height())
        needed = min(needed, self.screen().availableGeometry().height() - FRAME)
        if self.height() < needed:
            self.resize(self.width(), needed)

    def _show_what(self) -> None:
        what = self.what.currentData()
        movie = self._is_movie
        formats = FORMATS[what]
        kept = self._context.settings.get(f"export.format.{what}")
        self.format.clear()
        for suffix, title in formats.items():
            self.format.addItem(title, suffix)
        self.format.choose(kept if isinstance(kept, str) and kept in formats else next(iter(formats)))
        kind = "movie" if movie else "picture"
        self.scale.choose(str(self._context.settings.get(f"export.scale.{kind}")))
        if self.scale.currentIndex() < 0:
            self.scale.choose(USUAL_SCALE[kind])
        self._form.setRowVisible(self._rate, movie)
        self.fps.setValue(self._usual_fps())
        self.sweep.show(what == "sweep")
        self._show_page()
        for drawn in (self.background, self._shown, self.title):
            self._form.setRowVisible(drawn, what != "numbers")
        self._corrections.clear()
        self._say("")
        self._show_format()

    def _show_format(self) -> None:
        suffix = self.format.currentData()
        in_pixels = suffix in ("png", "gif", "mp4")
        self._form.setRowVisible(self._size, in_pixels)
        self._show_pixels()
        self._form.setRowVisible(self.plays.label, suffix == "mp4")
        old = self.path.text()
        if old.strip() and old != self._proposed:
            self.path.setText(str(Path(old).with_name(stem(Path(old)) + f".{suffix}")))
        else:
            self._proposed = str(free_path(self._folder, self._context.document.state.tab.title, suffix))
            self.path.setText(self._proposed)
        self._show_state()

    def _show_page(self) -> None:
        """Show what was chosen for the last export of this kind."""
        kept = remembered(self._context.settings, movie=self._is_movie)
        self.background.clear()
        for value in OF_MOVIES if self._is_movie else BACKGROUNDS:
            self.background.addItem(BACKGROUNDS[value], value)
        self.background.choose(kept.background)
        legend = self._snapshots.legend_shown if kept.legend is None else kept.legend
        for box, checked in ((self.legend, legend), (self.numbers, kept.numbers), (self.names, kept.names)):
            with QSignalBlocker(box):  # The page is drawn once, when all is chosen.
                box.setChecked(checked)

    @property
    def _page_choice(self) -> PageChoice:
        # What is as in the window keeps following it.
        legend = self.legend.isChecked()
        kept = None if legend == self._snapshots.legend_shown else legend
        return PageChoice(self.background.currentData(), kept, self.numbers.isChecked(), self.names.isChecked())

    def _usual_fps(self) -> int:
        """A rollout is as quick as its bar has it; other movies as the last one."""
        if self.what.currentData() == "rollout":
            return self._snapshots.shown_rollout().speed
        kept = self._context.settings.get("export.fps", USUAL_FPS)
        return kept if isinstance(kept, int) and 1 <= kept <= self.fps.maximum() else USUAL_FPS

    def _show_pixels(self, *_: object) -> None:
        from app.export.images import pixels_per_cell

        try:
            shown = self._snapshots.take(title=self.title.text().strip(), choice=self._page_choice)
        except MazescopeError:
            self.pixels.setText("")
            self.preview.show_figure(None)
            return
        drawn = self._drawn(shown)
        if drawn is None:
            return
        about = "The first picture of the movie" if self._is_movie else "The page as it will be"
        self.preview.show_figure(drawn, about)
        self.preview.setVisible(self.what.currentData() != "numbers")
        cell = pixels_per_cell(drawn, float(self.scale.currentData()))
        width, height = round(drawn.width * cell), round(drawn.height * cell)
        self.pixels.setText(f"{width} × {height} pixels")
        if self.format.currentData() == "mp4":
            self.plays.say_of(width, height)

    def _drawn(self, shown: Present) -> Figure | None:
        """The page, or the first of a movie; None while the snapshots' fields are computed, or where there are none."""
        what = self.what.currentData()
        if what == "snapshots":
            results = self._fields.results(shown.results[0].request.policy, shown.snapshots)
            if results is None:
                self.pixels.setText("")
                self.preview.show_figure(None)
            return None if results is None else snapshots_figure(shown, results)
        return first_frame(what, shown) if self._is_movie else shown.figure

    @property
    def _path(self) -> Path:
        """The file that is named; a mere name is one in the folder of the last export."""
        named = Path(self.path.text().strip())
        # A name may begin with "~" and be nobody's.
        with contextlib.suppress(RuntimeError):
            named = named.expanduser()
        return self._folder / named

    @property
    def _folder(self) -> Path:
        """The path of the last export."""
        folder = self._context.settings.get("export.folder")
        return Path(folder) if isinstance(folder, str) and os.path.isdir(folder) else home_folder()

    def _show_state(self, *_: object) -> None:
        busy, path = self._task.busy, self._path
        ready = bool(self.path.text().strip()) and self._context.document.state.policy is not None
        if self.what.currentData() == "sweep":
            ready = ready and self.sweep.sweep is not None
        if self.what.currentData() == "snapshots":
            ready = ready and bool(self._context.document.state.snapshots)
        self.go.setEnabled(ready and not busy)
        self.go.setText("Replace" if self.path.text().strip() and is_file(path) else "Export")
        self.close_button.setText("Cancel" if busy else "Close")
        self.bar.setVisible(busy)
        fields = (self.what, self.format, self.scale, self.fps, self.background, self.legend, self.numbers, self.names)
        for field in (*fields, self.title, self.path, self.browse):
            field.setEnabled(not busy)
        self.sweep.set_enabled(not busy)

    def _browse(self) -> None:
        ask_export_name(self, self._path, self.format.currentData(), self.path.setText)

    def _export(self) -> None:
        # What was typed counts, also where a click on a button leaves the keyboard with the field.
        self.fps.interpretText()
        engine, choices = self._context.bridge.engine, self.choices()
        path = self._path
        if path.suffix.lower() != f".{choices.suffix}":
            path = path.with_name(f"{path.name}.{choices.suffix}")
        try:
            shown = self._snapshots.take(self._timeline.moments, self.title.text().strip(), self._page_choice)
        except MazescopeError as error:
            self._say(str(error), error=True)
            return
        assert engine is not None, "a field is there, so the engine is"
        self._remember(choices)
        self._say(self._corrected)
        self.bar.setRange(0, 0)

        def job(progress: Progress) -> Path:
            return export(choices, shown, engine, path, progress)

        self._task.start(job, self._done, self._failed)

    def _done(self, path: Path) -> None:
        self._context.settings.set("export.folder", str(path.parent))
        self._last.take(path, self._corrected)
        self.accept()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, MazescopeError):
            self._say(str(error), error=True)
        else:
            self._context.report_exception(error, Topic.EXPORT)
        # The keyboard left the field when it was switched off, most likely for the button that closes.
        self.path.setFocus()
        self.path.selectAll()

    def _cancel_or_close(self) -> None:
        if self._task.busy:
            self._task.cancel()
            self._say("Nothing was written.")
            self.path.setFocus()
        else:
            self.reject()

    def _correct(self, number: QSpinBox | QDoubleSpinBox, sentence: str, *_: object) -> None:
        """Say what became of a number that cannot be; it is said until that number is typed again."""
        self._corrections.pop(number, None)
        if sentence:
            self._corrections[number] = f"{number.accessibleName()}: {sentence}"
        self._say(self._corrected)

    @property
    def _corrected(self) -> str:
        return " ".join(self._corrections.values())

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _say(self, sentence: str, *, error: bool = False) -> None:
        set_flag(self.said, "error", error)
        self.said.setText(sentence)

    def _remember(self, choices: Choices) -> None:
        settings = self._context.settings
        settings.set(f"export.format.{choices.what}", choices.suffix)
        kind = "movie" if self._is_movie else "picture"
        settings.set(f"export.scale.{kind}", self.scale.currentData())
        if choices.what != "numbers":
            remember(settings, self._page_choice, movie=self._is_movie)
        if choices.what != "rollout":
            settings.set("export.fps", choices.fps)
