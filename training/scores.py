"""Scores of a policy, as one dictionary fit for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from app.maze.maze import Maze
from app.maze.routes import decision_square, shortest_path
from app.policy.layers import DEFAULT_LAYER, layers
from app.policy.network import Network
from app.policy.policy import Policy
from app.studies.cheese_channels import CheeseChannel, find_cheese_channels
from app.studies.retarget import retarget
from app.studies.vector_effects import Choices, vector_effects
from training.batched_rollouts import walk_all
from training.evaluation_levels import evaluation_levels, in_region
from training.met import Met, met_among

SELECTION = 100
"""Number of levels on which channel and value are chosen."""

SELECTION_SEEDS = 50_000
"""Channel and value are chosen on levels from this seed on, and judged on others."""

VALUES = (1.0, 2.3, 5.5, 10.0, 20.0)
"""Values tried in a channel; the second and third are the research's."""

SAMPLED_STEPS = 256
CHANNELS_TRIED = 3
SMALLEST_RETARGETED = 5
WALK_SEED = 20_231_008


def candidate_layers(width: int) -> tuple[str, ...]:
    """The layers a vector is tried at: where each block begins, and each residual addition."""
    ends = ("maxpool", "resadd")
    return tuple(stage.name for stage in layers(width) if stage.name.endswith(ends))


