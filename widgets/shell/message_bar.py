"""The message bar: errors and notices in a line each, over the foot of the canvases."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.errors import LONGEST_SENTENCE, shown
from widgets.controls.error_dialog import ErrorDialog
from widgets.services.context import Context
from widgets.shell.messages import Messages

LOOK = 250
"""Milliseconds between two looks at which messages have been in sight for long enough."""


class MessageBar(QFrame):
    """One message a line, a button for details where there are any, and a button that closes it.

    None leaves by time while the window is not in front, nor while a button of the mouse is held.

    Attributes:
        messages: those in sight.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.messages = Messages(time.monotonic)
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
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(9)
        row.addWidget(self._sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.details)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._expire)
        context.palette_changed.connect(self._draw)
        self._draw()
        self.hide()

    @property
    def buttons_width(self) -> int:
        """Pixels across of its buttons with words."""
        shown = [button for button in (self.details, *self.buttons) if not button.isHidden()]
        return sum(button.sizeHint().width() + self._row.spacing() for button in shown)

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
        # It may hold a file's name.
        sentence = "\n".join(shown(line, LONGEST_SENTENCE) for line in sentence.splitlines())
        self.messages.add(sentence, kind == "error", details, about, actions or {})
        self._show()

    def forget(self, about: str) -> None:
        """Take the errors about something away: it has gone well since."""
        if self.messages.forget(about):
            self._show()

    def clear(self) -> None:
        """Take all messages away."""
        self.messages.shown.clear()
        self._show()

    def _expire(self) -> None:
        # With the window behind others nobody reads it; and the release of a button belongs to what was pressed.
        in_use = QApplication.activeWindow() is not None and not QApplication.mouseButtons()
        if in_use and self.messages.expire():
            self._show()

    def _show(self) -> None:
        text = "\n".join(message.text for message in self.messages.shown)
        if text:
            # A bar that is hidden keeps its words: it does not go empty first.
            self.label.setText(text)
            self.label.setAccessibleName(text)
            self._timer.start()
        else:
            self._timer.stop()
        self.details.setVisible(any(message.details for message in self.messages.shown))
        self._show_buttons()
        self._draw()
        self.setVisible(bool(text))

    def _show_buttons(self) -> None:
        wanted = {title: name for message in self.messages.shown for title, name in message.actions.items()}
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
        message = next(message for message in reversed(self.messages.shown) if message.details)
        ErrorDialog.show_for(self.window(), message.text, message.details)

    def _draw(self, *_: object) -> None:
        palette = self._context.palette
        error = any(message.error for message in self.messages.shown)
        name, colour = ("alert-circle-outline", palette.error) if error else ("information-outline", palette.accent)
        side = round(1.2 * self.label.fontMetrics().height())
        self._sign.setPixmap(self._context.icon(name, colour).pixmap(QSize(side, side), self.devicePixelRatioF()))
        self.dismiss.setIcon(self._context.icon("close"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "dismiss"):
            self._draw()
