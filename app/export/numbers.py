"""A result's numbers as the bytes of an NPZ or CSV file."""

from __future__ import annotations

import csv
import io

import numpy as np

from app.actions import MOVES
from app.export.recipe import Recipe, recipe_text
from app.field.measures import total_variation
from app.field.requests import FieldResult
from app.field.vector_field import VectorField


def npz_bytes(result: FieldResult, recipe: Recipe, *, patched: bool) -> bytes:
    """A numpy archive of the result.

    Arrays: `squares` (N, 2) int64 (row, col; world grid, origin bottom-left), `logits` (N, 15) float32 raw `fc_policy`
    outputs, `probs` (N, 5) in the order LEFT DOWN UP RIGHT NOOP, `arrows` (N, 2) as (d_row, d_col), `value` (N), `grid`
    (world, world) in procgen's codes, `dim`, `recipe` (JSON text); and with `patched`, `patched_logits`,
    `patched_probs`, `patched_arrows`, `patched_value`.
    """
    maze = result.request.maze
    arrays = {
        "squares": result.original.squares,
        **_arrays(result.original, ""),
        "grid": maze.grid,
        "dim": np.array(maze.dim),
        "recipe": np.array(recipe_text(recipe)),
    }
    if patched:
        arrays |= _arrays(result.patched, "patched_")
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


def csv_bytes(result: FieldResult, recipe: Recipe, *, patched: bool) -> bytes:
    """A table in UTF-8, one line per open square, after one comment line (`# `) with the recipe.

    Columns: row, col; the five probabilities, the arrow and the value; with `patched` the same of the patched field,
    and the total variation between the two.
    """
    text = io.StringIO()
    text.write(f"# {recipe_text(recipe)}\n")
    writer = csv.writer(text, lineterminator="\n")
    names, columns = _columns(result.original, "")
    if patched:
        more_names, more_columns = _columns(result.patched, "patched_")
        names += [*more_names, "total_variation"]
        columns += [*more_columns, total_variation(result.original, result.patched)]
    writer.writerow(["row", "col", *names])
    for square, values in zip(result.original.squares.tolist(), np.stack(columns, axis=1).tolist(), strict=True):
        writer.writerow([*square, *(f"{value:.9g}" for value in values)])
    return text.getvalue().encode()


def _columns(field: VectorField, prefix: str) -> tuple[list[str], list[np.ndarray]]:
    names = [f"{prefix}p_{move.lower()}" for move in MOVES]
    names += [f"{prefix}d_row", f"{prefix}d_col", f"{prefix}value"]
    return names, [*field.probs.T, *field.arrows.T, field.value.astype(np.float64)]
