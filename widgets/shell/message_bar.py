"""What could not be done, said in a sentence over the foot of the maze view, until it was read and is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets.controls.error_dialog import ErrorDialog
from widgets.services.context import Context
from widgets.services.user_input import Acts

NOTICE_TIME = 6000
LEAST_TIME = 4000
"""Milliseconds for which an error is in sight at least."""

LETTER_TIME = 55
"""Milliseconds a letter: a slow reader's 18 a second."""

TICK = 250
EDGE = 6
"""Pixels left free around the bar."""

MOST_LINES = 5
LASTING = frozenset({"autosave", "comparison", "crash", "field", "save"})
"""What stays as it is until it goes well: such errors stay too, or until they are closed by hand."""

ITSELF = frozenset({"autosave", "comparison", "effects", "field", "rollout"})
"""What is tried again without being asked for: going well is no sign that the error was read."""


@dataclass
class Error:
    """An error in sight.

    Attributes:
        seen: milliseconds for which it could be read.
        over: whether it may leave once it was read.
    """

    sentence: str
    details: str
    about: str
    seen: int = 0
    over: bool = False

    @property
    def reading_time(self) -> int:
        """Milliseconds that it takes to read."""
        return max(LEAST_TIME, LETTER_TIME * len(self.sentence))


class MessageBar(QFrame):
    """One sentence a line, a button for details where there are any, and a button that closes it.

    There is one error for each thing that errors are about ("level", "file", ...), and under them the latest notice. An
    error leaves at once when what it is about was tried again and went well. When the user goes on with something else
    it leaves as well, but not before it could be read: in a window in front, for as long as its length takes. Those
    about something that stays wrong (`LASTING`) wait for that.

    It lies over a view's foot and never takes room from it: a maze does not move for a message.

    Attributes:
        haste: 1, or more for readers that are quicker than people.
        room: says where to lie where the view's foot has no room for it, in the parent's pixels.
        only_in_room: whether to lie there in any case.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._errors: list[Error] = []
        self._notice = ""
        self._under: QWidget | None = None
        self._foot: QWidget | None = None
        self.room: Callable[[], QRect] = QRect
        self.only_in_room = False
        self.haste = 1.0
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
        self.dismiss = QToolButton()
        self.dismiss.setAccessibleName("Close the message")
        self.dismiss.setToolTip("Close")
        self.dismiss.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(9)
        row.addWidget(self._sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.details)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._notice_read)
        self._acts = Acts(self)
        self._acts.acted.connect(self._acted)
        self._reading = QTimer(self)
        self._reading.timeout.connect(self._read_on)
        self._since = QElapsedTimer()
        context.palette_changed.connect(self._draw)
        self._draw()
        self.hide()

    def lie_over(self, view: QWidget, foot: QWidget, room: Callable[[], QRect]) -> None:
        """Lie over the foot of a view, whatever its place and size, as a child of what holds it.

        Args:
            view: what it lies over.
            foot: the view's lowest part; what has no place in that would cover what is above it.
            room: where to lie then, in the parent's pixels.
        """
        self._under, self._foot, self.room = view, foot, room
        self.setParent(view.parentWidget())
        for part in (view, foot):
            part.installEventFilter(self)

    def say(self, kind: str, sentence: str, details: str = "", about: str = "") -> None:
        """Show an "error", or a "notice", which goes by itself.

        Args:
            about: what the error is about, for `forget`; a later one about the same takes its place.
        """
        for error in self._errors:
            # Something else happened since.
            error.over = error.over or not error.about
        if kind == "notice":
            self._notice = sentence
            self._timer.start(NOTICE_TIME)
        else:
            self._notice_over()
            self._errors = [
                error for error in self._errors if error.sentence != sentence and (not about or error.about != about)
            ]
            self._errors = [*self._errors, Error(sentence, details, about)][-MOST_LINES:]
            self._acts.from_now()
        self._show()

    def forget(self, about: str) -> None:
        """What an error was about has gone well since."""
        found = [error for error in self._errors if error.about == about]
        if about in ITSELF:
            for error in found:
                error.over = True
        elif found:
            self._errors = [error for error in self._errors if error.about != about]
            self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the view; lets everything pass."""
        moved = event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
        if moved and watched in (self._under, self._foot) and self.isVisible():
            # Once what they hold has its place, too.
            QTimer.singleShot(0, self, self.place)
        return False

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.place()
        return handled

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.place()
        self.raise_()
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._acts.watch(False)
        self._reading.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "dismiss"):
            self._draw()

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

    def _watch(self) -> None:
        """Look out for what the user does only while there is something that may leave for it."""
        errors = bool(self._errors) and self.isVisible()
        self._acts.watch(errors and any(error.about not in LASTING and not error.over for error in self._errors))
        if errors and not self._reading.isActive():
            self._since.start()
            self._reading.start(max(1, round(TICK / self.haste)))
        elif not errors:
            self._reading.stop()

    def _acted(self) -> None:
        for error in self._errors:
            error.over = error.over or error.about not in LASTING
        # At the next tick: not in the middle of what is being done.
        self._watch()

    def _read_on(self) -> None:
        passed = self._since.restart()
        if QApplication.activeWindow() is not None:
            for error in self._errors:
                error.seen += round(passed * self.haste)
        left = [error for error in self._errors if not error.over or error.seen < error.reading_time]
        if len(left) < len(self._errors) and not QApplication.mouseButtons():
            # Not under a hand: the release of a button belongs to what was pressed.
            self._errors = left
            self._show()

    def _show_details(self) -> None:
        error = self._latest_with_details()
        if error is not None:
            ErrorDialog.show_for(self.window(), error.sentence, error.details)

    def _latest_with_details(self) -> Error | None:
        return next((error for error in reversed(self._errors) if error.details), None)

    def _notice_over(self) -> None:
        self._notice = ""
        self._timer.stop()

    def _notice_read(self) -> None:
        self._notice_over()
        self._show()

    def _close(self) -> None:
        self._errors.clear()
        self._notice_over()
        self._show()

    def _show(self) -> None:
        text = "\n".join(filter(None, (*(error.sentence for error in self._errors), self._notice)))
        if text:
            # What is hidden keeps its words: a bar that goes does not go empty first.
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.details.setVisible(self._latest_with_details() is not None)
        self._draw()
        self.setVisible(bool(text))
        self.place()
        self._watch()

    def _draw(self, *_: object) -> None:
        palette = self._context.palette
        error = bool(self._errors)
        name, colour = ("alert-circle-outline", palette.error) if error else ("information-outline", palette.accent)
        side = round(1.2 * self.label.fontMetrics().height())
        self._sign.setPixmap(self._context.icon(name, colour).pixmap(QSize(side, side), self.devicePixelRatioF()))
        self.dismiss.setIcon(self._context.icon("close"))
