"""Small pictures of channels: their colours, and that only those in sight are painted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.drawing.palette import LIGHT
from app.field import channels
from app.maze.maze import Maze
from tests.widgets.panels.conftest import Desk
from widgets.controls.activation_colours import atlas, scale
from widgets.panels.channels.grid_geometry import Geometry
from widgets.panels.channels.layer_activations_view import Shown
from widgets.panels.channels.thumbnail_grid import ChannelGrid


def shown(values: np.ndarray, maze: Maze) -> Shown:
    return Shown("layer", values, channels.limits(values, shared=False), np.arange(len(values)), maze)


@pytest.mark.parametrize(("count", "side"), [(128, 16), (64, 64), (16, 8)])
def test_pictures_have_the_colours_of_their_numbers(desk: Desk, count: int, side: int) -> None:
    values = np.random.default_rng(0).normal(size=(count, side, side)).astype(np.float32)
    limits = channels.limits(values, shared=True)
    image = atlas(values, limits, LIGHT)
    colours = scale(LIGHT)
    for channel, row, column in ((0, 0, 0), (count - 1, side - 1, 3), (count // 2, 1, side - 1)):
        step = round((float(values[channel, row, column]) / float(limits[channel]) + 1) * (len(colours) // 2))
        found = image.pixelColor(column, channel * side + row)
        assert found == QColor(*(int(part) for part in colours[step]))


def test_zero_has_the_colour_of_an_open_cell_and_the_ends_differ() -> None:
    colours = [tuple(int(part) for part in colour) for colour in scale(LIGHT)]
    assert QColor(*colours[len(colours) // 2]) == QColor(LIGHT.open)
    assert len({colours[0], colours[-1], colours[len(colours) // 2]}) == 3


def test_only_what_is_in_sight_is_painted(desk: Desk) -> None:
    maze = desk.document.state.maze
    grid = ChannelGrid()
    desk.qtbot.addWidget(grid)
    grid.resize(300, 200)
    grid.show_channels(shown(np.zeros((8192,), np.float32), maze))
    grid.show()
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.viewport().rect().contains(grid.picture_rect(8191))
    assert not grid.viewport().rect().intersects(grid.picture_rect(0))
    layout = Geometry.pictures(100, 300, 50, 15, 4)
    assert len(layout.visible(0, 200)) < 40
    assert all(layout.place_at(layout.cell(at).center().x(), layout.cell(at).center().y()) == at for at in range(100))
    assert layout.place_at(1, 1) is None
