"""Walking many mazes at once: one forward pass for all mice still on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from app.field.vector_field import move_probabilities
from app.interventions.layer_activations import inputs_of
from app.maze.game_rules import step
from app.maze.maze import Maze
from app.policy.network import Network

BATCH = 256


@dataclass(frozen=True)
class Walks:
    """The ends of the walks.

    Attributes:
        reached: (N,) bool, whether the mouse reached the cheese in time.
        steps: (N,) int64 steps taken to the cheese, or until the walk was given up.
    """

    reached: np.ndarray
    steps: np.ndarray

    @property
    def rate(self) -> float:
        """Fraction that reached the cheese."""
        return float(self.reached.mean())


@torch.no_grad()
def probabilities(network: Network, mazes: Sequence[Maze]) -> np.ndarray:
    """(N, 5) float64 probabilities of LEFT DOWN UP RIGHT NOOP, each maze seen with its mouse where it has it."""
    parts = [
        network(inputs_of(mazes[start : start + BATCH]))[0].float().numpy() for start in range(0, len(mazes), BATCH)
    ]
    return move_probabilities(np.concatenate(parts))


def walk_all(network: Network, mazes: Sequence[Maze], limits: Sequence[int], seed: int | None = None) -> Walks:
    """Walk from each maze's mouse until its cheese or its limit of steps.

    Args:
        seed: draws the moves from the policy; None takes the most probable one (and gives a walk up as soon as it
            repeats itself, since it would for ever).
    """
    random = None if seed is None else np.random.default_rng(seed)
    now = list(mazes)
    reached, steps = np.zeros(len(now), dtype=bool), np.zeros(len(now), dtype=np.int64)
    seen: list[set[Maze]] = [set() for _ in now]
    walking = [index for index in range(len(now)) if limits[index] > 0]
    while walking:
        probs = probabilities(network, [now[index] for index in walking])
        moves = probs.argmax(axis=1) if random is None else _draw(probs, random)
        still = []
        for index, move in zip(walking, moves, strict=True):
            seen[index].add(now[index])
            after, reached[index] = step(now[index], int(move))
            steps[index] += 1
            lost = random is None and after in seen[index]
            now[index] = after
            if not reached[index] and not lost and steps[index] < limits[index]:
                still.append(index)
        walking = still
    return Walks(reached, steps)


def _draw(probs: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One class per row, drawn with its probabilities."""
    cumulative = probs.cumsum(axis=1)
    return (random.random((len(probs), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1)
