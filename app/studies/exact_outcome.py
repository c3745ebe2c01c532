"""Outcome of sampled play, exactly: chance to reach the cheese, steps and visits, from a Markov chain without sampling.

Within one maze the policy's answer depends on the mouse's square and on the way it faces, and it faces one of two ways:
mirrored after a move right, blocked or not, and un-mirrored otherwise. So sampled play is a Markov chain over
(square, facing), whose transitions are the probabilities of two vector fields, one for each facing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.field.requests import FieldRequest, FieldResult
from app.field.vector_field import VectorField
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.game_rules import TIMEOUT
from app.maze.maze import Facing, Maze, Square
from app.maze.moves import LEFT, MOVE_DELTAS, MOVES, RIGHT
from app.policy.policy import Policy

Compute = Callable[[FieldRequest], FieldResult]
"""The engine's `compute`: the whole field of a request."""

FACINGS: tuple[Facing, Facing] = ("left", "right")
"""The mouse as drawn, un-mirrored and mirrored; in a fresh level it is drawn as after a move left."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Outcome of sampled and greedy play within this many steps, from the maze's mouse and facing on.

    Attributes:
        steps: T; a step that reaches the cheese as the T-th counts.
        reach: probability of having reached the cheese within T steps; None without cheese.
        expected_steps: mean number of steps of those that reach it within T; None where `reach` is 0 or None.
        visits: (world, world) float64, world grid, origin bottom-left: expected number of steps that an episode of at
            most T steps begins on each square, the first one included. They sum to the expected length of an episode.
        reach_corner: probability of having been on the maze's top-right square within T steps, before the cheese ends
            the episode; None where that square is a wall.
        expected_steps_to_corner: as `expected_steps`, to the top-right square.
        greedy_steps: steps to the cheese when the likeliest move is always made (ties LEFT, DOWN, UP, RIGHT, NOOP);
            None when it is not reached within T.
    """

    steps: int
    reach: float | None
    expected_steps: float | None
    visits: np.ndarray
    reach_corner: float | None
    expected_steps_to_corner: float | None
    greedy_steps: int | None


@dataclass(frozen=True)
class Outcomes:
    """The outcome of one maze without patches and under a stack; `patched` is `original` when nothing acts."""

    maze: Maze
    policy: Policy
    stack: PatchStack
    original: Outcome
    patched: Outcome


def outcome(
    compute: Compute, policy: Policy, maze: Maze, stack: PatchStack = NO_PATCHES, *, steps: int = TIMEOUT
) -> Outcomes:
    """The exact outcome of play in a maze, without patches and under a stack.

    Two fields are computed, one for each facing. Vectors that a word names are taken on `maze` as it is, for both
    facings, as a rollout does.

    Args:
        compute: computes a field, such as `Engine.compute`.
        policy: the policy.
        maze: the maze; play begins at its mouse.
        stack: the patches.
        steps: T, at least 1.

    Raises:
        PatchError: when the stack drives the network beyond what float32 holds.
        PolicyError: when the network is there by itself.
        ValueError: for fewer than one step.
    """
    results = _both_facings(compute, policy, maze, stack)
    original = outcome_of(maze, (results[0].original, results[1].original), steps)
    patched = original
    if any(result.patched is not result.original for result in results):
        patched = outcome_of(maze, (results[0].patched, results[1].patched), steps)
    return Outcomes(maze, policy, stack, original, patched)


def outcome_of(maze: Maze, fields: tuple[VectorField, VectorField], steps: int = TIMEOUT) -> Outcome:
    """The outcome of play from two fields of a maze, the mouse un-mirrored and mirrored; see `outcome`.

    Raises:
        ValueError: for fewer than one step, or fields that are not complete fields of the maze.
    """
    if steps < 1:
        raise ValueError(f"{steps} steps were asked for; expected at least 1.")
    if not all(np.array_equal(field.squares, maze.squares) and field.complete for field in fields):
        raise ValueError("Incomplete fields were found, or fields of another maze; expected two complete ones.")
    chain = _Chain(maze, fields)
    corner = maze.top_right if maze.is_open(maze.top_right) else None
    # With the cheese in the corner, both are one.
    also = () if corner is None else (None if corner == maze.cheese else corner,)
    to_cheese, *to_corners = chain.play((None, *also), steps)
    reach_corner = steps_to_corner = None
    for to_corner in to_corners:
        reach_corner, steps_to_corner = to_corner.reach, to_corner.expected_steps
    return Outcome(
        steps,
        None if maze.cheese is None else to_cheese.reach,
        None if maze.cheese is None else to_cheese.expected_steps,
        to_cheese.visits,
        reach_corner,
        steps_to_corner,
        None if maze.cheese is None else chain.greedy(maze.cheese, steps),
    )


