"""Layers under the arrows: what each number is, and how it is coloured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.view_mode import Mode
from app.drawing.figure import FigureOptions, figure
from app.drawing.maze_shapes import maze_shapes
from app.drawing.palette import palette
from app.drawing.shapes import Rect, Text
from app.drawing.square_layer_shapes import layer_colour, layer_scale_shapes, layer_shapes
from app.field.engine import Engine, FieldRequest
from app.field.measures import path_probability, total_variation
from app.field.square_layers import (
    LayerKind,
    SquareLayer,
    activation_layer,
    entropy_layer,
    of_mode,
    path_layer,
    push_layer,
    total_variation_layer,
    value_layer,
    visits_layer,
)
from app.field.vector_field import VectorField
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.moves import UP
from app.policy.layers import pixel_of_square
from app.policy.policy import Policy

MAZE = random_level(15, 7, 4)
LIGHT = palette("light")


def field(maze: Maze, seed: int, scale: float = 5.0) -> VectorField:
    random = np.random.default_rng(seed)
    logits = (random.normal(size=(len(maze.squares), 15)) * scale).astype(np.float32)
    return VectorField(maze, maze.squares, logits, random.normal(size=len(maze.squares)).astype(np.float32))


def test_each_layer_is_its_measure_at_every_square() -> None:
    first, second = field(MAZE, 0), field(MAZE, 1)
    assert value_layer(first).values == pytest.approx(first.value)
    assert total_variation_layer(first, second).values == pytest.approx(total_variation(first, second))
    paths = path_layer(first)
    for (row, col), value in zip(MAZE.squares.tolist(), paths.values, strict=True):
        expected = path_probability(first, (row, col))
        assert (expected is None and np.isnan(value)) or value == pytest.approx(expected)
    assert paths.at(MAZE.mouse) is None
    visits = np.arange(225.0).reshape(15, 15)
    row, col = map(int, MAZE.squares[3])
    assert visits_layer(MAZE, visits, 500).at((row, col)) == visits[row, col]
    pushes = np.random.default_rng(0).normal(size=(len(MAZE.squares), 4, 5))
    pushed = push_layer(MAZE, pushes, 2, UP)
    assert pushed.values == pytest.approx(pushes[:, 2, UP])
    assert "channel 2 for UP" in pushed.title
    activation = np.arange(256.0).reshape(16, 16)
    shown = activation_layer(MAZE, activation, "embedder.block2.res1.resadd", 7)
    assert shown.at((row, col)) == activation[pixel_of_square((row, col), 15, 16)]


def test_entropy_is_that_of_the_five_moves() -> None:
    even = VectorField(MAZE, MAZE.squares, np.zeros((len(MAZE.squares), 15), np.float32), np.zeros(len(MAZE.squares)))
    probs = even.probs[0]
    layer = entropy_layer(even)
    assert layer.values == pytest.approx(-(probs * np.log(probs)).sum())
    assert layer.scale == (0, pytest.approx(np.log(5)))
    certain = VectorField(MAZE, MAZE.squares, np.full((len(MAZE.squares), 15), -1e9, np.float32), even.value)
    certain.logits[:, 5] = 0
    assert entropy_layer(certain).values == pytest.approx(0, abs=1e-9)


def test_squares_still_to_come_have_no_number_and_no_colour() -> None:
    part = field(MAZE, 0)
    part.logits[2:] = np.nan
    assert entropy_layer(part).at(tuple(map(int, MAZE.squares[5]))) is None
    assert len(layer_shapes(entropy_layer(part), LIGHT)) == 2
    nothing = field(MAZE, 0)
    nothing.logits[:] = np.nan
    assert path_layer(nothing).scale == (0, 0)
    assert layer_shapes(path_layer(nothing), LIGHT) == ()


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.booleans())
def test_the_scale_holds_every_number(values: list[float], diverging: bool) -> None:
    squares = np.array([(0, at) for at in range(len(values))])
    layer = SquareLayer(LayerKind.VALUE, "Value", "", MAZE, squares, np.array(values), diverging)
    low, high = layer.scale
    assert low <= min(values) <= max(values) <= high
    assert not diverging or low == -high
    for value in values:
        assert layer_colour(layer, value, LIGHT).startswith("#")


def test_colours_lie_under_the_maze_and_the_scale_has_its_numbers() -> None:
    layer = push_layer(MAZE, np.random.default_rng(0).normal(size=(len(MAZE.squares), 1, 5)), 0, UP)
    under = layer_shapes(layer, LIGHT)
    whole = maze_shapes(MAZE, LIGHT, under=under)
    places = [whole.index(shape) for shape in under]
    floor = next(at for at, shape in enumerate(whole) if isinstance(shape, Rect) and shape.width == 15)
    assert places == list(range(floor + 1, floor + 1 + len(under)))
    texts = [shape.text for shape in layer_scale_shapes(layer, LIGHT, 10) if isinstance(shape, Text)]
    assert texts[0] == "Push of relu3's channel 0 for UP (logits)"
    assert texts[-1] == "0"
    assert layer_colour(layer, 0.0, LIGHT) == layer_colour(layer, -0.0, LIGHT)
    assert layer_colour(layer, layer.scale[1], LIGHT) != layer_colour(layer, layer.scale[0], LIGHT)


def test_every_kind_has_a_label() -> None:
    assert len({kind.label for kind in LayerKind}) == len(LayerKind)


def test_a_figure_shows_the_layer_of_its_own_maze_and_its_scale(small_policy: Policy) -> None:
    engine = Engine("cpu")
    try:
        result = engine.compute(FieldRequest(MAZE, small_policy))
    finally:
        engine.close()
    layer = value_layer(result.original)
    plain = figure(result, Mode.ORIGINAL, LIGHT)
    found = figure(result, Mode.ORIGINAL, LIGHT, FigureOptions(under=layer))
    assert found.height > plain.height
    texts = [shape.text for shape in found.shapes if isinstance(shape, Text)]
    assert "Value" in texts
    colours = {
        shape.fill for shape in found.shapes if isinstance(shape, Rect) and (shape.width, shape.height) == (1, 1)
    }
    assert {layer_colour(layer, value, LIGHT) for value in layer.values.tolist()} <= colours
    other = replace(layer, maze=MAZE.with_cheese(None))
    assert figure(result, Mode.ORIGINAL, LIGHT, FigureOptions(under=other)).shapes == plain.shapes


def test_next_to_each_other_the_layer_says_whose_it_is() -> None:
    maze, squares = MAZE, MAZE.squares
    before, after = (
        SquareLayer(LayerKind.VALUE, "Value", "", maze, squares, np.full(len(squares), value)) for value in (1.0, 2.0)
    )
    assert of_mode(before, after, "original") is before
    assert of_mode(before, after, "patched") is after
    both = of_mode(before, after, "side_by_side")
    assert both.title == "Value, patched"
    assert (both.values == 2).all()
    assert (of_mode(before, after, "difference").values == 1).all()
