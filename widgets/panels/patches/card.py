"""One patch of the stack as a card."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QLineEdit, QMenu, QSizePolicy, QWidget

from app.document import patch_edits
from app.document.document import Document
from app.drawing.no_change import zero_vector
from app.drawing.palette import Palette
from app.errors import PatchError
from app.field.pin_lead import pin_lead, shorter_lead
from app.interventions.channel_text import channels_text, parse_channels
from app.interventions.patch_wording import WORDING, patch_summary
from app.interventions.patches import Patch, PatchStack, SetValue
from app.interventions.patches_file import stack_to_json
from app.policy.layers import layer
from widgets.actions.pin_actions import with_cheese_channels
from widgets.controls.channel_strip import ChannelStrip
from widgets.controls.field_keys import FieldKeys
from widgets.controls.key_overrides import OwnKeys
from widgets.controls.layer_choice import LayerChoice, has_pixels
from widgets.controls.lines_layout import Lines
from widgets.controls.panel_parts import Elided, IconButton, Shortening, breakable, column, labelled, row, set_flag
from widgets.panels.patches.card_wording import effect_text, shorter_effects
from widgets.panels.patches.drag_handle import Handle
from widgets.panels.patches.own_effects import PatchEffects
from widgets.panels.patches.patch_fields import Fields
from widgets.panels.patches.set_menu import SetsButton
from widgets.panels.patches.square_choice import SquaresField
from widgets.services.context import Context
from widgets.services.topics import Topic

LINE = 14
"""Characters of a line of a summary at least."""


class ChannelsEntry(FieldKeys, QLineEdit):
    """Field in which channels are typed."""

    def is_taken(self) -> bool:
        """True if nothing was typed since the text was set."""
        return not self.isModified()

    def drop_typed(self) -> None:
        """Show the channels again."""
        while self.isUndoAvailable():
            self.undo()
        self.setModified(False)


class _Summary(QLabel):
    """Summary of a patch, in as many lines as it takes, next to the card's buttons or over them."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def whole_width(self) -> int:
        """Pixels across in which a line holds enough to be read."""
        return min(LINE * self.fontMetrics().averageCharWidth(), self.fontMetrics().horizontalAdvance(self.text()) + 2)


