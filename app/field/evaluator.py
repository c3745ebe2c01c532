"""Evaluating the squares of one request, part by part."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.field.devices import Device
from app.field.order import order_of_squares, parts_of
from app.field.requests import FieldRequest
from app.field.vector_field import VectorField
from app.interventions.compile import CompiledStack, compile_stack
from app.maze.maze import Maze
from app.maze.render import observations
from app.policy.network import Network
from app.policy.policy import Policy
from app.policy.stages import as_input, run

FIRST_PART, PART = 16, 32
KEPT_FIELDS = 32
"""How many original fields are remembered: undo and redo then cost nothing."""

Check = Callable[[], None]
"""Called between stages; raises `Stopped` when the answer is not wanted any more."""


class Stopped(Exception):  # noqa: N818  (not an error)
    """A newer request has come."""


def scene(maze: Maze) -> Hashable:
    """What the field of a maze depends on: everything but the mouse's own square, as the mouse visits all."""
    return maze.world, maze.walls, maze.cheese, maze.theme, maze.facing


@dataclass(frozen=True)
class Answer:
    """Logits (n, 15) and values (n,) of one part, float32, without and with the stack."""

    original: tuple[np.ndarray, np.ndarray]
    patched: tuple[np.ndarray, np.ndarray]


class Evaluator:
    """Computes fields on one device and remembers what can be used again. One thread at a time."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._fields: OrderedDict[Hashable, tuple[np.ndarray, np.ndarray]] = OrderedDict()
        self._networks: OrderedDict[str, Network] = OrderedDict()

    @property
    def label(self) -> str:
        """What computes, for people."""
        if self.device.key == "cpu":
            threads = torch.get_num_threads()
            return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
        return self.device.name

    def job(self, request: FieldRequest) -> Job:
        """The work of one request."""
        return Job(self, request)

    def known(self, maze: Maze, policy: Policy) -> tuple[np.ndarray, np.ndarray] | None:
        """Logits and values of the original field, when it has been computed lately."""
        key = (scene(maze), policy.weights_hash)
        if key in self._fields:
            self._fields.move_to_end(key)
        return self._fields.get(key)

    def remember(self, field: VectorField, policy: Policy) -> None:
        """Keep a complete original field."""
        self._fields[scene(field.maze), policy.weights_hash] = (field.logits, field.value)
        while len(self._fields) > KEPT_FIELDS:
            self._fields.popitem(last=False)


class Job:
    """The work of one request: its parts, and the evaluation of one of them."""

    def __init__(self, evaluator: Evaluator, request: FieldRequest) -> None:
        self._evaluator, self.request = evaluator, request
        self.compiled: CompiledStack = compile_stack(
            request.stack, request.policy, request.maze, device=evaluator.device.key
        )
        self.known = evaluator.known(request.maze, request.policy)
        self.parts = parts_of(order_of_squares(request.maze), FIRST_PART, PART)

    @property
    def acts(self) -> bool:
        """Whether anything in the stack acts."""
        return self.compiled.first is not None

    @torch.no_grad()
    def evaluate(self, rows: np.ndarray, check: Check) -> Answer:
        """The answers of these rows of `maze.squares`."""
        maze, network = self.request.maze, self.request.policy.network
        squares = maze.squares[rows]
        inputs = as_input(torch.from_numpy(observations(maze, squares)))
        if self.known is not None:
            original = self.known[0][rows], self.known[1][rows]
        else:
            plain = run(network, inputs)
            original = _arrays(plain.logits, plain.value)
        check()
        patched = original
        if self.acts:
            changed = run(network, inputs, edit=self.compiled.edit(squares), edited=self.compiled.layers)
            patched = _arrays(changed.logits, changed.value)
        return Answer(original, patched)


def _arrays(logits: Tensor, value: Tensor) -> tuple[np.ndarray, np.ndarray]:
    return logits.cpu().numpy(), value.cpu().numpy()
