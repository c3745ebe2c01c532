"""Setup of a response study: the number that moves, its values, the levels and the stages that are frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from app.errors import MazescopeError, PatchError
from app.interventions.compatibility import fitting_layer
from app.interventions.patches import AddVector, PatchStack
from app.interventions.patches_file import FLOAT32_MAX, stack_to_json
from app.maze.maze import Square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.studies.level_set import LevelSet
from app.studies.response.origin import MovedNumber
from app.studies.response.steps import gates_behind, short_name, steps_behind
from app.studies.study import Question, Recipe, key_of

COEFFICIENTS: Final = tuple(round(-3 + 0.1 * number, 10) for number in range(61))
"""The 61 points from -3 to 3 that a curve has unless told."""

CHEESE_VECTOR: Final = MovedNumber(PatchStack((AddVector(),)), 0)
"""The coefficient of the cheese vector at the default layer."""

MOST: Final = 10_001
"""Coefficients of the longest curve."""


def numbers_between(low: float, high: float, step: float) -> tuple[float, ...]:
    """From low to high, both included where the step allows, free of the rounding of repeated addition.

    Raises:
        MazescopeError: for a step that leads nowhere, or too many numbers.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high and step > 0):
        raise MazescopeError(f"{low:g} to {high:g} by {step:g} was found; expected a range from low to high.")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > MOST:
        raise MazescopeError(f"{count} coefficients were asked for; expected at most {MOST}.")
    digits = max(0, 12 - math.ceil(math.log10(max(abs(low), abs(high), step, 1e-12)) + 1))
    return tuple(round(low + number * step, digits) + 0.0 for number in range(count))


@dataclass(frozen=True)
class ResponseSetup(Question):
    """Question: response of the policy's choice, and of each layer before it, to one number of one patch.

    Attributes:
        policy: the policy.
        levels: the levels; without `square` those that have a decision square count.
        moved: the number that moves, and the other patches.
        coefficients: its values, ascending, each once.
        square: where the mouse is in the measured passes; None for each level's decision square.
        frozen_at: values at which single stages are frozen and left free; those of them that a run needs are added to
            the coefficients. Empty for no tables of stages.
        kept: stages whose gates the extra curve keeps as they are at 0, by layer name.
        exact_gates: whether to find, of one level, every coefficient at which a gate changes.
        watched: layers whose moves are measured besides those after the source that a run can resume after.

    Raises:
        MazescopeError: for no level, or coefficients that are none.
        PatchError: for a patch or stages that do not fit the policy.
    """

    study: ClassVar[str] = "response"

    policy: Policy
    levels: LevelSet
    moved: MovedNumber = CHEESE_VECTOR
    coefficients: tuple[float, ...] = COEFFICIENTS
    square: Square | None = None
    frozen_at: tuple[float, ...] = (-1.0, 1.0)
    kept: tuple[str, ...] = ()
    exact_gates: bool = False
    watched: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")
        numbers = (*self.coefficients, *self.frozen_at)
        if not self.coefficients or not all(abs(number) <= FLOAT32_MAX for number in numbers):
            raise MazescopeError("No finite coefficient was named; expected numbers such as -1 and 1.")
        ordered = tuple(sorted({number + 0.0 for number in self.coefficients}))
        if len(ordered) > MOST:
            raise MazescopeError(f"{len(ordered)} coefficients were asked for; expected at most {MOST}.")
        object.__setattr__(self, "coefficients", ordered)
        object.__setattr__(self, "frozen_at", tuple(sorted({number + 0.0 for number in self.frozen_at} - {0.0})))
        for name in self.kept:
            if name not in self.stages:
                after = ", ".join(map(short_name, self.stages)) or "none"
                raise PatchError(f"{short_name(name)} is not a stage after {self.source}; expected some of {after}.")
        for name in self.watched:
            if name not in (step.name for step in steps_behind(self.source)):
                raise PatchError(f"The layer {name} does not come after {self.source}; expected one that does.")

    @cached_property
    def source(self) -> str:
        """The layer whose activation moves.

        Raises:
            PatchError: when the patch does not fit the policy.
        """
        return fitting_layer(self.moved.patch, self.policy).name

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages after it that can bend: ReLUs and max poolings, in order."""
        return gates_behind(self.source)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            **stack_to_json(self.moved.stack),
            "moved": {"patch": self.moved.position, "number": self.moved.number},
            "coefficients": list(self.coefficients),
            "square": None if self.square is None else list(self.square),
            "frozen_at": list(self.frozen_at),
            "kept": [short_name(name) for name in self.kept],
            "exact_gates": self.exact_gates,
            "watched": [short_name(name) for name in self.watched],
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line. Of a stack with more than one vector, the patches' file is to be saved."""
        words = [*policy_words(self.policy), *self.levels.words()]
        patch = self.moved.patch
        if isinstance(patch, AddVector) and len(self.moved.stack.patches) == 1:
            if patch.layer != DEFAULT_LAYER:
                words += ["--layer", patch.layer]
            words += ["--vector", patch.vector]
            if patch.channels is not None:
                words += ["--channels", *map(str, patch.channels)]
        else:
            words += ["--patches", "patches.json", "--patch", str(self.moved.position + 1)]
            words += ["--number", self.moved.number]
        if self.coefficients != COEFFICIENTS:
            words.append(f"--coefficients={_listed(self.coefficients)}")
        if self.square is not None:
            words += ["--square", f"{self.square[0]},{self.square[1]}"]
        if self.frozen_at != (-1.0, 1.0):
            words.append(f"--frozen-at={','.join(map(key_of, self.frozen_at))}")
        if self.kept:
            words += ["--keep", *map(short_name, self.kept)]
        if self.watched:
            words += ["--watch", *map(short_name, self.watched)]
        if self.exact_gates:
            words.append("--exact-gates")
        return tuple(words)


def policy_words(policy: Policy) -> tuple[str, ...]:
    """The argument that names a policy: its file; none for one that has none, such as the one that ships."""
    from app.policy.policy_info import default_policy_path

    return () if policy.path is None or policy.path == default_policy_path() else (str(policy.path),)


def _listed(numbers: tuple[float, ...]) -> str:
    """Numbers as "A:B:STEP" where they are evenly spaced, else with commas."""
    if len(numbers) > 3:
        step = round((numbers[-1] - numbers[0]) / (len(numbers) - 1), 10)
        if step > 0 and numbers_between(numbers[0], numbers[-1], step) == numbers:
            return f"{key_of(numbers[0])}:{key_of(numbers[-1])}:{key_of(step)}"
    return ",".join(map(key_of, numbers))
