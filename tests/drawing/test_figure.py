"""Shapes and figures: what is drawn where, and what the words and numbers say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.document.view_mode import Mode
from app.drawing.field_shapes import DOT_BELOW, FAINTEST, FULL, arrow, difference_shapes, field_shapes
from app.drawing.figure import Figure, FigureOptions, figure, visible_box
from app.drawing.maze_shapes import RING_RADIUS, maze_shapes, mouse_shapes, wall_boxes
from app.drawing.no_change import unchanged_reason
from app.drawing.palette import DARK, LIGHT
from app.drawing.shapes import (
    Circle,
    Discs,
    Polygon,
    Polygons,
    Polyline,
    Rect,
    Rects,
    Segments,
    Shape,
    Text,
    moved,
    scaled,
)
from app.field.measures import decision_probabilities
from app.field.vector_field import VectorField
from app.interventions.patches import AddVector, PatchProblem, PatchStack, Scale, Zero
from app.maze.maze import WALL, Maze
from app.maze.moves import DOWN, LEFT, NOOP, RIGHT, UP
from app.maze.routes import decision_square, reachable
from tests.pictures import ONE_PATCH, field_of, forked_level, level, random_field, result_of


def sure(move: int, probability: float = 1.0) -> tuple[float, ...]:
    """A move's probability, the rest on staying."""
    found = [0.0] * 5
    found[NOOP] += 1 - probability
    found[move] += probability
    return tuple(found)


def texts(drawn: Figure) -> list[str]:
    return [shape.text for shape in drawn.shapes if isinstance(shape, Text)]


def extent(shape: Shape) -> tuple[float, float, float, float]:
    """Left, bottom, right, top."""
    match shape:
        case Rect():
            return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        case Rects():
            each = [extent(Rect(*box, "#000000")) for box in shape.boxes]
            return (*np.min(each, axis=0)[:2], *np.max(each, axis=0)[2:])
        case Polygon() | Polyline():
            return (*np.min(shape.points, axis=0), *np.max(shape.points, axis=0))
        case Polygons():
            return (*shape.points.min(axis=(0, 1)), *shape.points.max(axis=(0, 1)))
        case Discs():
            low, high = shape.centres.min(axis=0), shape.centres.max(axis=0)
            return (*(low - shape.radius), *(high + shape.radius))
        case Segments():
            ends = np.array(shape.segments).reshape(-1, 2)
            return (*np.min(ends, axis=0), *np.max(ends, axis=0))
        case Circle():
            half = shape.radius + shape.stroke_width / 2
            return shape.x - half, shape.y - half, shape.x + half, shape.y + half
        case Text():
            from app.drawing.fonts import text_width

            width = text_width(shape.text, shape.size, shape.weight)
            left = shape.x - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            return left, shape.y - 0.25 * shape.size, left + width, shape.y + 0.75 * shape.size


# Mazes


@pytest.mark.parametrize("maze", [level(1, 3), level(2, 15), level(3, 25, 25), forked_level()])
def test_wall_boxes_cover_the_walls_once(maze: Maze) -> None:
    covered = np.zeros((maze.world, maze.world), dtype=int)
    boxes = wall_boxes(maze)
    for x, y, width, height in boxes:
        covered[int(y) : int(y + height), int(x) : int(x + width)] += 1
    assert np.array_equal(covered, (maze.grid == WALL).astype(int))
    assert len(boxes) < (maze.grid == WALL).sum() / 2


def test_marks_lie_on_their_squares() -> None:
    maze = forked_level()
    decision = decision_square(maze).square
    assert decision is not None
    shapes = maze_shapes(maze, LIGHT, decision)
    (ring,) = [shape for shape in shapes if isinstance(shape, Circle) and shape.radius == RING_RADIUS]
    assert (ring.y - 0.5, ring.x - 0.5) == decision
    (corner,) = [shape for shape in shapes if isinstance(shape, Polygon) and shape.fill == LIGHT.top_right]
    left, bottom, right, top = extent(corner)
    row, col = maze.top_right
    assert col < left < right < col + 1
    assert row < bottom < top < row + 1
    # The angle is in the square's own top-right corner.
    assert left > col + 0.3
    assert bottom > row + 0.3


