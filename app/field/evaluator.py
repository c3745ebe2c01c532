"""Base of all evaluators: the jobs of one field, and a cache of original fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache
from torch import Tensor

from app.field.devices import Device
from app.field.requests import FieldRequest, scene_key
from app.field.vector_field import VectorField
from app.field.windowed_forward import Check
from app.interventions.compiled_stack import CompiledStack
from app.maze.maze import Maze
from app.policy.policy import Policy

KEPT_FIELDS = 32
"""Number of original fields remembered: undo and redo then cost nothing."""

Outputs = tuple[np.ndarray, np.ndarray]
"""Logits (n, 15) and values (n,), float32."""


@dataclass(frozen=True, eq=False)
class Answer:
    """One part of a field, without and with the stack: rows of `maze.squares` and their outputs."""

    rows: np.ndarray
    original: Outputs
    patched: Outputs


class Job(ABC):
    """The work of one request.

    Attributes:
        compiled: the stack made ready.
        known: the original field's outputs, when it was computed lately.
    """

    compiled: CompiledStack
    known: Outputs | None

    @property
    def acts(self) -> bool:
        """True if any patch of the stack acts."""
        return self.compiled.first is not None

    @abstractmethod
    def answers(self, order: np.ndarray, check: Check) -> Iterator[Answer]:
        """The parts, in the order (N,) of rows of `maze.squares`, which only decides what is computed first.

        The first part is computed whatever happens; `check` may stop the later ones.
        """


class Evaluator(ABC):
    """Computes fields on one device. One job at a time."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._fields: LRUCache[Hashable, Outputs] = LRUCache(KEPT_FIELDS)

    @property
    @abstractmethod
    def label(self) -> str:
        """The device in words."""

    @abstractmethod
    def job(self, request: FieldRequest) -> Job:
        """The work of one request, with what it shares between its parts already computed."""

    def tune(self, request: FieldRequest, check: Check) -> None:  # noqa: B027  (most have nothing to find)
        """Find the fastest way for requests like this one, when that is not known yet; `check` may stop it."""

    def rest(self) -> None:  # noqa: B027  (most have nothing to return)
        """Use a moment without a question to return memory; takes some milliseconds at most."""

    @abstractmethod
    def way(self, request: FieldRequest) -> str:
        """The plan for requests like this one, in words."""

    @abstractmethod
    def last_stage(self, request: FieldRequest) -> tuple[Tensor, Tensor]:
        """The activations after the last stage with pixels, without and with the stack: two (N, C, 8, 8) float32 on
        the device, by `maze.squares`; the same one twice when nothing in the stack acts before its end.

        Those of a field that was computed lately are remembered; others are computed.
        """

    @abstractmethod
    def close(self) -> None:
        """Release threads and memory. Waits for nothing that takes long."""

    def known(self, maze: Maze, policy: Policy) -> Outputs | None:
        """The outputs of the original field, when it was computed lately."""
        return self._fields.get((scene_key(maze), policy.weights_hash))

    def remember(self, field: VectorField, policy: Policy) -> None:
        """Keep a complete original field."""
        self._fields[scene_key(field.maze), policy.weights_hash] = (field.logits.copy(), field.value.copy())
