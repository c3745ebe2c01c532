"""Verdict of each mouse's episode: the fullest sentence that fits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from app.field.rollout_values import Rollout, Rollouts
from widgets.controls.panel_parts import Elided, Shortening, row, set_flag
from widgets.services.context import Context

LONGEST = "Original: not reached in 500 steps, repeats 12 steps from step 488"
"""As long as a short sentence gets that leaves nothing out: two of them are side by side where they fit."""


class Verdict(QWidget):
    """Outcome of one mouse's episode, after a dot in its hue."""

    def __init__(self, context: Context, role: str, title: str) -> None:
        super().__init__()
        from widgets.maze_view.pane import Swatch

        self._title = title
        self.label = Shortening()
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.swatch = Swatch(context, role)
        self._line = row(self.swatch, self.label, None)
        self._line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._line)

    @property
    def text(self) -> str:
        """The sentence."""
        return self.label.text()

    def centre(self, on: bool) -> None:
        """Take the middle of the room there is, or its left."""
        _centre(self._line, on)

    def say(self, episode: Rollout, name: str = "", *, stale: bool) -> None:
        """Show how an episode ended, and whose it was where there are others next to it."""
        end, short, note = episode.summary(), episode.verdict(), episode.circling_note()
        further = f", {note}" if note else ""
        title = self._title
        named = [f"{name} · {title}: {end}{further}", f"{name} · {title}: {short}{further}"] if name else []
        unnamed = [f"{title}: {end}{further}", f"{title}: {short}{further}", f"{short}{further}"]
        self.label.set_texts(*named, *unnamed, short)
        set_flag(self.label, "muted", stale)


class Verdicts(QWidget):
    """Outcomes of the two mice of one maze: side by side, or one under the other where two long ones would not fit.

    Which of the two depends on the width and the font alone, so that nothing moves when the sentences change. Next to
    those of another maze they are always one under the other, so that each has room to say whose it is.
    """

    GAP = 18

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._named = False
        self.original = Verdict(context, "original", "Original")
        self.patched = Verdict(context, "patched", "Patched")
        self.hint = Elided()
        set_flag(self.hint, "muted", True)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        for part in (self.original, self.patched, self.hint):
            self._line.addWidget(part)
        self._line.addStretch(1)
        self._turn()

    @property
    def labels(self) -> tuple[QWidget, ...]:
        """The widgets with words."""
        return self.original.label, self.patched.label, self.hint

    def take_stage(self, scale: float | None) -> None:
        """Take the middle, with dots as large as text that is `scale` times the usual; None is as usual."""
        for verdict in (self.original, self.patched):
            verdict.swatch.set_text_scale(scale or 1.0)
            verdict.centre(scale is not None)
        _centre(self._line, scale is not None)
        middle = Qt.AlignmentFlag.AlignHCenter if scale is not None else Qt.AlignmentFlag.AlignLeft
        self.hint.setAlignment(middle | Qt.AlignmentFlag.AlignVCenter)
        self._turn()

    def say(self, found: Rollouts | None, name: str = "", *, stale: bool, hint: str) -> None:
        """Show the outcome of both, or the hint while there is nothing to tell."""
        shown = {
            self.original: found is not None,
            self.patched: found is not None and found.patched is not found.original,
            self.hint: found is None,
        }
        if self._named != bool(name):
            self._named = bool(name)
            self._turn()
        # What goes goes first: for a moment there would be a line more, and the maze would jump.
        for part in sorted(shown, key=lambda part: shown[part]):
            part.setVisible(shown[part])
        if found is None:
            self.hint.setText(hint)
        else:
            self.original.say(found.original, name, stale=stale)
            self.patched.say(found.patched, name, stale=stale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._turn()

    def _turn(self) -> None:
        metrics = self.original.label.fontMetrics()
        wanted = 2 * (metrics.horizontalAdvance(LONGEST) + metrics.height()) + self.GAP
        beside = self.width() >= wanted and not self._named
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._line.setDirection(way)
        self._line.setSpacing(self.GAP if beside else 1)
        policy = self.patched.sizePolicy()
        # The second line is there before there is a second mouse.
        policy.setRetainSizeWhenHidden(not beside)
        self.patched.setSizePolicy(policy)
        # A hidden widget does not tell its layout.
        self._line.invalidate()
        self.updateGeometry()


def _centre(line: QBoxLayout, on: bool) -> None:
    """A gap before the content of a line, as large as the one after it; or none."""
    first = line.itemAt(0)
    gap = first is not None and first.spacerItem() is not None
    if on and not gap:
        line.insertStretch(0, 1)
    elif gap and not on:
        line.takeAt(0)
