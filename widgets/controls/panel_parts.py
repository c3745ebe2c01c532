"""Small parts that all panels are built from."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.number_format import MINUS
from widgets.controls.lines_layout import Lines
from widgets.controls.wheel_guard import QuietCombo
from widgets.services.context import Context

MARGIN = 10
"""Pixels between a panel's edge and what it holds."""

SPACE = 6
"""Pixels between what a panel holds."""


LONG = 24
"""Characters of an item beyond which a box may cut it: names come from users, too."""


def column(parent: QWidget | None = None, margin: int = 0, space: int = SPACE) -> QVBoxLayout:
    """A column of widgets with the panels' spacing."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(space)
    return layout


class Scrolled(QScrollArea):
    """A panel's content that scrolls where its height does not fit. It is never narrower than its content allows."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)

    def minimumSizeHint(self) -> QSize:
        body = self.widget()
        width = 0 if body is None else body.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())


def row(*parts: QWidget | QLayout | None, space: int = SPACE) -> QHBoxLayout:
    """A row of widgets; None is a gap that takes what room there is."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)
    return layout


def muted(text: str = "", wrap: bool = False) -> QLabel:
    """A label in the quiet colour."""
    label = QLabel(text)
    label.setProperty("muted", True)
    label.setWordWrap(wrap)
    return label


def breakable(text: str) -> str:
    """A text whose module paths and file names may be broken at their dots and slashes, where a line is short."""
    return re.sub(r"(?<=\w)([./])(?=[^\W\d])", "\\1\u200b", text)


def unbroken(text: str) -> str:
    """A text for people: numbers with a true minus sign, and no line that ends within "n = 108", "95 %" or "[1, 2]"."""
    text = re.sub(r"(?<![^\s(\[])-(?=\.?\d)", MINUS, text)
    text = re.sub(r"\b(\w) = (?=[\d+.−])", "\\1\u00a0=\u00a0", text)
    text = re.sub(r"(?<=\d) %", "\u00a0%", text)
    return re.sub(r"\[[\d+.,−\s]+\]", lambda found: found[0].replace(" ", "\u00a0"), text)


def heading(text: str) -> QLabel:
    """A label in the strong weight."""
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


class FieldLabel(QLabel):
    """The name before a control, shown while that is. As wide as "Channels" at least: the controls are in a column."""

    def __init__(self, text: str, control: QWidget) -> None:
        super().__init__(text)
        self.setBuddy(control)
        control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be shown and hidden with the control."""
        del watched
        # A control may end later than its name.
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent) and isValid(self):
            self.setVisible(event.type() == QEvent.Type.ShowToParent)
        return False

    def sizeHint(self) -> QSize:
        found = super().sizeHint()
        return QSize(max(found.width(), QFontMetrics(self.font()).horizontalAdvance("Channels")), found.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def labelled(text: str, control: QWidget, *more: QWidget, together: bool = False) -> Lines:
    """A control behind its name, and further ones behind it. In a narrow panel each is on a line of its own.

    Args:
        together: the controls stay on one line: a field and its buttons.
    """
    parts = (row(control, *more, space=2),) if together else (control, *more)
    return Lines(FieldLabel(text, control), *parts, space=SPACE)


class Elided(QLabel):
    """A label that gives way: text that does not fit ends in an ellipsis, and the tooltip says it whole."""

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, stretch: bool = True
    ) -> None:
        super().__init__()
        self.mode = mode
        wide = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Maximum
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.setToolTip(text)

    @property
    def shown(self) -> str:
        """The text as drawn."""
        return self.fontMetrics().elidedText(self.text(), self.mode, self.width())

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("MM…"), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event  # A label is small: it is painted whole.
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, self.shown)


