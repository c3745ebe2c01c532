"""Layers under the arrows: chosen, computed for what is shown, laid on the floor, kept in sessions."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits
from app.document.view_mode import Mode
from app.drawing.shapes import Circle, Polyline, Rect
from app.drawing.square_layer_shapes import layer_shapes
from app.field.measures import path_probability, total_variation
from app.field.square_layers import LayerKind
from app.interventions.patches import PatchStack, Scale, SetValue
from app.maze import generator
from app.maze.moves import LEFT
from app.studies.exact_outcome import outcome, reach_of
from app.studies.retarget_map import Setting, retarget_maps
from tests.widgets.panels.conftest import Desk, MakeDesk, make_desk  # noqa: F401
from widgets.maze_view.picture import Picture
from widgets.maze_view.shown_layer import SquareLayers
from widgets.maze_view.under_choice import UnderChoice

STACK = PatchStack((Scale(channels=(1, 2, 3), positive=3.0, negative=3.0),))


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:  # noqa: F811
    """A small maze under a stack."""
    return make_desk(maze=generator.level(15, 6), stack=STACK)


@pytest.fixture
def layers(desk: Desk) -> SquareLayers:
    picture = Picture(desk.context)
    desk.picture = picture  # type: ignore[attr-defined]
    desk.put(lambda context: UnderChoice(context, SquareLayers(context, picture)), 700, 60)
    (found,) = picture.findChildren(SquareLayers)
    return found


def shown(desk: Desk, layers: SquareLayers, kind: LayerKind) -> np.ndarray:
    """Choose a layer, wait for it, and give its numbers."""
    layers.choose(kind)
    desk.wait(lambda: layers.layer is not None and layers.layer.kind is kind, 30_000)
    return layers.layer.values


def picture_of(desk: Desk) -> Picture:
    """The picture that the layers lie in."""
    return desk.picture  # type: ignore[attr-defined]


def middle(square: tuple[int, int]) -> tuple[float, float]:
    """The middle of a square, in cells across and up."""
    return square[1] + 0.5, square[0] + 0.5


def test_every_layer_shows_its_numbers_of_the_mode(desk: Desk, layers: SquareLayers) -> None:
    answer = desk.context.bridge.answer
    original, patched = answer.original, answer.patched
    desk.context.view.set_mode(Mode.PATCHED)
    assert shown(desk, layers, LayerKind.VALUE) == pytest.approx(patched.value)
    assert shown(desk, layers, LayerKind.TOTAL_VARIATION) == pytest.approx(total_variation(original, patched))
    paths = shown(desk, layers, LayerKind.PATH)
    far = tuple(map(int, original.squares[-1]))
    assert paths[-1] == pytest.approx(path_probability(patched, far))
    desk.context.view.set_mode(Mode.DIFFERENCE)
    change = path_probability(patched, far) - path_probability(original, far)
    assert layers.layer.values[-1] == pytest.approx(change)
    assert layers.layer.diverging
    desk.context.view.set_mode(Mode.ORIGINAL)
    request = answer.request
    found = outcome(desk.context.bridge.engine.compute, request.policy, request.maze, request.stack).original
    visits = shown(desk, layers, LayerKind.VISITS)
    assert visits.sum() == pytest.approx(found.visits.sum(), rel=1e-4)
    shown(desk, layers, LayerKind.PUSH)
    layers.choose(LayerKind.PUSH, channel=3, move=LEFT)
    desk.wait(lambda: layers.layer is not None and "channel 3 for LEFT" in layers.layer.title)
    layers.choose(LayerKind.PUSH, channel=400)
    desk.wait(lambda: bool(layers.problem))
    assert "channels 0 to 31" in layers.problem
    layers.choose(LayerKind.ACTIVATION, channel=2)
    assert layers.layer.title.startswith("Activation of channel 2")
    layers.choose(LayerKind.NONE)
    assert layers.layer is None


def test_the_floor_is_coloured_under_the_maze(desk: Desk, layers: SquareLayers) -> None:
    picture: Picture = desk.picture  # type: ignore[attr-defined]
    plain = picture.static
    shown(desk, layers, LayerKind.ENTROPY)
    cells = layer_shapes(layers.layer, desk.context.palette)
    assert set(picture.static) - set(plain) == set(cells) - set(plain)
    assert all(isinstance(cell, Rect) for cell in cells)
    layers.choose(LayerKind.NONE)
    assert picture.static == plain


def test_what_takes_a_while_goes_at_once_when_the_maze_changes_and_comes_back(desk: Desk, layers: SquareLayers) -> None:
    before = shown(desk, layers, LayerKind.VISITS).copy()
    maze_edits.remove_cheese(desk.document)
    assert layers.layer is None
    desk.wait(lambda: layers.layer is not None, 30_000)
    assert layers.layer.maze == desk.document.state.maze
    desk.document.undo()
    desk.wait(lambda: layers.layer is not None and len(layers.layer.values) == len(before), 30_000)
    assert layers.layer.values == pytest.approx(before, rel=1e-3, abs=1e-6)


def test_the_choice_is_kept_and_anything_else_is_none(desk: Desk, layers: SquareLayers) -> None:
    view = desk.context.view
    layers.choose(LayerKind.PUSH, channel=5, move=LEFT)
    kept = view.to_json()
    layers.choose(LayerKind.NONE)
    view.restore(kept)
    assert (layers.kind, layers.channel, layers.move) == (LayerKind.PUSH, 5, LEFT)
    for other in (None, {"kind": "colour"}, {"kind": "push", "channel": -1, "move": True}, [1]):
        view.restore({**kept, "under": other})
        assert layers.channel in (0, 5)
        assert layers.kind in (LayerKind.NONE, LayerKind.PUSH)


def test_the_number_under_the_pointer_is_said(desk: Desk, layers: SquareLayers) -> None:
    shown(desk, layers, LayerKind.VALUE)
    choice = next(widget for widget in QApplication.allWidgets() if isinstance(widget, UnderChoice))
    square = tuple(map(int, layers.layer.squares[2]))
    desk.context.view.set_hover(square)
    assert choice.here.text().endswith("here")
    assert choice.scale.isVisible()
    assert not choice.channel.isVisible()
    desk.choose(choice.kind, LayerKind.PUSH.value)
    assert layers.kind is LayerKind.PUSH
    assert choice.channel.isVisible()


def test_the_retarget_map_fills_in_and_says_where_its_routes_are_weakest(desk: Desk, layers: SquareLayers) -> None:
    layers.choose(LayerKind.RETARGET)
    assert "no pin" in layers.problem
    square = tuple(map(int, desk.document.state.maze.squares[-1]))
    pin = SetValue(channels=(1,), square=square, value=5.0)
    maze_edits.set_stack(desk.document, "Pin", PatchStack((pin,)))
    desk.context.view.set_mode(Mode.PATCHED)
    desk.wait(lambda: layers.layer is not None and not np.isnan(layers.layer.values).any(), 30_000)
    state = desk.document.state
    expected = retarget_maps(state.policy, state.maze, [Setting((1,), 5.0)])
    assert layers.layer.values == pytest.approx(expected.patched[0], abs=1e-6)
    at = len(expected.targets) - 1
    target = tuple(map(int, expected.targets[at]))
    (row, col), chance = expected.routes[at].weakest()
    assert layers.words_of(target) == f"{expected.steps[at]} steps, weakest at ({row}, {col}): {chance:.2f}"
    # The pointer on a square draws the way there, and rings the weakest square on it.
    desk.context.view.set_hover(target)
    line, ring = picture_of(desk).route[1], picture_of(desk).route[-1]
    assert isinstance(line, Polyline)
    assert (line.points[0], line.points[-1]) == (middle(state.maze.mouse), middle(target))
    assert len(line.points) == expected.steps[at] + 1
    assert isinstance(ring, Circle)
    assert (ring.x, ring.y) == middle((row, col))
    desk.context.view.set_hover(None)
    assert picture_of(desk).route == ()
    desk.context.view.set_hover(target)
    desk.wait(lambda: bool(layers.note), 30_000)
    arrived, greedy = reach_of(desk.context.bridge.engine.compute, state.policy, state.maze, state.stack, square)
    assert f"chance {arrived.reach:.2f}" in layers.note
    assert ("never" in layers.note) == (greedy is None)
    maze_edits.set_stack(desk.document, "None", PatchStack())
    assert (layers.layer, layers.note, picture_of(desk).route) == (None, "", ())
    desk.wait(lambda: "no pin" in layers.problem)
