"""Dialog for a new maze of a chosen size."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.document import maze_edits
from app.maze.levels import random_level
from app.maze.maze import BACKGROUNDS, WORLDS, Maze
from app.maze.transforms import clear
from widgets.controls.field_form import FieldForm
from widgets.controls.tab_order import ReadingOrder
from widgets.controls.wheel_guard import PicturedCombo, QuietCombo, QuietSpin
from widgets.services.context import Context
from widgets.style.background_icons import background_icon

KINDS = (("Random maze", "maze"), ("Empty room", "room"))
SEEDS = 1_000_000


class NewMazeDialog(ReadingOrder, QDialog):
    """World, size, kind, seed and background; equal choices make the same maze."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle("New maze")
        now = context.document.state.maze
        self.kind = self._combo("Kind", KINDS)
        self.world = self._combo(
            "World", [(f"{name.capitalize()}  {side} × {side}", side) for name, side in WORLDS.items()]
        )
        self.world.setCurrentIndex(self.world.findData(now.world))
        self.dim = self._combo("Size", [])
        self.seed = QuietSpin()
        self.seed.setRange(0, SEEDS - 1)
        self.seed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.seed.setAccessibleName("Seed")
        self.seed.setValue(random.randrange(SEEDS))
        backgrounds = [(f"Background {number}", number) for number in range(BACKGROUNDS)]
        self.background = self._combo("Background", backgrounds, PicturedCombo())
        for number in range(BACKGROUNDS):
            self.background.setItemIcon(number, background_icon(number))
        self.background.setCurrentIndex(now.background)
        self.tab = QCheckBox("In a tab of its own")
        self.tab.setChecked(True)
        self.world.currentIndexChanged.connect(lambda _: self._fill_sizes(self.dim.currentData()))
        self.kind.currentIndexChanged.connect(lambda _: self._enable())
        self._fill_sizes(now.dim)
        self._lay_out()
        self._enable()

    def maze(self) -> Maze:
        """The maze of the choices."""
        maze = random_level(
            self.world.currentData(),
            self.dim.currentData(),
            self.seed.value(),
            background=self.background.currentData(),
        )
        if self.kind.currentData() == "maze":
            return maze
        return clear(maze).with_cheese(maze.top_right)

    def title(self) -> str:
        """The title in the list."""
        side = self.dim.currentData()
        name = f"Random {self.seed.value()}" if self.kind.currentData() == "maze" else "Room"
        return f"{name}, {side} × {side}"

    def accept(self) -> None:
        """Open the maze."""
        document = self._context.document
        document.end()
        maze_edits.open_level(document, self.maze(), self.title(), tab=self.tab.isChecked())
        super().accept()

    def _lay_out(self) -> None:
        dice = QToolButton()
        dice.setIcon(self._context.icon("dice-5-outline"))
        dice.setToolTip("Another seed")
        dice.setAccessibleName("Another seed")
        dice.clicked.connect(lambda: self.seed.setValue(random.randrange(SEEDS)))
        seed_row = QHBoxLayout()
        seed_row.addWidget(self.seed, 1)
        seed_row.addWidget(dice)
        form = FieldForm()
        form.setSpacing(10)
        form.addRow("Kind", self.kind)
        form.addRow("World", self.world)
        form.addRow("Size", self.dim)
        form.addRow("Seed", seed_row)
        form.addRow("Background", self.background)
        form.addRow("", self.tab)
        form.finish()
        self._dice = dice
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Make")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(buttons)

    def _fill_sizes(self, wanted: int | None) -> None:
        world = self.world.currentData()
        self.dim.clear()
        for side in range(3, world + 1, 2):
            self.dim.addItem(f"{side} × {side}", side)
        self.dim.setCurrentIndex(self.dim.findData(min(wanted or world, world)))

    def _enable(self) -> None:
        is_maze = self.kind.currentData() == "maze"
        self.seed.setEnabled(is_maze)
        self._dice.setEnabled(is_maze)

    @staticmethod
    def _combo(name: str, items: object, combo: QComboBox | None = None) -> QComboBox:
        combo = QuietCombo() if combo is None else combo
        combo.setAccessibleName(name)
        for title, data in items:  # type: ignore[attr-defined]
            combo.addItem(title, data)
        return combo
