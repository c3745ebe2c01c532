"""Directions for "the cheese is at / above / right of a square": a linear probe, and the difference of means.

The two are known to behave differently when they are added: a probe finds what separates the sets, including by small
differences that the network may not use; the difference of means is what the network's activations differ by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.interventions.ablations import random_mazes
from app.interventions.layer_activations import BATCH, activations
from app.interventions.vectors import ActivationVector, cosine
from app.maze.maze import Maze, Square
from app.policy.layers import layer
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on

Relation = Literal["at", "above", "right of"]

HELD_OUT: Final = 0.25
"""Fraction of the levels that only the accuracy is measured on."""

RIDGE: Final = 1e-3
"""Weight of the squared norm in the probe's loss, for activations scaled to mean square norm 1."""

FEWEST: Final = 8
"""Levels below which no probe is trained."""


@dataclass(frozen=True)
class Concept:
    """A statement about where the cheese is.

    Attributes:
        relation: "at" a square, "above" it (a higher row), or "right of" it (a higher column).
        square: the square; None for the mouse's own, wherever that is ("at" needs a square).
    """

    relation: Relation
    square: Square | None = None

    def __str__(self) -> str:
        where = "the mouse" if self.square is None else f"({self.square[0]}, {self.square[1]})"
        return f"cheese {self.relation} {where}"

    def holds(self, maze: Maze, cheese: Square) -> bool:
        """True if it would be true of the maze with its cheese there."""
        row, col = maze.mouse if self.square is None else self.square
        return {"at": cheese == (row, col), "above": cheese[0] > row, "right of": cheese[1] > col}[self.relation]


@dataclass(frozen=True)
class Probe:
    """A trained probe, and the difference of means of the same two sets of observations.

    Attributes:
        direction: the probe's weights as a vector, of the norm of `mean_difference` so that coefficients compare.
        mean_difference: mean activation where the concept holds minus where it does not.
        accuracy: of the probe on held-out levels, half of whose observations satisfy the concept (chance is .5).
        mean_accuracy: of the difference of means as a classifier, on the same held-out levels.
        trained_on, held_out: numbers of levels, each with one observation of either kind.
        cosine: between the two directions.
    """

    direction: ActivationVector
    mean_difference: ActivationVector
    accuracy: float
    mean_accuracy: float
    trained_on: int
    held_out: int
    cosine: float


