"""Ablate everything: every channel of a layer by zero, mean and resampling, ranked by the change of log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError, PatchError
from app.field.level_forward import LevelForward
from app.field.machines import HERE, Machines
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.ablation_push import ROUNDING, Ablation, ablation_push
from app.studies.decision_levels import DecisionLevel, decision_levels, each_piece
from app.studies.intervals import MEDIAN_INTERVAL, median_interval
from app.studies.level_set import LevelSet
from app.studies.study import (
    Axis,
    Column,
    Partial,
    Plot,
    Question,
    Recipe,
    Result,
    Series,
    Table,
    columns_of,
    json_number,
    read_only,
    unheard,
)

METHODS: Final[tuple[Ablation, ...]] = ("zero", "mean", "resample")
WORDS: Final = {
    "zero": "zeroed",
    "mean": "set to its mean over random observations",
    "resample": "taken from another level, its cheese elsewhere",
}
SHOWN: Final = 20


@dataclass(frozen=True)
class AblateQuestion(Question):
    """Question: the effect of ablating each channel of a layer, at the decision squares of these levels.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels; those without a decision square are left out.
        layer: the layer; of one without pixels the features are ablated.
        methods: what a channel becomes: "zero", "mean" over random observations, "resample" (another level's).
        seed: of random observations and other levels; each level resamples from a level of its own.
        machines: what computes.

    Raises:
        PatchError: for an unknown layer or method, or an output of the network.
        MazescopeError: for no level.
    """

    study: ClassVar[str] = "ablate"

    policy: Policy
    levels: LevelSet
    layer: str = DEFAULT_LAYER
    methods: tuple[Ablation, ...] = METHODS
    seed: int = 0
    machines: Machines = field(default=HERE, compare=False)

    def __post_init__(self) -> None:
        stage = layer(self.layer, self.policy.width)
        if stage.name.startswith("fc_"):
            raise PatchError(f"{stage.name} is an output of the network; expected a layer before it.")
        object.__setattr__(self, "layer", stage.name)
        for method in self.methods:
            if method not in METHODS:
                raise PatchError(f"The ablation {method!r} was found; expected some of {', '.join(METHODS)}.")
        if not self.methods:
            raise PatchError(f"No ablation was named; expected some of {', '.join(METHODS)}.")
        object.__setattr__(self, "methods", tuple(dict.fromkeys(self.methods)))
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> AblateResult:
        """Measure.

        Raises:
            MazescopeError: when no level has a decision square.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        levels = decision_levels(self.levels)
        numbered = [_Numbered(level, self.seed + number) for number, level in enumerate(levels)]
        work = _AblateLevel(self.layer, self.methods, self.seed)
        found = np.array(list(each_piece(work, self.policy, numbered, progress, self.machines.on(device))))
        return AblateResult(
            self,
            self.layer,
            self.methods,
            tuple(level.name for level in levels),
            read_only(found[:, :, 0]),
            read_only(found[:, :, 1]),
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "layer": self.layer,
            "methods": list(self.methods),
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        seed = () if self.seed == 0 else ("--seed", str(self.seed))
        return (*self.levels.words(), "--layer", self.layer, "--methods", *self.methods, *seed)


@dataclass(frozen=True)
class _Numbered:
    level: DecisionLevel
    seed: int


@dataclass(frozen=True)
class _AblateLevel:
    layer: str
    methods: tuple[Ablation, ...]
    seed: int

    def __call__(self, piece: _Numbered, forward: LevelForward) -> np.ndarray:
        """(methods, 2, channels): change of log-odds and of P(cheese)."""
        found = []
        for method in self.methods:
            forward.check()
            # One set of random observations serves all levels; each resamples from a level of its own.
            seed = piece.seed if method == "resample" else self.seed
            each = ablation_push(
                forward.policy, [piece.level.start], self.layer, method, seed=seed, device=forward.device
            )
            found.append((each.log_odds[0], each.cheese[0]))
        return np.array(found)


@dataclass(frozen=True, eq=False)
class AblateResult(Result):
    """The changes in every level.

    Attributes:
        question: what was asked.
        layer: where.
        methods: what a channel became.
        levels: names of the n levels with a decision square.
        log_odds: (n, methods, channels) change of the log-odds, negative for a channel that pushes for the cheese.
        cheese: (n, methods, channels) change of P(cheese).
    """

    question: Question
    layer: str
    methods: tuple[Ablation, ...]
    levels: tuple[str, ...]
    log_odds: np.ndarray
    cheese: np.ndarray

    @cached_property
    def medians(self) -> np.ndarray:
        """(methods, channels) median change of the log-odds."""
        return np.asarray(np.median(self.log_odds, axis=0))

    @cached_property
    def means(self) -> np.ndarray:
        """(methods, channels) mean change of the log-odds."""
        return np.asarray(self.log_odds.mean(axis=0))

    def ranking(self, method: int = 0) -> list[int]:
        """The channels by the size of their mean change, the largest first."""
        return [int(channel) for channel in np.argsort(-np.abs(self.means[method]), kind="stable")]

    @property
    def records(self) -> Table:
        """One row for each level, method and channel."""
        n, methods, channels = self.log_odds.shape
        return Table(
            "ablated",
            (
                Column("level", tuple(name for name in self.levels for _ in range(methods * channels))),
                Column("method", tuple(name for _ in range(n) for name in self.methods for _ in range(channels))),
                Column("channel", np.tile(np.arange(channels), n * methods)),
                Column("log_odds_change", self.log_odds.ravel(), "nats"),
                Column("p_cheese_change", self.cheese.ravel(), "probability"),
            ),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """For each method the channels, ranked."""
        return tuple(self._table(place, method) for place, method in enumerate(self.methods))

    @property
    def plots(self) -> tuple[Plot, ...]:
        """For each method the channels with the largest changes."""
        found = []
        for place, method in enumerate(self.methods):
            order = self.ranking(place)[:SHOWN]
            ends = np.array([median_interval(self.log_odds[:, place, channel]) for channel in order])
            series = Series(
                "",
                np.arange(len(order)),
                self.medians[place, order],
                len(self.levels),
                ends[:, 0],
                ends[:, 1],
                MEDIAN_INTERVAL,
                "bars",
            )
            found.append(
                Plot(
                    method,
                    self._title(method),
                    Axis("channel", categories=tuple(map(str, order))),
                    Axis("median change of log-odds", "nats"),
                    (series,),
                    note=f"the {len(order)} largest of {self.means.shape[1]} by mean; n = {len(self.levels)} decision "
                    f"squares; {MEDIAN_INTERVAL}",
                )
            )
        return tuple(found)

    @property
    def findings(self) -> tuple[str, ...]:
        """For each method the channels that matter most, and how many matter at all."""
        said = []
        for place, method in enumerate(self.methods):
            listed = ", ".join(f"{channel} ({self.means[place, channel]:+.2f})" for channel in self.ranking(place)[:4])
            ends = np.array([median_interval(self.log_odds[:, place, row]) for row in range(self.means.shape[1])])
            matter = int(((ends[:, 0] > 0) | (ends[:, 1] < 0)).sum())
            count = f"n = {len(self.levels)} decision square{'' if len(self.levels) == 1 else 's'}"
            start = f"One channel of {self._where} {WORDS[method]}: the log-odds"
            if np.abs(self.log_odds[:, place]).max() < ROUNDING:
                said.append(f"{start} change by nothing, whichever it is; {count}.")
            elif np.isnan(ends).any():
                said.append(f"{start} change most by {listed}; {count}, too few for an interval.")
            else:
                said.append(
                    f"{start} change most by {listed}, on average. Of {len(ends)} channels, {matter} have a median "
                    f"whose 95 % interval leaves out 0; {count}."
                )
        if len(self.methods) > 1:
            first, second = (self.means[place] for place in (0, 1))
            if first.std() and second.std():
                alike = float(np.corrcoef(first, second)[0, 1])
                said.append(
                    f"{self.methods[0].capitalize()} and {self.methods[1]} agree with correlation {alike:.2f} over "
                    f"{len(first)} channels."
                )
        return tuple(said)

    def to_json(self) -> Any:
        """By method, the channels ranked, each with its median, interval, mean and change of P(cheese)."""
        found: dict[str, Any] = {"n": len(self.levels), "layer": self.layer}
        for place, method in enumerate(self.methods):
            rows = []
            for channel in self.ranking(place):
                low, high = median_interval(self.log_odds[:, place, channel])
                rows.append(
                    {
                        "channel": channel,
                        "median": float(self.medians[place, channel]),
                        "low": json_number(low),
                        "high": json_number(high),
                        "mean": float(self.means[place, channel]),
                        "p_cheese": float(self.cheese[:, place, channel].mean()),
                    }
                )
            found[method] = rows
        return found

    @property
    def _where(self) -> str:
        return self.layer.removeprefix("embedder.")

    def _title(self, method: str) -> str:
        return f"Change of log-odds when one channel of {self._where} is {WORDS[method]}"

    def _table(self, place: int, method: str) -> Table:
        rows: list[Sequence[Any]] = []
        for channel in self.ranking(place):
            low, high = median_interval(self.log_odds[:, place, channel])
            rows.append(
                (
                    channel,
                    len(self.levels),
                    float(self.medians[place, channel]),
                    json_number(low),
                    json_number(high),
                    float(self.means[place, channel]),
                    float(self.cheese[:, place, channel].mean()),
                )
            )
        heads = (
            ("channel", ""),
            ("n", ""),
            ("median", "nats"),
            ("low", "nats"),
            ("high", "nats"),
            ("mean", "nats"),
            ("mean change of P(cheese)", "probability"),
        )
        return Table(method, columns_of(rows, heads), f"{self._title(method)}; {MEDIAN_INTERVAL}")
