"""Known effects of the cheese vector and of retargeting, measured on any policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.interventions.compatibility import fitting_layer
from app.interventions.patches import Zero
from app.maze.maze import Maze
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.progress import Progress, quiet
from app.studies.cheese_channels import MARKS, CheeseChannel, find_cheese_channels
from app.studies.retarget import PathProbabilities, retarget
from app.studies.saturation import Saturation, saturation
from app.studies.vector_effects import RESADDS, Choices, vector_effects

VALUES: Final = (1.0, 2.3, 5.5, 10.0)
"""The value that the retargeted channel is set to."""

SMALLEST: Final = 5
"""Side of the smallest mazes that are retargeted: in one of 3 x 3 nearly every square is next to the cheese."""


@dataclass(frozen=True)
class EffectsTable:
    """Effects of the vectors and of the channels that mark the cheese, on a policy.

    Attributes:
        levels: how many were looked at.
        subtracted: choices at the decision squares: unpatched, then with the cheese vector subtracted layer by layer.
        added: the same with it added at the default layer.
        top_right: the same with the top-right vector added at the default layer.
        ranking: the channels of the default layer, those that mark the cheese best first.
        channels: those that were retargeted; none when no channel marks the cheese.
        retargeting: path probabilities with nothing set, each value set, and the real cheese; empty without channels.
        saturation: how later layers move with the coefficient; empty when it was not asked for.
    """

    levels: int
    subtracted: tuple[Choices, ...]
    added: Choices
    top_right: Choices
    ranking: tuple[CheeseChannel, ...]
    channels: tuple[int, ...]
    retargeting: tuple[PathProbabilities, ...]
    saturation: tuple[Saturation, ...] = ()


def effects_table(
    policy: Policy,
    levels: Sequence[Maze],
    *,
    layers: Sequence[str] = RESADDS,
    channels: Sequence[int] | None = None,
    values: Sequence[float] = VALUES,
    with_saturation: bool = False,
    progress: Callable[[str], Progress] = quiet,
) -> EffectsTable:
    """Measure all of it on these levels.

    Args:
        policy: the policy.
        levels: mazes with cheese, the mouse at the start.
        layers: where the cheese vector is subtracted.
        channels: the channels of the default layer to retarget; None for the one that marks the cheese best.
        values: what they are set to.
        with_saturation: whether to compare coefficients too.
        progress: makes the progress of each part, given its title.

    Raises:
        PatchError: for layers or channels the policy does not have.
        Cancelled: when a progress says not to continue.
    """
    check(policy, layers, channels)
    rows = [*((name, -1.0) for name in layers), (DEFAULT_LAYER, 1.0)]
    *subtracted, added = vector_effects(policy, levels, rows, progress=progress("cheese vector"))
    corner = vector_effects(
        policy, levels, [(DEFAULT_LAYER, 1.0)], word="top-right", progress=progress("top-right vector")
    )[1]
    ranking = find_cheese_channels(policy, world=_world(levels), progress=progress("channels"))
    if channels is None:
        channels = [ranking[0].channel] if ranking[0].marks else []
    large = [maze for maze in levels if maze.dim >= SMALLEST]
    return EffectsTable(
        len(levels),
        tuple(subtracted),
        added,
        corner,
        ranking,
        tuple(channels),
        retarget(policy, large, channels, values, progress=progress("retargeting")) if channels else (),
        saturation(policy, levels, progress=progress("coefficients")) if with_saturation else (),
    )


def check(policy: Policy, layers: Sequence[str], channels: Sequence[int] | None) -> None:
    """Check that the policy has these layers, and these channels at the default layer.

    Raises:
        PatchError: one sentence on the first that it lacks.
    """
    for name in layers:
        layer(name, policy.width)
    if channels is not None:
        fitting_layer(Zero(layer=DEFAULT_LAYER, channels=tuple(channels)), policy)


def _world(levels: Sequence[Maze]) -> int:
    return levels[0].world if levels else 15


def to_text(table: EffectsTable) -> str:
    """The table for people: every number with its n."""
    original = table.subtracted[0]
    lines = [
        f"{original.levels} of {table.levels} levels have a decision square. There, probability of the first move to",
        "the cheese and to the top right; vectors taken with the mouse at the start:",
        "",
        f"{'':50}{'n':>5}{'P(cheese)':>18}{'P(top-right)':>18}",
        f"{'':50}{'':5}{'median':>10}{'mean':>8}{'median':>10}{'mean':>8}",
        _choices_line("unpatched", original),
        *(_choices_line(f"- cheese vector, {row.layer}", row) for row in table.subtracted[1:]),
        _choices_line(f"+ cheese vector, {table.added.layer}", table.added),
        _choices_line(f"+ top-right vector, {table.top_right.layer}", table.top_right),
        "",
        f"Channels of {DEFAULT_LAYER} by how often they peak within one pixel of the cheese:",
        "",
        f"{'':50}{'n':>5}{'hits':>10}{'value there':>14}{'elsewhere':>12}",
        *(
            f"{f'channel {row.channel}':50}{row.levels:5}{row.score:10.3f}{row.at_cheese:14.2f}{row.elsewhere:12.2f}"
            for row in table.ranking[:5]
        ),
        "",
        *_retargeting_lines(table),
        *_saturation_lines(table),
    ]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def to_json(table: EffectsTable) -> dict[str, Any]:
    """The table as JSON values, every number of every row with its n."""

    def choices(vector: str, row: Choices) -> dict[str, Any]:
        return {
            "vector": vector if row.layer else None,
            "layer": row.layer,
            "coefficient": row.coefficient,
            "n": row.levels,
            "p_cheese": {"median": row.median_cheese, "mean": row.mean_cheese} if row.levels else None,
            "p_top_right": {"median": row.median_top_right, "mean": row.mean_top_right} if row.levels else None,
        }

    return {
        "levels": table.levels,
        "decision_square": [
            *(choices("cheese", row) for row in (*table.subtracted, table.added)),
            choices("top-right", table.top_right),
        ],
        "cheese_channels": [
            {
                "channel": row.channel,
                "n": row.levels,
                "hits": row.hits,
                "at_cheese": row.at_cheese,
                "elsewhere": row.elsewhere,
            }
            for row in table.ranking
        ],
        "retargeted_channels": list(table.channels),
        "path_probability": [
            {"value": row.value, "cheese": row.with_cheese, "n": row.levels, "mean": row.mean if row.levels else None}
            for row in table.retargeting
        ],
        "saturation": [
            {
                "layer": row.layer,
                "n": row.levels,
                "ratio_to_minus_1": {f"{step:g}": ratio for step, ratio in row.ratios.items()} or None,
                "cosine_of_mirror": row.cosine,
            }
            for row in table.saturation
        ],
    }


def _choices_line(title: str, row: Choices) -> str:
    if not row.levels:
        return f"{title:50}{0:5}"
    return (
        f"{title:50}{row.levels:5}{row.median_cheese:10.3f}{row.mean_cheese:8.3f}"
        f"{row.median_top_right:10.3f}{row.mean_top_right:8.3f}"
    )


def _retargeting_lines(table: EffectsTable) -> list[str]:
    if not table.channels:
        return [f"No channel peaks at the cheese in {MARKS * 100:.0f} % of the levels, so none is retargeted.", ""]
    which = ", ".join(map(str, table.channels))
    lines = [
        f"Retargeting, levels of side {SMALLEST} and more, the cheese removed: path probability to where it was, with",
        f"channel {which} set there" if len(table.channels) == 1 else f"channels {which} set there",
        "",
        f"{'':50}{'n':>5}{'mean':>10}",
    ]
    for row in table.retargeting:
        title = "the real cheese" if row.with_cheese else "nothing set" if row.value is None else f"{row.value:+g}"
        lines.append(f"{title:50}{row.levels:5}" + (f"{row.mean:10.3f}" if row.levels else ""))
    return [*lines, ""]


def _saturation_lines(table: EffectsTable) -> list[str]:
    if not table.saturation:
        return []
    steps = next((list(row.ratios) for row in table.saturation if row.levels), [])
    lines = [
        f"t * cheese vector added at {DEFAULT_LAYER}: how far later layers move, next to t = -1 (mean ratio of",
        "norms), and the mean cosine between the move of t = +1 and the reverse of that of t = -1:",
        "",
        f"{'':50}{'n':>5}" + "".join(f"{f't = {step:g}':>10}" for step in steps) + f"{'cosine':>10}",
    ]
    for row in table.saturation:
        numbers = "".join(f"{ratio:10.2f}" for ratio in row.ratios.values())
        cosine = "" if row.cosine is None else f"{row.cosine:10.2f}"
        lines.append(f"{row.layer:50}{row.levels:5}{numbers}{cosine}")
    return lines