def arrival(maze: Maze, fields: tuple[VectorField, VectorField], target: Square, steps: int = TIMEOUT) -> Arrival:
    """The chance that sampled play is on a target within this many steps, before the cheese ends the episode."""
    chain = _Chain(maze, fields)
    return chain.play((None if target == maze.cheese else target,), steps)[0]


def greedy_steps(
    maze: Maze, fields: tuple[VectorField, VectorField], target: Square, steps: int = TIMEOUT
) -> int | None:
    """Steps to a target when the likeliest move is always made, before the cheese ends the episode; None for never."""
    return _Chain(maze, fields).greedy(target, steps)


def reach_of(
    compute: Compute, policy: Policy, maze: Maze, stack: PatchStack, target: Square, *, steps: int = TIMEOUT
) -> tuple[Arrival, int | None]:
    """Arrival on a target under a stack before the cheese ends play: sampled, and greedy steps (None: never).

    Arguments and errors are those of `outcome`.

    Raises:
        ValueError: for a target that is not open.
    """
    if not maze.is_open(target):
        raise ValueError(f"The target {target} is not open; expected an open square.")
    fields = _both_facings(compute, policy, maze, stack)
    patched = (fields[0].patched, fields[1].patched)
    return arrival(maze, patched, target, steps), greedy_steps(maze, patched, target, steps)


@dataclass(frozen=True, eq=False)
class Arrival:
    """Arrival of sampled play on one square: `reach`, `expected_steps` and `visits` as in `Outcome`."""

    reach: float
    expected_steps: float | None
    visits: np.ndarray


