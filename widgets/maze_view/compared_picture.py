"""The other side of a comparison: another maze, or the same one under another policy, with its own field."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.document import maze_edits
from app.document.comparison import Comparison
from app.document.document import Document, State
from app.drawing.palette import Palette
from widgets.maze_view.picture import Picture
from widgets.services.context import Context
from widgets.services.engine_bridge import EngineBridge
from widgets.services.topics import Topic
from widgets.services.view_state import ViewState


class Companion(QObject):
    """A second, read-only document that follows the first: one stack, and either another maze or another policy.

    It has an engine of its own, so that neither answer waits for the other's.

    Args:
        context: the window's.
        comparison: the other maze, which stays the other one when the sides are swapped; or the other policy.

    Attributes:
        comparison: as it is now.

    Signals:
        changed(): its title, or that of the maze in front, is another.
        ended(): the other maze was closed.
        palette_changed(Palette): as the window's.
    """

    changed = Signal()
    ended = Signal()
    palette_changed = Signal(object)

    def __init__(self, context: Context, comparison: Comparison, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from app.field.engine import Engine

        self._context = context
        front = context.document.state
        other = comparison.other(front)
        assert other is not None, "the caller has checked that the other maze is open"
        self.comparison, self._front = comparison.followed(front), front
        self.document = Document(other)
        self.bridge = EngineBridge(self.document, ViewState(self), self, channels=False)
        self.picture = Picture(self, self)
        context.palette_changed.connect(self.palette_changed)
        context.document.changed.connect(self._follow)
        self.bridge.failed.connect(lambda sentence, details: context.report(sentence, details, Topic.COMPARISON))
        self.bridge.result.connect(lambda _: context.succeeded.emit(Topic.COMPARISON))
        self._device = context.bridge.device
        self.bridge.attach(Engine(self._device, in_window=True))
        context.bridge.device_changed.connect(self._take_device)

    @property
    def palette(self) -> Palette:
        """The window's colours."""
        return self._context.palette

    @property
    def title(self) -> str:
        """The name of the other side."""
        return self.comparison.title(self.document.state)

    @property
    def front_title(self) -> str:
        """The name of the side in front."""
        return self.comparison.title(self._context.document.state)

    @property
    def first(self) -> bool:
        """True if it is shown before the maze in front, as its tab is."""
        return self.comparison.other_first(self._context.document.state)

    def swap_wanted(self) -> None:
        """Swap sides: put the other in front, where it can be edited."""
        document = self._context.document
        document.end()
        policy = self.comparison.policy
        if self.comparison.cheese:
            place = self.document.state.maze.cheese
            if place is None:
                maze_edits.remove_cheese(document)
            else:
                maze_edits.move_cheese(document, place)
        elif policy is None:
            maze_edits.show_maze(document, self.document.state.active)
        elif document.state.policy is not None:
            self.comparison = self.comparison.turned(document.state)
            maze_edits.open_policy(document, policy)

    def close(self) -> None:
        """Compare no more."""
        self._context.document.changed.disconnect(self._follow)
        self._context.palette_changed.disconnect(self.palette_changed)
        self._context.bridge.device_changed.disconnect(self._take_device)
        self.bridge.close()

    def _take_device(self, _label: str) -> None:
        if self._context.bridge.device != self._device:
            self._device = self._context.bridge.device
            self.bridge.set_device(self._device)

    def _follow(self, _old: State, new: State) -> None:
        if self.comparison.maze == new.active:
            # They were swapped.
            self.comparison = self.comparison.turned(self._front)
        self._front = new
        self.comparison = self.comparison.followed(new)
        other = self.comparison.other(new)
        if other is None:
            self.ended.emit()
            return
        if other != self.document.state:
            self.document.reset(other)
        self.changed.emit()
