"""The panel of the policy: what is open, its source, what its card says."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTextBrowser,
    QWidget,
)

from app.document.document import State
from app.policy.policy import Policy
from widgets.controls.collapsible import Folding
from widgets.controls.panel_parts import (
    MARGIN,
    Elided,
    EmptyState,
    IconButton,
    Scrolled,
    breakable,
    column,
    muted,
    row,
)
from widgets.controls.sighted import Sighted
from widgets.services.context import Context

OPEN = "file.open_policy"
SHIPPED = "file.default_policy"
"""Ids of the window's actions that the buttons trigger."""

WORD = 16
"""Characters of a word that a narrow panel has room for, next to a name."""


class PolicyPanel(Sighted):
    """Name, size, origin and identity of the open policy, its model card and its layers; another one can be opened."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setAccessibleName("Policy")
        self.name = Elided()
        self.name.setProperty("heading", True)
        self.size_label = muted(wrap=True)
        self.doubt = QLabel()
        self.doubt.setWordWrap(True)
        self.doubt.setProperty("warning", True)
        self.copy = IconButton(context, "content-copy", "Copy the weights hash", self._copy)
        self.open_button = QPushButton("Open…")
        self.open_button.setToolTip("Open a checkpoint: .pth, .pt, .ckpt or .safetensors")
        self.open_button.clicked.connect(lambda: context.actions.trigger(OPEN))
        self.shipped_button = QPushButton("Shipped")
        self.shipped_button.setToolTip("Open the policy that ships with Mazescope")
        self.shipped_button.clicked.connect(lambda: context.actions.trigger(SHIPPED))
        self.card = QTextBrowser()
        self.card.setOpenExternalLinks(True)
        self.card.setAccessibleName("Model card")
        self.card.setFrameShape(QFrame.Shape.NoFrame)
        self._facts, self._details, self._layers = QWidget(), QWidget(), QWidget()
        self._card_fold = Folding(context, "Model card", self.card)
        self._detail_fold = Folding(context, "Training options", self._details)
        self._layer_fold = Folding(context, "Layers", self._layers)
        self._folded: dict[Folding, tuple[QWidget, list[tuple[str, str]]]] = {}
        for fold in (self._detail_fold, self._layer_fold):
            fold.turned.connect(self._fill_open)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty_state())
        self._pages.addWidget(self._filled())
        column(self).addWidget(self._pages)
        context.document.changed.connect(self._document_changed)
        context.start.over.connect(self._show_if_seen)
        context.policy_check.found.connect(self._show_doubt)
        self._show()

    def _empty_state(self) -> EmptyState:
        button = QPushButton("Open policy…")
        button.setToolTip(self.open_button.toolTip())
        button.clicked.connect(lambda: self._context.actions.trigger(OPEN))
        return EmptyState(
            self._context,
            "brain",
            "No policy is open",
            "Open a checkpoint (.pth, .pt, .ckpt or .safetensors), or drop one anywhere on the window.",
            button,
        )

    def _filled(self) -> QScrollArea:
        page = QWidget()
        layout = column(page, MARGIN)
        layout.addWidget(self.name)
        layout.addWidget(self.size_label)
        layout.addWidget(self.doubt)
        layout.addLayout(row(self.open_button, self.shipped_button, None))
        layout.addWidget(self._facts)
        layout.addWidget(self._card_fold)
        layout.addWidget(self._detail_fold)
        layout.addWidget(self._layer_fold)
        layout.addStretch(1)
        return Scrolled(page)

    def _document_changed(self, old: State, new: State) -> None:
        if old.policy is not new.policy:
            self._outdated = True
            self._show_if_seen()

    def _show_if_seen(self) -> None:
        """Dozens of labels: for who sees them, and after the first field."""
        if self._outdated and self.in_sight and not self._context.start.under_way:
            self._show()

    def sight_changed(self) -> None:
        self._show_if_seen()

    def _show(self) -> None:
        self._outdated = False
        policy = self._context.document.state.policy
        self._pages.setCurrentIndex(0 if policy is None else 1)
        if policy is None:
            return
        from app.policy.policy_info import describe, model_card, training_options

        stages = {stage.name for stage in policy.layers}
        rows = describe(policy)
        self.name.setText(policy.name)
        self.size_label.setText(f"{policy.parameters:,} parameters · width {policy.width} · {len(stages)} layers")
        self._show_doubt()
        told = {"Name", "Width", "Parameters"}
        facts = [each for each in rows if each[0] not in stages | told]
        details = training_options(policy)
        self._fill(self._facts, facts, with_copy=True)
        self._detail_fold.setVisible(bool(details))
        self._folded = {
            self._detail_fold: (self._details, details),
            self._layer_fold: (self._layers, [(name, text) for name, text in rows if name in stages]),
        }
        self._fill_open()
        card = model_card(policy)
        self._card_fold.setVisible(card is not None)
        self.card.setMarkdown(card or "")
        self.card.setMinimumHeight(14 * QFontMetrics(self.font()).height())

    def _show_doubt(self) -> None:
        policy = self._context.document.state.policy
        sentence = "" if policy is None else self._context.policy_check.doubt(policy)
        self.doubt.setText(sentence)
        self.doubt.setVisible(bool(sentence))

    def _fill_open(self, *_: object) -> None:
        """Hundreds of labels: for a fold that is open."""
        for fold in [fold for fold in self._folded if not fold.inner.isHidden()]:
            self._fill(*self._folded.pop(fold))

    def _fill(self, table: QWidget, rows: list[tuple[str, str]], with_copy: bool = False) -> None:
        if with_copy:
            self.copy.setParent(None)
        old = table.layout()
        if old is not None:
            # A layout can only be replaced once another widget owns it, which then takes its widgets along.
            keeper = QWidget()
            keeper.setLayout(old)
            keeper.deleteLater()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(MARGIN)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for at, (name, text) in enumerate(rows):
            label = muted(breakable(name), wrap=True)
            value = _value(text)
            value.setAccessibleName(f"{name}: {text}")
            value.setToolTip(text)
            grid.addWidget(label, at, 0)
            grid.addWidget(value, at, 1)
            if with_copy and name == "Weights hash":
                grid.addWidget(self.copy, at, 2)
                self.copy.show()

    def _copy(self) -> None:
        policy: Policy | None = self._context.document.state.policy
        if policy is not None:
            QApplication.clipboard().setText(policy.weights_hash)
            self._context.notice("The weights hash is on the clipboard.")


def _value(text: str) -> QLabel:
    """A fact, on as many lines as it takes; elided where a narrow panel has no line for one of its words."""
    words = breakable(text)
    if max(map(len, re.split(r"[\s\u200b]", words))) > WORD:
        return Elided(text, Qt.TextElideMode.ElideMiddle)
    return QLabel(words, wordWrap=" " not in text or len(text) > WORD)
