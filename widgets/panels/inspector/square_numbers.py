"""A square's numbers as a value, before and after the stack, and their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.field.vector_field import VectorField
from app.maze.maze import Square
from app.maze.moves import MOVE_OF_ACTION, MOVES


@dataclass(frozen=True, eq=False)
class Outputs:
    """Outputs of the network with the mouse on one square.

    Attributes:
        logits: (15,) raw.
        probs: (5,) in the order of `MOVES`.
        arrow: (d_row, d_col), length 1 is one cell.
        value: output of the value head.
    """

    logits: np.ndarray
    probs: np.ndarray
    arrow: tuple[float, float]
    value: float


def outputs(field: VectorField, square: Square) -> Outputs | None:
    """A field's numbers at a square; None where it has none: not an open square, or not computed yet."""
    row = field.index(square)
    if row is None or not field.done[row]:
        return None
    arrow = field.arrows[row]
    return Outputs(field.logits[row], field.probs[row], (float(arrow[0]), float(arrow[1])), float(field.value[row]))


def action_title(action: int) -> str:
    """An action's index with the move it amounts to: "7 RIGHT"."""
    return f"{action} {MOVES[MOVE_OF_ACTION[action]]}"


def as_text(original: Outputs, patched: Outputs | None) -> str:
    """All numbers as lines of text, tab-separated, for the clipboard."""
    lines = ["\toriginal\tpatched" if patched else "\toriginal"]

    def add(name: str, *values: float) -> None:
        lines.append("\t".join([name, *(f"{value:.6g}" for value in values)]))

    both = [original] if patched is None else [original, patched]
    for move, name in enumerate(MOVES):
        add(f"p({name})", *(each.probs[move] for each in both))
    add("value", *(each.value for each in both))
    add("arrow d_row", *(each.arrow[0] for each in both))
    add("arrow d_col", *(each.arrow[1] for each in both))
    for action in range(15):
        add(f"logit {action}", *(each.logits[action] for each in both))
    return "\n".join(lines)
