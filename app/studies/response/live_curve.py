"""The curve next to a slider: what one number of one patch does to one square's choice, cheap enough to follow it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

import numpy as np
import torch
from cachetools import LRUCache

from app.field.number_check import check_finite
from app.field.precedence import give_way
from app.field.vector_field import move_probabilities
from app.field.worker_threads import in_parallel, thread_count
from app.interventions.patches import VectorPatch
from app.io.regular_file import file_stamp
from app.maze.maze import Maze, Square
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.response.frozen import EditRows
from app.studies.response.measured import log_odds, log_probabilities
from app.studies.response.origin import MovedNumber, Origin, Site, origin_of, walked
from app.studies.response.run import exact, stepped_network
from app.studies.response.setup import COEFFICIENTS
from app.studies.response.steps import LOGITS, Edit, Rows, SteppedNetwork
from app.studies.study import read_only

ROWS: Final = 16
"""Passes at most that a thread takes through the network at once: some milliseconds at width 1."""

COARSE: Final = 5
"""The first pass computes every n-th point."""

_KEPT: Final = 8


@dataclass(frozen=True, eq=False)
class LiveCurve:
    """One square's choice against one number.

    Attributes:
        square: where the mouse is: the decision square, or, in a maze without one, the square that was asked for.
        moves: the classes of the moves to the cheese and to the corner, or None without a decision square.
        coefficients: (t,) float64, ascending.
        logits: (t, 15) float64 under the stack with the number at t; NaN at points that are still to come.
        original: (15,) of the network without patches.
    """

    square: Square
    moves: tuple[int, int] | None
    coefficients: np.ndarray
    logits: np.ndarray
    original: np.ndarray

    @property
    def complete(self) -> bool:
        """True when all points are there."""
        return not np.isnan(self.logits).any()

    @cached_property
    def log_probabilities(self) -> np.ndarray:
        """(t, 5) of LEFT, DOWN, UP, RIGHT, NOOP."""
        return read_only(log_probabilities(self.logits))

    @cached_property
    def log_odds(self) -> np.ndarray | None:
        """(t,) of the cheese's move over the corner's; None without a decision square."""
        return None if self.moves is None else read_only(log_odds(self.logits[None], np.array([self.moves]))[0])

    @cached_property
    def p_cheese(self) -> np.ndarray | None:
        """(t,) probability of the move to the cheese; None without a decision square."""
        return None if self.moves is None else read_only(np.exp(self.log_probabilities[:, self.moves[0]]))

    @cached_property
    def p_top_right(self) -> np.ndarray | None:
        """(t,) probability of the move to the corner; None without a decision square."""
        return None if self.moves is None else read_only(np.exp(self.log_probabilities[:, self.moves[1]]))

    @cached_property
    def total_variation(self) -> np.ndarray:
        """(t,) 0..1 between the five moves' probabilities here and those of the network without patches."""
        original = move_probabilities(self.original[None])[0]
        return read_only(np.abs(np.exp(self.log_probabilities) - original).sum(axis=1) / 2)


