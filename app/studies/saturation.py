"""Whether the effect of a vector grows with its coefficient: how far later layers move for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from app.errors import PatchError
from app.interventions.dynamic_vectors import word_vector
from app.interventions.layer_activations import inputs_of
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, run
from app.progress import Progress, batches, go_on
from app.studies.vector_effects import with_decision

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
    """How each later layer moves when the cheese vector is added with growing coefficients at the decision squares.

    Nothing, when no level has a decision square.

    Args:
        policy: the policy.
        mazes: levels; those without a decision square are left out.
        layer_name: where the vector is added, a layer that a run can resume behind.
        later: the layers that are watched.
        coefficients: the t that are compared with -1.
        progress: told how many levels are done.

    Raises:
        PatchError: for layers the policy does not have, or one that a run cannot resume behind.
        Cancelled: when `progress` says not to go on.
    """
    source = layer(layer_name, policy.width).name
    watched = [layer(name, policy.width).name for name in later]
    if source not in RESUMABLE:
        raise PatchError(f"Growing coefficients are compared at the end of a residual block, not at {source}.")
    steps = [-1.0, 1.0, *coefficients]
    norms: dict[str, list[np.ndarray]] = {name: [] for name in watched}
    cosines: dict[str, list[float]] = {name: [] for name in watched}
    levels = with_decision(mazes)
    for (maze,) in batches(levels, 1, progress):
        square = decision_square(maze).square
        assert square is not None
        vector = word_vector("cheese", policy, maze, source)
        start = run(policy.network, inputs_of((maze.with_mouse(square),)), keep=(source,)).kept[source]
        inputs = torch.cat([start, *(start + step * vector for step in steps)])
        kept = run(policy.network, inputs, after=source, keep=watched).kept
        for name in watched:
            moved = (kept[name][1:] - kept[name][:1]).reshape(len(steps), -1).double().numpy()
            lengths = np.linalg.norm(moved, axis=1)
            if not lengths[:2].all():
                # A layer that is dead, or a vector that is zero: there is nothing to compare with.
                continue
            norms[name].append(lengths[2:] / lengths[0])
            cosines[name].append(float(-(moved[0] @ moved[1]) / (lengths[0] * lengths[1])))
    if not levels:
        return ()
    return tuple(_mean(name, coefficients, norms[name], cosines[name]) for name in watched)


def _mean(name: str, coefficients: Sequence[float], ratios: list[np.ndarray], cosines: list[float]) -> Saturation:
    if not cosines:
        return Saturation(name, {}, None, 0)
    means = np.mean(ratios, axis=0).tolist()
    return Saturation(
        name, dict(zip(map(float, coefficients), means, strict=True)), float(np.mean(cosines)), len(cosines)
    )
