"""Fit page: how far a level's features tell what the policy does there, and the levels that they tell worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QCheckBox

from app.document import maze_edits
from app.maze.levels import SeededLevel
from app.number_format import fixed
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, heading, labelled, muted
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.column_pager import ColumnPager
from widgets.studies.level_preview import LevelPreview
from widgets.studies.result_table import ResultTable
from widgets.studies.study_page import StudyPage

if TYPE_CHECKING:
    from app.studies.fit import FitQuestion, Outcome
    from app.studies.fit_result import FitResult

FEATURES: Final = {
    "published": "Published: 3 features",
    "six": "6 distances",
    "all": "More: 23 features",
}
"""The sets of features, and their titles; the numbers are those of `app.studies.level_features.PRESETS`."""

OUTCOMES: Final = {
    "choice": "P(cheese)",
    "greedy": "Greedy play",
    "exact": "Exact chance (slow)",
}


class FitPage(StudyPage):
    """Page of the fits: coefficients, accuracy next to the base rate, and a list of the levels that fit worst."""

    TITLE = "How far do features of a level tell?"
    HINT = (
        "A logistic fit of the outcome and a least-squares fit of the log-odds, on z-scored features of levels with a "
        "decision square. Numbers has each coefficient's bootstrap interval, its inflation (VIF) and how often its "
        "sign flips, and accuracy on held-out levels next to that of always saying the commoner outcome."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.count = WholeNumber("Levels", "Number of levels; their seeds start at 0", 40, 100_000)
        self.count.setValue(600)
        self.count.corrected.connect(context.notice)
        self.count.valueChanged.connect(self.follow)
        self.features = Choice("Features", "The features that are fitted", FEATURES, self.follow)
        self.outcome = Choice("Outcome", "The outcome of the logistic fit", OUTCOMES, self.follow)
        self.distinct = QCheckBox("Leave out repeats")
        self.distinct.setToolTip("Levels that are an exact copy of an earlier one count once")
        self.distinct.clicked.connect(self.follow)
        self.main.addLayout(labelled("Levels", self.count))
        self.main.addLayout(labelled("Features", self.features))
        self.main.addLayout(labelled("Outcome", self.outcome))
        self.draws = WholeNumber("Resamples", "Resamples and random subsets, for intervals and signs", 20, 10_000)
        self.draws.setValue(400)
        self.draws.corrected.connect(context.notice)
        self.draws.valueChanged.connect(self.follow)
        self.options.addWidget(self.distinct)
        self.options.addLayout(labelled("Draws", self.draws))
        self.title = heading("Levels that the fit gets most wrong")
        self.shown = muted("Click one to open it. The pointer on it shows its arrows under the patches.", wrap=True)
        self.wrong = ResultTable()
        self.wrong.clicked.connect(self._open)
        self.wrong.activated.connect(self._open)
        self.wrong.hovered.connect(self._point_at)
        self.preview = LevelPreview(context, self)
        self._parts = (self.title, self.shown, self.wrong)
        layout = self.layout()
        assert layout is not None
        at = layout.indexOf(self.view) + 1
        for offset, part in enumerate(self._parts):
            layout.insertWidget(at + offset, part)  # type: ignore[attr-defined]
            part.hide()
        layout.insertWidget(at + len(self._parts), ColumnPager(context, self.wrong))  # type: ignore[attr-defined]
        self.runner.changed.connect(self._answered)

    def summary(self) -> str:
        """Levels, features and outcome."""
        return f"{self.count.value():,} levels · {self.features.currentText()} · {self.outcome.currentText()}"

    def asks(self) -> tuple[Any, Asks] | None:
        """The fit of the chosen features over the chosen levels of the world in front."""
        state = self.context.document.state
        policy, world, count = state.policy, state.maze.world_name, self.count.value()
        if policy is None:
            return None
        features, distinct = str(self.features.currentData()), self.distinct.isChecked()
        draws = self.draws.value()
        outcome: Outcome = self.outcome.currentData()

        def question() -> FitQuestion:
            from app.field.level_blocks import level_range
            from app.studies.fit import FitQuestion
            from app.studies.level_features import PRESETS
            from app.studies.level_table import LevelsQuestion

            computed = "none" if outcome == "choice" else outcome
            levels = LevelsQuestion(policy, level_range(world, [range(count)]), computed)
            return FitQuestion(levels, PRESETS[features], outcome, distinct, draws)

        return (policy.weights_hash, world, count, features, outcome, distinct, draws), question

    @property
    def result(self) -> FitResult | None:
        """The fits."""
        return self.runner.result  # type: ignore[return-value]

    def _answered(self) -> None:
        result = self.result
        for part in self._parts:
            part.setVisible(result is not None)
        self.wrong.setEnabled(not self.runner.stale)
        if result is not None and not self.runner.stale:
            table = next(table for table in self.runner.answer.tables if table.name == "most_wrong")  # type: ignore[union-attr]
            if table is not self.wrong.shown:
                self.wrong.show_table(table)

    def _level(self, at: int) -> SeededLevel:
        """The level of a row of the list."""
        levels = self.result.question.source.levels  # type: ignore[union-attr]
        return SeededLevel(levels.world, int(self._cells(at)["seed"]), levels.region)

    def _cells(self, at: int) -> dict[str, float]:
        assert self.wrong.shown is not None
        return {column.name: float(column.values[at]) for column in self.wrong.shown.columns}  # type: ignore[arg-type]

    def _point_at(self, at: int | None) -> None:
        if at is None:
            self.preview.show_level(None)
            return
        level, cells = self._level(at), self._cells(at)
        found, told = fixed(cells["log-odds"], 1), fixed(cells["predicted"], 1)
        self.preview.show_level(level, f"{level.name}: log-odds {found}, predicted {told}")

    def _open(self, index: QModelIndex) -> None:
        level = self._level(self.wrong.row_of(index))
        maze_edits.open_level(self.context.document, level.maze(), level.name, level.seed, level.region)
