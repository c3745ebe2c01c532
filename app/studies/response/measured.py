"""Result of a response question: logits and moves of every level at every coefficient, and its summaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.maze.moves import MOVE_ACTIONS
from app.studies.response.setup import ResponseSetup
from app.studies.study import Result, read_only


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    """(..., 5) float64: ln of the summed probability of the actions of LEFT, DOWN, UP, RIGHT, NOOP."""
    logits = np.asarray(logits, dtype=np.float64)
    whole = _log_sum(logits)
    return np.stack([_log_sum(logits[..., list(actions)]) - whole for actions in MOVE_ACTIONS], axis=-1)


def _log_sum(logits: np.ndarray) -> np.ndarray:
    top = logits.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(logits - top).sum(axis=-1)) + top[..., 0])


def log_odds(logits: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """(levels, ...): ln of the summed probability of the actions of the move to the cheese minus that of the move to
    the corner; NaN for levels where there are no two moves.

    Args:
        logits: (levels, ..., 15).
        moves: (levels, 2) int, classes of the two moves; -1 for none.
    """
    logs = log_probabilities(logits)
    found = np.full(logs.shape[:-1], np.nan)
    for level, (cheese, corner) in enumerate(moves):
        if cheese >= 0 and corner >= 0:
            found[level] = logs[level, ..., cheese] - logs[level, ..., corner]
    return found


@dataclass(frozen=True, eq=False)
class LayerMoves:
    """Movement of a layer, d(t) = f(t) - f(0), in float64 over the flattened activation.

    Attributes:
        squares: (levels, t) |d(t)|^2.
        mirrored: (levels, pairs) d(t) . d(-t).
        tangent_square: (levels,) |u|^2, u the directional derivative at 0, which is the all-frozen response at t = 1.
        tangent_dot: (levels, t) u . d(t).
    """

    squares: np.ndarray
    mirrored: np.ndarray
    tangent_square: np.ndarray
    tangent_dot: np.ndarray

    def of(self, levels: np.ndarray) -> LayerMoves:
        """The same of some levels, read-only."""
        return LayerMoves(
            read_only(self.squares[levels]),
            read_only(self.mirrored[levels]),
            read_only(self.tangent_square[levels]),
            read_only(self.tangent_dot[levels]),
        )


@dataclass(frozen=True, eq=False)
class ResponseNumbers(Result):
    """The answers of the levels that have been measured.

    Attributes:
        question: what was asked.
        places: (levels,) their places in the question's levels.
        without_decision: levels left out since they have no decision square.
        without_direction: levels left out since nothing moves there: the vector is zero.
        coefficients: the t that were computed: those that were asked, 0, -1, and those at which stages were frozen.
        moves: (levels, 2) classes of the moves to the cheese and to the corner; -1 where there are no two.
        logits: (levels, t, 15) of the real network.
        tangent: (levels, 15) change of the logits at t = 1 with all gates frozen; at t it is t times this, exactly.
        kept: (levels, t, 15) with the gates of the question's `kept` stages frozen, or None.
        only: by stage, (levels, frozen_at, 15) with only this stage's gates frozen.
        all_but: by stage, (levels, frozen_at, 15) with all gates frozen but this stage's.
        flipped: by stage, (levels, t): the share of its gates that differ from those at t = 0; of a max pooling, of its
            windows' winners.
        layers: by layer, how far it moves.
        changes: by stage, every coefficient at which one of its gates changes, ascending, one for each gate; or None
            where they were not asked for.
    """

    question: ResponseSetup
    places: tuple[int, ...]
    without_decision: int
    without_direction: int
    coefficients: tuple[float, ...]
    moves: np.ndarray
    logits: np.ndarray
    tangent: np.ndarray
    kept: np.ndarray | None
    only: Mapping[str, np.ndarray]
    all_but: Mapping[str, np.ndarray]
    flipped: Mapping[str, np.ndarray]
    layers: Mapping[str, LayerMoves]
    changes: Mapping[str, np.ndarray] | None = None

    @property
    def levels(self) -> int:
        """Number of levels measured."""
        return len(self.places)

    @cached_property
    def has_choice(self) -> bool:
        """True if every level has two moves to choose between: only then there are log-odds."""
        return bool((self.moves >= 0).all())

    @cached_property
    def times(self) -> np.ndarray:
        """(t,) the coefficients."""
        return read_only(self.coefficients)

    @cached_property
    def asked(self) -> tuple[int, ...]:
        """Places of the question's own coefficients among those computed."""
        return tuple(self.place(number) for number in self.question.coefficients)

    def place(self, coefficient: float) -> int:
        """The place of a coefficient among those computed.

        Raises:
            ValueError: when it is not.
        """
        return self.coefficients.index(coefficient + 0.0)

    @cached_property
    def log_probabilities(self) -> np.ndarray:
        """(levels, t, 5)."""
        return read_only(log_probabilities(self.logits))

    def probability(self, which: int) -> np.ndarray:
        """(levels, t): of the move to the cheese (0) or to the corner (1); NaN where there are no two moves."""
        found = np.full(self.logits.shape[:2], np.nan)
        for level, move in enumerate(self.moves[:, which]):
            if move >= 0:
                found[level] = np.exp(self.log_probabilities[level, :, move])
        return found

    @cached_property
    def log_odds(self) -> np.ndarray:
        """(levels, t) of the real network."""
        return read_only(log_odds(self.logits, self.moves))

    @cached_property
    def change(self) -> np.ndarray:
        """(levels, t): log-odds minus those at t = 0."""
        return self.changed(self.logits)

    @cached_property
    def change_frozen(self) -> np.ndarray:
        """(levels, t): the same with all gates frozen."""
        zero = self.logits[:, self.place(0.0)]
        return self.changed(zero[:, None] + self.times[None, :, None] * self.tangent[:, None])

    def changed(self, logits: np.ndarray) -> np.ndarray:
        """(levels, ...): log-odds of these logits (levels, ..., 15) minus the real network's at t = 0."""
        return read_only(log_odds(logits, self.moves) - self.log_odds[:, self.place(0.0)][:, None])

    @cached_property
    def slope(self) -> np.ndarray:
        """(levels,): the derivative of the log-odds at t = 0."""
        zero = np.asarray(self.logits[:, self.place(0.0)], dtype=np.float64)
        found = np.full(self.levels, np.nan)
        for level, moves in enumerate(self.moves):
            if (moves >= 0).all():
                rates = []
                for move in moves:
                    actions = list(MOVE_ACTIONS[move])
                    weights = np.exp(zero[level, actions] - zero[level, actions].max())
                    rates.append(float(weights @ self.tangent[level, actions] / weights.sum()))
                found[level] = rates[0] - rates[1]
        return read_only(found)

    # --- how each layer moves: (levels, ...), NaN where a denominator is zero -----------------------------------------

    def norm_ratio(self, layer: str) -> np.ndarray:
        """(levels, t): |d(t)| / |d(-1)|."""
        squares = self.layers[layer].squares
        return _ratio(np.sqrt(squares), np.sqrt(squares[:, self.place(-1.0)])[:, None])

    def tangent_norm_ratio(self, layer: str) -> np.ndarray:
        """(levels, t): |t u| / |d(-1)|, u the directional derivative at 0."""
        moves = self.layers[layer]
        lengths = np.abs(self.times) * np.sqrt(moves.tangent_square)[:, None]
        return _ratio(lengths, np.sqrt(moves.squares[:, self.place(-1.0)])[:, None])

    def tangent_cosine(self, layer: str) -> np.ndarray:
        """(levels, t): cosine of d(t) and t u; NaN at 0."""
        moves = self.layers[layer]
        dots = np.sign(self.times) * moves.tangent_dot
        return _ratio(dots, np.sqrt(moves.squares * moves.tangent_square[:, None]))

    def mirror_cosine(self, layer: str) -> np.ndarray:
        """(levels,): cosine of d(1) and -d(-1), 1 where they are mirror images. Needs that 1 was computed."""
        moves, plus, minus = self.layers[layer], self.place(1.0), self.place(-1.0)
        dots = moves.mirrored[:, self.pairs.index((plus, minus))]
        return _ratio(-dots, np.sqrt(moves.squares[:, plus] * moves.squares[:, minus]))

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(place of t, place of -t) for t > 0, ascending."""
        places = {number: place for place, number in enumerate(self.coefficients)}
        return tuple((place, places[-t]) for t, place in places.items() if t > 0 and -t in places)

    def even_share(self, layer: str) -> np.ndarray:
        """(levels, pairs): |E|^2 / (|E|^2 + |O|^2), E and O the even and the odd part of d."""
        moves = self.layers[layer]
        plus, minus = (moves.squares[:, [pair[side] for pair in self.pairs]] for side in (0, 1))
        return _ratio(plus + minus + 2 * moves.mirrored, 2 * (plus + minus))

    # --- the forms of a result ------------------------------------------------------------------------------------


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above / below in float64, NaN where below is zero."""
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
