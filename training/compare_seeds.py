"""Compare policies of one recipe and several seeds: which findings hold, and how alike the fields are.

`python -m training.compare_seeds assets/policies/default.safetensors assets/policies/w1-easy-r5-s2.safetensors ...`
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError
from app.field.engine import Engine
from app.field.measures import mean_total_variation
from app.field.requests import FieldRequest
from app.maze.generator import levels
from app.maze.maze import WORLDS
from app.maze.moves import LEFT, MOVES, NOOP
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.loading import load_policy
from app.policy.policy import Policy
from app.studies.cheese_channels import find_cheese_channels
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.push import PushQuestion
from app.studies.response.question import ResponseQuestion
from app.studies.response.report import bends
from app.studies.response.steps import short_name
from training.evaluate import FOLDER, rounded
from training.met import config_of, mazes_met, met_among
from training.model_card import IMITATION

MARKS: Final = 0.95
"""The score from which on a channel counts as a cheese channel."""

COEFFICIENTS: Final = (-1.0, 1.0)


def findings_of(policy: Policy, chosen: LevelSet) -> dict[str, Any]:
    """The numbers to compare of a policy, on the given levels."""
    pushes = PushQuestion(policy, chosen).run()
    channels = find_cheese_channels(policy, mazes=[maze for maze in chosen.mazes if maze.cheese is not None])
    response = ResponseQuestion(policy, chosen, coefficients=COEFFICIENTS).run()
    bent = bends(response)
    assert bent is not None
    moved = {f"{t:+g}": float(np.median(response.change[:, response.place(t)])) for t in COEFFICIENTS}
    return {
        "name": policy.name,
        "weights": policy.weights_hash,
        "observations": policy.metadata.get("observations"),
        "decision_squares": len(pushes.levels),
        "pushes": {MOVES[move]: list(pushes.ranking(move)[0]) for move in range(LEFT, NOOP)},
        "second_pushes": {MOVES[move]: list(pushes.ranking(move)[1]) for move in range(LEFT, NOOP)},
        "cheese_channels": [[each.channel, each.score] for each in channels if each.score >= MARKS],
        "levels": len(chosen),
        "met": levels_met(policy, chosen),
        "vector": moved,
        "response_levels": response.levels,
        "asymmetry": bent.asymmetry,
        "stage": None if bent.stage is None else short_name(bent.stage),
        "closest_stage": None if bent.best is None else short_name(bent.best),
        "closest_share": bent.share,
    }


def levels_met(policy: Policy, chosen: LevelSet) -> dict[str, Any] | None:
    """The levels that the policy's run had met by its end, and how many of them decide; None if it names no run."""
    if "config" not in policy.metadata or "steps" not in policy.metadata:
        return None
    known, found = met_among(mazes_met(config_of(policy.metadata), policy.metadata["steps"]), chosen.mazes)
    deciding = np.array([decision_square(maze).square is not None for maze in chosen.mazes])
    return {**found, "decision_squares": int((known & deciding).sum())}


def total_variations(policies: Sequence[Policy], chosen: LevelSet) -> dict[str, float]:
    """Mean over levels of the mean total variation between the fields, for each pair "0-1" of policies."""
    found: dict[str, list[float]] = {}
    engine = Engine("cpu")
    try:
        for maze in chosen.mazes:
            fields = [engine.compute(FieldRequest(maze, policy)).original for policy in policies]
            for one, other in itertools.combinations(range(len(policies)), 2):
                found.setdefault(f"{one}-{other}", []).append(mean_total_variation(fields[one], fields[other]))
    finally:
        engine.close()
    return {pair: float(np.mean(values)) for pair, values in found.items()}


