"""Numbers of one square as text for the clipboard: a table with tabs, which spreadsheets take cell by cell."""

from __future__ import annotations

from app.field.requests import FieldResult
from app.maze.maze import Square
from app.maze.moves import MOVES


def square_text(result: FieldResult, square: Square) -> str | None:
    """Probabilities, value and arrow of a square, original and, where patches act, patched.

    None for a wall, for the cheese's square, and for a square that is not computed yet.
    """
    row = result.original.index(square)
    if row is None or not result.original.done[row]:
        return None
    fields = {"original": result.original}
    if result.patched is not result.original and result.patched.done[row]:
        fields["patched"] = result.patched
    lines = [[f"square ({square[0]}, {square[1]})", *fields]]
    for at, move in enumerate(MOVES):
        lines.append([f"P({move})", *(f"{float(field.probs[row, at]):.6g}" for field in fields.values())])
    lines.append(["value", *(f"{float(field.value[row]):.6g}" for field in fields.values())])
    for at, name in enumerate(("arrow, rows", "arrow, columns")):
        lines.append([name, *(f"{float(field.arrows[row, at]):.6g}" for field in fields.values())])
    return "\n".join("\t".join(line) for line in lines)
