"""Curve under a slider: what the patch's number does to the choice, with the slider's handle on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.errors import MazescopeError
from widgets.controls.collapsible import Folding
from widgets.controls.panel_parts import Choice, column, muted
from widgets.controls.plot_view import PlotView
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.response.live_curve import LiveCurve

PATIENCE: Final = 60
"""Milliseconds after the arrows until a curve is traced again."""

LINES: Final = 8

PLOTS: Final = {
    "log_odds": "Log-odds of cheese",
    "probability": "Probabilities",
    "variation": "Total variation",
    "log_probabilities": "Log-probabilities",
}


class NumberCurve(QWidget):
    """Folds out to 61 points at the decision square, or at the inspected one where there is none.

    Only this number moves; the other patches act as they do. One curve is open at a time.

    Signals:
        picked(float): a place on the curve was clicked, or the handle dragged there.
    """

    picked = Signal(float)

    def __init__(self, context: Context, number: str, position: Callable[[], int]) -> None:
        super().__init__()
        self._context, self._number, self._position = context, number, position
        self._curve: LiveCurve | None = None
        self._of: Any = None
        self._value = 0.0
        remembered = context.settings.get("curve")
        self.which = Choice("Curve", "What the curve shows", PLOTS, self._choose)
        self.which.choose(remembered if remembered in PLOTS else "log_odds")
        self.plot = PlotView(context, LINES)
        self.plot.set_titled(False)
        self.plot.picked.connect(self.picked)
        self.state = muted(wrap=True)
        inner = QWidget()
        body = column(inner, 0, 2)
        for part in (self.which, self.state, self.plot):
            body.addWidget(part)
        self.folding = Folding(context, "Curve", inner)
        self.folding.button.clicked.connect(lambda: self._opened())
        column(self).addWidget(self.folding)
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE)
        self._wait.timeout.connect(self._ask)
        context.curves.opened.connect(self._other_opened)
        context.bridge.result.connect(self.follow)
        context.bridge.asked.connect(self.follow)
        context.view.inspect_changed.connect(self.follow)

    @property
    def is_open(self) -> bool:
        """True if the curve shows."""
        return not self.folding.inner.isHidden()

    def show_value(self, value: float) -> None:
        """Move the handle to the number as it is."""
        self._value = value
        self.plot.set_handle(value)

    def follow(self, *_: object) -> None:
        """Trace the curve again, where it shows and what it depends on is another: not the number itself."""
        if not (self.is_open and self.isVisible()):
            return
        key = self._key()
        if key != self._of:
            self.plot.set_stale(True)
            self._wait.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._wait.stop()

    def _key(self) -> Any:
        state, position = self._context.document.state, self._position()
        if state.policy is None or position >= len(state.stack.patches):
            return None
        if not hasattr(state.stack.patches[position], self._number):
            # Another patch is there already, and this card about to go.
            return None
        # With this number at rest: the curve does not depend on where its handle is.
        still = state.stack.replaced(position, **{self._number: 0.0, "enabled": True})
        return state.policy, state.maze, still, self._context.bridge.inspected_square

    def _ask(self) -> None:
        key = self._key()
        if key is None or self._context.bridge.busy:
            # The arrows first; they wake it.
            return
        policy, maze, stack, square = key

        def done(curve: LiveCurve | None) -> None:
            if not isValid(self):
                # The card went while its curve was on its way.
                return
            self.state.setText(
                "" if curve is not None else "There is no decision square; inspect a square to trace its curve."
            )
            self._curve = curve
            if curve is None or curve.complete:
                self._of = key
            self._draw()

        def failed(error: Exception) -> None:
            if not isValid(self):
                return
            self._of, self._curve = key, None
            known = isinstance(error, MazescopeError)
            self.state.setText(str(error) if known else f"The curve could not be traced ({type(error).__name__}).")
            self._draw()

        self._context.curves.trace(policy, maze, stack, self._position(), self._number, square, done, failed)

    def _draw(self) -> None:
        self.state.setVisible(bool(self.state.text()))
        if self._curve is None:
            self.plot.show_plot(None)
            return
        from app.studies.response.live_plots import live_plot

        self.plot.set_stale(False)
        self.plot.show_plot(live_plot(self._curve, str(self.which.currentData()), self._number), self._value)

    def _choose(self, name: str) -> None:
        self._context.settings.set("curve", name)
        self._draw()

    def _opened(self) -> None:
        if self.is_open:
            self._context.curves.opened.emit(self)
            self.follow()
        else:
            self._context.curves.cancel()
            self._of = None

    def _other_opened(self, owner: object) -> None:
        if owner is not self and self.is_open:
            self.folding.set_open(False)
            self._of = None
