"""Push of the channels of any layer: what the log-odds and P(cheese) change by when each is ablated by itself.

All channels of one square are a batch of one row each. Gradient times activation is the quick approximation: to first
order, what zeroing a channel changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.field.log_odds import log_odds
from app.field.number_check import check_finite
from app.field.vector_field import move_probabilities
from app.interventions.ablations import mean_activation, resampled_activation
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import Mean, Resample
from app.maze.maze import Maze
from app.maze.moves import MOVE_ACTIONS
from app.maze.routes import decision_square
from app.policy.layers import Layer, layer, layers
from app.policy.network import Network
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, differentiable_run, run
from app.progress import Progress, batches, go_on

Ablation = Literal["zero", "mean", "resample", "gradient"]
ABLATIONS: Final[tuple[Ablation, ...]] = get_args(Ablation)
APPROXIMATE: Final = frozenset({"gradient"})
"""Those that are an approximation and have to be labelled so."""

_AT_ONCE: Final = 256
"""Rows of one batch: a layer with more channels is ablated in parts."""


@dataclass(frozen=True, eq=False)
class AblationPush:
    """Effect of ablating each channel, at the decision squares of some levels.

    Attributes:
        layer: the layer.
        ablation: what the channels became.
        log_odds: (levels, C) float64: change of the log-odds of the move to the cheese against the one to the top
            right; negative for a channel that pushes for the cheese.
        cheese: (levels, C) float64: change of P(cheese); for "gradient" to first order, so it may leave -1..1.
    """

    layer: str
    ablation: Ablation
    log_odds: np.ndarray
    cheese: np.ndarray


ROUNDING: Final = 1e-5
"""Nats below which a change of the log-odds is no more than float32's rounding."""


def ablation_push(
    policy: Policy,
    mazes: Sequence[Maze],
    layer_name: str,
    ablation: Ablation = "zero",
    *,
    seed: int = 0,
    device: str = "cpu",
    progress: Progress = go_on,
) -> AblationPush:
    """Ablate every channel of a layer, one at a time, with the mouse on each level's decision square.

    Args:
        policy: the policy.
        mazes: levels with a decision square each.
        layer_name: the layer; of one without pixels the features are ablated.
        ablation: "zero", "mean" (over random observations), "resample" (another level of the maze's size, its cheese
            elsewhere) or "gradient" (times the activation: to first order the same as "zero").
        seed: of the random observations, and of the other level.
        device: where to compute.
        progress: told how many levels are done.

    Raises:
        PatchError: for an unknown layer or ablation, or one of the two heads.
        PolicyError: when the network goes beyond what float32 holds.
        ValueError: for a maze without a decision square.
        Cancelled: when `progress` says not to continue.
    """
    stage = layer(layer_name, policy.width)
    if ablation not in ABLATIONS:
        raise PatchError(f"The ablation {ablation!r} was found; expected one of {', '.join(ABLATIONS)}.")
    if stage.name.startswith("fc_"):
        raise PatchError(f"{stage.name} is an output of the network; expected a layer before it.")
    network = network_on(policy, device)
    rows = []
    for (maze,) in batches(mazes, 1, progress):
        decision = decision_square(maze)
        if decision.square is None or decision.to_cheese is None or decision.to_top_right is None:
            raise ValueError("A maze without a decision square was found; expected only mazes that have one.")
        moves = (decision.to_cheese, decision.to_top_right)
        inputs = inputs_of((maze.with_mouse(decision.square),)).to(device)
        if ablation == "gradient":
            rows.append(_by_gradient(network, inputs, stage, moves))
        else:
            values = _replacement(policy, maze, stage, ablation, seed)
            rows.append(_by_ablation(network, inputs, stage, values.to(device), moves))
    found = np.array(rows).reshape(len(rows), 2, stage.channels)
    return AblationPush(stage.name, ablation, found[:, 0], found[:, 1])


def resume_point(stage: Layer, width: int) -> str | None:
    """The last layer that a run can resume after, up to and including this one; None before the first."""
    earlier = [each.name for each in layers(width) if each.index <= stage.index and each.name in RESUMABLE]
    return earlier[-1] if earlier else None


def _replacement(policy: Policy, maze: Maze, stage: Layer, ablation: Ablation, seed: int) -> Tensor:
    """The channels' new values: (*layer shape)."""
    if ablation == "mean":
        return mean_activation(Mean(layer=stage.name, seed=seed), policy, maze)
    if ablation == "resample":
        return resampled_activation(Resample(layer=stage.name, source_seed=seed), policy, maze)
    return torch.zeros(stage.shape)


def _by_ablation(
    network: Network, inputs: Tensor, stage: Layer, values: Tensor, moves: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    start = resume_point(stage, network.width)
    plain = run(network, inputs, keep=() if start is None else (start,))
    before = inputs if start is None else plain.kept[start]
    logits = []
    for first in range(0, stage.channels, _AT_ONCE):
        channels = torch.arange(first, min(first + _AT_ONCE, stage.channels), device=inputs.device)
        rows = torch.arange(len(channels), device=inputs.device)

        def replaced(_: str, activation: Tensor, rows: Tensor = rows, channels: Tensor = channels) -> Tensor:
            out = activation.clone()
            out[rows, channels] = values[channels]
            return out

        many = before.expand(len(channels), *before.shape[1:])
        if start == stage.name:
            result = run(network, replaced(stage.name, many), after=start)
        else:
            result = run(network, many, edit=replaced, edited=(stage.name,), after=start)
        logits.append(result.logits.cpu().numpy())
    original = plain.logits.cpu().numpy()
    changed = np.concatenate(logits)
    check_finite((original,), (changed,))
    cheese, corner = (np.full(len(changed), move) for move in moves)
    change = log_odds(changed, cheese, corner) - log_odds(original, cheese[:1], corner[:1])
    return change, move_probabilities(changed)[:, moves[0]] - move_probabilities(original)[0, moves[0]]


def _by_gradient(
    network: Network, inputs: Tensor, stage: Layer, moves: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    start = resume_point(stage, network.width)
    before = inputs if start is None else run(network, inputs, keep=(start,)).kept[start]
    watched: list[Tensor] = []

    def watch(_: str, activation: Tensor) -> Tensor:
        watched.append(activation.detach().requires_grad_())
        return watched[0]

    with torch.enable_grad():
        if start == stage.name:
            result = differentiable_run(network, watch(stage.name, before), after=start)
        else:
            result = differentiable_run(network, before, edit=watch, edited=(stage.name,), after=start)
        log_probs = result.logits[0].double().log_softmax(0)
        cheese, corner = (log_probs[list(MOVE_ACTIONS[move])].logsumexp(0) for move in moves)
        found = []
        for number in (cheese - corner, cheese.exp()):
            (gradient,) = torch.autograd.grad(number, watched[0], retain_graph=True)
            change = -(gradient * watched[0].detach())[0].double()
            found.append(change.reshape(stage.channels, -1).sum(1).cpu().numpy())
    check_finite((result.logits.detach().cpu().numpy(), *found))
    return found[0], found[1]
