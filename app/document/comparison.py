"""Comparison of the maze in front: with another maze of the document, or with itself under another policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.document.document import State
from app.maze.maze import Maze, Square
from app.policy.policy import Policy


@dataclass(frozen=True)
class Comparison:
    """The other side of a comparison; both sides have the one stack.

    Attributes:
        maze: id of the other maze, or None for the maze in front.
        policy: the other policy, or None for the one in front.
        cheese: whether the other side is the maze in front with its cheese taken away, or put back where it has none.
        place: where the cheese was last; None where it has been nowhere yet.
    """

    maze: int | None = None
    policy: Policy | None = None
    cheese: bool = False
    place: Square | None = None

    @property
    def kind(self) -> str:
        """The difference of the two: "cheese", "maze" or "policy"."""
        return "cheese" if self.cheese else "maze" if self.policy is None else "policy"

    def other(self, front: State) -> State | None:
        """The other side's state, with that one maze alone; None when the maze is not open, or is the one in front."""
        if self.cheese:
            maze = self._turned_cheese(front)
            return None if maze is None else replace(front.with_maze(maze), mazes=(front.with_maze(maze).tab,))
        if self.maze is None:
            return replace(front, mazes=(front.tab,), policy=self.policy or front.policy)
        tab = next((tab for tab in front.mazes if tab.id == self.maze), None)
        if tab is None or tab.id == front.active:
            return None
        return replace(front, mazes=(tab,), active=tab.id, policy=self.policy or front.policy)

    def followed(self, front: State) -> Comparison:
        """The same comparison once the maze in front was edited: it remembers where the cheese was."""
        return replace(self, place=front.maze.cheese) if self.cheese and front.maze.cheese is not None else self

    def _turned_cheese(self, front: State) -> Maze | None:
        maze = front.maze
        if maze.cheese is not None:
            return maze.with_cheese(None)
        for place in (self.place, front.tab.generated.cheese, maze.top_right):
            if place is not None and maze.is_open(place) and place != maze.mouse:
                return maze.with_cheese(place)
        return None

    def other_first(self, front: State) -> bool:
        """True if the other maze's tab is before that of the maze in front; policies are not in any order."""
        ids = [tab.id for tab in front.mazes]
        return self.maze in ids and ids.index(self.maze) < ids.index(front.active)

    def turned(self, front: State) -> Comparison:
        """The same comparison from the other side: with what is in front now."""
        if self.cheese:
            return self.followed(front)
        return Comparison(
            None if self.maze is None else front.active,
            None if self.policy is None else front.policy,
        )

    def title(self, state: State) -> str:
        """The name of one side, given its state: its policy's where policies are compared."""
        if self.cheese:
            return "With cheese" if state.maze.cheese is not None else "Without cheese"
        if self.policy is None:
            return state.tab.title
        return "" if state.policy is None else state.policy.name
