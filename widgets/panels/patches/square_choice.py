"""Choice of the mouse's squares at which a patch acts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from app.interventions.patches import Patch
from app.maze.maze import Square
from app.maze.routes import decision_square
from widgets.services.context import Context


class SquaresField(QPushButton):
    """A button that says where the patch acts, with a menu of squares to act at.

    Signals:
        choose_wanted(): the squares shall be chosen on the maze.
    """

    choose_wanted = Signal()

    def __init__(self, context: Context, change: Callable[..., None]) -> None:
        super().__init__()
        self._context, self._change = context, change
        self._squares: tuple[Square, ...] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Squares of the mouse")
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def show_patch(self, patch: Patch) -> None:
        """Show where a patch acts."""
        self._squares = patch.squares
        if patch.squares is None:
            words, tip = "All", "Acts with the mouse on any square"
        elif len(patch.squares) == 1:
            words, tip = _words(patch.squares[0]), "Acts only with the mouse on this square"
        else:
            words = f"{len(patch.squares)} chosen"
            tip = "Acts only with the mouse on " + ", ".join(_words(square) for square in patch.squares[:30])
        self.setText(words)
        self.setToolTip(f"{tip}. Click to choose")

    def _fill(self) -> None:
        menu, maze = self.menu(), self._context.document.state.maze
        menu.clear()
        self._offer("All squares", None)
        inspected = self._context.view.inspected
        decision = decision_square(maze).square
        for title, square in (("mouse's", maze.mouse), ("inspected", inspected), ("decision", decision)):
            if square is not None:
                self._offer(f"Only the {title} square {_words(square)}", (square,))
        menu.addSeparator()
        menu.addAction("Choose on the maze…", self.choose_wanted.emit)
        if self._squares is not None and inspected is not None:
            menu.addSeparator()
            if inspected in self._squares:
                rest = tuple(square for square in self._squares if square != inspected)
                self._offer(f"Not at {_words(inspected)}", rest)
            else:
                self._offer(f"Also at {_words(inspected)}", tuple(sorted((*self._squares, inspected))))

    def _offer(self, title: str, squares: tuple[Square, ...] | None) -> None:
        action = self.menu().addAction(title)
        action.setCheckable(True)
        action.setChecked(squares == self._squares)
        action.triggered.connect(lambda: self._change("Choose squares", False, squares=squares))


def _words(square: Square) -> str:
    return f"({square[0]}, {square[1]})"
