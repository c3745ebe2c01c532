"""The dialogs that ask for files say what for, and show whole columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

from tests.widgets.conftest import Hand, MakeHand
from widgets.files.file_dialogs import ask_name


def test_each_purpose_has_its_title_and_all_columns_fit(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []

    def look(dialog: QFileDialog) -> int:
        dialog.show()
        header = dialog.findChild(QTreeView, "treeView").header()
        seen.append((dialog.windowTitle(), header.length() <= header.viewport().width() + 2))
        dialog.hide()
        return 0

    monkeypatch.setattr(QFileDialog, "exec", look)
    files = hand.window.files
    files.ask_open("policy")
    files.ask_open("maze")
    files.ask_save_maze()
    assert not files.ask_save()
    assert seen == [(title, True) for title in ("Open policy", "Open maze", "Save maze", "Save session")]


def test_a_second_policy_is_looked_for_where_the_last_file_was(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hand.window.files.save_maze(tmp_path / "last.json")
    begun: list[Path] = []

    def look(dialog: QFileDialog) -> int:
        begun.append(Path(dialog.directory().absolutePath()))
        return 0

    monkeypatch.setattr(QFileDialog, "exec", look)
    hand.context.actions.trigger("compare.policy")
    assert begun == [tmp_path]


def test_what_is_chosen_is_saved_under_that_name(hand: Hand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def choose(dialog: QFileDialog) -> int:
        dialog.setDirectory(str(tmp_path))
        dialog.selectFile("mine")
        return 1

    monkeypatch.setattr(QFileDialog, "exec", choose)
    hand.window.files.ask_save_maze()
    assert (tmp_path / "mine.json").exists()


def test_what_asked_may_be_gone_before_the_answer(hand: Hand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    card = QWidget(hand.window)

    def choose(dialog: QFileDialog) -> int:
        card.deleteLater()
        QCoreApplication.sendPostedEvents(card, QEvent.Type.DeferredDelete)
        dialog.setDirectory(str(tmp_path))
        dialog.selectFile("mine")
        return 1

    monkeypatch.setattr(QFileDialog, "exec", choose)
    assert ask_name(card, "Save maze", "", "Mazes (*.json)") == str(tmp_path / "mine.json")


def test_a_session_is_saved_beside_the_last_session(
    make_hand: MakeHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = make_hand(engine=False)
    suggested: list[str] = []
    monkeypatch.setattr(
        "widgets.files.opening.ask_name", lambda _parent, _title, name, _filters: suggested.append(name) or ""
    )
    sessions, mazes = tmp_path / "sessions", tmp_path / "mazes"
    sessions.mkdir()
    mazes.mkdir()
    files = hand.window.files
    assert files.save_session(sessions / "talk.mazescope")
    files.save_maze(mazes / "maze.json")
    files.new_session()
    files.ask_save()
    files.ask_save_maze()
    assert [Path(name).parent for name in suggested] == [sessions, mazes]
    sessions.rename(tmp_path / "gone")
    files.ask_save()
    assert Path(suggested[-1]).parent == Path.home()
