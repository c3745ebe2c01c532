"""Response page: how the effect of a number grows, and which stage downstream bends it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem, QSizePolicy

from app.document import patch_edits
from app.errors import MazescopeError
from app.interventions.patches import VECTOR_WORDS, AddVector, Patch, PatchStack
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER, layer
from widgets.controls.collapsible import Folding
from widgets.controls.layer_choice import LayerChoice
from widgets.controls.lines_layout import Lines
from widgets.controls.number_field import ExactNumber
from widgets.controls.panel_parts import SPACE, Choice, labelled, muted, row
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.services.topics import Topic
from widgets.studies.study_page import LevelsChoice, StudyPage

if TYPE_CHECKING:
    from app.studies.response.question import ResponseQuestion

WORDS: Final = {"cheese": "Cheese vector", "top-right": "Top-right vector"}
NUMBERS: Final = {
    "add": ("coefficient",),
    "set": ("value",),
    "offset": ("value",),
    "noise": ("sigma",),
    "scale": ("factor",),
}
"""Numbers of each kind of patch that can move; "factor" is both of a scale's."""

FINEST: Final = 0.001
MOST_POINTS: Final = 1001


@dataclass(frozen=True)
class _Moved:
    """The number that moves: one of a patch of the stack, or the coefficient of a vector named by a word."""

    stack: PatchStack
    position: int
    number: str