def test_marks_vanish_with_what_they_mark() -> None:
    maze = forked_level().with_walls((forked_level().top_right,), True).with_cheese(None)
    colours = {getattr(shape, "fill", None) for shape in maze_shapes(maze, LIGHT)}
    assert LIGHT.top_right not in colours
    assert LIGHT.cheese not in colours
    assert LIGHT.mouse in colours
    assert LIGHT.mouse not in {getattr(shape, "fill", None) for shape in maze_shapes(maze, LIGHT, mouse=False)}


def test_squares_that_cannot_be_reached_are_hatched() -> None:
    maze = level().with_walls(((1, 1),), False)
    can = {(int(row), int(col)) for row, col in np.argwhere(reachable(maze))}
    (cells,) = [s for s in maze_shapes(maze, LIGHT, None, can) if isinstance(s, Rects) and s.fill == LIGHT.unreachable]
    assert cells.boxes == ((1, 1, 1, 1),)
    assert LIGHT.unreachable not in {getattr(shape, "fill", None) for shape in maze_shapes(maze, LIGHT)}


def test_the_mouse_looks_the_way_it_faces() -> None:
    def snout(left: bool) -> float:
        body = next(shape for shape in mouse_shapes((4, 7), LIGHT, left=left) if isinstance(shape, Polygon))
        return float(np.mean(body.points, axis=0)[0]) - 7.5

    assert snout(True) == pytest.approx(-snout(False))
    maze = level()
    for facing, left in (("fresh", True), ("left", True), ("right", False)):
        assert mouse_shapes(maze.mouse, LIGHT, left=left)[1] in maze_shapes(maze.with_facing(facing), LIGHT)


# Fields


@pytest.mark.parametrize(("move", "step"), [(LEFT, (-1, 0)), (RIGHT, (1, 0)), (UP, (0, 1)), (DOWN, (0, -1))])
def test_a_sure_arrow_fills_its_square_and_points_along_its_move(move: int, step: tuple[int, int]) -> None:
    maze = level()
    (arrows,) = field_shapes(field_of(maze, lambda _: sure(move)), LIGHT, halo=False)
    assert isinstance(arrows, Polygons)
    assert arrows.opacities == pytest.approx(np.ones(len(maze.squares)))
    for points, (row, col) in zip(arrows.points, maze.squares, strict=True):
        along = (points - (col + 0.5, row + 0.5)) @ step
        assert (along.min(), along.max()) == pytest.approx((-FULL / 2, FULL / 2))
        # The tip is one point, the tail two.
        assert (np.isclose(along, along.max()).sum(), np.isclose(along, along.min()).sum()) == (1, 2)


def test_length_is_the_arrows_and_opacity_the_likeliest_moves() -> None:
    maze = level()
    (arrows,) = field_shapes(field_of(maze, lambda _: sure(UP, 0.5)), LIGHT, "patched", halo=False)
    assert isinstance(arrows, Polygons)
    assert np.ptp(arrows.points[..., 1], axis=1) == pytest.approx(FULL / 2)
    assert arrows.opacities == pytest.approx(FAINTEST["light"] + (1 - FAINTEST["light"]) * 0.5)
    assert arrows.fill == LIGHT.patched


def test_opposite_pulls_and_staying_are_dots() -> None:
    maze = level()
    for probabilities, opacity in (((0, 0.5, 0.5, 0, 0), 0.5), (sure(NOOP), 0.0)):
        (dots,) = field_shapes(field_of(maze, lambda _: probabilities), LIGHT, halo=False)  # noqa: B023
        assert isinstance(dots, Discs)
        assert np.array_equal(dots.centres, maze.squares[:, ::-1] + 0.5)
        assert dots.opacities == pytest.approx(FAINTEST["light"] + (1 - FAINTEST["light"]) * opacity)
    assert isinstance(arrow((0, 0), (DOT_BELOW, 0), "#000000")[0], Polygon)
    assert isinstance(arrow((0, 0), (0.99 * DOT_BELOW, 0), "#000000")[0], Circle)


