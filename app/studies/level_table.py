"""The level table: one row for each of many levels, with what a policy would do there and what the level is like."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from app.errors import MazescopeError
from app.field.level_blocks import LevelBlock, LevelRange
from app.field.level_forward import LevelForward
from app.field.machines import HERE, Machines, compute
from app.field.memory_release import give_memory_back
from app.interventions.patches import NO_PATCHES, PatchStack
from app.interventions.patches_file import stack_to_json
from app.io import parquet
from app.io.parquet_parts import PartsFolder
from app.maze.game_rules import TIMEOUT
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on
from app.studies.level_repeats import repeats_of_parts
from app.studies.level_rows import DIGEST, LevelRows, Outcomes, repeats
from app.studies.levels_result import LevelsResult
from app.studies.outcome import MOST_STEPS
from app.studies.study import Partial, Question, Recipe, unheard

PART: Final = 4
"""Blocks in a part: what is written at once, and what one task of a cluster computes."""

BYTES_A_ROW: Final = 200
"""Room on the disk that a row takes, in its part and in the finished file together, as measured and half as much
again."""

MOST_IN_MEMORY: Final = 1_000_000
"""Levels whose table is kept in memory, where it is written to no file: some 1 GB."""

BETWEEN_PARTIAL: Final = 0.3
SHARE_OF_PARTIAL: Final = 20.0
"""Seconds between two partial results, and at least this many times what one takes: it grows with the rows so far."""

Columns = dict[str, np.ndarray]
Part = tuple[LevelBlock, ...]


@dataclass(frozen=True)
class LevelsQuestion(Question):
    """Question: a policy's choice in each of many levels.

    Attributes:
        policy: the policy.
        levels: which levels.
        outcomes: which outcomes of play are computed as well.
        steps: T, after how many steps play ends.
        stack: patches; with some, each number of the policy has a second column under them, `NAME_patched`.
        out: a Parquet file that the table is streamed to, with parts that a later run continues from; None for memory.
        restart: drop the parts that an earlier run has left.
        machines: what computes.

    Raises:
        MazescopeError: without any level, or for a number of steps that is none.
    """

    study: ClassVar[str] = "levels"

    policy: Policy
    levels: LevelRange
    outcomes: Outcomes = "none"
    steps: int = TIMEOUT
    stack: PatchStack = NO_PATCHES
    out: Path | None = field(default=None, compare=False)
    restart: bool = field(default=False, compare=False)
    machines: Machines = field(default=HERE, compare=False)

    def __post_init__(self) -> None:
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")
        if not 1 <= self.steps <= MOST_STEPS:
            raise MazescopeError(f"{self.steps} steps were asked for; expected 1 to {MOST_STEPS}.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> LevelsResult:
        """Measure; with `out`, into that file.

        Raises:
            MazescopeError: when the file cannot be written, the disk is too small for it, or it is in use; without a
                file, for more levels than memory holds.
            PatchError: when the stack drives the network beyond what float32 holds.
            Cancelled: when `progress` says not to continue; parts that are done are kept next to `out`.
        """
        # Outcomes need whole fields of each level, which several threads of the CPU compute.
        machines = self.machines.on(device if self.outcomes == "none" else "cpu")
        if self.out is not None:
            return self._run_to_file(self.out, progress, machines)
        if len(self.levels) > MOST_IN_MEMORY:
            raise MazescopeError(
                f"{len(self.levels):,} levels are too many for a table in memory; expected at most {MOST_IN_MEMORY:,}, "
                "or `study levels` with --out, which streams them to a file."
            )
        # By place: a cluster's parts come as they are done.
        found: dict[int, Columns] = {}
        due = 0.0
        for place, columns in self._computed(self._split(), progress, 0, machines):
            found[place] = columns
            started = time.monotonic()
            if partial is unheard or started < due:
                continue
            partial(LevelsResult(self, _in_order(found)))
            ended = time.monotonic()
            due = ended + max(BETWEEN_PARTIAL, SHARE_OF_PARTIAL * (ended - started))
        return LevelsResult(self, _in_order(found))

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        import torch

        recipe: Recipe = {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            **self.levels.recipe(),
            "outcomes": self.outcomes,
            "torch": torch.__version__,
        }
        if self.outcomes != "none":
            recipe["steps"] = self.steps
        return recipe | (stack_to_json(self.stack) if self.stack.active else {})

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        outcomes = () if self.outcomes == "none" else ("--outcomes", self.outcomes, "--steps", str(self.steps))
        return (*self.levels.words(), *outcomes)

    @property
    def rows(self) -> LevelRows:
        """The request for a block."""
        return LevelRows(self.outcomes, self.steps, self.stack)

    def _split(self) -> Iterator[Part]:
        blocks = self.levels.blocks()
        while part := tuple(itertools.islice(blocks, PART)):
            yield part

    def _computed(
        self, parts: Iterable[Part], progress: Progress, done: int, machines: Machines
    ) -> Iterator[tuple[int, Columns]]:
        """Parts as they are done, with their place in `parts`."""
        total = len(self.levels)

        def heard(count: int = 0) -> None:
            nonlocal done
            done += count
            if not progress(done, total):
                raise Cancelled

        heard()
        if machines.clustered:
            for place, content in compute(_PartAsFile(self.rows), self.policy, parts, machines, heard):
                columns = parquet.from_bytes(content)
                heard(len(columns["seed"]))
                yield place, columns
            return
        # Both are a few parts apart, however many there are.
        ahead, parts = itertools.tee(parts)
        found = compute(self.rows, self.policy, (block for part in ahead for block in part), machines)
        try:
            for place, part in enumerate(parts):
                known = []
                for _, columns in itertools.islice(found, len(part)):
                    known.append(columns)
                    heard(len(columns["seed"]))
                yield place, parquet.stacked(known)
        finally:
            found.close()

    def _run_to_file(self, out: Path, progress: Progress, machines: Machines) -> LevelsResult:
        self._check_room(out)
        recipe = LevelsResult(self, None, self.out).recipe
        with PartsFolder(out, recipe).opened(restart=self.restart) as folder:
            sizes = [sum(map(len, part)) for part in self._split()]
            missing = [number for number, rows in enumerate(sizes) if not folder.has(number, rows)]
            done = len(self.levels) - sum(sizes[number] for number in missing)
            still = set(missing)
            wanted = (part for number, part in enumerate(self._split()) if number in still)
            for place, columns in self._computed(wanted, progress, done, machines):
                folder.put(missing[place], parquet.to_bytes(columns, {}))
            # The threads have ended: joining takes the place of what they have left.
            give_memory_back()
            folder.finish(_joined(folder, sizes), recipe)
        return LevelsResult(self, None, self.out)

    def _check_room(self, out: Path) -> None:
        if out.is_dir() or not out.parent.is_dir():
            raise MazescopeError(f"{out} cannot be written; expected a file in a folder that exists.")
        needed, free = len(self.levels) * BYTES_A_ROW, shutil.disk_usage(out.parent).free
        if needed > free:
            raise MazescopeError(
                f"{len(self.levels):,} levels take about {_room(needed)} and {out.parent} has {_room(free)} free; ask "
                "for fewer levels, or choose another disk."
            )


@dataclass(frozen=True)
class _PartAsFile:
    """A part as a Parquet file: what a worker of a cluster sends back."""

    rows: LevelRows

    def __call__(self, part: Part, forward: LevelForward) -> bytes:
        return parquet.to_bytes(parquet.stacked([self.rows(block, forward) for block in part]), {})


def _room(count: int) -> str:
    """This many bytes for people."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _joined(folder: PartsFolder, sizes: list[int]) -> Iterator[Columns]:
    """The finished table's columns, part by part.

    Args:
        sizes: rows of each part.
    """

    def known() -> Iterator[Columns]:
        return (folder.get(number, ["seed", *DIGEST]) for number in range(len(sizes)))

    for number, found in enumerate(repeats_of_parts(known, sum(sizes), folder.folder)):
        yield _with_repeats(folder.get(number), found)


def _in_order(parts: dict[int, Columns]) -> Columns:
    """The finished table of the parts that are there, in the order of their places."""
    columns = parquet.stacked([parts[place] for place in sorted(parts)])
    return _with_repeats(columns, repeats(columns["seed"], *(columns[name] for name in DIGEST)))


def _with_repeats(columns: Columns, found: np.ma.MaskedArray) -> Columns:
    finished: Columns = {}
    for name, values in columns.items():
        if name == DIGEST[0]:
            finished["repeats"] = found
        elif name != DIGEST[1]:
            finished[name] = values
    return finished
