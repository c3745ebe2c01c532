"""Levels by seed: which one is wanted, asked of procgen off the screen's thread; the newest wish wins."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.document import maze_edits
from app.document.document import State
from app.errors import MazeError
from app.maze.levels import Level, find_level, generate_level, random_level
from app.maze.maze import WORLDS
from app.maze.procgen_client import SEEDS, Procgen
from widgets.services.context import Context

SHOWN_SEEDS = 100_000
"""Random seeds are drawn below this: short enough to be read out, remembered and typed again."""


@dataclass(frozen=True)
class Wish:
    """What the level bar is set to.

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
    """Opens levels in place of the maze in front.

    Signals:
        wish_changed(): the bar's settings changed, by the user or with the maze in front.
        busy_changed(bool): whether a level is being fetched.
    """

    wish_changed = Signal()
    busy_changed = Signal(bool)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asked = 0
        self._heading: int | None = None
        self._busy = False
        self._dice = random.Random()
        tab = context.document.state.tab
        self.wish = Wish(tab.maze.world_name, tab.seed, None, tab.region)
        context.document.changed.connect(self._document_changed)

    @property
    def has_procgen(self) -> bool:
        """Whether the game is installed; where it is not, seeds give mazes of our own generator."""
        return Procgen.available()

    @property
    def busy(self) -> bool:
        """Whether a level is being fetched."""
        return self._busy

    def go_to(self, seed: int) -> None:
        """Open the level of this seed, whatever its size."""
        wish = self.wish
        self._heading = seed
        self._ask(lambda: self._make(wish.world, seed, wish.region))

    def refuse(self, text: str) -> None:
        """Say that what was typed is no seed; the level stays."""
        found = f"Seed {text} was found" if text else "No seed was found"
        self._context.report(f"{found}; expected a whole number from 0 to {SEEDS - 1}.", about="level")

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
        # Quick clicks go on from the level that is on its way, not from the one still in front.
        seed = wish.seed if self._heading is None else self._heading
        if seed is None:
            # After a maze from a file: the first seed there is.
            seed = -direction if wish.dim is None else 0
        self._search(wish, seed, direction)

    def shuffle(self) -> None:
        """Open a random level of the wanted size."""
        self._search(self.wish, self._dice.randrange(SHOWN_SEEDS), 1)

    def _search(self, wish: Wish, seed: int, direction: Literal[1, -1]) -> None:
        procgen = self._context.procgen
        if wish.dim is None:
            following = seed + direction
            if not 0 <= following < SEEDS:
                self._context.notice(f"Seeds run from 0 to {SEEDS - 1}.")
            else:
                self._heading = following
                self._ask(lambda: self._make(wish.world, following, wish.region))
        elif self.has_procgen:
            dims = (wish.dim,)
            self._ask(lambda: find_level(procgen, wish.world, seed, direction, dims, wish.region))
        else:
            self._ask(lambda: self._make(wish.world, max(seed + direction, 0), wish.region, wish.dim))

    def _make(self, world: str, seed: int, region: int | None, dim: int | None = None) -> Level:
        if self.has_procgen:
            return generate_level(self._context.procgen, world, seed, region)
        if not 0 <= seed < SEEDS:
            raise MazeError(f"Seed {seed} was found; seeds run from 0 to {SEEDS - 1}.")
        maze = random_level(WORLDS[world], dim, seed, region)
        return Level(maze, seed, region, f"{world} {seed} (not procgen's)")

    def _ask(self, make: Callable[[], Level]) -> None:
        self._asked += 1
        number = self._asked
        self._set_busy(True)

        def done(level: Level) -> None:
            self._heading = None
            self._set_busy(False)
            self._context.succeeded.emit("level")
            document = self._context.document
            # A drag under way belongs to the maze that is being left.
            document.end()
            maze_edits.open_level(document, level.maze, level.name, level.seed, level.region)

        def failed(error: Exception) -> None:
            self._heading = None
            self._set_busy(False)
            self._take(self._context.document.state)
            self._context.report_exception(error, "level")

        self._context.run_in_background(make, done, failed, lambda: number == self._asked)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)

    def _document_changed(self, old: State, new: State) -> None:
        if old.tab.generated != new.tab.generated or old.tab.seed != new.tab.seed or old.active != new.active:
            # What is on its way was meant for the maze that was in front.
            self._asked += 1
            self._heading = None
            self._set_busy(False)
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
