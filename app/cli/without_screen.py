"""A start without a screen: the field that the window would show, written to files in `mazescope-out/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.field_command import Job, figure_note, note, write_files
from app.cli.screen_problem import ScreenProblem
from app.document.export_file import OpenedExport
from app.document.open_file import OpenedSession, open_policy, read_file
from app.document.outside import refuse_remote
from app.document.recipe import recipe_of
from app.document.samples import load_samples
from app.document.view_mode import Mode
from app.drawing.figure import FigureOptions
from app.errors import PatchError
from app.export.file_formats import file_bytes
from app.field.measures import decision_probabilities, mean_total_variation
from app.field.requests import FieldRequest, FieldResult
from app.interventions.patch_wording import stack_words
from app.interventions.patches import NO_PATCHES, AddVector, PatchStack
from app.interventions.vectors import ActivationVector
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.paths import state_folder
from app.policy.policy import Policy

if TYPE_CHECKING:
    from app.field.engine import Engine

FOLDER: Final = "mazescope-out"
NOT_WRITTEN: Final = 1
"""The exit status when no folder can be written to."""

_PICTURES: Final[dict[str, Mode]] = {
    "": Mode.SIDE_BY_SIDE,
    "-original": Mode.ORIGINAL,
    "-patched": Mode.PATCHED,
    "-difference": Mode.DIFFERENCE,
}
"""Views drawn where patches act, by how a file's name ends."""


@dataclass(frozen=True)
class Opened:
    """Documents to compute: the first sample with its patches and the policy that ships, or what files name instead.

    Attributes:
        jobs: the mazes.
        stack: the patches.
        from_sample: whether the patches are the sample's, which may not fit another maze or policy.
        policy: the policy; None for the one that ships.
        notes: sentences on what is not as the files say.
    """

    jobs: tuple[Job, ...]
    stack: PatchStack
    from_sample: bool = True
    policy: Policy | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)


def run(files: Sequence[str], screen: ScreenProblem) -> int:
    """Compute the field, write it as PNG and NPZ, and print where it is, what it shows and how to get a window.

    The folder is `mazescope-out` in the current one, or in the program's state folder where that is not writable.

    Args:
        files: checkpoints, mazes, vectors, sessions or patches that replace the defaults.
        screen: why there is no window.

    Returns:
        The exit status: 0, or 1 when no folder can be written to.

    Raises:
        MazescopeError: one sentence on a file that cannot be used.
    """
    note(screen.problem)
    opened = open_files([Path(name) for name in files])

    from app.field.engine import Engine
    from app.policy.policy_info import default_policy_path

    policy = opened.policy or open_policy(default_policy_path())
    for sentence in opened.notes:
        note(sentence)
    engine = Engine()
    try:
        results = [(job, _compute(engine, job.maze, policy, opened)) for job in opened.jobs]
    finally:
        engine.close()
    contents: dict[str, bytes] = {}
    for job, result in results:
        contents |= _contents(job, result)
    folder = _write(contents)
    if folder is None:
        return NOT_WRITTEN
    print(f"Instead of a window, the vector field was written to {folder}:")
    for name in contents:
        print(f"  {name}")
    for job, result in results:
        print(*what_it_shows(job.title, result), sep="\n")
    print(screen.remedy)
    return 0


