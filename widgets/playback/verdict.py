"""What came of each mouse's episode: the fullest sentence that there is room for."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from app.rollout import Rollout
from widgets.context import Context
from widgets.panels.parts import Shortening, row, set_flag

LONGEST = "Original: no cheese in 500 steps, repeats 12 steps from step 488"
"""As long as a short sentence gets that leaves nothing out: two of them stand side by side where they fit."""


class Verdict(QWidget):
    """What came of one mouse's episode, behind a dot in its hue."""

    def __init__(self, context: Context, role: str, title: str) -> None:
        super().__init__()
        from widgets.maze_view.pane import Swatch

        self._title = title
        self.label = Shortening()
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = row(Swatch(context, role), self.label)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    @property
    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def say(self, episode: Rollout, *, stale: bool) -> None:
        """Show how an episode ended."""
        end, short, note = episode.summary(), episode.verdict(), episode.circling_note()
        beside = f", {note}" if note else ""
        self.label.set_texts(
            f"{self._title}: {end}{beside}", f"{self._title}: {short}{beside}", f"{short}{beside}", short
        )
        set_flag(self.label, "muted", stale)


class Verdicts(QWidget):
    """The verdicts side by side, or one under the other where two long ones would not fit.

    Which of the two depends on the width and the font alone, so that nothing moves when the sentences change.
    """

    GAP = 18

    def __init__(self, original: Verdict, patched: Verdict, hint: QWidget) -> None:
        super().__init__()
        self._patched = patched
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        for part in (original, patched, hint):
            self._line.addWidget(part)
        self._line.addStretch(1)
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._turn()

    def _turn(self) -> None:
        metrics = self.fontMetrics()
        wanted = 2 * (metrics.horizontalAdvance(LONGEST) + metrics.height()) + self.GAP
        beside = self.width() >= wanted
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._line.setDirection(way)
        self._line.setSpacing(self.GAP if beside else 1)
        policy = self._patched.sizePolicy()
        # The second line is there before there is a second mouse.
        policy.setRetainSizeWhenHidden(not beside)
        self._patched.setSizePolicy(policy)
        # A hidden widget does not tell its layout.
        self._line.invalidate()
        self.updateGeometry()