def test_squares_still_to_come_have_no_arrow() -> None:
    maze = level()
    field = random_field(maze, 0)
    logits = field.logits.copy()
    logits[5:] = np.nan
    part = VectorField(maze, maze.squares, logits, field.value)
    all_centres, five = (
        np.concatenate([*map(centres, field_shapes(each, LIGHT, halo=False))]) for each in (field, part)
    )
    assert len(all_centres) == len(maze.squares)
    assert {*map(tuple, five.tolist())} == {*map(tuple, (maze.squares[:5, ::-1] + 0.5).tolist())}
    assert sum(len(centres(shape)) for shape in difference_shapes(field, part, LIGHT, halo=False)) <= 5


def centres(shape: Shape) -> np.ndarray:
    """(N, 2): the middles of the arrows or dots of a field."""
    if isinstance(shape, Discs):
        return shape.centres
    assert isinstance(shape, Polygons)
    # Between the tip and the middle of the tail.
    return (shape.points[:, 3] + shape.points[:, [0, 6]].mean(axis=1)) / 2


def test_one_arrow_is_drawn_as_those_of_a_field() -> None:
    maze = level()
    field = random_field(maze, 2)
    at = 0
    for thickness in (1.0, 2.5):
        for shape in field_shapes(field, LIGHT, thickness=thickness, halo=False):
            for number, centre in enumerate(centres(shape).tolist()):
                row = field.index((int(centre[1]), int(centre[0])))
                assert row is not None
                up, right = (field.arrows[row] * FULL).tolist()
                (alone,) = arrow(centre, (right, up), LIGHT.original, shape.opacities[number], thickness)  # type: ignore[union-attr]
                if isinstance(shape, Polygons):
                    assert isinstance(alone, Polygon)
                    assert np.array(alone.points) == pytest.approx(shape.points[number])
                else:
                    assert isinstance(alone, Circle)
                    assert alone.radius == shape.radius  # type: ignore[union-attr]
                at += 1
    assert at == 2 * len(maze.squares)


def test_a_difference_arrow_is_patched_minus_original() -> None:
    maze = level()
    original, patched = field_of(maze, lambda _: sure(LEFT)), field_of(maze, lambda _: sure(RIGHT))
    (shape, *_) = difference_shapes(original, patched, LIGHT, halo=False)
    assert isinstance(shape, Polygons)
    assert shape.fill == LIGHT.difference
    # A full reversal, tail to tip, rightwards.
    assert shape.points[:, 3, 0] - shape.points[:, 0, 0] == pytest.approx(FULL)
    assert shape.opacities == pytest.approx(1)


def test_equal_fields_have_no_difference() -> None:
    maze = level()
    field = random_field(maze, 1)
    again = VectorField(maze, maze.squares, field.logits.copy(), field.value)
    assert difference_shapes(field, field, LIGHT) == ()
    assert difference_shapes(field, again, LIGHT) == ()
    with pytest.raises(ValueError, match="different mazes"):
        difference_shapes(field, random_field(level(4), 1), LIGHT)


def test_the_mouses_arrow_is_set_off_from_the_mouse() -> None:
    maze = level()
    field = field_of(maze, lambda _: sure(UP))
    halo, arrows = field_shapes(field, LIGHT)
    assert isinstance(halo, Polygon)
    assert isinstance(arrows, Polygons)
    left, bottom, *_ = extent(halo)
    assert (int(bottom), int(left)) == maze.mouse
    assert halo.fill == LIGHT.open


# Moving and scaling


