"""Levels page: many levels as a table or a gallery, chosen by a condition or a brush; a click opens a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QLayout, QLineEdit

from app.document import maze_edits
from app.errors import MazescopeError
from app.maze.levels import SeededLevel
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, IconButton, labelled, muted, row
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.services.window_first import window_first
from widgets.studies.brush_plot import BrushPlot
from widgets.studies.column_pager import ColumnPager
from widgets.studies.level_gallery import LevelGallery, Shown
from widgets.studies.level_preview import LevelPreview
from widgets.studies.result_table import ResultTable, cell_text
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

TABLE: Final = "table"
SHOWS: Final = {TABLE: "Table", **{str(count): f"Gallery of {count}" for count in (12, 24, 36, 60)}}
"""The forms of the levels: a table, or so many small fields."""

OWN_ORDER: Final = ""
"""The choice of no column to sort by."""

OUTCOMES: Final = {"none": "Decision only", "greedy": "And greedy play", "exact": "And exact outcome (slow)"}


class LevelsPage(StudyPage):
    """Page of the level table: the policy's choice in each of many levels, and what they are like."""

    TITLE = "How often, over many levels?"
    HINT = (
        "One row a level: P(cheese), P(top-right) and their log-odds at the decision square, and what the level is "
        "like. A condition such as P(cheese) < .1 and dim >= 11, or a brush over the plot, chooses levels; in the "
        "table or the gallery, the pointer on a level shows its arrows under the patches, and a click opens it."
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
        self.show_as = Choice("Show", "A table, or a gallery of small fields under the patches", SHOWS, self._show_as)
        self.sort_by = Choice("Sort by", "The column that the levels are sorted by", {}, self._sort)
        self.down = IconButton(context, "sort-descending", "Largest first", self._sort, checkable=True)
        self.rows = ResultTable()
        self.rows.clicked.connect(self._open_row)
        self.rows.activated.connect(self._open_row)
        self.rows.hovered.connect(self._point_at_row)
        self.rows.selectionModel().selectionChanged.connect(self._mark_selected)
        self.rows.horizontalHeader().sortIndicatorChanged.connect(self._sorted)
        self.gallery = LevelGallery(context)
        self.gallery.opened.connect(self._open)
        self.gallery.hovered.connect(self._point_at)
        self.trouble = muted(wrap=True)
        self.trouble.hide()
        context.level_pictures.arrived.connect(self._say_trouble)
        context.level_pictures.outdated.connect(self._say_trouble)
        self.preview = LevelPreview(context, self)
        self.main.addLayout(labelled("Levels", self.count))
        self.main.addLayout(labelled("Outcome", self.outcomes))
        self.options.addWidget(self.patched)
        self.view.numbers.hide()
        layout = self.layout()
        assert layout is not None
        at = layout.indexOf(self.view)
        parts = (
            row(self.condition, self.clear),
            labelled("Across", self.across),
            labelled("Up", self.up),
            self.brush,
            # Not under the rows, which are many.
            self.view.under_way,
            self.once,
            self.shown,
            labelled("Show", self.show_as),
            labelled("Sort by", self.sort_by, self.down, together=True),
            self.trouble,
            self.rows,
            ColumnPager(context, self.rows),
            self.gallery,
        )
        for offset, part in enumerate(parts):
            if isinstance(part, QLayout):
                layout.insertLayout(at + offset, part)  # type: ignore[attr-defined]
            else:
                layout.insertWidget(at + offset, part)  # type: ignore[attr-defined]
        self._table: Table | None = None
        self._chosen = np.zeros(0, dtype=np.int64)
        self._columns: dict[str, Any] = {}
        # Parts come many times a second; the table is made again less often.
        self._soon = QTimer(self, singleShot=True, interval=250)
        self._soon.timeout.connect(self._take)
        self.runner.changed.connect(self._changed)
        self._shown_later = (
            *(self.condition, self.across, self.up, self.brush, self.once, self.clear),
            *(self.show_as, self.sort_by, self.down),
        )
        for widget in (*self._shown_later, self.rows, self.gallery):
            widget.hide()

    def summary(self) -> str:
        """Levels and outcomes."""
        return f"{self.count.value():,} levels · {self.outcomes.currentText()}"

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
        """Seeds of the levels that are chosen, in the table's own order."""
        return [int(seed) for seed in np.asarray(self._columns["seed"])[self._chosen]] if self._columns else []

    def _changed(self) -> None:
        self.rows.setEnabled(not self.runner.stale)
        self.brush.set_stale(self.runner.stale)
        if not self._soon.isActive():
            self._soon.start()

    @window_first
    def _take(self) -> None:
        result = self.result
        if result is None:
            return
        self._columns = {name: result.column(name) for name in result.names}
        self._table = _table(self._columns)
        numbers = [name for name in self._columns if np.ma.asarray(self._columns[name]).dtype.kind in "ifb"]
        for box, usual in ((self.across, "euclid_cheese_corner"), (self.up, "log_odds")):
            if [box.itemData(at) for at in range(box.count())] != numbers:
                chosen = box.currentData()
                box.clear()
                for name in numbers:
                    box.addItem(name.replace("_", " "), name)
                box.choose(chosen if chosen in numbers else usual)
        names = [OWN_ORDER, *(column.name for column in self._table.columns)]
        if [self.sort_by.itemData(at) for at in range(self.sort_by.count())] != names:
            self.rows.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
            self.sort_by.clear()
            for name in names:
                self.sort_by.addItem(name.replace("_", " ") or "Own order", name)
        for part in self._shown_later:
            part.show()
        self._show_as()
        self._draw()
        self._filter()

    def _draw(self, *_: object) -> None:
        x, y = self.across.currentData(), self.up.currentData()
        if x is not None and y is not None:
            self.brush.show_points(x, y, self._columns[x], self._columns[y])

    @window_first
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
        self.rows.show_rows(self._table, self._chosen)
        self._fill_gallery()
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
        rows = [self.rows.row_of(index) for index in self.rows.selectionModel().selectedRows()]
        self.brush.mark(np.array(sorted(rows), dtype=np.int64))

    # --- table and gallery ------------------------------------------------------------------------------------------

    def _show_as(self, *_: object) -> None:
        table = self.show_as.currentData() == TABLE
        self.rows.setVisible(table)
        self.gallery.setVisible(not table)
        self._fill_gallery()

    def _sort(self, *_: object) -> None:
        order = Qt.SortOrder.DescendingOrder if self.down.isChecked() else Qt.SortOrder.AscendingOrder
        self.rows.sortByColumn(self.sort_by.currentIndex() - 1, order)

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        """The table is sorted by another column: from here, or by a click on its head."""
        self.sort_by.setCurrentIndex(column + 1)
        self.down.setChecked(column >= 0 and order == Qt.SortOrder.DescendingOrder)
        # The head tells before the rows are sorted.
        QTimer.singleShot(0, self, self._fill_gallery)

    def _fill_gallery(self) -> None:
        if self._table is None or self.show_as.currentData() == TABLE:
            self.gallery.show_levels(())
            return
        first = self.rows.order[: int(self.show_as.currentData())]
        by = self.sort_by.currentData() or "p_cheese"
        values = next(column.values for column in self._table.columns if column.name == by)
        self.gallery.show_levels([Shown(self._level(int(at)), self._words(int(at)), _text(values[at])) for at in first])

    def _say_trouble(self, *_: object) -> None:
        """Say why pictures cannot be made, where they cannot."""
        problem = self.context.level_pictures.problem if self.gallery.isVisible() else ""
        self.trouble.setText(problem)
        self.trouble.setVisible(bool(problem))

    def _level(self, at: int) -> SeededLevel:
        """The level of a row of the whole table."""
        levels = self.result.question.levels  # type: ignore[union-attr]
        return SeededLevel(levels.world, int(self._columns["seed"][at]), levels.region)

    def _words(self, at: int) -> str:
        repeated = np.ma.asarray(self._columns["repeats"])[at]
        return f"{self._columns['seed'][at]}" + ("" if repeated is np.ma.masked else f" = {repeated}")

    def _point_at_row(self, at: int | None) -> None:
        if at is None:
            self.preview.show_level(None)
        else:
            self._preview(at)

    def _point_at(self, level: SeededLevel | None) -> None:
        seeds = np.asarray(self._columns["seed"]).tolist()
        self._point_at_row(seeds.index(level.seed) if level is not None and level.seed in seeds else None)

    def _preview(self, at: int) -> None:
        level = self._level(at)
        repeated = np.ma.asarray(self._columns["repeats"])[at]
        same = "" if repeated is np.ma.masked else f", repeats {repeated}"
        self.preview.show_level(level, level.name + same)

    def _open_row(self, index: QModelIndex) -> None:
        if self.result is not None:
            self._open(self._level(self.rows.row_of(index)))

    def _open(self, level: SeededLevel) -> None:
        maze_edits.open_level(self.context.document, level.maze(), level.name, level.seed, level.region)


NOTHING: Final = cell_text(None)


def _text(value: Any) -> str:
    """A cell for people; of a masked or missing number, a dash."""
    if value is None or value is np.ma.masked:
        return NOTHING
    value = value.item() if isinstance(value, np.generic) else value
    return cell_text(None if isinstance(value, float) and value != value else value)


def _table(columns: dict[str, Any]) -> Table:
    """All columns, the first ones first; what is missing is NaN, or None among whole numbers."""
    from app.studies.study import Column, Table

    names = [name for name in FIRST if name in columns]
    names += [name for name in columns if name not in names]
    found = []
    for name in names:
        values = np.ma.asarray(columns[name])
        if values.dtype.kind == "f":
            found.append(Column(name, values.filled(np.nan)))
        elif np.ma.getmaskarray(values).any():
            found.append(Column(name, tuple(values.tolist())))
        else:
            found.append(Column(name, values.data))
    return Table("levels", tuple(found))
