"""The panel of the stack: cards in the order they act, what may be added, and its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMenu, QPushButton, QToolButton, QWidget

from app.document import patch_edits
from app.document.document import State
from app.document.open_file import open_patches
from app.errors import PatchError
from app.interventions.patches import PatchStack
from app.interventions.patches_file import save_patches
from widgets.controls.cheese_progress import CheeseProgress
from widgets.controls.panel_parts import MARGIN, EmptyState, IconButton, Scrolled, column, row
from widgets.controls.patch_problems import problems_of
from widgets.files.file_dialogs import ask_file, ask_name
from widgets.files.outside_question import agreed_stack
from widgets.panels.patches.add_menu import AddMenu
from widgets.panels.patches.cards import CardList
from widgets.panels.patches.cheese_finder import CheeseFinder
from widgets.panels.patches.other_policy_note import OtherPolicyNote
from widgets.panels.patches.own_effects import PatchEffects
from widgets.panels.patches.stack_actions import BEFORE_AND_AFTER, SWITCH_OFF, SWITCH_ON, specs, specs_here
from widgets.services.context import Context
from widgets.services.topics import Topic

FILTER = "Patches (*.json)"


class PatchesPanel(QWidget):
    """The stack of patches, live: each card is one patch, acting from the top down."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setAccessibleName("Patches")
        self.effects = PatchEffects(context, self)
        self.menu = AddMenu(context, self)
        self._offer_actions()
        self.add_button = QPushButton("Add patch")
        self.add_button.setMenu(self.menu)
        self.add_button.setAccessibleName("Add patch")
        self.add_button.setToolTip("Add an intervention on the layer whose channels are shown")
        self.find_button = IconButton(context, "cheese", "Find cheese channels", self._toggle_finder, checkable=True)
        self.find_button.say("Find cheese channels. Measures which channels of the layer peak at the cheese")
        self.switch = IconButton(context, "power", "", context.actions["patches.switch"].trigger)
        self.more = IconButton(context, "dots-vertical", "Open, save or clear patches")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._more_menu())
        self.finder = CheeseFinder(context)
        self.other_policy = OtherPolicyNote(context)
        self.finder.hide()
        self.finder.closed.connect(self._close_finder)
        self.progress = CheeseProgress(context)
        self.cards = CardList(context, self.effects)
        # Not pages of one stack: what is hidden here needs no room.
        # It scrolls: in a low window, taking the last patch out must not make the window higher.
        self._empty = Scrolled(self._empty_state())
        self._empty.setMinimumHeight(1)
        self._filled = Scrolled(self.cards)
        # Under the finder, in a low window, it may be lower than a card.
        self._filled.setMinimumHeight(1)
        self.cards.follow(self._filled)
        layout = column(self, MARGIN)
        layout.addLayout(row(self.add_button, None, self.switch, self.find_button, self.more, space=2))
        layout.addWidget(self.progress)
        layout.addWidget(self.other_policy)
        layout.addWidget(self.finder)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._filled, 1)
        layout.addStretch()
        context.document.changed.connect(self._document_changed)
        context.bridge.result.connect(self._show)
        context.bridge.result.connect(self.cards.show_leads)
        context.bridge.cleared.connect(self._show)
        context.palette_changed.connect(self.cards.set_palette)
        self.effects.changed.connect(self.cards.show_effects)
        context.vectors.changed.connect(self._show)
        context.view.layer_changed.connect(context.actions.refresh)
        context.working.found.connect(context.actions.refresh)
        self._show()

    def _offer_actions(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "switch": lambda: patch_edits.switch_stack(self._context.document),
            "subtract": self.menu.subtract_cheese,
            "top_right": self.menu.add_top_right,
            "pin": self.menu.add_pin,
            "find": self.find_cheese,
            "open": self._ask_open,
            "save": self._ask_save,
            "clear": lambda: patch_edits.clear_stack(self._context.document),
        }
        for spec in (*specs(acts), *specs_here(self.menu, lambda: self._context.view.layer)):
            if spec.id not in self._context.actions:
                self._context.actions.add(spec)

    def _more_menu(self) -> QMenu:
        menu, actions = QMenu(self), self._context.actions
        self.save, self.clear = actions["patches.save"], actions["patches.clear"]
        menu.addActions([actions["patches.open"], self.save])
        menu.addSeparator()
        menu.addAction(self.clear)
        return menu

    def _empty_state(self) -> EmptyState:
        button = QPushButton("Show an example")
        button.setToolTip("Subtract the cheese vector: the activations' difference with the cheese and without")
        button.clicked.connect(self.menu.subtract_cheese)
        return EmptyState(
            self._context,
            "layers-outline",
            "No patches: the network is unchanged",
            "Add a patch above, switch off a channel under Channels, or see what one does.",
            button,
        )

    # --- what is shown ----------------------------------------------------------------------------------------------

    def _document_changed(self, old: State, new: State) -> None:
        if old.stack != new.stack or old.policy != new.policy or old.maze != new.maze:
            self._show()

    def _show(self, *_: object) -> None:
        stack = self._context.document.state.stack
        self.cards.show_stack(stack, problems_of(self._context))
        self._choose_page()
        switch = self._context.actions["patches.switch"]
        for part in (self.save, self.clear, switch, self.switch):
            part.setEnabled(bool(stack.patches))
        off = bool(stack.patches) and not stack.any_enabled
        title = SWITCH_ON if off else SWITCH_OFF
        self._context.actions.describe(switch.objectName(), title, f"{title}. {BEFORE_AND_AFTER}")
        self.switch.say(switch.toolTip())
        self.switch.set_glyph("power-off" if off else "power")
        for name in ("pin", "find"):
            # Both measure what is open.
            self._context.actions[f"patches.{name}"].setEnabled(self._context.document.state.policy is not None)

    def _choose_page(self) -> None:
        """Cards, or what to do next; the finder says that itself, and a low dock has no room for both."""
        filled = bool(self._context.document.state.stack.patches)
        self._empty.setVisible(not filled and self.finder.isHidden())
        self._filled.setVisible(filled)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.effects.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.effects.watch(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    # --- what is done -----------------------------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Replace the stack by a file's; the user is told when it cannot be read."""

        def take(stack: PatchStack) -> None:
            patch_edits.open_stack(self._context.document, agreed_stack(self._context, self.window(), path, stack))

        self._context.files.open_one(path, open_patches, take)

    def save_file(self, path: Path) -> None:
        """Write the stack; the user is told when that fails."""
        try:
            save_patches(path, self._context.document.state.stack)
        except PatchError as error:
            self._context.report(str(error), about=Topic.PATCHES)
        else:
            self._context.succeeded.emit(Topic.PATCHES)

    def _ask_open(self) -> None:
        file = ask_file(self, "Open patches", "", FILTER)
        if file:
            self.open_file(Path(file))

    def _ask_save(self) -> None:
        file = ask_name(self, "Save patches", "patches.json", FILTER)
        if file:
            self.save_file(Path(file) if Path(file).suffix else Path(file).with_suffix(".json"))

    def find_cheese(self) -> None:
        """Measure which channels mark the cheese, and offer them where they can be seen."""
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget):
            # A command may come while the panel is closed, or behind another.
            dock.show()
            dock.raise_()
        if not self.find_button.isChecked():
            self.find_button.click()
        elif not self.finder.is_about_shown:
            self.finder.measure()

    def _toggle_finder(self) -> None:
        self.finder.setVisible(self.find_button.isChecked())
        self._choose_page()
        if self.find_button.isChecked():
            self.finder.measure()
        else:
            self.finder.give_up()

    def _close_finder(self) -> None:
        self.find_button.setChecked(False)
        self.finder.hide()
        self._choose_page()