def page(compared: dict[str, Any]) -> str:
    """Markdown of the comparison."""
    rows = compared["policies"]
    head = ("", *(row["name"] for row in rows))
    lines = [
        ("labelled observations", [f"{row['observations']:,}" if row["observations"] else "-" for row in rows]),
        ("levels that the run has met; of those with a decision square", [_met(row["met"]) for row in rows]),
        *(
            (
                f"largest mean push for {move}: relu3 channel (push), and the next",
                [_pushes(row["pushes"][move], row["second_pushes"][move]) for row in rows],
            )
            for move in (MOVES[number] for number in range(LEFT, NOOP))
        ),
        (
            f"cheese channels of {DEFAULT_LAYER} (score {MARKS:g} or more)",
            [", ".join(f"{channel} ({score:.2f})" for channel, score in row["cheese_channels"]) or "-" for row in rows],
        ),
        *(
            (f"cheese vector at {sign}: median change of log-odds", [f"{row['vector'][sign]:+.2f}" for row in rows])
            for sign in ("-1", "+1")
        ),
        ("asymmetry: the sum of the two", [f"{row['asymmetry']:+.2f}" for row in rows]),
        ("the stage that bends the response", [_stage(row) for row in rows]),
    ]
    lengths = {row["observations"] for row in rows}
    caution = (
        "The runs differ in length: what differs between them need not come from the seeds." if len(lengths) > 1 else ""
    )
    n, squares = rows[0]["levels"], rows[0]["decision_squares"]
    pairs = [
        f"- {rows[int(one)]['name']} and {rows[int(other)]['name']}: {value:.3f}"
        for (one, other), value in ((pair.split("-"), value) for pair, value in compared["total_variation"].items())
    ]
    text = [
        "# Several seeds of one recipe: which findings hold",
        "",
        f"**{IMITATION}**",
        "",
        f"Made by `python -m training.compare_seeds` on {compared['world']} levels {compared['seeds']} (n = {n}; "
        f"{squares} with a decision square), the cheese where procgen has it; the vector at {DEFAULT_LAYER}. Channels "
        "have no order of their own: that their numbers differ says nothing; that each move has one dominant channel, "
        "or that one stage bends the response, is what can hold or not.",
        *(["", f"**{caution}**"] if caution else []),
        "",
        *(
            f"| {' | '.join((name, *cells))} |"
            for name, cells in ((head[0], list(head[1:])), ("---", ["---"] * len(rows)))
        ),
        *(f"| {' | '.join((name, *cells))} |" for name, cells in lines),
        "",
        "## What holds",
        "",
        *(f"- {sentence}" for sentence in verdicts(rows)),
        "",
        "## How alike the fields are",
        "",
        f"Mean total variation between the fields, mean over the first {compared['field_levels']} levels (0: the same "
        "probabilities everywhere; 1: never the same move). Equal behaviour can have different insides.",
        "",
        *pairs,
    ]
    return "\n".join(text) + "\n"


def verdicts(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Each finding with the number of seeds it holds for."""
    count = len(rows)
    dominant = sum(
        all(row["pushes"][move][1] >= 1.5 * max(row["second_pushes"][move][1], 0) for move in row["pushes"])
        for row in rows
    )
    stages = [row["stage"] for row in rows]
    named = sorted({stage for stage in stages if stage is not None})
    return [
        f"One channel of relu3 that pushes at least half as much again as the next, for each of the four moves: "
        f"{dominant} of {count} seeds.",
        f"A channel of the default layer that marks the cheese in {MARKS:.0%} of levels or more: "
        f"{sum(bool(row['cheese_channels']) for row in rows)} of {count}.",
        f"Subtracting the cheese vector moves the median log-odds further than adding it: "
        f"{sum(abs(row['vector']['-1']) > abs(row['vector']['+1']) for row in rows)} of {count}; and it lowers them: "
        f"{sum(row['vector']['-1'] < 0 for row in rows)} of {count}.",
        f"One single stage that bends the response: {sum(stage is not None for stage in stages)} of {count}"
        + (f" ({', '.join(named)})." if named else "."),
    ]


def _pushes(first: Sequence[float], second: Sequence[float]) -> str:
    return f"{first[0]:.0f} ({first[1]:+.2f}), {second[0]:.0f} ({second[1]:+.2f})"


def _met(found: dict[str, Any] | None) -> str:
    return "-" if found is None else f"{found['levels']}; {found['decision_squares']}"


def _stage(row: dict[str, Any]) -> str:
    return row["stage"] or f"none; closest {row['closest_stage']} ({row['closest_share']:.0%})"


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.compare_seeds", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("policies", type=Path, nargs="+", help="two policies or more; one may be of another recipe")
    parser.add_argument("--world", choices=WORLDS, default="easy", help="of the levels")
    parser.add_argument("--levels", type=int, default=200, help="levels, from seed 0 on")
    parser.add_argument("--field-levels", type=int, default=50, help="of these, levels whose fields are compared")
    parser.add_argument("--out", type=Path, default=FOLDER / "seeds.md", help="the page; its numbers go next to it")
    options = parser.parse_args(arguments)
    try:
        policies = [load_policy(path) for path in options.policies]
        mazes = levels(WORLDS[options.world], range(options.levels))
        named = tuple(NamedLevel(maze, f"{options.world} {seed}", seed) for seed, maze in enumerate(mazes))
        chosen = LevelSet(named, options.world, f"0:{options.levels}")
        few = LevelSet(named[: options.field_levels], options.world, f"0:{options.field_levels}")
        compared = rounded(
            {
                "world": options.world,
                "seeds": chosen.seeds,
                "field_levels": len(few),
                "policies": [findings_of(policy, chosen) for policy in policies],
                "total_variation": total_variations(policies, few),
            }
        )
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.with_suffix(".json").write_text(json.dumps(compared, indent=1) + "\n", encoding="utf-8")
    options.out.write_text(page(compared), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
