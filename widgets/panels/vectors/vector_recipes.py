"""Recipes of each kind of vector: jobs that run off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from app.errors import MazescopeError
from app.interventions.vectors import ActivationVector
from app.maze.levels import generate_levels
from app.maze.maze import Maze, Square
from app.progress import Progress

if TYPE_CHECKING:
    from app.policy.policy import Policy

Job = Callable[[Progress], tuple[ActivationVector, ...]]

KINDS: Final = {
    "cheese": "Cheese, of this maze",
    "top-right": "Top-right, of this maze",
    "difference": "A minus B",
    "averaged": "Averaged over levels",
    "probe": "Probe direction",
    "random": "Random, of equal norm",
}
"""The kinds of vectors to make, with titles."""

TIPS: Final = {
    "cheese": "This maze with its cheese minus without; later edits do not change it, so it can be used on other mazes",
    "top-right": "This maze with a path opened from its top-right corner, minus without; later edits do not change it",
    "difference": "The activation on one open maze minus that on another",
    "averaged": "The mean of the cheese or top-right vectors of many levels",
    "probe": "A linear probe for a statement about the cheese, and the mean difference of the same two sets",
    "random": "A random direction with the norm of the chosen vector: the control",
}


@dataclass(frozen=True)
class Ground:
    """Sources of vectors: the policy, a layer and the maze in front."""

    policy: Policy
    layer: str
    maze: Maze


def of_word(ground: Ground, word: str) -> Job:
    """The cheese or the top-right vector of the maze in front."""

    def job(_progress: Progress) -> tuple[ActivationVector, ...]:
        from app.interventions.vector_makers import from_word

        return (from_word(word, ground.policy, ground.maze, ground.layer),)

    return job


def difference_of(ground: Ground, maze_a: Maze, maze_b: Maze, name: str) -> Job:
    """Maze A minus maze B."""

    def job(_progress: Progress) -> tuple[ActivationVector, ...]:
        from app.interventions.vector_makers import difference

        return (difference(ground.policy, maze_a, maze_b, ground.layer, name=name),)

    return job


def averaged_over(ground: Ground, word: str, first: int, count: int) -> Job:
    """The mean over the levels of the seeds from `first` on, in the world of the maze in front."""

    def job(progress: Progress) -> tuple[ActivationVector, ...]:
        from app.interventions.vector_makers import averaged

        seeds = range(first, first + count)
        mazes = [level.maze for level in generate_levels(ground.maze.world_name, seeds)]
        found = averaged(word, ground.policy, mazes, seeds, ground.layer, progress=progress)
        note = f"{found.note}: {ground.maze.world_name} {first} to {first + count - 1}"
        return (replace(found, note=note),)

    return job


def probe_for(
    ground: Ground, relation: Literal["at", "above", "right of"], square: Square | None, count: int, seed: int
) -> Job:
    """A linear probe and the mean difference next to it."""

    def job(progress: Progress) -> tuple[ActivationVector, ...]:
        from app.interventions.probes import Concept, train_probe

        probe = train_probe(
            ground.policy,
            Concept(relation, square),
            ground.layer,
            world=ground.maze.world,
            count=count,
            seed=seed,
            progress=progress,
        )
        return (probe.direction, probe.mean_difference)

    return job


def random_of(vector: ActivationVector | None, seed: int) -> Job:
    """A random direction of another vector's norm.

    Raises:
        MazescopeError: at once, when there is no other vector.
    """
    if vector is None:
        raise MazescopeError("No vector is chosen; choose the one whose norm the random vector takes.")
    chosen = vector

    def job(_progress: Progress) -> tuple[ActivationVector, ...]:
        from app.interventions.vector_makers import random_like

        return (random_like(chosen, seed),)

    return job