def test_moving_and_scaling_keep_the_picture() -> None:
    shapes = (
        Rect(1, 2, 3, 4, "#111111"),
        Rects(((0, 0, 1, 2), (5, 5, 1, 1)), "#222222"),
        Polygon(((0, 0), (1, 0), (0, 1)), "#333333", stroke="#444444", stroke_width=0.1),
        Polyline(((0, 0), (2, 1)), "#555555", 0.2),
        Segments(((0, 0, 2, 1), (5, 5, 4, 7)), "#555555", 0.2),
        Circle(3, 4, 0.5, stroke="#666666", stroke_width=0.1),
        Text(1, 1, "Maze", 0.5, "#777777", "middle"),
        Polygons(np.array([[(0, 0), (1, 0), (0, 1)], [(3, 3), (4, 3), (3, 5)]]), "#888888", np.ones(2)),
        Discs(np.array([(1, 1), (4, 2)]), 0.25, "#999999", np.ones(2)),
    )
    for shape in shapes:
        assert extent(moved(shape, 2, -3)) == pytest.approx(np.add(extent(shape), (2, -3, 2, -3)))
        assert extent(scaled(shape, 3)) == pytest.approx(3 * np.array(extent(shape)))
    assert scaled(shapes[2], 3).stroke_width == pytest.approx(0.3)
    assert scaled(shapes[3], 3).width == pytest.approx(0.6)
    assert scaled(shapes[4], 3).width == pytest.approx(0.6)


# Figures


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("maze", [level(0, 3), forked_level(), level(5, 25, 25)], ids=["3", "9", "25"])
def test_everything_lies_on_the_page_and_cells_on_quarters(mode: str, maze: Maze) -> None:
    options = FigureOptions(title="A title that goes on for long enough to need fitting", note="n" * 120)
    drawn = figure(result_of(random_field(maze, 0), random_field(maze, 1)), mode, DARK, options)  # type: ignore[arg-type]
    for shape in drawn.shapes:
        left, bottom, right, top = extent(shape)
        assert left >= 0, shape
        assert bottom >= 0, shape
        assert right <= drawn.width + 1e-9, shape
        assert top <= drawn.height + 1e-9, shape
    for shape in drawn.shapes:
        if isinstance(shape, Rects) and shape.fill == DARK.wall:
            assert all((16 * value).is_integer() for box in shape.boxes for value in map(float, box))


def test_one_maze_or_three_with_their_names() -> None:
    result = result_of(random_field(forked_level(), 0), random_field(forked_level(), 1))
    named = {"Original", "Patched", "Difference"}
    for mode, expected in (("original", {"Original"}), ("difference", {"Difference"}), ("side_by_side", named)):
        assert named & set(texts(figure(result, mode, LIGHT))) == expected  # type: ignore[arg-type]
    one, three = figure(result, "patched", LIGHT), figure(result, "side_by_side", LIGHT)
    assert three.width > 2.5 * one.width
    assert "One title" in texts(figure(result, "patched", LIGHT, FigureOptions(title="One title")))


def test_the_two_numbers_are_the_computed_ones() -> None:
    maze = forked_level()
    result = result_of(random_field(maze, 0), random_field(maze, 1))
    before, after = decision_probabilities(result.original), decision_probabilities(result.patched)
    assert before is not None
    assert after is not None
    expected = [f"{value:.2f}" for pair in zip(before, after, strict=True) for value in pair]
    for mode in list(Mode):
        said = texts(figure(result, mode, LIGHT))
        assert [text for text in said if len(text) == 4 and text[1] == "."] == expected
        assert {"P(cheese)", "P(top-right)", "decision square"} <= set(said)
    alone = texts(figure(result_of(random_field(maze, 0)), "original", LIGHT))
    assert [text for text in alone if len(text) == 4 and text[1] == "."] == [f"{value:.2f}" for value in before]
    plain = texts(figure(result, "original", LIGHT, FigureOptions(show_numbers=False, show_legend=False)))
    assert plain == ["Original"]


