"""Choice of where a set-value patch acts: a maze square or an activation pixel, and the value of the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from app.interventions.patches import SetValue
from app.policy.layers import canonical, layer, pixel_of_square
from widgets.controls.number_field import Number, WholeNumber
from widgets.controls.panel_parts import Choice, IconButton, column, row
from widgets.services.context import Context

LARGEST_SIDE: Final = 64
"""Pixels along a side of the largest layer there is: the observation's own."""

PLACES: Final = {"square": "Maze square", "pixel": "Pixel"}


class TargetField(QWidget):
    """Square or pixel, its two numbers, and the fill. Hidden for a layer without pixels."""

    def __init__(self, context: Context, change: Callable[..., None], finished: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._change = context, change
        self._patch = SetValue()
        self._place = Choice(
            "Place",
            "Whether the place is a maze square, which a pin shows, or an activation pixel",
            PLACES,
            self._set_place,
        )
        self._row = WholeNumber("Row", "Row: of squares from the bottom, of pixels from the top", 0, LARGEST_SIDE - 1)
        self._column = WholeNumber("Column", "Column, from the left", 0, LARGEST_SIDE - 1)
        self._here = IconButton(
            context, "crosshairs-gps", "Use the inspected square. Without one, the cheese's", self._use_inspected
        )
        for entry in (self._row, self._column):
            entry.valueChanged.connect(self._typed)
            entry.editingFinished.connect(finished)
            entry.corrected.connect(context.notice)
        self._fills = QCheckBox("Fill the rest")
        self._fills.setAccessibleName("Fill the rest")
        self._fills.setToolTip("Set all other pixels of the channels to a number too, or keep them")
        self._fills.clicked.connect(lambda on: self._change("Fill the rest", False, fill=0.0 if on else None))
        self._fill = Number(context, "Fill", "What all other pixels of the channels become")
        self._fill.changed.connect(lambda value: self._change("Set fill", True, fill=value))
        self._fill.finished.connect(finished)
        layout = column(self)
        layout.addLayout(row(self._place, self._here, space=2))
        layout.addLayout(row(QLabel("Row"), self._row, QLabel("Col"), self._column))
        layout.addWidget(self._fills)
        layout.addWidget(self._fill)

    def show_patch(self, patch: SetValue) -> None:
        """Show where a patch acts; emits no signal."""
        self._patch = patch
        by_pixel = patch.square is None
        self._place.choose("pixel" if by_pixel else "square")
        shown = (patch.row, patch.column) if patch.square is None else patch.square
        self.setVisible(None not in shown)
        last = self._last(patch)
        for entry, value in zip((self._row, self._column), shown, strict=True):
            entry.blockSignals(True)
            # What a file says may be beyond: it is shown, and the card says why it does not act.
            entry.setRange(0, max(last, value or 0))
            entry.setValue(value or 0)
            entry.blockSignals(False)
        self._fills.setChecked(patch.fill is not None)
        self._fill.setVisible(patch.fill is not None)
        if patch.fill is not None:
            self._fill.show_value(patch.fill)

    def _last(self, patch: SetValue) -> int:
        """The last row and column there is: of the maze's world, or of the layer's pixels."""
        state = self._context.document.state
        if patch.square is not None:
            return state.maze.world - 1
        stages = () if state.policy is None else state.policy.layers
        sides = (stage.side for stage in stages if stage.name == canonical(patch.layer))
        return (next(sides, None) or LARGEST_SIDE) - 1

    def _typed(self) -> None:
        at = (self._row.value(), self._column.value())
        if self._patch.square is not None:
            self._change("Move pin", True, square=at, row=None, column=None)
        else:
            self._change("Move pixel", True, square=None, row=at[0], column=at[1])

    def _set_place(self, place: str) -> None:
        state = self._context.document.state
        if place == "square" and self._patch.square is None:
            self._use_inspected()
        elif place == "pixel" and self._patch.square is not None and state.policy is not None:
            stage = layer(self._patch.layer, state.policy.width)
            pixel = pixel_of_square(self._patch.square, state.maze.world, stage.side or 1)
            self._change("Choose pixel", False, square=None, row=pixel[0], column=pixel[1])

    def _use_inspected(self) -> None:
        maze, inspected = self._context.document.state.maze, self._context.view.inspected
        square = inspected or maze.cheese or maze.top_right
        self._change("Move pin", False, square=square, row=None, column=None)
