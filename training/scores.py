"""Everything a policy is judged by, as one dictionary fit for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from app.interventions.word_vectors import without_cheese
from app.maze.maze import Maze
from app.maze.paths import shortest_path
from app.maze.procgen_client import Procgen
from app.policy.layers import DEFAULT_LAYER
from app.policy.network import Network
from training.levels import evaluation_levels, in_region
from training.retargeting import NOTHING_SET, Marker, Setting, markers, path_probabilities
from training.rollouts import walk_all
from training.steering import Fork, choices, fork, steered_choices

SELECTION = 200
"""How many levels channel and value are chosen on."""

SELECTION_SEEDS = 50_000
"""Channel and value are chosen on levels from this seed on, and judged on others."""

VALUES = (1.0, 2.3, 5.5, 10.0, 20.0)
"""Values tried in a channel; the second and third are the research's."""

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
    *,
    selection: int = SELECTION,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Every score, over `count` evaluation levels each.

    Args:
        region: of the training distribution.
        selection: how many levels the channel and its value are chosen on.
        tell: told what is being measured.
    """

    def mazes(accept: Callable[[Maze], bool] = lambda _: True, **how: Any) -> list[Maze]:
        return [level.maze for level in evaluation_levels(procgen, world, accept=accept, **{"count": count, **how})]

    def forks(accept: Callable[[Maze], bool] = lambda _: True) -> list[Fork]:
        found = mazes(lambda maze: accept(maze) and fork(maze) is not None)
        return [item for item in map(fork, found) if item is not None]

    scores: dict[str, Any] = {"levels": count, "region": region}
    tell("walking with the cheese in the region")
    scores["training_distribution"] = _walks(network, mazes(region=region))
    tell("walking with the cheese anywhere")
    anywhere = mazes()
    scores["cheese_anywhere"] = _walks(network, anywhere, np.array([in_region(maze, region) for maze in anywhere]))
    tell("decision squares and the cheese vector")
    scores["decision_squares"] = _forks(network, forks())
    scores["decision_squares_cheese_outside_region"] = _forks(network, forks(lambda maze: not in_region(maze, region)))
    tell("channels that mark the cheese")
    chosen_on = mazes(count=selection, first=SELECTION_SEEDS)
    scores["cheese_channel"] = _cheese_channel(network, chosen_on, anywhere)
    return scores


def _lengths(mazes: Sequence[Maze]) -> list[int]:
    """Steps from the mouse to the cheese."""
    lengths = []
    for maze in mazes:
        assert maze.cheese is not None
        path = shortest_path(maze, maze.mouse, maze.cheese)
        assert path is not None
        lengths.append(len(path) - 1)
    return lengths


def _walks(network: Network, mazes: Sequence[Maze], inside: np.ndarray | None = None) -> dict[str, Any]:
    """Success of greedy and sampled walks; over the levels inside and outside a region too."""
    greedy = walk_all(network, mazes, [2 * length + 20 for length in _lengths(mazes)])
    sampled = walk_all(network, mazes, [SAMPLED_STEPS] * len(mazes), seed=WALK_SEED)
    found: dict[str, Any] = {"n": len(mazes), "greedy": greedy.rate, "sampled": sampled.rate}
    sides = np.array([maze.dim for maze in mazes])
    found["greedy_by_size"] = {str(side): float(greedy.reached[sides == side].mean()) for side in sorted(set(sides))}
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
    found: dict[str, Any] = {"n": len(forks), "unpatched": _summary(choices(network, forks))}
    for name, coefficient in (("subtract_cheese_vector", -1.0), ("add_cheese_vector", 1.0)):
        steered = steered_choices(network, forks, coefficient)
        found[name] = {layer: _summary(chosen) for layer, chosen in steered.items()}
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


def _cheese_channel(network: Network, chosen_on: Sequence[Maze], judged_on: Sequence[Maze]) -> dict[str, Any]:
    """The channel that best marks the cheese, anywhere and at the default layer, and what setting it elsewhere does.

    Channels and values are chosen on other levels than those they are judged on.
    """
    ranked = markers(network, chosen_on)
    at_default = [marker for marker in ranked if marker.layer == DEFAULT_LAYER]
    tried = list(dict.fromkeys(ranked[:MARKERS_TRIED] + at_default[:MARKERS_TRIED]))
    settings = [Setting(marker.layer, marker.channel, value) for marker in tried for value in VALUES]
    large = [maze for maze in chosen_on if maze.dim >= SMALLEST_RETARGETED]
    means = _retargeted(network, large, settings)
    order = sorted(zip(means, settings, strict=True), key=lambda entry: -entry[0])
    best = order[0][1]
    best_at_default = next(setting for _, setting in order if setting.layer == DEFAULT_LAYER)

    judged = {(marker.layer, marker.channel): marker for marker in markers(network, judged_on)}
    mazes = [maze for maze in judged_on if maze.dim >= SMALLEST_RETARGETED]
    nothing, *set_there = _retargeted(network, mazes, [NOTHING_SET, best, best_at_default])
    targets = [maze.cheese for maze in mazes if maze.cheese is not None]
    return {
        "n": len(judged_on),
        "best_marker": _marker(ranked[0], judged),
        "best_marker_at_default_layer": _marker(at_default[0], judged),
        "retargeting": {
            "n": len(mazes),
            "path_probability_nothing_set": nothing,
            "path_probability_real_cheese": float(path_probabilities(network, mazes, targets, [NOTHING_SET]).mean()),
            "best": _setting(best, set_there[0], judged),
            "best_at_default_layer": _setting(best_at_default, set_there[1], judged),
        },
        "tried": [
            {"layer": setting.layer, "channel": setting.channel, "value": setting.value, "path_probability": mean}
            for mean, setting in order
        ],
        "tried_n": len(large),
    }


def _retargeted(network: Network, mazes: Sequence[Maze], settings: Sequence[Setting | None]) -> list[float]:
    """For each setting the mean path probability to where the cheese was, the cheese removed."""
    targets = [maze.cheese for maze in mazes if maze.cheese is not None]
    bare = [without_cheese(maze) for maze in mazes]
    return [float(mean) for mean in path_probabilities(network, bare, targets, settings).mean(axis=1)]


def _marker(chosen: Marker, judged: dict[tuple[str, int], Marker]) -> dict[str, Any]:
    marker = judged.get((chosen.layer, chosen.channel), chosen)
    return {
        "layer": marker.layer,
        "channel": marker.channel,
        "peak_within_one_pixel": marker.hits,
        "mean_at_cheese": marker.at_cheese,
    }


def _setting(setting: Setting, mean: float, judged: dict[tuple[str, int], Marker]) -> dict[str, Any]:
    marker = judged.get((setting.layer, setting.channel))
    return {
        "layer": setting.layer,
        "channel": setting.channel,
        "value": setting.value,
        "path_probability": mean,
        "peak_within_one_pixel": None if marker is None else marker.hits,
    }
