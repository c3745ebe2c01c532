"""The level bar at the top of the window."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QToolBar,
    QToolButton,
    QWidget,
)

from app.document import maze_edits
from app.maze.maze import BACKGROUNDS, WORLDS
from app.maze.random_words import SEEDS
from widgets.controls.field_keys import FieldKeys
from widgets.controls.wheel_guard import PicturedCombo, QuietCombo, QuietSpin
from widgets.services.context import Context
from widgets.services.level_requests import Levels
from widgets.style.background_icons import background_icon, no_icon

NO_SEED = -1


class SeedBox(FieldKeys, QuietSpin):
    """The seed: typed and confirmed, or stepped by the arrow keys; "file" while the maze has none."""

    def __init__(self, levels: Levels) -> None:
        super().__init__()
        self._levels = levels
        self.setRange(NO_SEED, SEEDS - 1)
        self.setSpecialValueText("no seed")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setKeyboardTracking(False)
        self.setAccessibleName("Seed")
        self.setToolTip("procgen's level seed, 0 to 2147483647: type one and press Enter")
        self.editingFinished.connect(self._confirmed)

    def is_taken(self) -> bool:
        """True if the text is that of the level shown."""
        return self.text() in (self.textFromValue(self.value()), self.specialValueText())

    def drop_typed(self) -> None:
        """Show the level's seed again."""
        shown = self.value() == self.minimum()
        self.lineEdit().setText(self.specialValueText() if shown else self.textFromValue(self.value()))

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance("0000000000") + 22
        return QSize(wide, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def stepBy(self, steps: int) -> None:
        self._levels.step(1 if steps > 0 else -1)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        # Anything may be typed and is judged when it is confirmed: Qt would leave out digits that are too many.
        state = QValidator.State.Acceptable if self._usable(text) else QValidator.State.Intermediate
        return state, text, place

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._judge()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._judge()
        super().keyPressEvent(event)

    def _usable(self, text: str) -> bool:
        if text == self.specialValueText():
            return True
        return text.isascii() and text.isdecimal() and int(text) < SEEDS

    def _judge(self) -> None:
        typed = self.lineEdit().text().strip()
        if not self._usable(typed):
            shown = self.specialValueText() if self.value() == NO_SEED else self.textFromValue(self.value())
            self.lineEdit().setText(shown)
            self._levels.refuse(typed)

    def _confirmed(self) -> None:
        if self.value() != NO_SEED and self.value() != self._levels.wish.seed:
            self._levels.go_to(self.value())


class LevelBar(QToolBar):
    """World, seed, size filter, cheese region and background."""

    def __init__(self, context: Context, levels: Levels) -> None:
        super().__init__("Level")
        self._context, self._levels = context, levels
        self.setObjectName("level")
        self.setMovable(False)
        self.setFloatable(False)
        self.toggleViewAction().setVisible(False)
        self.world = self._combo("World", "procgen's easy (15 x 15) or hard (25 x 25) world")
        for name, side in WORLDS.items():
            self.world.addItem(f"{name.capitalize()}  {side} × {side}", name)
        self.seed = SeedBox(levels)
        self.dim = self._combo("Size filter", "Previous, next and random keep to mazes of this size")
        self.region = self._combo("Cheese region", "Puts the cheese in the maze's top-right r × r squares")
        self.background = self._combo(
            "Background", "procgen's background image. The policy sees it; the canvas leaves it out", PicturedCombo()
        )
        nothing = no_icon()
        for number in range(BACKGROUNDS):
            self.background.addItem(nothing, f"Background {number}", number)
        # Tiles are read for the first field anyway: the window need not wait for them.
        self._pictured = False
        context.bridge.result.connect(self._show_pictures)
        self._lay_out()
        self.world.activated.connect(lambda _: levels.set_world(self.world.currentData()))
        self.dim.activated.connect(lambda _: levels.set_dim(self.dim.currentData()))
        self.region.activated.connect(lambda _: levels.set_region(self.region.currentData()))
        self.background.activated.connect(
            lambda _: maze_edits.set_background(context.document, self.background.currentData())
        )
        levels.wish_changed.connect(self.refresh)
        context.document.changed.connect(self._document_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the settings as they are."""
        wish = self._levels.wish
        with QSignalBlocker(self.seed):
            self.seed.setValue(NO_SEED if wish.seed is None else wish.seed)
        self._choose(self.world, wish.world)
        regions = [None, *range(1, WORLDS[wish.world] + 1)]
        if [self.region.itemData(at) for at in range(self.region.count())] != regions:
            self.region.clear()
            for side in regions:
                self.region.addItem("Cheese anywhere" if side is None else f"Cheese in top-right {side} × {side}", side)
        sides = [None, *range(3, WORLDS[wish.world] + 1, 2)]
        if [self.dim.itemData(at) for at in range(self.dim.count())] != sides:
            self.dim.clear()
            for side in sides:
                self.dim.addItem("Any size" if side is None else f"Size {side} × {side}", side)
        self._choose(self.dim, wish.dim)
        self._choose(self.region, wish.region)
        self._choose(self.background, self._context.document.state.maze.background)

    def _show_pictures(self, *_: object) -> None:
        if not self._pictured:
            self._pictured = True
            for number in range(BACKGROUNDS):
                self.background.setItemIcon(number, background_icon(number))

    def _document_changed(self, *_: object) -> None:
        self._choose(self.background, self._context.document.state.maze.background)

    def _lay_out(self) -> None:
        actions = self._context.actions
        group = QWidget()
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for name in ("level.previous", "", "level.next", "level.random", "level.restore"):
            if not name:
                row.addWidget(self.seed)
                continue
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setAccessibleName(actions.spec(name).title)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        for widget in (self.world, group, self.dim, self.region, self.background):
            self.addWidget(widget)

    def _combo(self, name: str, tip: str, combo: QComboBox | None = None) -> QComboBox:
        combo = combo or QuietCombo()
        combo.setAccessibleName(name)
        combo.setToolTip(f"{name}: {tip}")
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.setMaxVisibleItems(16)
        return combo

    @staticmethod
    def _choose(combo: QComboBox, data: object) -> None:
        with QSignalBlocker(combo):
            combo.setCurrentIndex(combo.findData(data) if data is not None else 0)
