"""The Explain panel: questions followed, answers shown, stale ones faded, results copied and saved."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.cli.study_command import ask
from app.document import maze_edits, patch_edits
from app.drawing.stacked_bars import segments
from app.interventions.patches import AddVector, Mean, PatchStack, Scale, Zero
from app.maze import generator
from app.maze.routes import decision_square
from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from tests.widgets.panels.conftest import Desk, MakeDesk
from tests.widgets.studies.conftest import answered
from widgets.services.channel_set_library import ChannelSets
from widgets.studies.explain_panel import ExplainPanel
from widgets.studies.layer_pages import LayerPage
from widgets.studies.levels_page import LevelsPage
from widgets.studies.push_page import PushPage
from widgets.studies.response_page import ResponsePage
from widgets.studies.result_view import write_result
from widgets.studies.study_page import MANY, StudyPage
from widgets.studies.sweep_page import SweepPage


def other_square(desk: Desk) -> tuple[int, int]:
    """Another square whose cheese leaves the maze a decision square."""
    maze = desk.document.state.maze
    squares = [tuple(square) for square in maze.squares.tolist() if tuple(square) != maze.mouse]
    return next(each for each in squares if decision_square(maze.with_cheese(each)).square is not None)


def test_every_question_is_answered_of_the_maze_in_front(desk: Desk, panel: ExplainPanel) -> None:
    for name in ("response", "push", "outcome"):
        desk.choose(panel.question, name)
        page = answered(desk, panel.show_page(name))
        assert page.view.finding.text().replace("\u00a0", " ") == page.view.result.findings[0]
        assert page.view.plot.isVisible(), name
        assert any(page.view.plot.plot is plot for plot in page.runner.answer.plots)


def test_an_edit_makes_the_answer_stale_at_once_and_brings_another(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("response"))
    before = page.runner.result
    maze_edits.move_cheese(desk.document, other_square(desk))
    assert page.runner.stale
    assert page.view.plot.stale
    answered(desk, page)
    assert page.runner.result is not before
    assert not page.view.plot.stale


def copied(desk: Desk, button: QWidget) -> str:
    """The text that a button puts on the clipboard."""
    QApplication.clipboard().clear()
    Desk.click(button)
    desk.wait(lambda: bool(QApplication.clipboard().text()))
    return QApplication.clipboard().text()


def test_the_window_shows_what_the_command_prints(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("push")
    page.levels.which.choose(MANY)
    page.levels.which.activated.emit(1)
    page.levels.count.setValue(11)
    answered(desk, page)
    line = copied(desk, page.view._command)
    assert line.startswith("python main.py study push")
    assert "--seeds 0:12" in line
    assert "from app.cli.study_command import ask" in copied(desk, page.view._python)


@pytest.mark.parametrize("name", ["response", "push", "outcome", "levels", "fit"])
def test_the_copied_line_works_as_pasted_whatever_is_open(desk: Desk, panel: ExplainPanel, name: str) -> None:
    # An edited maze, two patches, and a policy that is in no file.
    maze_edits.move_cheese(desk.document, other_square(desk))
    maze_edits.set_stack(desk.document, "Add", PatchStack((AddVector(coefficient=0.5), Scale(channels=(2,)))))
    desk.answered()
    page = answered(desk, panel.show_page(name))
    words = shlex.split(copied(desk, page.view._command))
    assert words[:3] == ["python", "main.py", "study"]
    again, shown = ask(*words[3:]).to_json(), page.runner.result.to_json()
    # What maze and policy are called differs.
    for found in (again, shown):
        for each in found if isinstance(found, list) else [found]:
            each.pop("recipe", None)
            each.pop("level", None)
    assert again == shown


def test_a_click_on_the_curve_moves_the_number_of_the_patch(desk: Desk, panel: ExplainPanel) -> None:
    maze_edits.set_stack(desk.document, "Add", PatchStack((AddVector(coefficient=0.5),)))
    page = panel.show_page("response")
    assert isinstance(page, ResponsePage)
    desk.answered()
    page.moved.choose("0 coefficient")
    page.moved.activated.emit(page.moved.currentIndex())
    answered(desk, page)
    canvas = page.view.plot._canvas
    box = canvas.getPlotItem().vb
    place = box.mapViewToScene(box.viewRect().center())
    wanted = box.viewRect().center().x()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))
    QApplication.processEvents()
    moved = desk.document.state.stack.patches[0].coefficient
    assert moved == pytest.approx(wanted, abs=0.05)
    # The curve itself does not depend on where its handle is.
    assert not page.runner.stale
    desk.document.undo()
    assert desk.document.state.stack.patches[0].coefficient == 0.5
    # Where the axis has names, there is no number to take.
    desk.choose(page.view.plots, "only_frozen")
    QApplication.processEvents()
    click_at(page, 3.0, 0.0)
    assert desk.document.state.stack.patches[0].coefficient == 0.5


def click_at(page: StudyPage, x: float, y: float) -> None:
    """Click a place of the plot's own axes."""
    canvas = page.view.plot._canvas
    at = canvas.getPlotItem().vb.mapViewToScene(QPointF(x, y))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.mapFromScene(at))
    QApplication.processEvents()


