"""The card in which a vector is made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QWidget

from app.document.document import State
from app.errors import MazescopeError
from app.interventions.vectors import ActivationVector
from app.maze.maze import Maze, Square
from app.maze.random_words import LARGEST_SEED
from widgets.controls.layer_choice import LayerChoice
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, IconButton, NarrowBox, column, heading, labelled, muted, row
from widgets.panels.vectors import vector_recipes
from widgets.panels.vectors.vector_recipes import Ground, Job
from widgets.services.cancellable_task import Task
from widgets.services.context import Context
from widgets.services.topics import Topic


class MakeCard(QFrame):
    """Kind, layer and what the kind needs; then a button, progress, and a way to stop.

    Signals:
        made(tuple): the vectors that were made.
        closed(): the user is done with it.
    """

    made = Signal(object)
    closed = Signal()

    def __init__(self, context: Context, like: Callable[[], ActivationVector | None]) -> None:
        super().__init__()
        self._context, self._like = context, like
        self.task = Task(context, self, about=Topic.VECTORS)
        self.setProperty("card", True)
        self.kind = Choice(
            "Kind of vector", "What the vector is made of", vector_recipes.KINDS, lambda _: self._show_fields()
        )
        self.layer = LayerChoice("The layer whose activations are taken")
        self.layer.chosen.connect(self._choose_layer)
        self._layer = context.view.layer
        self.hint = muted(wrap=True)
        self._make_fields()
        self.make = QPushButton("Make")
        self.make.setAccessibleName("Make the vector")
        self.make.setToolTip("Compute the vector and keep it in the library")
        self.make.clicked.connect(self._make)
        self.stop = IconButton(context, "close", "Stop making the vector", self.task.cancel)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of making the vector")
        close = IconButton(context, "close", "Close", self.closed.emit)
        layout = column(self, 8)
        layout.addLayout(row(heading("New vector"), None, close))
        layout.addLayout(labelled("Kind", self.kind))
        layout.addWidget(self.hint)
        layout.addLayout(labelled("Layer", self.layer))
        for name in self._fields:
            layout.addWidget(self._fields[name])
        layout.addLayout(row(self.bar, self.stop, self.make))
        self.task.busy_changed.connect(self._busy_changed)
        self.task.progressed.connect(self._progressed)
        context.view.layer_changed.connect(self._choose_layer)
        context.document.changed.connect(self._document_changed)
        self._busy_changed(False)
        self.refresh()
        self._show_fields()

    def _make_fields(self) -> None:
        self.maze_a = NarrowBox("Maze A", "The open maze whose activation the other's is taken from")
        self.maze_b = NarrowBox("Maze B", "The open maze whose activation is taken away")
        self.word = Choice(
            "Vector to average", "Which vector is averaged", {"cheese": "cheese", "top-right": "top-right"}, str
        )
        self.relation = Choice(
            "Statement",
            "What the probe tells apart",
            {"at": "cheese at", "above": "cheese above", "right of": "cheese right of"},
            lambda _: self._show_fields(),
        )
        self.square = Choice(
            "Square of the statement",
            "Which square the statement is about",
            {
                "mouse": "the mouse, wherever it is",
                "cheese": "the cheese's square now",
                "inspected": "the inspected square",
            },
            str,
        )
        self.count = WholeNumber("Levels", "How many levels", 8, 2000)
        self.count.setValue(100)
        self.seed = WholeNumber("Seed", "The first level's seed, or the seed of random numbers", 0, LARGEST_SEED)
        for number in (self.count, self.seed):
            number.corrected.connect(self._context.notice)
        self._fields: dict[str, QWidget] = {
            "maze_a": _line("Maze A", self.maze_a),
            "maze_b": _line("Maze B", self.maze_b),
            "word": _line("Vector", self.word),
            "relation": _line("Probe", self.relation),
            "square": _line("Square", self.square),
            "count": _line("Levels", self.count),
            "seed": _line("Seed", self.seed),
        }

    # --- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take up the open mazes and the policy as they are now."""
        state = self._context.document.state
        self.layer.show_layers(state.policy.width if state.policy else 1, self._layer)
        for box, default in ((self.maze_a, 0), (self.maze_b, min(1, len(state.mazes) - 1))):
            chosen = box.currentData()
            box.clear()
            for tab in state.mazes:
                box.addItem(tab.title, tab.id)
            at = box.findData(chosen)
            box.setCurrentIndex(at if at >= 0 else default)
        if self.maze_a.currentIndex() == self.maze_b.currentIndex() and self.maze_b.count() > 1:
            # Only one maze was open when it was chosen: a maze minus itself is nobody's wish.
            self.maze_b.setCurrentIndex(1 if self.maze_a.currentIndex() == 0 else 0)
        self.make.setEnabled(state.policy is not None and not self.task.busy)

    def _document_changed(self, old: State, new: State) -> None:
        if self.isHidden():
            # It is refreshed when it is opened.
            return
        if old.policy != new.policy or [tab.title for tab in old.mazes] != [tab.title for tab in new.mazes]:
            self.refresh()

    def _choose_layer(self, name: str) -> None:
        self._layer = name
        self.refresh()

    def _show_fields(self) -> None:
        kind = self.kind.currentData()
        needed = {
            "difference": {"maze_a", "maze_b"},
            "averaged": {"word", "count", "seed"},
            "probe": {"relation", "square", "count", "seed"},
            "random": {"seed"},
        }.get(kind, set())
        for name, field in self._fields.items():
            field.setVisible(name in needed)
        self.layer.setEnabled(kind != "random")
        self.hint.setText(vector_recipes.TIPS[kind])
        if self.relation.currentData() == "at" and self.square.currentData() == "mouse":
            self.square.choose("cheese")

    def _busy_changed(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.bar.setRange(0, 0)
        self.make.setEnabled(not busy and self._context.document.state.policy is not None)

    def _progressed(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    # --- what is done -----------------------------------------------------------------------------------------------

    def _make(self) -> None:
        policy = self._context.document.state.policy
        if policy is None:
            return
        ground = Ground(policy, self._layer, self._context.document.state.maze)
        try:
            job = self._job(ground)
        except MazescopeError as error:
            self._context.report(str(error), about=Topic.VECTORS)
            return
        self.task.start(job, self.made.emit)

    def _job(self, ground: Ground) -> Job:
        kind, seed, count = self.kind.currentData(), self.seed.value(), self.count.value()
        if kind in ("cheese", "top-right"):
            return vector_recipes.of_word(ground, kind)
        if kind == "difference":
            name = f"{self.maze_a.currentText()} minus {self.maze_b.currentText()}"
            return vector_recipes.difference_of(ground, self._maze(self.maze_a), self._maze(self.maze_b), name)
        if kind == "averaged":
            return vector_recipes.averaged_over(ground, self.word.currentData(), seed, count)
        if kind == "probe":
            return vector_recipes.probe_for(ground, self.relation.currentData(), self._square(ground.maze), count, seed)
        return vector_recipes.random_of(self._like(), seed)

    def _maze(self, box: NarrowBox) -> Maze:
        mazes = self._context.document.state.mazes
        return next(tab.maze for tab in mazes if tab.id == box.currentData())

    def _square(self, maze: Maze) -> Square | None:
        which = self.square.currentData()
        if which == "inspected":
            return self._context.bridge.inspected_square
        if which == "cheese":
            if maze.cheese is None:
                raise MazescopeError("The maze has no cheese; put it back, or choose another square for the probe.")
            return maze.cheese
        return None


def _line(name: str, control: QWidget) -> QWidget:
    line = QWidget()
    layout = labelled(name, control)
    line.setLayout(layout)
    return line
