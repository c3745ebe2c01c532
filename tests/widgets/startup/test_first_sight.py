"""The first sight of a window that is opened on a session, and the smallest window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.document import patch_edits
from app.document.document import OpenMaze, State
from app.document.session_file import save_session
from app.drawing.colour import contrast
from app.interventions.patches import Zero
from tests.widgets.conftest import MakeHand, small_maze
from tests.widgets.test_large_text import clipped
from widgets.services.settings import Settings
from widgets.shell.layout_memory import first_size
from widgets.startup.launch import open_window


class Shown(QObject):
    """Notes each window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(type(watched).__name__)
        return False


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


def test_no_part_of_the_window_is_a_window_of_its_own_at_the_start(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.set("tour_shown", True)
    watch = Shown()
    qapp.installEventFilter(watch)
    try:
        window = open_window(qapp, settings, [], "cpu")
        qtbot.addWidget(window)
        qtbot.waitUntil(lambda: window.context.bridge.answer is not None, timeout=30_000)
    finally:
        qapp.removeEventFilter(watch)
    assert watch.names == ["MainWindow"]
    qtbot.waitUntil(lambda: not window.context.busy, timeout=30_000)
    window.context.document.mark_saved()
    window.close()


def test_the_window_stays_as_high_when_the_last_patch_goes(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    patch_edits.add_patch(hand.document, Zero())
    hand.window.resize(1326, 640)
    hand.wait(lambda: hand.window.height() == 640)
    hand.document.undo()
    QTest.qWait(60)
    assert hand.window.height() == 640
    for text in hand.window.docks.docks["patches"].widget()._empty.findChildren(QLabel):
        assert text.height() >= text.fontMetrics().height(), "it scrolls, and is not squeezed"


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
    bar = window.playback.bar
    for part in (switch, under, *bar.buttons.values(), bar.rule):
        assert not part.visibleRegion().isEmpty()
    assert not clipped(bar.controls), "the choices are below the buttons"
    assert bar.speed.y() == bar.rule.y()
    assert bar.speed.mapTo(bar, QPoint(0, 0)).y() > bar.buttons["playback.play"].mapTo(bar, QPoint(0, 0)).y() + 20
    window.resize(1200, 700)
    hand.wait(lambda: under.mapTo(window, under.rect().topLeft()).y() <= switch.geometry().bottom() + 60)
    assert abs(bar.speed.mapTo(bar, QPoint(0, 0)).y() - bar.buttons["playback.play"].mapTo(bar, QPoint(0, 0)).y()) < 20


def test_the_first_window_has_room_for_all_menus() -> None:
    assert first_size(QSize(640, 480)) == QSize(640, 420)
    assert first_size(QSize(600, 480)).width() == 600
    assert first_size(QSize(1366, 728)) == QSize(1326, 668)
    assert first_size(QSize(3840, 2100)) == QSize(1480, 980)


def test_menus_without_room_are_behind_a_button_that_is_seen(make_hand: MakeHand) -> None:
    window = make_hand(engine=False).window
    window.resize(640, 700)
    bar = window.menuBar()
    (more,) = bar.findChildren(QToolButton, "qt_menubar_ext_button")
    assert not more.isVisible()
    assert bar.rect().contains(bar.actionGeometry(bar.actions()[-1]))
    bar.resize(bar.width() // 2, bar.height())
    assert more.isVisible()
    assert (more.accessibleName(), more.iconSize()) == ("More", QSize(12, 12))
    picture = more.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert max(contrast(colour, window.context.palette.panel) for colour in colours) > 4.5
