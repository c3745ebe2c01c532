"""Configuration of a run that learns from reward: every number that, with the seed, makes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.errors import MazescopeError
from app.maze.maze import WORLDS
from training.log_spacing import kept


@dataclass(frozen=True)
class RewardConfig:
    """One run of proximal policy optimization; the defaults are those published for procgen (Cobbe et al. 2019).

    Attributes:
        world: procgen's distribution mode, "easy" or "hard".
        region: the cheese is in the top-right region x region squares of the maze.
        width: multiplier of the network's channels.
        seed: decides first weights, mazes and drawn actions.
        observations: steps of the game in the whole run, all environments together.
        environments: mazes that are played next to one another.
        rollout: steps of each between two updates.
        epochs: passes over them in an update.
        minibatches: parts of each pass, an optimizer step each.
        learning_rate: Adam's at first; it falls linearly to zero.
        gamma: discount of a step.
        gae_lambda: of generalized advantage estimation.
        clip: largest change of an action's probability ratio, and of a value, that still counts.
        entropy: weight of the entropy that is rewarded.
        value_weight: weight of the value's loss.
        gradient: largest norm of the gradient.
        size_power: mazes of side d are drawn with weight d ** size_power (0: procgen's own, uniform over sizes).
        bfloat16: multiply in bfloat16 (the weights stay float32).
    """

    world: str = "easy"
    region: int = 5
    width: int = 1
    seed: int = 0
    observations: int = 10_000_000
    environments: int = 64
    rollout: int = 256
    epochs: int = 3
    minibatches: int = 8
    learning_rate: float = 5e-4
    gamma: float = 0.999
    gae_lambda: float = 0.95
    clip: float = 0.2
    entropy: float = 0.01
    value_weight: float = 0.5
    gradient: float = 0.5
    size_power: float = 0.0
    bfloat16: bool = True

    def __post_init__(self) -> None:
        if self.world not in WORLDS:
            raise MazescopeError(f"World {self.world!r} was found; expected easy or hard.")
        if min(self.region, self.width, self.environments, self.rollout, self.epochs, self.minibatches) < 1:
            raise MazescopeError("The run is too small: expected whole numbers of at least 1.")
        if self.batch % self.minibatches or self.observations < self.batch:
            raise MazescopeError(
                f"{self.observations} observations, {self.batch} to an update, were found; expected at least one "
                f"update, of a number that {self.minibatches} minibatches divide."
            )

    @property
    def side(self) -> int:
        """Side of the world in cells."""
        return WORLDS[self.world]

    @property
    def batch(self) -> int:
        """Steps of the game between two updates."""
        return self.environments * self.rollout

    @property
    def steps(self) -> int:
        """Updates in the whole run."""
        return self.observations // self.batch

    def in_series(self, step: int) -> bool:
        """True if the weights after this many updates are kept in the series."""
        return kept(step, self.steps, 1)

    def rate(self, step: int) -> float:
        """Learning rate of an update (0-based)."""
        return self.learning_rate * (1.0 - step / self.steps)

    def as_dict(self) -> dict[str, Any]:
        """The fields, for checkpoints."""
        return asdict(self)
