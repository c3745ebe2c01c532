"""The window of one channel: its picture, as large as the window, and the number under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from app.maze.maze import Square
from app.number_format import compact
from widgets.controls.channel_painter import Pixel, pixel_words
from widgets.controls.layer_choice import short_name
from widgets.controls.panel_parts import MARGIN, Elided, IconButton, column, heading, row
from widgets.panels.channels.enlarged_channel import ChannelPicture, neighbour
from widgets.panels.channels.layer_activations_view import Shown
from widgets.services.context import Context

SIDE = 30
"""Side of the window at first, in lines of text; two thirds of the screen's height at most."""

GAP = 8
"""Pixels between the window and the panel."""


class LargeChannel(QWidget):
    """One channel of a layer with pixels, in a window of its own next to the panel, which keeps its grid.

    Signals:
        toggled(): the channel shall be switched off, or on again.
        closed(): the keyboard goes back to the grid.
    """

    toggled = Signal()
    closed = Signal()

    def __init__(self, context: Context, panel: QWidget) -> None:
        # A tool window: the keys of the main window work in it, too.
        super().__init__(panel, Qt.WindowType.Tool)
        self._panel = panel
        self._shown: Shown | None = None
        self._marked: tuple[Pixel | None, Sequence[Square]] = (None, ())
        self.channel = 0
        self.picture = ChannelPicture(context.palette)
        self.previous = IconButton(context, "chevron-left", "Previous channel (Left)", lambda: self._step(-1))
        self.next = IconButton(context, "chevron-right", "Next channel (Right)", lambda: self._step(1))
        self.switch = IconButton(context, "power", "Switch this channel off or on (Space)", self.toggled.emit)
        self.title = heading("")
        self.numbers = Elided()
        self.numbers.setProperty("muted", True)
        self.reading = Elided()
        self.reading.setProperty("muted", True)
        layout = column(self, MARGIN)
        layout.addLayout(row(self.title, self.numbers, self.switch, self.previous, self.next, space=2))
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.reading)
        self.picture.toggled.connect(self.toggled)
        self.picture.closed.connect(self.close)
        self.picture.stepped.connect(self._step)

    @property
    def layer(self) -> str:
        """Module path of the layer shown."""
        return "" if self._shown is None else self._shown.layer

    def open(self, shown: Shown, channel: int) -> None:
        """Show a channel; the window opens at the left of the panel, or stays where it is."""
        self.show_channel(shown, channel)
        if not self.isVisible():
            self._take_place()
        self.show()
        self.raise_()
        self.activateWindow()
        self.picture.setFocus()

    def _take_place(self) -> None:
        room, panel = self.screen().availableGeometry(), self._panel.window().frameGeometry()
        side = min(SIDE * self.fontMetrics().height(), room.height() * 2 // 3)
        self.resize(side, side + 5 * self.fontMetrics().height())
        left = self._panel.mapToGlobal(QPoint()).x() - side - GAP
        top = panel.top() + (panel.height() - self.height()) // 2
        self.move(max(room.left(), left), max(room.top(), top))

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def show_channel(self, shown: Shown, channel: int) -> None:
        """Show a channel."""
        self.setWindowTitle(f"Channel {channel} of {short_name(shown.layer)}")
        self._shown, self.channel = shown, channel
        mark = shown.mark(channel)
        # What the numbers are: that a patch touches the channel is what its frame says.
        self.title.setText(f"Channel {channel}{', off' if mark.off else ''}")
        self.numbers.setText(f"· {shown.numbers}")
        self.switch.say(f"Switch this channel {'on again' if mark.off else 'off'} (Space)")
        self.picture.show_channel(shown, channel)

    def mark_pixel(self, pixel: Pixel | None, squares: Sequence[Square]) -> None:
        """Ring an activation pixel and say its number and the maze squares whose centres it holds."""
        self._marked = pixel, squares
        self.picture.set_marked_pixel(pixel)
        if self._shown is None or not self._shown.side or self.channel >= len(self._shown.values):
            return
        values = self._shown.values[self.channel]
        if pixel is None:
            self.reading.setText(f"{compact(float(values.min()))} to {compact(float(values.max()))}")
            return
        where = ", ".join(f"({square[0]}, {square[1]})" for square in squares)
        number = compact(float(values[pixel]))
        # One way to count: the maze's, or where the pixel holds no square's centre, the picture's.
        plural = "squares" if len(squares) > 1 else "square"
        self.reading.setText(f"{number} at {plural} {where}" if where else f"{number} at {pixel_words(pixel)}")

    def _step(self, places: int) -> None:
        if self._shown is not None:
            self.show_channel(self._shown, neighbour(self._shown, self.channel, places))
            # The reading is the new channel's.
            self.mark_pixel(*self._marked)
