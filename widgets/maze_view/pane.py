"""One canvas with its caption, readout and the sentence that says why there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.document import State
from app.field.requests import FieldResult
from app.unchanged import unchanged_reason
from widgets.context import Context
from widgets.maze_view.canvas import TITLES, MazeCanvas
from widgets.maze_view.picture import Picture
from widgets.maze_view.readout import Readout

NO_POLICY = "Open a policy to see its vector field: File, Open policy, or drop a checkpoint here."
LOADING = "Loading the policy …"


class Swatch(QWidget):
    """A dot in the hue of a role."""

    def __init__(self, context: Context, role: str) -> None:
        super().__init__()
        self._context, self._role = context, role
        self.setFixedSize(10, 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self._context.palette, self._role)))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class Note(QLabel):
    """A sentence on one line, cut where there is no room; the tooltip has all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("muted", True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._sentence = ""

    @property
    def sentence(self) -> str:
        """All of what is said."""
        return self._sentence

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._sentence = sentence
        self.setToolTip(sentence)
        self.setAccessibleName(sentence)
        self._cut()

    def _cut(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()


class Pane(QWidget):
    """A canvas under its caption; where its picture is empty, a card says why."""

    def __init__(self, context: Context, picture: Picture, role: str, *, read_only: bool = False) -> None:
        super().__init__()
        self.role = role
        self.canvas = MazeCanvas(context, picture, role, self, read_only=read_only)
        self.readout = Readout(context, picture, self.canvas)
        self.card = QLabel(self.canvas)
        self.card.setProperty("card", True)
        self.card.setWordWrap(True)
        self.card.setMargin(14)
        self.card.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.card.hide()
        self.note = Note()
        self.title = QLabel(TITLES[role])
        self.title.setProperty("heading", True)
        self.caption = QWidget()
        self._captioned = True
        row = QHBoxLayout(self.caption)
        row.setContentsMargins(12, 5, 12, 7)
        row.setSpacing(7)
        row.addWidget(Swatch(context, role))
        row.addWidget(self.title)
        row.addWidget(self.note, 1)
        # Panes share the room evenly, whatever their captions say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self.canvas, 1)

    def set_title(self, title: str, *, captioned: bool) -> None:
        """Whose picture it is; without a caption there is a line above the maze only when it has something to say."""
        self.title.setText(f"{title} · {TITLES[self.role]}" if title else TITLES[self.role])
        self._captioned = captioned
        self.caption.setVisible(captioned or bool(self.note.sentence))

    def explain_result(self, state: State, result: FieldResult | None, *, busy: bool) -> None:
        """Say why there is nothing to see, or nothing but the original."""
        if state.policy is None:
            self.explain(LOADING if busy else NO_POLICY, empty=True)
            return
        why = "" if result is None or self.role == "original" else unchanged_reason(result) or ""
        self.explain(why, empty=self.role == "difference")

    def explain(self, sentence: str, *, empty: bool) -> None:
        """Say why there is nothing (else) to see: in the caption, or over an empty picture."""
        self.note.say("" if empty else sentence)
        self.caption.setVisible(self._captioned or bool(self.note.sentence))
        self.card.setText(sentence if empty else "")
        self.card.setVisible(bool(sentence) and empty)
        self._place()

    def _place(self) -> None:
        room = self.canvas.rect()
        width = min(room.width() - 24, self.fontMetrics().horizontalAdvance(self.card.text()) + 40, 460)
        self.card.resize(max(width, 60), self.card.heightForWidth(max(width, 60)))
        self.card.move((room.width() - self.card.width()) // 2, (room.height() - self.card.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
