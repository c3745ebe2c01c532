"""Compare runs that share first weights, mazes or neither: does the initial network decide which channel learns what?

`python -m training.two_seeds runs/W2-D2 runs/W2-D3 runs/W3-D2 runs/W3-D3`
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError
from app.interventions.layer_activations import activations
from app.maze.generator import levels
from app.maze.maze import WORLDS, Maze
from app.policy.policy import Policy
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.response.steps import short_name
from training.batched_rollouts import walk_all
from training.compare_seeds import total_variations
from training.evaluate import FOLDER, read_policy, rounded
from training.evaluation_levels import evaluation_levels
from training.met import config_of, mazes_met, met_among
from training.model_card import IMITATION
from training.scores import step_limits

LAYERS: Final = (
    "embedder.block1.res2.resadd",
    "embedder.block2.res1.resadd",
    "embedder.block3.res2.resadd",
    "embedder.relufc",
)
"""Layers at which channels (or units) of two networks are compared."""

GROUPS: Final = ("same first weights", "same mazes", "neither")


@dataclass(frozen=True)
class Alike:
    """Likeness of two networks at one layer, their channels compared by their activations on the same levels.

    Attributes:
        same_number: mean correlation of channels of the same number.
        best: mean over the first network's channels of the largest correlation with any channel of the other.
        kept: share of channels whose most similar channel in the other network has the same number.
    """

    same_number: float
    best: float
    kept: float


def alike(one: np.ndarray, other: np.ndarray) -> Alike:
    """Compare two sets of channels.

    Args:
        one, other: (C, samples) activations. Channels without variance in either network are left out.
    """
    varied = (one.std(axis=1) > 0) & (other.std(axis=1) > 0)
    rows, columns = (_standard(each[varied]) for each in (one, other))
    if not len(rows):
        return Alike(float("nan"), float("nan"), float("nan"))
    found = rows @ columns.T
    own = found.diagonal()
    return Alike(
        float(own.mean()), float(found.max(axis=1).mean()), float((found.argmax(axis=1) == range(len(own))).mean())
    )


def _standard(rows: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))


def channels_of(policy: Policy, mazes: Sequence[Maze]) -> dict[str, np.ndarray]:
    """(C, n * pixels) float64 activations of each of `LAYERS` with the mouse at its start."""
    found = {}
    for name, values in activations(policy.network, mazes, LAYERS).items():
        whole = values.numpy().astype(np.float64)
        found[name] = whole.reshape(*whole.shape[:2], -1).transpose(1, 0, 2).reshape(whole.shape[1], -1)
    return found


def group(one: Policy, other: Policy) -> str:
    """The seed that two runs share, if any."""
    for name, key in (("same first weights", "weights_seed"), ("same mazes", "data_seed")):
        if one.metadata[key] == other.metadata[key]:
            return name
    return "neither"


def compare(policies: Sequence[Policy], world: str, count: int) -> dict[str, Any]:
    """Behaviour of each run, and how alike each pair is, on evaluation levels.

    Raises:
        MazescopeError: for two runs of the same seeds, or of unequal length.
    """
    seeds = [(policy.metadata["weights_seed"], policy.metadata["data_seed"]) for policy in policies]
    if len(set(seeds)) < len(seeds) or len({policy.metadata["observations"] for policy in policies}) > 1:
        raise MazescopeError("The runs were not alike in all but seeds; expected different seeds and equal lengths.")
    region = policies[0].metadata["region"]
    within = [level.maze for level in evaluation_levels(world, count, region=region)]
    anywhere = levels(WORLDS[world], range(count))
    named = LevelSet(
        tuple(NamedLevel(maze, f"{world} {seed}", seed) for seed, maze in enumerate(anywhere)), world, f"0:{count}"
    )
    variations = total_variations(policies, named)
    maps = [channels_of(policy, anywhere) for policy in policies]
    pairs = []
    for one, other in itertools.combinations(range(len(policies)), 2):
        layers = {name: vars(alike(maps[one][name], maps[other][name])) for name in LAYERS}
        pairs.append(
            {
                "pair": [policies[one].name, policies[other].name],
                "group": group(policies[one], policies[other]),
                "total_variation": variations[f"{one}-{other}"],
                "layers": layers,
            }
        )
    return {
        "world": world,
        "levels": count,
        "observations": policies[0].metadata["observations"],
        "region": region,
        "runs": [
            {
                "name": policy.name,
                "weights_seed": policy.metadata["weights_seed"],
                "data_seed": policy.metadata["data_seed"],
                **walks(policy, within),
            }
            for policy in policies
        ],
        "pairs": pairs,
    }


def walks(policy: Policy, within: Sequence[Maze]) -> dict[str, Any]:
    """Greedy walks on levels, the levels that the run has met, and the walks on the others."""
    reached = walk_all(policy.network, within, step_limits(within)).reached
    known, met = met_among(mazes_met(config_of(policy.metadata), policy.metadata["steps"]), within)
    others = float(reached[~known].mean()) if (~known).any() else None
    return {"greedy": float(reached.mean()), "met": met, "greedy_never_met": others}


def page(compared: dict[str, Any]) -> str:
    """Markdown of the comparison."""
    count = compared["levels"]
    lines = [
        "# First weights and mazes apart: what does the initial network decide?",
        "",
        f"**{IMITATION}**",
        "",
        f"{len(compared['runs'])} small runs of the default recipe with a shorter warm-up, "
        f"{compared['observations']:,} labelled observations "
        "each (the shipped policies had 2.0 M: these are young), with the seed of the first weights and the seed of "
        "mazes and squares chosen apart. Made by `python -m training.two_seeds`, measured on "
        f"{compared['world']} levels 0:{count} (n = {count}), the cheese where procgen has it; walks with it in the "
        f"region of side {compared['region']}.",
        "",
        *_runs(compared["runs"]),
        "",
        "## How alike two runs are",
        "",
        "Total variation between their fields (0: the same probabilities everywhere), and for each layer the mean "
        "correlation of channels of the same number, with the share of channels whose most similar channel in the "
        "other run has the same number. Means over the pairs; pairs that share neither seed are the control.",
        "",
        f"| pairs | n | total variation | {' | '.join(short_name(name) for name in LAYERS)} |",
        f"| --- | --- | --- | {' | '.join('---' for _ in LAYERS)} |",
        *(_row(name, [pair for pair in compared["pairs"] if pair["group"] == name]) for name in GROUPS),
        "",
        "## In a sentence",
        "",
        *(f"- {sentence}" for sentence in verdicts(compared)),
    ]
    return "\n".join(lines) + "\n"


def _runs(runs: Sequence[dict[str, Any]]) -> list[str]:
    """One line a run; play on the levels that it never met where that is known."""
    heads = ["run", "seed of first weights", "seed of mazes", "reached, greedy", "levels that it has met"]
    rows = [
        [run["name"], str(run["weights_seed"]), str(run["data_seed"]), _share(run["greedy"]), str(run["met"]["levels"])]
        for run in runs
    ]
    if all("greedy_never_met" in run for run in runs):
        heads.append("greedy, on the others")
        for row, run in zip(rows, runs, strict=True):
            row.append(_share(run["greedy_never_met"]))
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def _row(name: str, pairs: Sequence[dict[str, Any]]) -> str:
    if not pairs:
        return f"| {name} | 0 | - | {' | '.join('-' for _ in LAYERS)} |"
    cells = [f"{_mean(pairs, layer, 'same_number'):+.2f}, {_mean(pairs, layer, 'kept'):.0%}" for layer in LAYERS]
    variation = np.mean([pair["total_variation"] for pair in pairs])
    return f"| {name} | {len(pairs)} | {variation:.3f} | {' | '.join(cells)} |"


def verdicts(compared: dict[str, Any]) -> list[str]:
    """The table in sentences, with the control."""
    groups = {name: [pair for pair in compared["pairs"] if pair["group"] == name] for name in GROUPS}
    if not all(groups.values()):
        return ["Not every kind of pair is there; four runs of two seeds each way have all."]
    found = []
    for layer in LAYERS:
        kept = {name: _mean(pairs, layer, "kept") for name, pairs in groups.items()}
        found.append(
            f"{short_name(layer)}: a channel's number says the same in two runs for {kept['same first weights']:.0%} "
            f"of channels with the same first weights, {kept['same mazes']:.0%} with the same mazes, "
            f"{kept['neither']:.0%} with neither."
        )
    behaviour = {name: np.mean([pair["total_variation"] for pair in pairs]) for name, pairs in groups.items()}
    found.append(
        "The fields differ by a mean total variation of "
        + ", ".join(f"{value:.3f} ({name})" for name, value in behaviour.items())
        + "."
    )
    return found


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _mean(pairs: Sequence[dict[str, Any]], layer: str, name: str) -> float:
    return float(np.mean([pair["layers"][layer][name] for pair in pairs]))


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.two_seeds", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs, two or more, alike in all but seeds")
    parser.add_argument("--levels", type=int, default=200, help="levels of each number, from seed 0 on")
    parser.add_argument("--out", type=Path, default=FOLDER / "first-weights.md", help="the page; numbers go next to it")
    options = parser.parse_args(arguments)
    try:
        policies = [read_policy(path) for path in options.runs]
        compared = rounded(compare(policies, policies[0].metadata["world"], options.levels))
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.with_suffix(".json").write_text(json.dumps(compared, indent=1) + "\n", encoding="utf-8")
    options.out.write_text(page(compared), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
