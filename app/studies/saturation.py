"""Saturation of a vector's effect: how far later layers move for each coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.interventions.patches import AddVector, PatchStack
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.level_set import of_mazes
from app.studies.response.origin import MovedNumber
from app.studies.response.question import ResponseQuestion
from app.studies.response.result import ResponseResult
from app.studies.summaries import summary

COEFFICIENTS = (-2.0, -0.5, 1.0, 2.0)
LATER = ("embedder.block2.res2.resadd", "embedder.block3.res2.resadd", "fc_policy")


@dataclass(frozen=True)
class Saturation:
    """Of one later layer L: diff_L(t) = f_L(x + t v) - f_L(x), v the cheese vector.

    Attributes:
        layer: L.
        ratios: mean over levels of |diff_L(t)| / |diff_L(-1)|, by coefficient t; empty without levels.
        cosine: mean over levels of the cosine between diff_L(+1) and -diff_L(-1): 1 where they are mirror images; None
            without levels.
        levels: number of levels; those in which the vector does not move L, up or down, are left out.
    """

    layer: str
    ratios: dict[float, float]
    cosine: float | None
    levels: int


def saturation(
    policy: Policy,
    mazes: Sequence[Maze],
    *,
    layer_name: str = DEFAULT_LAYER,
    later: Sequence[str] = LATER,
    coefficients: Sequence[float] = COEFFICIENTS,
    progress: Progress = go_on,
) -> tuple[Saturation, ...]:
    """Question: each later layer's move as the cheese vector is added with growing coefficients at decision squares: of
    the response study (`app.studies.response`), the norms and what is odd in them.

    Nothing, when no level has a decision square.

    Args:
        policy: the policy.
        mazes: levels; those without a decision square are left out.
        layer_name: where the vector is added.
        later: the layers that are watched, after it.
        coefficients: the t that are compared with -1.
        progress: told how much is done.

    Raises:
        PatchError: for layers the policy does not have, or one that is not after the vector's.
        Cancelled: when `progress` says not to continue.
    """
    source = layer(layer_name, policy.width).name
    names = tuple(layer(name, policy.width).name for name in later)
    levels = [maze for maze in mazes if decision_square(maze).square is not None]
    if not levels:
        return ()
    moved = MovedNumber(PatchStack((AddVector(layer=source),)), 0)
    question = ResponseQuestion(
        policy, of_mazes(levels), moved, (-1.0, 1.0, *coefficients), frozen_at=(), watched=names
    )
    found = question.run(progress=progress)
    return tuple(_mean(found, name, coefficients) for name in names)


def _mean(found: ResponseResult, name: str, coefficients: Sequence[float]) -> Saturation:
    places = [found.place(t) for t in coefficients]
    cosines = summary(found.mirror_cosine(name))
    if not cosines.n:
        return Saturation(name, {}, None, 0)
    # A level in which the vector moves the layer only one way is left out.
    whole = ~np.isnan(found.mirror_cosine(name))
    means = summary(found.norm_ratio(name)[whole][:, places]).mean.tolist()
    return Saturation(
        name, dict(zip(map(float, coefficients), means, strict=True)), float(cosines.mean), int(cosines.n)
    )