def test_a_vector_that_is_in_no_patch_is_added_by_its_handle(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("response"))
    assert not desk.patches
    for place in (1.0, 2.0):
        click_at(page, place, 0.0)
        (patch,) = desk.patches
        assert isinstance(patch, AddVector)
        assert (patch.vector, patch.layer) == ("cheese", "embedder.block2.res1.resadd")
        assert patch.coefficient == pytest.approx(place, abs=0.05)
        assert page.view.plot._handle.value() == pytest.approx(patch.coefficient)
        assert not page.runner.stale
    desk.document.undo()
    assert not desk.patches


def test_what_cannot_be_measured_is_one_sentence_and_the_rest_goes_on(
    desk: Desk,
    panel: ExplainPanel,
) -> None:
    page = answered(desk, panel.show_page("push"))
    desk.choose(page.parts, "zero")
    answered(desk, page)
    maze_edits.remove_cheese(desk.document)
    desk.wait(lambda: bool(page.runner.problem))
    assert page.view.problem.text() == page.runner.problem
    assert page.view.plot.stale
    desk.document.undo()
    answered(desk, page)
    assert not page.runner.problem


def test_a_hidden_page_measures_nothing(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("outcome"))
    panel.hide()
    patch_edits.add_patch(desk.document, AddVector())
    desk.answered()
    assert not page.runner.busy
    panel.show()
    answered(desk, page)
    assert page.runner.result.question.stack == desk.document.state.stack


def click_piece(desk: Desk, page: PushPage) -> None:
    """Click the largest piece of the strongest channel in the stacked bars."""
    view = page.view.plot
    desk.choose(page.view.plots, "square1")
    strongest = view.plot.series[0].name
    piece = max(
        (each for each in segments(view.plot) if each.series.name == strongest), key=lambda each: each.high - each.low
    )
    QApplication.processEvents()
    click_at(page, piece.x, (piece.low + piece.high) / 2)


def click_cell(desk: Desk, page: PushPage) -> None:
    """Click the first cell of the numbers: of the strongest channel, too."""
    desk.choose(page.view.plots, "numbers1")
    grid = page.view.plot.grid
    places = (QPoint(x, y) for y in range(grid.height()) for x in range(0, grid.width(), 4))
    at = next(place for place in places if grid.cell_at(place.x(), place.y()) == (0, 0))
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=at)


def test_a_click_on_a_push_changes_its_channel_and_sets_are_kept(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("push"))
    assert isinstance(page, PushPage)
    page.folding.set_open(False)
    result = page.runner.result
    channel = result.strongest(0)[0]
    for title, click, made in (
        (f"Switch channel {channel} off", click_piece, Zero(layer=result.question.layer, channels=(channel,))),
        ("Scale it", click_cell, Scale(layer=result.question.layer, channels=(channel,))),
        ("Replace it by its mean", click_piece, Mean(layer=result.question.layer, channels=(channel,))),
    ):
        click(desk, page)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text() == title).trigger()
        menu.close()
        assert desk.patches == (made,)
        answered(desk, page)
        desk.document.undo()
        answered(desk, page)
        assert not desk.patches
    Desk.click(page.sets)
    kept = desk.context.sets.sets
    assert {each.name for each in kept} <= {"UP", "LEFT", "DOWN", "RIGHT"}
    assert kept == tuple(sorted(page.runner.result.sets(), key=lambda each: each.name.casefold()))
    # They are there at the next start, and in a card of any patch.
    assert ChannelSets(desk.context, desk.context.settings.file.parent / "channel_sets.json").sets == kept


@pytest.mark.parametrize("kind", ["csv", "json", "svg"])
def test_a_result_is_saved_with_its_recipe(desk: Desk, panel: ExplainPanel, tmp_path: Path, kind: str) -> None:
    page = answered(desk, panel.show_page("outcome"))
    path = tmp_path / f"result.{kind}"
    write_result(page.runner.result, kind, path, "light")
    text = path.read_text(encoding="utf-8")
    assert "outcome" in text
    if kind == "json":
        assert json.loads(text)["recipe"]["study"] == "outcome"


def test_pushes_follow_the_inspected_square_and_pins_stay(desk: Desk, panel: ExplainPanel) -> None:
    page = answered(desk, panel.show_page("push"))
    first = page.square
    assert page.runner.result.question.squares == (first,)
    QTest.mouseClick(page.pin, Qt.MouseButton.LeftButton)
    other = next(tuple(square) for square in desk.document.state.maze.squares.tolist() if tuple(square) != first)
    desk.context.view.inspect(other)
    answered(desk, page)
    assert page.runner.result.question.squares == (other, first)
    assert page.pinned.text() == f"Pinned: ({first[0]}, {first[1]})"
    QTest.mouseClick(page.unpin, Qt.MouseButton.LeftButton)
    answered(desk, page)
    assert page.runner.result.question.squares == (other,)
    # The square under the pointer, while it is over the maze.
    desk.context.view.set_hover(first)
    assert page.view.plot.stale
    answered(desk, page)
    assert page.runner.result.question.squares == (first,)
    desk.context.view.set_hover(None)
    answered(desk, page)
    assert page.runner.result.question.squares == (other,)
    desk.choose(page.parts, "gradient")
    answered(desk, page)
    assert "approximation" in page.runner.result.findings[1]
    assert not page.pin.isVisible()


