"""One checkpoint of a series on the levels of a study: outcomes, choices, channels, the cheese vector and pushes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.field.engine import Engine
from app.field.vector_field import move_probabilities
from app.interventions.layer_activations import BATCH, activations, inputs_of
from app.maze.maze import Maze
from app.maze.moves import ACTIONS, MOVES
from app.maze.routes import decision_square
from app.policy.layers import layer, pixel_of_square
from app.policy.network import Network
from app.policy.policy import Policy
from app.policy.series import Checkpoint
from app.policy.stages import run
from app.studies.exact_outcome import outcome
from app.studies.exact_push import LAST_PIXELS, push
from app.studies.study import read_only

COEFFICIENTS: Final = (-1.0, 1.0)
"""Of the cheese vector."""

RANDOM: Final = "random"
"""The control of -1: a random vector of the cheese vector's norm, its own for each level, the same at every step."""


@dataclass(frozen=True)
class Asked:
    """Settings of the measurement of every checkpoint.

    Attributes:
        mazes: the n levels, each with a cheese.
        deciding: indices of the d levels that have a decision square.
        layer: of channels and the vector.
        steps: T of sampled play; 0 leaves play out.
        seed: of the random vectors.
    """

    mazes: tuple[Maze, ...]
    deciding: tuple[int, ...]
    layer: str
    steps: int
    seed: int


@dataclass(frozen=True, eq=False)
class ChannelMaps:
    """The activations of a layer with the mouse at the start, levels and pixels in one row.

    Attributes:
        maps: (C, n * side * side) float32.
        scores: (C,) float64: share of levels whose largest activation is within one pixel of the cheese's.
    """

    maps: np.ndarray
    scores: np.ndarray

    @property
    def best(self) -> int:
        """The cheese channel: the one of the highest score; of several, the one that varies most."""
        return int(np.lexsort((-self.maps.std(axis=1), -self.scores))[0])


@dataclass(frozen=True, eq=False)
class Choices:
    """Choices of the policy at the decision squares, (d,) float64 each: log-odds in nats, probabilities."""

    log_odds: np.ndarray
    p_cheese: np.ndarray
    p_top_right: np.ndarray

    def of(self, name: str) -> np.ndarray:
        """The numbers of this name."""
        return {"log_odds": self.log_odds, "p_cheese": self.p_cheese, "p_top_right": self.p_top_right}[name]


@dataclass(frozen=True, eq=False)
class Point:
    """Numbers of one checkpoint.

    Attributes:
        step, observations: of the checkpoint; the second where its file says it.
        name, weights_hash: of its policy.
        reach: (n,) float64: exact chance that sampled play reaches the cheese within T steps; NaN without play.
        greedy: (n,) float64: 1 where greedy play does, else 0; NaN without play.
        plain: the choices of the unpatched network.
        moved: the choices with coefficient * cheese vector added, and under the random vectors, by name ("-1").
        scores: (C,) float64 cheese-channel score of every channel.
        correlations: (C,) float64: of every channel's activations with those of the last checkpoint's cheese channel;
            NaN for a channel that is the same everywhere.
        push: (channels of relu3, 5) float64: mean push for LEFT DOWN UP RIGHT NOOP at the decision squares.
    """

    step: int
    observations: int | None
    name: str
    weights_hash: str
    reach: np.ndarray
    greedy: np.ndarray
    plain: Choices
    moved: Mapping[str, Choices]
    scores: np.ndarray
    correlations: np.ndarray
    push: np.ndarray

    def choices(self, coefficient: float | str | None = None) -> Choices:
        """The choices of the unpatched network, with coefficient * cheese vector added, or under random vectors."""
        return self.plain if coefficient is None else self.moved[key(coefficient)]

    @property
    def heir(self) -> int:
        """The channel that is most like the last checkpoint's cheese channel: the one that becomes it, if any does."""
        return int(np.nan_to_num(self.correlations, nan=-2).argmax())

    def mover(self, move: int) -> tuple[int, float]:
        """The relu3 channel with the largest mean push for a move, and that push."""
        part = int(self.push[:, move].argmax())
        return part, float(self.push[part, move])


def key(coefficient: float | str) -> str:
    """The name of a change of the activation: "-1", "+1" or "random"."""
    return coefficient if isinstance(coefficient, str) else f"{coefficient:+g}"


