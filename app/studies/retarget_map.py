"""Retarget map: how well setting channels at a square leads the policy there, for every square of a maze.

For each target the channels' activation pixel of the target is set, and the path probability from the mouse to the
target is measured: the geometric mean, along the shortest path, of the summed probability of all moves that reduce the
distance. Squares that share a pixel share its passes; near targets come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from app.field.execution_plan import Plan, Plans, default_plan
from app.field.measures import geometric_mean
from app.field.number_check import check_finite
from app.field.pixel_passes import PixelPasses, pixel_passes
from app.field.vector_field import move_probabilities
from app.interventions.compatibility import fitting_layer
from app.interventions.patches import SetValue
from app.maze.maze import Maze, Square
from app.maze.routes import moves_towards, shortest_path
from app.policy.layers import DEFAULT_LAYER, Layer, layer, pixel_of_square
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on

LARGEST_WAVE: Final = 4
"""Chunks for each thread between two looks at whether to continue."""


@dataclass(frozen=True)
class Setting:
    """Setting at the target: these channels, to this value."""

    channels: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class Route:
    """The way to one target.

    Attributes:
        squares: (n, 2) int64 (row, col) from the mouse on, less the target and the cheese, where no policy decides.
        base: (n,) float64 probability of the moves that reduce the distance, of the unpatched network; NaN before it is
            computed.
        patched: (settings, n) float64 likewise with each setting at the target.
    """

    squares: np.ndarray
    base: np.ndarray
    patched: np.ndarray

    def weakest(self, setting: int | None = 0) -> tuple[Square, float] | None:
        """The square where a right move is least likely, and how likely it is; None before it is computed.

        Args:
            setting: number of the setting; None for the unpatched network.
        """
        chances = self.base if setting is None else self.patched[setting]
        if not len(chances) or np.isnan(chances).any():
            return None
        at = int(chances.argmin())
        return (int(self.squares[at, 0]), int(self.squares[at, 1])), float(chances[at])


@dataclass(frozen=True, eq=False)
class RetargetMap:
    """The path probabilities to every square that can be reached, whole or in part.

    Attributes:
        maze: the maze, as it was: its cheese is kept.
        layer: where the channels were set.
        settings: what was set, each by itself.
        targets: (T, 2) int64 (row, col), world grid, origin bottom-left; the nearest to the mouse first. All squares
            that can be reached but the mouse's own and the cheese's.
        steps: (T,) int64 length of the shortest path.
        base: (T,) float64 path probability of the unpatched network; NaN where it is still to come.
        patched: (settings, T) float64 likewise with each setting at the target.
        routes: by target.
    """

    maze: Maze
    layer: str
    settings: tuple[Setting, ...]
    targets: np.ndarray
    steps: np.ndarray
    base: np.ndarray
    patched: np.ndarray
    routes: tuple[Route, ...]

    @cached_property
    def ratio(self) -> np.ndarray:
        """(settings, T) float64 patched / base; infinite where only the base is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.patched / self.base)

    @property
    def complete(self) -> bool:
        """True when every square is there."""
        return not bool(np.isnan(self.base).any() or np.isnan(self.patched).any())

    def index(self, square: Square) -> int | None:
        """The place of a square among the targets, or None."""
        found = np.flatnonzero((self.targets == square).all(axis=1))
        return int(found[0]) if len(found) else None

    def best(self) -> int:
        """The setting with the largest mean path probability over the squares that are there."""
        return int(np.nanmean(self.patched, axis=1).argmax())


def retarget_maps(
    policy: Policy,
    maze: Maze,
    settings: Sequence[Setting],
    *,
    layer_name: str = DEFAULT_LAYER,
    targets: Sequence[Square] | None = None,
    device: str = "cpu",
    plan: Plan | None = None,
    progress: Progress = go_on,
    partial: Callable[[RetargetMap], None] | None = None,
) -> RetargetMap:
    """The map of each setting.

    Args:
        policy: the policy, otherwise unpatched.
        maze: the maze as it is; with its cheese, if it has one.
        settings: what is set at the target, each by itself.
        layer_name: where.
        targets: the squares to lead to; every square that can be reached, when left out. Those that cannot be reached,
            the mouse's own and the cheese's are left out.
        device: "cpu", "cuda" or "mps".
        plan: how to compute on the processor; the one found fastest on this machine when left out.
        progress: told how many passes of how many are done.
        partial: given the map of what is done so far, the nearest squares first.

    Raises:
        PatchError: when the policy has no such layer or channel, or a value drives it beyond what float32 holds.
        PolicyError: when the network is there by itself.
        Cancelled: when `progress` says not to continue.
    """
    for setting in settings:
        stage = checked_layer(policy, layer_name, setting)
    work = _Work(maze, stage, tuple(settings), targets)
    if plan is None:
        plan = Plans().find(policy.width, maze.world) or default_plan(policy.width)
    passes = pixel_passes(policy, maze, stage, device, plan)
    try:
        for done in work.waves(passes):
            if partial is not None:
                partial(work.map())
            if not progress(done, work.total):
                raise Cancelled
    finally:
        passes.close()
    progress(work.total, work.total)
    return work.map()


