"""Write the series of a run as it ships: float16 weights of a few checkpoints, and a page of what was measured on them.

`python -m training.ship runs/NAME --name w1-easy-r5-s2`; with the folder of a series that ships, its page alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from app.errors import MazescopeError
from app.maze.generator import levels
from app.maze.maze import WORLDS
from app.policy.saving import save_safetensors
from app.policy.series import Checkpoint, Series, open_series
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.study import Table
from app.studies.training import TrainingQuestion, TrainingResult
from training.evaluate import FOLDER, read_policy, rounded
from training.met import Met, config_of, mazes_met, met_among
from training.model_card import IMITATION
from training.scores import SELECTION_SEEDS

SHIPPED: Final = 13
"""Checkpoints of a series, step 0 and the last among them."""

FIRST: Final = 32
"""The first step after 0 that ships: before it the learning rate has hardly begun to rise."""


def chosen(steps: Sequence[int], count: int, first: int = FIRST) -> tuple[int, ...]:
    """Indices of `count` steps: 0, the last, and the others from `first` on as evenly as possible on a log axis."""
    start = [index for index, step in enumerate(steps) if step == 0]
    # A run that ends soon after `first`, or before it, ships its second half.
    rest = [index for index, step in enumerate(steps) if step >= min(first, max(steps[-1] // 2, 1))]
    rest = [index for index in rest if index not in start]
    count = min(count - len(start), len(rest))
    logs = np.log([steps[index] for index in rest])
    found: list[int] = []
    for number, place in enumerate(np.linspace(logs[0], logs[-1], count)):
        # As many steps must be left as are still to be chosen.
        free = range(found[-1] + 1 if found else 0, len(rest) - (count - number) + 1)
        found.append(min(free, key=lambda at: abs(logs[at] - place)))
    return tuple(start + [rest[at] for at in found])


def write_series(series: Series, folder: Path, name: str, count: int = SHIPPED) -> Series:
    """Write the chosen checkpoints as float16, and open what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in chosen(series.steps, count):
        checkpoint = series.checkpoints[index]
        about = {
            key: value for key, value in checkpoint.policy.metadata.items() if key not in ("loaded_from", "scores")
        }
        noted = {**about, "name": f"mazescope-{name} step {checkpoint.step}", "note": IMITATION}
        path = folder / f"step-{checkpoint.step:06d}.safetensors"
        save_safetensors(checkpoint.policy, path, noted, dtype=torch.float16)
    return open_series([folder])


def measure(series: Series, world: str, seeds: range) -> TrainingResult:
    """The rows of the series that ships, on levels of seeds that no other number of a card uses."""
    mazes = levels(WORLDS[world], seeds)
    named = tuple(NamedLevel(maze, f"{world} {seed}", seed) for seed, maze in zip(seeds, mazes, strict=True))
    return TrainingQuestion(series, LevelSet(named, world, f"{seeds.start}:{seeds.stop}")).run()


def never_met(result: TrainingResult, met: Met) -> dict[str, Any]:
    """The levels that the run had met by its end, and play on the others at each step, as data that fits JSON."""
    known, found = met_among(met, result.question.mazes)
    rows: list[dict[str, Any]] = [{"step": each.step} for each in result.points]
    counts = {}
    for name, chosen in (("inside", ~known & result.question.inside), ("outside", ~known & ~result.question.inside)):
        counts[name] = int(chosen.sum())
        for row, each in zip(rows, result.points, strict=True):
            for what, values in (("solved", each.reach), ("greedy", each.greedy)):
                row[f"{what}_{name}"] = float(values[chosen].mean()) if chosen.any() else None
    return {"met": found, "n": counts, "rows": rows}


def page(name: str, about: dict[str, Any], result: TrainingResult, others: dict[str, Any]) -> str:
    """Markdown of a series; `others` are the levels that `never_met` tells of."""
    last: Checkpoint = result.question.series.checkpoints[-1]
    lines = [
        f"# mazescope-{name}: a series over training",
        "",
        f"**{IMITATION}**",
        "",
        f"{len(result.points)} checkpoints of one run, the averaged weights in float16: step 0 and log-spaced ones up "
        f"to step {last.step:,} ({last.observations or 0:,} labelled observations in batches of "
        f"{about['config']['mazes'] * about['config']['squares']}), seed {about['seed']}. Recipe: {about['recipe']}. "
        f"All numbers are measured on these float16 weights, on {about['world']} levels "
        f"{result.question.levels.seeds} with the cheese where procgen has it: `python main.py study training FOLDER "
        f"--seeds {result.question.levels.seeds}`.",
        "",
        *(f"- {sentence}" for sentence in result.findings),
    ]
    for table in result.tables:
        lines += ["", f"## {table.title}", "", *_markdown(table)]
        if table.name == "behaviour":
            lines += ["", *_others(others, result)]
    return "\n".join(lines) + "\n"


def _others(others: dict[str, Any], result: TrainingResult) -> list[str]:
    met, n = others["met"], others["n"]
    sides = f" (all of side {', '.join(map(str, met['sides']))})" if met["sides"] else ""
    columns = ("step", "solved_inside", "greedy_inside", "solved_outside", "greedy_outside")
    heads = ("step", "solved, cheese inside", "greedy, inside", "solved, cheese outside", "greedy, outside")
    rows = [[_cell(row[key]) for key in columns] for row in others["rows"]]
    return [
        "## Play on the levels that training never met",
        "",
        f"Of these {len(result.question.mazes)} levels ({met['distinct']} different ones) the run had met "
        f"{met['levels']} by its last step, with the same walls and cheese{sides}, {met['same_background']} of them on "
        f"the same background. On the others (n = {n['inside']} inside, {n['outside']} outside):",
        "",
        *_rows(heads, rows),
    ]


def _markdown(table: Table) -> list[str]:
    heads = [column.name for column in table.columns]
    return _rows(heads, [[_cell(cell) for cell in row] for row in table.rows()])


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def _cell(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:.3f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.ship", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("--name", required=True, help="of the run, as it ships")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the policies")
    parser.add_argument("--count", type=int, default=SHIPPED, help=f"checkpoints; {SHIPPED} when left out")
    parser.add_argument("--levels", type=int, default=200, help="levels of the page")
    options = parser.parse_args(arguments)
    try:
        folder, series = options.out / f"{options.name}-series", open_series([options.run])
        last = series.last.path
        assert last is not None
        about = read_policy(last).metadata
        if options.run.resolve() != folder.resolve():
            series = write_series(series, folder, options.name, options.count)
        met = mazes_met(config_of(about), about["steps"])
        result = measure(series, about["world"], range(SELECTION_SEEDS, SELECTION_SEEDS + options.levels))
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    others = rounded(never_met(result, met))
    numbers = {**rounded(result.to_json()), "never_met": others}
    (folder / "series.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    (folder / "series.md").write_text(page(options.name, about, result, others), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
