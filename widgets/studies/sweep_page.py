"""Sweep page: where and how strongly a vector steers, layer by coefficient; a click on a cell applies it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPushButton

from app.document import maze_edits
from app.interventions.patches import AddVector, PatchStack
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, labelled
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import StudyPage

if TYPE_CHECKING:
    from app.studies.sweep import SweepQuestion
    from app.studies.sweep_result import SweepResult


class SweepPage(StudyPage):
    """The median change of the log-odds by layer and coefficient, next to random directions of the same norm.

    Signals:
        response_asked(str, str): a vector's word and the layer at which its response curve is requested.
    """

    TITLE = "Where does the vector steer?"
    HINT = (
        "Adding t times the vector after each layer, over many levels: the median change of the log-odds at the "
        "decision square. Still steers: outside of what random directions of the same norm do, and at least half of "
        "the largest layer's. Click a cell to apply it to the maze."
    )
    response_asked = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        words = {"cheese": "Cheese vector", "top-right": "Top-right vector"}
        self.vector = Choice("Vector", "Which vector is added", words, self.follow)
        self.count = WholeNumber("Levels", "Number of levels; their seeds start at 0", 2, 10_000)
        self.count.setValue(50)
        self.count.corrected.connect(context.notice)
        self.count.valueChanged.connect(self.follow)
        self.control = QCheckBox("Random directions too")
        self.control.setToolTip("Five of the same norm. Without them the table is ready in a sixth of the time")
        self.control.setChecked(True)
        self.control.clicked.connect(self.follow)
        self.bend = QPushButton("Why does it bend there?")
        self.bend.setToolTip("The response curve at the latest layer that still steers, with a vector taken there")
        self.bend.clicked.connect(self._ask_response)
        self.main.addLayout(labelled("Vector", self.vector))
        self.main.addLayout(labelled("Levels", self.count))
        self.options.addWidget(self.control)
        self.view.plot.cell_clicked.connect(self._apply)
        layout = self.layout()
        assert layout is not None
        layout.insertWidget(layout.indexOf(self.view) + 1, self.bend)  # type: ignore[attr-defined]
        self.bend.setEnabled(False)
        self.runner.changed.connect(self._answered)

    def summary(self) -> str:
        """Vector and levels."""
        return f"{self.vector.currentText()} · {self.count.value():,} levels"

    def asks(self) -> tuple[Any, Asks] | None:
        """The sweep over the chosen levels of the world in front."""
        state = self.context.document.state
        policy, world, count = state.policy, state.maze.world_name, self.count.value()
        if policy is None:
            return None
        word, controls = str(self.vector.currentData()), 5 if self.control.isChecked() else 0

        def question() -> SweepQuestion:
            from app.studies.level_set import of_seeds
            from app.studies.sweep import SweepQuestion

            levels = of_seeds(world, range(count), f"0:{count}")
            return SweepQuestion(policy, levels, word, controls=controls)

        return (policy.weights_hash, world, count, word, controls), question

    def _answered(self) -> None:
        self.bend.setEnabled(self._latest() is not None and not self.runner.stale)

    def _latest(self) -> str | None:
        result: SweepResult | None = self.runner.result  # type: ignore[assignment]
        return None if result is None or not result.controls else result.latest(-1.0)

    def _ask_response(self) -> None:
        latest = self._latest()
        if latest is not None:
            self.response_asked.emit(str(self.vector.currentData()), latest)

    def _apply(self, at: int, column: int) -> None:
        """Add the vector at the cell's layer with its coefficient, or change the patch that adds it."""
        result: SweepResult | None = self.runner.result  # type: ignore[assignment]
        plot = self.view.plot.plot
        if result is None or plot is None or plot.grid is None:
            return
        layer, coefficient = result.layers[at], float(result.coefficients[column])
        document = self.context.document
        stack, word = document.state.stack, result.question.vector  # type: ignore[attr-defined]
        wanted = AddVector(layer=layer, vector=word, coefficient=coefficient)
        verb = f"Add {coefficient:g} times the {word} vector at {layer.removeprefix('embedder.')}"
        for position, patch in enumerate(stack.patches):
            if isinstance(patch, AddVector) and patch.vector == word:
                changed = replace(patch, layer=layer, coefficient=coefficient, enabled=True)
                maze_edits.set_stack(document, verb, stack.replaced(position, **vars(changed)))
                return
        maze_edits.set_stack(document, verb, PatchStack((*stack.patches, wanted)))
