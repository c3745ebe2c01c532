"""The mazes that ship with the program, each with one sentence and the patches that demonstrate it.

`assets/samples/index.json` lists them: `{"format": "mazescope-samples", "version": 1, "policy": "<weights hash>",
"samples": [{"file": "NAME.json", "title": ..., "sentence": ..., "patches": [...]}, ...]}`; the first is the one the
program opens on. The files next to it are maze files, the patches are those of a patches file. All are written by
`training.choose_samples`, which chooses them by measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import MazeError
from app.interventions.patches import NO_PATCHES, PatchStack
from app.interventions.patches_file import stack_from_json, stack_to_json
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, read_json
from app.maze.maze import Maze
from app.maze.maze_file import load, save
from app.paths import asset

INDEX: Final = "index.json"
FORMAT: Final = "mazescope-samples"
VERSION: Final = 1
LARGEST: Final = 2**20
"""Bytes of the largest list worth reading."""


@dataclass(frozen=True)
class Sample:
    """A maze worth opening.

    Attributes:
        name: the stem of its file.
        title: what its tab says.
        sentence: what there is to see in it.
        maze: the maze.
        stack: the patches that show it; empty when the original field does.
    """

    name: str
    title: str
    sentence: str
    maze: Maze
    stack: PatchStack = NO_PATCHES


def load_samples(folder: Path | None = None) -> tuple[Sample, ...]:
    """The samples of a folder, by default those that ship with the program; the first is the one to open on.

    Raises:
        MazeError: when the index or a maze file is missing or malformed.
        PatchError: when the patches of a sample are malformed.
    """
    folder = asset("samples") if folder is None else folder
    found = read_json(folder / INDEX, LARGEST, "the list of sample mazes", MazeError)
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        raise MazeError(f'{INDEX} is not a list of sample mazes; expected the format "{FORMAT}", version {VERSION}.')
    samples = found.get("samples")
    if not isinstance(samples, list) or not samples:
        raise MazeError(f"{INDEX} lists no samples; expected at least one.")
    return tuple(_sample(folder, entry) for entry in samples)


def save_samples(folder: Path, samples: Sequence[Sample], weights_hash: str) -> None:
    """Write the maze files and their index.

    Args:
        folder: where to.
        samples: the first is the one to open on.
        weights_hash: of the policy for which they were chosen.

    Raises:
        MazeError: when a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            save(folder / f"{sample.name}.json", sample.maze)
        index = {
            "format": FORMAT,
            "version": VERSION,
            "policy": weights_hash,
            "samples": [
                {
                    "file": f"{sample.name}.json",
                    "title": sample.title,
                    "sentence": sample.sentence,
                    **stack_to_json(sample.stack),
                }
                for sample in samples
            ],
        }
        write_atomically(folder / INDEX, json_bytes(index))
    except OSError as error:
        raise MazeError(f"The sample mazes could not be saved to {folder}: {error.strerror or error}.") from error


def _sample(folder: Path, entry: object) -> Sample:
    texts = {key: entry.get(key) for key in ("file", "title", "sentence")} if isinstance(entry, dict) else {}
    if not isinstance(entry, dict) or not all(isinstance(text, str) and text for text in texts.values()):
        raise MazeError(f'A sample in {INDEX} lacks a text; expected "file", "title" and "sentence".')
    name = Path(str(texts["file"]))
    if name.name != str(name):
        raise MazeError(f"The sample {name} in {INDEX} is in another folder; expected a file next to it.")
    stack = stack_from_json({"patches": entry.get("patches", [])})
    return Sample(name.stem, str(texts["title"]), str(texts["sentence"]), load(folder / name), stack)
