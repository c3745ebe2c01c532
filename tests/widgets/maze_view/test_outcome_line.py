"""The exact outcome under the maze: that of the study, faded at once by an edit, computed again after the arrows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.document import maze_edits
from app.field.engine import Engine
from app.interventions.patches import AddVector, PatchStack
from app.maze import generator
from app.studies.exact_outcome import outcome
from tests.widgets.panels.conftest import Desk, MakeDesk, make_desk  # noqa: F401
from widgets.maze_view.outcome_line import OutcomeLine, outcome_texts


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:  # noqa: F811
    return make_desk(maze=generator.level(15, 3))


def current(desk: Desk, line: OutcomeLine) -> bool:
    state = desk.document.state
    found = line.outcomes
    return not line.stale and found is not None and (found.maze, found.stack) == (state.maze, state.stack)


def test_the_line_is_the_exact_outcome_before_and_after(desk: Desk) -> None:
    line = desk.put(OutcomeLine, 700, 30)
    desk.wait(lambda: current(desk, line))
    maze_edits.set_stack(desk.document, "Add", PatchStack((AddVector(coefficient=-4.0),)))
    assert line.stale
    desk.wait(lambda: current(desk, line))
    state, engine = desk.document.state, Engine("cpu")
    expected = outcome(engine.compute, state.policy, state.maze, state.stack)
    engine.close()
    assert line.outcomes.original.reach == pytest.approx(expected.original.reach, abs=1e-5)
    assert line.outcomes.patched.reach == pytest.approx(expected.patched.reach, abs=1e-5)
    assert line.text() == outcome_texts(line.outcomes)[0]
    assert "→" in line.text()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((0.9, 20.0), None, "chance 0.90, in 20.0 steps on average (exact)"),
        ((0.9, 20.0), (0.5, 30.5), "chance 0.90 → 0.50, in 20.0 → 30.5 steps on average (exact)"),
        ((0.9, 20.0), (0.001, 400.0), "chance 0.90 → 0.00, in 20.0 steps on average without the patches (exact)"),
        ((0.0, None), (0.5, 30.5), "chance 0.00 → 0.50, in 30.5 steps on average with the patches (exact)"),
        ((0.0, None), (0.0, None), "chance 0.00 → 0.00 (exact)"),
    ],
)
def test_steps_are_told_only_of_what_arrives(
    before: tuple[float, float | None], after: tuple[float, float | None] | None, words: str
) -> None:
    sides = [SimpleNamespace(reach=each[0], expected_steps=each[1], steps=500) for each in (before, after or before)]
    found = SimpleNamespace(original=sides[0], patched=sides[0] if after is None else sides[1])
    texts = outcome_texts(found)
    assert texts[0] == f"Sampled play reaches the cheese within 500 steps with {words}"
    assert not any("–" in text for text in texts)


def test_undo_brings_the_line_back_and_no_cheese_is_said(desk: Desk) -> None:
    line = desk.put(OutcomeLine, 700, 30)
    desk.wait(lambda: current(desk, line))
    before = line.text()
    maze_edits.remove_cheese(desk.document)
    desk.wait(lambda: current(desk, line))
    assert line.text() == "There is no cheese, so there is nothing to reach."
    desk.document.undo()
    desk.wait(lambda: current(desk, line))
    assert line.text() == before
