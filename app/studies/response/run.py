"""The run of a response question: levels on threads of their own, each walked once with all its coefficients."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from app.errors import MazescopeError
from app.field.execution_plan import default_plan
from app.field.number_check import check_finite
from app.field.worker_threads import in_parallel, thread_count, told
from app.interventions.tensor_cache import TensorCache
from app.maze.maze import Maze, Square
from app.maze.routes import best_moves, decision_square
from app.policy.stages import RESUMABLE
from app.progress import Progress
from app.studies.response.bent import Asked, Bent, bend
from app.studies.response.gate_changes import gate_changes
from app.studies.response.measured import LayerMoves
from app.studies.response.origin import Origin, Site, origin_of
from app.studies.response.result import ResponseResult
from app.studies.response.setup import ResponseSetup
from app.studies.response.steps import FLATTEN, LOGITS, SteppedNetwork, steps_behind
from app.studies.study import Partial, read_only, unheard

_LEVELS: Final = {"cpu": 9, "cuda": 64, "mps": 16}
"""Levels whose walks at t = 0 go through together."""

_FEWEST_APART: Final = 16
"""Coefficients of one level from which on threads share them."""

_GATES_AT_ONCE: Final = 0.1
"""Range of coefficients whose changes of gates are found together: what is kept of each stays small."""

_BETWEEN_PARTIAL: Final = 0.3
"""Seconds between two partial results."""


_stepped: Final[WeakKeyDictionary[torch.nn.Module, dict[str, SteppedNetwork]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class MeasuredLevel:
    """A level with what is measured on it.

    Attributes:
        place: in the question's levels.
        site: the maze, and the mouse's square in the measured pass.
        moves: the classes of the moves to the cheese and to the corner; (-1, -1) where they are not two.
    """

    place: int
    site: Site
    moves: tuple[int, int]


@dataclass(frozen=True)
class _Piece:
    levels: tuple[MeasuredLevel, ...]
    asked: Asked


def watched_behind(source: str, also: Sequence[str] = ()) -> tuple[str, ...]:
    """The layers whose moves are measured: those after the source that a run can resume after, less the convolutions
    that open a block and the flattening, which say no more; the logits; and some more; in order."""
    told = {name for name in RESUMABLE if not name.endswith(".conv") and name != FLATTEN}
    wanted = {*told, LOGITS, *also}
    return tuple(step.name for step in steps_behind(source) if step.name in wanted)


def measure(question: ResponseSetup, device: str, progress: Progress, partial: Partial) -> ResponseResult:
    """The result of a question; see `ResponseSetup.run`."""
    measured = measured_levels(question)
    if not measured:
        raise MazescopeError(
            f"None of the {len(question.levels)} levels has a decision square; expected one that has, or a square."
        )
    asked = asked_of(question)
    network = stepped_network(question.policy.network, device)
    cache = TensorCache()

    def start(levels: tuple[MeasuredLevel, ...], check: Callable[[], None]) -> Origin:
        check()
        with exact(device):
            return origin_of(question.policy, network, question.moved, [level.site for level in levels], cache)

    def work(piece: _Piece, check: Callable[[], None]) -> tuple[_Piece, Bent, np.ndarray]:
        with exact(device):
            origin = shared.get(piece.levels) or start(piece.levels, check)
            bent = bend(
                network, origin.source, origin.base, origin.direction, piece.asked, check, origin.edit, origin.edited
            )
            moved = origin.direction.flatten(1).ne(0).any(1)
            return piece, bent, moved.cpu().numpy()

    gathered = _Gathered(question, measured, asked)
    shown = time.monotonic()
    threads = thread_count() if device == "cpu" else 1
    pieces = _pieces(measured, asked, device, threads)
    # What several threads do for one level starts at one place.
    several = [levels for levels, count in Counter(piece.levels for piece in pieces).items() if count > 1]
    starts = in_parallel(lambda check: lambda levels: start(levels, check), several, threads)
    shared = dict(zip(several, starts, strict=True))
    answers = in_parallel(lambda check: lambda piece: work(piece, check), pieces, threads)
    for piece, bent, moved in told(answers, len(pieces), progress):
        gathered.put(piece, bent, moved)
        if partial is not unheard and time.monotonic() - shown > _BETWEEN_PARTIAL and gathered.any_done:
            partial(gathered.result())
            shown = time.monotonic()
    if not gathered.any_done:
        raise MazescopeError(
            f"The direction is zero in all {len(measured)} levels, so nothing moves; expected another one."
        )
    if question.exact_gates:
        return replace(gathered.result(), changes=exact_changes(question, network, measured, threads, progress))
    return gathered.result()


def exact_changes(
    question: ResponseSetup,
    network: SteppedNetwork,
    levels: Sequence[MeasuredLevel],
    threads: int,
    progress: Progress,
) -> dict[str, np.ndarray]:
    """By stage, every coefficient in the asked range at which one of its gates changes, ascending.

    Raises:
        MazescopeError: for more than one level.
        Cancelled: when `progress` says not to continue.
    """
    if len(levels) != 1:
        raise MazescopeError(f"{len(levels)} levels were asked for the changes of each gate; expected one level.")
    low, high = question.coefficients[0], question.coefficients[-1]
    if low == high:
        return {stage: read_only([]) for stage in question.stages}
    with torch.no_grad(), exact(network.device):
        origin = origin_of(question.policy, network, question.moved, [levels[0].site])
    ends = np.linspace(low, high, 1 + max(threads, math.ceil((high - low) / _GATES_AT_ONCE)))

    def work(piece: tuple[float, float], check: Callable[[], None]) -> dict[str, np.ndarray]:
        with exact(network.device):
            return gate_changes(
                network, origin.source, origin.base, origin.direction, piece, check, origin.edit, origin.edited
            )

    pieces = list(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))
    answers = in_parallel(lambda check: lambda piece: work(piece, check), pieces, threads)
    parts = list(told(answers, len(pieces), progress))
    return {stage: read_only(np.concatenate([part[stage] for part in parts])) for stage in question.stages}


def measured_levels(question: ResponseSetup) -> list[MeasuredLevel]:
    """The levels that have a decision square, or all of them at the question's square.

    Raises:
        MazescopeError: when the question's square is a wall of a level, or its cheese's.
    """
    found = []
    for place, level in enumerate(question.levels.levels):
        if question.square is None:
            decision = decision_square(level.maze)
            if decision.square is not None and decision.to_cheese is not None and decision.to_top_right is not None:
                site = Site(level.maze, decision.square)
                found.append(MeasuredLevel(place, site, (decision.to_cheese, decision.to_top_right)))
        else:
            if not level.maze.is_open(question.square) or level.maze.cheese == question.square:
                raise MazescopeError(
                    f"The square {question.square} of {level.name} is not open; expected an open square for the mouse."
                )
            moves = moves_at(level.maze, question.square)
            found.append(MeasuredLevel(place, Site(level.maze, question.square), moves))
    return found


def moves_at(maze: Maze, square: Square) -> tuple[int, int]:
    """The first moves of the shortest paths from a square to the cheese and to the corner; (-1, -1) where one of them
    is missing or they are the same."""
    if maze.cheese is None:
        return -1, -1
    both = [best_moves(maze, square, target) for target in (maze.cheese, maze.top_right)]
    if not all(both) or both[0][0] == both[1][0]:
        return -1, -1
    return both[0][0], both[1][0]


def asked_of(question: ResponseSetup) -> Asked:
    """The coefficients computed: the asked ones, 0 and -1, and those at which stages are frozen."""
    numbers = sorted({*question.coefficients, *question.frozen_at, 0.0, -1.0})
    places = {number: place for place, number in enumerate(numbers)}
    pairs = tuple((places[number], places[-number]) for number in numbers if number > 0 and -number in places)
    return Asked(
        tuple(numbers),
        tuple(places[number] for number in question.frozen_at),
        frozenset(question.kept),
        watched_behind(question.source, question.watched),
        pairs,
    )


def stepped_network(network: torch.nn.Module, device: str) -> SteppedNetwork:
    """The network's layers on a device, with the convolutions that are fast for its width.

    The same one again while the network lives: transforming the weights takes as long as dozens of passes.
    """
    from app.policy.network import Network

    assert isinstance(network, Network)
    mine = _stepped.setdefault(network, {})
    if device not in mine:
        mine[device] = SteppedNetwork(network, device, default_plan(network.width).kernel)
    return mine[device]


def exact(device: str) -> AbstractContextManager[None]:
    """While it lasts, convolutions multiply in full float32."""
    return torch.backends.cudnn.flags(enabled=True, allow_tf32=False) if device == "cuda" else nullcontext()


def _pieces(levels: Sequence[MeasuredLevel], asked: Asked, device: str, threads: int) -> list[_Piece]:
    if len(levels) < threads and len(asked.coefficients) >= _FEWEST_APART * threads:
        return [_Piece((level,), part) for level in levels for part in _shared(asked, threads)]
    # As many for each thread, so that none is alone at the end.
    count = threads * -(-len(levels) // (_LEVELS[device] * threads))
    bounds = [len(levels) * number // count for number in range(count + 1)]
    return [_Piece(tuple(levels[a:b]), asked) for a, b in pairwise(bounds) if a < b]


def _shared(asked: Asked, count: int) -> Iterator[Asked]:
    """The coefficients in parts of about one size; t and -t stay together, and 0 is in each."""
    partner = {a: b for pair in asked.pairs for a, b in (pair, pair[::-1])}
    alone = [(place,) for place in range(len(asked.coefficients)) if place not in partner and place != asked.zero]
    groups = [*alone, *asked.pairs]
    # The places of frozen coefficients go into one part, whose tables need them all.
    frozen = [group for group in groups if set(group) & set(asked.frozen_at)]
    rest = [group for group in groups if group not in frozen]
    for number in range(count):
        chosen = [*(frozen if number == 0 else []), *rest[number::count]]
        places = sorted({asked.zero, *(place for group in chosen for place in group)})
        new = {place: at for at, place in enumerate(places)}
        yield replace(
            asked,
            coefficients=tuple(asked.coefficients[place] for place in places),
            frozen_at=tuple(new[place] for place in asked.frozen_at) if number == 0 else (),
            pairs=tuple((new[a], new[b]) for a, b in asked.pairs if a in new and b in new),
        )


class _Gathered:
    """The arrays of a result, filled piece by piece."""

    def __init__(self, question: ResponseSetup, levels: Sequence[MeasuredLevel], asked: Asked) -> None:
        self._question, self._levels, self._asked = question, levels, asked
        self._rows = {level.place: row for row, level in enumerate(levels)}
        self._times = {number: place for place, number in enumerate(asked.coefficients)}
        count, times, pairs = len(levels), len(asked.coefficients), len(asked.pairs)
        self._seen = np.zeros((count, times), dtype=bool)
        self._moved = np.zeros(count, dtype=bool)
        self._logits = np.full((count, times, 15), np.nan)
        self._tangent = np.full((count, 15), np.nan)
        self._kept = np.full((count, times, 15), np.nan)
        stages, frozen = question.stages, len(asked.frozen_at)
        self._only = {name: np.full((count, frozen, 15), np.nan) for name in stages if frozen}
        self._all_but = {name: np.full((count, frozen, 15), np.nan) for name in stages if frozen}
        self._flipped = {name: np.full((count, times), np.nan) for name in stages}
        self._moves = {
            name: LayerMoves(
                np.full((count, times), np.nan),
                np.full((count, pairs), np.nan),
                np.full(count, np.nan),
                np.full((count, times), np.nan),
            )
            for name in asked.watched
        }

    @property
    def any_done(self) -> bool:
        """True if any level that moves is complete."""
        return bool((self._moved & self._seen.all(axis=1)).any())

    def put(self, piece: _Piece, bent: Bent, moved: np.ndarray) -> None:
        rows = np.array([self._rows[level.place] for level in piece.levels])
        times = np.array([self._times[number] for number in piece.asked.coefficients])
        cells = np.ix_(rows, times)
        self._seen[cells] = True
        self._moved[rows] = moved
        self._logits[cells] = _array(bent.logits)
        self._tangent[rows] = _array(bent.tangent)
        if bent.kept is not None:
            self._kept[cells] = _array(bent.kept)
        for name in bent.only:
            self._only[name][rows] = _array(bent.only[name])
            self._all_but[name][rows] = _array(bent.all_but[name])
        for name, share in bent.flipped.items():
            self._flipped[name][cells] = _array(share)
        numbers = [self._asked.coefficients.index(piece.asked.coefficients[a]) for a, _ in piece.asked.pairs]
        pairs = [next(at for at, (a, _) in enumerate(self._asked.pairs) if a == number) for number in numbers]
        for name, moves in bent.moves.items():
            mine = self._moves[name]
            mine.squares[cells], mine.tangent_dot[cells] = _array(moves.squares), _array(moves.tangent_dot)
            mine.mirrored[np.ix_(rows, np.array(pairs, dtype=np.int64))] = _array(moves.mirrored)
            mine.tangent_square[rows] = _array(moves.tangent_square)

    def result(self) -> ResponseResult:
        done = self._moved & self._seen.all(axis=1)
        logits = self._logits[done]
        tables = [each[done] for tables in (self._only, self._all_but) for each in tables.values()]
        kept = self._kept[done] if self._question.kept else None
        patched = [logits, self._tangent[done], *tables, *([] if kept is None else [kept])]
        check_finite((logits[:, self._asked.zero],), tuple(patched))
        chosen = [level for level, whole in zip(self._levels, done, strict=True) if whole]
        return ResponseResult(
            question=self._question,
            places=tuple(level.place for level in chosen),
            without_decision=len(self._question.levels) - len(self._levels),
            without_direction=int((~self._moved & self._seen.all(axis=1)).sum()),
            coefficients=self._asked.coefficients,
            moves=read_only([level.moves for level in chosen], np.int64),
            logits=read_only(logits),
            tangent=read_only(self._tangent[done]),
            kept=None if kept is None else read_only(kept),
            only={name: read_only(each[done]) for name, each in self._only.items()},
            all_but={name: read_only(each[done]) for name, each in self._all_but.items()},
            flipped={name: read_only(each[done]) for name, each in self._flipped.items()},
            layers={name: each.of(done) for name, each in self._moves.items()},
        )


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.cpu().numpy()
