"""Configuration of a training run: every number that, with the seed, makes the same policy again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from app.errors import MazescopeError
from app.maze.maze import WORLDS
from training.log_spacing import kept

SERIES_FIRST: Final = 8
"""Optimizer steps before the first checkpoint of a series that has learned at all."""

EVALUATION_SEEDS: Final = 100_000
"""Levels with seeds below this are for evaluation; training never uses them."""


@dataclass(frozen=True)
class Config:
    """One training run.

    Attributes:
        world: procgen's distribution mode, "easy" or "hard".
        region: the cheese is in the top-right region x region squares of the maze.
        width: multiplier of the network's channels.
        seed: decides the first weights and every maze, each unless it has a seed of its own.
        weights_seed: decides the first weights; None: `seed` does.
        data_seed: decides every maze and square; None: `seed` does.
        observations: labelled observations in the whole run.
        mazes: mazes in a batch.
        squares: squares drawn from each maze of a batch.
        on_path: fraction of the squares drawn from the path start -> cheese; the rest are any squares of the maze.
        learning_rate: peak of the schedule: a linear warm-up, constant, then linear to zero over the last `decay` part.
        warmup: observations until the peak.
        decay: fraction of the run over which the rate falls to zero.
        weight_decay: AdamW's, on matrices and kernels only.
        clip: largest norm of the gradient.
        ema: decay per step of the averaged weights, which are the ones saved as the policy.
        gamma: discount of the return the value head learns.
        value_weight: weight of the value's loss next to the cross-entropy.
        size_power: mazes of side d are drawn with weight d ** size_power (0: procgen's own, uniform over sizes).
        bfloat16: multiply in bfloat16 (the weights stay float32).
    """

    world: str = "easy"
    region: int = 5
    width: int = 1
    seed: int = 0
    weights_seed: int | None = None
    data_seed: int | None = None
    observations: int = 4_000_000
    mazes: int = 32
    squares: int = 8
    on_path: float = 0.4
    learning_rate: float = 1e-3
    warmup: int = 100_000
    decay: float = 0.4
    weight_decay: float = 1e-2
    clip: float = 1.0
    ema: float = 0.999
    gamma: float = 0.99
    value_weight: float = 0.5
    size_power: float = 1.0
    bfloat16: bool = True

    def __post_init__(self) -> None:
        if self.world not in WORLDS:
            raise MazescopeError(f"World {self.world!r} was found; expected easy or hard.")
        if self.region < 1:
            raise MazescopeError(f"A cheese region of {self.region} was found; expected a side of at least 1.")
        if self.width < 1 or self.mazes < 1 or self.squares < 1 or self.observations < self.batch:
            raise MazescopeError("The run is too small: expected a width of at least 1 and at least one whole batch.")

    @property
    def side(self) -> int:
        """Side of the world in cells."""
        return WORLDS[self.world]

    @property
    def batch(self) -> int:
        """Observations in a batch."""
        return self.mazes * self.squares

    @property
    def steps(self) -> int:
        """Optimizer steps in the whole run."""
        return self.observations // self.batch

    @property
    def seed_of_weights(self) -> int:
        """The seed that decides the first weights."""
        return self.seed if self.weights_seed is None else self.weights_seed

    @property
    def seed_of_data(self) -> int:
        """The seed that decides every maze and square."""
        return self.seed if self.data_seed is None else self.data_seed

    def in_series(self, step: int) -> bool:
        """True if the averaged weights after this many optimizer steps are kept: 0, the last, and two for each doubling
        from `SERIES_FIRST` on. The steps do not depend on the run's length."""
        return kept(step, self.steps, SERIES_FIRST)

    def rate(self, step: int) -> float:
        """Learning rate of a step (0-based)."""
        done = step / self.steps
        warm = min(1.0, (step + 1) * self.batch / self.warmup) if self.warmup else 1.0
        cool = min(1.0, (1.0 - done) / self.decay) if self.decay else 1.0
        return self.learning_rate * warm * cool

    def as_dict(self) -> dict[str, Any]:
        """The fields, for checkpoints."""
        return asdict(self)
