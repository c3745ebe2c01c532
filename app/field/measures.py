"""Measures on vector fields: how far a patch moved them, and where they lead.

Fields still in part have NaN rows; every mean here is over the squares both fields have.
"""

from __future__ import annotations

import numpy as np

from app.field.vector_field import VectorField
from app.maze.maze import Square
from app.maze.moves import MOVE_DELTAS
from app.maze.routes import Decision, decision_square, moves_towards, shortest_path


def class_difference(original: VectorField, patched: VectorField) -> np.ndarray:
    """(N, 5) float64: patched minus original probability of LEFT, DOWN, UP, RIGHT, NOOP at every square.

    Raises:
        ValueError: when the fields are of different squares.
    """
    if not np.array_equal(original.squares, patched.squares):
        raise ValueError("The fields are of different squares; expected two fields over one maze.")
    return np.asarray(patched.probs - original.probs)


def total_variation(original: VectorField, patched: VectorField) -> np.ndarray:
    """(N,) float64 in 0..1: at every square half the L1 distance of the two distributions over the five moves."""
    return np.asarray(np.abs(class_difference(original, patched)).sum(axis=1) / 2)


def mean_total_variation(original: VectorField, patched: VectorField) -> float:
    """Mean over the squares of the total variation; NaN while no square is computed."""
    distances = total_variation(original, patched)
    done = ~np.isnan(distances)
    return float(distances[done].mean()) if done.any() else float("nan")


def research_difference(original: VectorField, patched: VectorField) -> float:
    """||d components||_F / N / 2, as the research code prints it; NaN while no square is computed.

    The components of a square are one arrow for each move, p(move) times its step, (N, 5, 2) in all, not their sum; a
    move that goes nowhere has none. The measure shrinks with the number of squares N, so it does not compare fields of
    different mazes. Source: the code of Turner et al. 2023.
    """
    change = class_difference(original, patched) * np.linalg.norm(MOVE_DELTAS, axis=1)
    change = change[~np.isnan(change).any(axis=1)]
    return float(np.linalg.norm(change) / len(change) / 2) if len(change) else float("nan")


def decision_probabilities(field: VectorField, decision: Decision | None = None) -> tuple[float, float] | None:
    """(P(cheese), P(top-right)) at the decision square: the probability of each path's first move there.

    None where the maze has no decision square. NaN while the square is not computed yet.

    Args:
        field: the field.
        decision: the decision of the field's maze, when the caller has it.
    """
    decision = decision_square(field.maze) if decision is None else decision
    if decision.square is None or decision.to_cheese is None or decision.to_top_right is None:
        return None
    row = field.index(decision.square)
    if row is None:
        return None
    probs = field.probs[row]
    return float(probs[decision.to_cheese]), float(probs[decision.to_top_right])


def path_probability(field: VectorField, target: Square) -> float | None:
    """Path probability from the start to a square: the geometric mean, along the shortest path, of the summed
    probability of all moves that reduce the distance. The start is the mouse of the field's maze.

    None when there is no way to the target or the start is the target. On a path that crosses the cheese, the cheese's
    square is left out: no forward pass has the mouse there. NaN while a square of the path is not computed yet.

    Raises:
        MazeError: when the target is outside the world.
    """
    path = shortest_path(field.maze, field.maze.mouse, target)
    rows = [row for row in map(field.index, path[:-1]) if row is not None] if path is not None else []
    if not rows:
        return None
    return geometric_mean(chances_towards(field.probs[rows], field.squares[rows], moves_towards(field.maze, target)))


def chances_towards(probs: np.ndarray, squares: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """(n,) float64: at each square the summed probability of the moves that lead towards a target.

    Args:
        probs: (n, 5) probabilities of LEFT, DOWN, UP, RIGHT, NOOP.
        squares: (n, 2) int (row, col), world grid, origin bottom-left.
        towards: (world, world, 5) bool, see `app.maze.routes.moves_towards`.
    """
    return np.asarray((probs * towards[squares[:, 0], squares[:, 1]]).sum(axis=1))


def geometric_mean(chances: np.ndarray) -> float:
    """The geometric mean of probabilities; 0 when one of them is 0."""
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(chances).mean()))
