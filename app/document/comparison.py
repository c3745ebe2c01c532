"""Comparison of the maze in front: with another maze of the document, or with itself under another policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.document import State
from app.policy.policy import Policy


@dataclass(frozen=True)
class Comparison:
    """The other side of a comparison; both sides have the one stack.

    Attributes:
        maze: id of the other maze, or None for the maze in front.
        policy: the other policy, or None for the one in front.
    """

    maze: int | None = None
    policy: Policy | None = None

    def other(self, front: State) -> State | None:
        """The other side's state, with that one maze alone; None when the maze is not open, or is the one in front."""
        if self.maze is None:
            return replace(front, mazes=(front.tab,), policy=self.policy or front.policy)
        tab = next((tab for tab in front.mazes if tab.id == self.maze), None)
        if tab is None or tab.id == front.active:
            return None
        return replace(front, mazes=(tab,), active=tab.id, policy=self.policy or front.policy)

    def turned(self, front: State) -> Comparison:
        """The same comparison from the other side: with what is in front now."""
        return Comparison(
            None if self.maze is None else front.active,
            None if self.policy is None else front.policy,
        )

    def title(self, state: State) -> str:
        """The name of one side, given its state: its policy's where policies are compared."""
        if self.policy is None:
            return state.tab.title
        return "" if state.policy is None else state.policy.name
