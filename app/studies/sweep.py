"""Sweep of a vector, layer by coefficient, over many levels, next to random vectors of its norm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from app.errors import MazescopeError, PatchError
from app.field.level_forward import LevelForward, from_layer_shape
from app.field.log_odds import log_odds
from app.field.machines import HERE, Machines
from app.field.number_check import BEYOND, check_finite, is_finite
from app.field.vector_field import move_probabilities
from app.interventions.compatibility import fitting_layer
from app.interventions.dynamic_vectors import WORDS
from app.interventions.patches import AddVector
from app.interventions.vectors import read_vector
from app.policy.layers import layer
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE
from app.progress import Progress, go_on
from app.studies.decision_levels import DecisionLevel, decision_levels, each_level
from app.studies.level_set import LevelSet
from app.studies.study import Partial, Question, Recipe, key_of, read_only, unheard
from app.studies.sweep_result import SweepResult

COEFFICIENTS: Final = tuple(step / 2 for step in range(-6, 7))
CONTROLS: Final = 5
FEWEST_CONTROLS: Final = 2


@dataclass(frozen=True)
class SweepQuestion(Question):
    """Question: effect of adding t times a vector after each layer, at the decision squares of these levels.

    The vector is taken on each level, the mouse at the start, and added with the mouse on the decision square.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels; those without a decision square are left out.
        vector: a word, "cheese" or "top-right"; or the path of a vector's file, which is the same on every level.
        layers: where it is added: layers that a run can resume after, in the order of computation; of a file, its own.
        coefficients: the t, ascending.
        controls: how many random directions, each scaled to the norm of each level's vector; 0 for none.
        seed: of the directions.
        machines: what computes.

    Raises:
        PatchError: for a word or file that is none, or a layer that is unknown, or that a run cannot resume after.
        MazescopeError: for no level, no coefficient, or a single control.
    """

    study: ClassVar[str] = "sweep"

    policy: Policy
    levels: LevelSet
    vector: str = "cheese"
    layers: tuple[str, ...] = RESUMABLE
    coefficients: tuple[float, ...] = COEFFICIENTS
    controls: int = CONTROLS
    seed: int = 0
    machines: Machines = field(default=HERE, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", resumable_layers(self.layers, self.policy.width))
        if self.vector not in WORDS:
            own = fitting_layer(AddVector(layer=read_vector(self.vector).layer, vector=self.vector), self.policy).name
            if resumable_layers((own,), self.policy.width)[0] not in self.layers:
                raise PatchError(f"The vector {self.vector} is of {own}, which is not among the layers asked for.")
            object.__setattr__(self, "layers", (own,))
        object.__setattr__(self, "coefficients", tuple(sorted(set(map(float, self.coefficients)))))
        if not any(self.coefficients):
            raise MazescopeError("No coefficient but 0 was named; expected at least one, such as -1.")
        if self.controls < 0 or 0 < self.controls < FEWEST_CONTROLS:
            raise MazescopeError(
                f"{self.controls} controls were asked for; expected 0, or at least {FEWEST_CONTROLS} to tell a spread."
            )
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> SweepResult:
        """Measure.

        Raises:
            MazescopeError: when no level has a decision square.
            PolicyError: when the network goes beyond what float32 holds.
            PatchError: when a coefficient drives the network beyond what float32 holds.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        levels = decision_levels(self.levels)
        given = None if self.vector in WORDS else np.array(read_vector(self.vector).values)
        work = _SweepOfLevel(self.vector, given, self.layers, self.coefficients, self.controls, self.seed)
        totals = [np.zeros(layer(name, self.policy.width).shape, dtype=np.float64).ravel() for name in self.layers]
        found: list[_LevelSweep] = []
        for each in each_level(work, self.policy, levels, progress, self.machines.on(device)):
            for total, unit in zip(totals, each.units, strict=True):
                total += unit
            found.append(each.without_units())
        norms = np.array([each.norms for each in found])
        return SweepResult(
            self,
            self.layers,
            self.coefficients,
            tuple(level.name for level in levels),
            read_only(np.array([each.base for each in found])),
            read_only(np.array([each.change for each in found])),
            read_only(np.array([each.probs for each in found])),
            read_only(norms),
            read_only([mean_cosine(total, int((norms[:, row] > 0).sum())) for row, total in enumerate(totals)]),
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "vector": self.vector,
            "layers": list(self.layers),
            "coefficients": list(self.coefficients),
            "controls": self.controls,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        layers = () if self.layers == RESUMABLE else ("--layers", *self.layers)
        seed = () if self.seed == 0 else ("--seed", str(self.seed))
        steps = "--coefficients=" + ",".join(map(key_of, self.coefficients))
        return (*self.levels.words(), "--vector", self.vector, *layers, steps, "--controls", str(self.controls), *seed)


def resumable_layers(names: Sequence[str], width: int) -> tuple[str, ...]:
    """The layers of these names, each once, in the order of computation.

    Raises:
        PatchError: for one that the network lacks or that a run cannot resume after.
    """
    found = {layer(name, width).name for name in names}
    for name in found:
        if name not in RESUMABLE:
            raise PatchError(f"A run cannot resume after {name}; expected some of {', '.join(RESUMABLE)}.")
    if not found:
        raise PatchError("No layer was named; expected at least one.")
    return tuple(name for name in RESUMABLE if name in found)


def mean_cosine(total_of_units: np.ndarray, count: int) -> float:
    """The mean cosine over all pairs of unit vectors, from their sum and how many they are; NaN for fewer than two."""
    if count < 2:
        return float("nan")
    return float((total_of_units @ total_of_units - count) / (count * (count - 1)))


@lru_cache(maxsize=128)
def random_direction(stage: str, width: int, seed: int) -> Tensor:
    """A Gaussian direction of norm 1, laid out as `LevelForward` has the stage."""
    shape = layer(stage, width).shape
    values = np.random.default_rng([seed, RESUMABLE.index(stage)]).standard_normal(shape)
    unit = torch.from_numpy((values / np.linalg.norm(values)).astype(np.float32))
    return from_layer_shape(unit[None], stage)[0]


@dataclass(frozen=True, eq=False)
class _LevelSweep:
    """One level.

    Attributes:
        base: log-odds without the vector.
        change: (layers, t, 1 + controls) change of the log-odds, NaN where the vector is zero.
        probs: (layers, t, 2) P(cheese) and P(top-right).
        norms: (layers,) of the vectors.
        units: by layer, the vector with norm 1, or zero.
    """

    base: float
    change: np.ndarray
    probs: np.ndarray
    norms: np.ndarray
    units: tuple[np.ndarray, ...]

    def without_units(self) -> _LevelSweep:
        return _LevelSweep(self.base, self.change, self.probs, self.norms, ())


@dataclass(frozen=True)
class _SweepOfLevel:
    vector: str
    given: np.ndarray | None
    layers: tuple[str, ...]
    coefficients: tuple[float, ...]
    controls: int
    seed: int

    def __call__(self, level: DecisionLevel, forward: LevelForward) -> _LevelSweep:
        pair = WORDS.get(self.vector)
        first, second = (level.start, level.start) if pair is None else (make(level.start) for make in pair)
        found = forward.at((first, second, level.there), self.layers)
        moves = np.array([level.to_cheese]), np.array([level.to_corner])
        base = forward.logits(found[self.layers[-1]][2:], self.layers[-1])
        check_finite((base,))
        start = float(log_odds(base, *moves)[0])
        still = move_probabilities(base)[0][[level.to_cheese, level.to_corner]]
        steps = [step for step in self.coefficients if step]
        moving = [place for place, step in enumerate(self.coefficients) if step]
        change = np.zeros((len(self.layers), len(self.coefficients), 1 + self.controls))
        probs = np.tile(still, (len(self.layers), len(self.coefficients), 1))
        norms, units = np.zeros(len(self.layers)), []
        for row, stage in enumerate(self.layers):
            x = found[stage]
            if self.given is not None:
                vector = from_layer_shape(torch.from_numpy(self.given)[None], stage)[0]
            else:
                vector = x[0] - x[1] if first != second else torch.zeros_like(x[0])
            norms[row] = float(vector.double().norm())
            units.append(_unit(vector, norms[row]))
            if not norms[row]:
                change[row] = np.nan
                continue
            for column, direction in enumerate(self._directions(vector, stage, norms[row], forward.policy.width)):
                inputs = x[2] + _column(steps, direction) * direction
                logits = forward.logits(inputs, stage)
                if not is_finite(logits):
                    raise PatchError(BEYOND)
                both = (np.repeat(move, len(steps)) for move in moves)
                change[row, moving, column] = log_odds(logits, *both) - start
                if not column:
                    probs[row, moving] = move_probabilities(logits)[:, [level.to_cheese, level.to_corner]]
        return _LevelSweep(start, change, probs, norms, tuple(units))

    def _directions(self, vector: Tensor, stage: str, norm: float, width: int) -> Iterator[Tensor]:
        yield vector
        for number in range(self.controls):
            yield random_direction(stage, width, self.seed * 1000 + number) * norm


def _column(steps: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(steps, dtype=torch.float32).view(-1, *(1,) * like.ndim)


def _unit(vector: Tensor, norm: float) -> np.ndarray:
    flat = vector.double().numpy().ravel()
    return flat / norm if norm else flat
