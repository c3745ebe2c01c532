"""Summary numbers of a result, as an export holds them: at the decision square, and of the rollout."""

from __future__ import annotations

import numpy as np

from app.field.measures import decision_probabilities
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts
from app.maze.maze import Square
from app.maze.routes import decision_square

Value = float | int | str | None


def headline(
    result: FieldResult, rollouts: Rollouts | None, *, patched: bool
) -> tuple[Square | None, dict[str, Value]]:
    """The decision square, and the numbers by name; None where the maze has no decision square.

    `p_cheese`, `p_top_right`: the probability, at the decision square, of the first move to the cheese and to the
    top-right square. With rollouts `rollout_moves` ("greedy" or "sampled"), `rollout_seed` of the draws (None when
    greedy), `rollout_steps`, the length of the episode, and `rollout_reached`, 1 when the mouse reached the cheese.
    Under the patches likewise `patched_p_cheese`, `patched_p_top_right`, `patched_rollout_steps`,
    `patched_rollout_reached`.
    """
    decision = decision_square(result.request.maze)
    fields = {"": result.original, **({"patched_": result.patched} if patched else {})}
    values: dict[str, Value] = {}
    for prefix, field in fields.items():
        found = decision_probabilities(field, decision) or (None, None)
        values |= {f"{prefix}p_cheese": found[0], f"{prefix}p_top_right": found[1]}
    if rollouts is not None:
        rule = rollouts.rule
        values["rollout_moves"] = "sampled" if rule.sampled else "greedy"
        values["rollout_seed"] = rule.seed if rule.sampled else None
        for prefix, episode in zip(fields, (rollouts.original, rollouts.patched), strict=False):
            values[f"{prefix}rollout_steps"] = episode.steps
            values[f"{prefix}rollout_reached"] = int(episode.reached)
    return decision.square, values


def headline_arrays(result: FieldResult, rollouts: Rollouts | None, *, patched: bool) -> dict[str, np.ndarray]:
    """The same as arrays without dimensions, and `decision` (2,) as (row, col); None is (-1, -1), -1 and NaN."""
    square, values = headline(result, rollouts, patched=patched)
    arrays = {"decision": np.array(square or (-1, -1))}
    for name, value in values.items():
        missing = -1 if name == "rollout_seed" else np.nan
        arrays[name] = np.array(missing if value is None else value)
    return arrays