def background_plan(policy: Policy, maze: Maze) -> Plan:
    """Plan for the processor next to fields that somebody waits for: one thread fewer than they take."""
    found = Plans().find(policy.width, maze.world) or default_plan(policy.width)
    return replace(found, threads=max(1, found.threads - 1))


def checked_layer(policy: Policy, layer_name: str, setting: Setting) -> Layer:
    """The layer, once it is sure that it has the setting's channels.

    Raises:
        PatchError: one sentence on what it lacks.
    """
    pixel: dict[str, Any] = {} if layer(layer_name, policy.width).side is None else {"square": (0, 0)}
    return fitting_layer(SetValue(layer=layer_name, channels=setting.channels, value=setting.value, **pixel), policy)


class _Work:
    """The pairs of square and pixel that the targets need, and what has been found of them."""

    def __init__(
        self, maze: Maze, stage: Layer, settings: tuple[Setting, ...], targets: Sequence[Square] | None
    ) -> None:
        self._maze, self._stage, self._settings = maze, stage, settings
        self._row = {(int(row), int(col)): at for at, (row, col) in enumerate(maze.squares)}
        wanted = self._row if targets is None else dict.fromkeys(map(tuple, targets))
        paths = {square: shortest_path(maze, maze.mouse, square) for square in wanted if square in self._row}
        near = sorted((len(path), square) for square, path in paths.items() if path is not None and len(path) > 1)
        self._targets = [square for _, square in near]
        self._steps = np.array([length - 1 for length, _ in near], dtype=np.int64)
        self._rows = [self._path_rows(paths[square]) for square in self._targets]
        self._pixels = [self._pixel(square) for square in self._targets]
        self._towards = [
            moves_towards(maze, square)[tuple(maze.squares[rows].T)].astype(np.float64)
            for square, rows in zip(self._targets, self._rows, strict=True)
        ]
        # Each pair once, in the order in which the targets need them.
        self._place: dict[tuple[int, int], int] = {}
        for rows, pixel in zip(self._rows, self._pixels, strict=True):
            for row in rows.tolist():
                self._place.setdefault((row, pixel), len(self._place))
        self._pairs = np.array(list(self._place), dtype=np.int64).reshape(-1, 2)
        self._base = np.full((len(maze.squares), 5), np.nan)
        self._patched = np.full((len(settings), len(self._pairs), 5), np.nan)

    @property
    def total(self) -> int:
        """Passes after the layer."""
        return len(self._pairs) * max(1, len(self._settings))

    def waves(self, passes: PixelPasses) -> Iterator[int]:
        """Compute, the nearest targets first; yields how many passes are done."""
        ready: set[int] = set()
        start, size = 0, passes.at_once
        while start < len(self._pairs):
            # The first squares are there soon; after them, larger waves are prepared in fuller batches.
            pairs = self._pairs[start : start + size]
            size = min(2 * size, LARGEST_WAVE * passes.at_once)
            rows = list(dict.fromkeys(pairs[:, 0].tolist()))
            if len(rows) > passes.capacity:
                # So few squares fit that a wave ends where the next one would be one too many.
                kept = set(rows[: passes.capacity])
                pairs = pairs[: next(at for at, row in enumerate(pairs[:, 0].tolist()) if row not in kept)]
                rows = rows[: passes.capacity]
            new = [row for row in rows if row not in ready]
            if len(ready) + len(new) > passes.capacity:
                passes.forget()
                ready, new = set(), rows
            if new:
                logits = passes.prepare(np.array(new))
                check_finite((logits,))
                self._base[new] = move_probabilities(logits)
                ready.update(new)
            for number, setting in enumerate(self._settings):
                logits = passes.outputs(pairs[:, 0], pairs[:, 1], setting.channels, setting.value)
                check_finite((), (logits,))
                self._patched[number, start : start + len(pairs)] = move_probabilities(logits)
            start += len(pairs)
            yield start * max(1, len(self._settings))

    def map(self) -> RetargetMap:
        """The result so far."""
        routes = tuple(self._route(at) for at in range(len(self._targets)))
        patched = np.array([[geometric_mean(each) for each in route.patched] for route in routes])
        return RetargetMap(
            self._maze,
            self._stage.name,
            self._settings,
            np.array(self._targets, dtype=np.int64).reshape(-1, 2),
            self._steps,
            np.array([geometric_mean(route.base) for route in routes]),
            patched.reshape(len(routes), len(self._settings)).T,
            routes,
        )

    def _route(self, at: int) -> Route:
        rows, towards = self._rows[at], self._towards[at]
        places = [self._place[row, self._pixels[at]] for row in rows.tolist()]
        return Route(
            self._maze.squares[rows],
            (self._base[rows] * towards).sum(axis=1),
            (self._patched[:, places] * towards).sum(axis=2),
        )

    def _path_rows(self, path: tuple[Square, ...] | None) -> np.ndarray:
        return np.array([self._row[square] for square in (path or ())[:-1] if square in self._row], dtype=np.int64)

    def _pixel(self, square: Square) -> int:
        side = self._stage.side
        if side is None:
            return 0
        row, column = pixel_of_square(square, self._maze.world, side)
        return row * side + column
