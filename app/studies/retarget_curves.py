"""Retarget curves: path probabilities over distance and maze size, for many settings.

In each level some squares are targets. For each one: the path probability of the unpatched network, the same with each
setting's channels set at the target, and with the real cheese moved there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError
from app.maze.maze import Maze, Square
from app.maze.routes import distances
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on
from app.studies.level_set import LevelSet
from app.studies.moved_cheese import with_cheese_moved
from app.studies.retarget_map import RetargetMap, Setting, checked_layer, retarget_maps
from app.studies.retarget_numbers import Cheese, RetargetNumbers
from app.studies.retarget_tables import plots, tables
from app.studies.study import Column, Partial, Plot, Question, Recipe, Result, Table, json_number, read_only, unheard

TARGETS: Final = 4
"""Targets in each level, when all would take too long."""

MOST_SETTINGS: Final = 200


@dataclass(frozen=True)
class RetargetQuestion(Question):
    """Question: how well each setting leads the policy to squares of these levels.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels.
        settings: what is set at a target, each by itself.
        layer: where.
        targets: squares drawn in each level, from those that can be reached and are neither the mouse's nor the
            cheese's; None for all of them.
        cheese: whether the levels' own cheese is removed before anything is measured, or kept.
        moved: whether the real cheese is moved to each target as well, to compare with.
        seed: of the draws.

    Raises:
        PatchError: when the policy has no such layer or channel.
        MazescopeError: for no level or setting, or fewer than one target.
    """

    study: ClassVar[str] = "retarget"

    policy: Policy
    levels: LevelSet
    settings: tuple[Setting, ...]
    layer: str = DEFAULT_LAYER
    targets: int | None = TARGETS
    cheese: Cheese = "removed"
    moved: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")
        if not 1 <= len(self.settings) <= MOST_SETTINGS:
            raise MazescopeError(f"{len(self.settings)} settings were found; expected 1 to {MOST_SETTINGS}.")
        for setting in self.settings:
            checked_layer(self.policy, self.layer, setting)
        if self.targets is not None and self.targets < 1:
            raise MazescopeError(f"{self.targets} targets were asked for; expected at least 1, or all.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> RetargetResult:
        """Measure, level by level; of one level partial results come as its squares are done.

        Raises:
            PatchError: when a value drives the network beyond what float32 holds.
            PolicyError: when the network is there by itself.
            MazescopeError: when no level has a target.
            Cancelled: when `progress` says not to continue.
        """
        done: list[RetargetMap] = []
        moved: list[np.ndarray] = []
        count = len(self.levels)

        def step(level: int, share: float) -> bool:
            return progress(int(100 * (level + share)), 100 * count)

        for number, level in enumerate(self.levels.levels):
            maze = level.maze.with_cheese(None) if self.cheese == "removed" else level.maze
            weight = 0.6 if self.moved else 1.0

            def more(found: RetargetMap) -> None:
                nothing = np.full(len(found.targets), np.nan)
                partial(self._result((*done, found), (*moved, nothing)))

            def share(at: int, of: int, number: int = number, weight: float = weight) -> bool:
                return step(number, weight * at / max(1, of))

            found = retarget_maps(
                self.policy,
                maze,
                self.settings,
                layer_name=self.layer,
                targets=self._targets(maze, number),
                device=device,
                progress=share,
                partial=more if count == 1 else None,
            )
            done.append(found)

            def share_of_moved(at: int, of: int, number: int = number) -> bool:
                return step(number, 0.6 + 0.4 * at / max(1, of))

            moved.append(self._moved(found, device, share_of_moved))
            if count > 1:
                partial(self._result(tuple(done), tuple(moved)))
        if not any(len(found.targets) for found in done):
            raise MazescopeError("No level has a square that can be reached; expected an open one next to the mouse.")
        if not progress(100 * count, 100 * count):
            raise Cancelled
        return self._result(tuple(done), tuple(moved))

    def _result(self, maps: tuple[RetargetMap, ...], moved: tuple[np.ndarray, ...]) -> RetargetResult:
        return RetargetResult(self.layer, self.settings, self.cheese, maps, moved, self)

    def _targets(self, maze: Maze, number: int) -> list[Square] | None:
        if self.targets is None:
            return None
        steps = distances(maze, maze.mouse)
        near = [(int(row), int(col)) for row, col in maze.squares if steps[row, col] > 0]
        random = np.random.default_rng([self.seed, number])
        chosen = random.permutation(len(near))[: self.targets]
        return [near[int(at)] for at in chosen]

    def _moved(self, found: RetargetMap, device: str, progress: Progress) -> np.ndarray:
        if not self.moved:
            return read_only(np.full(len(found.targets), np.nan))
        squares = [(int(row), int(col)) for row, col in found.targets]
        return read_only(with_cheese_moved(self.policy, found.maze, squares, device=device, progress=progress))

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": self.policy.name,
            "weights": self.policy.weights_hash,
            "levels": self.levels.recipe(),
            "layer": self.layer,
            "settings": [{"channels": list(each.channels), "value": each.value} for each in self.settings],
            "targets": "all" if self.targets is None else self.targets,
            "cheese": self.cheese,
            "moved": self.moved,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        settings = (
            word
            for each in self.settings
            for word in ("--set", ",".join(map(str, each.channels)) + "=" + format(each.value, ".9g"))
        )
        return (
            *self.levels.words(),
            "--layer",
            self.layer,
            *settings,
            "--targets",
            "all" if self.targets is None else str(self.targets),
            *(("--keep-cheese",) if self.cheese == "kept" else ()),
            *(() if self.moved else ("--no-real-cheese",)),
            *(() if self.seed == 0 else ("--seed", str(self.seed))),
        )


@dataclass(frozen=True, eq=False)
class RetargetResult(RetargetNumbers, Result):
    """The maps of the levels that have been measured, in their order.

    Attributes:
        question: what was asked.
    """

    question: RetargetQuestion

    @property
    def records(self) -> Table:
        """One row for each target."""
        levels = self.question.levels.levels[: len(self.maps)]
        names = [level.name for level, found in zip(levels, self.maps, strict=True) for _ in found.steps]
        squares = np.concatenate([found.targets for found in self.maps])
        columns = [
            Column("level", tuple(names)),
            Column("dim", self.dims),
            Column("row", squares[:, 0]),
            Column("col", squares[:, 1]),
            Column("steps", self.steps, "steps"),
            Column("base", self.base, "probability"),
            Column("real_cheese", self.real, "probability"),
        ]
        for number, values in enumerate(self.patched):
            columns.append(Column(self.name(number), values, "probability"))
        return Table("targets", tuple(columns))

    @property
    def tables(self) -> tuple[Table, ...]:
        """A line for each setting, the best marked; and means by distance and by size."""
        return tables(self)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Curves over distance and size, and the grid of values and channels where there are several."""
        return plots(self)

    @property
    def findings(self) -> tuple[str, ...]:
        """The best setting next to nothing set and to the real cheese."""
        best = self.best
        if best is None:
            return ("Nothing is measured yet.",)
        known = ~np.isnan(self.patched[best])
        sentence = (
            f"{self.name(best)[:1].upper()}{self.name(best)[1:]} leads best: mean path probability "
            f"{self.patched[best, known].mean():.3f}; nothing set {self.base[known].mean():.3f}"
        )
        real = self.real[~np.isnan(self.real)]
        if len(real):
            sentence += f", the real cheese {real.mean():.3f}"
        what = "removed" if self.cheese == "removed" else "kept"
        where = "1 level" if len(self.maps) == 1 else f"{len(self.maps)} levels"
        return (f"{sentence} (n = {int(known.sum())} targets in {where}, the cheese {what}).",)

    def to_json(self) -> dict[str, Any]:
        """Means of every setting, and every target."""
        squares = np.concatenate([found.targets for found in self.maps]).tolist()
        levels = [at for at, found in enumerate(self.maps) for _ in found.steps]
        return {
            "n": len(self.base),
            "levels": len(self.maps),
            "cheese": self.cheese,
            "base": json_number(_mean(self.base)),
            "real_cheese": json_number(_mean(self.real)),
            "settings": [
                {
                    "channels": list(each.channels),
                    "value": each.value,
                    "mean": json_number(_mean(values)),
                    "best": number == self.best,
                }
                for number, (each, values) in enumerate(zip(self.settings, self.patched, strict=True))
            ],
            "targets": [
                {
                    "level": self.question.levels.levels[levels[at]].name,
                    "square": square,
                    "steps": int(self.steps[at]),
                    "base": json_number(self.base[at]),
                    "real_cheese": json_number(self.real[at]),
                    "set": [json_number(value) for value in self.patched[:, at]],
                }
                for at, square in enumerate(squares)
            ],
        }


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
