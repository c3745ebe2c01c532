"""From choices to the bytes of a file. Everything here runs off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.errors import MazescopeError
from app.export import file_formats
from app.export.movie_frames import Look, Story, Sweep, edits_story, rollout_story, sweep_story
from app.field.rollout_values import Rollouts
from app.io.atomic import write_atomically
from app.progress import Cancelled, Progress
from widgets.exporting.snapshot_page import fields_of, snapshots_figure, snapshots_recipe
from widgets.exporting.view_snapshot import Present

if TYPE_CHECKING:
    from app.drawing.figure import Figure
    from app.field.engine import Engine
    from app.field.requests import FieldResult
    from app.field.square_layers import SquareLayer

WHAT: Final = {
    "picture": "Picture of the view",
    "snapshots": "Picture of the snapshots",
    "numbers": "Numbers of the field",
    "rollout": "Movie of the rollout",
    "sweep": "Movie of a slider's sweep",
    "edits": "Movie of the last minute of edits",
    "training": "Movie of the training",
}

MOVIES: Final = ("rollout", "sweep", "edits", "training")

FORMATS: Final = {
    "picture": file_formats.PICTURES,
    "snapshots": file_formats.PICTURES,
    "numbers": file_formats.NUMBERS,
    **dict.fromkeys(MOVIES, file_formats.MOVIES),
}


@dataclass(frozen=True)
class Choices:
    """Choices of the user in the dialog.

    Attributes:
        what: a key of WHAT.
        suffix: a key of FORMATS[what].
        scale: size of PNG and movies, 1 for the usual one.
        fps: frames a second of movies.
        sweep: the sweep of a sweep's movie.
    """

    what: str
    suffix: str
    scale: float = 1.0
    fps: int = 10
    sweep: Sweep | None = None


def content(choices: Choices, shown: Present, engine: Engine, progress: Progress) -> bytes:
    """The file's bytes.

    Raises:
        Cancelled: when `progress` says not to continue.
        MazescopeError: when there is nothing to make it of.
    """
    if choices.what == "picture":
        return picture_bytes(choices.suffix, shown, choices.scale)
    if choices.what == "snapshots":
        results = fields_of(engine, shown.results[0].request.policy, shown.snapshots, progress)
        recipe = {**shown.recipe, **shown.about_page, "snapshots": snapshots_recipe(shown)}
        drawn, title = snapshots_figure(shown, results), shown.options.title
        return file_formats.picture_bytes(choices.suffix, drawn, recipe, scale=choices.scale, title=title)
    recipe = shown.recipe
    if choices.what == "numbers":
        recipe = {**recipe, "rollout": {"sampled": shown.rule.sampled, "seed": shown.rule.seed}}
        walks = _walks(shown, progress)
        return file_formats.number_bytes(choices.suffix, shown.results, recipe, patched=True, rollouts=walks)
    story = _story(choices, shown, engine, progress)
    recipe = {**recipe, **shown.about_page, **story.about, "frames_per_second": choices.fps}
    return file_formats.movie_bytes(
        choices.suffix, story.frames(), story.count, recipe, fps=choices.fps, scale=choices.scale, progress=progress
    )


def first_frame(what: str, shown: Present) -> Figure:
    """A page as large as a movie's frames: they have a note, and a rollout's one on each side of a comparison."""
    # A layer's scale takes room; a movie's frames each have the layer of their own field.
    look = Look(shown.mode, shown.palette, shown.options, under=lambda _: shown.under, named=shown.named)
    sides = [replace(side, note=" " if what == "rollout" else "") for side in shown.sides]
    return look.draw(sides, "", stack=what == "rollout")


def picture_bytes(suffix: str, shown: Present, scale: float) -> bytes:
    """The view as "png", "svg" or "pdf", with its recipe."""
    recipe = {**shown.recipe, **shown.about_page}
    return file_formats.picture_bytes(suffix, shown.figure, recipe, scale=scale, title=shown.options.title)


def export(choices: Choices, shown: Present, engine: Engine, path: Path, progress: Progress) -> Path:
    """Write the file, whole or not at all.

    Raises:
        Cancelled: when `progress` says not to continue; nothing was written.
        MazescopeError: one sentence on why it could not be written; what was at the path is unchanged.
    """
    made = content(choices, shown, engine, progress)
    if not progress(1, 1):
        raise Cancelled
    try:
        write_atomically(path, made)
    except OSError as error:
        raise MazescopeError(f"{path.name} could not be written: {error.strerror or error}.") from error
    return path


def _story(choices: Choices, shown: Present, engine: Engine, progress: Progress) -> Story:
    # What is over the mazes now belongs to one step of the rollout; a movie draws its own.
    look = Look(
        shown.mode,
        shown.palette,
        shown.options,
        tuple(side.title for side in shown.sides),
        named=shown.named,
        under=None if shown.under is None else partial(_layer_of_frame, shown, engine),
    )
    requests = [result.request for result in shown.results]
    if choices.what == "rollout":
        return rollout_story(shown.results, _walks(shown, progress), look, choices.fps)
    if choices.what == "sweep":
        if choices.sweep is None:
            raise MazescopeError("No number of the stack was chosen to sweep.")
        return sweep_story(requests, choices.sweep, look, choices.fps, engine.compute)
    if choices.what == "training":
        return _training_story(shown, look, choices.fps, engine)
    return edits_story(shown.moments, look, choices.fps, engine.compute, shown.comparison)


def _training_story(shown: Present, look: Look, fps: int, engine: Engine) -> Story:
    """The sides as they are, under each checkpoint; a pinned policy stays what it is."""
    # Loads torch.
    from app.export.training_movie import training_story

    if shown.series is None:
        raise MazescopeError("No series of checkpoints is open: open one first (Training, Open series of checkpoints).")
    front, *others = (result.request for result in shown.results)
    pinned = shown.comparison is not None and shown.comparison.policy is not None
    if pinned:
        # The policy in front is another one in each frame.
        look = replace(look, titles=(shown.series.name, *look.titles[1:]))
    return training_story(
        shown.series,
        [front.maze, *(other.maze for other in others)],
        look,
        fps,
        engine.compute,
        front.stack,
        [None, *(other.policy if pinned else None for other in others)],
    )


def _layer_of_frame(shown: Present, engine: Engine, result: FieldResult) -> SquareLayer | None:
    if result is shown.sides[0].result:
        return shown.under
    # Loads torch.
    from app.studies.frame_layer import frame_layer

    return frame_layer(shown.wanted, result, shown.mode, engine)


def _walks(shown: Present, progress: Progress) -> list[Rollouts]:
    """The mice's episodes of each side; those that are not worked out yet are worked out now."""
    # Loads torch.
    from app.studies.rollouts import rollouts

    requests = [result.request for result in shown.results]
    return [
        found or rollouts(request.policy, request.maze, request.stack, shown.rule, progress)
        for found, request in zip(shown.rollouts, requests, strict=True)
    ]
