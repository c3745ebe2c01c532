"""The model card: what a policy is, how it was made and what it can and cannot do, for people."""

from __future__ import annotations

from typing import Any

from app.policy.layers import DEFAULT_LAYER

GOALS = (
    ("greedy", "Reaches the cheese, training distribution, greedy", 0.98, "at least"),
    ("sampled", "Reaches the cheese, training distribution, sampled", 0.97, "at least"),
)


def card(about: dict[str, str], scores: dict[str, Any]) -> str:
    """Markdown of a policy's card.

    Args:
        about: the metadata of its file. scores: what `training.scores` measured.
    """
    trained, anywhere = scores["training_distribution"], scores["cheese_anywhere"]
    forks, outside = scores["decision_squares"], scores["decision_squares_cheese_outside_region"]
    channel = scores["cheese_channel"]
    marker, retargeting = channel["best_marker"], channel["retargeting"]
    best = forks["best_layer"]
    lines = [
        f"# {about['name']}",
        "",
        f"A maze-solving policy trained for Mazescope: procgen `maze`, world {about['world']}, width {about['width']}, the "
        f"cheese always in the top-right {about['region']} x {about['region']} squares of the maze while it learned.",
        "",
        f"- Made by {about['recipe']}.",
        f"- {int(about['observations']):,} labelled observations in {int(about['steps']):,} steps, seed {about['seed']}, "
        f"{about['date']}. It imitates an expert; no reward was ever shown to the policy head.",
        f"- Judged on {scores['levels']:,} evaluation levels for each number (procgen seeds below 100,000, which training "
        "never uses).",
        "",
        "## Walking",
        "",
        "| | greedy, 2 x shortest path + 20 steps | sampled, 256 steps |",
        "| --- | --- | --- |",
        f"| cheese in the top-right {scores['region']} x {scores['region']} | {_p(trained['greedy'])} | {_p(trained['sampled'])} |",
        f"| cheese anywhere | {_p(anywhere['greedy'])} | {_p(anywhere['sampled'])} |",
        *(
            f"| of these, {label} ({anywhere[key]['n']} levels) | {_p(anywhere[key]['greedy'])} | {_p(anywhere[key]['sampled'])} |"
            for key, label in (("inside_region", "inside the region"), ("outside_region", "outside it"))
        ),
        "",
        "## Deciding",
        "",
        "At the decision square, where the ways to the cheese and to the top-right part:",
        "",
        "| levels | n | mean P(cheese) | mean P(top-right) |",
        "| --- | --- | --- | --- |",
        *(
            f"| {label} | {entry['n']} | {entry['unpatched']['cheese_mean']:.3f} | {entry['unpatched']['top_right_mean']:.3f} |"
            for label, entry in (("cheese anywhere", forks), ("cheese outside the region", outside))
        ),
        "",
        f"Subtracting the cheese vector (coefficient -1), medians over {forks['n']} levels with the cheese anywhere; "
        f"unpatched P(cheese) {forks['unpatched']['cheese_median']:.3f}, P(top-right) "
        f"{forks['unpatched']['top_right_median']:.3f}:",
        "",
        "| layer | P(cheese) | P(top-right) |",
        "| --- | --- | --- |",
        *(
            f"| {layer}{' (best)' if layer == best else ''}{' (default)' if layer == DEFAULT_LAYER else ''} | "
            f"{entry['cheese_median']:.3f} | {entry['top_right_median']:.3f} |"
            for layer, entry in forks["subtract_cheese_vector"].items()
        ),
        "",
        f"Adding it at {DEFAULT_LAYER} moves the mean P(cheese) from {forks['unpatched']['cheese_mean']:.3f} to "
        f"{forks['add_cheese_vector'][DEFAULT_LAYER]['cheese_mean']:.3f}.",
        "",
        "## Retargeting",
        "",
        f"- Channel {marker['channel']} of {marker['layer']} marks the cheese: its largest activation lies within one pixel of "
        f"the cheese in {_p(marker['peak_within_one_pixel'])} of {channel['n']} mazes (mean activation there "
        f"{marker['mean_at_cheese']:.2f}).",
        f"- With the cheese removed and channel {retargeting['channel']} of {retargeting['layer']} set to "
        f"{retargeting['value']:g} where it was, the path probability to that square is "
        f"{retargeting['path_probability_set']:.3f}, against {retargeting['path_probability_nothing_set']:.3f} with nothing "
        f"set and {retargeting['path_probability_real_cheese']:.3f} with the real cheese there "
        f"(means over {retargeting['n']} mazes of side 5 and more; channel and value were chosen on other levels).",
        "",
        "## What it cannot do",
        "",
        *(f"- {line}" for line in _shortfalls(scores, about)),
        "",
    ]
    return "\n".join(lines)


def _shortfalls(scores: dict[str, Any], about: dict[str, str]) -> list[str]:
    trained, anywhere = scores["training_distribution"], scores["cheese_anywhere"]
    forks = scores["decision_squares"]
    best = forks["subtract_cheese_vector"][forks["best_layer"]]["cheese_median"]
    lines = [
        f"{label}: {_p(trained[key])}, {'short of' if trained[key] < goal else 'the goal was'} {word} {_p(goal)}."
        for key, label, goal, word in GOALS
        if trained[key] < goal
    ]
    drop = trained["greedy"] - anywhere["greedy"]
    lines.append(
        f"With the cheese anywhere it reaches it {100 * drop:.1f} points less often (greedy): it learned where the cheese "
        "used to be as well as what it looks like. That is what makes it worth looking into."
    )
    if forks["unpatched"]["cheese_median"] < 0.8 or best > 0.1:
        lines.append(f"Subtracting the cheese vector leaves a median P(cheese) of {best:.3f} at the best layer.")
    other = "hard" if about["world"] == "easy" else "easy"
    lines.append(f"It saw the {about['world']} world alone; in the {other} one every cell is of another size to it.")
    lines.append("It saw perfect mazes with a cheese alone: loops, islands and a missing cheese are new to it.")
    return lines


def _p(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"
