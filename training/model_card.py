"""The model card: what a policy is, how it was made and what it can and cannot do, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.policy.layers import DEFAULT_LAYER

GOALS = {"greedy": 0.98, "sampled": 0.97}
"""Smallest fractions of walks on the training distribution that are to reach the cheese."""

IMITATION = (
    "Trained by imitation of the shortest path: what it shows of training says nothing about reward-trained policies."
)

STEERED_FROM, STEERED_TO = 0.8, 0.1
"""Median P(cheese) that the cheese vector's subtraction is to start from (at least) and end at (at most)."""


def card(about: dict[str, str], scores: dict[str, Any]) -> str:
    """Markdown of a policy's card.

    Args:
        about: the metadata of its file.
        scores: what `training.scores` measured.
    """
    sections = [
        _made(about, scores),
        _walking(scores),
        *([_met(scores)] if "training_mazes" in scores else []),
        _deciding(scores),
        _retargeting(scores["cheese_channel"]),
        ["## What it cannot do", "", *(f"- {line}" for line in shortfalls(about, scores))],
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def shortfalls(about: dict[str, str], scores: dict[str, Any]) -> list[str]:
    """The policy's shortcomings, a sentence each."""
    trained, anywhere = scores["training_distribution"], scores["cheese_anywhere"]
    forks = scores["decision_squares"]
    lines = [
        f"With the cheese in the region {_p(trained[key])} of {key} walks come to it; the goal was {_p(goal)}."
        for key, goal in GOALS.items()
        if trained[key] < goal
    ]
    before = forks["unpatched"]["cheese_median"]
    after = forks["subtract_cheese_vector"][forks["best_layer"]]["cheese_median"]
    if before < STEERED_FROM or after > STEERED_TO:
        lines.append(
            f"Subtracting the cheese vector takes the median P(cheese) from {before:.3f} to {after:.3f} at the best "
            f"layer; the goal is from {STEERED_FROM} to {STEERED_TO}."
        )
    drop = 100 * (trained["greedy"] - anywhere["greedy"])
    other = "hard" if about["world"] == "easy" else "easy"
    return [
        *lines,
        f"With the cheese anywhere it reaches it {drop:.1f} points less often (greedy): where the cheese used to be "
        "counts as well as what it looks like. That is what makes it worth exploring.",
        f"It saw the {about['world']} world alone; in the {other} one every cell has a size it never saw.",
        "It saw only perfect mazes with a cheese: loops, islands and a missing cheese are new to it.",
    ]


def _made(about: dict[str, str], scores: dict[str, Any]) -> list[str]:
    region = about["region"]
    return [
        f"# {about['name']}",
        "",
        f"A maze-solving policy trained for Mazescope: procgen's `maze` in the {about['world']} world, width "
        f"{about['width']}. While it learned, the cheese always lay in the top-right {region} x {region} squares.",
        "",
        f"- Recipe: {about['recipe']}. It imitated an expert; no reward reached the policy head.",
        f"- **{IMITATION}**",
        f"- {int(about['observations']):,} labelled observations in {int(about['steps']):,} steps, seed "
        f"{about['seed']}, {about['date']}.",
        *([f"- The weights ship in {about['stored_as']}, and are measured so."] if "stored_as" in about else []),
        f"- Judged on {scores['levels']:,} evaluation levels for each number: procgen's seeds below 100,000, which "
        "training never uses.",
    ]


def _walking(scores: dict[str, Any]) -> list[str]:
    trained, anywhere = scores["training_distribution"], scores["cheese_anywhere"]
    inside, outside = anywhere["inside_region"], anywhere["outside_region"]
    region = f"{scores['region']} x {scores['region']}"
    rows = [
        (f"in the top-right {region}, as in training", trained),
        ("anywhere", anywhere),
        (f"anywhere: the {inside['n']} levels with it inside the region", inside),
        (f"anywhere: the {outside['n']} levels with it outside", outside),
    ]
    return [
        "## Walking",
        "",
        "How often it reaches the cheese: greedily within twice the shortest path and 20 steps, and with sampled moves "
        "within 256 steps.",
        "",
        *_table(
            ("cheese", "greedy", "sampled"), [(label, _p(row["greedy"]), _p(row["sampled"])) for label, row in rows]
        ),
    ]


def _met(scores: dict[str, Any]) -> list[str]:
    """The number of levels that training has met, and the walks on those that it has not."""
    drawn = scores["training_mazes"]
    rows = []
    for label, row in (
        (f"in the top-right {scores['region']} x {scores['region']}", scores["training_distribution"]),
        ("anywhere", scores["cheese_anywhere"]),
    ):
        met, rest = row["met"], row["never_met"]
        counts = (str(met["distinct"]), str(met["levels"]), str(met["same_background"]))
        rows.append((label, *counts, str(rest["n"]), _p(rest["greedy"]), _p(rest["sampled"])))
    sides = sorted(
        {side for row in ("training_distribution", "cheese_anywhere") for side in scores[row]["met"]["sides"]}
    )
    return [
        "## Levels that it has met",
        "",
        f"Training drew {drawn['drawn']:,} mazes of its own, {drawn['distinct']:,} different ones. Small mazes are so "
        "few that some evaluation levels are among them: the same walls and cheese, some on the same background too "
        f"(found by drawing all of them again; met were levels of side {', '.join(map(str, sides)) or 'none'}). On the "
        "others:",
        "",
        *_table(
            ("cheese", "different levels", "met", "on the same background", "never met", "greedy", "sampled"), rows
        ),
    ]


def _deciding(scores: dict[str, Any]) -> list[str]:
    forks, outside = scores["decision_squares"], scores["decision_squares_cheese_outside_region"]
    plain, added = forks["unpatched"], forks["add_cheese_vector"][DEFAULT_LAYER]
    steered = [
        (f"{name} (best)" if name == forks["best_layer"] else name, entry)
        for name, entry in forks["subtract_cheese_vector"].items()
    ]
    return [
        "## Deciding",
        "",
        "At the decision square, where the ways to the cheese and to the top-right part:",
        "",
        *_table(
            ("levels", "n", "mean P(cheese)", "mean P(top-right)"),
            [
                (label, str(entry["n"]), *_two(entry["unpatched"], "mean"))
                for label, entry in (("cheese anywhere", forks), ("cheese outside the region", outside))
            ],
        ),
        "",
        f"Subtracting the cheese vector (coefficient -1), medians over the {forks['n']} levels with the cheese "
        "anywhere:",
        "",
        *_table(
            ("layer", "median P(cheese)", "median P(top-right)"),
            [("unpatched", *_two(plain, "median")), *((name, *_two(entry, "median")) for name, entry in steered)],
        ),
        "",
        "In block 1 the vector is little more than the cheese's own picture, so that subtracting it nearly takes the "
        "cheese away; further on it is what the network made of it.",
        "",
        f"Adding it at {DEFAULT_LAYER} takes the mean P(cheese) from {plain['cheese_mean']:.3f} to "
        f"{added['cheese_mean']:.3f}.",
    ]


def _retargeting(channel: dict[str, Any]) -> list[str]:
    moved = channel["retargeting"]
    return [
        "## Retargeting",
        "",
        *(
            f"- Channel {marker['channel']} of {marker['layer']} marks the cheese: its largest activation is within "
            f"one pixel of it in {_p(marker['peak_within_one_pixel'])} of {channel['n']} mazes (mean activation there "
            f"{marker['mean_at_cheese']:.2f})."
            for marker in _distinct(channel["best_marker"], channel["best_marker_at_default_layer"])
        ),
        f"- With the cheese removed, the path probability to the square where it was is "
        f"{moved['path_probability_nothing_set']:.3f}; with the real cheese it is "
        f"{moved['path_probability_real_cheese']:.3f} (means over {moved['n']} mazes of side 5 and more).",
        *(
            f"- With the cheese removed and channel {setting['channel']} of {setting['layer']} set to "
            f"{setting['value']:g} where it was, it is {setting['path_probability']:.3f}."
            for setting in _distinct(moved["best"], moved["best_at_default_layer"])
        ),
        "",
        "Channels and values were chosen on other levels than these.",
    ]


def _distinct(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    return [first] if first == second else [first, second]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]


def _two(entry: dict[str, float], statistic: str) -> tuple[str, str]:
    return f"{entry[f'cheese_{statistic}']:.3f}", f"{entry[f'top_right_{statistic}']:.3f}"


def _p(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"
