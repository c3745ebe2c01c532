"""Answers of the Explain panel to finer choices: changes of gates, units, conditions, the real cheese."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from app.maze import generator
from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from tests.widgets.panels.conftest import Desk, MakeDesk
from tests.widgets.studies.conftest import answered
from widgets.studies.explain_panel import ExplainPanel
from widgets.studies.study_page import MANY, LevelsChoice


def many(desk: Desk, levels: LevelsChoice, last: int) -> None:
    """Choose the levels of the seeds up to one, by the keyboard."""
    desk.choose(levels.which, MANY)
    levels.count.setValue(last)


def test_each_change_of_a_gate_is_marked_on_the_curve(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("response"))
    assert not page.view.plot.plot.marks
    page.folding.set_open(True)
    page.high.setValue(0.2)
    page.low.setValue(-0.2)
    page.step.setValue(0.01)
    QApplication.processEvents()
    panel.bring_into_view(page.gates)
    Desk.click(page.gates, QPoint(8, page.gates.height() // 2))
    assert page.gates.isChecked()
    answered(desk, page)
    result = page.runner.result
    assert len(result.question.coefficients) == 41
    assert result.changes is not None
    marked = next(plot.name for plot in page.runner.answer.plots if plot.marks)
    desk.choose(page.view.plots, marked)
    marks = page.view.plot.plot.marks
    assert marks
    assert all(-0.2 <= mark.x <= 0.2 for mark in marks)
    changes = [time for times in result.changes.values() for time in times]
    assert all(mark.x in changes for mark in marks)


def test_units_and_conditions_over_many_levels(make_desk: MakeDesk) -> None:
    # A policy that knows where to go: a random one's greedy move is seldom the cheese's or the corner's.
    desk = make_desk(policy=load_policy(default_policy_path()), maze=generator.level(15, 6))
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("push"))
    desk.choose(page.parts, "embedder.relufc")
    answered(desk, page)
    assert page.runner.result.question.layer == "embedder.relufc"
    assert any(series.name.startswith("unit ") for series in page.view.plot.plot.series)
    many(desk, page.levels, 79)
    answered(desk, page)
    desk.choose(page.view.plots, "conditional")
    grid = page.view.plot.plot.grid
    assert any("inside" in row for row in grid.rows)
    assert any("outside" in row for row in grid.rows)
    accuracy = next(plot for plot in page.runner.answer.plots if plot.title.startswith("Greedy move told"))
    assert [series.control for series in accuracy.series] == [True, True, False], "random units and the base rate"
    # Its axis is one of powers, with plain numbers on it.
    desk.choose(page.view.plots, accuracy.name)
    (ticks,) = page.view.plot._canvas.getAxis("bottom")._tickLevels
    assert len(ticks) > 2
    assert [place for place, _ in ticks] == pytest.approx([math.log10(float(text)) for _, text in ticks], abs=1e-6)


def test_curves_of_many_levels_have_the_real_cheese(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("retarget")
    page.channels.setText("1")
    page.values.setText("5.5")
    many(desk, page.levels, 2)
    answered(desk, page)
    curves = [plot for plot in page.runner.answer.plots if plot.series]
    assert len(curves) == 2, "by distance and by the maze's size"
    for plot in curves:
        assert "the real cheese moved there" in [series.name for series in plot.series]