def open_files(paths: Sequence[Path]) -> Opened:
    """The command for these files; of several policies, stacks or sessions the last counts.

    Raises:
        MazescopeError: one sentence on what was found and what was expected.
    """
    sample = load_samples()[0]
    opened = Opened((Job(sample.name, sample.title, sample.maze),), sample.stack)
    mazes: list[Job] = []
    contents = [(path, read_file(path)) for path in paths]
    # A session takes the place of everything, so what is named with it goes into it.
    for path, found in sorted(contents, key=lambda pair: not isinstance(pair[1], OpenedSession)):
        if isinstance(found, OpenedSession):
            session = found.session
            tab = session.state.tab
            job = Job(path.stem, tab.title, tab.maze, tab.seed, tab.region)
            stack = refuse_remote(session.state.stack, path.parent)
            opened = Opened((job,), stack, False, found.policies.policy, found.policies.problems)
        elif isinstance(found, OpenedExport):
            mazes += [Job(path.stem, tab.title, tab.maze, tab.seed, tab.region) for tab in found.export.mazes]
            policy, notes = found.policy or opened.policy, (*opened.notes, *filter(None, (found.problem,)))
            stack = refuse_remote(found.export.stack, path.parent)
            opened = replace(opened, stack=stack, from_sample=False, policy=policy, notes=notes)
        elif isinstance(found, tuple):
            mazes += [Job(each.name, each.name, each.maze) for each in found]
        elif isinstance(found, PatchStack):
            opened = replace(opened, stack=refuse_remote(found, path.parent), from_sample=False)
        elif isinstance(found, ActivationVector):
            patch = AddVector(layer=found.layer, vector=str(path.absolute()))
            opened = replace(opened, stack=PatchStack((patch,)), from_sample=False)
        else:
            opened = replace(opened, policy=found)
    return replace(opened, jobs=tuple(_named_apart(mazes))) if mazes else opened


def what_it_shows(title: str, result: FieldResult) -> tuple[str, str]:
    """Two sentences: what the arrows are, and the numbers that tell the fields apart."""
    request, count = result.request, len(result.original.squares)
    words = stack_words(request.stack)
    arrows = f'The arrows show the average move of the policy "{request.policy.name}" on each of the {count} squares of'
    decision = decision_square(request.maze)
    before, after = (decision_probabilities(found, decision) for found in (result.original, result.patched))
    if not words:
        first = f'{arrows} the maze "{title}".'
        return first, f"At the decision square {_chances(before)}." if before else (decision.reason or "").strip()
    first = f'{arrows} the maze "{title}": original, patched ({words}), and the difference of the two.'
    if before is not None and after is not None:
        return first, f"At the decision square, original: {_chances(before)}; patched: {_chances(after)}."
    change = mean_total_variation(result.original, result.patched)
    return first, f"The patch moves {change:.2f} of the probability of a move, the mean over the {count} squares."


def _chances(found: tuple[float, float] | None) -> str:
    return f"P(cheese) = {found[0]:.2f}, P(top-right) = {found[1]:.2f}" if found else ""


def _compute(engine: Engine, maze: Maze, policy: Policy, opened: Opened) -> FieldResult:
    result = engine.compute(FieldRequest(maze, policy, opened.stack))
    for problem in result.problems:
        sentence = f"Patch {problem.position + 1} does not act: {problem.reason}"
        if opened.from_sample:
            note(f"The sample's {sentence[:1].lower()}{sentence[1:]}")
            return replace(result, request=replace(result.request, stack=NO_PATCHES))
        raise PatchError(sentence)
    return result


def _contents(job: Job, result: FieldResult) -> dict[str, bytes]:
    """The files of one maze by their names."""
    patched = bool(result.request.stack.active)
    request = result.request
    recipe = recipe_of(request.maze, request.policy, request.stack, seed=job.seed, region=job.region)
    options = FigureOptions(title=job.title, note=figure_note(request))
    pictures: dict[str, Mode] = _PICTURES if patched else {"": Mode.ORIGINAL}
    contents = {f"{job.name}.npz": file_bytes("npz", result, recipe, mode=Mode.ORIGINAL, patched=patched)}
    for ending, mode in pictures.items():
        contents[f"{job.name}{ending}.png"] = file_bytes("png", result, recipe, mode=mode, options=options)
    return contents


def _write(contents: dict[str, bytes]) -> Path | None:
    """Write the files; the folder that took them, or None where none did."""
    failures = []
    for parent in (Path.cwd(), state_folder()):
        folder = parent / FOLDER
        try:
            write_files(folder, contents)
        except OSError as error:
            failures.append(f"{folder} ({error.strerror or error})")
        else:
            return folder
    note(f"The vector field could not be written to {' nor to '.join(failures)}.")
    return None


def _named_apart(jobs: Iterable[Job]) -> Iterator[Job]:
    """Jobs whose files have names of their own: of two called alike the second gets a number."""
    taken: set[str] = set()
    for job in jobs:
        name, number = job.name, 1
        while name in taken:
            number += 1
            name = f"{job.name}-{number}"
        taken.add(name)
        yield replace(job, name=name)
