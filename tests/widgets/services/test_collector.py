"""The garbage collector stays out of a user's way, and still collects."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.plugin import QtBot

from app.document import maze_edits
from app.document.document import Document, OpenMaze, State
from tests.widgets.conftest import Hand, small_maze
from widgets.services import garbage_collector
from widgets.services.garbage_collector import Collector
from widgets.services.jobs import Jobs


class Knot:
    """Garbage that only the collector can find."""

    def __init__(self) -> None:
        self.me = self


class Looks:
    """Every look of the collector's: the generation, and whether it was on the GUI thread."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, bool]] = []

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self.seen.append((info["generation"], threading.current_thread() is threading.main_thread()))

    @property
    def complete(self) -> int:
        return sum(generation == 2 for generation, _ in self.seen)


@pytest.fixture
def looks() -> Iterator[Looks]:
    watching = Looks()
    gc.callbacks.append(watching)
    yield watching
    gc.callbacks.remove(watching)


@pytest.fixture
def collector(hand: Hand, looks: Looks) -> Iterator[Collector]:
    # What imports and other tests left is not this test's to look through; nor does a button held there count as work.
    for button in Qt.MouseButton:
        if button and QGuiApplication.mouseButtons() & button:
            QTest.mouseRelease(hand.window.windowHandle(), button)
    gc.collect()
    looks.seen.clear()
    made = Collector(hand.document, hand.window.context, hand.window, pause=0.25)
    yield made
    made.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    # As before: what has been imported is not looked through by every test.
    gc.collect()
    gc.freeze()


def untie(knots: int) -> list[weakref.ref[Knot]]:
    """Make garbage; references that tell whether it is still there."""
    return [weakref.ref(Knot()) for _ in range(knots)]


def wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def test_garbage_goes_in_small_steps(collector: Collector, looks: Looks, qtbot: QtBot) -> None:
    assert not gc.isenabled()
    knots = untie(2000)
    qtbot.waitUntil(lambda: not any(knot() for knot in knots), timeout=5000)
    assert looks.seen


def test_nothing_is_looked_through_on_another_thread(collector: Collector, looks: Looks, qtbot: QtBot) -> None:
    knots: list[weakref.ref[Knot]] = []
    thread = threading.Thread(target=lambda: knots.extend(untie(5000)))
    thread.start()
    thread.join()
    assert all(knot() for knot in knots)
    qtbot.waitUntil(lambda: not any(knot() for knot in knots), timeout=5000)
    assert all(on_screen for _, on_screen in looks.seen)


def test_everything_is_looked_through_only_in_a_pause(
    hand: Hand, collector: Collector, looks: Looks, qtbot: QtBot
) -> None:
    old = Knot()
    seen = weakref.ref(old)
    squares = [(1, column) for column in range(1, 5)]
    hand.press(squares[0])
    end = time.monotonic() + 15
    while not any(generation == 1 for generation, _ in looks.seen) and time.monotonic() < end:
        for square in squares:
            hand.move(square)
            untie(800)
            wait(0.05)
    assert any(generation == 1 for generation, _ in looks.seen)
    gc.collect(1)
    del old
    wait(0.3)
    assert looks.complete == 0
    assert seen() is not None
    hand.release(squares[-1])
    qtbot.waitUntil(lambda: seen() is None, timeout=30000)
    assert looks.complete == 1


def test_not_everything_is_looked_through_while_a_study_runs(
    hand: Hand, collector: Collector, looks: Looks, qtbot: QtBot
) -> None:
    go_on = threading.Event()
    hand.window.context.run_in_background(go_on.wait)
    old = Knot()
    seen = weakref.ref(old)
    gc.collect(1)
    del old
    wait(0.6)
    assert looks.complete == 0
    assert seen() is not None
    go_on.set()
    qtbot.waitUntil(lambda: seen() is None, timeout=30000)
    assert looks.complete == 1


def test_python_collects_again_when_the_window_is_gone(qtbot: QtBot) -> None:
    parent, maze = QObject(), small_maze()
    Collector(Document(State((OpenMaze(1, "Small", maze, maze),), 1, None)), Jobs(parent), parent)
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 0
    while_it_goes: list[bool] = []
    parent.destroyed.connect(lambda: while_it_goes.append(gc.isenabled()))
    parent.children()[-1].destroyed.connect(lambda: while_it_goes.append(gc.isenabled()))
    parent.deleteLater()
    qtbot.waitUntil(gc.isenabled, timeout=5000)
    assert while_it_goes == [False, False], "nothing is collected while Qt is in the middle of a window's end"
    assert gc.get_freeze_count() == 0
    gc.freeze()


def test_one_window_less_leaves_the_others_their_collector(qtbot: QtBot) -> None:
    stays, goes, maze = QObject(), QObject(), small_maze()
    document = Document(State((OpenMaze(1, "Small", maze, maze),), 1, None))
    other = Collector(document, Jobs(stays), stays)
    Collector(document, Jobs(goes), goes)
    gone: list[bool] = []
    goes.destroyed.connect(lambda: gone.append(True))
    goes.deleteLater()
    qtbot.waitUntil(lambda: bool(gone), timeout=5000)
    wait(0.05)
    assert not gc.isenabled()
    other.stop()
    assert gc.isenabled()
    gc.freeze()


def test_freed_memory_is_returned_once_in_each_pause(
    collector: Collector, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    del collector
    returned: list[float] = []
    monkeypatch.setattr(garbage_collector, "give_memory_back", lambda: returned.append(time.monotonic()))
    hand.wait(lambda: not hand.context.busy)
    for pauses in (1, 2):
        maze_edits.paint_walls(hand.document, ((5, 5 + pauses),), not hand.document.state.maze.is_wall((5, 5 + pauses)))
        edited, before = time.monotonic(), len(returned)
        hand.wait(lambda before=before: len(returned) > before)
        assert returned[-1] >= edited + 0.25
        QTest.qWait(600)
        assert len(returned) == before + 1
