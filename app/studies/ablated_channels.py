"""Ablated channels of any layer: the change of log-odds and of P(cheese) when each is ablated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError, PatchError
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.ablation_push import ABLATIONS, APPROXIMATE, ROUNDING, Ablation, AblationPush, ablation_push
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.push import levels_with_decision
from app.studies.study import (
    Axis,
    Cell,
    Column,
    Partial,
    Plot,
    Question,
    Recipe,
    Result,
    Series,
    Table,
    columns_of,
    unheard,
)

_SHOWN: Final = 16
_WORDS: Final[dict[Ablation, str]] = {
    "zero": "zeroed",
    "mean": "set to its mean over random observations",
    "resample": "set to that of another level",
    "gradient": "zeroed, to first order",
}
APPROXIMATION: Final = "an approximation: minus gradient times activation, what zeroing changes to first order"


@dataclass(frozen=True)
class AblationQuestion(Question):
    """Question: the effect of ablating each channel of a layer, at the decision squares of these levels.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels; those without a decision square are left out.
        layer: the layer.
        ablation: see `app.studies.ablation_push.ablation_push`.
        seed: of random observations, and of the other level.

    Raises:
        PatchError: for an unknown layer or ablation, or an output of the network.
        MazescopeError: for no level.
    """

    study: ClassVar[str] = "push"

    policy: Policy
    levels: LevelSet
    layer: str = DEFAULT_LAYER
    ablation: Ablation = "zero"
    seed: int = 0

    def __post_init__(self) -> None:
        if layer(self.layer, self.policy.width).name.startswith("fc_"):
            raise PatchError(f"{self.layer} is an output of the network; expected a layer before it.")
        if self.ablation not in ABLATIONS:
            raise PatchError(f"The ablation {self.ablation!r} was found; expected one of {', '.join(ABLATIONS)}.")
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> AblationResult:
        """Measure.

        Raises:
            MazescopeError: when no level has a decision square.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        levels = levels_with_decision(self.levels)
        found = ablation_push(
            self.policy,
            [level.maze for level in levels],
            self.layer,
            self.ablation,
            seed=self.seed,
            device=device,
            progress=progress,
        )
        return AblationResult(self, levels, found)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": self.policy.name,
            "weights": self.policy.weights_hash,
            "levels": self.levels.recipe(),
            "layer": self.layer,
            "method": self.ablation,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        seed = () if self.seed == 0 else ("--seed", str(self.seed))
        return (*self.levels.words(), "--layer", self.layer, "--method", self.ablation, *seed)


@dataclass(frozen=True, eq=False)
class AblationResult(Result):
    """The changes of every channel in every level.

    Attributes:
        question: what was asked.
        levels: the n levels that have a decision square, in order.
        found: the changes, (n, C) each.
    """

    question: AblationQuestion
    levels: tuple[NamedLevel, ...]
    found: AblationPush

    @cached_property
    def log_odds(self) -> np.ndarray:
        """(C,) float64 mean change of the log-odds; negative for a channel that pushes for the cheese."""
        return np.asarray(self.found.log_odds.mean(axis=0))

    @cached_property
    def cheese(self) -> np.ndarray:
        """(C,) float64 mean change of P(cheese)."""
        return np.asarray(self.found.cheese.mean(axis=0))

    def ranking(self) -> list[int]:
        """The channels, those that push for the cheese most first: by the change of log-odds, the lowest first."""
        return [int(channel) for channel in np.argsort(self.log_odds, kind="stable")]

    @property
    def records(self) -> Table:
        """One row for each level and channel."""
        n, channels = self.found.log_odds.shape
        names = [level.name for level in self.levels]
        return Table(
            "ablations",
            (
                Column("level", tuple(name for name in names for _ in range(channels))),
                Column("channel", np.tile(np.arange(channels), n)),
                Column("log_odds_change", self.found.log_odds.ravel(), "nats"),
                Column("p_cheese_change", self.found.cheese.ravel(), "probability"),
            ),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """Means and medians over levels, those that push for the cheese first."""
        n = len(self.levels)
        errors = self._errors(self.found.log_odds)
        medians = np.median(self.found.log_odds, axis=0)
        rows: list[tuple[Cell, ...]] = [
            (
                channel,
                n,
                float(medians[channel]),
                float(self.log_odds[channel]),
                float(errors[channel]),
                float(self.cheese[channel]),
            )
            for channel in self.ranking()
        ]
        heads = (
            ("channel", ""),
            ("n", ""),
            ("median change of log-odds", "nats"),
            ("mean change", "nats"),
            ("standard error", "nats"),
            ("mean change of P(cheese)", "probability"),
        )
        return (Table("ablated", columns_of(rows, heads), self._title()),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The channels with the largest changes."""
        order = np.argsort(-np.abs(self.log_odds), kind="stable")[:_SHOWN]
        errors = 1.96 * self._errors(self.found.log_odds)[order]
        at = np.arange(len(order))
        means = self.log_odds[order]
        series = Series(
            "mean change", at, means, len(self.levels), means - errors, means + errors, "95 % of the mean", kind="bars"
        )
        axis = Axis("channel", categories=tuple(str(int(channel)) for channel in order))
        note = f"n = {len(self.levels)} decision squares"
        if self.question.ablation in APPROXIMATE:
            note += f"; {APPROXIMATION}"
        return (Plot("ablated", self._title(), axis, Axis("change of log-odds", "nats"), (series,), note=note),)

    @property
    def findings(self) -> tuple[str, ...]:
        """The channels that push for the cheese most, and for the top right."""
        if np.abs(self.log_odds).max() < ROUNDING:
            where, n = self.found.layer.removeprefix("embedder."), len(self.levels)
            return (f"No channel of {where} changes the log-odds when {_WORDS[self.question.ablation]} (n = {n}).",)
        order = self.ranking()
        for_cheese, against = order[:3], order[::-1][:3]

        def listed(channels: list[int]) -> str:
            return ", ".join(f"{channel} ({self.log_odds[channel]:+.2f})" for channel in channels)

        found = [
            f"For the cheese push most the channels {listed(for_cheese)}, for the top right {listed(against)}: mean "
            f"change of log-odds when {_WORDS[self.question.ablation]} (n = {len(self.levels)} decision squares)."
        ]
        if self.question.ablation in APPROXIMATE:
            found.append(f"This is {APPROXIMATION}.")
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The channels by each of the two changes, those that push for the cheese most first."""
        by_cheese = np.argsort(self.cheese, kind="stable")
        return {
            "n": len(self.levels),
            "layer": self.found.layer,
            "method": self.found.ablation,
            "approximation": self.found.ablation in APPROXIMATE,
            "log_odds_change": [[channel, float(self.log_odds[channel])] for channel in self.ranking()],
            "p_cheese_change": [[int(channel), float(self.cheese[channel])] for channel in by_cheese],
        }

    def _title(self) -> str:
        where = self.found.layer.removeprefix("embedder.")
        return f"Change of log-odds when one channel of {where} is {_WORDS[self.question.ablation]}"

    @staticmethod
    def _errors(values: np.ndarray) -> np.ndarray:
        n = len(values)
        return values.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(values.shape[1], np.nan)
