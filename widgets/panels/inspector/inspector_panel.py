"""The panel of one square: what the network sees there and what it answers, before and after the stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QScrollArea, QStackedWidget, QWidget

from app.document.document import State
from app.drawing.palette import Palette
from app.maze.maze import Maze, Square
from app.maze.render import observations
from app.number_format import fixed
from widgets.controls.collapsible import Folding
from widgets.controls.observation_picture import ObservationPicture
from widgets.controls.panel_parts import MARGIN, EmptyState, IconButton, Scrolled, column, heading, muted, row
from widgets.panels.inspector.charts import Bars, largest, logit_lines, probability_lines
from widgets.panels.inspector.square_numbers import Outputs, as_text, outputs
from widgets.services.context import Context
from widgets.style.theme import number_font

if TYPE_CHECKING:
    from app.field.requests import FieldResult


class InspectorPanel(QWidget):
    """The square under the pointer; without one, the pinned square; without that, the mouse's."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._seen: tuple[Maze, Square] | None = None
        self.setAccessibleName("Inspector")
        self.title = heading("")
        self.which = muted()
        self.pin = IconButton(context, "pin-outline", "Pin this square", self._toggle_pin, checkable=True)
        self.copy = IconButton(context, "content-copy", "Copy these numbers", self._copy)
        self.waiting = muted("Being computed…")
        self.waiting.hide()
        # Numbers that are replaced within a moment stay meanwhile: a panel that blinks cannot be read.
        self._patience = QTimer(self, singleShot=True, interval=300)
        self._patience.timeout.connect(self._show_waiting)
        self.probabilities = Bars("Probabilities of the five moves", 3, signed=False)
        self.logits = Bars("The fifteen logits", 2, signed=True)
        self.value, self.arrow = _number_label("Value"), _number_label("Arrow, rows up and columns right")
        self.picture = ObservationPicture()
        self._numbers = self._made_numbers()
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                context,
                "crosshairs",
                "Nothing to inspect yet",
                "Open a policy, then hover a square of the maze to see what the network answers there.",
            )
        )
        self._pages.addWidget(self._filled())
        column(self).addWidget(self._pages)
        self._recolour(context.palette)
        context.palette_changed.connect(self._recolour)
        context.document.changed.connect(self._document_changed)
        context.bridge.result.connect(self._show)
        context.bridge.cleared.connect(self._show)
        context.view.hover_changed.connect(self._show)
        context.view.inspect_changed.connect(self._show)
        self._show()

    def _made_numbers(self) -> QWidget:
        grid_of_two = QGridLayout()
        grid_of_two.setHorizontalSpacing(MARGIN)
        grid_of_two.setVerticalSpacing(2)
        grid_of_two.setColumnStretch(1, 1)
        for at, (name, label) in enumerate((("Value", self.value), ("Arrow (row, col)", self.arrow))):
            grid_of_two.addWidget(QLabel(name), at, 0)
            grid_of_two.addWidget(label, at, 1)
        page = QWidget()
        layout = column(page)
        layout.addWidget(self.probabilities)
        layout.addLayout(grid_of_two)
        layout.addWidget(Folding(self._context, "Logits", self.logits, is_open=True))
        return page

    def _filled(self) -> QScrollArea:
        page = QWidget()
        layout = column(page, MARGIN)
        layout.addLayout(row(self.title, self.which, None, self.copy, self.pin, space=4))
        layout.addWidget(self.waiting)
        layout.addWidget(self._numbers)
        layout.addWidget(Folding(self._context, "Observation", self.picture, is_open=True))
        layout.addStretch(1)
        return Scrolled(page)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def square(self) -> Square:
        """The square that is shown: always one on which the mouse can be."""
        hover, maze = self._context.view.hover, self._context.document.state.maze
        if hover is not None and maze.is_open(hover) and hover != maze.cheese:
            return hover
        return self._context.bridge.inspected_square

    def answers(self) -> tuple[Outputs | None, Outputs | None]:
        """The square's numbers without patches, and with them (None while the stack is empty or nothing is known)."""
        latest: FieldResult | None = self._context.bridge.latest
        if latest is None or latest.request.maze != self._context.document.state.maze:
            return None, None
        original = outputs(latest.original, self.square)
        with_stack = bool(latest.request.stack.patches)
        return original, outputs(latest.patched, self.square) if with_stack else None

    def _document_changed(self, old: State, new: State) -> None:
        if old.maze != new.maze or old.policy != new.policy:
            self._show()

    def _show(self, *_: object) -> None:
        state, view, square = self._context.document.state, self._context.view, self.square
        self._pages.setCurrentIndex(0 if state.policy is None else 1)
        if state.policy is None:
            return
        self.title.setText(f"({square[0]}, {square[1]})")
        hovered = square != self._context.bridge.inspected_square
        pinned = view.inspected == square
        self.which.setText("hovered" if hovered else "pinned" if pinned else "mouse")
        self.pin.setChecked(pinned)
        self.pin.say("Follow the mouse again" if pinned else "Pin this square")
        self._show_numbers()
        self._show_picture(state.maze, square)

    def _show_numbers(self) -> None:
        original, patched = self.answers()
        if original is None:
            self._patience.start()
            return
        self._patience.stop()
        self.waiting.hide()
        self._numbers.show()
        self.copy.setEnabled(True)
        self.probabilities.show_lines(probability_lines(original, patched), 1.0)
        lines = logit_lines(original, patched)
        self.logits.show_lines(lines, largest(lines))
        self.value.setText(_before_after(original, patched, lambda each: fixed(each.value)))
        self.arrow.setText(
            _before_after(original, patched, lambda each: f"({fixed(each.arrow[0])},\u00a0{fixed(each.arrow[1])})")
        )

    def _show_waiting(self) -> None:
        self.waiting.show()
        self._numbers.hide()
        self.copy.setEnabled(False)

    def _show_picture(self, maze: Maze, square: Square) -> None:
        if self._seen == (maze, square) or not self.isVisible():
            return
        self._seen = (maze, square)
        self.picture.show_observation(observations(maze, [square])[0])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Behind another panel no picture is drawn.
        self._show()

    def _recolour(self, palette: Palette) -> None:
        for part in (self.probabilities, self.logits, self.picture):
            part.set_palette(palette)

    # --- what is done -----------------------------------------------------------------------------------------------

    def _toggle_pin(self) -> None:
        view = self._context.view
        view.inspect(None if view.inspected is not None else self.square)
        self._show()

    def _copy(self) -> None:
        original, patched = self.answers()
        if original is not None:
            QApplication.clipboard().setText(as_text(original, patched))
            self._context.notice("The numbers are on the clipboard.")


def _before_after(original: Outputs, patched: Outputs | None, text: Callable[[Outputs], str]) -> str:
    return text(original) if patched is None else f"{text(original)} → {text(patched)}"


def _number_label(name: str) -> QLabel:
    label = QLabel()
    label.setFont(number_font(label.font()))
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    label.setAccessibleName(name)
    label.setToolTip(name)
    return label
