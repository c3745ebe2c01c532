"""Fuzzing of every reader: good files changed at random, each of which must open or be refused in one clean sentence.

    python -m tests.fuzzing [--each 1000] [--seed 1] [KIND ...]

The changes are harmless: bytes flipped, cut, repeated and inserted, and values of JSON replaced by others of the wrong
type, range or length. Prints a table: files tried, opened, refused, the most processor time of one in ms and the most
memory that Python held in MB. Exit status 1 when a reader raised anything but a refusal, or its sentence was not one
printable line.
"""

from __future__ import annotations

import argparse
import copy
import json
import pickle
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError
from tests.maze.states import state_of

MOST_SECONDS: Final = 5.0
MOST_MEGABYTES: Final = 500.0
TRACED: Final = 20
"""Of so many files one has its memory measured, which takes time."""

ODD: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1.5, 2**31, 2**63, -(2**70), 1e308, "", "a" * 3000, "\u202eodd\u2066", "\x00", "../../a", [], {},
    [[]], {"a": 1}, ["a"], [1, 2, 3], float("nan"),
)  # fmt: skip


@dataclass
class Outcome:
    """Counts of what happened to the files of one kind.

    Attributes:
        tried, opened, refused: counts of files.
        milliseconds: the most processor time of one.
        megabytes: the most memory that Python held for one.
        problems: sentences on files that were neither opened nor properly refused.
    """

    tried: int = 0
    opened: int = 0
    refused: int = 0
    milliseconds: float = 0.0
    megabytes: float = 0.0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        name: what it is called in the table.
        suffix: of the file.
        content: a good one.
        read: reads one; raises `MazescopeError`.
    """

    name: str
    suffix: str
    content: bytes
    read: Callable[[Path], object]


def kinds(folder: Path) -> Iterator[Kind]:
    """Every kind of file that the program reads, with a good one made by the program itself where it writes such."""
    from app.document.document import OpenMaze, State
    from app.document.open_file import read_file
    from app.document.session_file import to_json
    from app.interventions.channel_sets import load_sets
    from app.interventions.patches import AddVector, Mean, PatchStack, Scale, SetValue, Zero
    from app.interventions.patches_file import stack_to_json
    from app.interventions.vectors import ActivationVector, save_vector
    from app.io.json_file import json_bytes
    from app.maze import maze_file
    from app.maze.ascii import to_ascii
    from app.maze.generator import level
    from app.policy.network import random_network
    from app.policy.policy import policy_of
    from app.policy.series import open_series
    from widgets.services.settings import Settings
    from widgets.startup.single_instance import message_of

    maze = level(15, 3)
    stack = PatchStack((Zero(channels=(3, 5)), Scale(positive=0.5), AddVector(), Mean(), SetValue(square=(7, 8))))
    policy = policy_of(random_network(1, 0), "fuzzed")
    state = State((OpenMaze(1, "one", maze, maze, 3, 5), OpenMaze(2, "two", maze, maze)), 2, policy, stack)
    yield Kind("session", ".mazescope", json_bytes(to_json(state, {"mode": "original"})), read_file)
    yield Kind("patches", ".json", json_bytes(stack_to_json(stack)), read_file)
    yield Kind("maze, JSON", ".json", json_bytes(maze_file.to_json(maze)), read_file)
    yield Kind("maze, text", ".txt", to_ascii(maze).encode(), read_file)
    sets = {"channel_sets": [{"name": "cheese", "layer": "embedder.block1.conv", "channels": [1, 2]}]}
    yield Kind("channel sets", ".json", json_bytes(sets), load_sets)
    vector = ActivationVector("v", "random", "embedder.fc", np.ones(256, np.float32), "0" * 64, maze_a=maze, seeds=(1,))
    save_vector(folder / "good", vector)
    yield Kind("vector", ".safetensors", (folder / "good").read_bytes(), read_file)
    yield from _policies(policy, read_file)
    yield from _mazes_of_others(maze, read_file)
    yield from _exports(maze, policy, read_file)
    yield Kind("series", ".safetensors", _safetensors(policy), lambda path: open_series([path, _sibling(path)]))
    yield from _remembered(folder, state)
    yield Kind("settings", ".json", json_bytes({"theme": "dark", "recent": ["/a"]}), Settings)
    message = json.dumps({"files": ["/a/b"], "activation": ""}).encode() + b"\n"
    yield Kind("message of a later start", "", message, lambda path: message_of(path.read_bytes()))


def _sibling(path: Path) -> Path:
    return path.with_name("step-2.safetensors")


def _safetensors(policy: Any) -> bytes:
    from safetensors.torch import save

    weights = {name: value.detach() for name, value in policy.network.state_dict().items()}
    return bytes(save(weights, metadata={"world": "easy", "config": '{"seed": 0}'}))


def _policies(policy: Any, read: Callable[[Path], object]) -> Iterator[Kind]:
    import torch

    yield Kind("policy, safetensors", ".safetensors", _safetensors(policy), read)
    for name, new in (("policy, torch", True), ("policy, torch before 1.6", False)):
        buffer = BytesIO()
        found = {"model_state_dict": policy.network.state_dict(), "step": 3}
        torch.save(found, buffer, _use_new_zipfile_serialization=new)
        yield Kind(name, ".pth", buffer.getvalue(), read)


def _mazes_of_others(maze: Any, read: Callable[[Path], object]) -> Iterator[Kind]:
    state = state_of(maze)
    yield Kind("state of procgen", "", state, read)
    yield Kind("pickled states of procgen", ".pkl", pickle.dumps([state, state]), read)
    grid = np.frombuffer(maze.walls, np.uint8).reshape(maze.world, maze.world)
    buffer = BytesIO()
    np.save(buffer, grid)
    yield Kind("grid, NPY", ".npy", buffer.getvalue(), read)


def _remembered(folder: Path, state: Any) -> Iterator[Kind]:
    """Files that the program keeps for itself between runs; a damaged one counts as not there."""
    from app.document.autosave import FOLDER, Autosave
    from app.document.session_file import to_json
    from app.field.convolutions import BFLOAT16
    from app.field.execution_plan import FastPlan, Plans, default_plan
    from app.io.json_file import json_bytes

    def recovered(path: Path) -> object:
        own = Autosave(path.parent)
        try:
            path.replace(path.parent / FOLDER / "1-a.json")
            found = own.left_behind()
            for each in found:
                each.discard()
        finally:
            own.close()
        if not found:
            raise MazescopeError("It was put aside.")
        return found

    def planned(path: Path) -> object:
        plans = Plans(path)
        found = plans.find(1, 15), plans.find_fast(1, 15)
        if None in found:
            raise MazescopeError("No plan is known.")
        return found

    def plans() -> bytes:
        path = folder / "plans.json"
        kept = Plans(path)
        kept.remember(1, 15, default_plan(1))
        kept.remember_fast(1, 15, FastPlan(replace(default_plan(1), kernel=BFLOAT16), 1.6))
        return path.read_bytes()

    yield Kind("autosave", ".json", json_bytes({"session_path": None, "session": to_json(state, {})}), recovered)
    yield Kind("measured plans", ".json", plans(), planned)


def _exports(maze: Any, policy: Any, read: Callable[[Path], object]) -> Iterator[Kind]:
    from app.document.recipe import recipe_of
    from app.document.view_mode import Mode
    from app.drawing.figure import FigureOptions, figure
    from app.drawing.palette import LIGHT
    from app.export.file_formats import file_bytes
    from app.export.movies import gif_bytes, mp4_bytes
    from app.field.engine import Engine, FieldRequest
    from app.io import parquet
    from app.io.json_file import json_bytes

    request = FieldRequest(maze, policy)
    engine = Engine("cpu")
    try:
        result = engine.compute(request)
    finally:
        engine.close()
    recipe = recipe_of(maze, policy, request.stack, seed=3)
    for suffix in ("png", "svg", "pdf", "csv", "npz"):
        content = file_bytes(suffix, result, recipe, mode=Mode.ORIGINAL, patched=False)
        yield Kind(f"export, {suffix.upper()}", f".{suffix}", content, read)
    frames = [figure(result, Mode.ORIGINAL, LIGHT, FigureOptions(show_legend=False))] * 2
    yield Kind("export, GIF", ".gif", gif_bytes(frames, 2, recipe, scale=0.25), read)
    yield Kind("export, MP4", ".mp4", mp4_bytes(frames, 2, recipe, scale=0.25), read)

    def read_parquet(path: Path) -> object:
        # The recipe is changed, not the file around it, which is pyarrow's own affair.
        try:
            found = json.loads(path.read_bytes())
        except ValueError as error:
            raise MazescopeError("This is no JSON to begin with.") from error
        columns = {"seed": np.arange(3)}
        path.write_bytes(parquet.to_bytes(columns, found if isinstance(found, dict) else {"recipe": found}))
        return parquet.read(path)

    yield Kind("recipe of a Parquet table", ".parquet", json_bytes(recipe), read_parquet)


def mutated(content: bytes, dice: random.Random) -> bytes:
    """A file with a few harmless changes."""
    if content[:1] == b"{" and dice.random() < 0.5:
        return _other_values(content, dice)
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5))):
        # Most changes go where the structure is: the beginning and the end.
        size = len(changed)
        if not size:
            break
        low, high = dice.choice(((0, min(size, 200)), (0, min(size, 4000)), (max(0, size - 200), size), (0, size)))
        place, span = dice.randrange(low, high), dice.choice((1, 4, 50))
        what = dice.randrange(5)
        if what == 0:
            changed[place] ^= dice.randrange(1, 256)
        elif what == 1:
            del changed[place : place + span]
        elif what == 2:
            changed[place:place] = dice.randbytes(span)
        elif what == 3:
            changed[place:place] = changed[place : place + span]
        else:
            del changed[dice.randrange(size) :]
    return bytes(changed)


def _other_values(content: bytes, dice: random.Random) -> bytes:
    """JSON with some values replaced, left out or said twice."""
    found = copy.deepcopy(json.loads(content))
    places = list(_places(found))
    for _ in range(dice.choice((1, 1, 2, 4))):
        owner, key = dice.choice(places)
        what = dice.randrange(4)
        if isinstance(owner, dict):
            if what == 0:
                owner.pop(key, None)
            elif what == 1:
                owner[dice.choice(("", "a", str(key).upper()))] = dice.choice(ODD)
            else:
                owner[key] = copy.deepcopy(dice.choice(ODD))
        elif what == 0:
            owner.append(copy.deepcopy(dice.choice(ODD)))
        elif owner:
            owner[dice.randrange(len(owner))] = copy.deepcopy(dice.choice(ODD))
    return json.dumps(found).encode()


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in items:
        yield found, key
        yield from _places(value)


def attempt(kind: Kind, path: Path, content: bytes, outcome: Outcome, *, traced: bool = False) -> None:
    """Read one file, and note what became of it."""
    path.write_bytes(content)
    outcome.tried += 1
    if traced:
        tracemalloc.start()
    # Of this thread: other work on the machine does not count.
    started = time.thread_time()
    try:
        kind.read(path)
        outcome.opened += 1
    except MazescopeError as error:
        outcome.refused += 1
        sentence = str(error)
        if not sentence.isprintable() or not sentence.endswith((".", "…")):
            outcome.problems.append(f"{kind.name}: the refusal {sentence[:200]!r}")
    except Exception as error:
        outcome.problems.append(f"{kind.name}: {type(error).__name__}: {str(error)[:200]!r}")
    finally:
        took = time.thread_time() - started
        if traced:
            outcome.megabytes = max(outcome.megabytes, tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        else:
            outcome.milliseconds = max(outcome.milliseconds, took * 1000)


def fuzz(folder: Path, each: int, seed: int, names: frozenset[str] = frozenset()) -> Mapping[str, Outcome]:
    """Try so many files of each kind; of the named ones only, where any are named."""
    found: dict[str, Outcome] = {}
    for kind in kinds(folder):
        if names and kind.name not in names:
            continue
        dice, outcome = random.Random(f"{seed} {kind.name}"), Outcome()
        place = folder / kind.name.replace(",", "").replace(" ", "-")
        place.mkdir(exist_ok=True)
        path = place / f"step-1{kind.suffix}"
        if kind.name == "series":
            _sibling(path).write_bytes(kind.content)
        attempt(kind, path, kind.content, outcome)
        if outcome.opened != 1:
            outcome.problems.append(f"{kind.name}: the good file was not opened")
        for number in range(each):
            attempt(kind, path, mutated(kind.content, dice), outcome, traced=number % TRACED == 0)
        found[kind.name] = outcome
    return found


def main() -> int:
    """Fuzz what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--each", type=int, default=1000, help="files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="as in the table; all unless given")
    arguments = parser.parse_args()
    print("| kind | tried | opened | refused | longest (ms) | memory (MB) |\n| --- | --- | --- | --- | --- | --- |")
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mazescope-fuzz-") as folder:
        for name, found in fuzz(Path(folder), arguments.each, arguments.seed, frozenset(arguments.kinds)).items():
            counts = f"{found.tried} | {found.opened} | {found.refused}"
            print(f"| {name} | {counts} | {found.milliseconds:.0f} | {found.megabytes:.1f} |", flush=True)
            problems += found.problems
            if found.milliseconds > MOST_SECONDS * 1000 or found.megabytes > MOST_MEGABYTES:
                problems.append(f"{name}: took {found.milliseconds:.0f} ms and {found.megabytes:.0f} MB")
    print("\n".join(dict.fromkeys(problems)) or "Every file was opened, or refused in one sentence.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
