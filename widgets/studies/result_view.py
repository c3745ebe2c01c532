"""One study's result: findings, a plot, the numbers, and ways to copy or save them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLayout, QMenu, QProgressBar, QPushButton, QWidget

from app.errors import MazescopeError
from app.progress import Pace, time_left
from widgets.controls.collapsible import Folding
from widgets.controls.panel_parts import SPACE, Choice, IconButton, column, muted, row, unbroken
from widgets.controls.plot_view import PlotView
from widgets.controls.whole_choice import WholeChoice
from widgets.services.context import Context
from widgets.services.study_runner import Answer, StudyRunner
from widgets.services.topics import Topic
from widgets.studies.column_pager import ColumnPager
from widgets.studies.result_table import ResultTable

if TYPE_CHECKING:
    from app.studies.study import Result

FILES: Final = {
    "csv": "Rows as CSV",
    "parquet": "Rows as Parquet",
    "json": "Numbers as JSON",
    "svg": "Plots as SVG",
    "png": "Plots as PNG",
    "pdf": "Plots as PDF",
}
"""Kinds of file, and what the menu calls them."""

LOW_SPACE: Final = 2
"""Pixels between the parts in a low panel."""


class ResultView(QWidget):
    """The newest result of a runner; stale ones are faded.

    Signals:
        save_asked(str): a kind of file, a key of `FILES`.
        plots_changed(): there are other plots to choose from.
    """

    save_asked = Signal(str)
    plots_changed = Signal()

    def __init__(self, context: Context, runner: StudyRunner) -> None:
        super().__init__()
        self._context, self.runner = context, runner
        self._plot_name = self._table_name = ""
        self._pace = Pace()
        self._left = ""
        self._handle: float | None = None
        self.finding, self.more = QLabel(), muted()
        for label in (self.finding, self.more):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem, self.state = muted(wrap=True), muted(wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("Stop measuring; keep what was found so far")
        self.stop.clicked.connect(runner.cancel)
        self.plots = WholeChoice("Plot", "Which plot is shown", {}, self._choose_plot)
        self.plot = PlotView(context)
        self.tables = WholeChoice("Table", "Which table is shown", {}, self._choose_table)
        self.table = ResultTable()
        numbers = QWidget()
        inner = column(numbers)
        inner.addWidget(self.tables)
        inner.addWidget(self.table)
        inner.addWidget(ColumnPager(context, self.table))
        self.numbers = Folding(context, "Numbers", numbers)
        self._command = IconButton(context, "console", "Copy as command", self._copy_command)
        self._python = IconButton(context, "language-python", "Copy as Python", self._copy_python)
        self.save = QPushButton("Save…")
        self.save.setToolTip("Save the rows or the plots as a file, with the recipe inside")
        self.save.setMenu(self._save_menu())
        self._column = layout = column(self)
        layout.addWidget(self.finding)
        layout.addWidget(self.problem)
        layout.addWidget(self.plots)
        layout.addWidget(self.plot)
        self.under_way = QWidget()
        """State and progress of the run, and the button that ends it."""
        told = column(self.under_way)
        told.addWidget(self.state)
        told.addLayout(row(self.progress, self.stop))
        # Under the plot, which then keeps its place while it is measured again.
        layout.addWidget(self.under_way)
        layout.addWidget(self.numbers)
        layout.addWidget(self.more)
        layout.addLayout(row(self.save, None, self._command, self._python))
        runner.changed.connect(self.refresh)
        runner.progressed.connect(self._show_progress)
        self.refresh()

    def set_low(self, low: bool) -> None:
        """Show the plot before the finding and lower, as in a low panel, or after it.

        In a low panel the finding is next to the picture, before what is said of the plot.
        """
        self.plot.set_low(low)
        self._column.setSpacing(LOW_SPACE if low else SPACE)
        self._column.removeWidget(self.finding)
        self._column.insertWidget(self._column.indexOf(self.plot) + 1 if low else 0, self.finding)
        if low:
            self._column.insertWidget(self._column.indexOf(self.finding) + 1, self.plot.words)
        else:
            self.plot.take_words()

    def add_under_plot(self, controls: QLayout) -> None:
        """Show controls of the plot under it."""
        self._column.insertLayout(self._column.indexOf(self.plot) + 1, controls)

    def take_choice_of_plot(self) -> None:
        """Show the choice of the plot over the plot; it may have been elsewhere."""
        if self.plots.parent() is not self:
            self._column.insertWidget(self._column.indexOf(self.plot), self.plots)

    @property
    def result(self) -> Result | None:
        """The result shown."""
        return self.runner.result

    def refresh(self) -> None:
        """Show the runner's result as it is now."""
        runner, answer = self.runner, self.runner.answer
        self.progress.setVisible(runner.busy)
        self.stop.setVisible(runner.busy)
        if not runner.busy:
            self.progress.setRange(0, 0)
            self._pace.restart()
            self._left = ""
        stale = runner.stale and answer is not None
        self._say_state()
        found = () if answer is None else answer.findings
        self.finding.setText(unbroken(found[0]) if found else "")
        self.more.setText(unbroken("\n".join(found[1:])))
        for label in (self.finding, self.more):
            label.setVisible(bool(label.text()))
            label.setEnabled(not stale)
        self.plot.set_stale(stale)
        self.table.setEnabled(not stale)
        for part in (self.save, self._command, self._python):
            part.setEnabled(answer is not None and not stale)
        self._show_plots(answer)
        self._show_tables(answer)

    def _show_plots(self, answer: Answer | None) -> None:
        plots = () if answer is None else answer.plots
        names = {plot.name: unbroken(plot.title) for plot in plots}
        if self._plot_name not in names:
            self._plot_name = next(iter(names), "")
        if _refill(self.plots, names, self._plot_name):
            self.plots_changed.emit()
        self.plots.setVisible(len(names) > 1)
        self.plot.set_titled(len(names) < 2)
        shown = next((plot for plot in plots if plot.name == self._plot_name), None)
        if shown is not self.plot.plot:
            self.plot.show_plot(shown, self._handle)

    def set_handle(self, place: float | None) -> None:
        """Put the handle on plots along a number there; None for no handle."""
        if place is not None and self._handle is not None:
            self._handle = place
            self.plot.set_handle(place)
        elif place != self._handle:
            self._handle = place
            self.plot.show_plot(self.plot.plot, place)

    def _show_tables(self, answer: Answer | None) -> None:
        tables = () if answer is None else answer.tables
        names = {table.name: unbroken(table.title or table.name) for table in tables}
        if self._table_name not in names:
            self._table_name = next(iter(names), "")
        _refill(self.tables, names, self._table_name)
        self.tables.setVisible(len(names) > 1)
        self.numbers.setVisible(bool(names))
        shown = next((table for table in tables if table.name == self._table_name), None)
        if shown is not self.table.shown:
            self.table.show_table(shown)

    def _choose_plot(self, name: str) -> None:
        self._plot_name = name
        self._show_plots(self.runner.answer)

    def _choose_table(self, name: str) -> None:
        self._table_name = name
        self._show_tables(self.runner.answer)

    def _say_state(self) -> None:
        runner = self.runner
        stale = runner.stale and runner.answer is not None
        measuring = "Measuring…" + (f" {self._left}" if self._left else "")
        self.problem.setText(runner.problem)
        self.state.setText(measuring if runner.busy else "Not up to date." if stale and not runner.problem else "")
        for label in (self.problem, self.state):
            label.setVisible(bool(label.text()))
        self.under_way.setVisible(bool(self.state.text()))

    def _show_progress(self, done: int, of: int) -> None:
        self.progress.setRange(0, of)
        self.progress.setValue(done)
        self._left = time_left(self._pace.left(done, of))
        self._say_state()

    def _copy_command(self) -> None:
        self._copy("command", "The command that prints these numbers is on the clipboard.")

    def _copy_python(self) -> None:
        self._copy("python", "The Python lines that give these numbers are on the clipboard.")

    def _copy(self, form: str, done: str) -> None:
        """Copy a line that works as it is: what is in no file yet is written into the program's own folder."""
        if self.result is None:
            return
        question, folder = self.result.question, self._context.settings.file.parent / "commands"

        def text() -> str:
            from app.studies.command_files import command_words

            words = command_words(question, folder)
            return question.command(words) if form == "command" else question.python(words)

        self._context.run_in_background(text, partial(self._copied, done), self._not_copied)

    def _copied(self, done: str, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._context.notice(done)

    def _not_copied(self, error: Exception) -> None:
        self._context.report_exception(error, Topic.STUDY)

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind, title in FILES.items():
            action = menu.addAction(f"{title}…")
            action.triggered.connect(lambda _=False, kind=kind: self.save_asked.emit(kind))
        return menu


def write_result(result: Result, kind: str, path: Path, palette_name: str) -> None:
    """Write a result into a file. Loads what draws: only off the GUI thread.

    Args:
        kind: a key of `FILES`.
        palette_name: colours of plots, "light" or "dark".

    Raises:
        MazescopeError: one sentence on why it could not be written; what was at the path is unchanged.
    """
    from app.drawing.palette import palette
    from app.export.study_files import study_bytes
    from app.io.atomic import write_atomically

    try:
        write_atomically(path, study_bytes(kind, result, palette=palette(palette_name)))
    except OSError as error:
        raise MazescopeError(f"{path.name} could not be written: {error.strerror or error}.") from error


def _refill(box: Choice, titles: dict[str, str], chosen: str) -> bool:
    """Offer these titles; True if they are others than before."""
    shown = {box.itemData(number): box.itemText(number) for number in range(box.count())}
    if shown != titles:
        box.clear()
        for value, title in titles.items():
            box.addItem(title, value)
    box.choose(chosen)
    return shown != titles
