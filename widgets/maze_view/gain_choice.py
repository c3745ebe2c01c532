"""Choice of the gain of difference arrows, next to the view's switch while a difference is shown."""

from __future__ import annotations

from dataclasses import replace

from app.document.view_mode import Mode
from app.drawing.arrow_look import GAINS, ArrowLook
from widgets.controls.panel_parts import Choice
from widgets.services.context import Context


class GainChoice(Choice):
    """Gain x 1, x 2, ...; hidden in views without a difference."""

    def __init__(self, context: Context) -> None:
        titles = {f"{gain:g}": f"Gain × {gain:g}" for gain in GAINS}
        tip = "Factor of the length and opacity of difference arrows, so that small changes can be seen"
        super().__init__("Gain of the difference", tip, titles, self._gain_chosen)
        self._view = context.view
        self.setMinimumContentsLength(7)
        self._view.mode_changed.connect(self._show_mode)
        self._view.arrows_changed.connect(self._show_look)
        # Without a parent it would be shown as a window of its own.
        if Mode.DIFFERENCE not in self._view.mode.roles:
            self.hide()
        self._show_look(self._view.arrows)

    def _gain_chosen(self, gain: str) -> None:
        self._view.set_arrows(replace(self._view.arrows, gain=float(gain)))

    def _show_mode(self, mode: Mode) -> None:
        self.setVisible(Mode.DIFFERENCE in mode.roles)

    def _show_look(self, look: ArrowLook) -> None:
        self.choose(f"{look.gain:g}")
