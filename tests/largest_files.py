"""Files as large as their readers take, or smaller by a factor: harmless ones, which open or are refused.

    python -m tests.largest_files [--fraction 1] [KIND ...]

Prints a table: size, what became of the file, seconds of processor time, and the most memory that Python held for it.
Exit status 1 when one needs more than 5 seconds or 500 MB. Policies are not among those with full weights: they need
what their weights need.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError
from tests.maze.states import state_of

MOST_SECONDS: Final = 5.0
MOST_MEGABYTES: Final = 500.0
SMALL: Final = 1 / 256
"""The fraction that is read first, so that what the program loads once does not count."""

SEEDS: Final = 8


@dataclass(frozen=True)
class Large:
    """A kind of file.

    Attributes:
        name: what it is called in the table.
        suffix: of the file.
        content: of a file that is smaller than the largest by a factor.
        read: reads one; raises `MazescopeError`.
    """

    name: str
    suffix: str
    content: Callable[[float], bytes]
    read: Callable[[Path], object]


def kinds() -> Iterator[Large]:
    """Every kind of file with a limit."""
    from app.document.open_file import read_file
    from app.interventions import channel_sets, patches_file, vectors
    from app.io import json_file, safetensors_header
    from app.maze import grid_file, maze_file, state_file, text_file
    from app.policy.limits import LIMITS

    yield from _sessions(read_file)
    yield Large("patches", ".json", lambda part: _padded(_patches(part), patches_file.LARGEST, part), read_file)
    lists = json_file.MOST_VALUES
    yield Large(
        "patches, lists", ".json", lambda part: _lists(b'{"patches":[', patches_file.LARGEST, lists, part), read_file
    )
    yield Large("maze, JSON", ".json", lambda part: _lists(_maze_head(), maze_file.LARGEST, lists, part), read_file)
    yield Large(
        "maze, text", ".txt", lambda part: (b"#" * 255 + b"\n") * int(text_file.LARGEST * part / 256), read_file
    )
    yield Large("grid, NPY", ".npy", lambda part: _grid(grid_file.LARGEST * part), read_file)
    yield Large("pickled states of procgen", ".pkl", lambda part: _states(state_file.MOST * part), read_file)
    size = channel_sets.LARGEST
    yield Large(
        "channel sets", ".json", lambda part: _sets(channel_sets.MOST_SETS, size * part), channel_sets.load_sets
    )
    yield Large("vector", ".safetensors", lambda part: _tensors(int(vectors.LARGEST * part), 100), read_file)
    header = safetensors_header.LARGEST_HEADER
    yield Large("vector, header", ".safetensors", lambda part: _tensors(0, int(header * part)), read_file)
    yield from _policies(read_file, LIMITS.header, LIMITS.pickle)
    yield from _exports(read_file)


def _sessions(read: Callable[[Path], object]) -> Iterator[Large]:
    from app.document.document import OpenMaze, State
    from app.document.session_file import LARGEST, LARGEST_COUNT, to_json
    from app.io.json_file import MOST_VALUES
    from app.maze.generator import level

    mazes = [level(25, seed) for seed in range(SEEDS)]

    def of_mazes(part: float) -> bytes:
        count = int(LARGEST_COUNT * part)
        tabs = tuple(OpenMaze(n, f"Maze {n}", mazes[n % SEEDS], mazes[n % SEEDS]) for n in range(max(count, 1)))
        # Without spaces, so that as many as are allowed fit into the bytes that are.
        return json.dumps(to_json(State(tabs, 0), {}), separators=(",", ":")).encode()[: int(LARGEST * part)]

    head = json.dumps(to_json(State((OpenMaze(0, "a", mazes[0], mazes[0]),), 0), {}))[:-1].encode() + b',"more":['
    yield Large("session, mazes", ".mazescope", of_mazes, read)
    yield Large("session, lists", ".mazescope", lambda part: _lists(head, LARGEST, MOST_VALUES, part), read)


def _patches(part: float) -> Any:
    from app.interventions.patches_file import MOST_PATCHES

    one = {"kind": "zero", "layer": "embedder.block1.conv", "channels": list(range(1500))}
    return {"patches": [one] * int(MOST_PATCHES * part)}


def _padded(found: Any, largest: int, part: float) -> bytes:
    """JSON, with spaces up to the size."""
    content = json.dumps(found).encode()
    assert len(content) <= largest * part
    return content.ljust(int(largest * part))


def _lists(head: bytes, largest: int, values: int, part: float) -> bytes:
    """JSON that begins like this and ends with as many empty lists as fit into both limits."""
    count = int(
        min((largest * part - len(head) - 2) // 3, (values * part - head.count(b",") - head.count(b"[")) // 2 - 9)
    )
    return head + b",".join([b"[]"] * max(count, 1)) + b"]}"


def _maze_head() -> bytes:
    from app.maze import maze_file
    from app.maze.generator import level

    return json.dumps(maze_file.to_json(level(25, 1)))[:-1].encode() + b',"more":['


def _grid(size: float) -> bytes:
    buffer = BytesIO()
    np.save(buffer, np.zeros((16, max(int(size) - 128, 16) // 16), np.uint8))
    return buffer.getvalue()


def _states(count: float) -> bytes:
    from app.maze.generator import level

    return pickle.dumps([state_of(level(25, n)) for n in range(max(int(count), 1))])


def _sets(count: int, size: float) -> bytes:
    channels = list(range(int(size / count / 7)))
    found = [{"name": str(n), "layer": "embedder.block1.conv", "channels": channels or [1]} for n in range(count)]
    return json.dumps({"channel_sets": found}).encode()


def _tensors(size: int, note: int) -> bytes:
    """A vector's file of about this size, with a note of this length in its header."""
    from safetensors.numpy import save

    from app.interventions.vectors import ActivationVector

    vector = ActivationVector("v", "random", "embedder.fc", np.ones(256, np.float32), "0" * 64)
    values = np.ones(max((size - note) // 4 - 500, 256), np.float32)
    return bytes(save({"vector": values}, {**vector._metadata(), "note": "a" * max(note - 1000, 1)}))


def _policies(read: Callable[[Path], object], header: int, pickled: int) -> Iterator[Large]:
    import torch
    from safetensors.torch import save

    from app.policy.network import random_network

    weights = {name: value.detach() for name, value in random_network(1, 0).state_dict().items()}

    def tensors(part: float) -> bytes:
        return bytes(save(weights, metadata={"config": '{"a":"' + "a" * int(header * part * 0.9) + '"}'}))

    def of_torch(part: float) -> bytes:
        buffer = BytesIO()
        torch.save({"model_state_dict": weights, "notes": [[n] for n in range(int(pickled * part / 12))]}, buffer)
        return buffer.getvalue()

    yield Large("policy, header", ".safetensors", tensors, read)
    yield Large("policy, notes of torch", ".pth", of_torch, read)


def _exports(read: Callable[[Path], object]) -> Iterator[Large]:
    from app.document.embedded_recipe import LARGEST
    from app.document.recipe import recipe_of
    from app.document.view_mode import Mode
    from app.export.file_formats import file_bytes
    from app.field.engine import Engine, FieldRequest
    from app.maze.generator import level
    from app.policy.network import random_network
    from app.policy.policy import policy_of

    request = FieldRequest(level(15, 3), policy_of(random_network(1, 0), "large"))
    engine = Engine("cpu")
    try:
        result = engine.compute(request)
    finally:
        engine.close()
    recipe = recipe_of(request.maze, request.policy, request.stack, seed=3)

    def content(suffix: str, part: float) -> bytes:
        # Escapes make the text longer in some formats: then the file is refused, which may take no longer either.
        more = {"more": [[]] * int((LARGEST * part - 4000) / 4)}
        return file_bytes(suffix, result, {**recipe, **more}, mode=Mode.ORIGINAL, patched=False)

    for suffix in ("png", "svg", "pdf", "csv", "npz"):
        yield Large(f"export, {suffix.upper()}", f".{suffix}", lambda part, suffix=suffix: content(suffix, part), read)


@dataclass(frozen=True)
class Cost:
    """Time and memory for reading one file.

    Attributes:
        megabytes_of_file: its size.
        refusal: the sentence, "" where it was opened.
        seconds: of processor time.
        megabytes: the most memory that Python and numpy held.
    """

    megabytes_of_file: float
    refusal: str
    seconds: float
    megabytes: float


def cost(kind: Large, folder: Path, fraction: float) -> Cost:
    """Read the file of a kind twice: for its time, and for its memory."""
    path = folder / f"large{kind.suffix}"
    path.write_bytes(kind.content(SMALL * fraction if fraction < 1 else SMALL))
    _read(kind, path)
    path.write_bytes(kind.content(fraction))
    size = path.stat().st_size / 2**20
    started = time.process_time()
    refusal = _read(kind, path)
    seconds = time.process_time() - started
    tracemalloc.start()
    try:
        _read(kind, path)
        megabytes = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    path.unlink()
    return Cost(size, refusal, seconds, megabytes)


def _read(kind: Large, path: Path) -> str:
    try:
        kind.read(path)
    except MazescopeError as error:
        return str(error)
    return ""


def main() -> int:
    """Measure what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.largest_files", description=__doc__)
    parser.add_argument("--fraction", type=float, default=1.0, help="of the limits")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="as in the table; all unless given")
    arguments = parser.parse_args()
    print(
        "| kind | file (MB) | processor time (s) | memory (MB) | what became of it |\n| --- | --- | --- | --- | --- |"
    )
    failed = False
    with tempfile.TemporaryDirectory(prefix="mazescope-large-") as folder:
        for kind in kinds():
            if arguments.kinds and kind.name not in arguments.kinds:
                continue
            found = cost(kind, Path(folder), arguments.fraction)
            failed |= found.seconds > MOST_SECONDS or found.megabytes > MOST_MEGABYTES
            print(
                f"| {kind.name} | {found.megabytes_of_file:.2f} | {found.seconds:.2f} | {found.megabytes:.0f} "
                f"| {found.refusal or 'opened'} |",
                flush=True,
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
