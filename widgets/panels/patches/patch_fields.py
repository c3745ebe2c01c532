"""The controls of each kind of patch: every one shows a field of the patch and changes it by an undoable edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from app.interventions.patches import AddVector, Mean, Noise, Offset, Patch, ProjectOut, Resample, Scale, SetValue, Zero
from app.maze.random_words import LARGEST_SEED
from widgets.controls.number_field import Number, WholeNumber
from widgets.controls.panel_parts import Choice, column, labelled, row
from widgets.panels.patches.number_curve import NumberCurve
from widgets.panels.patches.target_choice import TargetField
from widgets.panels.patches.vector_choice import VectorChoice
from widgets.services.context import Context

Change = Callable[..., None]
"""change(verb, merge, **fields): do it to the card's patch."""


class Fields(QWidget):
    """The controls of one patch's own numbers.

    Args:
        context: for colours and the library of vectors.
        patch: the patch as it is; `show_patch` takes later versions of the same kind.
        change: changes the patch.
        finished: a drag or an entry is over.
        position: of the patch in the stack, now.
    """

    def __init__(
        self,
        context: Context,
        patch: Patch,
        change: Change,
        finished: Callable[[], None],
        position: Callable[[], int],
    ) -> None:
        super().__init__()
        self._context, self._change, self._finished, self._position = context, change, finished, position
        self._shows: list[Callable[[Any], None]] = []
        self._layout = column(self)
        self._build[type(patch)](self)
        self.show_patch(patch)
        if not self._layout.count():
            # Only ever hidden here: shown before it has a parent, it would be a window of its own for a moment.
            self.hide()

    def show_patch(self, patch: Patch) -> None:
        """Show another version of the patch; emits no signal."""
        for show in self._shows:
            show(patch)

    def _number(self, field: str, name: str, tip: str, low: float = -10.0) -> Number:
        number = Number(self._context, name, tip, low)
        number.setObjectName(field)
        number.changed.connect(lambda value: self._change(f"Set {name.lower()}", True, **{field: value}))
        number.finished.connect(self._finished)
        self._shows.append(lambda patch: number.show_value(getattr(patch, field)))
        self._layout.addWidget(number)
        curve = NumberCurve(self._context, field, self._position)
        curve.picked.connect(lambda value: self._change(f"Set {name.lower()}", True, **{field: round(value, 3)}))
        self._shows.append(lambda patch: curve.show_value(getattr(patch, field)))
        self._layout.addWidget(curve)
        return number

    def _whole(self, field: str, name: str, tip: str, low: int, high: int) -> None:
        entry = WholeNumber(name, tip, low, high)
        entry.setObjectName(field)
        entry.valueChanged.connect(lambda value: self._change(f"Set {name.lower()}", True, **{field: value}))
        entry.editingFinished.connect(self._finished)
        entry.corrected.connect(self._context.notice)

        def show(patch: Patch) -> None:
            entry.blockSignals(True)
            entry.setValue(getattr(patch, field))
            entry.blockSignals(False)

        self._shows.append(show)
        label = QLabel(name)
        label.setBuddy(entry)
        self._layout.addLayout(row(label, None, entry))

    def _zero(self) -> None:
        """A zero patch has no numbers of its own."""

    def _mean(self) -> None:
        self._whole("count", "Observations", "How many random observations the mean is taken over", 1, 10_000)
        self._whole("seed", "Seed", "Seed of the choice of levels and of the mouse's squares", 0, LARGEST_SEED)
        sizes = Choice(
            "Levels",
            "Whether the observations are of levels of any size, or of the maze's own",
            {"any": "of any size", "same": "of this size"},
            lambda size: self._change("Choose levels", False, size=size),
        )
        self._shows.append(lambda patch: sizes.choose(patch.size))
        self._layout.addLayout(labelled("Levels", sizes))

    def _resample(self) -> None:
        self._whole(
            "source_seed", "Level seed", "Seed of the level whose activations replace the channels", 0, LARGEST_SEED
        )
        same = QCheckBox("Same cheese")
        same.setToolTip("Whether the cheese is on the same square in the other level")
        same.setAccessibleName("Same cheese square")
        same.clicked.connect(lambda on: self._change("Choose cheese square", False, same_cheese=on))
        self._shows.append(lambda patch: same.setChecked(patch.same_cheese))
        self._layout.addWidget(same)
        each = QCheckBox("A level for each channel")
        each.setToolTip("Whether every channel is taken from another level of its own, drawn from the seed")
        each.setAccessibleName("A level for each channel")
        each.setObjectName("per_channel")
        each.clicked.connect(lambda on: self._change("Choose source levels", False, per_channel=on))
        self._shows.append(lambda patch: each.setChecked(patch.per_channel))
        self._layout.addWidget(each)

    def _scale(self) -> None:
        self._number("positive", "Positive ×", "Factor of positive activations")
        self._number("negative", "Negative ×", "Factor of negative activations")

    def _set(self) -> None:
        self._number("value", "Value", "What the chosen pixel of the channels becomes")
        target = TargetField(self._context, self._change, self._finished)
        self._shows.append(target.show_patch)
        self._layout.addWidget(target)

    def _offset(self) -> None:
        self._number("value", "Offset", "What is added to every pixel of the channels")

    def _vector(self) -> None:
        vectors = VectorChoice(self._context, lambda name: self._change("Choose vector", False, vector=name))
        self._shows.append(lambda patch: vectors.show_vector(patch.vector))
        self._layout.addLayout(labelled("Vector", vectors))

    def _add(self) -> None:
        self._vector()
        self._number("coefficient", "Coefficient", "Factor of the vector that is added")

    def _noise(self) -> None:
        self._number("sigma", "Sigma", "Standard deviation of the noise", low=0.0)
        self._whole("seed", "Seed", "Seed of the noise, one tensor for all squares", 0, LARGEST_SEED)

    _build: Final = {
        Zero: _zero,
        Mean: _mean,
        Resample: _resample,
        Scale: _scale,
        SetValue: _set,
        Offset: _offset,
        AddVector: _add,
        ProjectOut: _vector,
        Noise: _noise,
    }