class CurveTracer:
    """Traces curves of one policy after another; remembers what a slider's own movement does not change.

    For one background thread at a time, in which torch computes on one thread (`app.field.torch_threads`). On a
    processor its points are shared among as many threads as there are cores, which are of the priority of that thread
    and give way to the field that is shown (`app.field.precedence`), so that arrows are not delayed.

    Args:
        device: "cpu", "cuda" or "mps".
    """

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._networks: LRUCache[str, SteppedNetwork] = LRUCache(2)
        self._origins: LRUCache[Hashable, tuple[Origin, np.ndarray]] = LRUCache(_KEPT)
        self._curves: LRUCache[Hashable, LiveCurve] = LRUCache(_KEPT)

    def trace(
        self,
        policy: Policy,
        maze: Maze,
        moved: MovedNumber,
        *,
        square: Square | None = None,
        coefficients: tuple[float, ...] = COEFFICIENTS,
        wanted: Callable[[], bool] = lambda: True,
        partial: Callable[[LiveCurve], None] | None = None,
    ) -> LiveCurve | None:
        """The curve; None when the maze has no decision square and no square was asked for.

        Args:
            policy: the policy.
            maze: the maze; vectors are taken on it.
            moved: the number. What it is at the moment does not matter.
            square: where to look in a maze without a decision square: an open one.
            coefficients: the numbers along the curve.
            wanted: asked between layers, by all threads that compute; False ends the work.
            partial: given the curve once its coarse points are there, the others NaN.

        Raises:
            PatchError: when the patch does not fit the policy, or drives the network beyond what float32 holds.
            Cancelled: when the curve is not wanted any more.
        """
        decision = decision_square(maze)
        at = decision.square or square
        if at is None:
            return None
        moves = None
        if decision.to_cheese is not None and decision.to_top_right is not None:
            moves = (decision.to_cheese, decision.to_top_right)

        def check() -> None:
            if not wanted():
                raise Cancelled

        give_way()
        check()
        # The handle's own place is no part of what the curve depends on.
        own = moved.at(0.0)
        moved = replace(moved, stack=moved.stack.replaced(moved.position, **vars(own)))
        files = tuple(file_stamp(patch.vector) for patch in moved.stack.patches if isinstance(patch, VectorPatch))
        key = (policy.weights_hash, maze, moved, at, files)
        known = self._curves.get((key, coefficients))
        if known is not None:
            return known
        with torch.no_grad(), exact(self._device):
            if key not in self._origins:
                self._origins[key] = self._start(policy, Site(maze, at), moved)
            check()
            origin, original = self._origins[key]
            empty = LiveCurve(at, moves, read_only(coefficients), np.full((len(coefficients), 15), np.nan), original)
            curve = _traced(self._of(policy), origin, empty, check, partial)
        self._curves[(key, coefficients)] = curve
        return curve

    def _start(self, policy: Policy, site: Site, moved: MovedNumber) -> tuple[Origin, np.ndarray]:
        """The square where the curve starts, and the logits (15,) of the network without patches."""
        network = self._of(policy)
        x, _ = walked(network, [site.maze.with_mouse(site.square)], LOGITS)
        original = read_only(x[0].cpu().numpy())
        check_finite((original,))
        return origin_of(policy, network, moved, [site]), original

    def _of(self, policy: Policy) -> SteppedNetwork:
        if policy.weights_hash not in self._networks:
            self._networks[policy.weights_hash] = stepped_network(policy.network, self._device)
        return self._networks[policy.weights_hash]


def _traced(
    network: SteppedNetwork,
    origin: Origin,
    empty: LiveCurve,
    check: Callable[[], None],
    partial: Callable[[LiveCurve], None] | None,
) -> LiveCurve:
    count = len(empty.coefficients)
    coarse = sorted({*range(0, count, COARSE), count - 1})
    fine = sorted({*range(count)} - {*coarse})
    logits = empty.logits.copy()
    edit = None if origin.edit is None else _of_one_site(origin.edit)

    def prepare(stopped: Callable[[], None]) -> Callable[[list[int]], np.ndarray]:
        def check_both() -> None:
            stopped()
            check()

        def work(places: list[int]) -> np.ndarray:
            times = torch.tensor(empty.coefficients[places], dtype=torch.float32, device=origin.direction.device)
            x = origin.base.x + times.view(-1, *[1] * (origin.base.x.ndim - 1)) * origin.direction
            skip = None if origin.base.skip is None else origin.base.skip.repeat_interleave(len(places), 0)
            with exact(network.device):
                rows = network.advance(Rows(x, skip), origin.source, LOGITS, edit, origin.edited, check_both)
            return np.asarray(rows.x.cpu().numpy())

        return work

    threads = thread_count() if network.device == "cpu" else 1
    pieces = [_pieces(part, threads) for part in (coarse, fine)]
    with closing(in_parallel(prepare, chain(*pieces), threads)) as answers:
        for number, (places, found) in enumerate(zip(chain(*pieces), answers, strict=True), 1):
            check_finite((), (found,))
            logits[places] = found
            if number == len(pieces[0]) and fine and partial is not None:
                partial(replace(empty, logits=read_only(logits)))
    return replace(empty, logits=read_only(logits))


def _pieces(places: list[int], threads: int) -> list[list[int]]:
    """Places of about one number for each thread, again and again, `ROWS` at most."""
    count = min(len(places), threads * -(-len(places) // (ROWS * threads)))
    return [places[number::count] for number in range(count)]


def _of_one_site(edit: EditRows) -> Edit:
    """The edit of a batch whose rows are all of one site."""
    return lambda name, x: edit(name, 0, x)
