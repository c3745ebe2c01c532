"""The message bar: errors and notices in a line each, over the foot of the maze view."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets.controls.error_dialog import ErrorDialog
from widgets.services.context import Context
from widgets.services.topics import LASTING, RETRIED

NOTICE_TIME = 6_000
ERROR_TIME = 10_000
OFFER_TIME = 12_000
"""Milliseconds for which a notice, an error and a notice with buttons are in sight, the error at least."""

LETTER_TIME = 80
"""Milliseconds a letter of a longer error."""

RETRY = 500
"""Milliseconds after which a message is looked at again that could not leave."""

EDGE = 6
"""Pixels left free around the bar."""

MOST_LINES = 5


@dataclass
class Message:
    """A line of the bar.

    Attributes:
        error: whether it is an error; otherwise a notice.
        key: a later message of the same key takes its place; none of "" does.
        actions: {title of a button: id of the action it triggers}.
        lasting: whether it stays until it is closed, or until what it is about goes well.
    """

    text: str
    error: bool
    details: str = ""
    key: str = ""
    lasting: bool = False
    actions: Mapping[str, str] = field(default_factory=dict)
    shown: float = field(default_factory=time.monotonic)

    @property
    def time(self) -> int:
        """Milliseconds for which it is in sight."""
        if self.error:
            return max(ERROR_TIME, LETTER_TIME * len(self.text))
        return OFFER_TIME if self.actions else NOTICE_TIME


class MessageBar(QFrame):
    """One message a line, a button for details where there are any, and a button that closes it.

    A message leaves when its time is over; not while the window is not in front, nor while a button of the mouse is
    held. An error also leaves when what it is about goes well, and one about what stays wrong (`LASTING`) only then.
    The bar is over a view's foot and never takes room from it: a maze does not move for a message.

    Attributes:
        room: says where to be placed where the view's foot has no room for it, in the parent's pixels.
        only_in_room: whether to be there in any case.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._messages: list[Message] = []
        self._under: QWidget | None = None
        self._foot: QWidget | None = None
        self._haste = 1.0
        self.room: Callable[[], QRect] = QRect
        self.only_in_room = False
        self.setProperty("card", True)
        self.setAccessibleName("Message")
        self._sign = QLabel()
        self.label = QLabel()
        self.label.setWordWrap(True)
        # Names of files may look like tags.
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.details = QPushButton("Details…")
        self.details.setAccessibleName("Show the details of the message")
        self.details.clicked.connect(self._show_details)
        self.buttons: list[QPushButton] = []
        self.dismiss = QToolButton()
        self.dismiss.setAccessibleName("Close the message")
        self.dismiss.setToolTip("Close")
        self.dismiss.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(9)
        row.addWidget(self._sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.details)
        row.addWidget(self.dismiss)
        self._row = row
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._expire)
        context.palette_changed.connect(self._draw)
        self._draw()
        self.hide()

    def offer(self, sentence: str, actions: Mapping[str, str]) -> None:
        """Show a notice with buttons: {title: id of an action}."""
        self.say("notice", sentence, actions=actions)

    def say(
        self, kind: str, sentence: str, details: str = "", about: str = "", actions: Mapping[str, str] | None = None
    ) -> None:
        """Show an "error" or a "notice".

        Args:
            about: the error's topic, for `forget`.
            actions: {title of a button: id of the action it triggers}.
        """
        error = kind == "error"
        key = about if error else "notice"
        kept = [old for old in self._messages if old.text != sentence and not (key and old.key == key)]
        if error:
            kept = [old for old in kept if old.error]
        self._messages = [*kept, Message(sentence, error, details, key, about in LASTING, actions or {})]
        # Errors first, the latest notice under them.
        self._messages.sort(key=lambda message: not message.error)
        self._messages = self._messages[-MOST_LINES:]
        self._show()

    def forget(self, about: str) -> None:
        """Take the errors about something away: it has gone well since."""
        found = [message for message in self._messages if message.error and message.key == about]
        if about in RETRIED:
            for message in found:
                message.lasting = False
        else:
            self._messages = [message for message in self._messages if message not in found]
        if found:
            self._show()

    def clear(self) -> None:
        """Take all messages away."""
        self._messages.clear()
        self._show()

    @property
    def haste(self) -> float:
        """1, or more for readers that are quicker than people."""
        return self._haste

    @haste.setter
    def haste(self, haste: float) -> None:
        self._haste = haste
        self._start_timer()

    def _left(self, message: Message) -> float:
        """Milliseconds until a message may leave."""
        return message.time / self._haste - 1000 * (time.monotonic() - message.shown)

    def _start_timer(self, least: float = 0) -> None:
        times = [self._left(message) for message in self._messages if not message.lasting]
        if times:
            self._timer.start(round(min(max(min(times), least), 2**30)))
        else:
            self._timer.stop()

    def _expire(self) -> None:
        if QApplication.activeWindow() is None or QApplication.mouseButtons():
            # Nobody reads it; and the release of a button belongs to what was pressed.
            self._start_timer(RETRY / max(self._haste, 1))
            return
        self._messages = [message for message in self._messages if message.lasting or self._left(message) > 0]
        self._show()

    def _show(self) -> None:
        text = "\n".join(message.text for message in self._messages)
        if text:
            # What is hidden keeps its words: a bar that goes does not go empty first.
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.details.setVisible(self._latest_with_details() is not None)
        self._show_buttons()
        self._draw()
        self.setVisible(bool(text))
        self.place()
        self._start_timer()

    def _show_buttons(self) -> None:
        wanted = {title: name for message in self._messages for title, name in message.actions.items()}
        if [button.text() for button in self.buttons] == list(wanted):
            return
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            # One of them may be the one whose click brought us here.
            button.deleteLater()
        self.buttons = []
        for title, name in wanted.items():
            button = QPushButton(title)
            button.setToolTip(self._context.actions.spec(name).title)
            button.clicked.connect(self._context.actions[name].trigger)
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)

    def _show_details(self) -> None:
        message = self._latest_with_details()
        if message is not None:
            ErrorDialog.show_for(self.window(), message.text, message.details)

    def _latest_with_details(self) -> Message | None:
        return next((message for message in reversed(self._messages) if message.details), None)

    def _draw(self, *_: object) -> None:
        palette = self._context.palette
        error = any(message.error for message in self._messages)
        name, colour = ("alert-circle-outline", palette.error) if error else ("information-outline", palette.accent)
        side = round(1.2 * self.label.fontMetrics().height())
        self._sign.setPixmap(self._context.icon(name, colour).pixmap(QSize(side, side), self.devicePixelRatioF()))
        self.dismiss.setIcon(self._context.icon("close"))

    # -- its place

    def lie_over(self, view: QWidget, foot: QWidget, room: Callable[[], QRect]) -> None:
        """Lie over the foot of a view, whatever its place and size, as a child of what holds it.

        Args:
            view: what it is over.
            foot: the view's lowest part; what has no place in that would cover what is above it.
            room: where to be placed then, in the parent's pixels.
        """
        self._under, self._foot, self.room = view, foot, room
        self.setParent(view.parentWidget())
        for part in (view, foot):
            part.installEventFilter(self)

    def place(self) -> None:
        """As wide as the longest line, as far as there is room, at the middle of its foot."""
        if self._under is None or self._foot is None:
            return
        place = self._at_foot(self._under.geometry())
        free = 0 if self._foot.isHidden() else self._foot.height()
        if self.only_in_room or place.height() + EDGE > free:
            place = self._at_foot(self.room())
        self.setGeometry(place)

    def _at_foot(self, view: QRect) -> QRect:
        layout, metrics = self.layout(), self.label.fontMetrics()
        assert layout is not None
        longest = max(metrics.horizontalAdvance(line) for line in self.label.text().splitlines() or [""])
        beside = layout.sizeHint().width() - self.label.sizeHint().width()
        # A little more than the letters take: rounded down, a line would be wrapped.
        width = max(1, min(view.width() - 2 * EDGE, longest + beside + 4))
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        left = view.left() + (view.width() - width) // 2
        return QRect(left, max(view.top(), view.bottom() + 1 - EDGE - height), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the view; lets everything pass."""
        moved = event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
        if moved and watched in (self._under, self._foot) and self.isVisible():
            # Once what they hold has its place, too.
            QTimer.singleShot(0, self, self.place)
        return False

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.place()
        return handled

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.place()
        self.raise_()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "dismiss"):
            self._draw()
