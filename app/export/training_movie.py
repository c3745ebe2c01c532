"""The frames of a movie of learning: the field of one maze under each checkpoint of a series, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.drawing.figure import Figure
from app.drawing.side_by_side import Side
from app.export.movie_frames import HOLD, Compute, Look, Story
from app.field.requests import FieldRequest
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.maze import Maze
from app.policy.policy import Policy
from app.policy.series import Checkpoint, Series, series_to_json

STAY: float = 0.6
"""Seconds for which a checkpoint stays."""


def training_story(
    series: Series,
    mazes: Sequence[Maze],
    look: Look,
    fps: float,
    compute: Compute,
    stack: PatchStack = NO_PATCHES,
    fixed: Sequence[Policy | None] = (),
) -> Story:
    """Each checkpoint from the first to the last, as long as `STAY`; the last one stays longer.

    Args:
        series: the checkpoints.
        mazes: one a side.
        look: of every frame; its titles are the sides'.
        fps: frames a second.
        compute: gives the whole field.
        stack: patches that act on every checkpoint.
        fixed: for each side the policy that it keeps, or None where it follows the series; empty: all follow.

    Raises:
        ValueError: when not every side has an entry in `fixed`, though some have.
    """
    kept = tuple(fixed) or (None,) * len(mazes)
    stay, hold = max(1, round(STAY * fps)), round(HOLD * fps)

    def frames() -> Iterator[Figure]:
        for number, checkpoint in enumerate(series.checkpoints, start=1):
            results = [
                compute(FieldRequest(maze, policy or checkpoint.policy, stack))
                for maze, policy in zip(mazes, kept, strict=True)
            ]
            drawn = look.draw(list(map(Side, results, look.titles)), said(checkpoint, number, len(series)))
            for _ in range(stay):
                yield drawn
        for _ in range(hold):
            yield drawn

    about: dict[str, object] = {"movie": "training", "series": series.name, "checkpoints": series_to_json(series)}
    return Story(len(series) * stay + hold, frames, about)


def said(checkpoint: Checkpoint, number: int, count: int) -> str:
    """The caption of a frame: step, observations and the number of the checkpoint."""
    seen = "" if checkpoint.observations is None else f" · {checkpoint.observations:,} observations"
    return f"Step {checkpoint.step:,}{seen} · checkpoint {number} of {count}"
