"""Names below the places of a plot: none is over another, at any width of the panel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from app.studies.study import Axis, Plot, Series
from tests.widgets.panels.conftest import MakeDesk, make_desk  # noqa: F401
from widgets.controls.category_ticks import category_ticks
from widgets.controls.plot_view import PlotView

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
