"""Outcome of sampled play over many levels, exactly: one row a level, without patches and under a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError
from app.field.engine import Engine
from app.interventions.patches import NO_PATCHES, PatchStack
from app.interventions.patches_file import stack_to_json
from app.maze.game_rules import TIMEOUT
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on
from app.studies.exact_outcome import Outcome, Outcomes, outcome
from app.studies.intervals import mean_interval
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

MOST_STEPS: Final = 10_000
"""Steps that an outcome may be asked for; an episode of the game has 500."""


@dataclass(frozen=True)
class OutcomeQuestion(Question):
    """Question: outcome of sampled and greedy play in each of these levels.

    Attributes:
        policy: the policy.
        levels: the levels; play begins at each maze's mouse.
        stack: the patches of the second half of every row; when nothing acts, there is none.
        steps: T, the steps an episode may take.

    Raises:
        MazescopeError: for a number of steps that is none, or no level.
    """

    study: ClassVar[str] = "outcome"

    policy: Policy
    levels: LevelSet
    stack: PatchStack = NO_PATCHES
    steps: int = TIMEOUT

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MOST_STEPS:
            raise MazescopeError(f"{self.steps} steps were asked for; expected 1 to {MOST_STEPS}.")
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> OutcomeResult:
        """Measure, level by level.

        Raises:
            PatchError: when the stack drives the network beyond what float32 holds.
            PolicyError: when the network is there by itself.
            Cancelled: when `progress` says not to continue.
        """
        found: list[Outcomes] = []
        engine = Engine(device)
        try:
            for (level,) in batches(self.levels.levels, 1, progress):
                found.append(outcome(engine.compute, self.policy, level.maze, self.stack, steps=self.steps))
                partial(OutcomeResult(self, tuple(found)))
        finally:
            engine.close()
        return OutcomeResult(self, tuple(found))

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": self.policy.name,
            "weights": self.policy.weights_hash,
            "levels": self.levels.recipe(),
            "steps": self.steps,
            **stack_to_json(self.stack),
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        return (*self.levels.words(), "--steps", str(self.steps))


@dataclass(frozen=True, eq=False)
class OutcomeResult(Result):
    """The outcomes of the levels that have been measured, in their order.

    Attributes:
        question: what was asked.
        outcomes: by level.
    """

    question: OutcomeQuestion
    outcomes: tuple[Outcomes, ...]

    @property
    def patched(self) -> bool:
        """True if a stack acts in any level."""
        return any(each.patched is not each.original for each in self.outcomes)

    @property
    def records(self) -> Table:
        """One row a level; without a stack only the original half."""
        levels = self.question.levels.levels[: len(self.outcomes)]
        columns = [
            Column("level", tuple(level.name for level in levels)),
            Column("seed", tuple(level.seed for level in levels)),
        ]
        for name, side in self._sides():
            columns += columns_of(
                [
                    (
                        each.reach,
                        each.expected_steps,
                        each.greedy_steps,
                        each.reach_corner,
                        each.expected_steps_to_corner,
                    )
                    for each in side
                ],
                (
                    (f"{name}reach", "probability"),
                    (f"{name}expected_steps", "steps"),
                    (f"{name}greedy_steps", "steps"),
                    (f"{name}reach_corner", "probability"),
                    (f"{name}expected_steps_to_corner", "steps"),
                ),
            )
        return Table("outcomes", tuple(columns))

    @property
    def tables(self) -> tuple[Table, ...]:
        """A line for each side: means over the levels that have a cheese."""
        rows = []
        for name, side in self._sides():
            reach = self._reach(side)
            steps = [each.expected_steps for each in side if each.expected_steps is not None]
            greedy = [each.greedy_steps is not None for each in side if each.reach is not None]
            low, high = mean_interval(reach)
            rows.append(
                (
                    "under the patches" if name else "original",
                    len(reach),
                    float(reach.mean()) if len(reach) else None,
                    low,
                    high,
                    float(np.mean(greedy)) if greedy else None,
                    float(np.mean(steps)) if steps else None,
                    len(steps),
                )
            )
        heads = (
            ("play", ""),
            ("n", ""),
            ("mean chance of the cheese", "probability"),
            ("95 % from", "probability"),
            ("to", "probability"),
            ("greedy play reaches it", "share"),
            ("mean steps of those that arrive", "steps"),
            ("levels it is reached in", ""),
        )
        title = f"Outcome of sampled play within {self.question.steps} steps, exact in every level"
        return (Table("summary", columns_of(rows, heads), title),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The chance of the cheese by level, ascending; of one level next to that under the patches."""
        if len(self.outcomes) == 1:
            return self._one_plot()
        series = []
        for name, side in self._sides():
            reach = np.sort(self._reach(side))
            label = "under the patches" if name else "original"
            series.append(Series(label, np.arange(1, len(reach) + 1), reach, kind="steps"))
        count = len(self._reach([each.original for each in self.outcomes]))
        return (
            Plot(
                "reach",
                f"Chance to reach the cheese within {self.question.steps} steps",
                Axis("levels, ascending"),
                Axis("chance of the cheese", "probability", low=0, high=1),
                tuple(series),
                note=f"n = {count} levels with cheese; exact, no sampling",
            ),
        )

    @property
    def findings(self) -> tuple[str, ...]:
        """Each side's mean in a sentence; of one level its chance and steps."""
        if len(self.outcomes) == 1:
            return tuple(dict.fromkeys(_sentence(name, side[0]) for name, side in self._sides()))
        found = []
        for name, side in self._sides():
            reach = self._reach(side)
            if len(reach):
                where = "Under the patches, sampled" if name else "Sampled"
                found.append(
                    f"{where} play reaches the cheese within {self.question.steps} steps with a mean chance of "
                    f"{reach.mean():.3f} (n = {len(reach)} levels)."
                )
        return tuple(found) or ("No level has a cheese, so there is nothing to reach.",)

    def to_json(self) -> list[dict[str, Any]]:
        """One object a level; null where the cheese is not reached, or there is none."""
        levels = self.question.levels.levels[: len(self.outcomes)]
        patched = self.patched
        found = []
        for level, each in zip(levels, self.outcomes, strict=True):
            entry: dict[str, Any] = {"seed": level.seed}
            if level.seed is None:
                entry["level"] = level.name
            entry |= _numbers(each.original)
            if patched:
                entry["patched"] = _numbers(each.patched)
            found.append(entry)
        return found

    def _one_plot(self) -> tuple[Plot, ...]:
        sides = [(name, side[0].reach) for name, side in self._sides() if side[0].reach is not None]
        if not sides:
            return ()
        places = np.arange(len(sides), dtype=np.float64)
        names = tuple("under the patches" if name else "original" for name, _ in sides)
        series = Series("", places, read_only([reach for _, reach in sides]), 1, kind="bars")
        title = f"Chance to reach the cheese within {self.question.steps} steps"
        up = Axis("chance of the cheese", "probability", low=0, high=1)
        return (Plot("reach", title, Axis("play", categories=names), up, (series,), note="exact, no sampling"),)

    def _sides(self) -> list[tuple[str, list[Outcome]]]:
        sides = [("", [each.original for each in self.outcomes])]
        if self.patched:
            sides.append(("patched_", [each.patched for each in self.outcomes]))
        return sides

    @staticmethod
    def _reach(side: list[Outcome]) -> np.ndarray:
        return read_only([each.reach for each in side if each.reach is not None])


def _numbers(found: Outcome) -> dict[str, Any]:
    return {
        "reach": json_number(found.reach),
        "expected_steps": json_number(found.expected_steps),
        "greedy_steps": found.greedy_steps,
    }


def _sentence(name: str, found: Outcome) -> str:
    who = "Under the patches, sampled" if name else "Sampled"
    if found.reach is None:
        return "No level has a cheese, so there is nothing to reach."
    text = f"{who} play reaches the cheese within {found.steps} steps with a chance of {found.reach:.3f} (exact)"
    # Of a chance that is said to be 0, steps would say more than there is to say.
    if found.expected_steps is not None and found.reach >= 0.0005:
        text += f", in {found.expected_steps:.1f} steps on average where it does"
    greedy = "never does" if found.greedy_steps is None else f"takes {found.greedy_steps}"
    return f"{text}; greedy play {greedy}."
