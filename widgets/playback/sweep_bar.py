"""The bar of a sweep: which number of the stack, from where to where, the axis to scrub on, and play."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from app.document.patch_edits import RANGE
from app.export.movie_frames import number_title
from app.number_format import plain
from widgets.controls.number_field import ExactNumber
from widgets.controls.panel_parts import NarrowBox, column, row
from widgets.controls.scrubber import Scrub
from widgets.playback.sweep_player import VALUES, SweepPlayer
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.style import theme

NOTHING = "Nothing to sweep: add a patch with a number, such as the cheese vector."


class SweepBar(QWidget):
    """Reflects the player; hidden until it is asked for.

    Attributes:
        number: which number of the stack.
        start, end: the range.
        scrub: the axis.
        said: the number as it is, or why there is nothing to sweep.
    """

    def __init__(self, context: Context, player: SweepPlayer) -> None:
        super().__init__()
        self._context, self._player = context, player
        self._register()
        self.setAccessibleName("Sweep")
        self.number = NarrowBox("Number to sweep", "Every number of the stack that has a slider")
        self.number.setMinimumContentsLength(26)
        self.number.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.start, self.end = ExactNumber(*RANGE), ExactNumber(*RANGE)
        self.start.setAccessibleName("From")
        self.end.setAccessibleName("To")
        self.scrub = Scrub("Value of the sweep", "Drag through the values; one way is one undo")
        self.scrub.setRange(0, VALUES - 1)
        self.said = QLabel()
        self.play, self.close_button = QToolButton(), QToolButton()
        self.play.setDefaultAction(context.actions["sweep.play"])
        self.play.setAccessibleName("Play the sweep")
        self.close_button.setAccessibleName("Close the sweep")
        self.close_button.setToolTip("Close the sweep; the number is kept")
        self.close_button.clicked.connect(context.actions["sweep.bar"].trigger)
        for button in (self.play, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = column(self, 0, 0)
        layout.setContentsMargins(10, 2, 10, 2)
        parts = (self.play, self.number, self.start, self.scrub, self.end, self.said, self.close_button)
        layout.addLayout(row(*parts, space=8))
        self.number.activated.connect(self._choose)
        for field in (self.start, self.end):
            field.valueChanged.connect(self._take_range)
            field.corrected.connect(context.notice)
        self.scrub.valueChanged.connect(self._seek)
        self.scrub.sliderReleased.connect(context.document.end)
        player.changed.connect(self.refresh)
        context.palette_changed.connect(self._take_look)
        self._take_look()
        self.hide()

    def show_bar(self, shown: bool) -> None:
        """Show or hide the bar; hiding it stops the sweep where it is."""
        self._player.pause()
        self.setVisible(shown)
        self.refresh()

    def refresh(self) -> None:
        """Show the player as it is."""
        if self.isHidden():
            return
        player, actions = self._player, self._context.actions
        actions["sweep.play"].setIcon(self._context.icon("pause" if player.playing else "play"))
        actions.refresh()
        stack, value = self._context.document.state.stack, player.value
        self._offer([(number, number_title(stack, *number).capitalize()) for number in player.numbers])
        start, end = player.range
        for field, shown in ((self.start, start), (self.end, end)):
            with QSignalBlocker(field):
                field.setRange(*player.bounds)
                field.setValue(shown)
        with QSignalBlocker(self.scrub):
            self.scrub.setValue(player.index)
        for part in (self.number, self.start, self.scrub, self.end):
            part.setEnabled(value is not None)
        self.said.setText(NOTHING if value is None else plain(value))
        self.said.setMinimumWidth(0 if value is None else self.said.fontMetrics().horizontalAdvance("-10.000"))

    def _offer(self, numbers: list[tuple[tuple[int, str], str]]) -> None:
        if [(self.number.itemData(at), self.number.itemText(at)) for at in range(self.number.count())] != numbers:
            self.number.clear()
            for number, title in numbers:
                self.number.addItem(title, number)
        titles = dict(numbers)
        chosen = self._player.number
        self.number.setCurrentIndex(-1 if chosen is None else list(titles).index(chosen))

    def _choose(self, at: int) -> None:
        self._player.choose(tuple(self.number.itemData(at)))

    def _take_range(self, *_: object) -> None:
        self._player.set_range(self.start.value(), self.end.value())

    def _seek(self, index: int) -> None:
        self._player.pause()
        self._player.seek(index)

    def _take_look(self, *_: object) -> None:
        self.close_button.setIcon(self._context.icon("close"))
        self.said.setFont(theme.number_font(self.font()))
        self.refresh()

    def _register(self) -> None:
        player, actions = self._player, self._context.actions
        words = "sweep animate slider coefficient value number axis run through"
        actions.add(
            Spec(
                id="sweep.bar",
                title="Sweep a number",
                handler=self.show_bar,
                icon="chart-bell-curve-cumulative",
                group="Patches",
                tip="Run a number of a patch, such as a coefficient, through a range, and watch the field follow.",
                checkable=True,
                words=words,
            )
        )
        actions.add(
            Spec(
                id="sweep.play",
                title="Play the sweep",
                title_now=lambda: "Pause the sweep" if player.playing else "Play the sweep",
                handler=player.toggle,
                icon="play",
                group="Patches",
                tip="Set the number to one value of the range after the other.",
                words=words,
                enabled_when=lambda: player.sweep is not None and not self.isHidden(),
            )
        )
