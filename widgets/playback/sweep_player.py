"""The player of a sweep: one number of the stack that runs through the values of a range."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.document import patch_edits
from app.document.document import State
from app.export.movie_frames import Sweep, sweepable
from widgets.services.context import Context

VALUES: Final = 41
"""Values of a sweep."""

USUAL: Final = (-2.0, 2.0)
"""First and last value, until others are typed."""

LOWEST: Final = {"sigma": 0.0}
"""Attribute of a patch -> its least value, where that is not the one of `patch_edits.RANGE`."""

SPEED: Final = 8
"""Values a second while it plays, at most: the clock waits for each field."""


class SweepPlayer(QObject):
    """Sets a patch's number to one value after the other; a whole way is one undo.

    Signals:
        changed(): the number swept, its range, its value, or whether it plays.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._number: tuple[int, str] | None = None
        self._ranges: dict[str, tuple[float, float]] = {}
        self._clock = QTimer(self)
        self._clock.setInterval(round(1000 / SPEED))
        self._clock.timeout.connect(self._tick)
        context.document.changed.connect(self._document_changed)

    # -- what it shows

    @property
    def numbers(self) -> tuple[tuple[int, str], ...]:
        """(position, attribute) of each number of the stack that can be swept."""
        return sweepable(self._context.document.state.stack)

    @property
    def number(self) -> tuple[int, str] | None:
        """The one that is swept; None when the stack has none."""
        numbers = self.numbers
        return self._number if self._number in numbers else next(iter(numbers), None)

    @property
    def sweep(self) -> Sweep | None:
        """Number, range and values; None when there is nothing to sweep."""
        return None if self.number is None else Sweep(*self.number, *self.range, VALUES)

    @property
    def bounds(self) -> tuple[float, float]:
        """The values that the number can have."""
        low, high = patch_edits.RANGE
        return LOWEST.get("" if self.number is None else self.number[1], low), high

    @property
    def range(self) -> tuple[float, float]:
        """First and last value; each kind of number keeps its own."""
        start, end = USUAL
        name = "" if self.number is None else self.number[1]
        return self._ranges.get(name, (max(start, self.bounds[0]), end))

    @property
    def value(self) -> float | None:
        """The number as it is in the stack."""
        if self.number is None:
            return None
        position, name = self.number
        return float(getattr(self._context.document.state.stack.patches[position], name))

    @property
    def index(self) -> int:
        """The value of the sweep that is nearest to the number as it is."""
        if self.sweep is None or self.value is None:
            return 0
        return int(np.abs(np.array(self.sweep.values) - self.value).argmin())

    @property
    def playing(self) -> bool:
        """True while the clock moves it."""
        return self._clock.isActive()

    # -- what users do

    def choose(self, number: tuple[int, str]) -> None:
        """Sweep another number of the stack."""
        self.pause()
        self._number = number
        self.changed.emit()

    def set_range(self, start: float, end: float) -> None:
        """Sweep from one value to another; equal ones are refused, and the range stays as it was."""
        if start != end and self.number is not None:
            self._ranges[self.number[1]] = (start, end)
        self.changed.emit()

    def seek(self, index: int) -> None:
        """Set the number to one value of the sweep; the patch is switched on for it."""
        sweep = self.sweep
        if sweep is None:
            return
        value = round(sweep.values[max(0, min(index, VALUES - 1))], 6)
        changes = {sweep.field: value, "enabled": True}
        patch_edits.change_patch(self._context.document, sweep.position, f"Sweep {sweep.field}", merge=True, **changes)
        self.changed.emit()

    def toggle(self) -> None:
        """Play from the value shown, or from the first when it is the last; or pause."""
        if self.playing:
            self.pause()
        elif self.sweep is not None:
            self._context.document.end()
            if self.index == VALUES - 1:
                self.seek(0)
            self._clock.start()
            self.changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self._clock.stop()
            self._context.document.end()
            self.changed.emit()

    # -- inside

    def _tick(self) -> None:
        # A field that is still being computed is waited for.
        if self._context.bridge.busy:
            return
        if self.index >= VALUES - 1 or self.sweep is None:
            self.pause()
        else:
            self.seek(self.index + 1)

    def _document_changed(self, old: State, new: State) -> None:
        if old.stack != new.stack:
            self.changed.emit()
