"""The first sight of a window that is opened on a session, and the smallest window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.document.document import OpenMaze, State
from app.document.session_file import save_session
from tests.widgets.conftest import MakeHand, small_maze
from widgets.services.settings import Settings
from widgets.startup.launch import open_window


def test_a_session_is_there_before_anything_else(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    maze = small_maze()
    path = tmp_path / "mine.mazescope"
    save_session(path, State((OpenMaze(1, "Mine", maze, maze),), 1), {"mode": "difference"})
    settings = Settings(tmp_path / "settings.json")
    settings.set("tour_shown", True)
    window = open_window(qapp, settings, [path], "cpu")
    qtbot.addWidget(window)
    context, seen = window.context, []
    assert [tab.title for tab in context.document.state.mazes] == ["Mine"]
    assert context.view.mode == "difference"
    context.document.changed.connect(lambda _, new: seen.append(new.tab.title))
    qtbot.waitUntil(lambda: context.document.state.policy is not None and not context.busy, timeout=30_000)
    assert set(seen) == {"Mine"}
    assert window.files.session_path == path
    qtbot.waitUntil(lambda: context.bridge.answer is not None, timeout=30_000)
    context.document.mark_saved()
    window.close()


def test_the_window_fits_the_width_of_a_small_screen(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    window = hand.window
    assert window.minimumSizeHint().width() <= 640
    window.resize(640, 700)
    hand.wait(lambda: window.width() == 640)
    switch, under = window.view_switch, window.under_choice
    hand.wait(
        lambda: under.mapTo(window, under.rect().topLeft()).y() > switch.mapTo(window, switch.rect().topLeft()).y()
    )
    for part in (switch, under, *window.playback.bar.buttons.values(), window.playback.bar.rule):
        assert not part.visibleRegion().isEmpty()
    window.resize(1200, 700)
    hand.wait(lambda: under.mapTo(window, under.rect().topLeft()).y() <= switch.geometry().bottom() + 60)