class PatchCard(OwnKeys, QFrame):
    """Switch, solo, order, layer, channels, numbers, squares, effect; greyed, with the reason, when it does not fit.

    Signals:
        opened(bool): its details were shown or hidden by the user.
    """

    opened = Signal(bool)
    own_keys = frozenset({Qt.Key.Key_Delete})

    def __init__(self, context: Context, position: int, patch: Patch, effects: PatchEffects, is_open: bool) -> None:
        super().__init__()
        self._context, self._effects = context, effects
        self._shown: tuple[object, ...] = ()
        self._acts = False
        self._library = context.vectors
        self.position, self.patch = position, patch
        self._open, self._gone = is_open, False
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.handle = Handle(context.palette)
        self.enabled = QCheckBox()
        self.enabled.clicked.connect(lambda on: patch_edits.enable_patch(self._document, self.position, on))
        self.title = Elided(WORDING[patch.kind].title, stretch=False)
        self.title.setProperty("heading", True)
        self.title.setToolTip(WORDING[patch.kind].tip)
        self.arrow = IconButton(context, "chevron-down", "Show details", self._turn)
        self.solo = IconButton(context, "headphones", "Solo", self._toggle_solo, checkable=True)
        self.solo.say("Solo. While any patch is soloed, only soloed ones act")
        self.duplicate = IconButton(
            context,
            "content-copy",
            "Duplicate patch. Ctrl+D",
            lambda: patch_edits.duplicate_patch(self._document, self.position),
        )
        self.delete = IconButton(
            context,
            "trash-can-outline",
            "Delete patch. Delete",
            lambda: patch_edits.delete_patch(self._document, self.position),
        )
        self.summary = _Summary()
        set_flag(self.summary, "muted", True)
        # One line, whatever it says: a card keeps its height while its effect is computed again.
        self.effect = Shortening()
        set_flag(self.effect, "muted", True)
        self.lead = Shortening()
        set_flag(self.lead, "muted", True)
        self.lead.setToolTip(
            "How surely the field leads from the mouse to the pin: the geometric mean, along the shortest path, of the "
            "chance of a move towards it, without patches and with all of them"
        )
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("warning", True)
        self.strip = ChannelStrip(context.palette)
        self.strip.clicked.connect(lambda: context.view.set_layer(self.patch.layer))
        self._body: QWidget | None = None
        self._column = layout = column(self, 8, 4)
        layout.addLayout(row(self.handle, self.enabled, self.title, None, self.arrow))
        layout.addLayout(Lines(self.summary, row(self.solo, self.duplicate, self.delete, space=0), space=0))
        layout.addWidget(self.problem)
        layout.addWidget(self.strip)
        layout.addWidget(self.lead)
        layout.addWidget(self.effect)
        self.set_open(is_open)

    @property
    def _document(self) -> Document:
        return self._context.document

    def _made_body(self) -> QWidget:
        """The details, made when they are first shown: a file may hold many patches, of which few are looked at."""
        body = QWidget()
        self.layer_choice = LayerChoice("The layer whose output the patch changes")
        self.layer_choice.chosen.connect(lambda name: self._change("Choose layer", False, layer=name))
        self.channels = ChannelsEntry()
        self.channels.setAccessibleName("Channels")
        self.channels.setToolTip(
            'Channels it acts on: "all", numbers and ranges such as "3, 10-12", or the name of a set'
        )
        self.channels.editingFinished.connect(self._channels_typed)
        self.cheese = IconButton(
            self._context, "cheese", "Use the channels that mark the cheese. They are measured first", self._use_cheese
        )
        self.sets = SetsButton(self._context, lambda: self.patch, self._change, self._use_cheese)
        self.squares = SquaresField(self._context, self._change)
        self.squares.choose_wanted.connect(self._choose_squares)
        self.fields = Fields(self._context, self.patch, self._change, self._document.end, lambda: self.position)
        layout = column(body)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.fields)
        layout.addLayout(labelled("Layer", self.layer_choice))
        layout.addLayout(labelled("Channels", self.channels, self.sets, self.cheese, together=True))
        layout.addLayout(labelled("Squares", self.squares))
        return body

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """True if its details show."""
        return self._open

    def set_open(self, is_open: bool) -> None:
        """Show or hide the details."""
        if self._shown and is_open == self._open:
            return
        self._open = is_open
        self.arrow.set_glyph("chevron-up" if is_open else "chevron-down")
        self.arrow.say("Hide details" if is_open else "Show details")
        if is_open and self._body is None:
            self._body = self._made_body()
            self._column.addWidget(self._body)
            if self._shown:
                self._show_details()
        if self._body is not None:
            self._body.setVisible(is_open)

    def show_patch(self, position: int, patch: Patch, problem: str, *, acts: bool) -> None:
        """Show a version of the patch, of the same kind.

        Args:
            position: of the patch in the stack.
            problem: why it does not act; "" when it does.
            acts: whether it does: not when it is off, or another is soloed.
        """
        state = self._document.state
        summary = patch_summary(patch, self._library.title)
        now = (position, patch, problem, acts, summary, state.policy, state.maze, self._effects.effect(patch))
        self._acts = acts
        if now == self._shown:
            self.show_lead()
            # A stack of many patches is shown again at every edit, of which most do not concern this one.
            return
        self._shown = now
        self.position, self.patch = position, patch
        name = f"{WORDING[patch.kind].title} patch {position + 1}"
        self.setAccessibleName(name)
        self.setAccessibleDescription(problem or summary)
        self.enabled.setChecked(patch.enabled)
        self.enabled.setAccessibleName(f"{name} on")
        self.enabled.setToolTip(f"Switch the patch {'off' if patch.enabled else 'on'}")
        self.solo.setChecked(patch.solo)
        self.summary.setText(breakable(summary))
        self.summary.setToolTip(summary)
        self.problem.setText(breakable(problem))
        self.problem.setVisible(bool(problem))
        set_flag(self.title, "muted", not acts)
        if self._body is not None:
            self._show_details()
        self.show_effect()
        self.show_lead()

    def _show_details(self) -> None:
        policy, patch = self._document.state.policy, self.patch
        self.layer_choice.show_layers(policy.width if policy else 1, patch.layer)
        self.cheese.setEnabled(policy is not None and not self.problem.text() and has_pixels(patch.layer))
        if not self.channels.hasFocus() or not self.channels.isModified():
            self.channels.setText(channels_text(patch.channels))
        self.squares.show_patch(patch)
        self.fields.show_patch(patch)

    def show_lead(self) -> None:
        """Say of a pin how surely the mouse is led there; what was said remains until the new numbers are there."""
        square = self.patch.square if isinstance(self.patch, SetValue) else None
        self.lead.setVisible(square is not None and self._acts and self._document.state.policy is not None)
        answer = self._context.bridge.answer
        if square is None or answer is None or answer.request.stack != self._document.state.stack:
            return
        text = pin_lead(answer, square)
        if text:
            self.lead.set_texts(text, shorter_lead(text))

    def show_effect(self) -> None:
        """Show what is known of the patch's own effect, and its channels' pictures."""
        effect = self._effects.effect(self.patch)
        text = "" if effect is None else effect_text(effect)
        said = f"Alone: {text}" if text else "Alone: …"
        shorter: tuple[str, ...] = shorter_effects(said)
        if zero := zero_vector(self.patch, self._document.state.maze):
            said, shorter = f"Changes nothing: {zero}", ("Changes nothing",)
        self.effect.set_texts(said, *shorter)
        self.effect.setVisible(not self.problem.text() and self._document.state.policy is not None)
        self.effect.setToolTip(
            "What this patch alone does to the field: mean total variation (TV) over the squares, and the change of "
            "P(cheese) at the decision square"
        )
        pictures, policy = self._effects.pictures(self.patch.layer), self._document.state.policy
        if self.problem.text() or policy is None or not has_pixels(self.patch.layer):
            self.strip.show_channels(None, None)
        elif pictures is None:
            self.strip.await_channels(layer(self.patch.layer, policy.width).channels, self.patch.channels)
        else:
            self.strip.show_channels(pictures, self.patch.channels)

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self.handle.set_palette(palette)
        self.strip.set_palette(palette)

    # --- what is done -----------------------------------------------------------------------------------------------

    def retire(self) -> None:
        """Go: the patch is gone, and nothing that is still chosen in an open list or menu of its card is of another."""
        self._gone = True
        for box in self.findChildren(QComboBox):
            box.hidePopup()
        for menu in self.findChildren(QMenu):
            menu.close()
        self.hide()
        self.deleteLater()

    def _change(self, verb: str, merge: bool, **fields: object) -> None:
        if self._gone:
            return
        patch_edits.change_patch(self._document, self.position, verb, merge=merge, **fields)

    def _channels_typed(self) -> None:
        policy = self._document.state.policy
        if not self.channels.isModified() or policy is None:
            return
        self.channels.setModified(False)
        typed = self.channels.text()
        named = self._context.sets.named(typed, self.patch.layer)
        if named is None and typed.strip().casefold() == "cheese":
            self.channels.setText(channels_text(self.patch.channels))
            self._use_cheese()
            return
        try:
            count = layer(self.patch.layer, policy.width).channels
            chosen = parse_channels(typed, count) if named is None else tuple(sorted(named.channels))
        except PatchError as error:
            self._context.report(str(error), about=Topic.CHANNELS)
            self.channels.setText(channels_text(self.patch.channels))
            return
        self._context.succeeded.emit(Topic.CHANNELS)
        self.channels.setText(channels_text(chosen))
        self._change("Choose channels", False, channels=chosen)

    def _use_cheese(self) -> None:
        patch = self.patch

        def use(channels: tuple[int, ...]) -> None:
            # The measurement takes a while: by then the card may be elsewhere, or its patch may be gone.
            patches = self._document.state.stack.patches
            for position, found in enumerate(patches):
                if found is patch:
                    patch_edits.change_patch(
                        self._document, position, "Choose channels", channels=tuple(sorted(channels))
                    )

        with_cheese_channels(self._context, patch.layer, use)

    def _choose_squares(self) -> None:
        self._context.view.choose_squares_of(self.position)

    def _toggle_solo(self) -> None:
        patch_edits.solo_patch(self._document, self.position, self.solo.isChecked())

    def _turn(self) -> None:
        self.set_open(not self._open)
        self.opened.emit(self.is_open)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Connect the card's buttons and handle, and its layer, by name."""
        document, position, patch = self._document, self.position, self.patch
        last = len(document.state.stack.patches) - 1
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = f"Switch {'off' if patch.enabled else 'on'}"
        menu.addAction(title, lambda: patch_edits.enable_patch(document, position, not patch.enabled))
        menu.addAction(
            "End solo" if patch.solo else "Solo", lambda: patch_edits.solo_patch(document, position, not patch.solo)
        )
        menu.addSeparator()
        up = menu.addAction("Move up", lambda: patch_edits.move_patch(document, position, position - 1))
        down = menu.addAction("Move down", lambda: patch_edits.move_patch(document, position, position + 1))
        up.setEnabled(position > 0)
        down.setEnabled(position < last)
        menu.addAction("Duplicate", lambda: patch_edits.duplicate_patch(document, position))
        menu.addSeparator()
        menu.addAction("Choose its squares on the maze", lambda: self._context.view.choose_squares_of(position))
        menu.addAction("Show its layer under Channels", lambda: self._context.view.set_layer(patch.layer))
        menu.addAction("Copy as JSON", self._copy)
        menu.addSeparator()
        menu.addAction("Delete", lambda: patch_edits.delete_patch(document, position))
        menu.popup(event.globalPos())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(json.dumps(stack_to_json(PatchStack((self.patch,))), indent=1))
        self._context.notice("Copied the patch as JSON; a text file of it opens as a stack.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Delete:
            patch_edits.delete_patch(self._document, self.position)
        elif event.key() == Qt.Key.Key_D and control:
            patch_edits.duplicate_patch(self._document, self.position)
        else:
            super().keyPressEvent(event)
