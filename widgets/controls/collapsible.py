"""A part of a panel that collapses under its title."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from widgets.controls.panel_parts import column, row
from widgets.services.context import Context


class _Title(QToolButton):
    """A button whose text gives way: what does not fit ends in an ellipsis."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = ""
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAutoRaise(True)

    def say(self, text: str) -> None:
        """Show another text."""
        self.whole = text
        metrics = QFontMetrics(self.font())
        room = max(self.width() - self.iconSize().width() - 3 * metrics.averageCharWidth(), 0)
        self.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) if self.isVisible() else text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.say(self.whole)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.say(self.whole)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.say(self.whole)

    def sizeHint(self) -> QSize:
        # What it asks for must not depend on how much of its text there is room for.
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * QFontMetrics(self.font()).averageCharWidth(), super().sizeHint().height())


class Folding(QWidget):
    """A title with an arrow, and what it shows or hides.

    Args:
        context: for the icon.
        title: what is next to the arrow.
        inner: what folds.

    Signals:
        turned(bool): what folds is shown, or hidden.
    """

    turned = Signal(bool)

    def __init__(self, context: Context, title: str, inner: QWidget, is_open: bool = False) -> None:
        super().__init__()
        self._context = context
        self.inner = inner
        self.button = _Title()
        self.button.say(title)
        self.button.clicked.connect(lambda: self.set_open(inner.isHidden()))
        layout = column(self, 0, 2)
        self._top = row(self.button)
        layout.addLayout(self._top)
        layout.addWidget(inner)
        self._title = title
        self.set_open(is_open)
        context.palette_changed.connect(self._draw)

    def set_open(self, is_open: bool) -> None:
        """Show or hide what folds."""
        self.inner.setVisible(is_open)
        words = f"{'Hide' if is_open else 'Show'} {self._title.lower()}"
        said = self.button.accessibleDescription()
        self.button.setToolTip(f"{words}. Now: {said}" if said else words)
        self.button.setAccessibleName(words)
        self._draw()
        self.turned.emit(is_open)

    def summarise(self, text: str) -> None:
        """Say in the title what was chosen within, in place of its name."""
        if text != self.button.whole:
            self.button.say(text)
            self.button.setAccessibleDescription(text)
            self.set_open(not self.inner.isHidden())

    def room_in_title(self) -> int:
        """Pixels across that a control in the line of the title may have, in which the title keeps a third."""
        return self.width() * 2 // 3

    def add_to_title(self, control: QWidget, width: int) -> None:
        """Show a control in the line of the title, as wide as told; the title has the rest."""
        if self._top.indexOf(control) < 0:
            self._top.addWidget(control)
        self._top.setStretch(0, max(1, self.width() - self._top.spacing() - width))
        self._top.setStretch(1, width)

    def _draw(self, *_: object) -> None:
        self.button.setIcon(self._context.icon("chevron-right" if self.inner.isHidden() else "chevron-down"))
