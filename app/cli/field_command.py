"""`field`: the vector field of levels and maze files, written as NPZ, and as pictures and tables as well.

A short command, of which most is imports: what only some of its arguments need loads when they ask for it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from app.document.recipe import recipe_of
from app.document.view_mode import Mode
from app.drawing.palette import PALETTES, palette
from app.errors import MazeError, MazescopeError, PatchError
from app.export.file_formats import KINDS, NUMBERS, file_bytes, number_bytes
from app.field.requests import FieldRequest, FieldResult
from app.interventions.patches import NO_PATCHES, PatchStack
from app.io.atomic import write_atomically
from app.io.regular_file import exists
from app.maze.levels import generate_levels
from app.maze.maze import WORLDS, Maze
from app.maze.random_words import SEEDS
from app.policy.policy import Policy

_LEVELS_AT_ONCE: Final = 32


@dataclass(frozen=True)
class Job:
    """A maze to compute, and what its files are called."""

    name: str
    title: str
    maze: Maze
    seed: int | None = None
    region: int | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--world", choices=WORLDS, default="easy", help="of the seeds; easy when left out")
    parser.add_argument("--seeds", type=parse_seeds, metavar="A:B|N|N,N,...", help="levels; A:B stops before B")
    parser.add_argument("--region", type=int, metavar="R", help="move the cheese into the top-right R x R squares")
    parser.add_argument(
        "--maze",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="mazes: JSON, text, NumPy grids, states of procgen, or exports",
    )
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="the policy; the one that ships when left out")
    parser.add_argument("--patches", type=Path, metavar="FILE", help="compute the patched field as well")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write to; it is made")
    parser.add_argument(
        "--format",
        type=parse_formats,
        action="extend",
        default=[],
        metavar="|".join(KINDS),
        help="write these as well as NPZ; may be repeated, or a comma list",
    )
    parser.add_argument(
        "--view", choices=[mode.value for mode in Mode], help="what pictures show; with patches all three side by side"
    )
    parser.add_argument("--palette", choices=PALETTES, default="light", help="colours of pictures")
    parser.add_argument("--scale", type=parse_scale, default=1.0, metavar="N", help="size of PNG pictures, 0.25 to 8")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")


def parse_seeds(text: str) -> tuple[range, ...]:
    """The seeds of "A:B" (half-open), "N", or a comma list of these, as ranges in the order given."""
    found = []
    for part in text.split(","):
        ends = part.strip().split(":")
        if not part.strip():
            raise argparse.ArgumentTypeError(f"{text!r} has an empty item; expected A:B, N, or a comma list of these")
        if len(ends) > 2 or not all(end.strip().isdecimal() and end.strip().isascii() for end in ends):
            raise argparse.ArgumentTypeError(
                f"{part.strip()!r} was found; expected A:B, N, or a comma list of these, of seeds from 0 to {SEEDS - 1}"
            )
        first = int(ends[0])
        last = int(ends[1]) if len(ends) == 2 else first + 1
        if last > SEEDS or first >= SEEDS:
            raise argparse.ArgumentTypeError(f"{part.strip()!r} was found; seeds run from 0 to {SEEDS - 1}")
        if last <= first:
            raise argparse.ArgumentTypeError(f"{part.strip()!r} holds no seed; A:B runs from A up to before B")
        found.append(range(first, last))
    return tuple(found)


def note(sentence: str) -> None:
    """Say what the user should know, next to what the command prints."""
    print(sentence, file=sys.stderr)


def parse_formats(text: str) -> list[str]:
    """The formats of a comma list."""
    found = [part.strip().lower() for part in text.split(",")]
    for part in found:
        if part not in KINDS:
            raise argparse.ArgumentTypeError(f"{part!r} was found; expected some of {', '.join(KINDS)}")
    return found


def parse_scale(text: str) -> float:
    """A picture's scale."""
    try:
        scale = float(text)
    except ValueError:
        scale = float("nan")
    if not 0.25 <= scale <= 8:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected a number from 0.25 to 8")
    return scale