def test_without_a_decision_square_the_figure_says_why() -> None:
    maze = forked_level().with_cheese(None)
    said = " ".join(texts(figure(result_of(random_field(maze, 0)), "original", LIGHT)))
    assert "no decision square" in said
    assert "cheese was removed" in said
    assert "P(cheese)" not in said


def test_an_empty_stack_leaves_the_difference_empty_and_says_so() -> None:
    result = result_of(random_field(forked_level(), 0))
    drawn = figure(result, "side_by_side", LIGHT)
    said = " ".join(texts(drawn))
    assert "The stack of patches is empty" in said
    assert "equals Original" in said
    x = drawn.width * 2 / 3
    # The sentence is below the mazes, over none of them.
    (sentence,) = (s for s in drawn.shapes if isinstance(s, Text) and "The stack of patches is empty" in s.text)
    assert sentence.y < min(extent(s)[1] for s in drawn.shapes if isinstance(s, Rects))
    assert not [
        s
        for s in drawn.shapes
        if getattr(s, "fill", "") == LIGHT.difference and extent(s)[0] > x and extent(s)[3] - extent(s)[1] > 0.5
    ]


def test_every_reason_for_no_change_is_told() -> None:
    maze = forked_level()
    field = random_field(maze, 0)
    same = VectorField(maze, maze.squares, field.logits.copy(), field.value)
    off = PatchStack((Zero(enabled=False),))
    refused = (PatchProblem(0, "Channel 99 was found; the layer has channels 0 to 31."),)
    assert "empty" in (unchanged_reason(result_of(field)) or "")
    assert "switched off" in (unchanged_reason(result_of(field, stack=off)) or "")
    assert "Channel 99" in (unchanged_reason(result_of(field, stack=ONE_PATCH, problems=refused)) or "")
    assert "change no square" in (unchanged_reason(result_of(field, same)) or "")
    nought = PatchStack((AddVector(coefficient=0.0),))
    assert "times 0 adds nothing" in (unchanged_reason(result_of(field, stack=nought)) or "")
    neutral = PatchStack((*nought.patches, Scale(positive=1.0, negative=1.0)))
    assert "the patches change nothing" in (unchanged_reason(result_of(field, stack=neutral)) or "")
    assert unchanged_reason(result_of(field, random_field(maze, 1))) is None
    # Until every square is there, nobody can say that nothing changes.
    assert unchanged_reason(replace(result_of(field, same), complete=False)) is None


def test_a_part_says_how_much_of_it_is_there() -> None:
    maze = level()
    field = random_field(maze, 0)
    logits = field.logits.copy()
    logits[7:] = np.nan
    part = VectorField(maze, maze.squares, logits, field.value)
    assert f"7 of {len(maze.squares)} squares" in texts(figure(result_of(part, part), "patched", LIGHT))


def test_a_figure_shows_every_open_square() -> None:
    maze = level(3, 5)
    assert visible_box(maze) == (4, 4, 7, 7)
    assert visible_box(maze, whole_world=True) == (0, 0, 15, 15)
    assert visible_box(maze.with_walls(((0, 14),), False)) == (4, 0, 11, 11)
    drawn = figure(result_of(random_field(maze, 0)), "original", LIGHT, FigureOptions(whole_world=True))
    assert drawn.width > 15


def test_overlays_lie_over_their_own_maze() -> None:
    maze = forked_level()
    mark = Circle(maze.mouse[1] + 0.5, maze.mouse[0] + 0.5, 0.123, fill="#123456")
    options = FigureOptions(overlays={"patched": (mark,)}, draw_mouse=False)
    drawn = figure(result_of(random_field(maze, 0)), "side_by_side", LIGHT, options)
    (found,) = [shape for shape in drawn.shapes if isinstance(shape, Circle) and shape.radius == 0.123]
    assert drawn.width / 3 < found.x < 2 * drawn.width / 3
    assert LIGHT.mouse not in {getattr(shape, "fill", None) for shape in drawn.shapes}
