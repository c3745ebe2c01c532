"""The middle of the window: one to three linked canvases, the two numbers, the legend."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.maze.maze import Square
from app.unchanged import unchanged_reason
from widgets.context import Context
from widgets.maze_view.canvas import TITLES, MazeCanvas
from widgets.maze_view.legend import Legend
from widgets.maze_view.numbers import Numbers
from widgets.maze_view.picture import ROLES, Picture
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

    def __init__(self, context: Context, picture: Picture, role: str) -> None:
        super().__init__()
        self.role = role
        self.canvas = MazeCanvas(context, picture, role, self)
        self.readout = Readout(context, picture, self.canvas)
        self.card = QLabel(self.canvas)
        self.card.setProperty("card", True)
        self.card.setWordWrap(True)
        self.card.setMargin(14)
        self.card.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.card.hide()
        self.note = Note()
        title = QLabel(TITLES[role])
        title.setProperty("heading", True)
        row = QHBoxLayout()
        row.setContentsMargins(12, 7, 12, 7)
        row.setSpacing(7)
        row.addWidget(Swatch(context, role))
        row.addWidget(title)
        row.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)

    def explain(self, sentence: str, *, empty: bool) -> None:
        """Say why there is nothing (else) to see: in the caption, or over an empty picture."""
        self.note.say("" if empty else sentence)
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


class MazeView(QWidget):
    """The maze in the view's mode.

    Signals:
        menu_wanted(Square, QPoint): a right click on a square, and the place on the screen.
    """

    menu_wanted = Signal(object, QPoint)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.picture = Picture(context, self)
        self.panes = {role: Pane(context, self.picture, role) for role in ROLES}
        self.numbers = Numbers(context, self.picture)
        self.legend = Legend(context, self.picture)
        self._stage = QWidget()
        row = QHBoxLayout(self._stage)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        for pane in self.panes.values():
            row.addWidget(pane, 1)
            pane.canvas.menu_wanted.connect(self.menu_wanted)
            pane.canvas.pointed.connect(lambda place, pane=pane: self._pointed(pane, place))
            pane.canvas.moved.connect(lambda canvas=pane.canvas: self._follow(canvas))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stage, 1)
        column.addWidget(self.numbers)
        column.addWidget(self.legend)
        context.view.mode_changed.connect(self._show_mode)
        context.bridge.result.connect(self._explain)
        context.bridge.cleared.connect(self._explain)
        context.busy_changed.connect(self._explain)
        context.document.changed.connect(self._explain)
        self.picture.fields_changed.connect(self._refresh_readouts)
        self._last_place: tuple[Pane, QPoint] | None = None
        self._show_mode()

    @property
    def canvas(self) -> MazeCanvas:
        """The first of the canvases shown."""
        return self.canvases[0]

    @property
    def canvases(self) -> list[MazeCanvas]:
        """The canvases shown, from left to right."""
        return [self.panes[role].canvas for role in self._roles()]

    def fit(self, *, whole_world: bool = False) -> None:
        """Zoom to the maze, or to its whole world."""
        self.canvas.fit(whole_world=whole_world)

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        self.canvas.zoom(factor)

    def _roles(self) -> tuple[str, ...]:
        mode = self._context.view.mode
        return ROLES if mode == "side_by_side" else (mode,)

    def _show_mode(self, *_: object) -> None:
        roles = self._roles()
        shown = next((pane.canvas for pane in self.panes.values() if not pane.isHidden()), None)
        had_focus = any(pane.canvas.hasFocus() for pane in self.panes.values())
        for role, pane in self.panes.items():
            if role in roles and shown is not None and shown is not pane.canvas:
                pane.canvas.show_as(shown)
            pane.readout.hide()
            pane.canvas.set_active(role in roles)
        # Those that come are shown before the others go, so that the keyboard's focus does not leave the canvases.
        for role in roles:
            self.panes[role].show()
        if had_focus and not any(self.panes[role].canvas.hasFocus() for role in roles):
            self.canvas.setFocus()
        for role, pane in self.panes.items():
            pane.setVisible(role in roles)
        self._explain()

    def _follow(self, moved: MazeCanvas) -> None:
        for canvas in self.canvases:
            if canvas is not moved:
                canvas.show_as(moved)

    def _explain(self, *_: object) -> None:
        result, policy = self._context.bridge.latest, self._context.document.state.policy
        if policy is None:
            why = LOADING if self._context.busy else NO_POLICY
            for pane in self.panes.values():
                pane.explain(why, empty=True)
            return
        why = unchanged_reason(result) or "" if result is not None else ""
        for role, pane in self.panes.items():
            pane.explain("" if role == "original" else why, empty=role == "difference")

    def _pointed(self, pane: Pane, place: QPoint | None) -> None:
        self._last_place = None if place is None else (pane, place)
        if place is None:
            pane.readout.hide()
        self._refresh_readouts()

    def _refresh_readouts(self) -> None:
        if self._last_place is not None:
            pane, place = self._last_place
            square: Square | None = self._context.view.hover
            pane.readout.show_square(square, place)
