"""What the maze in front is compared with: another maze, or the same one under another policy, and its own field."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app import edits
from app.document import Document, State
from app.palette import Palette
from app.policy.policy import Policy
from widgets.bridge import EngineBridge
from widgets.context import Context
from widgets.maze_view.picture import Picture
from widgets.view_state import ViewState


class Companion(QObject):
    """A second, read-only document that follows the first: one stack, and either another maze or another policy.

    It has an engine of its own, so that neither answer waits for the other's.

    Args:
        context: the window's.
        maze: id of the other maze; it stays the other one when the two change places.
        policy: the other policy, in place of another maze.

    Signals:
        changed(): its title, or that of the maze in front, is another.
        ended(): the other maze was closed.
        palette_changed(Palette): as the window's.
    """

    changed = Signal()
    ended = Signal()
    palette_changed = Signal(object)

    def __init__(
        self, context: Context, *, maze: int | None = None, policy: Policy | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        from app.field.engine import Engine

        self._context = context
        self._maze, self._policy = maze, policy
        self._front = context.document.state.active
        self.document = Document(self._state(context.document.state))
        self.bridge = EngineBridge(self.document, ViewState(self), self, channels=False)
        self.picture = Picture(self, self)
        context.palette_changed.connect(self.palette_changed)
        context.document.changed.connect(self._follow)
        self.bridge.failed.connect(context.report)
        self._device = context.bridge.device
        self.bridge.attach(Engine(self._device))
        context.bridge.device_changed.connect(self._take_device)

    @property
    def palette(self) -> Palette:
        """The window's colours."""
        return self._context.palette

    @property
    def title(self) -> str:
        """What the other side is called."""
        state = self.document.state
        return state.tab.title if self._policy is None else self._policy.name

    @property
    def front_title(self) -> str:
        """What the side in front is called."""
        state = self._context.document.state
        if self._policy is None:
            return state.tab.title
        return "" if state.policy is None else state.policy.name

    def swap_wanted(self) -> None:
        """Let the two change places: the other comes to the front, where it can be edited."""
        document = self._context.document
        document.end()
        if self._policy is None:
            edits.show_maze(document, self.document.state.active)
        elif document.state.policy is not None:
            self._policy, front = document.state.policy, self._policy
            edits.open_policy(document, front)

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

    def _state(self, front: State) -> State:
        if self._policy is not None:
            return replace(front, mazes=(front.tab,), policy=self._policy)
        tab = next(tab for tab in front.mazes if tab.id == self._maze)
        return replace(front, mazes=(tab,), active=tab.id)

    def _follow(self, _old: State, new: State) -> None:
        open_ids = {tab.id for tab in new.mazes}
        if self._policy is None:
            if new.active == self._maze:
                # They changed places.
                self._maze = self._front
            self._front = new.active
            if self._maze not in open_ids or self._maze == self._front:
                self.ended.emit()
                return
        state = self._state(new)
        if state != self.document.state:
            self.document.reset(state)
        self.changed.emit()