class ResponsePage(StudyPage):
    """Curve, later layers and frozen gates of one number."""

    TITLE = "Why does it bend?"
    HINT = (
        "How the choice at the decision square responds to a coefficient, and which later stage bends the curve: each "
        "stage's gates are kept as they are at 0, alone, and all but that one."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.moved = Choice("Number", "The number that moves along the curve", dict(WORDS), lambda _: self._choose())
        self.layer = LayerChoice("The layer that the vector is added to")
        self.layer.chosen.connect(self._choose_layer)
        self._layer = DEFAULT_LAYER
        self.levels = LevelsChoice(self)
        self.low, self.high, self.step = (ExactNumber(-1000, 1000) for _ in range(3))
        for field, name, value in ((self.low, "From", -3.0), (self.high, "To", 3.0), (self.step, "By", 0.1)):
            field.setAccessibleName(name)
            field.setToolTip(f"{name}: of the coefficients along the curve")
            field.setValue(value)
            field.valueChanged.connect(lambda _: self.follow())
            field.corrected.connect(context.notice)
        self.step.setRange(FINEST, 1000)
        self.bends = QCheckBox("Which stage bends it?")
        self.bends.setToolTip("Measure every stage frozen alone, and all but it, at −1 and +1")
        self.bends.setChecked(True)
        self.bends.clicked.connect(lambda _: self.follow())
        self.gates = QCheckBox("Mark each gate's change")
        self.gates.setToolTip("Of one maze: the exact coefficients, between which every curve is straight")
        self.gates.clicked.connect(lambda _: self.follow())
        self.stages = QListWidget()
        self.stages.setAccessibleName("Stages whose gates are kept")
        self.stages.setToolTip("Of the ticked stages the gates are kept, in one more curve")
        # As high as its rows.
        self.stages.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        self.stages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.stages.itemChanged.connect(lambda _: self.follow())
        self.main.addLayout(labelled("Number", self.moved))
        self.main.addLayout(labelled("Layer", self.layer))
        self.main.addWidget(self.levels)
        ends = (row(muted(name), field) for name, field in (("From", self.low), ("to", self.high), ("by", self.step)))
        self.options.addLayout(Lines(*ends, space=SPACE))
        self.options.addWidget(self.bends)
        self.options.addWidget(self.gates)
        self.options.addWidget(Folding(context, "Keep the gates of 0 at", self.stages))
        self.view.plot.picked.connect(self._picked)
        self._refill()

    def summary(self) -> str:
        """The number that moves, its layer and the levels."""
        kept = f" · {len(self.kept)} kept" if self.kept else ""
        return f"{self.moved.currentText()} · {self.layer.currentText().strip()} · {self.levels.summary}{kept}"

    def asks(self) -> tuple[Any, Asks] | None:
        """The curve of the number that is chosen."""
        self._refill()
        moved, policy = self._moved(), self.context.document.state.policy
        self.view.set_handle(self._handle_of(moved))
        if moved is None or policy is None:
            return None
        ends = (self.low.value(), self.high.value(), self.step.value())
        many = self.levels.many
        square = None if many or decision_square(self.maze).square is not None else self.square
        frozen = (-1.0, 1.0) if self.bends.isChecked() else ()
        kept = self.kept
        exact = self.gates.isChecked() and not many
        # Where the handle is now is no part of the question.
        still = replace(moved, stack=moved.stack.replaced(moved.position, **_at_rest(moved)))
        key = (policy.weights_hash, still, ends, self.levels.key, square, frozen, kept, exact)
        levels = self.levels.chosen()

        def question() -> ResponseQuestion:
            from app.studies.response.origin import MovedNumber
            from app.studies.response.question import ResponseQuestion
            from app.studies.response.setup import numbers_between

            number = MovedNumber(still.stack, still.position, still.number)
            return ResponseQuestion(
                policy, levels(), number, numbers_between(*ends), square, frozen, kept, exact_gates=exact
            )

        return key, question

    @property
    def kept(self) -> tuple[str, ...]:
        """Stages whose gates the extra curve keeps, by layer name."""
        items = [self.stages.item(number) for number in range(self.stages.count())]
        chosen = [item for item in items if item.checkState() == Qt.CheckState.Checked]
        return tuple(str(item.data(Qt.ItemDataRole.UserRole)) for item in chosen)

    def show_at(self, word: str, layer_name: str) -> None:
        """Ask of a word's vector at a layer, such as the latest one that still steers."""
        self.moved.choose(word)
        self._choose_layer(layer_name)

    def _moved(self) -> _Moved | None:
        chosen = self.moved.currentData()
        stack = self.context.document.state.stack
        if chosen in VECTOR_WORDS:
            return _Moved(PatchStack((AddVector(layer=self._layer, vector=chosen),)), 0, "coefficient")
        position, _, number = str(chosen).partition(" ")
        at = int(position)
        return _Moved(stack, at, number) if at < len(stack.patches) else None

    def _choose(self) -> None:
        self._show_layer()
        self.follow()

    def _choose_layer(self, name: str) -> None:
        self._layer = name
        self._show_layer()
        self.follow()

    def _show_layer(self) -> None:
        policy = self.context.document.state.policy
        moved = self._moved()
        if policy is None or moved is None:
            return
        own = moved.stack.patches[moved.position].layer
        self.layer.show_layers(policy.width, own)
        self.layer.setEnabled(self.moved.currentData() in VECTOR_WORDS)
        self._fill_stages(own)

    def _fill_stages(self, source: str) -> None:
        from app.studies.response.steps import gates_behind, short_name

        policy = self.context.document.state.policy
        assert policy is not None
        names = gates_behind(layer(source, policy.width).name)
        shown = [self.stages.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.stages.count())]
        if list(names) == shown:
            return
        self.stages.blockSignals(True)
        self.stages.clear()
        for name in names:
            item = QListWidgetItem(short_name(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.stages.addItem(item)
        self.stages.blockSignals(False)

    def _refill(self) -> None:
        titles = dict(WORDS)
        for position, patch in enumerate(self.context.document.state.stack.patches):
            for number in _numbers(patch):
                titles[f"{position} {number}"] = f"Patch {position + 1}: {number} ({patch_edits.noun(patch)})"
        shown = {self.moved.itemData(row): self.moved.itemText(row) for row in range(self.moved.count())}
        if shown != titles:
            chosen = self.moved.currentData()
            self.moved.clear()
            for value, title in titles.items():
                self.moved.addItem(title, value)
            self.moved.choose(chosen if chosen in titles else "cheese")
        self._show_layer()

    def _handle_of(self, moved: _Moved | None) -> float | None:
        """The number as it is in the stack; of a vector that no patch adds, 0: dragged away from there, it is added."""
        if moved is None:
            return None
        stack = self.context.document.state.stack
        position = self._position(moved)
        if position is None:
            return 0.0
        return float(getattr(stack.patches[position], "positive" if moved.number == "factor" else moved.number))

    def _position(self, moved: _Moved) -> int | None:
        """The patch of the stack whose number moves; None for a vector that no patch adds there."""
        chosen = self.moved.currentData()
        if chosen not in VECTOR_WORDS:
            return moved.position
        return patch_edits.vector_at(self.context.document.state.stack, str(chosen), self._layer)

    def _picked(self, value: float) -> None:
        """A place on the curve was clicked, or the handle dragged there: the number in the stack goes there."""
        moved, chosen = self._moved(), self.moved.currentData()
        if moved is None:
            return
        document, value = self.context.document, round(value, 3)
        if chosen in VECTOR_WORDS:
            try:
                patch_edits.set_coefficient(document, str(chosen), self._layer, value)
            except MazescopeError as error:
                self.context.report_exception(error, Topic.PATCHES)
            return
        names = ("positive", "negative") if moved.number == "factor" else (moved.number,)
        patch_edits.change_patch(
            document, moved.position, f"Set {moved.number} to {value:.3g}", merge=True, **dict.fromkeys(names, value)
        )


def _numbers(patch: Patch) -> tuple[str, ...]:
    return NUMBERS.get(patch.kind, ())


def _at_rest(moved: _Moved) -> dict[str, object]:
    names = ("positive", "negative") if moved.number == "factor" else (moved.number,)
    return {**dict.fromkeys(names, 0.0), "enabled": True}