def channel_maps(policy: Policy, asked: Asked) -> ChannelMaps:
    """The activations of every channel, and how well each marks the cheese."""
    stage = layer(asked.layer, policy.width)
    assert stage.side is not None
    found = activations(policy.network, asked.mazes, (stage.name,))[stage.name].numpy()
    n, channels, side, _ = found.shape
    flat = found.reshape(n, channels, side * side)
    pixels = np.array([pixel_of_square(maze.cheese, maze.world, side) for maze in asked.mazes if maze.cheese])
    peaks = flat.argmax(axis=2)
    apart = np.maximum(abs(peaks // side - pixels[:, :1]), abs(peaks % side - pixels[:, 1:]))
    varies = flat.max(axis=2) > flat.min(axis=2)
    scores = ((apart <= 1) & varies).mean(axis=0)
    return ChannelMaps(np.ascontiguousarray(flat.transpose(1, 0, 2)).reshape(channels, -1), read_only(scores))


def correlations(maps: np.ndarray, with_row: np.ndarray) -> np.ndarray:
    """(C,) float64 Pearson correlation of each row with one row; NaN for a row without variance."""
    rows = maps - maps.mean(axis=1, dtype=np.float64, keepdims=True)
    other = with_row - with_row.mean(dtype=np.float64)
    norms = np.sqrt((rows * rows).sum(axis=1) * (other * other).sum())
    found = np.full(len(maps), np.nan)
    np.divide(rows @ other, norms, out=found, where=norms > 0)
    return found


def point(
    checkpoint: Checkpoint,
    asked: Asked,
    maps: ChannelMaps,
    reference: ChannelMaps,
    device: str,
    on: Callable[[int], bool],
) -> Point:
    """Measure one checkpoint.

    Args:
        checkpoint: which.
        asked: on what.
        maps: of its channels.
        reference: the last checkpoint's.
        device: of the fields.
        on: told how many levels are done; may raise Cancelled.
    """
    policy = checkpoint.policy
    reach, greedy = _outcomes(policy, asked, device, on)
    logits, pushes = _decide(policy.network, asked)
    choices = {name: _choices(each, asked) for name, each in logits.items()}
    return Point(
        checkpoint.step,
        checkpoint.observations,
        policy.name,
        policy.weights_hash,
        reach,
        greedy,
        choices.pop(""),
        choices,
        maps.scores,
        read_only(correlations(maps.maps, reference.maps[reference.best])),
        pushes,
    )


def _outcomes(policy: Policy, asked: Asked, device: str, on: Callable[[int], bool]) -> tuple[np.ndarray, np.ndarray]:
    if not asked.steps:
        unknown = read_only(np.full(len(asked.mazes), np.nan))
        return unknown, unknown
    reach, greedy = [], []
    engine = Engine(device)
    try:
        for number, maze in enumerate(asked.mazes):
            on(number)
            found = outcome(engine.compute, policy, maze, steps=asked.steps).original
            reach.append(found.reach)
            greedy.append(found.greedy_steps is not None)
    finally:
        engine.close()
    return read_only(reach), read_only(greedy)


def _decide(network: Network, asked: Asked) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """(d, 15) logits at the decision squares, unpatched ("") and under each change; and the mean push of channels."""
    generator = torch.Generator().manual_seed(asked.seed)
    mazes = [asked.mazes[index] for index in asked.deciding]
    logits: dict[str, list[Tensor]] = {"": [], **{key(each): [] for each in (*COEFFICIENTS, RANDOM)}}
    pushes: list[np.ndarray] = []
    for start in range(0, len(mazes), BATCH):
        batch = mazes[start : start + BATCH]
        pairs = [each for maze in batch for each in (maze, maze.with_cheese(None))]
        both = activations(network, pairs, (asked.layer,))[asked.layer]
        vectors = both[0::2] - both[1::2]
        noise = torch.randn(vectors.shape, generator=generator)
        noise *= (vectors.flatten(1).norm(dim=1) / noise.flatten(1).norm(dim=1)).reshape(-1, 1, 1, 1)
        there = [maze.with_mouse(_square(maze)) for maze in batch]
        plain = run(network, inputs_of(there), keep=(asked.layer, LAST_PIXELS))
        logits[""].append(plain.logits)
        pushes.append(push(network, plain.kept[LAST_PIXELS]).channels)
        here = plain.kept[asked.layer]
        for name, change in (*((key(each), each * vectors) for each in COEFFICIENTS), (RANDOM, noise)):
            logits[name].append(run(network, here + change, after=asked.layer).logits)
    if not mazes:
        return {name: np.empty((0, ACTIONS)) for name in logits}, read_only(np.zeros((32 * network.width, len(MOVES))))
    means = np.concatenate(pushes).astype(np.float64).mean(axis=0)
    return {name: torch.cat(parts).numpy() for name, parts in logits.items()}, read_only(means)


def _square(maze: Maze) -> tuple[int, int]:
    square = decision_square(maze).square
    assert square is not None
    return square


def _choices(logits: np.ndarray, asked: Asked) -> Choices:
    decisions = [decision_square(asked.mazes[index]) for index in asked.deciding]
    probs = move_probabilities(logits)
    rows = np.arange(len(decisions))
    cheese = probs[rows, np.array([each.to_cheese for each in decisions], dtype=np.int64)]
    corner = probs[rows, np.array([each.to_top_right for each in decisions], dtype=np.int64)]
    return Choices(read_only(np.log(cheese) - np.log(corner)), read_only(cheese), read_only(corner))


__all__ = ["Asked", "ChannelMaps", "Choices", "Point", "channel_maps", "correlations", "key", "point"]
