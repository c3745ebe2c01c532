"""The middle of the window: one to three linked canvases, the two numbers, the legend."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.maze.maze import Square
from app.unchanged import unchanged_reason
from widgets.context import Context
from widgets.maze_view.canvas import TITLES, MazeCanvas
from widgets.maze_view.legend import Legend
from widgets.maze_view.numbers import Numbers
from widgets.maze_view.picture import ROLES, Picture
from widgets.maze_view.readout import Readout


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


class Pane(QWidget):
    """A canvas under its caption."""

    def __init__(self, context: Context, picture: Picture, role: str) -> None:
        super().__init__()
        self.canvas = MazeCanvas(context, picture, role, self)
        self.readout = Readout(context, picture, self.canvas)
        self.caption = QWidget()
        title = QLabel(TITLES[role])
        title.setProperty("heading", True)
        row = QHBoxLayout(self.caption)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(7)
        row.addWidget(Swatch(context, role))
        row.addWidget(title)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self.canvas, 1)


class Banner(QFrame):
    """A sentence over the canvases: why Patched or Difference shows nothing else."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.addWidget(self.label)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one hides the banner."""
        self.label.setText(sentence)
        self.setVisible(bool(sentence))
        self.place()

    def place(self) -> None:
        """Sit at the top of the parent, in its middle."""
        parent = self.parentWidget()
        width = min(parent.width() - 40, round(self.fontMetrics().horizontalAdvance(self.label.text()) + 48))
        self.resize(max(width, 80), self.heightForWidth(max(width, 80)))
        self.move((parent.width() - self.width()) // 2, 14)
        self.raise_()


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
        first = self.panes["original"].canvas
        for pane in self.panes.values():
            row.addWidget(pane, 1)
            pane.canvas.menu_wanted.connect(self.menu_wanted)
            pane.canvas.pointed.connect(lambda place, pane=pane: self._pointed(pane, place))
            if pane.canvas is not first:
                pane.canvas.box.setXLink(first.box)
                pane.canvas.box.setYLink(first.box)
        self.banner = Banner(context, self._stage)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stage, 1)
        column.addWidget(self.numbers)
        column.addWidget(self.legend)
        context.view.mode_changed.connect(self._show_mode)
        context.bridge.result.connect(self._explain)
        context.bridge.cleared.connect(self._explain)
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
        for canvas in self.canvases:
            canvas.fit(whole_world=whole_world)

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        self.canvas.zoom(factor)

    def _roles(self) -> tuple[str, ...]:
        mode = self._context.view.mode
        return ROLES if mode == "side_by_side" else (mode,)

    def _show_mode(self, *_: object) -> None:
        roles = self._roles()
        seen = self._seen()
        for role, pane in self.panes.items():
            pane.setVisible(role in roles)
            pane.caption.setVisible(len(roles) > 1)
            pane.readout.hide()
            pane.canvas.set_active(role in roles, seen)
        self._explain()

    def _seen(self) -> QRectF | None:
        """What part of the world is in sight, so that switching views does not move it."""
        shown = [pane.canvas for pane in self.panes.values() if pane.isVisible()]
        return shown[0].box.viewRect() if shown else None

    def _explain(self, *_: object) -> None:
        mode, result = self._context.view.mode, self._context.bridge.latest
        sentence = ""
        if self._context.document.state.policy is not None and mode != "original" and result is not None:
            sentence = unchanged_reason(result) or ""
        self.banner.say(sentence)

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

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.banner.place()