class Shortening(Elided):
    """A label with several sentences that say the same, the fullest first: it shows the first that fits.

    Its text and tooltip are always the fullest.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shorter: tuple[str, ...] = ()

    def set_texts(self, fullest: str, *shorter: str) -> None:
        """Show other sentences."""
        self._shorter = shorter
        self.setText(fullest)
        self.setAccessibleName(fullest)

    @property
    def shown(self) -> str:
        """The sentence that is drawn; it ends in an ellipsis where not even the shortest fits."""
        metrics, room = self.fontMetrics(), self.width()
        sentences = (self.text(), *self._shorter)
        fitting = (text for text in sentences if metrics.horizontalAdvance(text) <= room)
        return next(fitting, metrics.elidedText(sentences[-1], self.mode, room))


class IconButton(QToolButton):
    """A flat button with a glyph that follows the palette; its tooltip is its accessible name."""

    def __init__(
        self,
        context: Context,
        glyph: str,
        tip: str,
        clicked: Callable[[], object] | None = None,
        *,
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._context, self._glyph = context, glyph
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.say(tip)
        self._draw()
        context.palette_changed.connect(self._draw)
        if clicked is not None:
            self.clicked.connect(lambda: clicked())

    def say(self, tip: str) -> None:
        """Set tooltip and accessible name; the name is the tooltip's first sentence."""
        self.setToolTip(tip)
        self.setAccessibleName(tip.split(". ")[0].rstrip("."))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._draw()

    def set_glyph(self, glyph: str) -> None:
        """Show another glyph."""
        if glyph != self._glyph:
            self._glyph = glyph
            self._draw()

    def _draw(self) -> None:
        side = QFontMetrics(self.font()).height()
        self.setIconSize(QSize(side, side))
        self.setIcon(self._context.icon(self._glyph))


class NarrowBox(QuietCombo):
    """A combo box that may be narrower than its items: text that does not fit is elided, and the tooltip says it."""

    elide = Qt.TextElideMode.ElideRight

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.currentTextChanged.connect(lambda text: self.setToolTip(f"{tip}. Now: {text}" if text else tip))
        self.setSizeAdjustPolicy(QuietCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        for changed in (self.model().rowsInserted, self.model().rowsRemoved):
            changed.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def whole_width(self) -> int:
        """Pixels across in which none of its items is cut, `LONG` characters of an item at most."""
        metrics, option = self.fontMetrics(), QStyleOptionComboBox()
        self.initStyleOption(option)
        texts = [self.placeholderText(), *(self.itemText(at) for at in range(self.count()))]
        text = min(max(map(metrics.horizontalAdvance, texts)), LONG * metrics.averageCharWidth()) + 2
        kind = QStyle.ContentsType.CT_ComboBox
        return self.style().sizeFromContents(kind, option, QSize(text, metrics.height()), self).width()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        painter.setClipRect(event.rect())
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        text = option.currentText or self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(text, self.elide, room.width() - 2)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class Choice(NarrowBox):
    """A combo box with titles for values."""

    def __init__(self, name: str, tip: str, titles: dict[str, str], chosen: Callable[[str], object]) -> None:
        super().__init__(name, tip)
        for value, title in titles.items():
            self.addItem(title, value)
        self.activated.connect(lambda: chosen(self.currentData()))

    def choose(self, value: str) -> None:
        """Show a value as chosen; emits no signal."""
        self.setCurrentIndex(self.findData(value))


def set_flag(widget: QWidget, name: str, on: bool) -> None:
    """Set a property that the style sheet looks at, such as "muted"."""
    if bool(widget.property(name)) != on:
        widget.setProperty(name, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class EmptyState(QWidget):
    """Empty state of a panel: what it is for, what to do next, and a button that does it."""

    def __init__(self, context: Context, glyph: str, title: str, hint: str, button: QPushButton | None = None) -> None:
        super().__init__()
        self._context, self._glyph = context, glyph
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.title = heading(title)
        self.title.setWordWrap(True)
        self.hint = muted(hint, wrap=True)
        for label in (self.title, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = column(self, 2 * MARGIN, SPACE)
        layout.addStretch(1)
        for part in (self._picture, self.title, self.hint):
            layout.addWidget(part)
        if button is not None:
            layout.addSpacing(SPACE)
            layout.addLayout(row(None, button, None))
        layout.addStretch(2)
        self._draw()
        context.palette_changed.connect(self._draw)

    def _draw(self) -> None:
        side = 2 * QFontMetrics(self.font()).height()
        glyph = self._context.icon(self._glyph, self._context.palette.text_muted)
        self._picture.setPixmap(glyph.pixmap(QSize(side, side), self.devicePixelRatioF()))