def train_probe(
    policy: Policy,
    concept: Concept,
    layer_name: str,
    *,
    world: int,
    count: int = 200,
    seed: int = 0,
    progress: Progress = go_on,
) -> Probe:
    """Train a linear probe (logistic regression with a ridge) on a layer's activations.

    Every level gives two observations that differ in nothing but the cheese: one where the concept holds, one where it
    does not. No level is both trained on and held out.

    Args:
        policy: whose activations.
        concept: what is to be told apart.
        layer_name: where.
        world: side of the world in cells.
        count: levels, a quarter of them held out.
        seed: seed of levels and squares; equal arguments give equal probes.
        progress: told how many levels have been run.

    Raises:
        PatchError: for an unknown layer, "at" without a square, or a concept that too few levels can meet and miss.
        Cancelled: when `progress` says not to continue.
    """
    stage = layer(layer_name, policy.width)
    pairs = concept_pairs(concept, world, count, seed)
    found = []
    for batch in batches(pairs, BATCH // 2, progress):
        mazes = [maze for pair in batch for maze in pair]
        found.append(activations(policy.network, mazes, (stage.name,))[stage.name].reshape(len(batch), 2, -1))
    features = torch.cat(found)  # (levels, 2, features): where it holds, where it does not
    held_out = max(2, round(HELD_OUT * len(pairs)))
    test, train = features[:held_out], features[held_out:]

    means = train.double().mean(0)
    middle, apart = means.mean(0), means[0] - means[1]
    weights, offset = logistic_regression(train.flatten(0, 1), _labels(len(train)))
    length = float(weights.norm())
    if length == 0 or float(apart.norm()) == 0:
        raise PatchError(
            f"The activations of {stage.name} do not depend on the concept; expected a layer that differs."
        )
    scaled = weights * (float(apart.norm()) / length)

    accuracy = _accuracy(test, weights, offset)
    mean_accuracy = _accuracy(test, apart, -float(middle @ apart))
    numbers = (("held-out accuracy", accuracy), ("held-out levels", float(held_out)))

    def vector(kind: str, title: str, values: Tensor, measures: tuple[tuple[str, float], ...]) -> ActivationVector:
        return ActivationVector(
            name=f"{title}: {concept}",
            kind=kind,
            layer=stage.name,
            values=values.reshape(stage.shape).float().numpy(),
            policy_hash=policy.weights_hash,
            policy_name=policy.name,
            seeds=(seed,),
            note=f"{title} for {concept}, over {len(train)} levels of a world of {world} (seed {seed})",
            measures=measures,
        )

    other_rows = (("mean difference's accuracy", mean_accuracy),)
    direction = vector("probe", "Probe", scaled, (numbers[0], *other_rows, numbers[1]))
    difference = vector("mean-difference", "Mean difference", apart, (("held-out accuracy", mean_accuracy), numbers[1]))
    return Probe(
        direction, difference, accuracy, mean_accuracy, len(train), held_out, cosine(direction, difference) or 0.0
    )


def concept_pairs(concept: Concept, world: int, count: int, seed: int) -> list[tuple[Maze, Maze]]:
    """Pairs of mazes equal but for the cheese: (the concept holds, it does not). The mouse is on a random open square.

    Raises:
        PatchError: for "at" without a square, or when too few levels can both meet and miss the concept.
    """
    if concept.relation == "at" and concept.square is None:
        raise PatchError("The cheese is never on the mouse's square; expected a square for the cheese to be at.")
    rng = np.random.default_rng([seed, 1])
    pairs: list[tuple[Maze, Maze]] = []
    # Some levels cannot have it both ways (the square is a wall there, or the mouse's): others are tried instead.
    for maze in random_mazes(world, 8 * count, seed):
        bare = maze.with_cheese(None)
        free = [(int(row), int(col)) for row, col in bare.squares if (row, col) != maze.mouse]
        sides: tuple[list[Square], list[Square]] = ([], [])
        for square in free:
            sides[0 if concept.holds(bare, square) else 1].append(square)
        if all(sides):
            held, missed = (side[int(rng.integers(len(side)))] for side in sides)
            pairs.append((bare.with_cheese(held), bare.with_cheese(missed)))
            if len(pairs) == count:
                break
    if len(pairs) < FEWEST:
        raise PatchError(
            f"Only {len(pairs)} of {8 * count} levels can both meet and miss '{concept}'; expected at least {FEWEST}."
        )
    return pairs


def logistic_regression(features: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Weights (d,) float64 and offset of a logistic regression with a ridge; features (n, d), labels (n,) of 0 and 1.

    The best weights are in the span of the centred observations, so the fit is done in their n principal coordinates:
    exact, and cheap where d is far larger than n.
    """
    mean = features.double().mean(0)
    centred = features.double() - mean
    scale = float(centred.square().sum(1).mean().sqrt())
    if scale == 0:
        return torch.zeros_like(mean), 0.0
    centred /= scale
    energies, axes = torch.linalg.eigh(centred @ centred.T)
    kept = energies > 1e-10 * energies.max()
    singular = energies[kept].sqrt()
    coordinates = axes[:, kept] * singular  # (n, r)
    weights, offset = _newton(coordinates, labels.double())
    whole = centred.T @ (axes[:, kept] @ (weights / singular)) / scale
    return whole, offset - float(mean @ whole)


def _newton(coordinates: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Newton's method on the strictly convex loss: mean logistic loss + RIDGE / 2 * |weights|^2, offset free."""
    count, rank = coordinates.shape
    inputs = torch.cat([coordinates, torch.ones(count, 1, dtype=coordinates.dtype)], dim=1)
    ridge = torch.full((rank + 1,), RIDGE, dtype=coordinates.dtype)
    ridge[-1] = 1e-9

    def loss(at: Tensor) -> float:
        margins = inputs @ at
        fit = torch.nn.functional.binary_cross_entropy_with_logits(margins, labels)
        return float(fit + (ridge * at.square()).sum() / 2)

    point = torch.zeros(rank + 1, dtype=coordinates.dtype)
    for _ in range(50):
        probs = torch.sigmoid(inputs @ point)
        gradient = inputs.T @ (probs - labels) / count + ridge * point
        if float(gradient.norm()) < 1e-9:
            break
        curvature = (inputs.T * (probs * (1 - probs) / count)) @ inputs + torch.diag(ridge)
        step = torch.linalg.solve(curvature, gradient)
        size, before = 1.0, loss(point)
        while loss(point - size * step) > before and size > 1e-6:
            size /= 2
        point = point - size * step
    return point[:-1], float(point[-1])


def _labels(levels: int) -> Tensor:
    return torch.tensor([1.0, 0.0]).repeat(levels)


def _accuracy(pairs: Tensor, weights: Tensor, offset: float) -> float:
    """Fraction of (levels, 2, d) observations on the right side of a plane."""
    scores = pairs.double() @ weights + offset
    return float(((scores[:, 0] > 0).double().mean() + (scores[:, 1] <= 0).double().mean()) / 2)
