"""Names below the places of a plot: none is over another, at any width of the panel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QFontMetrics, QPainter, QPicture
from PySide6.QtWidgets import QApplication

from app.studies.study import Axis, Plot, Series
from tests.widgets.panels.conftest import MakeDesk, make_desk  # noqa: F401
from widgets.controls.category_ticks import category_ticks
from widgets.controls.plot_view import PlotView
from widgets.style.theme import enlarge

NAMES = ("own", "the file's", "mean of other levels", "mean difference", "probe", "random", "another level's")


@pytest.mark.parametrize("room", [40, 55, 84, 200])
def test_names_of_a_row_are_apart(qapp: QApplication, room: int) -> None:
    metrics = QFontMetrics(qapp.font())
    ticks, lines = category_ticks(NAMES, room, metrics)
    # By the line that it is on: (left, right) of each text.
    spans: dict[int, list[tuple[float, float]]] = {}
    for place, text in ticks:
        for line, part in enumerate(text.split("\n")):
            half = metrics.horizontalAdvance(part) / 2
            if part:
                spans.setdefault(line, []).append((place * room - half, place * room + half))
    assert len(spans) == lines
    for found in spans.values():
        assert all(left[1] < right[0] for left, right in itertools.pairwise(found))
    assert [" ".join(text.split()) for _, text in ticks] == list(NAMES)


def test_numbers_under_names_are_on_one_line(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    names = ("LEFT +5.1", "DOWN −2.6", "UP +24.0")
    room = metrics.horizontalAdvance(names[2]) + 8
    assert metrics.horizontalAdvance(names[1]) > room
    ticks, lines = category_ticks(names, room, metrics)
    assert [text for _, text in ticks] == ["LEFT\n+5.1", "DOWN\n−2.6", "UP\n+24.0"]
    assert lines == 2


def test_names_are_broken_anew_when_the_panel_changes_its_width(make_desk: MakeDesk) -> None:  # noqa: F811
    view = make_desk().put(PlotView, 800, 400)
    series = Series("", np.arange(7.0), np.arange(7.0), 1, kind="bars")
    view.show_plot(Plot("p", "Names", Axis("direction", categories=NAMES), Axis("number"), (series,)))
    high = []
    for width in (800, 320):
        view.resize(width, 400)
        QApplication.processEvents()
        high.append((view._picture.height(), view._canvas.getAxis("bottom").height()))
    assert high[1][0] > high[0][0]
    assert high[1][1] > high[0][1]


@pytest.mark.parametrize("width", [300, 415, 800])
def test_each_name_is_drawn_whole_also_beyond_the_ends_of_the_axis(make_desk: MakeDesk, width: int) -> None:  # noqa: F811
    names = ("distance cheese–corner", "steps cheese–decision", "distance cheese–decision")
    view = make_desk().put(PlotView, width, 400)
    series = Series("", np.arange(3.0), np.arange(3.0), 1, kind="points")
    view.show_plot(Plot("p", "Names", Axis("feature", categories=names), Axis("number"), (series,)))
    enlarge(view, 1.7)
    QApplication.processEvents()
    view.grab()
    axis = view._canvas.getAxis("bottom")
    painter = QPainter(picture := QPicture())
    painter.setFont(axis.style["tickFont"])
    *_, texts = axis.generateDrawSpecs(painter)
    painter.end()
    assert not picture.isNull()
    assert [" ".join(text.split()) for _, _, text in texts] == list(names)
    boxes = [axis.mapRectToScene(box) for box, _, _ in texts]
    spans: dict[int, list[tuple[float, float]]] = {}
    for box, (_, _, text) in zip(boxes, texts, strict=True):
        for line, part in enumerate(text.split("\n")):
            half = QFontMetrics(axis.style["tickFont"]).horizontalAdvance(part) / 2
            if part:
                spans.setdefault(line, []).append((box.center().x() - half, box.center().x() + half))
    for found in spans.values():
        assert all(left[1] < right[0] for left, right in itertools.pairwise(found)), width
    room = view._canvas.viewport().rect()
    for seen in boxes:
        assert room.left() <= seen.left(), width
        assert seen.right() <= room.right(), width


def test_the_axis_is_named_without_a_colon_where_no_series_has_a_name(make_desk: MakeDesk) -> None:  # noqa: F811
    view = make_desk().put(PlotView, 400, 400)
    for name, end in (("", "number"), ("median", "median")):
        series = Series(name, np.arange(3.0), np.arange(3.0), 1, kind="points")
        view.show_plot(Plot("p", "Names", Axis("feature"), Axis("number"), (series,)))
        assert view.legend.text().endswith(end)
        assert ("number:" in view.legend.text()) is bool(name)


def test_in_a_low_panel_the_picture_is_not_given_to_names(make_desk: MakeDesk) -> None:  # noqa: F811
    view = make_desk().put(PlotView, 415, 400)
    names = ("LEFT +5.1", "DOWN −2.6", "UP +24.0", "RIGHT −3.7", "NOOP −22.8")
    series = Series("net", np.arange(5.0), np.arange(5.0), 1, kind="bars")
    view.set_low(True)
    view.show_plot(Plot("p", "Push", Axis("move, and its net", categories=names), Axis("push"), (series,)))
    QApplication.processEvents()
    axis, box = view._canvas.getAxis("bottom"), view._canvas.getPlotItem().vb
    line = QFontMetrics(view.font()).height()
    assert not axis.label.isVisible()
    assert box.height() >= 3.5 * line
    view.set_low(False)
    QApplication.processEvents()
    assert axis.label.isVisible()
    numbers = Series("median", np.arange(5.0), np.arange(5.0), 1)
    view.set_low(True)
    view.show_plot(Plot("p", "Curve", Axis("coefficient t"), Axis("push"), (numbers,)))
    assert axis.label.isVisible()


@pytest.mark.parametrize("low", [False, True])
def test_the_number_at_the_upper_end_is_written_whole(make_desk: MakeDesk, low: bool) -> None:  # noqa: F811
    view = make_desk().put(PlotView, 415, 400)
    view.set_low(low)
    chances = Series("", np.arange(2.0), np.array([1.0, 0.25]), 1, kind="bars")
    play = Axis("play", categories=("original", "under the patches"))
    view.show_plot(Plot("p", "Chance", play, Axis("chance", low=0.0, high=1.0), (chances,)))
    enlarge(view, 1.7)
    QApplication.processEvents()
    view.grab()
    axis = view._canvas.getAxis("left")
    painter = QPainter(picture := QPicture())
    painter.setFont(axis.style["tickFont"])
    *_, texts = axis.generateDrawSpecs(painter)
    painter.end()
    assert not picture.isNull()
    boxes = {float(text): axis.mapRectToScene(box) for box, _, text in texts}
    assert boxes[1.0].top() >= 0
    assert boxes[1.0].center().y() <= boxes[min(boxes)].center().y()
