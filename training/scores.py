"""Everything a policy is judged by, as one dictionary fit for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from app.maze.maze import Maze
from app.maze.paths import shortest_path
from app.maze.procgen_client import Procgen
from app.policy.network import Network
from training.levels import in_region, levels
from training.retargeting import VALUES, Marker, markers, path_probabilities, without
from training.rollouts import walk_all
from training.steering import Fork, choices, fork, steered_choices

SELECTION_SEEDS = 50_000
"""The channel and the value are chosen on levels from this seed on, and judged on others."""

SELECTION = 200
SAMPLED_STEPS = 256
MARKERS_TRIED = 4
SMALLEST_RETARGETED = 5
WALK_SEED = 20_231_008


def all_scores(
    network: Network,
    procgen: Procgen,
    world: str,
    region: int,
    count: int,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Every score, over `count` evaluation levels each.

    Args:
        region: of the training distribution.
        tell: told what is being measured.
    """
    tell("walking with the cheese in the region")
    trained = levels(procgen, world, count, region=region)
    scores: dict[str, Any] = {"levels": count, "region": region, "training_distribution": _walks(network, trained)}
    tell("walking with the cheese anywhere")
    anywhere = levels(procgen, world, count)
    inside = np.array([in_region(maze, region) for maze in anywhere])
    scores["cheese_anywhere"] = _walks(network, anywhere, inside)
    tell("decision squares")
    scores["decision_squares"] = _forks(network, _forked(procgen, world, count))
    outside = _forked(procgen, world, count, lambda maze: not in_region(maze, region))
    scores["decision_squares_cheese_outside_region"] = _forks(network, outside)
    tell("channels that mark the cheese")
    scores["cheese_channel"] = _retargeting(network, procgen, world, anywhere)
    return scores


def _forked(procgen: Procgen, world: str, count: int, accept: Callable[[Maze], bool] = lambda _: True) -> list[Fork]:
    mazes = levels(procgen, world, count, accept=lambda maze: accept(maze) and fork(maze) is not None)
    return [item for item in map(fork, mazes) if item is not None]


def _lengths(mazes: Sequence[Maze]) -> list[int]:
    """Steps from the mouse to the cheese."""
    lengths = []
    for maze in mazes:
        assert maze.cheese is not None
        lengths.append(len(shortest_path(maze, maze.mouse, maze.cheese)) - 1)
    return lengths


def _walks(network: Network, mazes: Sequence[Maze], inside: np.ndarray | None = None) -> dict[str, Any]:
    """Success of greedy and sampled walks; over the levels inside and outside a region too."""
    greedy = walk_all(network, mazes, [2 * length + 20 for length in _lengths(mazes)])
    sampled = walk_all(network, mazes, [SAMPLED_STEPS] * len(mazes), seed=WALK_SEED)
    found: dict[str, Any] = {"n": len(mazes), "greedy": greedy.rate, "sampled": sampled.rate}
    found["greedy_by_size"] = {
        str(side): float(greedy.reached[[maze.dim == side for maze in mazes]].mean())
        for side in sorted({maze.dim for maze in mazes})
    }
    if inside is not None:
        for name, those in (("inside_region", inside), ("outside_region", ~inside)):
            found[name] = {
                "n": int(those.sum()),
                "greedy": float(greedy.reached[those].mean()) if those.any() else None,
                "sampled": float(sampled.reached[those].mean()) if those.any() else None,
            }
    return found


def _forks(network: Network, forks: Sequence[Fork]) -> dict[str, Any]:
    """Probabilities at the decision squares: unpatched, and with the cheese vector subtracted and added by layer."""
    plain = choices(network, forks)
    found: dict[str, Any] = {"n": len(forks), "unpatched": _summary(plain)}
    for name, coefficient in (("subtract_cheese_vector", -1.0), ("add_cheese_vector", 1.0)):
        found[name] = {
            layer: _summary(chosen) for layer, chosen in steered_choices(network, forks, coefficient).items()
        }
    medians = {layer: entry["cheese_median"] for layer, entry in found["subtract_cheese_vector"].items()}
    found["best_layer"] = min(medians, key=lambda layer: medians[layer])
    return found


def _summary(chosen: np.ndarray) -> dict[str, float]:
    return {
        "cheese_mean": float(chosen[:, 0].mean()),
        "cheese_median": float(np.median(chosen[:, 0])),
        "top_right_mean": float(chosen[:, 1].mean()),
        "top_right_median": float(np.median(chosen[:, 1])),
    }


def _retargeting(network: Network, procgen: Procgen, world: str, anywhere: Sequence[Maze]) -> dict[str, Any]:
    """The channel that best marks the cheese, and what setting it at a removed cheese's place does.

    Channel and value are chosen on other levels than those they are judged on.
    """
    selection = levels(procgen, world, SELECTION, first=SELECTION_SEEDS)
    best = markers(network, selection)[:MARKERS_TRIED]
    large = [maze for maze in selection if maze.dim >= SMALLEST_RETARGETED]
    tried = [(_retargeted(network, large, marker, value), marker, value) for marker in best for value in VALUES]
    _, marker, value = max(tried, key=lambda entry: entry[0])
    mazes = [maze for maze in anywhere if maze.dim >= SMALLEST_RETARGETED]
    judged = {(one.layer, one.channel): one for one in markers(network, anywhere)}
    localised = judged[best[0].layer, best[0].channel]
    targets = [maze.cheese for maze in mazes if maze.cheese is not None]
    return {
        "n": len(anywhere),
        "best_marker": {
            "layer": localised.layer,
            "channel": localised.channel,
            "peak_within_one_pixel": localised.hits,
            "mean_at_cheese": localised.at_cheese,
        },
        "retargeting": {
            "n": len(mazes),
            "layer": marker.layer,
            "channel": marker.channel,
            "value": value,
            "peak_within_one_pixel": judged[marker.layer, marker.channel].hits,
            "path_probability_nothing_set": float(
                path_probabilities(network, without(mazes), targets, marker.layer, marker.channel, None).mean()
            ),
            "path_probability_set": _retargeted(network, mazes, marker, value),
            "path_probability_real_cheese": float(
                path_probabilities(network, mazes, targets, marker.layer, marker.channel, None).mean()
            ),
        },
        "tried": [
            {"layer": one.layer, "channel": one.channel, "value": number, "path_probability": score, "n": len(large)}
            for score, one, number in tried
        ],
    }


def _retargeted(network: Network, mazes: Sequence[Maze], marker: Marker, value: float) -> float:
    """Mean path probability to where the cheese was, the cheese removed and the channel set there."""
    targets = [maze.cheese for maze in mazes if maze.cheese is not None]
    return float(path_probabilities(network, without(mazes), targets, marker.layer, marker.channel, value).mean())