def test_retargeting_asks_for_the_settings_that_are_typed(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("retarget")
    page.channels.setText("1; 2, 3")
    page.values.setText("5.5")
    page.follow()
    answered(desk, page)
    question = page.runner.result.question
    assert [(each.channels, each.value) for each in question.settings] == [((1,), 5.5), ((2, 3), 5.5)]
    assert (question.targets, question.cheese) == (None, "kept")
    assert len(page.runner.result.maps[0].targets) == len(desk.document.state.maze.squares) - 1
    page.values.setText("much")
    page.values.editingFinished.emit()
    assert "'much'" in page.problem.text()
    page.channels.setText("99")
    page.channels.editingFinished.emit()
    assert "channels 0 to 31" in page.problem.text()


def test_a_condition_and_a_brush_choose_levels_and_a_click_opens_one(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("levels")
    assert isinstance(page, LevelsPage)
    page.count.setValue(64)
    answered(desk, page)
    desk.wait(lambda: page.rows.isVisible() and page.rows.model().rowCount() == 64)
    dims = {seed: generator.level(15, seed).dim for seed in range(64)}
    page.condition.setText("dim >= 11")
    page.condition.editingFinished.emit()
    assert page.chosen_seeds == [seed for seed, dim in dims.items() if dim >= 11]
    page.across.choose("dim")
    page.across.activated.emit(page.across.currentIndex())
    page.brush.brush(12.5, 13.5)
    assert page.chosen_seeds == [seed for seed, dim in dims.items() if dim == 13]
    index = page.rows.model().index(1, 0)
    page.rows.scrollTo(index)
    place = page.rows.visualRect(index).center()
    QTest.mouseClick(page.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    tab = desk.document.state.tab
    assert (tab.seed, tab.maze.dim) == (page.chosen_seeds[1], 13)
    assert len(page.brush._marked) == 1
    desk.click(page.clear)
    assert len(page.chosen_seeds) == 64
    bands = [item for item in page.brush._canvas.getPlotItem().items if type(item).__name__ == "LinearRegionItem"]
    assert bands == [page.brush._region]


def test_a_wrong_condition_is_one_sentence_and_changes_nothing(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("levels")
    assert isinstance(page, LevelsPage)
    page.count.setValue(20)
    answered(desk, page)
    desk.wait(lambda: page.rows.model().rowCount() == 20)
    sentences: list[str] = []
    desk.context.reported.connect(lambda _kind, sentence, *_: sentences.append(sentence))
    page.condition.setText("size > 3")
    page.condition.editingFinished.emit()
    assert len(sentences) == 1
    assert 'There is no column "size"' in sentences[0]
    assert page.rows.model().rowCount() == 20


def test_a_cell_of_the_sweep_sets_layer_and_slider(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("sweep")
    assert isinstance(page, SweepPage)
    page.control.setChecked(False)
    page.count.setValue(10)
    answered(desk, page)
    result = page.runner.result
    for cell in ((2, 1), (5, 3)):
        page.view.plot.cell_clicked.emit(*cell)
        (patch,) = desk.patches
        assert isinstance(patch, AddVector)
        assert (patch.layer, patch.coefficient) == (result.layers[cell[0]], result.coefficients[cell[1]])
    assert len(desk.verbs) == 2


def test_why_the_latest_layer_that_steers_bends_is_asked_with_a_vector_taken_there(make_desk: MakeDesk) -> None:
    desk = make_desk(policy=load_policy(default_policy_path()), maze=generator.level(15, 6))
    panel = desk.put(ExplainPanel, 400, 900)
    page = panel.show_page("sweep")
    assert isinstance(page, SweepPage)
    assert not page.bend.isEnabled()
    page.count.setValue(12)
    answered(desk, page)
    latest = page.runner.result.latest(-1.0)
    assert latest is not None
    panel.bring_into_view(page.bend)
    Desk.click(page.bend)
    assert panel.question.currentData() == "response"
    there = answered(desk, panel.pages["response"])
    patch = there.runner.result.question.moved.stack.patches[0]
    assert (patch.layer, patch.vector) == (latest, "cheese")


@pytest.mark.parametrize("name", ["ablate"])
def test_studies_of_a_layer_are_asked_over_the_levels_that_are_chosen(
    desk: Desk, panel: ExplainPanel, name: str
) -> None:
    page = panel.show_page(name)
    assert isinstance(page, LayerPage)
    page.count.setValue(9)
    desk.choose(page.layer, "embedder.block3.res2.resadd")
    answered(desk, page)
    question = page.runner.result.question
    assert (question.layer, question.levels.seeds) == ("embedder.block3.res2.resadd", "0:9")
    assert page.view.finding.text()
