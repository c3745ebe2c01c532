"""Levels by seed: which one the level bar asks for, opened in place of the maze in front."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.document import maze_edits
from app.document.document import State
from app.errors import MazeError
from app.maze.levels import Level, find_level, generate_level
from app.maze.maze import WORLDS
from app.maze.random_words import SEEDS
from widgets.services.context import Context
from widgets.services.topics import Topic

SHOWN_SEEDS = 100_000
"""Random seeds are drawn below this: short enough to be read out, remembered and typed again."""


@dataclass(frozen=True)
class Wish:
    """Settings of the level bar.

    Attributes:
        world: "easy" or "hard".
        seed: procgen's level seed; None while a maze from elsewhere is in front.
        dim: next, previous and random keep to mazes of this side; None for any.
        region: r puts the cheese in the maze's top-right r x r squares; None leaves it where procgen has it.
    """

    world: str = "easy"
    seed: int | None = 0
    dim: int | None = None
    region: int | None = None


class Levels(QObject):
    """Opens levels in place of the maze in front. A level is made in a tenth of a millisecond, so nothing waits for it.

    Signals:
        wish_changed(): the bar's settings changed, by the user or with the maze in front.
    """

    wish_changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._dice = random.Random()
        tab = context.document.state.tab
        self.wish = Wish(tab.maze.world_name, tab.seed, None, tab.region)
        context.document.changed.connect(self._document_changed)

    def go_to(self, seed: int) -> None:
        """Open the level of this seed, whatever its size."""
        wish = self.wish
        self._open(lambda: generate_level(wish.world, seed, wish.region))

    def refuse(self, text: str) -> None:
        """Say that what was typed is no seed; the level stays."""
        found = f"Seed {text} was found" if text else "No seed was found"
        self._context.report(f"{found}; expected a whole number from 0 to {SEEDS - 1}.", about=Topic.LEVEL)

    def set_world(self, world: str) -> None:
        """Open the same seed's level of the other world."""
        dim = self.wish.dim if self.wish.dim is None or self.wish.dim <= WORLDS[world] else None
        region = None if self.wish.region is None else min(self.wish.region, WORLDS[world])
        self.wish = replace(self.wish, world=world, dim=dim, region=region)
        self.wish_changed.emit()
        self.go_to(self.wish.seed or 0)

    def set_region(self, region: int | None) -> None:
        """Open the same level with its cheese in the top-right r x r, or where procgen has it."""
        self.wish = replace(self.wish, region=region)
        self.wish_changed.emit()
        self.go_to(self.wish.seed or 0)

    def set_dim(self, dim: int | None) -> None:
        """Keep to mazes of this side; unless the maze in front has it, open the next that does."""
        self.wish = replace(self.wish, dim=dim)
        self.wish_changed.emit()
        if dim is not None and self._context.document.state.maze.dim != dim:
            self.step(1)

    def step(self, direction: Literal[1, -1]) -> None:
        """Open the next or previous level of the wanted size."""
        wish = self.wish
        # After a maze from a file: the first seed there is.
        seed = -direction if wish.seed is None else wish.seed
        if not 0 <= seed + direction < SEEDS:
            self._context.notice(f"Seeds run from 0 to {SEEDS - 1}.")
        else:
            self._search(seed, direction)

    def shuffle(self) -> None:
        """Open a random level of the wanted size."""
        self._search(self._dice.randrange(SHOWN_SEEDS), 1)

    def _search(self, seed: int, direction: Literal[1, -1]) -> None:
        wish = self.wish
        if wish.dim is None:
            self.go_to(seed + direction)
        else:
            dims = (wish.dim,)
            self._open(lambda: find_level(wish.world, seed, direction, dims, wish.region))

    def _open(self, make: Callable[[], Level]) -> None:
        document = self._context.document
        try:
            level = make()
        except MazeError as error:
            self._take(document.state)
            self._context.report(str(error), about=Topic.LEVEL)
            return
        self._context.succeeded.emit(Topic.LEVEL)
        # A drag under way belongs to the maze that is being left.
        document.end()
        maze_edits.open_level(document, level.maze, level.name, level.seed, level.region)

    def _document_changed(self, old: State, new: State) -> None:
        if old.tab.generated != new.tab.generated or old.tab.seed != new.tab.seed or old.active != new.active:
            self._take(new)

    def _take(self, state: State) -> None:
        tab = state.tab
        side = tab.maze.world
        region = self.wish.region if tab.seed is None else tab.region
        if region is not None:
            region = min(region, side)
        dim = self.wish.dim if self.wish.dim is None or self.wish.dim <= side else None
        self.wish = replace(self.wish, world=tab.maze.world_name, seed=tab.seed, dim=dim, region=region)
        self.wish_changed.emit()
