"""The Explain panel in a window of its own, on a maze with a decision square."""

from __future__ import annotations

import pytest

from app.maze import generator
from tests.widgets.panels.conftest import Desk, MakeDesk, make_desk  # noqa: F401
from widgets.studies.explain_panel import ExplainPanel
from widgets.studies.study_page import StudyPage


def answered(desk: Desk, page: StudyPage) -> StudyPage:
    """Wait for the page's answer."""
    desk.wait(lambda: page.runner.result is not None and not page.runner.busy and not page.runner.stale, 60_000)
    return page


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:  # noqa: F811
    """A maze with a decision square."""
    return make_desk(maze=generator.level(15, 6))


@pytest.fixture
def panel(desk: Desk) -> ExplainPanel:
    return desk.put(ExplainPanel, 400, 900)