def run(arguments: argparse.Namespace) -> int:
    """Compute and write; everything that can be refused is refused before the first file is written."""
    if arguments.seeds is None and not arguments.maze:
        raise MazescopeError("No maze was named; expected --seeds, such as --seeds 0:20, or --maze FILE.")
    if arguments.region is not None and arguments.seeds is None:
        raise MazescopeError("--region was given without --seeds; it moves the cheese of the levels of seeds.")
    if exists(arguments.out) and not arguments.out.is_dir():
        raise MazescopeError(f"{arguments.out} is a file; expected a folder for --out.")
    files = _maze_jobs(arguments.maze)
    _check_names(files, arguments.world, arguments.seeds or ())
    stack = _stack(arguments.patches)

    # These import torch, which takes a second; refusals above need not wait for it.
    from app.field.devices import find_device
    from app.field.engine import Engine

    device, notice = find_device(arguments.device)
    if notice:
        note(notice)
    policy = _policy(arguments.checkpoint)
    engine = Engine(device.key)
    started, squares, written = time.perf_counter(), 0, 0
    try:
        for job in chain(files, _level_jobs(arguments.world, arguments.seeds or (), arguments.region)):
            result = engine.compute(FieldRequest(job.maze, policy, stack))
            _check_patches(result, arguments.patches)
            _note_zero_vectors(job, result)
            written += _write(job, result, arguments)
            squares += len(result.original.squares)
        label = engine.device_label
    finally:
        engine.close()
    seconds = time.perf_counter() - started
    said = f"Wrote {_count(written, 'file')} to {arguments.out}"
    print(f"{said} ({_count(squares, 'square')}, {seconds:.1f} s, {label}).")
    return 0


def _stack(path: Path | None) -> PatchStack:
    if path is None:
        return NO_PATCHES
    from app.document.open_file import open_patches
    from app.document.outside import refuse_remote

    return refuse_remote(open_patches(path), path.parent)


def _policy(path: Path | None) -> Policy:
    if path is None:
        from app.policy.loading import load_policy
        from app.policy.policy_info import default_policy_path

        return load_policy(default_policy_path())
    from app.document.open_file import open_policy

    return open_policy(path)


def _maze_jobs(paths: Sequence[Path]) -> list[Job]:
    if not paths:
        return []
    from app.document.open_file import open_mazes

    jobs = [Job(found.name, found.name, found.maze) for path in paths for found in open_mazes(path)]
    names = [job.name for job in jobs]
    for name in names:
        if names.count(name) > 1:
            raise MazeError(f"{names.count(name)} mazes are called {name}; expected names that differ.")
    return jobs


def _level_jobs(world: str, seeds: Sequence[range], region: int | None) -> Iterator[Job]:
    numbers = chain.from_iterable(seeds)
    while part := list(dict.fromkeys(islice(numbers, _LEVELS_AT_ONCE))):
        for level in generate_levels(world, part, region):
            yield Job(f"{world}-{level.seed}", level.name, level.maze, level.seed, region)


def _check_names(files: Sequence[Job], world: str, seeds: Sequence[range]) -> None:
    for file in files:
        name, _, number = file.name.rpartition("-")
        # Only the plain form of a number is a level's name: easy-0, not easy-00.
        plain = number.isdecimal() and number.isascii() and number == str(int(number))
        if name == world and plain and any(int(number) in part for part in seeds):
            raise MazeError(
                f"A maze file and a level would both be written as {file.name}; expected names that differ."
            )


def _check_patches(result: FieldResult, path: Path | None) -> None:
    if result.problems and path is not None:
        problem = result.problems[0]
        raise PatchError(f"{path.name}: Patch {problem.position + 1} does not act: {problem.reason}")


def _note_zero_vectors(job: Job, result: FieldResult) -> None:
    if not result.request.stack.active:
        return
    from app.drawing.no_change import zero_vectors

    for position, reason in zero_vectors(result):
        note(f"{job.name}: patch {position + 1} changes nothing: {reason}.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _write(job: Job, result: FieldResult, arguments: argparse.Namespace) -> int:
    """Write a maze's files; all of them are made before the first is written."""
    contents = {
        f"{job.name}.{name}": _content(name, job, result, arguments)
        for name in dict.fromkeys(("npz", *arguments.format))
    }
    try:
        write_files(arguments.out, contents)
    except OSError as error:
        raise MazescopeError(f"{arguments.out} cannot be written to: {error.strerror or error}.") from error
    return len(contents)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files by their names into a folder, which is made; each whole or not at all.

    Raises:
        OSError: when one cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_atomically(folder / name, content)


def _content(name: str, job: Job, result: FieldResult, arguments: argparse.Namespace) -> bytes:
    patched, request = arguments.patches is not None, result.request
    recipe = recipe_of(request.maze, request.policy, request.stack, seed=job.seed, region=job.region)
    if name in NUMBERS:
        return number_bytes(name, result, recipe, patched=patched)
    from app.drawing.figure import FigureOptions

    return file_bytes(
        name,
        result,
        recipe,
        mode=Mode(arguments.view or (Mode.SIDE_BY_SIDE if patched else Mode.ORIGINAL)),
        palette=palette(arguments.palette),
        options=FigureOptions(title=job.title, note=figure_note(request)),
        scale=arguments.scale,
        patched=patched,
    )


def figure_note(request: FieldRequest) -> str:
    """The line under a picture's title: the policy, and the patches that act."""
    from app.drawing.source_line import source_line

    return source_line(request.policy, request.stack)
