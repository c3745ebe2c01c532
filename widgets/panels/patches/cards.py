"""The cards in their order, and the dragging of one to another place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from app.document import patch_edits
from app.drawing.palette import Palette
from app.interventions.patches import Patch, PatchStack
from widgets.controls.panel_parts import column
from widgets.panels.patches.card import PatchCard
from widgets.panels.patches.own_effects import PatchEffects
from widgets.services.context import Context

MANY: Final = 8
"""Cards added at once, during which the list is hidden."""


class CardList(QWidget):
    """One card per patch, top to bottom. Cards stay while the kinds do, so that a drag is not cut off."""

    def __init__(self, context: Context, effects: PatchEffects) -> None:
        super().__init__()
        self._context, self._effects = context, effects
        self.cards: list[PatchCard] = []
        self._scroll: QScrollArea | None = None
        self._layout = column(self, 0, 8)
        self._layout.addStretch(1)
        self._line = QFrame(self)
        self._line.hide()
        self.set_palette(context.palette)
        self.setAccessibleName("Stack of patches")

    def follow(self, scroll: QScrollArea) -> None:
        """The area that shows the list: it scrolls to a card that was added, and with one that is dragged."""
        self._scroll = scroll

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._line.setStyleSheet(f"background: {palette.accent}; border-radius: 1px;")
        for card in self.cards:
            card.set_palette(palette)

    def show_stack(self, stack: PatchStack, problems: dict[int, str]) -> None:
        """Show a stack, and why some of its patches do not act."""
        kinds = [type(patch) for patch in stack.patches]
        # A patch that is still in the stack keeps its details open or shut, wherever it went.
        open_before = {id(card.patch): card.is_open for card in self.cards}
        added: PatchCard | None = None
        rebuilt = kinds != [type(card.patch) for card in self.cards]
        # Of what was there nothing is left: the patches of a file. A single one may just have been changed.
        other = (rebuilt or len(kinds) > 1) and not any(id(patch) in open_before for patch in stack.patches)
        place = 0 if self._scroll is None else self._scroll.verticalScrollBar().value()
        anew = self._scroll is not None and (rebuilt or other)
        # Until all is known, and there is room: else whatever is shown has all cards placed again, squeezed.
        self._layout.setEnabled(not anew)
        if rebuilt:
            added = self._rebuild(stack, open_before)
        acting = {position for position, _ in stack.active}
        for position, (card, patch) in enumerate(zip(self.cards, stack.patches, strict=True)):
            card.set_open(open_before.get(id(patch), card.is_open))
            problem = problems.get(position, "")
            card.show_patch(position, patch, problem, acts=position in acting and not problem)
        self._layout.setEnabled(True)
        if self._scroll is not None and anew:
            # At once, not when the layout is next done: cards must never be painted squeezed into too little room.
            room = self._scroll.viewport().size()
            self.resize(room.width(), max(room.height(), self._needed(room.width())))
            self._layout.activate()
            self._scroll.verticalScrollBar().setValue(0 if other else place)
            if added is not None and not other:
                self._reveal(added)

    def _needed(self, width: int) -> int:
        """Height of all cards at a width, in logical pixels."""
        layout = self._layout
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalMinimumSize().height()

    def _reveal(self, card: PatchCard) -> None:
        """Scroll no further than shows a card whole, or its top where it is higher than the room there is."""
        if self._scroll is not None:
            bar, room = self._scroll.verticalScrollBar(), self._scroll.viewport().height()
            top, bottom = card.geometry().top(), card.geometry().bottom()
            bar.setValue(min(max(bar.value(), bottom + 1 - room), top))

    def show_effects(self) -> None:
        """Show what has become known of the patches' effects."""
        for card in self.cards:
            card.show_effect()

    def show_leads(self, *_: object) -> None:
        """Show what the newest field says of the pins."""
        for card in self.cards:
            card.show_lead()

    def _rebuild(self, stack: PatchStack, open_before: dict[int, bool]) -> PatchCard | None:
        """Make the cards those of a stack; the ones before and behind what has changed stay. Says which was added."""
        old, patches = self.cards, stack.patches
        # The patches of a file: many, and each says on its card what it does.
        first = len(patches) > 2 and not any(id(patch) in open_before for patch in patches)
        # The application's: each widget remembers one of its own, long after the keyboard has gone elsewhere.
        keyboard = QApplication.focusWidget() or self
        focus = next((card.position for card in old if card.isAncestorOf(keyboard)), None)
        added: PatchCard | None = None
        # A copy is the same value as its original: there is one more of it.
        known = Counter(id(card.patch) for card in old)
        same = _equal(old, patches)
        tail = _equal(old[same:][::-1], patches[same:][::-1])
        made: list[PatchCard] = []
        many = len(patches) - tail - same > MANY and self._scroll is not None
        if many:
            self.hide()
        for position in range(same, len(patches) - tail):
            patch = patches[position]
            card = PatchCard(self._context, position, patch, self._effects, open_before.get(id(patch), not first))
            self._connect(card)
            made.append(card)
            self._layout.insertWidget(position, card)
            # A layout shows what it is given only later, and until then counts it as nothing.
            card.show()
        if many:
            self.show()
        gone = old[same : len(old) - tail]
        self.cards = [*old[:same], *made, *old[len(old) - tail :]]
        for card in self.cards if old else ():
            known[id(card.patch)] -= 1
            if known[id(card.patch)] < 0:
                added = card
        for card in gone:
            self._layout.removeWidget(card)
            card.retire()
        if focus is not None and self.cards and (added is not None or same <= focus < len(old) - tail):
            (added or self.cards[min(focus, len(self.cards) - 1)]).setFocus()
        return added

    def _connect(self, card: PatchCard) -> None:
        card.handle.dragged.connect(self._drag)
        card.handle.dropped.connect(lambda at: self._drop(card, at))
        card.handle.cancelled.connect(self._line.hide)
        card.handle.stepped.connect(lambda places: self._step(card, places))

    # --- order ------------------------------------------------------------------------------------------------------

    def _gap_at(self, at: QPointF) -> int:
        """The gap nearest to a point of the screen: 0 above the first card, n below the last."""
        y = self.mapFromGlobal(at).y()
        return sum(y > card.geometry().center().y() for card in self.cards)

    def _drag(self, at: QPointF) -> None:
        gap = self._gap_at(at)
        if gap < len(self.cards):
            y = self.cards[gap].geometry().top() - 5
        else:
            y = self.cards[-1].geometry().bottom() + 3
        self._line.setGeometry(0, max(0, y), self.width(), 3)
        self._line.show()
        self._line.raise_()
        if self._scroll is not None:
            here: QPoint = self.mapFromGlobal(at).toPoint()
            self._scroll.ensureVisible(here.x(), here.y(), 0, 24)

    def _drop(self, card: PatchCard, at: QPointF) -> None:
        self._line.hide()
        gap = self._gap_at(at)
        # Taking the card out closes its own gap.
        to = gap - 1 if gap > card.position else gap
        if to != card.position:
            patch_edits.move_patch(self._context.document, card.position, to)
            self._reveal(self.cards[to])

    def _step(self, card: PatchCard, places: int) -> None:
        to = max(0, min(card.position + places, len(self.cards) - 1))
        if to != card.position:
            patch_edits.move_patch(self._context.document, card.position, to)
            self.cards[to].handle.setFocus()
            self._reveal(self.cards[to])


def _equal(cards: Sequence[PatchCard], patches: Sequence[Patch]) -> int:
    """Number of cards, from the first on, that are those of the same patches."""
    return sum(1 for _ in takewhile(lambda pair: pair[0].patch is pair[1], zip(cards, patches, strict=False)))
