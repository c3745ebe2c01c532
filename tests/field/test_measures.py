"""Measures against numbers worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.field.measures import (
    class_difference,
    decision_probabilities,
    mean_total_variation,
    path_probability,
    research_difference,
    total_variation,
)
from app.field.vector_field import VectorField
from app.maze.levels import random_level
from app.maze.maze import EMPTY, WALL, Maze
from app.maze.moves import LEFT, MOVE_ACTIONS, RIGHT
from app.maze.routes import decision_square

EVEN = (0.2, 0.2, 0.2, 0.2, 0.2)


def field(maze: Maze, probs: dict[tuple[int, int], tuple[float, ...]] | None = None) -> VectorField:
    """A field with these probabilities of the five moves at some squares, and even ones elsewhere."""
    logits = np.full((len(maze.squares), 15), -np.inf, dtype=np.float32)
    for row, square in enumerate(maze.squares.tolist()):
        for move, chance in enumerate((probs or {}).get(tuple(square), EVEN)):
            logits[row, MOVE_ACTIONS[move][0]] = np.log(chance) if chance else -np.inf
    return VectorField(maze, maze.squares, logits, np.zeros(len(maze.squares), dtype=np.float32))


def partly(whole: VectorField, missing: list[int]) -> VectorField:
    """The field with some squares not computed yet."""
    logits = whole.logits.copy()
    logits[missing] = np.nan
    return VectorField(whole.maze, whole.squares, logits, whole.value)


def cross() -> Maze:
    """A plus of five open squares in a maze of side 3, its top-right corner opened to the right arm.

    Open squares by (row, col), the centre at (7, 7): (6, 7) below it, the start; (7, 6) left; (7, 8) right; (8, 8) the
    corner above that.
    """
    grid = np.full((15, 15), WALL)
    for square in ((6, 7), (7, 7), (7, 6), (7, 8), (8, 8)):
        grid[square] = EMPTY
    return Maze.from_grid(grid, dim=3, mouse=(6, 7)).with_cheese((7, 6))


def test_total_variation_is_half_the_l1_distance() -> None:
    maze = cross()
    first = field(maze, {(7, 7): (1, 0, 0, 0, 0), (6, 7): (0, 0, 1, 0, 0)})
    second = field(maze, {(7, 7): (0, 0.25, 0.25, 0.25, 0.25), (6, 7): (0.5, 0, 0.5, 0, 0)})
    at = {
        tuple(square): value
        for square, value in zip(maze.squares.tolist(), total_variation(first, second), strict=True)
    }
    assert at == pytest.approx({(6, 7): 0.5, (7, 7): 1, (7, 8): 0, (8, 8): 0}, abs=1e-7)
    assert mean_total_variation(first, second) == pytest.approx(1.5 / 4)
    row = first.index((7, 7))
    assert class_difference(first, second)[row] == pytest.approx([-1, 0.25, 0.25, 0.25, 0.25])


def test_means_are_over_the_squares_that_both_fields_have() -> None:
    maze = cross()
    first, second = field(maze), field(maze, {(7, 7): (1, 0, 0, 0, 0)})
    row = first.index((7, 7))
    others = [index for index in range(4) if index != row]
    assert mean_total_variation(first, partly(second, others)) == pytest.approx(0.8)
    assert research_difference(first, partly(second, others)) == pytest.approx(np.sqrt(0.8**2 + 3 * 0.2**2) / 2)
    assert np.isnan(mean_total_variation(first, partly(second, [0, 1, 2, 3])))
    assert np.isnan(research_difference(first, partly(second, [0, 1, 2, 3])))


def test_fields_of_different_squares_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different squares"):
        total_variation(field(cross()), field(cross().with_cheese(None)))


def test_the_research_difference_is_that_of_each_moves_own_arrow() -> None:
    maze = cross()
    first = field(maze)
    second = field(maze, {(7, 7): (0, 0, 0, 1, 0), (6, 7): (0, 0, 1, 0, 0)})
    of_one = 0.8**2 + 3 * 0.2**2
    assert research_difference(first, second) == pytest.approx(np.sqrt(2 * of_one) / 4 / 2)
    # Moves that cancel in the sum of the arrows do count; NOOP, which leads nowhere, does not.
    apart = field(maze, {(7, 7): (0.5, 0, 0, 0.5, 0)})
    still = field(maze, {(7, 7): (0, 0, 0, 0, 1)})
    assert research_difference(apart, still) == pytest.approx(np.sqrt(0.5) / 4 / 2)


@given(seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_distances_are_symmetric_within_0_and_1_and_zero_for_equal_fields(seed: int) -> None:
    maze = random_level(15, None, seed)
    random = np.random.default_rng(seed)
    first, second = (
        VectorField(maze, maze.squares, random.normal(size=(len(maze.squares), 15)) * 9, np.zeros(len(maze.squares)))
        for _ in range(2)
    )
    distance = total_variation(first, second)
    assert np.array_equal(distance, total_variation(second, first))
    assert distance.min() >= 0
    assert distance.max() <= 1 + 1e-12
    assert not total_variation(first, first).any()


def test_decision_probabilities_are_those_of_either_paths_first_move() -> None:
    maze = cross()
    decision = decision_square(maze)
    assert (decision.square, decision.to_cheese, decision.to_top_right) == ((7, 7), LEFT, RIGHT)
    chances = field(maze, {(7, 7): (0.5, 0.1, 0.06, 0.3, 0.04)})
    assert decision_probabilities(chances) == pytest.approx((0.5, 0.3))
    assert decision_probabilities(chances, decision) == pytest.approx((0.5, 0.3))


def test_without_a_decision_square_there_are_no_decision_probabilities() -> None:
    assert decision_probabilities(field(cross().with_cheese(None))) is None


def test_path_probability_is_the_geometric_mean_of_the_moves_that_come_nearer() -> None:
    maze = cross().with_cheese(None)
    chances = field(maze, {(6, 7): (0.1, 0.1, 0.8, 0, 0), (7, 7): (0.2, 0.1, 0.1, 0.6, 0)})
    assert path_probability(chances, (7, 8)) == pytest.approx(np.sqrt(0.8 * 0.6))
    assert path_probability(chances, (7, 6)) == pytest.approx(np.sqrt(0.8 * 0.2))
    assert path_probability(chances, (7, 7)) == pytest.approx(0.8)


def test_all_moves_that_come_nearer_count() -> None:
    grid = np.full((15, 15), WALL)
    grid[6:9, 6:9] = EMPTY
    maze = Maze.from_grid(grid, dim=3, mouse=(6, 6))
    assert path_probability(field(maze), (8, 8)) == pytest.approx((0.4 * 0.4 * 0.2 * 0.2) ** 0.25)


def test_path_probability_where_there_is_no_path() -> None:
    whole = field(cross().with_cheese(None).with_walls(((0, 0),), wall=False))
    assert path_probability(whole, (6, 7)) is None  # the start
    assert path_probability(whole, (0, 0)) is None  # an island
    assert path_probability(whole, (0, 1)) is None  # a wall
    with pytest.raises(MazeError):
        path_probability(whole, (15, 0))


def test_an_impossible_move_makes_the_path_impossible() -> None:
    chances = field(cross().with_cheese(None), {(7, 7): (1, 0, 0, 0, 0)})
    assert path_probability(chances, (7, 8)) == 0


def test_a_path_to_and_over_the_cheese() -> None:
    maze = cross().with_cheese((7, 7))
    chances = field(maze, {(6, 7): (0, 0, 0.7, 0.3, 0)})
    assert path_probability(chances, (7, 7)) == pytest.approx(0.7)
    assert path_probability(chances, (7, 8)) == pytest.approx(0.7)


def test_a_path_that_is_not_computed_yet_has_no_number() -> None:
    whole = field(cross().with_cheese(None))
    row = whole.index((7, 7))
    assert row is not None
    assert np.isnan(path_probability(partly(whole, [row]), (7, 8)))
    assert path_probability(partly(whole, [row]), (7, 7)) == pytest.approx(0.2)
