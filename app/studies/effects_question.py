"""The table of effects as a study: what vectors, layers and retargeted channels do to a policy's decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from app.errors import MazescopeError
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.effects import VALUES, EffectsTable, check, effects_table, to_json
from app.studies.intervals import MEAN_INTERVAL, MEDIAN_INTERVAL, mean_interval, median_interval
from app.studies.level_set import LevelSet
from app.studies.response.setup import policy_words
from app.studies.response.steps import short_name
from app.studies.study import (
    Axis,
    Cell,
    Partial,
    Plot,
    Question,
    Recipe,
    Result,
    Series,
    Table,
    columns_of,
    key_of,
    unheard,
)
from app.studies.vector_effects import RESADDS, Choices

_PARTS = 5
"""Parts of the work, each with a progress of its own; the last is only there with `saturation`."""


@dataclass(frozen=True)
class EffectsQuestion(Question):
    """Question: effects of the known vectors and of the channels that mark the cheese, on these levels.

    Attributes:
        policy: the policy.
        levels: the levels.
        layers: where the cheese vector is subtracted.
        channels: channels of the default layer that are retargeted; None for the one that marks the cheese best.
        values: what they are set to.
        saturation: whether coefficients are compared too.

    Raises:
        MazescopeError: for no level.
        PatchError: for layers or channels the policy does not have.
    """

    study: ClassVar[str] = "effects"

    policy: Policy
    levels: LevelSet
    layers: tuple[str, ...] = RESADDS
    channels: tuple[int, ...] | None = None
    values: tuple[float, ...] = VALUES
    saturation: bool = False

    def __post_init__(self) -> None:
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")
        check(self.policy, self.layers, self.channels)

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> EffectsResult:
        """Measure, on the CPU whatever the device: it is some hundred forward passes.

        Raises:
            PatchError: when a patch drives the network beyond what float32 holds.
            Cancelled: when `progress` says not to continue.
        """
        del device, partial
        return EffectsResult(self, self.table(_in_parts(progress, _PARTS if self.saturation else _PARTS - 1)))

    def table(self, progress: Callable[[str], Progress]) -> EffectsTable:
        """The numbers; `progress` makes the progress of each part, given its title. Raises as `run` does."""
        return effects_table(
            self.policy,
            self.levels.mazes,
            layers=self.layers,
            channels=self.channels,
            values=self.values,
            with_saturation=self.saturation,
            progress=progress,
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "layers": list(self.layers),
            "channels": None if self.channels is None else list(self.channels),
            "values": list(self.values),
            "saturation": self.saturation,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        words = [*policy_words(self.policy), *self.levels.words()]
        if self.layers != RESADDS:
            words += ["--layers", *self.layers]
        if self.channels is not None:
            words += ["--channels", *map(str, self.channels)]
        if self.values != VALUES:
            words += ["--values", *map(key_of, self.values)]
        return (*words, "--saturation") if self.saturation else tuple(words)


def _in_parts(progress: Progress, count: int) -> Callable[[str], Progress]:
    """One progress made of several parts, each a hundredth of which is heard of."""
    started = -1

    def part(title: str) -> Progress:
        nonlocal started
        del title
        started += 1
        before = started

        def of_part(done: int, total: int) -> bool:
            return progress(100 * before + (100 * done // total if total else 100), 100 * count)

        return of_part

    return part


@dataclass(frozen=True, eq=False)
class EffectsResult(Result):
    """The table of effects in the forms of a study.

    Attributes:
        question: what was asked.
        table: the numbers.
    """

    question: EffectsQuestion
    table: EffectsTable

    @property
    def _choices(self) -> list[tuple[str, Choices]]:
        named = [("unpatched", self.table.subtracted[0])]
        named += [(f"− cheese vector, {short_name(row.layer or '')}", row) for row in self.table.subtracted[1:]]
        named.append((f"+ cheese vector, {short_name(self.table.added.layer or '')}", self.table.added))
        named.append((f"+ top-right vector, {short_name(self.table.top_right.layer or '')}", self.table.top_right))
        return named

    @property
    def _paths(self) -> list[tuple[str, tuple[float, ...]]]:
        return [
            (
                "the real cheese" if row.with_cheese else "nothing set" if row.value is None else f"{row.value:+g}",
                row.probabilities,
            )
            for row in self.table.retargeting
        ]

    @property
    def records(self) -> Table:
        """One row for each number of each level."""
        rows: list[tuple[Cell, ...]] = []
        for name, choices in self._choices:
            rows += [("decision square", name, "p_cheese", value) for value in choices.cheese]
            rows += [("decision square", name, "p_top_right", value) for value in choices.top_right]
        for name, chances in self._paths:
            rows += [("retargeting", name, "path_probability", value) for value in chances]
        heads = (("part", ""), ("patch", ""), ("measure", ""), ("value", "probability"))
        return Table("effects", columns_of(rows, heads))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Choices at decision squares, channels that mark the cheese, retargeting, and coefficients."""
        choices: list[tuple[Cell, ...]] = []
        for name, row in self._choices:
            numbers = [_middle(values) for values in (row.cheese, row.top_right)]
            choices.append((name, row.levels, *numbers[0], *numbers[1]))
        heads = [("patch", ""), ("n", "")]
        for word in ("P(cheese)", "P(top-right)"):
            heads += [(f"{word}, median", ""), (f"{word} from", ""), (f"{word} to", ""), (f"{word}, mean", "")]
        title = "First moves at the decision squares, with the 95 % interval of the median"
        found = [Table("choices", columns_of(choices, heads), title)]
        channels: list[tuple[Cell, ...]] = [
            (each.channel, each.levels, each.score, each.at_cheese, each.elsewhere) for each in self.table.ranking[:10]
        ]
        heads = [("channel", ""), ("n", ""), ("peaks at the cheese", "share"), ("value there", ""), ("elsewhere", "")]
        found.append(Table("channels", columns_of(channels, heads), "Channels of the default layer"))
        if self._paths:
            paths: list[tuple[Cell, ...]] = []
            for name, chances in self._paths:
                low, high = mean_interval(np.array(chances))
                paths.append((name, len(chances), float(np.mean(chances)) if chances else None, low, high))
            heads = [("set", ""), ("n", ""), ("mean", "probability"), ("from", ""), ("to", "")]
            which = ", ".join(map(str, self.table.channels))
            title = f"Path probability to where the cheese was, channels {which} set there; 95 % interval of the mean"
            found.append(Table("retargeting", columns_of(paths, heads), title))
        if self.table.saturation:
            moves: list[tuple[Cell, ...]] = [
                (short_name(row.layer), row.levels, *row.ratios.values(), row.cosine) for row in self.table.saturation
            ]
            steps = list(self.table.saturation[0].ratios)
            heads = [("layer", ""), ("n", ""), *((f"t = {t:g}", "") for t in steps), ("cosine of mirror", "")]
            found.append(Table("coefficients", columns_of(moves, heads), "How far layers move next to t = -1"))
        return tuple(found)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Medians of the two probabilities by patch; the channels' hits; path probabilities."""
        names = tuple(name for name, _ in self._choices)
        series = []
        for word, values, role in (
            ("P(cheese)", [row.cheese for _, row in self._choices], "patched"),
            ("P(top-right)", [row.top_right for _, row in self._choices], "top_right"),
        ):
            ends = np.array([median_interval(np.array(each)) for each in values])
            middle = np.array([np.median(each) if each else np.nan for each in values])
            series.append(
                Series(
                    word,
                    np.arange(len(names)),
                    middle,
                    self._choices[0][1].levels,
                    ends[:, 0],
                    ends[:, 1],
                    MEDIAN_INTERVAL,
                    kind="bars",
                    role=role,
                )
            )
        y = Axis("median", "probability", low=0.0, high=1.0)
        found = [Plot("choices", "First moves at the decision squares", Axis("", categories=names), y, tuple(series))]
        best = self.table.ranking[:10]
        hits = Series("hits", np.arange(len(best)), np.array([each.score for each in best]), kind="bars")
        axis = Axis("channel", categories=tuple(str(each.channel) for each in best))
        note = f"n = {best[0].levels} levels" if best else ""
        share = Axis("peaks within one pixel", "share of levels", low=0.0, high=1.0)
        found.append(Plot("channels", "Channels that mark the cheese", axis, share, (hits,), note=note))
        if self._paths:
            ends = np.array([mean_interval(np.array(chances)) for _, chances in self._paths])
            means = np.array([np.mean(chances) if chances else np.nan for _, chances in self._paths])
            x = np.arange(len(means))
            bars = Series("mean", x, means, None, ends[:, 0], ends[:, 1], MEAN_INTERVAL, kind="bars")
            axis = Axis("set to", categories=tuple(name for name, _ in self._paths))
            y = Axis("path probability", "probability", low=0.0, high=1.0)
            note = f"n = {len(self._paths[0][1])} levels"
            found.append(Plot("retargeting", "Retargeting to where the cheese was", axis, y, (bars,), note=note))
        return tuple(found)

    @property
    def findings(self) -> tuple[str, ...]:
        """The layer at which subtracting the cheese vector does most, and the channel that marks the cheese."""
        original, *subtracted = self.table.subtracted
        if not original.levels:
            return ("No level has a decision square.",)
        said = []
        if subtracted:
            best = min(subtracted, key=lambda row: row.median_cheese)
            said.append(
                f"Subtracting the cheese vector does most at {short_name(best.layer or '')}: median P(cheese) "
                f"{original.median_cheese:.3f} → {best.median_cheese:.3f}, n = {best.levels}."
            )
        first = self.table.ranking[0]
        said.append(f"Channel {first.channel} peaks at the cheese in {first.hits} of {first.levels} levels.")
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """The JSON of `effects --json`."""
        policy = self.question.policy
        return {"policy": policy.name, "weights": policy.weights_hash} | to_json(self.table)


def _middle(values: tuple[float, ...]) -> tuple[Cell, Cell, Cell, Cell]:
    if not values:
        return None, None, None, None
    low, high = median_interval(np.array(values))
    return float(np.median(values)), low, high, float(np.mean(values))
