"""One canvas with its caption, readout and the sentence that says why there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.document.document import State
from app.document.view_mode import Mode
from app.drawing.no_change import unchanged_reason
from app.field.requests import FieldResult
from widgets.controls.panel_parts import Elided
from widgets.maze_view.canvas import MazeCanvas
from widgets.maze_view.overlay_note import Note
from widgets.maze_view.picture import Picture
from widgets.maze_view.square_readout import Readout
from widgets.services.context import Context

NO_POLICY = "Open a policy to see its vector field: File, Open policy, or drop a checkpoint here."
SIDE = 12
"""Pixels left and right of a caption."""
SWATCH = 0.7
"""Side of a dot in heights of a line of text."""
LOADING = "Loading the policy…"


class Swatch(QWidget):
    """A dot in the hue of a role."""

    def __init__(self, context: Context, role: str) -> None:
        super().__init__()
        self._context, self._role = context, role
        self._text_scale = 1.0
        self._take_size()
        context.palette_changed.connect(self._take_size)

    def set_text_scale(self, scale: float) -> None:
        """A larger dot, for a presentation; 1 is the usual."""
        self._text_scale = scale
        self._take_size()

    def _take_size(self, *_: object) -> None:
        side = round(SWATCH * QFontMetricsF(self.font()).height() * self._text_scale)
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self._context.palette, self._role)))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class Title(Elided):
    """A name and a role: where both have no room, the name gives way in its middle, and the role stays whole."""

    def __init__(self, role: str) -> None:
        # Two policies may differ in the last words of a name alone.
        super().__init__(role, Qt.TextElideMode.ElideMiddle)
        self._role = role

    def show_parts(self, name: str, role: str) -> None:
        """Show another name and role; without a name the role alone."""
        self._role = f" · {role}" if name else role
        self.setText(f"{name}{self._role}")

    @property
    def shown(self) -> str:
        """The text as drawn."""
        metrics, name = self.fontMetrics(), self.text().removesuffix(self._role)
        room = self.width() - metrics.horizontalAdvance(self._role)
        if not name or room < metrics.horizontalAdvance("M…"):
            return super().shown
        return metrics.elidedText(name, self.mode, room) + self._role


class Pane(QWidget):
    """A canvas under its caption and, where its picture is empty, a note over it that says why."""

    def __init__(self, context: Context, picture: Picture, role: Mode, *, read_only: bool = False) -> None:
        super().__init__()
        self.role = role
        self._text_scale = 1.0
        self._context, self._picture, self._name = context, picture, ""
        self.canvas = MazeCanvas(context, picture, role, self, read_only=read_only)
        self.readout = Readout(context, picture, self.canvas)
        self.note = Note(context, picture, self.canvas)
        self.title = Title(role.label)
        self.title.setProperty("heading", True)
        # Of two that are compared, the one in front, which can be edited, has the stronger title.
        self.title.setProperty("muted", read_only)
        self.caption = QWidget()
        row = QHBoxLayout(self.caption)
        row.setContentsMargins(SIDE, 5, SIDE, 4)
        row.setSpacing(7)
        self._swatch = Swatch(context, role)
        row.addWidget(self._swatch)
        row.addWidget(self.title)
        # Panes share the room evenly, whatever their captions say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self.canvas, 1)
        context.view.arrows_changed.connect(self._show_title)

    def set_title(self, title: str, *, captioned: bool) -> None:
        """Name the owner of the picture, in a caption too or not."""
        self._name = title
        self._show_title()
        self.caption.setVisible(captioned)

    def _show_title(self, *_: object) -> None:
        what = self.role.label
        if self.role is Mode.DIFFERENCE:
            what = f"{what} {self._context.view.arrows.factor}".rstrip()
        self.title.show_parts(self._name, what)

    def set_text_scale(self, scale: float) -> None:
        """Larger caption, note and card next to the pointer, for a presentation; 1 is the usual."""
        if scale == self._text_scale:
            return
        self._text_scale = scale
        self._swatch.set_text_scale(scale)
        self.readout.set_text_scale(scale)
        font = QFont()
        if scale != 1:
            font = QFont(self.font())
            font.setPointSizeF(font.pointSizeF() * scale)
        # Each by itself: a label with a style of its own takes no font from its parent.
        self.note.setFont(font)
        self.title.setFont(font)
        # A font that is set, even none, takes the place of the style sheet's, which made it a heading.
        heading = QFont(font)
        heading.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(heading)

    def explain_result(self, state: State, result: FieldResult | None, *, busy: bool) -> None:
        """Say over the maze why there is nothing to see, or nothing but the original; without a result, nothing."""
        if state.policy is None:
            self.note.say("" if self._picture.foreseen else LOADING if busy else NO_POLICY)
        else:
            self.note.say("" if result is None else unchanged_reason(result) or "")
