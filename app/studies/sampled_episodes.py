"""Many sampled episodes of one maze: how many reach the cheese, with an interval, next to the exact chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.field.requests import FieldRequest
from app.field.vector_field import VectorField
from app.interventions.patches import PatchStack
from app.maze.game_rules import TIMEOUT
from app.maze.maze import Maze, Square
from app.maze.moves import LEFT, MOVE_DELTAS, MOVES, RIGHT
from app.number_format import fixed
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on
from app.studies.exact_outcome import FACINGS, Compute, arrival
from app.studies.intervals import Interval, share_interval


@dataclass(frozen=True)
class Episodes:
    """Outcome of some sampled episodes.

    Attributes:
        count: how many were played.
        reached: how many reached the target.
        mean_steps: of those that did; None where none did.
        exact: the exact chance to reach it.
    """

    count: int
    reached: int
    mean_steps: float | None
    exact: float

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the share, by Wilson's formula."""
        return share_interval(self.reached, self.count)

    def words(self) -> str:
        """The outcome in a clause: "196 of 200 (0.98, 95 % interval 0.95 to 0.99; exactly 0.98), in 23.1 steps"."""
        low, high = self.interval
        share = f"{fixed(self.reached / self.count)}, 95 % interval {fixed(low)} to {fixed(high)}"
        steps = "" if self.mean_steps is None else f", in {self.mean_steps:.1f} steps"
        return f"{self.reached} of {self.count} ({share}; exactly {fixed(self.exact)}){steps}"

    def short_words(self) -> str:
        """The same in fewer: "196 of 200 (95 % interval 0.95 to 0.99)"."""
        low, high = self.interval
        return f"{self.reached} of {self.count} (95 % interval {fixed(low)} to {fixed(high)})"


@dataclass(frozen=True)
class EpisodePair:
    """Sampled episodes without patches and under a stack; `patched` is None where nothing acts.

    Attributes:
        target: where to: the cheese, or where there is none, the pin.
        at_pin: whether it is the pin.
        seed: of the draws.
    """

    target: Square
    at_pin: bool
    seed: int
    original: Episodes
    patched: Episodes | None


def sample_episodes(
    compute: Compute,
    policy: Policy,
    maze: Maze,
    stack: PatchStack,
    target: Square,
    count: int,
    *,
    seed: int = 0,
    steps: int = TIMEOUT,
    progress: Progress = go_on,
) -> EpisodePair:
    """Play `count` episodes of at most `steps` steps, each move drawn from the policy's probabilities.

    Args:
        compute: computes a field, such as `Engine.compute`; it is asked for two, one for each facing of the mouse.
        target: the cheese's square, or another open one; the cheese ends an episode in any case.
        seed: of the draws, the same ones without and with patches.

    Raises:
        PatchError: when the stack drives the network beyond what float32 holds.
        Cancelled: when `progress` says not to continue.
    """
    drawn = "right" if maze.facing == "right" else "left"
    results = [
        compute(FieldRequest(maze if facing == drawn else maze.with_facing(facing), policy, stack, maze))
        for facing in FACINGS
    ]
    if not progress(1, 2):
        raise Cancelled
    acts = any(result.patched is not result.original for result in results)
    original = _played(maze, (results[0].original, results[1].original), target, count, seed, steps)
    patched = _played(maze, (results[0].patched, results[1].patched), target, count, seed, steps) if acts else None
    progress(2, 2)
    return EpisodePair(target, target != maze.cheese, seed, original, patched)


def _played(
    maze: Maze, fields: tuple[VectorField, VectorField], target: Square, count: int, seed: int, steps: int
) -> Episodes:
    rng = np.random.default_rng(seed)
    row_of = np.full((maze.world, maze.world), -1)
    row_of[tuple(maze.squares.T)] = np.arange(len(maze.squares))
    open_here = np.zeros((maze.world + 2, maze.world + 2), dtype=bool)
    open_here[1:-1, 1:-1] = row_of >= 0
    if maze.cheese is not None:
        open_here[maze.cheese[0] + 1, maze.cheese[1] + 1] = True
    chances = np.stack([field.probs for field in fields]).cumsum(axis=2)
    at = np.tile(np.array(maze.mouse), (count, 1))
    facing = np.full(count, int(maze.facing == "right"))
    playing = np.ones(count, dtype=bool)
    arrived = np.full(count, -1)
    for step in range(1, steps + 1):
        who = np.flatnonzero(playing)
        if not len(who):
            break
        # One draw for each episode, over or not: the same ones whatever the others do.
        draws = rng.random(count)[who]
        here = chances[facing[who], row_of[tuple(at[who].T)]]
        moves = np.minimum((draws[:, None] >= here).sum(axis=1), len(MOVES) - 1)
        facing[who] = np.where(moves == LEFT, 0, np.where(moves == RIGHT, 1, facing[who]))
        there = at[who] + MOVE_DELTAS[moves].astype(int)
        free = open_here[there[:, 0] + 1, there[:, 1] + 1]
        at[who] = np.where(free[:, None], there, at[who])
        came = (at[who] == target).all(axis=1)
        arrived[who[came]] = step
        ended = came if maze.cheese is None else came | (at[who] == maze.cheese).all(axis=1)
        playing[who[ended]] = False
    within = arrived[arrived > 0]
    exact = arrival(maze, fields, target, steps).reach
    return Episodes(count, len(within), float(within.mean()) if len(within) else None, exact)