def all_scores(
    policy: Policy,
    world: str,
    region: int,
    count: int,
    *,
    met: Met | None = None,
    selection: int = SELECTION,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Every score, over `count` evaluation levels each.

    Args:
        region: of the training distribution.
        met: the mazes that training drew, so that walks on other levels are counted apart.
        selection: how many levels the channel and its value are chosen on.
        tell: told what is being measured.
    """

    def mazes(accept: Callable[[Maze], bool] = lambda _: True, **how: Any) -> list[Maze]:
        return [level.maze for level in evaluation_levels(world, accept=accept, **{"count": count, **how})]

    def outside(maze: Maze) -> bool:
        return not in_region(maze, region)

    scores: dict[str, Any] = {"levels": count, "region": region}
    anywhere = mazes()
    scores |= walking_scores(policy.network, mazes(region=region), anywhere, region, met, tell)
    tell("decision squares and the cheese vector")
    scores["decision_squares"] = _decisions(policy, mazes(_decides))
    tell("the same with the cheese outside the region")
    outsiders = mazes(lambda maze: outside(maze) and _decides(maze))
    scores["decision_squares_cheese_outside_region"] = _decisions(policy, outsiders)
    tell("channels that mark the cheese")
    chosen_on = mazes(count=selection, first=SELECTION_SEEDS)
    scores["cheese_channel"] = _cheese_channel(policy, chosen_on, anywhere)
    return scores


def walking_scores(
    network: Network,
    within: Sequence[Maze],
    anywhere: Sequence[Maze],
    region: int,
    met: Met | None,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Walks with the cheese in the region and anywhere, and what training can have met of these levels."""
    tell("walking with the cheese in the region")
    scores = {"training_distribution": _walks(network, within, met=met)}
    tell("walking with the cheese anywhere")
    inside = np.array([in_region(maze, region) for maze in anywhere])
    scores["cheese_anywhere"] = _walks(network, anywhere, inside, met=met)
    if met is not None:
        scores["training_mazes"] = {"drawn": met.drawn, "distinct": met.distinct}
    return scores


def _decides(maze: Maze) -> bool:
    return decision_square(maze).square is not None


def step_limits(mazes: Sequence[Maze]) -> list[int]:
    """Steps that a greedy walk may take in each maze: twice the shortest path to its cheese, and 20."""
    limits = []
    for maze in mazes:
        assert maze.cheese is not None
        path = shortest_path(maze, maze.mouse, maze.cheese)
        assert path is not None
        limits.append(2 * (len(path) - 1) + 20)
    return limits


def _walks(
    network: Network, mazes: Sequence[Maze], inside: np.ndarray | None = None, met: Met | None = None
) -> dict[str, Any]:
    """Success of greedy and sampled walks; also over the levels inside and outside a region, and those never met."""
    greedy = walk_all(network, mazes, step_limits(mazes))
    sampled = walk_all(network, mazes, [SAMPLED_STEPS] * len(mazes), seed=WALK_SEED)
    found: dict[str, Any] = {"n": len(mazes), "greedy": greedy.rate, "sampled": sampled.rate}
    sides = np.array([maze.dim for maze in mazes])
    found["greedy_by_size"] = {str(side): float(greedy.reached[sides == side].mean()) for side in sorted(set(sides))}
    parts = {} if inside is None else {"inside_region": inside, "outside_region": ~inside}
    if met is not None:
        known, found["met"] = met_among(met, mazes)
        parts["never_met"] = ~known
    if parts:
        for name, those in parts.items():
            found[name] = {
                "n": int(those.sum()),
                "greedy": float(greedy.reached[those].mean()) if those.any() else None,
                "sampled": float(sampled.reached[those].mean()) if those.any() else None,
            }
    return found


def _decisions(policy: Policy, mazes: Sequence[Maze]) -> dict[str, Any]:
    """Probabilities at the decision squares: unpatched, and with the cheese vector subtracted and added by layer."""
    names = candidate_layers(policy.width)
    plain, *steered = vector_effects(policy, mazes, [(name, sign) for sign in (-1.0, 1.0) for name in names])
    subtracted, added = steered[: len(names)], steered[len(names) :]
    best = min(subtracted, key=lambda choices: choices.median_cheese)
    return {
        "n": plain.levels,
        "unpatched": _summary(plain),
        "subtract_cheese_vector": {name: _summary(choices) for name, choices in zip(names, subtracted, strict=True)},
        "add_cheese_vector": {name: _summary(choices) for name, choices in zip(names, added, strict=True)},
        "best_layer": best.layer,
    }


def _summary(choices: Choices) -> dict[str, float]:
    return {
        "cheese_mean": choices.mean_cheese,
        "cheese_median": choices.median_cheese,
        "top_right_mean": choices.mean_top_right,
        "top_right_median": choices.median_top_right,
    }


def _cheese_channel(policy: Policy, chosen_on: Sequence[Maze], judged_on: Sequence[Maze]) -> dict[str, Any]:
    """The channel that best marks the cheese, anywhere and at the default layer, and what setting it elsewhere does.

    Channels and values are chosen on other levels than those they are judged on.
    """
    names = [name for name in candidate_layers(policy.width) if name.endswith("resadd")]
    ranked = {name: find_cheese_channels(policy, layer_name=name, mazes=chosen_on) for name in names}
    anywhere = sorted(((name, each) for name in names for each in ranked[name]), key=lambda item: _rank(item[1]))
    at_default = [(DEFAULT_LAYER, each) for each in ranked[DEFAULT_LAYER]]
    candidates = [(name, each.channel) for name, each in anywhere[:CHANNELS_TRIED] + at_default[:CHANNELS_TRIED]]
    large = [maze for maze in chosen_on if maze.dim >= SMALLEST_RETARGETED]
    tried: list[dict[str, Any]] = []
    for name, channel in dict.fromkeys(candidates):
        _, *values, _ = retarget(policy, large, [channel], VALUES, layer_name=name)
        tried += [
            {"layer": name, "channel": channel, "value": row.value, "path_probability": row.mean} for row in values
        ]
    tried.sort(key=lambda row: -row["path_probability"])

    judged = {
        name: {e.channel: e for e in find_cheese_channels(policy, layer_name=name, mazes=judged_on)} for name in names
    }
    mazes = [maze for maze in judged_on if maze.dim >= SMALLEST_RETARGETED]
    found: dict[str, Any] = {
        "n": len(judged_on),
        "best_marker": _marker(anywhere[0][0], judged[anywhere[0][0]][anywhere[0][1].channel]),
        "best_marker_at_default_layer": _marker(DEFAULT_LAYER, judged[DEFAULT_LAYER][at_default[0][1].channel]),
        "retargeting": {"n": len(mazes)},
        "tried": tried,
        "tried_n": len(large),
    }
    bests = {
        "best": tried[0],
        "best_at_default_layer": next(row for row in tried if row["layer"] == DEFAULT_LAYER),
    }
    for key, row in bests.items():
        nothing, there, real = retarget(policy, mazes, [row["channel"]], [row["value"]], layer_name=row["layer"])
        found["retargeting"] |= {
            "path_probability_nothing_set": nothing.mean,
            "path_probability_real_cheese": real.mean,
            key: {
                **row,
                "path_probability": there.mean,
                "peak_within_one_pixel": judged[row["layer"]][row["channel"]].score,
            },
        }
    return found


def _rank(channel: CheeseChannel) -> tuple[float, float]:
    """Best first: how often the peak is at the cheese, then how strongly it fires there."""
    return -channel.score, -channel.at_cheese


def _marker(name: str, channel: CheeseChannel) -> dict[str, Any]:
    return {
        "layer": name,
        "channel": channel.channel,
        "peak_within_one_pixel": channel.score,
        "mean_at_cheese": channel.at_cheese,
        "mean_elsewhere": channel.elsewhere,
    }
