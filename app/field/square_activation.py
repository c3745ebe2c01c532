"""One layer's activation with the mouse on one square: what thumbnails and the inspector show."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

from app.errors import MazeError
from app.field.number_check import check_finite
from app.field.requests import ActivationRequest, ActivationResult
from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.maze.maze import Maze, Square
from app.maze.render import observations
from app.policy.layers import layer
from app.policy.stages import Run, as_input, run


@torch.no_grad()
def activations_of(request: ActivationRequest) -> ActivationResult:
    """The answer to an `ActivationRequest`, on the CPU: three observations are too few to be worth another device.

    Raises:
        MazeError: when the square is not an open one.
        PatchError: when the network has no such layer, or the patches drive it beyond what float32 holds.
        PolicyError: when the network is there by itself.
    """
    started = time.perf_counter()
    maze, square, network = request.maze, request.square, request.policy.network
    name = layer(request.layer, request.policy.width).name
    if not maze.is_open(square) or square == maze.cheese:
        raise MazeError(f"The square {square} was asked for; expected an open one, neither a wall nor the cheese's.")
    compiled = compile_stack(request.stack, request.policy, maze)
    picture = _input(maze, square)
    plain = run(network, picture, keep=(name,))
    bare = plain
    if maze.cheese is not None:
        bare = run(network, _input(maze.with_cheese(None), square), keep=(name,))
    changed = plain
    if compiled.first is not None:
        edit = compiled.edit(np.array([square]))
        changed = run(network, picture, edit=edit, edited=compiled.layers, keep=(name,))
    check_finite(_numbers(plain, name) + _numbers(bare, name), _numbers(changed, name))
    original = _kept(plain, name)
    return ActivationResult(
        request,
        original=original,
        patched=original if changed is plain else _kept(changed, name),
        without_cheese=original if bare is plain else _kept(bare, name),
        original_logits=plain.logits[0].numpy(),
        patched_logits=changed.logits[0].numpy(),
        original_probs=move_probabilities(plain.logits.numpy())[0],
        patched_probs=move_probabilities(changed.logits.numpy())[0],
        original_value=float(plain.value[0]),
        patched_value=float(changed.value[0]),
        milliseconds=(time.perf_counter() - started) * 1000,
        problems=compiled.problems,
    )


def _input(maze: Maze, square: Square) -> Tensor:
    return as_input(torch.from_numpy(observations(maze, [square])))


def _numbers(found: Run, name: str) -> tuple[np.ndarray, ...]:
    return found.kept[name].numpy(), found.logits.numpy(), found.value.numpy()


def _kept(result: Run, name: str) -> np.ndarray:
    # A relu on a view, or a layer that keeps its input's memory, must not tie the answer to a larger tensor.
    return result.kept[name][0].numpy().copy()
