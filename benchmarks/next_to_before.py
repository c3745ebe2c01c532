"""This tree next to an older one, in turn and in the same run.

    make bench BEFORE=FOLDER                          # after the usual table
    python -m benchmarks.next_to_before FOLDER [--json FILE] [painting|wall|refresh|start|memory|gif|growing ...]

The folder is a worktree of commit c310395, in which `make run` has made an environment of its own pins; without such an
environment this one's is used, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from app.io.atomic import write_atomically
from benchmarks.measure import ALLOCATOR, Row, allocator

HERE: Final = Path(__file__).resolve().parent.parent
RUNS: Final = 3
"""Of each question and tree, in turn; what is compared are the medians, and the ranges are told."""


@dataclass(frozen=True)
class Goal:
    """One number of one question, and how much of the older tree's it may be.

    Attributes:
        what: words for the table.
        asked: the question of `benchmarks.in_tree`.
        name: the number among its answers.
        ratio: at most this part of the older tree's; at least, where `more` is set.
        enough: a value that is good enough whatever the older tree's is; None for none.
        more: whether more is better.
        unit: of the number, with the space before it.
    """

    what: str
    asked: str
    name: str
    ratio: float
    enough: float | None = None
    more: bool = False
    unit: str = " ms"


WALL: Final = "wall painted for 10 s at 60 events a second, hard 25x25, width 4"
GOALS: Final = (
    Goal("painting a canvas of 336 arrows, all new", "painting", "all new", 0.25),
    Goal("painting a canvas of 336 arrows, 12 new: a frame of a drag", "painting", "twelve new", 0.25),
    Goal(f"{WALL}: events taken", "wall", "events", 1.8, 600, more=True, unit=""),
    Goal(f"{WALL}: 99th percentile of the GUI thread's turns", "wall", "99th percentile", 0.4, 17),
    Goal(f"{WALL}: longest stall", "wall", "longest", 0.4, 34),
    Goal(f"{WALL}: answers shown", "wall", "answers", 2, more=True, unit=""),
    Goal(f"{WALL}: answers shown, fast while dragging", "wall_fast", "answers", 4, more=True, unit=""),
    Goal("full refresh, hard 13x13, width 4", "refresh", "hard 13x13, width 4", 0.95),
    Goal("slider, hard 13x13, width 4", "refresh", "slider, width 4", 0.95),
    Goal("full refresh, easy 13x13, width 1", "refresh", "easy 13x13, width 1", 0.85),
    Goal("window to first field, from source, warm", "start", "between, s", 0.7, unit=" s"),
    Goal("memory of the whole application, hard 25x25, width 4, 500 edits", "memory", "MB", 0, 461, unit=" MB"),
    Goal("the same, after 4 s at rest", "memory", "at rest", 0, 461, unit=" MB"),
    Goal("GIF of 25 frames, hard 25x25", "gif", "GIF", 0.4),
    Goal(
        "diff(t) of 108 levels next to `effects --saturation`, width 1, per level and t",
        "growing",
        "a level and t",
        0.1,
    ),
)


def rows(before: Path, only: tuple[str, ...] = (), runs: int = RUNS) -> Iterator[Row]:
    """The lines of the table; those of these questions alone, where any are named.

    Raises:
        RuntimeError: when a question is not answered; with what was said.
    """
    asked = [name for name in dict.fromkeys(goal.asked for goal in GOALS) if not only or name in only]
    for question in asked:
        answers: dict[Path, list[dict[str, float]]] = {before: [], HERE: []}
        for _ in range(1 if question == "memory" else runs):
            for tree, found in answers.items():
                found.append(ask(tree, question))
        yield from (row(goal, answers[before], answers[HERE]) for goal in GOALS if goal.asked == question)


def row(goal: Goal, old: Sequence[Mapping[str, float]], new: Sequence[Mapping[str, float]]) -> Row:
    """A line of the table, of the answers of both trees, run by run."""
    was, found = (statistics.median(run[goal.name] for run in each) for each in (old, new))
    ratio = found / was if was else 0.0
    met = ratio >= goal.ratio if goal.more else ratio <= goal.ratio
    if goal.enough is not None:
        met = met or (found >= goal.enough if goal.more else found <= goal.enough)
    sign = ">=" if goal.more else "<="
    wanted = [f"{sign} {goal.ratio:g} x c310395"] if goal.ratio else []
    if goal.enough is not None:
        wanted.append(f"{sign} {goal.enough:g}{goal.unit}")
    digits = 1 if goal.unit == " ms" else 2 if goal.unit == " s" else 0
    result = f"{ratio:.2f} x: {found:.{digits}f}{goal.unit} next to {was:.{digits}f}{goal.unit}"
    if f"{goal.name}, plain" in new[0]:
        plain = statistics.median(run[goal.name] / run[f"{goal.name}, plain"] for run in new)
        result += f"; {plain:.3f} x plain torch"
    ratios = sorted(run[goal.name] / before[goal.name] for run, before in zip(new, old, strict=True))
    if len(ratios) > 1:
        lowest, highest = (f"{pick(run[goal.name] for run in new):.{digits}f}" for pick in (min, max))
        result += f"; runs {lowest} - {highest}{goal.unit}, {ratios[0]:.2f} - {ratios[-1]:.2f} x"
    others = {
        f"{when}: {name}": statistics.median(run[name] for run in runs)
        for when, runs in (("before", old), ("now", new))
        for name in runs[0]
    }
    return Row(goal.what, " or ".join(wanted), result, met, {"before": was, "now": found, "ratio": ratio, **others})


def python_of(tree: Path) -> Path:
    """The Python of a tree's own environment, or this one."""
    own = tree / (".venv/Scripts/python.exe" if os.name == "nt" else ".venv/bin/python")
    return own if own.exists() else Path(sys.executable)


def ask(tree: Path, question: str) -> dict[str, float]:
    """The answer of one tree.

    Raises:
        RuntimeError: when it did not end well; with what it said.
    """
    command = [str(python_of(tree)), str(HERE / "benchmarks" / "in_tree.py"), str(tree), question]
    env = {name: value for name, value in os.environ.items() if name not in ALLOCATOR}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tree, env=env, check=False)
    if ended.returncode:
        raise RuntimeError(f"{question} ended with {ended.returncode} in {tree}:\n{ended.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Print the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.next_to_before", description=__doc__)
    parser.add_argument("before", type=Path, help="a worktree of commit c310395")
    parser.add_argument("names", nargs="*", help="which questions; all unless given")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each question and tree (%(default)s)")
    arguments = parser.parse_intermixed_args()
    before = arguments.before.resolve()
    for name in ALLOCATOR:
        os.environ.pop(name, None)
    whose = "this tree's environment" if python_of(before) == Path(sys.executable) else "an environment of its own"
    print(f"allocator: {allocator()}; c310395 runs in {whose}")
    print("\n| what | goal | measured | reached |\n| --- | --- | --- | --- |")
    found = []
    for each in rows(before, tuple(arguments.names), arguments.runs):
        found.append(asdict(each))
        print(f"| {each.question} | {each.goal} | {each.result} | {'yes' if each.met else 'no'} |", flush=True)
    if arguments.json is not None:
        write_atomically(arguments.json, (json.dumps(found, indent=1) + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
