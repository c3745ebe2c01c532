"""One canvas with its caption, readout and the sentence that says why there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.document import State
from app.field.requests import FieldResult
from app.unchanged import unchanged_reason
from widgets.context import Context
from widgets.maze_view.canvas import TITLES, MazeCanvas
from widgets.maze_view.picture import Picture
from widgets.maze_view.readout import Readout

NO_POLICY = "Open a policy to see its vector field: File, Open policy, or drop a checkpoint here."
SIDE = 12
"""Pixels left and right of a caption."""
LOADING = "Loading the policy…"


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
    """A muted sentence above a maze, on as many lines as it needs."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("muted", True)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    @property
    def sentence(self) -> str:
        """What is said."""
        return self.text()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self.setText(sentence)
        self.setAccessibleName(sentence)


class Pane(QWidget):
    """A canvas under its caption and, where its picture is empty, a note that says why.

    Signals:
        resized(): it became wider or narrower.
    """

    resized = Signal()

    def __init__(self, context: Context, picture: Picture, role: str, *, read_only: bool = False) -> None:
        super().__init__()
        self.role = role
        self._text_scale = 1.0
        self.canvas = MazeCanvas(context, picture, role, self, read_only=read_only)
        self.readout = Readout(context, picture, self.canvas)
        self.note = Note()
        self.title = QLabel(TITLES[role])
        self.title.setProperty("heading", True)
        self.caption = QWidget()
        row = QHBoxLayout(self.caption)
        row.setContentsMargins(SIDE, 5, SIDE, 4)
        row.setSpacing(7)
        row.addWidget(Swatch(context, role))
        row.addWidget(self.title)
        row.addStretch(1)
        # Panes share the room evenly, whatever their captions say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        # A label's own margins do not survive a change of style sheet.
        self._note_room = QWidget()
        around = QVBoxLayout(self._note_room)
        around.setContentsMargins(SIDE, 2, SIDE, 7)
        around.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self._note_room)
        column.addWidget(self.canvas, 1)
        self._note_room.hide()

    def set_title(self, title: str, *, captioned: bool) -> None:
        """Whose picture it is, and whether a caption says so."""
        self.title.setText(f"{title} · {TITLES[self.role]}" if title else TITLES[self.role])
        self.caption.setVisible(captioned)

    def set_text_scale(self, scale: float) -> None:
        """Larger caption and note, for a stage; 1 is the usual."""
        if scale == self._text_scale:
            return
        self._text_scale = scale
        font = QFont()
        if scale != 1:
            font = QFont(self.font())
            font.setPointSizeF(font.pointSizeF() * scale)
        # Each by itself: a label with a style of its own takes no font from its parent.
        self.note.setFont(font)
        self.title.setFont(font)
        # A font that is set, even none, takes the place of the style sheet's, which made it a heading.
        heading = QFont(self.title.font())
        heading.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(heading)

    def explain_result(self, state: State, result: FieldResult | None, *, busy: bool) -> None:
        """Say above the maze why there is nothing to see, or nothing but the original."""
        if state.policy is None:
            self.note.say(LOADING if busy else NO_POLICY)
        else:
            self.note.say("" if result is None or self.role == "original" else unchanged_reason(result) or "")

    @property
    def note_height(self) -> int:
        """Height in pixels that the note needs at the pane's width; 0 without one."""
        if not self.note.sentence:
            return 0
        return self.note.heightForWidth(max(self.width(), 80) - 2 * SIDE) + 9

    def set_note_height(self, height: int) -> None:
        """Give the note this much room, so that mazes beside each other stay level; 0 hides it."""
        self._note_room.setFixedHeight(height)
        self._note_room.setVisible(height > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()