def _entrances(to: np.ndarray, probs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(most, n) each: the states that each of n states is entered from, and the chances that play goes there from them.

    Where fewer states than the most lead to one, the chances of the others are 0.

    Args:
        to: (n, moves) the state after each move; n or more where play ends.
        probs: (n, moves) the chances of the moves.
    """
    count = len(to)
    stays = to < count
    # Several moves lead from one state to another: those into walls, and none.
    pairs, which = np.unique((to * count + np.arange(count)[:, None])[stays], return_inverse=True)
    chances = np.bincount(which, probs[stays], minlength=len(pairs))
    into, source = np.divmod(pairs, count)
    rank = np.arange(len(into)) - np.searchsorted(into, into)
    sources, shares = (np.zeros((int(rank.max(initial=0)) + 1, count), dtype) for dtype in (np.int64, np.float64))
    sources[rank, into], shares[rank, into] = source, chances
    return sources, shares


class _Chain:
    """The chain over states; state 2 * i + f is the i-th open square with facing f, the last state is the end."""

    def __init__(self, maze: Maze, fields: tuple[VectorField, VectorField]) -> None:
        self._maze = maze
        squares = maze.squares
        self._end = 2 * len(squares)
        number = np.full((maze.world + 2, maze.world + 2), -1, dtype=np.int64)
        number[squares[:, 0] + 1, squares[:, 1] + 1] = np.arange(len(squares))
        if maze.cheese is not None:
            number[maze.cheese[0] + 1, maze.cheese[1] + 1] = len(squares)
        steps = MOVE_DELTAS.astype(np.int64)
        there = number[squares[:, None, 0] + 1 + steps[:, 0], squares[:, None, 1] + 1 + steps[:, 1]]
        there = np.where(there < 0, np.arange(len(squares))[:, None], there)
        # (squares, facings, moves)
        facing = np.broadcast_to(np.arange(2)[:, None], (2, len(MOVES))).copy()
        facing[:, LEFT], facing[:, RIGHT] = 0, 1
        after = 2 * there[:, None, :] + facing
        self._after = np.minimum(after, self._end).reshape(-1, len(MOVES))
        self._probs = np.stack([field.probs for field in fields], axis=1).reshape(-1, len(MOVES))
        self._start = 2 * self._index(maze.mouse) + FACINGS.index(_drawn(maze))

    def _index(self, square: Square) -> int:
        return int(np.flatnonzero((self._maze.squares == square).all(axis=1))[0])

    def play(self, targets: Sequence[Square | None], steps: int) -> list[Arrival]:
        """Sampled play until it is on each target (the cheese, for None), or the cheese or the time ends it.

        The ways to all of them are walked together: their states are one behind the other.
        """
        states = self._reached()
        # Play that began anywhere else is not asked about: both ends are after all states of all ways.
        count, end = len(states), len(targets) * len(states)
        place = np.full(self._end + 1, end)
        place[states] = np.arange(count)
        to = np.tile(place[self._after[states]], (len(targets), 1, 1))
        probs = np.tile(self._probs[states], (len(targets), 1, 1))
        arriving = np.zeros((len(targets), count))
        for way, target in enumerate(targets):
            number = self._end // 2 if target is None else self._index(target)
            arrived = self._after[states] // 2 == number
            arriving[way] = np.where(arrived, probs[way], 0.0).sum(axis=1)
            to[way] = np.where(arrived, end, np.minimum(to[way] + way * count, end))
        here = np.zeros((steps + 1, end))
        here[0, np.arange(len(targets)) * count + place[self._start]] = 1
        sources, shares = _entrances(to.reshape(end, -1), probs.reshape(end, -1))
        flows, rows = np.empty_like(shares), list(here)
        for now, then in pairwise(rows):
            # What enters each state is gathered: faster than to add up what leaves the others.
            now.take(sources, None, flows, "clip")
            np.multiply(flows, shares, flows)
            np.add.reduce(flows, axis=0, out=then)
        ways = here[:-1].reshape(steps, len(targets), count)
        return [self._arrival(target, states, ways[:, way], arriving[way]) for way, target in enumerate(targets)]

    def _arrival(self, target: Square | None, states: np.ndarray, here: np.ndarray, arriving: np.ndarray) -> Arrival:
        """From the chance of each state before each step, (steps, n), and that of arriving after it, (n,)."""
        visits = np.zeros((self._maze.world, self._maze.world))
        if target == self._maze.mouse:
            return Arrival(1.0, 0.0, visits)
        # Not `@`: after a product of this size numpy's BLAS keeps all cores busy for as long as the rest takes.
        by_step = np.einsum("ts,s->t", here, arriving)
        reach = float(by_step.sum())
        rows = self._maze.squares[states // 2]
        np.add.at(visits, (rows[:, 0], rows[:, 1]), here.sum(axis=0))
        mean = float(by_step @ np.arange(1, len(here) + 1)) / reach if reach > 0 else None
        return Arrival(min(reach, 1.0), mean, visits)

    def _reached(self) -> np.ndarray:
        """The states that play can be in before the cheese ends it, ascending."""
        # Past the end nothing is new.
        seen = np.arange(self._end + 1) == self._end
        new = np.array([self._start])
        while len(new):
            seen[new] = True
            ahead = self._after[new][self._probs[new] > 0]
            new = np.unique(ahead[~seen[ahead]])
        return np.flatnonzero(seen[: self._end])

    def greedy(self, target: Square, steps: int) -> int | None:
        """Steps of the likeliest moves to a target; None when the cheese or the time ends them before."""
        if target == self._maze.mouse:
            return 0
        best = self._after[np.arange(self._end), self._probs.argmax(axis=1)]
        goal = self._end // 2 if target == self._maze.cheese else self._index(target)
        state = self._start
        for step in range(1, min(steps, self._end) + 1):
            state = int(best[state])
            if state // 2 == goal:
                return step
            if state == self._end:
                return None
        return None


def _both_facings(compute: Compute, policy: Policy, maze: Maze, stack: PatchStack) -> list[FieldResult]:
    # The document's own field is asked for as it is, so that one that was just shown is not computed again.
    return [
        compute(FieldRequest(maze if facing == _drawn(maze) else maze.with_facing(facing), policy, stack, maze))
        for facing in FACINGS
    ]


def _drawn(maze: Maze) -> Facing:
    return "right" if maze.facing == "right" else "left"
