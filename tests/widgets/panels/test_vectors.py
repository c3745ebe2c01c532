"""The library of vectors: made, compared, kept, applied."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.document import maze_edits
from app.interventions.patches import AddVector
from app.interventions.vectors import cosine, read_vector
from tests.widgets.panels.conftest import Desk
from widgets.panels.vectors import VectorsPanel


def make(desk: Desk, panel: VectorsPanel, kind: str) -> None:
    if not panel.make.isVisible():
        desk.click(panel.new)
    desk.choose(panel.make.kind, kind)
    before = panel.list.count()
    desk.click(panel.make.make)
    desk.wait(lambda: not panel.make.task.busy and panel.list.count() > before)


def test_vectors_are_made_compared_and_applied(desk: Desk) -> None:
    panel = desk.put(VectorsPanel, height=900)
    assert not panel.list.isVisible()
    make(desk, panel, "cheese")
    assert panel.current is not None
    assert panel.current.kind == "cheese"
    assert panel.current.maze_a == desk.document.state.maze
    make(desk, panel, "random")
    make(desk, panel, "top-right")
    vectors = panel.compared()
    assert len(vectors) == 3
    assert panel.matrix.cosines == [[cosine(a, b) for b in vectors] for a in vectors]
    desk.click(panel.apply)
    assert panel.entry is not None
    assert desk.patches == (AddVector(vector=str(panel.entry.path), coefficient=1.0),)
    desk.answered()
    latest = desk.context.bridge.latest
    assert latest is not None
    assert not latest.problems


def test_a_minus_b_takes_two_open_mazes(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    desk.click(panel.new)
    desk.context.view.set_layer("embedder.block3.res1.resadd")
    make(desk, panel, "difference")
    vector = panel.current
    assert vector is not None
    assert vector.name == "Forked minus Bare"
    assert vector.layer == "embedder.block3.res1.resadd"
    assert (vector.maze_a, vector.maze_b) == tuple(tab.maze for tab in desk.document.state.mazes)
    assert vector.norm > 0


def test_a_second_maze_that_is_opened_becomes_b(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    maze_edits.close_maze(desk.document, 2)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "difference")
    assert (panel.make.maze_a.currentText(), panel.make.maze_b.currentText()) == ("Forked", "Forked")
    desk.document.undo()
    assert (panel.make.maze_a.currentText(), panel.make.maze_b.currentText()) == ("Forked", "Bare")


def test_a_probe_comes_with_the_mean_difference_and_its_accuracy(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "probe")
    desk.choose(panel.make.relation, "right of")
    panel.make.count.setValue(16)
    make(desk, panel, "probe")
    kinds = {entry.vector.kind for entry in panel._library.entries() if entry.vector is not None}
    assert kinds == {"probe", "mean-difference"}
    assert panel.current is not None
    assert dict(panel.current.measures)["held-out accuracy"] <= 1
    # Seen at once, not only one after the other.
    other = next(entry.vector for entry in panel._library.entries() if entry.path != panel.entry.path)  # type: ignore[union-attr]
    assert other is not None
    assert dict(panel.current.measures)["mean difference's accuracy"] == dict(other.measures)["held-out accuracy"]


def test_averages_are_over_the_levels_of_the_seeds(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "averaged")
    panel.make.count.setValue(8)
    panel.make.seed.setValue(5)
    make(desk, panel, "averaged")
    assert panel.current is not None
    assert panel.current.seeds == tuple(range(5, 13))
    assert "easy 5 to 12" in panel.current.note


def test_making_can_be_stopped(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "probe")
    panel.make.count.setValue(500)
    desk.choose(panel.make.relation, "above")
    desk.click(panel.make.make)
    assert panel.make.bar.isVisible()
    desk.click(panel.make.stop)
    assert not panel.make.bar.isVisible()
    desk.wait(lambda: not desk.context.busy)
    assert panel.list.count() == 0
    assert desk.reports == []


def test_what_cannot_be_made_is_said(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "random")
    desk.click(panel.make.make)
    assert desk.reports == ["error: No vector is chosen; choose the one whose norm the random vector takes."]


def test_vectors_are_renamed_saved_opened_and_deleted(desk: Desk, tmp_path: Path) -> None:
    panel = desk.put(VectorsPanel)
    make(desk, panel, "cheese")
    desk.key(panel.list, Qt.Key.Key_F2)
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Favourite")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    desk.wait(lambda: panel.current is not None and panel.current.name == "Favourite")
    file = tmp_path / "elsewhere" / "copy.safetensors"
    file.parent.mkdir()
    panel.save_file(file)
    assert panel.current is not None
    assert np.array_equal(read_vector(file).values, panel.current.values)
    panel.list.setFocus()
    desk.key(panel.list, Qt.Key.Key_Delete)
    assert panel.list.count() == 0
    panel.open_file(file)
    desk.idle()
    assert panel.list.count() == 1
    file.write_bytes(b"no vector")
    panel.open_file(file)
    desk.idle()
    assert len(desk.reports) == 2
    assert desk.reports[1].endswith("copy.safetensors is text; expected a vector.")


def test_a_vector_that_cannot_be_read_is_listed_with_the_reason(desk: Desk) -> None:
    folder = desk.context.settings.file.parent / "vectors"
    folder.mkdir()
    (folder / "broken.safetensors").write_bytes(b"nothing")
    panel = desk.put(VectorsPanel)
    assert panel.list.item(0).text() == "broken.safetensors cannot be read"
    assert "expected" in panel.list.item(0).toolTip()
    assert not panel.apply.isEnabled()


def test_the_selected_are_deleted_and_come_back(desk: Desk) -> None:
    panel = desk.put(VectorsPanel, height=900)
    for kind in ("cheese", "random", "top-right"):
        make(desk, panel, kind)
    before = {entry.path: entry.path.read_bytes() for entry in panel._library.entries()}
    panel.list.setCurrentRow(0)
    desk.key(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.key(panel.list, Qt.Key.Key_Delete)
    assert panel.list.count() == 1
    assert panel.current is not None
    assert panel.deleted.words.text() == "Deleted 2 vectors."
    desk.click(panel.deleted.undo)
    assert {entry.path: entry.path.read_bytes() for entry in panel._library.entries()} == before
    assert not panel.deleted.isVisible()
    assert panel.list.hasFocus()


def test_the_last_one_comes_back_too_beside_what_took_its_name(desk: Desk) -> None:
    panel = desk.put(VectorsPanel)
    make(desk, panel, "cheese")
    assert panel.entry is not None
    path, gone = panel.entry.path, panel.entry.path.read_bytes()
    desk.key(panel.list, Qt.Key.Key_Delete)
    assert panel.list.count() == 0
    path.write_bytes(b"another's")
    desk.click(panel.deleted.undo)
    assert path.read_bytes() == b"another's"
    assert panel.entry.path.read_bytes() == gone


def test_a_file_that_cannot_be_read_shows_nothing_of_another(desk: Desk) -> None:
    panel = desk.put(VectorsPanel, height=900)
    make(desk, panel, "cheese")
    assert panel.entry is not None
    (panel.entry.path.parent / "a.safetensors").write_bytes(b"nothing")
    panel._library.refresh()
    panel.list.setCurrentRow(0)
    assert panel.current is None
    details = panel.details
    assert details.isEnabled()
    assert "expected" in details.note.text()
    assert not details._labels
    assert not details.strip.isVisible()
    assert not details.maze_a.isVisible()
    panel.list.setCurrentRow(1)
    assert details.strip.isVisible()
    assert details._labels


def test_the_longest_form_scrolls_instead_of_being_squeezed_or_growing_the_window(desk: Desk) -> None:
    panel = desk.put(VectorsPanel, height=400)
    desk.click(panel.new)
    desk.choose(panel.make.kind, "probe")
    desk.wait(lambda: panel.make.isVisible())
    assert panel.minimumSizeHint().height() < 400
    assert panel.height() == 400
    assert panel.make.height() >= panel.make.heightForWidth(panel.make.width())


def test_what_was_made_is_in_sight_below_a_long_form(desk: Desk) -> None:
    panel = desk.put(VectorsPanel, height=210)
    for kind in ("cheese", "random", "top-right"):
        make(desk, panel, kind)
        # Where a click leaves the keyboard must not be what scrolls.
        panel._body.verticalScrollBar().setValue(0)
        panel.make.made.emit((panel.current,))
        item = panel.list.currentItem()
        assert item is panel.list.selectedItems()[0]
        assert panel.current is not None
        assert panel.current.kind == kind
        place = panel.list.visualItemRect(item)
        seen = panel.list.viewport().visibleRegion()
        assert seen.contains(place.center())
