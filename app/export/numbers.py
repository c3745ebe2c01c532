"""A result's numbers as the bytes of an NPZ or CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from app.document.recipe import Recipe, recipe_text
from app.export.summary_numbers import headline, headline_arrays
from app.field.measures import total_variation
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts
from app.field.vector_field import VectorField
from app.maze.moves import MOVES

SIDES: Final = ("front", "beside")
"""The name of one of two sides that are compared."""


def npz_bytes(
    results: FieldResult | Sequence[FieldResult],
    recipe: Recipe,
    *,
    patched: bool,
    rollouts: Sequence[Rollouts] = (),
) -> bytes:
    """A numpy archive of a result, or of two that are compared.

    Arrays: `squares` (N, 2) int64 (row, col; world grid, origin bottom-left), `logits` (N, 15) float32 raw `fc_policy`
    outputs, `probs` (N, 5) in the order LEFT DOWN UP RIGHT NOOP, `arrows` (N, 2) as (d_row, d_col), `value` (N), `grid`
    (world, world) in procgen's codes, `dim`, `recipe` (JSON text), and the numbers of `app.export.summary_numbers`, of
    which those that a maze has not are NaN, or -1 where they are whole; and with `patched`, `patched_logits`,
    `patched_probs`, `patched_arrows`, `patched_value`. The second of two results has the same, with `beside_` before
    each name.

    Args:
        rollouts: the episodes of each result, or none.
    """
    results = [results] if isinstance(results, FieldResult) else results
    arrays: dict[str, Any] = {"recipe": np.array(recipe_text(recipe))}
    walks = [*rollouts, *[None] * len(results)]
    for prefix, result, walk in zip(("", f"{SIDES[1]}_"), results, walks, strict=False):
        maze = result.request.maze
        arrays |= {f"{prefix}squares": result.original.squares, **_arrays(result.original, prefix)}
        arrays |= {f"{prefix}grid": maze.grid, f"{prefix}dim": np.array(maze.dim)}
        if patched:
            arrays |= _arrays(result.patched, f"{prefix}patched_")
        arrays |= {f"{prefix}{name}": value for name, value in headline_arrays(result, walk, patched=patched).items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _arrays(field: VectorField, prefix: str) -> dict[str, np.ndarray]:
    return {
        f"{prefix}logits": field.logits,
        f"{prefix}probs": field.probs,
        f"{prefix}arrows": field.arrows,
        f"{prefix}value": field.value,
    }


def csv_bytes(
    results: FieldResult | Sequence[FieldResult],
    recipe: Recipe,
    *,
    patched: bool,
    rollouts: Sequence[Rollouts] = (),
) -> bytes:
    """A table in UTF-8, one line per open square, after one comment line (`# `) with the recipe.

    Columns: row, col; the five probabilities, the arrow and the value; with `patched` the same of the patched field,
    and the total variation between the two; then `decision`, 1 on the line of the decision square and 0 on all others,
    and the numbers of `app.export.summary_numbers`, the same on every line of a maze and empty where it has none. Of
    two results that are compared, the first's squares come first, and a column `side` before all others says whose a
    line is: "front" or "beside".

    Args:
        rollouts: the episodes of each result, or none.
    """
    results = [results] if isinstance(results, FieldResult) else results
    text = io.StringIO()
    text.write(f"# {recipe_text(recipe)}\n")
    writer = csv.writer(text, lineterminator="\n")
    for number, result in enumerate(results):
        names, columns = _columns(result.original, "")
        if patched:
            more_names, more_columns = _columns(result.patched, "patched_")
            names += [*more_names, "total_variation"]
            columns += [*more_columns, total_variation(result.original, result.patched)]
        whose = [SIDES[number]] if len(results) > 1 else []
        decision, values = headline(result, rollouts[number] if rollouts else None, patched=patched)
        said = [f"{value:.9g}" if isinstance(value, float) else value for value in values.values()]
        if number == 0:
            writer.writerow([*(["side"] if whose else []), "row", "col", *names, "decision", *values])
        for square, cells in zip(result.original.squares.tolist(), np.stack(columns, axis=1).tolist(), strict=True):
            mark = int(tuple(square) == decision)
            writer.writerow([*whose, *square, *(f"{value:.9g}" for value in cells), mark, *said])
    return text.getvalue().encode()


def _columns(field: VectorField, prefix: str) -> tuple[list[str], list[np.ndarray]]:
    names = [f"{prefix}p_{move.lower()}" for move in MOVES]
    names += [f"{prefix}d_row", f"{prefix}d_col", f"{prefix}value"]
    return names, [*field.probs.T, *field.arrows.T, field.value.astype(np.float64)]
