"""Levels page: a row for each of many levels, chosen by a condition or a brush; a click opens the level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QModelIndex, QTimer
from PySide6.QtWidgets import QCheckBox, QLineEdit

from app.document import maze_edits
from app.errors import MazescopeError
from app.maze import generator
from app.maze.levels import cheese_in_region
from app.maze.maze import WORLDS
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, IconButton, labelled, muted, row
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.brush_plot import BrushPlot
from widgets.studies.result_table import ResultTable
from widgets.studies.study_page import StudyPage

if TYPE_CHECKING:
    from app.studies.level_table import LevelsQuestion
    from app.studies.levels_result import LevelsResult
    from app.studies.study import Table

FIRST: Final[tuple[str, ...]] = (
    "seed",
    "dim",
    "p_cheese",
    "p_top_right",
    "log_odds",
    "reach",
    "greedy_steps",
    "repeats",
)
"""Columns that come first in the table, where they are."""

OUTCOMES: Final = {"none": "Decision only", "greedy": "And greedy play", "exact": "And exact outcome (slow)"}


class LevelsPage(StudyPage):
    """Page of the level table: the policy's choice in each of many levels, and what they are like."""

    TITLE = "How often, over many levels?"
    HINT = (
        "One row a level: P(cheese), P(top-right) and their log-odds at the decision square, and what the level is "
        "like. A condition such as P(cheese) < .1 and dim >= 11, or a brush over the plot, chooses rows; a click on a "
        "row opens its level."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.count = WholeNumber("Levels", "Number of levels; their seeds start at 0", 1, 1_000_000)
        self.count.setValue(200)
        self.count.corrected.connect(context.notice)
        self.count.valueChanged.connect(self.follow)
        self.outcomes = Choice("Outcome", "Which outcomes of play are computed as well", OUTCOMES, self.follow)
        self.patched = QCheckBox("Under the patches as well")
        self.patched.setToolTip("A second column of each number, with the current patches")
        self.patched.clicked.connect(self.follow)
        self.condition = QLineEdit()
        self.condition.setPlaceholderText("P(cheese) < .1 and dim >= 11")
        self.condition.setAccessibleName("Condition")
        self.condition.setToolTip("Comparisons joined by and, or. Any column may be named; none is a missing number")
        self.condition.editingFinished.connect(self._filter)
        self.once = QCheckBox("Leave out repeats")
        self.once.setToolTip("Levels that are an exact copy of an earlier one in the table")
        self.once.clicked.connect(self._filter)
        self.across = Choice("Across", "Column on the horizontal axis", {}, self._draw)
        self.up = Choice("Up", "Column on the vertical axis", {}, self._draw)
        self.brush = BrushPlot(context)
        self.brush.brushed.connect(self._filter)
        self.clear = IconButton(context, "close", "Clear the condition and the brush", self._clear)
        self.shown = muted(wrap=True)
        self.rows = ResultTable()
        self.rows.clicked.connect(self._open)
        self.rows.activated.connect(self._open)
        self.rows.selectionModel().selectionChanged.connect(self._mark_selected)
        self.main.addLayout(row(labelled("Levels", self.count), self.outcomes))
        self.options.addWidget(self.patched)
        self.view.numbers.hide()
        layout = self.layout()
        assert layout is not None
        at = layout.indexOf(self.view)
        for offset, pair in enumerate((row(self.condition, self.clear), row(self.across, self.up))):
            layout.insertLayout(at + offset, pair)  # type: ignore[attr-defined]
        for offset, widget in enumerate((self.brush, self.once, self.shown, self.rows)):
            layout.insertWidget(at + 2 + offset, widget)  # type: ignore[attr-defined]
        self._table: Table | None = None
        self._chosen = np.zeros(0, dtype=np.int64)
        self._columns: dict[str, Any] = {}
        # Parts come many times a second; the table is made again less often.
        self._soon = QTimer(self, singleShot=True, interval=250)
        self._soon.timeout.connect(self._take)
        self.runner.changed.connect(self._changed)
        self._shown_later = (self.condition, self.across, self.up, self.brush, self.once, self.rows, self.clear)
        for part in self._shown_later:
            part.hide()

    def asks(self) -> tuple[Any, Asks] | None:
        """The table of the chosen levels."""
        state = self.context.document.state
        policy, world, count = state.policy, state.maze.world_name, self.count.value()
        if policy is None:
            return None
        from app.interventions.patches import NO_PATCHES

        stack = state.stack if self.patched.isChecked() else NO_PATCHES
        outcomes = self.outcomes.currentData()

        def question() -> LevelsQuestion:
            from app.field.level_blocks import level_range
            from app.studies.level_table import LevelsQuestion

            return LevelsQuestion(policy, level_range(world, [range(count)]), outcomes, stack=stack)

        return (policy.weights_hash, world, count, outcomes, stack), question

    @property
    def result(self) -> LevelsResult | None:
        """The table's result, whole or in part."""
        return self.runner.result  # type: ignore[return-value]

    @property
    def chosen_seeds(self) -> list[int]:
        """Seeds of the rows that are shown."""
        return [int(seed) for seed in np.asarray(self._columns["seed"])[self._chosen]] if self._columns else []

    def _changed(self) -> None:
        self.rows.setEnabled(not self.runner.stale)
        self.brush.set_stale(self.runner.stale)
        if not self._soon.isActive():
            self._soon.start()

    def _take(self) -> None:
        result = self.result
        if result is None:
            return
        self._columns = {name: result.column(name) for name in result.names}
        numbers = [name for name in self._columns if np.ma.asarray(self._columns[name]).dtype.kind in "ifb"]
        for box, usual in ((self.across, "euclid_cheese_corner"), (self.up, "log_odds")):
            if [box.itemData(at) for at in range(box.count())] != numbers:
                chosen = box.currentData()
                box.clear()
                for name in numbers:
                    box.addItem(name.replace("_", " "), name)
                box.choose(chosen if chosen in numbers else usual)
        for part in self._shown_later:
            part.show()
        self._draw()
        self._filter()

    def _draw(self, *_: object) -> None:
        x, y = self.across.currentData(), self.up.currentData()
        if x is not None and y is not None:
            self.brush.show_points(x, y, self._columns[x], self._columns[y])

    def _filter(self, *_: object) -> None:
        if not self._columns:
            return
        from app.studies.row_filter import matching

        try:
            wanted = matching(self.condition.text(), self._columns)
        except MazescopeError as error:
            self.context.report(str(error), about="condition")
            return
        self.context.succeeded.emit("condition")
        if self.once.isChecked():
            wanted &= np.ma.getmaskarray(np.ma.asarray(self._columns["repeats"]))
        inside = self.brush.inside()
        if inside is not None:
            wanted &= inside
        self._chosen = np.flatnonzero(wanted)
        self.rows.show_table(_table(self._columns, self._chosen))
        repeats = int(np.ma.count(np.ma.asarray(self._columns["repeats"])[wanted]))
        self.shown.setText(
            f"{len(self._chosen):,} of {len(wanted):,} levels; {repeats:,} of them repeat an earlier one."
        )
        self.brush.dim_others(wanted)

    def _clear(self) -> None:
        self.condition.clear()
        self.brush.clear_brush()
        self._filter()

    def _mark_selected(self, *_: object) -> None:
        rows = {self.rows.row_of(index) for index in self.rows.selectionModel().selectedRows()}
        self.brush.mark(self._chosen[sorted(rows)] if rows else self._chosen[:0])

    def _open(self, index: QModelIndex) -> None:
        result = self.result
        if result is None:
            return
        levels = result.question.levels  # type: ignore[attr-defined]
        seed = self.chosen_seeds[self.rows.row_of(index)]
        maze = generator.level(WORLDS[levels.world], seed)
        if levels.region is not None:
            maze = cheese_in_region(maze, seed, levels.region)
        maze_edits.open_level(self.context.document, maze, f"{levels.world} {seed}", seed, levels.region)


def _table(columns: dict[str, Any], rows: np.ndarray) -> Table:
    from app.studies.study import Column, Table

    names = [name for name in FIRST if name in columns]
    names += [name for name in columns if name not in names]
    found = []
    for name in names:
        values = np.ma.asarray(columns[name])[rows]
        cells = tuple(None if cell is None or cell != cell else cell for cell in values.tolist())
        found.append(Column(name, cells))
    return Table("levels", tuple(found))
